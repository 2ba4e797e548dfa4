"""UR-12/16: who becomes, and who stops being, usually resident, decided from border crossings.

Someone who is not resident and arrives becomes resident if at least `threshold` of the `window` days that begin with the day of
arrival are spent inside; a resident who leaves stops being resident by the same measure outside. Crossings are decided one after
the other, each with the status that the one before left; each opens its own window. A stay runs from its day of arrival up to,
not including, the day of departure. See docs/explanation/life-course.md.

Source: Stats NZ (2020), Defining migrants using travel histories and the 12/16-month rule; the package migrbc 2.0.9 (MIT).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from karvan.errors import DataError

if TYPE_CHECKING:
    from karvan.lifecourse.stays import Stays

EPOCH = date(1970, 1, 1)
FIRST_DAY = date(1900, 1, 1)


DAYS_A_MONTH = 365.25 / 12
BRIDGED = 90                  # days of an absence, or of a return, that UR-12/12 takes no notice of
OTHER_RECORDS = {
    "UR-EXP": "the permits, visas and population register that say how long someone is expected to stay",
    "UR-SOL": "signs of life from several registers",
    "UR-PRE": "permits and the population register for what crossings have not decided yet",
}


@dataclass(frozen=True)
class Rule:
    """A residence rule by days counted: at least `threshold` of `window` days on the new side. Days, never calendar months.

    With `bridge` (days; -1: none) the rule is another one: the new side must last `threshold` days, where stays on the old side of up to
    `bridge` days count as if they had not been.
    """

    id: str
    threshold: int
    window: int
    bridge: int = -1

    @property
    def tolerance(self) -> int:
        """Days on the old side that a migration may still contain."""
        return self.window - self.threshold


UR_12_16 = Rule("UR-12/16", threshold=365, window=487)
UR_12_12 = Rule("UR-12/12", threshold=365, window=365, bridge=BRIDGED)
UR_6_12 = Rule("UR-6/12", threshold=183, window=365)
RULES = {rule.id: rule for rule in (UR_12_16, UR_12_12, UR_6_12)}


def rule_named(name: str) -> Rule:
    """The rule of a name: one of `RULES`, or `UR-m/w` for any other pair of months.

    Raises DataError for a name that is no rule, or whose rule asks for records that crossings are not.

    >>> rule_named("UR-9/12")
    Rule(id='UR-9/12', threshold=274, window=365, bridge=-1)
    """
    if name in RULES:
        return RULES[name]
    if name in OTHER_RECORDS:
        raise DataError(f"{name} cannot be decided from crossings alone: it needs {OTHER_RECORDS[name]}.", fix="put the records in a workspace and run `karvan run`, or choose another rule")
    pair = re.fullmatch(r"UR-(\d{1,3})/(\d{1,3})", name)
    if pair and 1 <= int(pair[1]) <= int(pair[2]):
        return Rule(name, *(round(int(months) * DAYS_A_MONTH) for months in pair.groups()))
    raise DataError(f"There is no rule `{name}`.", fix=f"choose {', '.join(RULES)}, or UR-m/w for m months of w, as UR-9/12")


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
    before, after, migration, final = kernel.decide(starts, days, inward, known, until, rule.threshold, rule.tolerance, rule.bridge)
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


@dataclass(frozen=True)
class Decided:
    """Stays, decided by a rule: spells of usual residence, the people set aside, the crossings one by one (if asked for), and the number of those that are too late.

    `next_final` is, for each person, the first day after the last complete one on which a decision becomes final (NEVER: on none).
    """

    spells: pa.Table
    aside: pa.Table
    crossings: pa.Table | None
    late: int
    next_final: Any


def residence_tables(stays: Stays, *, rule: Rule, until: int, initial: Any, record_type: pa.DataType, each: bool) -> Decided:
    """Decide stays by a rule.

    `initial` is the status before the first crossing of each person (-1: infer it). What is not final by `until` is undecided.
    """
    import numpy as np

    from karvan.lifecourse import kernel, pairing
    from karvan.lifecourse.columns import column, words
    from karvan.lifecourse.stays import aside, day

    reasons, broke, starts, ended, days, inward, stay, late = pairing.moves_of(stays.starts, stays.entered, stays.left, stays.died, np.int32(until))
    out = aside(stays.names, reasons, broke, lambda rows: {"entered_on": day(stays.entered[rows], kernel.BEFORE), "left_on": day(stays.left[rows], kernel.NEVER)})
    before, after, migration, final = kernel.decide(starts, days, inward, initial, ended, rule.threshold, rule.tolerance, rule.bridge)
    imputed = np.where(inward, stays.entry_imputed[stay], stays.exit_imputed[stay])
    who, from_day, to_day, begun_by, basis, ended_by, final_day = kernel.spells_of(starts, days, inward, imputed, before, migration, final, ended, np.int32(until))

    def records(rows: Any, inwards: Any) -> pa.Array:
        """The record of each crossing; null where there is none (-1)."""
        if stays.in_record is None or stays.out_record is None:
            return pa.nulls(len(rows), record_type)
        at = np.where(rows < 0, 0, rows)
        of = column(stay[at] if len(stay) else at, rows < 0)
        return pc.if_else(column(inwards), stays.in_record.take(of), stays.out_record.take(of))

    spells = pa.table({
        "person_id": stays.names.take(column(who)),
        "from_on": day(from_day, kernel.BEFORE),
        "to_on": day(to_day, kernel.NEVER),
        "rule": words(np.zeros(len(who), np.int8), rule.id),
        "basis": words(basis, "observed", "imputed", "undecided"),
        "final_on": day(final_day, kernel.NEVER),
        "decided_by": records(begun_by, np.ones(len(who), bool)),
        "ended_by": words(ended_by - 1, "emigration", "death"),
    })  # fmt: skip
    next_final = kernel.next_final(starts, final, np.int32(until))
    if not each:
        return Decided(spells, out, None, int(late), next_final)
    open_question = final > until
    crossings = pa.table({
        "person_id": stays.names.take(column(np.repeat(np.arange(len(stays.names)), np.diff(starts)))),
        "crossed_on": day(days, kernel.NEVER),
        "direction": words(inward.astype(np.int8), "out", "in"),
        "record_id": records(np.arange(len(days)), inward),
        "resident_before": column(before == kernel.RESIDENT, np.append(False, open_question)[:-1] & ~first_of(starts, len(days))),
        "resident_after": column(after == kernel.RESIDENT, open_question),
        "migration": column(migration, open_question),
        "final_on": column(final, open_question | (final == kernel.NEVER), pa.date32()),
        "undecided": column(open_question),
    })  # fmt: skip
    return Decided(spells, out, crossings, int(late), next_final)


def first_of(starts: Any, rows: int) -> Any:
    """Whether each row is the first of its person."""
    import numpy as np

    first = np.zeros(rows + 1, bool)
    first[starts] = True
    return first[:-1]
