"""The calendar of a pack: which days are not worked. Terms of law counted in working days rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Calendar:
    """Weekend, days off and days worked instead, for the years covered.

    `off` gives each day off with its name (text key or words); `worked` are weekend or holiday days that are worked.
    """

    weekend: frozenset[int] = frozenset({5, 6})
    first: date | None = None
    last: date | None = None
    off: Mapping[date, str] = field(default_factory=dict)
    worked: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether the offices work. Raises PackError for a day that the calendar does not cover."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            raise PackError(f"The calendar covers {self.first} to {self.last}, not {day}.", where="calendar/", fix="add the year to the pack's calendar")
        return day in self.worked or (day.weekday() not in self.weekend and day not in self.off)

    def add_working_days(self, start: date, count: int) -> date:
        """The day on which a term of `count` working days that began after `start` ends.

        >>> Calendar().add_working_days(date(2024, 3, 1), 1)    # a Friday
        datetime.date(2024, 3, 4)
        """
        day = start
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day


def read_calendar(folder: Path) -> Calendar:
    """All files of a pack's `calendar/` as one calendar.

    With `substitute: next_working_day` a feast that falls on the weekend or on another feast makes the next working day a day
    off; an entry with `substituted: false` does not.
    """
    weekend: frozenset[int] = frozenset({5, 6})
    off: dict[date, str] = {}
    worked: set[date] = set()
    years: list[int] = []
    moving: list[tuple[date, str]] = []
    substitute = False
    for path in sorted(folder.glob("*.yaml")):
        content: Mapping[str, Any] = read_yaml(path) or {}
        if "weekend" in content:
            weekend = frozenset(WEEKDAYS.index(day) for day in content["weekend"])
        years += [int(y) for y in content.get("years", [])]
        substitute = substitute or content.get("substitute") == "next_working_day"
        for entry in content.get("off", []):
            for day in days_of(entry):
                if entry.get("substituted", True) and (day in off or day.weekday() in weekend):
                    moving.append((day, entry.get("name", "")))
                off.setdefault(day, entry.get("name", ""))
        worked |= {entry["on"] if isinstance(entry, dict) else entry for entry in content.get("worked", [])}
    for day, name in sorted(moving) if substitute else ():
        while day in off or day.weekday() in weekend:
            day += timedelta(days=1)
        off[day] = name
    first, last = (date(min(years), 1, 1), date(max(years), 12, 31)) if years else (None, None)
    return Calendar(weekend, first, last, off, frozenset(worked))


def days_of(entry: Mapping[str, Any]) -> list[date]:
    """The days of one entry: `on`, or `from` and `to`, or `each: MM-DD` with `years: [first, last]`."""
    if "on" in entry:
        return [entry["on"]]
    if "each" in entry:
        month, day = map(int, str(entry["each"]).split("-"))
        first, last = entry["years"]
        return [date(year, month, day) for year in range(first, last + 1)]
    return [entry["from"] + timedelta(days=n) for n in range((entry["to"] - entry["from"]).days + 1)]
