"""What kind of values a column holds: days in which form, numbers, or text."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from karvan.intake.draft.seen import Column, Look

DAYS = ("%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y年%m月%d日", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d-%b-%Y")
CLOCKS = (" %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %H.%M")
FORMS = (*(day + clock for day in DAYS for clock in ("", *CLOCKS)), "%Y%m%d", "%d%m%Y", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%d%m%Y%H%M%S")
BLURRED = r"00[./-]\d\d[./-]\d{4}|\d\d[./-]00[./-]\d{4}|\d{4}00\d\d|\d{6}00|0000\d{4}|00\d{6}|(19|20)\d\d(-\d\d)?|(19|20)\d\d-\d\d-00|(19|20)\d\d-00-00|00[./-]00[./-]\d{4}"
ISO = {"%Y-%m-%d": "iso", "%Y%m%d": "yyyymmdd", "%Y-%m-%dT%H:%M:%S": "iso", "%Y-%m-%d %H:%M:%S": "iso", "%Y-%m-%dT%H:%M": "iso", "%Y-%m-%d %H:%M": "iso"}
OTHER_CALENDARS = ((1300, 1430, "the Persian solar calendar"), (1431, 1460, "the Islamic calendar"), (2540, 2600, "the Buddhist calendar"))


def profile(column: Column, look: Look) -> None:
    """Find out what kind of values a column holds; what cannot be read as it stands is remarked upon."""
    filled = column.present
    column.filled = len(filled) / len(column.values) if column.values else 0.0
    column.distinct = len(set(filled))
    if not filled or as_days(column, filled):
        return
    if all(re.fullmatch(r"-?\d{1,15}", v, re.A) for v in filled) and not any(re.fullmatch(r"0\d+", v) for v in filled):
        column.number = "integer"
    elif all(re.fullmatch(r"-?\d[\d  ]*(\.\d+)?(e[+-]?\d+)?", v, re.I | re.A) for v in filled) and not any(re.fullmatch(r"0\d+", v) for v in filled):
        column.number = "number"
    elif all(re.fullmatch(r"-?\d[\d  .]*(,\d+)?", v, re.A) for v in filled) and any("," in v for v in filled):
        column.number = "comma"
    if sum(any(c.isdigit() and not c.isascii() for c in v) for v in filled) > 0.5 * len(filled):
        look.doubts.append(f"column {column.name} is written in digits other than 0-9, which are read as text: ask for the file with 0-9")
    years = [int(y) for v in filled[:500] for y in re.findall(r"(?<!\d)(1[34]\d\d|25\d\d)(?=[-/.]\d\d?[-/.]\d\d?(?!\d))", v)]
    for first, last, calendar in OTHER_CALENDARS:
        if len(years) > 0.9 * len(filled[:500]) and all(first <= y <= last for y in years):
            look.doubts.append(f"the years of column {column.name} look like {calendar}; only days of the common calendar are read: ask for the file with these")


def as_days(column: Column, filled: list[str]) -> bool:
    """Whether the values are days, with their form, unknown parts and doubts about the order of day and month."""
    head = filled[:300]
    likely = [form for form in FORMS if sum(parses(v, form) for v in head) > 0.5 * len(head)]
    fits = {form: sum(parses(v, form) for v in filled) for form in likely}
    if not fits:
        return False
    best = max(fits, key=lambda f: fits[f])
    blurred = sum(bool(re.fullmatch(BLURRED, v, re.A)) for v in filled)
    if fits[best] + blurred < 0.95 * len(filled):
        return False
    column.date, column.clock = best, "%H" in best
    column.partial = blurred > 0 and fits[best] < len(filled)
    order = turned(best)
    column.ambiguous = "%d" in best and order != best and order in fits and fits[order] == fits[best]
    return True


def settle_order(look: Look) -> None:
    """One file writes all its days alike: a column that shows which comes first, day or month, speaks for those that do not."""
    doubtful = [c for c in look.columns if c.ambiguous]
    plain = Counter(c.date[:8] for c in look.columns if c.date and not c.ambiguous)
    for column in list(doubtful):
        form = column.date or ""
        other = turned(form)
        if plain[form[:8]] != plain[other[:8]]:
            column.date = form if plain[form[:8]] > plain[other[:8]] else other
            column.ambiguous = False
            doubtful.remove(column)
    if doubtful:
        names = ", ".join(c.name for c in doubtful)
        look.doubts.append(f"the days of {names} fit day/month and month/day alike; `date` says {doubtful[0].date}: ask which it is")


def turned(form: str) -> str:
    """A form of days with day and month in each other's place.

    >>> turned("%d/%m/%Y")
    '%m/%d/%Y'
    """
    return form.replace("%d", "%-").replace("%m", "%d").replace("%-", "%m")


def parses(text: str, form: str) -> bool:
    """Whether a text is a day of this form, in a year that files speak of.

    >>> parses("2026-03-01T00:05:00+05:45", "%Y-%m-%dT%H:%M:%S"), parses("10011234", "%d%m%Y")
    (True, False)
    """
    day = moment(text, form)
    return day is not None and 1850 <= day.year <= 2120


def moment(text: str, form: str) -> datetime | None:
    if not 6 <= len(text) <= 32:
        return None
    try:
        if not form.startswith(("%d ", "%d-%b", "%Y年")) and not text.isascii():
            return None
        if "%Y%m%d" in form or "%d%m%Y" in form:
            sizes = {"%Y%m%d": 8, "%d%m%Y": 8, "%Y%m%d%H%M%S": 14, "%Y%m%d%H%M": 12, "%d%m%Y%H%M%S": 14}
            if len(text) != sizes[form] or not text.isdigit():
                return None
        return datetime.strptime(text, form)
    except ValueError:
        if form != "%Y-%m-%dT%H:%M:%S" or len(text) < 20:
            return None
    try:    # with an offset from UTC: `iso` reads it and turns it to the country's own clock
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=None) if found.tzinfo is not None else None


def days_of(column: Column) -> list[datetime]:
    """The full days of a column, in the order of its rows; unknown parts left out."""
    return [day for v in column.present if (day := moment(v, column.date or "")) is not None]
