"""The residence rule, slow and obvious: one person, day by day. The compiled kernel must equal it."""

from __future__ import annotations

from dataclasses import dataclass

LONG_AFTER = 3000  # days for which the last stay goes on, where nothing ends it


@dataclass
class Decided:
    before: bool
    after: bool
    migration: bool
    final: int


def decide(
    crossings: list[tuple[int, str]], *, initial: bool | None = None, ended: int | None = None, threshold: int = 365, tolerance: int = 122
) -> list[Decided]:
    """Decide the crossings (day number, 'in' or 'out') of one person."""
    out: list[Decided] = []
    status = initial if initial is not None else crossings[0][1] == "out"
    status_final = None
    for i, (t, direction) in enumerate(crossings):
        new_side = direction == "in"
        before, migration, own = status, False, t
        if status != new_side:
            inside_days = day_by_day(crossings[i:], ended)
            new, old = 0, 0
            for passed, inside in enumerate(inside_days):
                if inside == new_side:
                    new += 1
                else:
                    old += 1
                if new == threshold:
                    migration, own = True, t + threshold + old
                    break
                if old == tolerance + 1:
                    own = t + tolerance + new
                    break
                assert passed < LONG_AFTER
            else:
                own = max(t, ended if ended is not None else t)
        status_final = own if status_final is None else max(status_final, own)
        status = new_side if migration else status
        out.append(Decided(before, status, migration, status_final))
    return out


def day_by_day(crossings: list[tuple[int, str]], ended: int | None) -> list[bool]:
    """For each day from the first crossing on: inside or not. The day of arrival is inside, the day of departure outside."""
    days: list[bool] = []
    for (day, direction), following in zip(crossings, [*crossings[1:], None], strict=True):
        until = following[0] if following else day + LONG_AFTER
        if ended is not None:
            until = min(until, ended)
        days += [direction == "in"] * max(until - day, 0)
    return days
