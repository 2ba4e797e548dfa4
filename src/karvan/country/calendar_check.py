"""Checking calendars: every day off is a day, of a year that the calendar says it knows whole."""

from __future__ import annotations

from datetime import date

from karvan.country.calendar import WEEKDAYS, days_of
from karvan.country.mistakes import Mistake, Reader
from karvan.country.pack import Pack

CALENDAR_KEYS = ("years", "weekend", "substitute", "off", "worked")
OFF_KEYS = ("on", "from", "to", "each", "years", "name", "status", "substituted")


def check_calendar(pack: Pack, mistakes: list[Mistake]) -> None:
    years: set[int] = set()
    readers = [Reader(path, mistakes) for path in pack.files("calendar")]
    for reader in readers:
        if isinstance(reader.content, dict):
            years |= {year for year in reader.content.get("years") or [] if isinstance(year, int)}
    for reader in readers:
        content = reader.content
        if content is None or not reader.mapping((), content, "A calendar"):
            continue
        reader.known((), content, CALENDAR_KEYS)
        examples = {"years": "[2025, 2026]", "weekend": "[sat, sun]", "off": "[{on: 2026-03-20, name: feast}]", "worked": "[2026-03-21]"}
        unlisted = [key for key in examples if content.get(key) is not None and not isinstance(content[key], list)]
        for key in unlisted:
            reader.say((key,), f"`{key}` is no list.", f"write `{key}: {examples[key]}`")
        if unlisted:
            continue
        for place, day in enumerate(content.get("weekend") or []):
            reader.one_of(("weekend", place), day, WEEKDAYS, "day of the week")
        reader.one_of(("substitute",), content.get("substitute"), ("next_working_day",), "rule of substitution")
        for key in ("off", "worked"):
            for place, entry in enumerate(content.get(key) or []):
                where = (key, place)
                if isinstance(entry, date) and key == "worked":
                    entry = {"on": entry}
                if not reader.mapping(where, entry, "A day off"):
                    continue
                reader.known(where, entry, OFF_KEYS)
                try:
                    days = days_of(entry)
                    outside = sorted({day.year for day in days} - years)
                except (KeyError, ValueError, TypeError, AttributeError):
                    reader.say(where, "This names no day.", 'write `on: 2026-03-20`, `from:` and `to:`, or `each: "05-28"` with `years: [first, last]`')
                    continue
                if outside:
                    reader.say(where, f"The year {outside[0]} is not among the calendar's `years`.", "add it to `years`, when all its days off are known")
