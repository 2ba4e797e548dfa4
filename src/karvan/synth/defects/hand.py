"""What every defect works with: rows of a sheet, a generator, a rate, and what the pack says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from karvan.country import Country
from karvan.synth.cultures import Cultures
from karvan.synth.desk import PROFILES, Window
from karvan.synth.sheet import Rows, Sheet

NONE: Rows = np.empty(0, np.int64)
NAMES = ("surname", "given_names", "full_name")


@dataclass(frozen=True)
class Hand:
    """What a defect works with: its own generator, its rate, and what the pack says."""

    draw: np.random.Generator
    rate: float
    country: Country
    cultures: Cultures
    settings: dict[str, Any]
    window: Window
    memory: dict[str | None, bool] = field(default_factory=dict)
    """What was decided of a document or case in earlier pieces of the same feed."""

    def choose(self, things: Iterable[str | None]) -> list[bool]:
        """Is each thing chosen, at the rate? The same thing always is, or never."""
        things = list(things)
        for thing in dict.fromkeys(things):
            if thing not in self.memory:
                self.memory[thing] = bool(self.draw.random() < self.rate)
        return [self.memory[thing] for thing in things]

    def some(self, rows: Rows) -> Rows:
        """A share of rows, at the rate."""
        return rows[self.draw.random(len(rows)) < self.rate]


Damage = Callable[[Sheet, Hand], Rows]
"""A defect of a file: damages some rows of the sheet, and returns those it touched."""


def read_day(text: str, profile: str) -> date | None:
    try:
        return date(1899, 12, 30) + timedelta(int(text)) if profile == "excel" else datetime.strptime(text, profile).date()
    except ValueError:
        return None


def write_day(day: date, profile: str) -> str:
    return str((day - date(1899, 12, 30)).days) if profile == "excel" else day.strftime(profile)


def birth_date(sheet: Sheet) -> tuple[str | None, str]:
    f = sheet.field(identity="birth_date")
    return (f.column, PROFILES.get(f.date or "", f.date or "")) if f else (None, "")


def name_column(sheet: Sheet, hand: Hand) -> str | None:
    columns = [c for c in (sheet.column(n) for n in NAMES) if c]
    return columns[int(hand.draw.integers(len(columns)))] if columns else None


def together(touched: list[Rows]) -> Rows:
    return np.unique(np.concatenate(touched)) if touched else NONE
