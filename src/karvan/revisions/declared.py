"""Which figures a pack wants the vintages of published: `revisions.yaml`.

`figures`: ids of indicators; `every`: months between vintages; `provisional`: the indicator of which each flow (immigration, emigration) of `karvan provisional` is the provisional figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from karvan.country import Country
from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError, nearest

FILE = "revisions.yaml"
FLOWS = ("immigration", "emigration")


@dataclass(frozen=True)
class Declared:
    """What a pack declares of revisions."""

    figures: tuple[str, ...] = ()
    every: int = 6
    provisional: Mapping[str, str] = field(default_factory=dict)


def declared(country: Country) -> Declared:
    """What the first pack with a `revisions.yaml` declares; nothing where none does. Raises PackError for a key, an indicator or a flow that there is not."""
    path = next((pack.folder / FILE for pack in country.packs if (pack.folder / FILE).exists()), None)
    return read(read_yaml(path) or {}, str(path), known=set(country.indicators)) if path else Declared()


def read(said: Mapping[str, Any], where: str, *, known: set[str]) -> Declared:
    """A declaration as read from YAML.

    >>> read({"figures": ["FLW-01"], "every": 12, "provisional": {"immigration": "FLW-01"}}, "revisions.yaml", known={"FLW-01"})
    Declared(figures=('FLW-01',), every=12, provisional={'immigration': 'FLW-01'})
    """
    for key in said:
        if key not in ("figures", "every", "provisional"):
            raise PackError(f"There is no key '{key}'.", where=where, fix="use figures, every, provisional")
    flows = said.get("provisional") or {}
    for flow in flows:
        if flow not in FLOWS:
            raise PackError(f"There is no flow '{flow}'.", where=f"{where}, provisional", fix="use immigration, emigration")
    for name in (*(said.get("figures") or ()), *flows.values()):
        if name not in known:
            raise PackError(f"There is no indicator '{name}'.", where=where, fix=nearest(str(name), sorted(known)) or "name an indicator of the pack")
    every = said.get("every", Declared.every)
    if not isinstance(every, int) or not 1 <= every <= 60:
        raise PackError("Months between vintages are a whole number from 1 to 60.", where=f"{where}, every", fix="write every: 6")
    return Declared(tuple(said.get("figures") or ()), every, dict(flows))
