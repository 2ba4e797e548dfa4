"""The rules over crossings and stays, compiled: each is one pass over people whose rows stand together, in time order.

Days are whole numbers (days since 1970-01-01); `starts[p]:starts[p + 1]` are the rows of person p. What the rules mean is in
`karvan.lifecourse.residence`, `presence` and `rolling`, and drawn in docs/explanation/life-course-specification.md.
"""

from __future__ import annotations

import numpy as np
from numba import njit

UNKNOWN, NOT_RESIDENT, RESIDENT = -1, 0, 1
NEVER = np.int32(2**31 - 1)     # later than every day: an open end, a person still alive
BEFORE = np.int32(-(2**31))     # earlier than every day: a beginning nobody saw
FIRST_DAY = np.int32(-25567)    # 1900-01-01
DAY = 86_400_000_000            # microseconds

IN, OUT, NO_DIRECTION, NO_TIME = 0, 1, 2, 3
KEPT, TWO_ENTRIES, TWO_EXITS, SAME_TWICE, UNKNOWN_DIRECTION, WITHOUT_TIME, BEFORE_1900 = 0, 1, 2, 3, 4, 5, 6
NO_END, NO_BEGINNING, OVERLAP, BACKWARDS, NO_CROSSING = 7, 8, 9, 10, 11
OBSERVED, IMPUTED, UNDECIDED = 0, 1, 2
EMIGRATION, DEATH = 1, 2
SHIFT, OPEN = 1_000_000, 2**22 - 1    # of days in a packed stay: no day is below zero, none is as late as an open end


@njit(cache=True, nogil=True)
def days_of(moments):  # pragma: no cover - compiled
    """The day of each moment (microseconds since 1970, times four, plus what happened)."""
    days = np.empty(moments.shape[0], np.int32)
    for i in range(moments.shape[0]):
        days[i] = np.int32((moments[i] >> 2) // DAY)
    return days


@njit(cache=True, nogil=True)
def pair(starts, moments, days, until):  # pragma: no cover - compiled
    """Pair crossings into stays. People whose crossings do not alternate get a reason and no stay. Crossings of one instant come in the
    order in which they alternate.

    Returns, per person: the reason (KEPT where there is none), the row where it broke, and where their stays begin; per stay: day of
    entry and of exit, and the rows of both (-1: none); then the crossings later than `until`, which count for nothing.
    """
    people = starts.shape[0] - 1
    reasons = np.zeros(people, np.int8)
    broke = np.full(people, -1, np.int64)
    stays_from = np.zeros(people + 1, np.int64)
    entered = np.empty(moments.shape[0], np.int32)
    left = np.empty(moments.shape[0], np.int32)
    in_row = np.empty(moments.shape[0], np.int64)
    out_row = np.empty(moments.shape[0], np.int64)
    made = 0
    late = 0
    for p in range(people):
        first, last = starts[p], starts[p + 1]
        begun = made
        inside = False
        i = first
        while i < last:
            what = moments[i] & 3
            if i > first:    # where a clock is set back over midnight, a later crossing would fall on an earlier day
                days[i] = max(days[i], days[i - 1])
            if what != NO_TIME and days[i] > until:
                late += 1
                i += 1
                continue
            entries, exits = 0, 0    # in this instant: entries come first, then exits
            while i + entries < last and moments[i + entries] == (moments[i] | 3) - 3:
                entries += 1
            while i + entries + exits < last and moments[i + entries + exits] == (moments[i] | 3) - 2:
                exits += 1
            reason = KEPT
            if what == NO_TIME:
                reason = WITHOUT_TIME
            elif what == NO_DIRECTION:
                reason = UNKNOWN_DIRECTION
            elif days[i] < FIRST_DAY:
                reason = BEFORE_1900
            outward = inside or (i == first and exits > entries)    # the side from which they alternate
            surplus = exits - entries if outward else entries - exits
            if reason == KEPT and (surplus < 0 or surplus > 1):
                reason = SAME_TWICE if max(entries, exits) > 1 else TWO_ENTRIES if entries > exits else TWO_EXITS
            if reason != KEPT:
                reasons[p] = reason
                broke[p] = i + max(entries + exits - 1, 0)
                made = begun
                break
            enter, leave = i, i + entries
            for _ in range(entries + exits):
                if not outward:
                    entered[made], left[made], in_row[made], out_row[made] = days[i], NEVER, enter, -1
                    enter += 1
                    made += 1
                else:
                    if inside:
                        left[made - 1], out_row[made - 1] = days[i], leave
                    else:
                        entered[made], left[made], in_row[made], out_row[made] = BEFORE, days[i], -1, leave
                        made += 1
                    leave += 1
                inside = not outward
                outward = not outward
            for same in range(i, i + entries + exits):
                days[same] = days[i]
            i += entries + exits
        stays_from[p + 1] = made
    return reasons, broke, stays_from, entered[:made], left[:made], in_row[:made], out_row[:made], late


@njit(cache=True, nogil=True)
def moves_of(starts, entered, left, died, until):  # pragma: no cover - compiled
    """The crossings in each person's stays, up to `until`. People whose stays do not follow one another get a reason and no crossing.

    Returns, per person: the reason, the stay where it broke, where their crossings begin, and the day of death (NEVER: none); per
    crossing: its day, whether it is inward, and its stay; then the crossings later than `until`, which count for nothing.
    """
    people = starts.shape[0] - 1
    reasons = np.zeros(people, np.int8)
    broke = np.full(people, -1, np.int64)
    moves_from = np.zeros(people + 1, np.int64)
    ended = np.full(people, NEVER, np.int32)
    days = np.empty(2 * entered.shape[0], np.int32)
    inward = np.empty(2 * entered.shape[0], np.bool_)
    stay = np.empty(2 * entered.shape[0], np.int64)
    made = 0
    late = 0
    for p in range(people):
        first, last = starts[p], starts[p + 1]
        begun = made
        before = BEFORE
        for i in range(first, last):
            reason = KEPT
            if entered[i] == BEFORE and left[i] == NEVER:
                reason = NO_CROSSING
            elif entered[i] == BEFORE and i > first:
                reason = NO_BEGINNING
            elif before == NEVER:
                reason = NO_END
            elif left[i] < entered[i]:
                reason = BACKWARDS
            elif entered[i] != BEFORE and entered[i] < before:
                reason = OVERLAP
            elif (entered[i] != BEFORE and entered[i] < FIRST_DAY) or left[i] < FIRST_DAY:
                reason = BEFORE_1900
            if reason != KEPT:
                reasons[p] = reason
                broke[p] = i
                made = begun
                ended[p] = NEVER
                break
            before = left[i]
            if entered[i] != BEFORE:
                if entered[i] <= until:
                    days[made], inward[made], stay[made] = entered[i], True, i
                    made += 1
                else:
                    late += 1
            if left[i] != NEVER:
                if left[i] > until:
                    late += 1
                elif died[i]:
                    ended[p] = left[i]
                else:
                    days[made], inward[made], stay[made] = left[i], False, i
                    made += 1
        moves_from[p + 1] = made
    return reasons, broke, moves_from, ended, days[:made], inward[:made], stay[:made], late


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


@njit(cache=True, nogil=True)
def unpack(packed):  # pragma: no cover - compiled
    """Stays from the numbers by which they were sorted (see `karvan.lifecourse.stays`): entry, exit, death, entry imputed, exit imputed."""
    n = packed.shape[0]
    entered = np.empty(n, np.int32)
    left = np.empty(n, np.int32)
    died = np.empty(n, np.bool_)
    entry_imputed = np.empty(n, np.bool_)
    exit_imputed = np.empty(n, np.bool_)
    for i in range(n):
        number = packed[i]
        entered[i] = np.int32((number >> 26) - SHIFT) if number & (1 << 25) else BEFORE
        low = (number >> 3) & OPEN
        left[i] = NEVER if low == OPEN else np.int32(low - SHIFT)
        died[i] = (number & 4) != 0
        entry_imputed[i] = (number & 2) != 0
        exit_imputed[i] = (number & 1) != 0
    return entered, left, died, entry_imputed, exit_imputed


@njit(cache=True, nogil=True)
def most_days(starts, entered, left, limit, window, until):  # pragma: no cover - compiled
    """Most days present in any `window` days, and the first day on which they are more than `limit` (NEVER: on none).

    Days of entry and exit both count, a day counts once, none after `until`. Of a stay with one end seen that day alone counts, unless
    it is the last and open: that one counts to `until`. While someone is inside, days present never fall from one day to the next, so the
    most are reached on a day of exit, and the limit is passed within the first stay on whose last day it is passed.
    """
    people = starts.shape[0] - 1
    most = np.zeros(people, np.int32)
    exceeded = np.full(people, NEVER, np.int32)
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
    return most, exceeded, late


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
