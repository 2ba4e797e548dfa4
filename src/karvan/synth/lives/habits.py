"""Habits: how people and offices behave, as the pack states them, checked against `habits.yaml` (name, unit and meaning of each)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from karvan.errors import DataError, nearest

SPREADS = ("days", "years", "working days", "seconds")
"""Units of an even spread [from, below]."""
WHERE = "synth/lives.yaml, habits"


@cache
def schema() -> dict[str, dict[str, tuple[str, str]]]:
    """Unit and meaning of every habit, by section and name.

    >>> schema()["permits"]["tolerated"]
    ('day', 'days beyond the last permit before a stay counts as irregular')
    """
    declared = yaml.safe_load(Path(__file__).with_name("habits.yaml").read_text(encoding="utf-8"))
    return {section: {name: (unit, meaning) for name, (unit, meaning) in names.items()} for section, names in declared.items()}


def habits_of(settings: dict[str, Any]) -> SimpleNamespace:
    """The habits of a pack, section by section: `habits_of(settings).permits.tolerated`.

    Raises
    ------
    DataError
        A habit is missing, unknown, or not of its unit.
    """
    stated: dict[str, Any] = settings.get("habits") or {}
    if strange := sorted(set(stated) - set(schema())):
        raise DataError(f"There are no habits of '{strange[0]}'.", where=WHERE, fix=nearest(strange[0], list(schema())) or "see karvan/synth/lives/habits.yaml")
    sections = {}
    for section, declared in schema().items():
        values = stated.get(section) or {}
        if missing := [name for name in declared if name not in values]:
            unit, meaning = declared[missing[0]]
            raise DataError(f"The habit {section}.{missing[0]} is not stated.", where=WHERE, fix=f"write it, in the unit '{unit}': {meaning}")
        if unknown := [name for name in values if name not in declared]:
            raise DataError(f"There is no habit {section}.{unknown[0]}.", where=WHERE, fix=nearest(unknown[0], list(declared)) or "leave it out")
        for name, (unit, meaning) in declared.items():
            if wrong := _wrong(unit, values[name]):
                raise DataError(f"The habit {section}.{name} is {values[name]!r}, and {wrong} is expected.", where=WHERE, fix=f"unit '{unit}': {meaning}")
        sections[section] = SimpleNamespace(**values)
    return SimpleNamespace(**sections)


def _wrong(unit: str, value: Any) -> str:
    """What was expected; empty where the value is right."""
    if unit == "delay":
        right = isinstance(value, dict) and set(value) == {"median", "sigma", "least", "most"} and all(_number(v) for v in value.values())
        return "" if right and value["median"] > 0 and value["least"] <= value["most"] else "{median, sigma, least, most} in days"
    if unit in SPREADS:
        right = isinstance(value, list) and len(value) == 2 and all(isinstance(v, int) for v in value) and value[0] < value[1]
        return "" if right else "a spread [from, below] of whole numbers"
    if not _number(value):
        return "a number"
    return "a share from 0 to 1" if unit == "share" and not 0 <= value <= 1 else ""


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
