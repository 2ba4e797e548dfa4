"""Words and figures as a reader sees them: dimensions, codes, numbers, periods, in the reader's language."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from karvan.errors import KarvanError
from karvan_portal import source

TOTAL, UNKNOWN = "_T", "unknown"
NARROW = "\u00a0"
SEPARATORS = {"en": (",", "."), "az": (NARROW, ","), "ru": (NARROW, ",")}  # thousands, decimals, as statistical offices print them

DIMENSION = {
    "sex": gettext_lazy("Sex"),
    "age_group": gettext_lazy("Age group"),
    "citizenship": gettext_lazy("Citizenship"),
    "birth_country": gettext_lazy("Country of birth"),
    "previous_country": gettext_lazy("Country of previous residence"),
    "next_country": gettext_lazy("Country of next residence"),
    "partner": gettext_lazy("Partner country"),
    "area": gettext_lazy("Reporting country"),
    "region": gettext_lazy("Region"),
    "reason": gettext_lazy("Reason"),
    "status": gettext_lazy("Status"),
    "mode": gettext_lazy("Mode of transport"),
    "bcp": gettext_lazy("Border point"),
    "purpose": gettext_lazy("Purpose"),
    "channel": gettext_lazy("Channel"),
    "procedure": gettext_lazy("Procedure"),
    "decision": gettext_lazy("Decision"),
    "ground": gettext_lazy("Ground"),
    "duration": gettext_lazy("Duration"),
    "occupation": gettext_lazy("Occupation"),
    "industry": gettext_lazy("Industry"),
    "method": gettext_lazy("Method"),
    "kind": gettext_lazy("Kind"),
    "unit_counted": gettext_lazy("Unit counted"),
}
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
CODE = {
    ("sex", "F"): gettext_lazy("Women"),
    ("sex", "M"): gettext_lazy("Men"),
    ("sex", "X"): gettext_lazy("Other or unspecified"),
    ("reason", "family"): gettext_lazy("Family"),
    ("reason", "education"): gettext_lazy("Education"),
    ("reason", "work"): gettext_lazy("Work"),
    ("reason", "other"): gettext_lazy("Other reason"),
    ("mode", "air"): gettext_lazy("Air"),
    ("mode", "rail"): gettext_lazy("Rail"),
    ("mode", "road"): gettext_lazy("Road"),
    ("mode", "sea"): gettext_lazy("Sea"),
    ("mode", "foot"): gettext_lazy("On foot"),
    ("decision", "granted"): gettext_lazy("Granted"),
    ("decision", "refused"): gettext_lazy("Refused"),
    ("decision", "withdrawn"): gettext_lazy("Withdrawn"),
    ("decision", "discontinued"): gettext_lazy("Discontinued"),
    ("decision", "inadmissible"): gettext_lazy("Inadmissible"),
    ("decision", "cancelled"): gettext_lazy("Cancelled"),
    ("decision", "expired"): gettext_lazy("Expired"),
    ("decision", "pending"): gettext_lazy("Pending"),
    ("kind", "temporary"): gettext_lazy("Temporary"),
    ("kind", "permanent"): gettext_lazy("Permanent"),
    ("procedure", "asylum"): gettext_lazy("Asylum"),
    ("procedure", "irregular_stay"): gettext_lazy("Irregular stay"),
    ("procedure", "return"): gettext_lazy("Return"),
    ("procedure", "readmission"): gettext_lazy("Readmission"),
    ("procedure", "citizenship"): gettext_lazy("Citizenship"),
    ("procedure", "temporary_residence"): gettext_lazy("Temporary residence"),
    ("procedure", "permanent_residence"): gettext_lazy("Permanent residence"),
    ("procedure", "registration"): gettext_lazy("Registration upon place of stay"),
    ("procedure", "work_permit"): gettext_lazy("Work permit"),
    ("procedure", "visa"): gettext_lazy("Visa"),
    ("kind", "received"): gettext_lazy("Received"),
    ("kind", "decided"): gettext_lazy("Decided"),
    ("kind", "granted"): gettext_lazy("Granted"),
    ("kind", "refused"): gettext_lazy("Refused"),
    ("kind", "pending"): gettext_lazy("Pending at the end"),
    ("kind", "with_term"): gettext_lazy("With a legal term"),
    ("kind", "in_time"): gettext_lazy("Within the term"),
    ("kind", "due"): gettext_lazy("Came due"),
    ("kind", "overstayed"): gettext_lazy("Overstayed"),
    ("kind", "must_register"): gettext_lazy("Had to register"),
    ("kind", "first_substantive"): gettext_lazy("First instance, on substance"),
    ("kind", "first_positive"): gettext_lazy("First instance, positive"),
    ("kind", "final_substantive"): gettext_lazy("On appeal, on substance"),
    ("kind", "final_positive"): gettext_lazy("On appeal, positive"),
    ("kind", "applied"): gettext_lazy("Applied"),
    ("kind", "left_in_time"): gettext_lazy("Left in time"),
    ("kind", "left_late"): gettext_lazy("Left late"),
    ("kind", "departure_not_seen"): gettext_lazy("Departure not seen"),
    ("kind", "no_dated_limit"): gettext_lazy("No dated limit"),
    ("kind", "limit_not_recorded"): gettext_lazy("Limit not recorded"),
    ("method", "median"): gettext_lazy("Median"),
    ("method", "p90"): gettext_lazy("Nine in ten below"),
    ("channel", "web"): gettext_lazy("Web portal"),
    ("channel", "office"): gettext_lazy("Office"),
    ("channel", "hotel"): gettext_lazy("Hotel"),
    ("channel", "evisa"): gettext_lazy("Electronic visa"),
    ("channel", "airport"): gettext_lazy("At the airport"),
    ("channel", "consulate"): gettext_lazy("Consulate"),
    ("status", "permanent"): gettext_lazy("Permanent residence"),
    ("status", "temporary"): gettext_lazy("Temporary residence"),
    ("status", "refugee"): gettext_lazy("Refugee"),
    ("status", "asylum_seeker"): gettext_lazy("Asylum seeker"),
    ("status", "citizen"): gettext_lazy("Citizen"),
    ("status", "visa"): gettext_lazy("Visa"),
    ("status", "visa_free"): gettext_lazy("Visa-free"),
    ("status", "registered_stay"): gettext_lazy("Registered stay"),
    ("status", "irregular"): gettext_lazy("Irregular"),
    ("status", "ordered_to_leave"): gettext_lazy("Ordered to leave"),
}
STATE = {
    "accepted": gettext_lazy("Accepted"),
    "held": gettext_lazy("Held"),
    "superseded": gettext_lazy("Superseded"),
    "unchanged": gettext_lazy("Unchanged"),
}
STEP = {
    "intake": gettext_lazy("Intake"),
    "link": gettext_lazy("Linkage"),
    "linkage": gettext_lazy("Linkage"),
    "lifecourse": gettext_lazy("Life courses"),
    "quality": gettext_lazy("Quality"),
    "indicators": gettext_lazy("Indicators"),
    "disclosure": gettext_lazy("Disclosure control"),
}
OBS_STATUS = {
    "P": gettext_lazy("provisional"),
    "B": gettext_lazy("break in the series"),
    "E": gettext_lazy("estimated"),
    "M": gettext_lazy("missing"),
}
TREATMENT = {
    "none": gettext_lazy("as counted"),
    "rounded": gettext_lazy("rounded to base 5"),
    "from_rounded": gettext_lazy("computed from rounded counts"),
    "withheld": gettext_lazy("withheld to protect people"),
    "public_source": gettext_lazy("published by its source"),
}
COLOUR = {"green": gettext_lazy("good"), "amber": gettext_lazy("with care"), "red": gettext_lazy("weak")}


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


ACT = {
    "sign_in": gettext_lazy("signed in"),
    "sign_in_refused": gettext_lazy("was refused at signing in"),
    "sign_out": gettext_lazy("signed out"),
    "account_made": gettext_lazy("made an account"),
    "view_quarantine": gettext_lazy("opened rows set aside"),
    "return_file": gettext_lazy("took a return file"),
    "accept_delivery": gettext_lazy("accepted a held delivery"),
    "open_untreated": gettext_lazy("opened an untreated value"),
    "run_line": gettext_lazy("ran the line"),
    "write_profile": gettext_lazy("wrote the profile"),
}
DETAIL = {  # of a quality score, where it is a word of the platform and no column
    "accuracy": gettext_lazy("accuracy"),
    "completeness": gettext_lazy("completeness"),
    "integrability": gettext_lazy("integrability"),
    "technical": gettext_lazy("technical soundness"),
    "time": gettext_lazy("timeliness"),
    "p50": gettext_lazy("half of them within"),
    "p95": gettext_lazy("95 of 100 within"),
}
PROGRESS = {
    "reading the published cells": gettext_lazy("reading the published cells"),
    "drawing the pages": gettext_lazy("drawing the pages"),
    "setting the PDF": gettext_lazy("setting the PDF"),
    "done": gettext_lazy("done"),
}
GATE = {
    "file_name": gettext_lazy("Name of the file"),
    "readable": gettext_lazy("Readable at all"),
    "rows": gettext_lazy("Number of rows"),
    "layout": gettext_lazy("Share of rows that do not fit the layout"),
    "fill": gettext_lazy("Share filled"),
    "codes": gettext_lazy("Share of codes not in their list"),
    "check_digit": gettext_lazy("Share of wrong check digits"),
}
QUALITY = {
    "QI-01": gettext_lazy("Rows that fit their contract"),
    "QI-02": gettext_lazy("Values found in their code list"),
    "QI-03": gettext_lazy("Records that break a rule of sense"),
    "QI-04": gettext_lazy("Document numbers with a wrong check digit"),
    "QI-05": gettext_lazy("Heaping of birthdays"),
    "QI-08": gettext_lazy("Mandatory fields that are filled"),
    "QI-10": gettext_lazy("Open records of people who left"),
    "QI-11": gettext_lazy("Stays with an end that was put in"),
    "QI-13": gettext_lazy("Days from event to extract"),
    "QI-14": gettext_lazy("Days from due date to arrival"),
    "QI-16": gettext_lazy("Records with an exact key"),
    "SCORE": gettext_lazy("Overall score"),
}


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
