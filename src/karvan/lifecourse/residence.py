"""UR-12/16: who becomes, and who stops being, usually resident, decided from border crossings.

Someone who is not resident and arrives becomes resident if at least `threshold` of the `window` days that begin with the day of
arrival are spent inside; a resident who leaves stops being resident by the same measure outside. Crossings are decided one after
the other, each with the status that the one before left; each opens its own window. A stay runs from its day of arrival up to,
not including, the day of departure. See docs/explanation/life-course.md.

Source: Stats NZ (2020), Defining migrants using travel histories and the 12/16-month rule; the package migrbc 2.0.9 (MIT).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from karvan.errors import DataError

EPOCH = date(1970, 1, 1)
FIRST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class Rule:
    """A residence rule by days counted: at least `threshold` of `window` days on the new side. Days, never calendar months."""

    id: str
    threshold: int
    window: int

    @property
    def tolerance(self) -> int:
        """Days on the old side that a migration may still contain."""
        return self.window - self.threshold


UR_12_16 = Rule("UR-12/16", threshold=365, window=487)


def decide_crossings(crossings: Any, *, rule: Rule = UR_12_16, observed_until: date | None = None, initial: Any = None, ended: Any = None) -> pa.Table:
    """Decide every crossing: status before and after, migration or not, and the day on which that is final.

    Parameters
    ----------
    crossings
        One row per crossing, in time order within each person and with each person's rows together: `person_id`, `crossed_on`,
        `direction` ('in', 'out'), alternating. Repair of a sequence is a step before this one.
    rule
        Which pair of days.
    observed_until
        Last day that is complete. Decisions that become final later are `undecided`: their status and migration are what they
        would be if the last stay lasts. Without it nothing is undecided.
    initial
        `person_id`, `resident` (yes or no): status before the first crossing, where one is known. Else it is inferred: someone
        who first comes in was not resident, someone who first goes out was.
    ended
        `person_id`, `ended_on`: day from which nothing is counted (death).

    Returns
    -------
    The rows given (others than those set aside, see `alternating`), with `resident_before`, `resident_after`, `migration`,
    `final_on`, `undecided`. Same rows, same order.

    Raises
    ------
    DataError
        The crossings of someone do not alternate, or go back in time.

    Examples
    --------
    >>> moves = pa.table({"person_id": ["P1"], "crossed_on": [date(2022, 3, 1)], "direction": ["in"]})
    >>> decide_crossings(moves).select(["migration", "final_on"]).to_pylist()
    [{'migration': True, 'final_on': datetime.date(2023, 3, 1)}]
    """
    import numpy as np

    from karvan.lifecourse import kernel

    given = pa.table(crossings).combine_chunks()
    person, days, inward = columns_of(given)
    new = np.empty(len(days), bool)
    if len(days):
        new[0] = True
        new[1:] = person[1:] != person[:-1]
    wrong = ~new
    wrong[1:] &= (inward[1:] == inward[:-1]) | (days[1:] < days[:-1])
    if wrong.any():
        raise DataError(
            f"{int(wrong.sum()):,} crossings follow one in the same direction, or go back in time.",
            where=f"row {int(np.argmax(wrong)) + 1}",
            fix="repair the sequences first, or take only the people whose crossings alternate",
        )
    starts = np.append(np.flatnonzero(new), len(days)).astype(np.int64)
    names = given.column("person_id").take(pa.array(starts[:-1]))
    known = looked_up(names, initial, "resident", kernel.UNKNOWN, np.int8)
    until = looked_up(names, ended, "ended_on", int(kernel.NEVER), np.int32)
    before, after, migration, final = kernel.decide(starts, days, inward, known, until, rule.threshold, rule.tolerance)
    last = (observed_until - EPOCH).days if observed_until else kernel.NEVER
    final_on = pa.array(final, type=pa.int32(), mask=final == kernel.NEVER).cast(pa.date32())
    for name, values in {
        "resident_before": pa.array(before == 1),
        "resident_after": pa.array(after == 1),
        "migration": pa.array(migration),
        "final_on": final_on,
        "undecided": pa.array(final > last),
    }.items():
        given = given.append_column(name, values)
    return given


def columns_of(crossings: pa.Table) -> tuple[Any, Any, Any]:
    """People as numbers, days since 1970, and who comes in, as arrays."""
    import numpy as np

    person = crossings.column("person_id").dictionary_encode().combine_chunks()
    codes = (person.chunk(0) if isinstance(person, pa.ChunkedArray) and person.num_chunks else person).indices if len(crossings) else pa.array([], pa.int32())
    days = crossings.column("crossed_on").cast(pa.date32()).cast(pa.int32())
    inward = pc.equal(crossings.column("direction"), "in")
    return codes.to_numpy(zero_copy_only=False), np.ascontiguousarray(days.to_numpy()), np.ascontiguousarray(inward.to_numpy())


def looked_up(names: Any, table: Any, column: str, otherwise: int, kind: Any) -> Any:
    """The value of `column` for each name, `otherwise` where the table has none."""
    import numpy as np

    out = np.full(len(names), otherwise, kind)
    if table is None:
        return out
    table = pa.table(table)
    at = pc.index_in(names, value_set=table.column("person_id").combine_chunks())
    values = table.column(column)
    values = values.cast(pa.int32() if pa.types.is_date(values.type) else pa.int8())
    found = pc.take(values, at)
    there = np.asarray(pc.is_valid(found))
    out[there] = np.asarray(pc.fill_null(found, 0))[there]
    return out
