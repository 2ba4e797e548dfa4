"""How much an adjusted figure still moves after it is first published: the series adjusted again as it stood in each of the last periods.

Models and calendar effects are chosen anew each time, as they are in each run (concurrent adjustment), so that this is what a reader of the publication would have seen.

Source: Findley, D. F. et al. (1998), "New capabilities and methods of the X-12-ARIMA seasonal-adjustment program", Journal of Business and Economic Statistics 16: revision histories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from karvan.country.calendar import Calendar
from karvan.seasonal.adjust import LEAST_YEARS, Verdict, adjust


def revisions(verdict: Verdict, calendar: Calendar | None = None, feasts: Sequence[str] = (), *, flow: bool = True, last: int = 12) -> list[dict[str, Any]]:
    """Of each of the last periods the adjusted figure when it was the newest, and now.

    Returns `period`, `first` (null: the series was not adjusted then), `now`, `revision_percent` (now / first - 1, times 100) and `verdict` of that time. Nothing for a series that is not adjusted.
    """
    series, found = verdict.series, verdict.found
    if found is None or not verdict.adjusted:
        return []
    rows = []
    for end in range(max(len(series.values) - last, LEAST_YEARS * series.frequency), len(series.values)):
        then = adjust(replace(series, periods=series.periods[:end], values=series.values[:end], statuses=series.statuses[:end]), calendar, feasts, flow=flow)
        first = then.found.components["adjusted"][-1] if then.adjusted and then.found else None
        now = found.components["adjusted"][end - 1]
        rows.append({"period": series.periods[end - 1], "first": first, "now": now, "revision_percent": 100 * (now / first - 1) if first else None, "verdict": then.reason})
    return rows
