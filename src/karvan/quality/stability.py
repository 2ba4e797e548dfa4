"""Does a series of monthly counts break: a CUSUM test (QI-15)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from karvan.quality.measure import Measure

if TYPE_CHECKING:
    import duckdb

ENOUGH_MONTHS = 24      # differences against the year before
# The day that a record is counted by, of each type that has one.
DAY_OF = {
    "crossing": "crossed_on", "visa": "coalesce(decided_on, submitted_on)", "registration": "registered_on", "permit": "applied_on", "work_permit": "applied_on",
    "case_event": "event_on", "decision": "decided_on", "citizenship": "submitted_on", "civil_event": "event_on", "contract": "concluded_on", "document": "issued_on",
    "service": "started_on",
}  # fmt: skip


def stability(con: duckdb.DuckDBPyConnection) -> list[Measure]:
    """QI-15 of each feed with three years of months: the statistic, and as `month` the place of the break, year x 100 + month.

    Months count from the first to the last that the feed's deliveries cover; a month without records counts zero.
    """
    union = " union all ".join(f"select feed, date_trunc('month', {day}) as month from {record} where {day} is not null" for record, day in DAY_OF.items())
    found = con.execute(
        f"""
        with spans as (select feed, min(period_from_on) as first_on, max(period_to_on) as last_on, min(received_on) as begun_on from deliveries
                       where state = 'accepted' and period_to_on is not null group by feed),
             counted as (select feed, cast(month as date) as month, count(*) as n from ({union}) group by all),
             months as (select feed, cast(unnest(generate_series(date_trunc('month', first_on) + interval 1 month, last_on - interval 27 day, interval 1 month)) as date) as month from spans)
        select feed, list(coalesce(n, 0) order by month), list(month order by month) from months left join counted using (feed, month)
        where feed in (select feed from counted) group by feed order by feed
        """
    ).fetchall()
    out = []
    for feed, counts, months in found:
        differences = [math.log1p(now) - math.log1p(then) for then, now in zip(counts, counts[12:], strict=False)]
        if len(differences) >= ENOUGH_MONTHS:
            statistic, place = cusum(differences)
            broken = months[12 + place]
            out += [Measure("QI-15", feed, None, statistic, len(counts)), Measure("QI-15", feed, "month", float(broken.year * 100 + broken.month), len(counts))]
    return out


def cusum(values: Sequence[float]) -> tuple[float, int]:
    """Largest cumulated deviation from the mean, standardised, and where the level changes: OLS-based CUSUM (Ploberger and Kramer, 1992).

    The spread is taken from successive differences, so that the break itself does not widen it; 1.36 is exceeded by chance in 5 of 100 steady series.

    >>> steady, broken = [0.1, -0.1] * 18, [0.1, -0.1] * 9 + [1.1, 0.9] * 9
    >>> round(cusum(steady)[0], 2) < 1.36, round(cusum(broken)[0], 2) > 1.63, cusum(broken)[1]
    (True, True, 18)
    """
    n, mean = len(values), sum(values) / len(values)
    spread = math.sqrt(sum((b - a) ** 2 for a, b in pairwise(values)) / (2 * (n - 1)))
    if spread == 0:
        return 0.0, 0
    total, largest, place = 0.0, 0.0, 0
    for k, value in enumerate(values):
        total += value - mean
        if abs(total) > largest + 1e-12:
            largest, place = abs(total), k + 1
    return largest / (spread * math.sqrt(n)), min(place, n - 1)
