"""Words and figures as a reader sees them: dimensions, codes, numbers, periods, in the reader's language."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from karvan.errors import KarvanError
from karvan_portal import source
from karvan_portal.vocabulary import CODE, DIMENSION

TOTAL, UNKNOWN = "_T", "unknown"
NARROW = "\u00a0"
SEPARATORS = {"en": (",", "."), "az": (NARROW, ","), "ru": (NARROW, ",")}  # thousands, decimals, as statistical offices print them

# Code lists of the packs that name the codes of a dimension; the first that knows a code speaks.
COUNTRIES = ("countries", "areas")
CODE_LISTS = {
    "citizenship": COUNTRIES,
    "birth_country": COUNTRIES,
    "previous_country": COUNTRIES,
    "next_country": COUNTRIES,
    "partner": ("areas", "countries"),
    "area": ("areas", "countries"),
    "region": ("regions", "us_states"),
    "bcp": ("bcp", "us_ports"),
    "purpose": ("purposes",),
    "ground": ("permit_grounds", "visa_classes", "violations"),
    "decision": ("decisions",),
    "occupation": ("occupations",),
    "industry": ("industries",),
    "sex": ("sex",),
}


def dimension(name: str) -> str:
    """What a dimension is called."""
    return str(DIMENSION.get(name, name))


def code(dimension_name: str, value: Any) -> str:
    """What a code of a dimension is called, in the reader's language; the code itself where nobody knows it."""
    if value is None:
        return ""
    value = str(value)
    if value == TOTAL:
        return pgettext("all categories of a dimension", "Total")
    if value == UNKNOWN:
        return _("Unknown")
    if told := _category(dimension_name, value, source.language()):
        return told
    if (dimension_name, value) in CODE:
        return str(CODE[dimension_name, value])
    return _from_pack(dimension_name, value, source.language())


@lru_cache(maxsize=20_000)
def _category(dimension_name: str, value: str, language: str) -> str:
    """What the pack itself calls a category (`category.DIMENSION.CODE` in its texts), as in its profile."""
    try:
        texts = source.country().texts
    except KarvanError:
        return ""
    return source.in_language(texts.get(f"category.{dimension_name}.{value}") or texts.get(f"category.{value}") or "")


@lru_cache(maxsize=20_000)
def _from_pack(dimension_name: str, value: str, language: str) -> str:
    try:
        lists = source.country().code_lists
    except KarvanError:
        return value
    known = [lists[name] for name in CODE_LISTS.get(dimension_name, ()) if name in lists]
    for one in known:
        if value in one and (named := one.name(value, language)) != value:
            return named
    for one in known if dimension_name in ("occupation", "industry") else ():  # a finer code than the list has: its group, and the code
        for length in range(len(value) - 1, 0, -1):
            if value[:length] in one:
                return f"{value} {one.name(value[:length], language)}"
    return value.replace("_", " ") if value.isascii() and value.islower() and dimension_name != "method" else value


def period(value: Any) -> str:
    """A period as a reader sees it: a span with an en dash, the undated in words."""
    if value == "undated":
        return _("undated")
    return str(value or "").replace("/", "–")


def unit(name: Any) -> str:
    """A unit in the reader's language."""
    from karvan.indicators import unit_name

    return unit_name(str(name or ""), source.language())


def figure(value: Any, decimals: int | None = None) -> str:
    """A number with thousand separators of the reader's language; an en dash where there is none.

    Counts are whole; other values keep three significant digits below 100 and one decimal above.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, int | float):
        return str(value)
    if decimals is None:
        decimals = 0 if float(value).is_integer() or abs(value) >= 10_000 else 1 if abs(value) >= 100 else 3 if abs(value) < 1 else 2
    text = f"{value:,.{decimals}f}"
    if decimals and "." in text and decimals > 1:
        text = text.rstrip("0").rstrip(".")
    thousands, point = SEPARATORS.get(source.language(), (",", "."))
    text = text.translate({ord(","): thousands, ord("."): point})
    return text.replace("-", "\u2212")


def measure(value: Any, unit_name: Any) -> str:
    """A value in its unit: shares and rates with one decimal throughout, so that columns can be compared."""
    rate = str(unit_name) in ("percent", "share") or str(unit_name).startswith("per ")
    return figure(value, 1 if rate and isinstance(value, int | float) else None)


def span(first: Any, last: Any) -> str:
    """The period that a delivery covers, as short as it can be said: a day, a month, a year, or from day to day.

    >>> span(date(2026, 6, 1), date(2026, 6, 30)), span(date(2026, 1, 1), date(2026, 12, 31)), span(date(2026, 6, 3), date(2026, 6, 3))
    ('2026-06', '2026', '2026-06-03')
    """
    if first is None or last is None:
        return "–"
    if first == last:
        return day(first)
    whole_months = first.day == 1 and (last + timedelta(days=1)).day == 1
    if whole_months and (first.year, first.month) == (last.year, last.month):
        return f"{first:%Y-%m}"
    if whole_months and first.year == last.year and (first.month, last.month) == (1, 12):
        return f"{first:%Y}"
    return f"{day(first)} – {day(last)}"


def share(value: Any) -> str:
    """A share between 0 and 1 as a percentage."""
    if value is None:
        return "–"
    percent = 100 * float(value)
    return f"{figure(percent, 2 if 0 < abs(percent) < 1 else 1)}{NARROW}%"


def day(value: Any) -> str:
    """A day as ISO 8601: the same in every language, and it sorts."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def reason(code_of_reason: str) -> str:
    """Why a row was set aside, in the reader's language where the pack has the words, else in intake's own."""
    from karvan.intake import REASONS

    try:
        told = source.country().texts.get(f"intake.reason.{code_of_reason}")
    except KarvanError:
        told = None
    return source.in_language(told) if told else REASONS.get(code_of_reason, code_of_reason.replace("_", " "))


def expected(told: Any) -> str:
    """What a contract expected of a value, in the reader's language: intake's own phrases; a form or a list of codes stays as it is."""
    text = str(told or "")
    phrases = {
        "a value": _("a value"),
        "a number": _("a number"),
        "a whole number": _("a whole number"),
        "true or false": _("true or false"),
        "a number of its own": _("a number of its own"),
        "the digit of ICAO 9303": _("the check digit of ICAO 9303"),
        "a code valid on that day": _("a code valid on that day"),
    }
    if text in phrases:
        return phrases[text]
    if text.startswith("list "):
        return _("a code of the list %(name)s") % {"name": text.removeprefix("list ")}
    if text.startswith("a value for "):
        return _("a value for %(name)s") % {"name": text.removeprefix("a value for ")}
    form, partial, _rest = text.partition(", unknown parts as 00")
    return _("%(form)s, unknown parts as 00") % {"form": form} if partial else text
