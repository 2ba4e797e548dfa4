"""Reference periods: which ones the data cover whole, and under which rule each is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from karvan.errors import DataError

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """The days that the deliveries cover without a gap, both inclusive."""

    first_on: date
    until_on: date


@dataclass(frozen=True)
class Period:
    """A reference period: its label, first and last day, and how it is counted."""

    label: str
    start: date
    end: date
    rule: str | None = None
    status: str = "A"


def period_of(label: str) -> Period:
    """The period that a label names: 2024, 2024-Q1, 2024-03, 2024-03-31.

    >>> period_of("2024-02").end
    datetime.date(2024, 2, 29)
    >>> period_of("2024-Q4").start
    datetime.date(2024, 10, 1)
    """
    try:
        if "-Q" in label:
            year, quarter = int(label[:4]), int(label[6:])
            start = date(year, 3 * quarter - 2, 1)
            return Period(label, start, month_after(date(year, 3 * quarter, 1)) - DAY)
        numbers = [int(part) for part in label.split("-")]
        if len(numbers) == 1:
            return Period(label, date(numbers[0], 1, 1), date(numbers[0], 12, 31))
        if len(numbers) == 2:
            start = date(numbers[0], numbers[1], 1)
            return Period(label, start, month_after(start) - DAY)
        day = date(*numbers)
        return Period(label, day, day)
    except (ValueError, TypeError):
        raise DataError(f"`{label}` is not a period.", fix="write 2024, 2024-Q1, 2024-03 or 2024-03-31") from None


def month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def periods_between(kind: str, window: Window, *, moment: str | None = None) -> list[Period]:
    """The periods of one kind that a window covers, in time.

    A flow needs its whole period. A stock needs only its moment: `start` (the beginning of the first day) or `end` (of the last day).
    Kind `day` gives the last day of each month: daily stocks are asked for one by one, by `query_for_cell`.
    """
    found, start = [], date(window.first_on.year, 1, 1)
    while start <= window.until_on + DAY:
        if kind == "year":
            period = period_of(f"{start.year}")
        elif kind == "quarter":
            period = period_of(f"{start.year}-Q{(start.month + 2) // 3}")
        else:
            period = period_of(f"{start:%Y-%m}")
        start = period.end + DAY
        if kind == "day":
            period = period_of(period.end.isoformat())
        if covered(period, window, moment=moment):
            found.append(period)
    return found


def covered(period: Period, window: Window, *, moment: str | None) -> bool:
    """Whether a window covers a period (or its moment)."""
    if moment == "start":
        return window.first_on <= period.start <= window.until_on + DAY
    if moment == "end":
        return window.first_on <= period.end <= window.until_on
    return window.first_on <= period.start and period.end <= window.until_on


def ready(period: Period, window: Window, *, ready_after: int, moment: str | None) -> bool:
    """Whether everything that the final rule must see after the period has been seen."""
    last = period.start - DAY if moment == "start" else period.end
    return last + timedelta(days=ready_after) <= window.until_on
