"""The rules, slow and obvious: one person, day by day or stay by stay, in plain Python. The compiled kernels must equal them."""

from __future__ import annotations

from dataclasses import dataclass

FOREVER = 10**9  # the day to which a last stay goes on, where nothing ends it


@dataclass
class Decided:
    before: bool
    after: bool
    migration: bool
    final: int


def decide(
    crossings: list[tuple[int, str]],
    *,
    initial: bool | None = None,
    ended: int | None = None,
    threshold: int = 365,
    tolerance: int = 122,
    bridge: int | None = None,
) -> list[Decided]:
    """Decide the crossings (day number, 'in' or 'out') of one person."""
    out: list[Decided] = []
    status = initial if initial is not None else crossings[0][1] == "out"
    status_final = None
    for i, (t, direction) in enumerate(crossings):
        new_side = direction == "in"
        before, migration, own = status, False, t
        if status != new_side:
            stays = stays_from(crossings[i:], ended)
            if bridge is None:
                migration, own = of_days(stays, new_side, t, threshold, tolerance)
            else:
                migration, own = bridging(stays, new_side, t, threshold, bridge)
            if own is None:
                own = max(t, ended)
        status_final = own if status_final is None else max(status_final, own)
        status = new_side if migration else status
        out.append(Decided(before, status, migration, status_final))
    return out


def stays_from(crossings: list[tuple[int, str]], ended: int | None) -> list[tuple[bool, int, int]]:
    """(inside or not, first day, day after the last). The day of arrival is inside, the day of departure outside."""
    stays = []
    for (day, direction), following in zip(crossings, [*crossings[1:], None], strict=True):
        until = following[0] if following else FOREVER
        if ended is not None:
            until = min(until, ended)
        stays.append((direction == "in", day, max(until, day)))
    return stays


def of_days(stays, new_side, t, threshold, tolerance):
    """m days on the new side before more than n on the old: decided day by day. (None, if death comes first.)"""
    new = old = 0
    for inside, first, until in stays:
        for _ in range(first, until):
            if inside == new_side:
                new += 1
            else:
                old += 1
            if new == threshold:
                return True, t + threshold + old
            if old == tolerance + 1:
                return False, t + tolerance + new
    return False, None


def bridging(stays, new_side, t, threshold, bridge):
    """m days on the new side, where stays on the old side of up to `bridge` days do not count."""
    for inside, first, until in stays:
        if inside == new_side:
            if until - t >= threshold:
                return True, max(t + threshold, first)
        elif until - first > bridge:
            return False, first + bridge
    return False, None


def residence(crossings, decided: list[Decided], *, ended: int | None = None, until: int | None = None) -> list[tuple]:
    """Spells of usual residence of one person: (from, to, basis, final); None where there is none."""
    spells: list[list] = []
    is_open = False
    for (day, _), one in zip(crossings, decided, strict=True):
        if not spells and not is_open and one is decided[0] and one.before:
            spells.append([None, None, "observed", None])
            is_open = True
        if until is not None and one.final > until:
            if is_open:
                spells[-1][3] = None
                return [tuple(s) for s in spells]
            if one.migration:
                spells.append([day, None, "undecided", None])
                return [tuple(s) for s in spells]
            continue
        if one.migration and one.after:
            spells.append([day, None, "observed", one.final])
            is_open = True
        elif one.migration:
            spells[-1][1], spells[-1][3] = day, one.final
            is_open = False
    if is_open and ended is not None:
        spells[-1][1], spells[-1][3] = ended, max(ended, decided[-1].final)
    return [tuple(s) for s in spells]


def pair(crossings: list[tuple[int, str]], until: int) -> list[tuple[int | None, int | None]] | str:
    """Stays (day of entry, day of exit) from (microsecond, 'in' or 'out') of one person in any order; or why they cannot be paired."""
    stays: list[tuple[int | None, int | None]] = []
    crossings = [(moment, direction) for moment, direction in crossings if moment // 86_400_000_000 <= until]
    for instant in sorted({moment for moment, _ in crossings}):
        together = [direction for moment, direction in crossings if moment == instant]
        day = instant // 86_400_000_000
        if stays:
            first = "out" if stays[-1][1] is None else "in"
        else:
            first = "out" if together.count("out") > together.count("in") else "in"
        other = "in" if first == "out" else "out"
        in_turn = [first if n % 2 == 0 else other for n in range(len(together))]
        if sorted(in_turn) != sorted(together):
            if max(together.count("in"), together.count("out")) > 1:
                return "same_crossing_twice"
            return "two_entries" if together.count("in") > together.count("out") else "two_exits"
        for direction in in_turn:
            if direction == "in":
                stays.append((day, None))
            elif stays and stays[-1][1] is None:
                stays[-1] = (stays[-1][0], day)
            else:
                stays.append((None, day))
    return stays


def most_days(stays: list[tuple[int | None, int | None]], *, days: int, window: int, until: int) -> tuple[int, int | None]:
    """Most days present in any window, and the first day on which they are more than `days`, by the set of all days present."""
    present: set[int] = set()
    for number, (entered, left) in enumerate(stays):
        first = entered if entered is not None else left
        last = left if left is not None else until if number == len(stays) - 1 else entered
        present |= {day for day in range(first, last + 1) if day <= until}
    most, exceeded = 0, None
    for day in sorted(present):
        used = sum(1 for seen in present if day - window < seen <= day)
        most = max(most, used)
        if used > days and exceeded is None:
            exceeded = day
    return most, exceeded
