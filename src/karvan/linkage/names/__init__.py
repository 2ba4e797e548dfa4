"""Names of persons: brought to comparable forms, and compared across scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karvan.linkage.names.forms import LONGEST, NameForms, key, masculine, name_forms, skeleton, surname_skeleton

if TYPE_CHECKING:
    from karvan.linkage.names.compare import compare_names
    from karvan.linkage.names.explain import NameMatch, explain_name_match
    from karvan.linkage.names.model import shipped
    from karvan.linkage.names.parse import Part, parse_name

__all__ = [
    "LONGEST", "NameForms", "NameMatch", "Part", "compare_names", "explain_name_match", "key", "masculine", "name_forms", "parse_name", "shipped", "skeleton", "surname_skeleton",
]  # fmt: skip

# The compiled comparison is loaded when it is first used: forms alone need none of it.
LATER = {"compare_names": "compare", "explain_name_match": "explain", "NameMatch": "explain", "shipped": "model", "parse_name": "parse", "Part": "parse"}


def __getattr__(name: str) -> Any:
    if name in LATER:
        from importlib import import_module

        return getattr(import_module(f"karvan.linkage.names.{LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
