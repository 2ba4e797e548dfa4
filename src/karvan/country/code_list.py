"""Code lists with validity dates: what a code means, when it meant it, and what it is today."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import read_yaml

# In `maps_to`: the code stands for the whole (all partners, both sexes), which a record says by leaving the column empty.
WHOLE = "*"


@dataclass(frozen=True)
class Code:
    """One code during one validity. `valid_from` and `valid_to` are inclusive; empty: open."""

    code: str
    names: Mapping[str, str] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    maps_to: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str | None:
        """What a record holds for this code; None where the code stands for the whole."""
        return None if self.maps_to == WHOLE else self.maps_to or self.code

    def valid_on(self, day: date | None) -> bool:
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def name(self, lang: str) -> str:
        return self.names.get(lang) or self.names.get("en") or next(iter(self.names.values()), self.code)


@dataclass(frozen=True)
class CodeList:
    """A named list of codes, in the order of its file."""

    id: str
    codes: tuple[Code, ...]

    @cached_property
    def _by_code(self) -> dict[str, list[Code]]:
        found: dict[str, list[Code]] = {}
        for code in self.codes:
            found.setdefault(code.code, []).append(code)
        return found

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def find(self, code: str, on: date | None = None) -> Code | None:
        """The entry of a code valid on a day; any validity if no day is given; None if there is none.

        >>> CodeList("x", (Code("SUN", valid_to=date(1991, 12, 26)),)).find("SUN", date(2000, 1, 1)) is None
        True
        """
        return next((c for c in self._by_code.get(code, []) if c.valid_on(on)), None)

    def name(self, code: str, lang: str) -> str:
        """What a code is called; the code itself where the list does not know it."""
        found = self.find(code)
        return found.name(lang) if found else code

    def joined(self, other: CodeList) -> CodeList:
        """This list and what another of the same name adds; on the same code and first day this one holds."""
        own = {(c.code, c.valid_from) for c in self.codes}
        return CodeList(self.id, self.codes + tuple(c for c in other.codes if (c.code, c.valid_from) not in own))


def read_code_list(path: Path) -> CodeList:
    """Read a list from CSV (code, name_<language>, valid_from, valid_to, maps_to, further columns) or YAML (the same keys)."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows: list[Mapping[str, Any]] = list(csv.DictReader(line for line in file if not line.startswith("#")))
    else:
        content = read_yaml(path)
        rows = content.get("codes", []) if isinstance(content, dict) else content
    return CodeList(path.stem, tuple(_code(row) for row in rows))


def _code(row: Mapping[str, Any]) -> Code:
    names = {k[5:]: str(v) for k, v in row.items() if k.startswith("name_") and v}
    names |= {k: str(v) for k, v in (row.get("name") or {}).items()} if isinstance(row.get("name"), dict) else {}
    known = ("code", "valid_from", "valid_to", "maps_to", "name")
    more = {k: str(v) for k, v in row.items() if k not in known and not k.startswith("name_") and v not in (None, "")}
    return Code(str(row["code"]), names, _day(row.get("valid_from")), _day(row.get("valid_to")), str(row["maps_to"]) if row.get("maps_to") else None, more)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None
