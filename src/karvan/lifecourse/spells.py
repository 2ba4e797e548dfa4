"""The rules of the life course by themselves, on a file or an Arrow table, without a workspace: `karvan spells` as functions.

>>> from datetime import date, datetime
>>> import pyarrow as pa
>>> crossings = pa.table({"person_id": ["P1", "P1"], "crossed_at": [datetime(2026, 1, 12, 9), datetime(2026, 3, 2, 18)], "direction": ["in", "out"]})
>>> stays = presence(crossings, observed_until=date(2026, 3, 31))
>>> stays.table.select(["spell_no", "entered_on", "left_on", "closed_by"]).to_pylist()
[{'spell_no': 1, 'entered_on': datetime.date(2026, 1, 12), 'left_on': datetime.date(2026, 3, 2), 'closed_by': 'exit'}]
>>> rolling(stays.table, days=90, window=180).table.to_pylist()
[{'person_id': 'P1', 'max_days': 50, 'first_exceeded_on': None}]

What counts as what, with drawn examples: docs/explanation/life-course-specification.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from karvan.errors import DataError
from karvan.lifecourse.engine import (
    as_ordered,
    batches,
    complete_through,
    day_number,
    demand_directions,
    demand_zone,
    engine,
    first_known,
    has_records,
    know_initial,
    named,
    offer_spells,
    said_complete_through,
    said_ordered,
    text_is_aware,
    unknown,
)
from karvan.lifecourse.files import Kept, Nowhere, Sheet
from karvan.lifecourse.people import Given, offer
from karvan.lifecourse.residence import Rule, residence_tables, rule_named
from karvan.workspace import Progress, quiet

if TYPE_CHECKING:
    from karvan.lifecourse.stays import Stays


Repair = Literal["none", "pack"]


@dataclass
class Made:
    """What a rule made: `table`, the people set `aside` with the reason, each crossing decided (`crossings`), repairs by stratum, and counts by name.

    The tables are those asked for by a function on tables; a function on files leaves them empty.
    """

    counts: dict[str, int] = field(default_factory=dict)
    table: Any = None
    aside: Any = None
    crossings: Any = None
    repairs: Any = None
    reasons: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, number: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def set_aside(self, people: pa.Table, sheet: Sheet) -> None:
        sheet.write(people)
        self.add("people_set_aside", people.num_rows)
        for found in people.column("reason").value_counts().to_pylist():
            self.reasons[found["values"]] = self.reasons.get(found["values"], 0) + found["counts"]


def presence(
    crossings: Given, *, observed_until: date, zone: str | None = None, repair: Repair = "none", pack: str | None = None, progress: Progress = quiet
) -> Made:
    """Pair each person's crossings into stays; whoever's crossings do not alternate is set aside whole.

    Parameters
    ----------
    crossings
        A table that Arrow reads, or the path of a Parquet or CSV file: `person_id` (text or whole number), `crossed_at` (local time, or
        an instant with a zone), `direction` ('in', 'out'); optional `record_id`. In any order.
    observed_until
        Last day that is complete; crossings later than it count for nothing and are counted.
    zone
        In which the day of a crossing counts; needed where `crossed_at` is an instant.
    repair
        'pack': instead of setting people aside, put missing ends in as the life-course step does, flagged and counted by stratum (from
        the optional columns `citizenship`, `mode`, `bcp`, `purpose`). `pack` then says which citizenship is the national one.

    Returns
    -------
    `table`: the columns of `presence_spells`, in order of person and stay; `aside`: `person_id`, `reason`, `crossed_at` and `record_id`
    of the crossing where it broke; `repairs` (table of that name), if any; `counts`.

    Raises
    ------
    DataError
        A column is missing or of a wrong type, a file cannot be read, the zone is not known.
    """
    table, aside = Kept(), Kept()
    made = presence_into(table, aside, crossings, observed_until=observed_until, zone=zone, repair=repair, pack=pack, progress=progress)
    made.table, made.aside = table.table(), aside.table()
    return made


def residence(
    spells: Given, *, rule: str | Rule = "UR-12/16", observed_until: date | None = None, initial: Given = None, progress: Progress = quiet
) -> Made:
    """Decide by a residence rule when the people of `spells` (columns of `presence_spells`) were usually resident.

    Parameters
    ----------
    rule
        Its name, `UR-12/16`, `UR-12/12`, `UR-6/12` or another `UR-m/w`; or a `Rule`.
    observed_until
        Last day that is complete; what is not final by it is `undecided`. Without it the last stay is taken to last.
    initial
        `person_id`, `resident` (yes or no), optional `known_on` (or `as_of`): the status before the first crossing, where one is known as of that day or earlier.

    Returns
    -------
    `table`: `person_id`, `from_on` (null: resident before the first crossing), `to_on` (null: still), `rule`, `basis` (observed, imputed,
    undecided), `final_on` (null: not final), `decided_by`, `ended_by`; `crossings`: each one with `resident_before`, `resident_after`,
    `migration`, `final_on`, `undecided` (null where undecided); `aside`; `counts`.

    Raises
    ------
    DataError
        There is no such rule, or it needs other records; a column is missing or of a wrong type; a file cannot be read.
    """
    table, aside, crossings = Kept(), Kept(), Kept()
    made = residence_into(table, aside, crossings, spells, rule=rule, observed_until=observed_until, initial=initial, progress=progress)
    made.table, made.aside, made.crossings = table.table(), aside.table(), crossings.table()
    return made


def rolling(spells: Given, *, days: int, window: int, observed_until: date | None = None, progress: Progress = quiet) -> Made:
    """Most days present in any `window` days, and the first day on which they were more than `days`.

    Days of entry and exit both count. An open last stay counts to `observed_until` (that of `presence`, where it made the stays and none is
    given); of any other stay with one end the day seen counts.

    Returns
    -------
    `table`: `person_id`, `max_days`, `first_exceeded_on` (null: never), one row for each person with a stay; `counts`.

    Raises
    ------
    DataError
        A stay is open and no `observed_until` says up to when; a column is missing or of a wrong type; a file cannot be read.
    """
    table = Kept()
    made = rolling_into(table, spells, days=days, window=window, observed_until=observed_until, progress=progress)
    made.table = table.table()
    return made


# The same, piece by piece ---------------------------------------------------------------------------------------------------------------


def presence_into(
    table: Sheet, aside: Sheet, crossings: Given,
    *, observed_until: date, zone: str | None, repair: Repair = "none", pack: str | None = None, progress: Progress = quiet, then: Any = None,
) -> Made:
    """`presence` into two sheets; `then` gets the stays of each batch of people as well."""  # fmt: skip
    from karvan.lifecourse.people import all_of, in_order
    from karvan.lifecourse.queries import CARRIED, crossings_query

    made = Made()
    with engine() as con:
        columns = offer(con, "given", crossings)
        where = named(crossings)
        also = [name for name in CARRIED if repair != "none" and name in columns]
        query, aware = crossings_query(columns, where, also=also, text_is_aware=text_is_aware(con, columns))
        if aware and not zone:
            raise DataError("`crossed_at` holds instants, and the day of an instant depends on the zone.", where=where, fix="say where the day counts, as --zone Etc/GMT-4")
        if zone:
            demand_zone(zone)
        zone = zone if aware else None
        demand_directions(con, where)
        people = batches(con, query, "crossings", made.counts, progress)
        from karvan.lifecourse.stays import of_nobody, paired, spells_table  # compiled: loaded while the sort runs

        if repair != "none":
            from karvan.lifecourse.repaired import repaired

            spells, made.repairs, out = repaired(con, all_of(list(people)), observed_until=observed_until, zone=zone, pack=pack)
            for row in made.repairs.to_pylist():
                made.repaired[row["repair"]] = made.repaired.get(row["repair"], 0) + row["spells"]
            made.set_aside(out, aside)
            made.add("stays", spells.num_rows)
            table.write(complete_through(spells, observed_until))
        else:
            for some in people:
                stays, out, late = paired(some, day_number(observed_until), zone)
                made.add("crossings_too_late", late)
                made.set_aside(out, aside)
                table.write(complete_through(spells_table(stays, out.column("record_id").type), observed_until))
                made.add("stays", len(stays.entered))
                if then:
                    then(stays)
        nameless, _ = crossings_query(columns, where, also=also, text_is_aware=aware and columns["crossed_at"] == "VARCHAR", nobody=True)
        for some in in_order(con, nameless):    # counted already
            aside.write(of_nobody(some, zone))
    return made


def residence_into(
    table: Sheet, aside: Sheet, crossings: Sheet, spells: Given, *, rule: str | Rule, observed_until: date | None, initial: Given = None, progress: Progress = quiet
) -> Made:
    """`residence` into three sheets."""
    from karvan.lifecourse.queries import spells_query

    rule = rule_named(rule) if isinstance(rule, str) else rule

    def decide(ordered: bool) -> Made:
        made = Made()
        with engine() as con:
            columns = offer_spells(con, spells)
            if initial is not None:
                made.add("residents_without_a_stay", know_initial(con, columns, initial, named(initial)))
            query = spells_query(columns, named(spells), records=has_records(con, columns), initial=initial is not None, ordered=ordered)
            people = batches(con, query, "stays", made.counts, progress, by="stay" if ordered else "")
            from karvan.lifecourse.kernel import NEVER  # compiled: loaded while the sort runs
            from karvan.lifecourse.stays import read

            until = int(NEVER) if observed_until is None else day_number(observed_until)
            for some in people:
                status = first_known(some) if initial is not None else unknown(len(some.names))
                done, out, each, late = residence_tables(read(some), rule=rule, until=until, initial=status, record_type=pa.string(), each=not isinstance(crossings, Nowhere))
                made.set_aside(out, aside)
                made.add("crossings_too_late", late)
                made.add("residence_spells", done.num_rows)
                table.write(done)
                if each is not None:
                    crossings.write(each)
        return made

    return as_ordered(decide, said_ordered(spells) and initial is None, table, aside, crossings)


def rolling_into(table: Sheet, spells: Given, *, days: int, window: int, observed_until: date | None, progress: Progress = quiet) -> Made:
    """`rolling` into a sheet."""
    from karvan.lifecourse.queries import spells_query

    observed_until = observed_until or said_complete_through(spells)

    def count(ordered: bool) -> Made:
        made = Made()
        with engine() as con:
            columns = offer_spells(con, spells)
            query = spells_query(columns, named(spells), records=False, ordered=ordered)
            people = batches(con, query, "stays", made.counts, progress, by="stay" if ordered else "")
            from karvan.lifecourse.kernel import NEVER  # compiled: loaded while the sort runs
            from karvan.lifecourse.rolling import rolling_table
            from karvan.lifecourse.stays import read

            for some in people:
                stays = read(some)
                last = stays.starts[1:] - 1
                if observed_until is None and (stays.left[last[last >= stays.starts[:-1]]] == NEVER).any():
                    raise DataError("A stay is open, and nothing says up to when its days count.", where=named(spells), fix="name the last day that is complete: --observed-until 2026-03-31")
                done, late = rolling_table(stays, days=days, window=window, until=int(NEVER) - 1 if observed_until is None else day_number(observed_until))
                made.add("stays_too_late", late)
                made.add("people_over", done.num_rows - done.column("first_exceeded_on").null_count)
                table.write(done)
        return made

    return as_ordered(count, said_ordered(spells), table)


def all_files(
    crossings: Given, folder: Path, *, observed_until: date, zone: str | None = None, rule: str | Rule = "UR-12/16", days: int = 90, window: int = 180, progress: Progress = quiet
) -> Made:
    """All three rules in one pass, read and sorted once: `stays`, `residence`, `over` and `aside`, each `.parquet`, in `folder`.

    The files are those of `presence`, `residence` and `rolling` one after the other.
    """
    from karvan.lifecourse.files import writing

    rule = rule_named(rule) if isinstance(rule, str) else rule
    until = day_number(observed_until)
    counts = Made()
    with writing(folder / "stays.parquet") as stays, writing(folder / "aside.parquet") as aside, writing(folder / "residence.parquet") as spells, writing(folder / "over.parquet") as over:

        def then(paired: Stays) -> None:
            from karvan.lifecourse.rolling import rolling_table

            paired = paired.of_someone()
            done, _, _, _ = residence_tables(paired, rule=rule, until=until, initial=unknown(len(paired.names)), record_type=pa.string(), each=False)
            spells.write(done)
            counted, _ = rolling_table(paired, days=days, window=window, until=until)
            over.write(counted)
            counts.add("residence_spells", done.num_rows)
            counts.add("people_over", counted.num_rows - counted.column("first_exceeded_on").null_count)

        made = presence_into(stays, aside, crossings, observed_until=observed_until, zone=zone, progress=progress, then=then)
    made.counts |= counts.counts
    return made
