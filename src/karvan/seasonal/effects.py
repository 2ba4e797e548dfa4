"""Feasts that move from year to year, as regressors: how many of their days off fall into a month or quarter, beyond what is usual for it.

Feasts on a fixed day are part of the season. A feast of the lunar calendar is in another month every few years; the part of it that a month has on the average of the years
that the calendar covers is taken away, so that the season keeps it.

Source: U.S. Census Bureau, "X-13ARIMA-SEATS Reference Manual", user-defined holiday regressors, deviations from long-run calendar means (Bell 1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from karvan.country.calendar import Calendar


def feast_regressors(calendar: Calendar, feasts: Sequence[str], *, start: tuple[int, int], periods: int, frequency: int) -> dict[str, list[float]]:
    """Days off of each feast in each period, less the mean of the same month or quarter over all years of the calendar; by name of the feast.

    A feast that the calendar does not know is left out. Nothing is given where the calendar does not cover all periods: half an effect is worse than none.

    >>> one = Calendar(first=date(2022, 1, 1), last=date(2023, 12, 31), off={date(2022, 5, 2): "ramazan", date(2023, 4, 21): "ramazan"})
    >>> feast_regressors(one, ["ramazan"], start=(2022, 4), periods=3, frequency=12)
    {'ramazan': [-0.5, 0.5, 0.0]}
    """
    if calendar.first is None or calendar.last is None:
        return {}
    asked = [divmod(start[0] * frequency + start[1] - 1 + n, frequency) for n in range(periods)]
    if not calendar.first.year <= asked[0][0] or not asked[-1][0] <= calendar.last.year:
        return {}
    years = calendar.last.year - calendar.first.year + 1
    found = {}
    for feast in feasts:
        days: list[date] = [day for day, name in calendar.off.items() if name == feast]
        if not days:
            continue
        counted: dict[tuple[int, int], int] = {}
        usual = [0.0] * frequency
        for day in days:
            place = (day.year, (day.month - 1) * frequency // 12)
            counted[place] = counted.get(place, 0) + 1
            usual[place[1]] += 1 / years
        found[feast] = [counted.get(place, 0) - usual[place[1]] for place in asked]
    return found
