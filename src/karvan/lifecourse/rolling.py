"""n days in any m days: how many of a stay's days count against a limit that looks back over a moving window.

The day of entry and the day of exit both count, a day counts once. Unlike in the residence rules, a departure is a day inside.

Source: Regulation (EU) 2016/399 (Schengen Borders Code), Art. 6(1) and (2), where it is 90 days in any 180.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numba import njit

from karvan.lifecourse.columns import column
from karvan.lifecourse.kernel import BEFORE, NEVER
from karvan.lifecourse.stays import Stays, day


def rolling_table(stays: Stays, *, days: int, window: int, until: int) -> tuple[pa.Table, int, np.ndarray]:
    """`person_id`, `max_days`, `first_exceeded_on` (null: never), one row per person; the stays that begin later than `until`; and the first day on which more may be counted (NEVER: on none)."""
    most, exceeded, late, rises = most_days(stays.starts, stays.entered, stays.left, days, window, np.int32(until))
    return pa.table({"person_id": stays.names, "max_days": column(most), "first_exceeded_on": day(exceeded, NEVER)}), int(late), rises


@njit(cache=True, nogil=True)
def most_days(starts, entered, left, limit, window, until):  # pragma: no cover - compiled
    """Most days present in any `window` days, the first day on which they are more than `limit` (NEVER: on none), how many stays are later than `until`, and the
    first day after `until` on which someone who is inside may have more days than ever (NEVER: on none).

    Days of entry and exit both count, a day counts once, none after `until`. Of a stay with one end seen that day alone counts, unless
    it is the last and open: that one counts to `until`. While someone is inside, days present never fall from one day to the next, so the
    most are reached on a day of exit, and the limit is passed within the first stay on whose last day it is passed.
    """
    people = starts.shape[0] - 1
    most = np.zeros(people, np.int32)
    exceeded = np.full(people, NEVER, np.int32)
    rises = np.full(people, NEVER, np.int32)
    from_day = np.empty(entered.shape[0], np.int64)    # stays of the person at hand, parted: no day in two of them
    to_day = np.empty(entered.shape[0], np.int64)
    late = 0
    for p in range(people):
        n = 0
        oldest = 0         # first stay with a day in the window
        present = np.int64(0)   # days of the stays from there on, whole
        last_day = np.int64(BEFORE)
        for i in range(starts[p], starts[p + 1]):
            a = np.int64(entered[i]) if entered[i] != BEFORE else np.int64(left[i])
            b = np.int64(left[i])
            if left[i] == NEVER:
                b = np.int64(until) if i + 1 == starts[p + 1] else a
            if a > until:
                late += 1
                continue
            a, b = max(a, last_day + 1), min(b, np.int64(until))
            if b < a:
                if left[i] == NEVER and i + 1 == starts[p + 1] and most[p] < window:
                    rises[p] = until + 1
                continue
            last_day = b
            from_day[n], to_day[n] = a, b
            present += b - a + 1
            n += 1
            while to_day[oldest] <= b - window:
                present -= to_day[oldest] - from_day[oldest] + 1
                oldest += 1
            used = present - max(np.int64(0), b - window + 1 - from_day[oldest])
            most[p] = max(most[p], np.int32(used))
            if used > limit and exceeded[p] == NEVER:
                exceeded[p] = np.int32(passed_on(from_day, to_day, n, limit, window))
            if left[i] == NEVER and i + 1 == starts[p + 1] and most[p] < window:    # one more a day at most
                rises[p] = np.int32(min(until + most[p] - used + 1, np.int64(NEVER)))
    return most, exceeded, late, rises


@njit(cache=True, nogil=True)
def passed_on(from_day, to_day, n, limit, window):  # pragma: no cover - compiled
    """The first day of stay n - 1 on which more than `limit` of the `window` days up to it were days present; there is one."""
    low, high = from_day[n - 1], to_day[n - 1]
    while low < high:
        day = (low + high) // 2
        used = np.int64(0)
        for j in range(n - 1, -1, -1):
            if to_day[j] <= day - window:
                break
            used += min(to_day[j], day) - max(from_day[j], day - window + 1) + 1
        if used > limit:
            high = day
        else:
            low = day + 1
    return low
