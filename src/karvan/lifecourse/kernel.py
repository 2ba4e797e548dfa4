"""UR-12/16, compiled: one pass over each person's crossings, in time order.

Days are whole numbers (days since 1970-01-01), people are runs of equal `person`. The meaning is in `karvan.lifecourse.residence`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

UNKNOWN, NOT_RESIDENT, RESIDENT = -1, 0, 1
NEVER = np.int32(2**31 - 1)


@njit(cache=True)
def decide(starts, days, inward, initial, ended, threshold, tolerance):  # pragma: no cover - compiled
    """Status before and after each crossing, whether it is a migration, and the day on which that is final.

    `starts[p]:starts[p + 1]` are the crossings of person p; `initial[p]` is the status before the first one (-1: infer it from the
    direction); `ended[p]` is the day from which nothing is counted any more (death), NEVER for most people.
    """
    n = days.shape[0]
    before = np.empty(n, np.int8)
    after = np.empty(n, np.int8)
    migration = np.zeros(n, np.bool_)
    final = np.empty(n, np.int32)
    for p in range(starts.shape[0] - 1):
        first, last = starts[p], starts[p + 1]
        end = ended[p]
        status = initial[p]
        rests_on = np.int64(-(2**31))
        for i in range(first, last):
            t = np.int64(days[i])
            if status == -1:
                status = 0 if inward[i] else 1
            before[i] = status
            decided_on = t
            if (status == 1) != inward[i]:
                new_side = np.int64(0)
                old_side = np.int64(0)
                j = i
                while True:
                    until = np.int64(days[j + 1]) if j + 1 < last else np.int64(end)
                    if until > end:
                        until = np.int64(end)
                    stay = max(until - np.int64(days[j]), np.int64(0))
                    if inward[j] == inward[i]:
                        if new_side + stay >= threshold:
                            migration[i] = True
                            decided_on = t + threshold + old_side
                            break
                        new_side += stay
                    else:
                        if old_side + stay > tolerance:
                            decided_on = t + tolerance + new_side
                            break
                        old_side += stay
                    j += 1
                    if j >= last:
                        decided_on = max(t, np.int64(end))
                        break
            rests_on = max(rests_on, decided_on)
            final[i] = min(rests_on, np.int64(2**31 - 1))
            if migration[i]:
                status = 1 if inward[i] else 0
            after[i] = status
    return before, after, migration, final
