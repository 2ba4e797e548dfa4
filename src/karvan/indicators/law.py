"""Dated values of law, and the calendar of working days, as SQL that stands by itself."""


from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from karvan.errors import PackError, nearest
from karvan.indicators.compiler import literal
from karvan.indicators.periods import Window

if TYPE_CHECKING:
    from karvan.country import Country


def rule_value_sql(country: Country) -> Callable[[str, str, Mapping[str, str]], str]:
    """A function from a rule's id, the SQL of a day and the SQL of facts to SQL for the rule's value on that day.

    `R02` means the rule's one value, `T32.standard` a named one. An exception of the rule (`except`) applies where all facts that it
    names are equal; it is left out where this subject does not know the fact. Raises PackError where the rule is unknown.
    """

    def sql(rule: str, day: str, facts: Mapping[str, str]) -> str:
        rule, _, name = rule.partition(".")
        entry = country.rules.get(rule)
        if entry is None:
            raise PackError(f"There is no rule '{rule}'.", where="rules/", fix=nearest(rule, list(country.rules)) or "add it to a file of the pack's rules/")
        values = entry["values"]
        name = name or ("standard" if "standard" in values else next(iter(values)))
        if name not in values:
            raise PackError(f"Rule {rule} has no value '{name}'.", where="rules/", fix=nearest(name, list(values)) or f"use one of {', '.join(values)}")
        dated = values[name]
        whens = []
        for exception in dated.get("except") or []:
            about = {k: v for k, v in exception.items() if k not in ("value", "unit", "source", "confidence", "since", "until")}
            if about and set(about) <= set(facts):
                within = [f"{facts[k]} = {literal(v)}" for k, v in about.items()]
                within += [f"{day} >= {literal(exception['since'])}"] if "since" in exception else []
                within += [f"{day} <= {literal(exception['until'])}"] if "until" in exception else []
                whens.append(f"when {' and '.join(within)} then {literal(exception['value'])}")
        if dated.get("until"):
            whens.append(f"when {day} > {literal(dated['until'])} then null")
        whens += [f"when {day} >= {literal(since)} then {literal(dated['since'][since]['value'])}" for since in sorted(dated["since"], reverse=True)]
        return f"(case {' '.join(whens)} end)"

    return sql


def working_days_sql(country: Country, seen: Window) -> str:
    """A CTE `calendar(day, nth)`: each day and how many working days there were up to it, inclusive, since before the data.

    Working days between a and b, the day of a not counted: nth(b) - nth(a). Days off that fall on a weekend, and weekends that are
    worked, are named; the rest follows from the day of the week.
    """
    first, last = date(seen.first_on.year - 2, 1, 1), date(seen.until_on.year + 1, 12, 31)
    known = country.calendar
    off, worked = [], []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if (known.first and day < known.first) or (known.last and day > known.last):
            continue  # outside the calendar only the weekend is known
        working = known.is_working_day(day)
        if day.weekday() < 5 and not working:
            off.append(day)
        elif day.weekday() >= 5 and working:
            worked.append(day)

    def listed(days: list[date]) -> str:
        return ", ".join(f"date '{d}'" for d in days) or "null"

    return (
        "days as (  -- working days: Monday to Friday, without the days off, with the weekends that are worked\n"
        f"    select cast(day as date) as day, (isodow(day) < 6 and cast(day as date) not in ({listed(off)})) or coalesce(cast(day as date) in ({listed(worked)}), false) as worked\n"
        f"    from generate_series(date '{first}', date '{last}', interval 1 day) as s(day)\n),\n"
        "calendar as (select day, count(*) filter (worked) over (order by day) as nth from days)"
    )
