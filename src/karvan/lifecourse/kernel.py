"""Residence, compiled: one pass over each person's crossings, in time order. (Pairing is in `pairing`, moving windows in `rolling`.)

Days are whole numbers (days since 1970-01-01); `starts[p]:starts[p + 1]` are the rows of person p. What the rules mean is in
`karvan.lifecourse.residence`, and drawn in docs/explanation/life-course-specification.md.
"""

from __future__ import annotations

import numpy as np
from numba import njit

UNKNOWN, NOT_RESIDENT, RESIDENT = -1, 0, 1
NEVER = np.int32(2**31 - 1)     # later than every day: an open end, a person still alive
BEFORE = np.int32(-(2**31))     # earlier than every day: a beginning nobody saw
OBSERVED, IMPUTED, UNDECIDED = 0, 1, 2
EMIGRATION, DEATH = 1, 2


@njit(cache=True, nogil=True)
def decide(starts, days, inward, initial, ended, threshold, tolerance, bridge):  # pragma: no cover - compiled
    """Status before and after each crossing, whether it is a migration, and the day on which that is final.

    `initial[p]` is the status before the first crossing (-1: infer it from the direction); `ended[p]` is the day from which nothing is
    counted any more (death), NEVER for most people. With `bridge` -1 the days on the old side may add up to `tolerance`; else each stay
    on the old side of up to `bridge` days counts as if it had not been.
    """
    n = days.shape[0]
    before = np.empty(n, np.int8)
    after = np.empty(n, np.int8)
    migration = np.zeros(n, np.bool_)
    final = np.empty(n, np.int32)
    for p in range(starts.shape[0] - 1):
        first, last = starts[p], starts[p + 1]
        end = np.int64(ended[p])
        status = initial[p]
        rests_on = np.int64(-(2**31))
        for i in range(first, last):
            t = np.int64(days[i])
            if status == UNKNOWN:
                status = NOT_RESIDENT if inward[i] else RESIDENT
            before[i] = status
            decided_on = t
            if (status == RESIDENT) != inward[i]:
                new_side = np.int64(0)
                old_side = np.int64(0)
                j = i
                while True:
                    until = min(np.int64(days[j + 1]) if j + 1 < last else end, end)
                    stay = max(until - np.int64(days[j]), np.int64(0))
                    if inward[j] == inward[i]:
                        reached = new_side + stay if bridge < 0 else until - t
                        if reached >= threshold:
                            migration[i] = True
                            decided_on = t + threshold + old_side if bridge < 0 else max(t + threshold, np.int64(days[j]))
                            break
                        new_side += stay
                    elif bridge >= 0:
                        if stay > bridge:
                            decided_on = np.int64(days[j]) + bridge
                            break
                    else:
                        if old_side + stay > tolerance:
                            decided_on = t + tolerance + new_side
                            break
                        old_side += stay
                    j += 1
                    if j >= last:
                        decided_on = max(t, end)
                        break
            rests_on = max(rests_on, decided_on)
            final[i] = min(rests_on, np.int64(NEVER))
            if migration[i]:
                status = RESIDENT if inward[i] else NOT_RESIDENT
            after[i] = status
    return before, after, migration, final


@njit(cache=True, nogil=True)
def next_final(starts, final, until):  # pragma: no cover - compiled
    """The first day after `until` on which a decision of each person becomes final (NEVER: on none)."""
    people = starts.shape[0] - 1
    first = np.full(people, NEVER, np.int32)
    for p in range(people):
        for i in range(starts[p], starts[p + 1]):
            if final[i] > until:    # days of becoming final never go back
                first[p] = final[i]
                break
    return first


@njit(cache=True, nogil=True)
def spells_of(starts, days, inward, imputed, before, migration, final, ended, until):  # pragma: no cover - compiled
    """Decisions as spells of usual residence: who, from (BEFORE: initial status) and to (NEVER: still), crossing that began it, basis, end, final.

    A decision that is final after `until` begins a spell of basis UNDECIDED, or ends nothing and leaves `final` at NEVER.
    """
    people = starts.shape[0] - 1
    room = people + days.shape[0]
    who = np.empty(room, np.int64)
    from_day = np.empty(room, np.int32)
    to_day = np.empty(room, np.int32)
    begun_by = np.empty(room, np.int64)
    basis = np.empty(room, np.int8)
    ended_by = np.zeros(room, np.int8)
    final_day = np.empty(room, np.int32)
    made = 0
    for p in range(people):
        first, last = starts[p], starts[p + 1]
        is_open = False
        for i in range(first, last):
            if i == first and before[i] == RESIDENT:
                who[made], from_day[made], to_day[made], begun_by[made], basis[made], final_day[made] = p, BEFORE, NEVER, -1, OBSERVED, NEVER
                is_open = True
            if final[i] > until:
                if is_open:
                    final_day[made] = NEVER
                    made += 1
                    is_open = False
                    break
                if migration[i]:
                    who[made], from_day[made], to_day[made], begun_by[made], basis[made], final_day[made] = p, days[i], NEVER, i, UNDECIDED, NEVER
                    made += 1
                    break
            elif migration[i] and inward[i]:
                who[made], from_day[made], to_day[made], begun_by[made], final_day[made] = p, days[i], NEVER, i, final[i]
                basis[made] = IMPUTED if imputed[i] else OBSERVED
                is_open = True
            elif migration[i]:
                to_day[made], ended_by[made], final_day[made] = days[i], EMIGRATION, final[i]
                if imputed[i]:
                    basis[made] = IMPUTED
                made += 1
                is_open = False
        if is_open:
            if ended[p] != NEVER:
                to_day[made], ended_by[made], final_day[made] = ended[p], DEATH, max(final[last - 1], ended[p])
            made += 1
    return who[:made], from_day[:made], to_day[:made], begun_by[:made], basis[:made], ended_by[:made], final_day[:made]
