"""Crossings to stays and stays to crossings, compiled: one pass over people whose rows stand together, in order.

Days are whole numbers (days since 1970-01-01); `starts[p]:starts[p + 1]` are the rows of person p. A moment is microseconds since 1970,
times four, plus what happened (IN, OUT, ...); a packed stay is described in `karvan.lifecourse.queries`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karvan.lifecourse.kernel import BEFORE, NEVER
from karvan.lifecourse.queries import OPEN, SHIFT

FIRST_DAY = np.int32(-25567)    # 1900-01-01
DAY = 86_400_000_000            # microseconds
LONG_AGO = -30_000_000          # days, before any that fits into a moment

IN, OUT, NO_DIRECTION, NO_TIME = 0, 1, 2, 3
KEPT, TWO_ENTRIES, TWO_EXITS, SAME_TWICE, UNKNOWN_DIRECTION, WITHOUT_TIME, BEFORE_1900 = 0, 1, 2, 3, 4, 5, 6
NO_END, NO_BEGINNING, OVERLAP, BACKWARDS, NO_CROSSING = 7, 8, 9, 10, 11


@njit(cache=True, nogil=True)
def days_of(moments):  # pragma: no cover - compiled
    """The day of each moment (microseconds since 1970, times four, plus what happened)."""
    days = np.empty(moments.shape[0], np.int32)
    for i in range(moments.shape[0]):    # from a day before all others, so that an unsigned division will do: five times as fast
        days[i] = np.int32(np.uint64((moments[i] >> 2) - LONG_AGO * DAY) // np.uint64(DAY)) + LONG_AGO
    return days


@njit(cache=True, nogil=True)
def pair(starts, moments, days, until):  # pragma: no cover - compiled
    """Pair crossings into stays. People whose crossings do not alternate get a reason and no stay. Crossings of one instant come in the
    order in which they alternate.

    Returns, per person: the reason (KEPT where there is none), the row where it broke, and where their stays begin; per stay: day of
    entry and of exit, and the rows of both (-1: none); then how many crossings are later than `until`, which count for nothing, and on
    which day each person's first of these is (NEVER: there is none).
    """
    people = starts.shape[0] - 1
    reasons = np.zeros(people, np.int8)
    broke = np.full(people, -1, np.int64)
    next_late = np.full(people, NEVER, np.int32)
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
                next_late[p] = min(next_late[p], days[i])
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
    return reasons, broke, stays_from, entered[:made], left[:made], in_row[:made], out_row[:made], late, next_late


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
