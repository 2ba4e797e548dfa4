"""Which series a pack wants adjusted with every run: `seasonal.yaml`.

`figures`: ids of indicators, each with the dimensions along which its series are adjusted besides the totals (`by`); `feasts`: names in the pack's calendar of the feasts that move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from karvan.country import Country
from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError, nearest
from karvan.tables import DIMENSIONS

FILE = "seasonal.yaml"


@dataclass(frozen=True)
class Declared:
    """What a pack declares of seasonal adjustment."""

    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    feasts: tuple[str, ...] = ()


def file_of(country: Country) -> Path | None:
    return next((pack.folder / FILE for pack in country.packs if (pack.folder / FILE).exists()), None)


def declared(country: Country) -> Declared:
    """What the first pack with a `seasonal.yaml` declares; nothing where none does. Raises PackError for a key, an indicator or a dimension that there is not."""
    path = file_of(country)
    return read(read_yaml(path) or {}, str(path), known=set(country.indicators)) if path else Declared()


def read(said: Mapping[str, Any], where: str, *, known: set[str]) -> Declared:
    """A declaration as read from YAML.

    >>> read({"figures": {"TMP-01": {"by": ["mode"]}}, "feasts": ["ramazan"]}, "seasonal.yaml", known={"TMP-01"})
    Declared(figures={'TMP-01': ('mode',)}, feasts=('ramazan',))
    """
    for key in said:
        if key not in ("figures", "feasts"):
            raise PackError(f"There is no key '{key}'.", where=where, fix="use figures, feasts")
    figures = {}
    for name, more in (said.get("figures") or {}).items():
        if name not in known:
            raise PackError(f"There is no indicator '{name}'.", where=f"{where}, figures", fix=nearest(str(name), sorted(known)) or "name an indicator of the pack")
        by = tuple((more or {}).get("by") or ())
        for dimension in by:
            if dimension not in DIMENSIONS:
                raise PackError(f"There is no dimension '{dimension}'.", where=f"{where}, figures.{name}.by", fix=nearest(str(dimension), list(DIMENSIONS)) or "see docs/reference/tables.md")
        figures[str(name)] = by
    return Declared(figures, tuple(said.get("feasts") or ()))
