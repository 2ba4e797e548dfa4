"""True usual residence: the 12/16-month rule on true crossings, and births, deaths and the first day for those who never cross.

The rule is the one of Stats NZ (2020), *Defining migrants using travel histories and the 12/16-month rule*, written here again, from the
text and in another way than the room that is scored against it: the status after a crossing is the last decision that a crossing could make
by itself (365 of the next 487 days on its new side), whoever the person was before.
"""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.chance import Ints

MONTHS_12, MONTHS_16 = 365, 487


def decisive(person: Ints, day: Ints, inward: Ints, last_day: Ints) -> Ints:
    """Which crossings have 365 of the next 487 days on their new side. Rows in order of person and time; `last_day` is the day of death.

    >>> decisive(np.array([0, 0]), np.array([10, 400]), np.array([True, False]), np.array([9999, 9999])).tolist()
    [True, True]
    """
    n = len(person)
    if not n:
        return np.empty(0, bool)
    key = person.astype(np.int64) * 2**21 + day
    inside = np.zeros(n)  # days inside since the person's first crossing, up to each crossing
    same = person[1:] == person[:-1]
    step = np.where(same & inward[:-1], day[1:] - day[:-1], 0)
    total = np.concatenate([[0], np.cumsum(step)])
    starts = np.concatenate([[True], ~same])
    base = np.maximum.accumulate(np.where(starts, np.arange(n), 0))
    inside = total - total[base]
    limit = np.minimum(day + MONTHS_16, last_day)
    place = np.searchsorted(key, person.astype(np.int64) * 2**21 + limit, side="right") - 1
    place = np.maximum(place, np.arange(n))
    until = inside[place] + np.where(inward[place], limit - day[place], 0)
    spent_inside = until - inside
    new_side = np.where(inward, spent_inside, (limit - day) - spent_inside)
    return new_side >= MONTHS_12


def status_after(person: Ints, inward: Ints, decides: Ints, initial: Ints) -> tuple[Ints, Ints]:
    """Resident before and after each crossing: the last decisive one rules, before it the initial status."""
    n = len(person)
    last = np.maximum.accumulate(np.where(decides, np.arange(n), -1)) if n else np.empty(0, int)
    of_same = (last >= 0) & (person[np.maximum(last, 0)] == person)
    after = np.where(of_same, inward[np.maximum(last, 0)], initial)
    before = initial.copy()
    before[1:] = np.where(person[1:] == person[:-1], after[:-1], initial[1:])
    return before, after


def spells(person: Ints, day: Ints, inward: Ints, *, initial: Ints, died: Ints, from_day: Ints) -> dict[str, Ints]:
    """Spells of residence of everybody: columns person, opens, closes, in_crossing, out_crossing (-1: none), dead.

    `initial`, `died` and `from_day` are per person; `from_day` is the first day of those resident at the beginning (or their birth).
    """
    decides = decisive(person, day, inward, died[person])
    before, after = status_after(person, inward, decides, initial[person])
    begins, ends = np.flatnonzero(~before & after), np.flatnonzero(before & ~after)
    resident_first = np.flatnonzero(initial)
    who = np.concatenate([resident_first, person[begins]])
    opens = np.concatenate([from_day[resident_first], day[begins]])
    source = np.concatenate([np.full(len(resident_first), -1), begins])
    order = np.lexsort((opens, who))
    who, opens, source = who[order], opens[order], source[order]
    # the end of a spell is the next ending of the same person
    end_key = person[ends].astype(np.int64) * 2**21 + day[ends]
    place = np.searchsorted(end_key, who.astype(np.int64) * 2**21 + opens, side="left")
    valid = place < len(ends)
    found = valid & (person[ends[np.minimum(place, max(len(ends) - 1, 0))]] == who) if len(ends) else np.zeros(len(who), bool)
    out = np.where(found, ends[np.minimum(place, max(len(ends) - 1, 0))] if len(ends) else -1, -1)
    closes = np.where(found, day[out] if len(day) else 0, died[who])
    return {"person": who, "opens": opens, "closes": closes, "in_crossing": source, "out_crossing": out, "dead": ~found & (died[who] < 2**29)}
