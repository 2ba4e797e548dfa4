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

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.errors import DataError
from karvan.lifecourse.files import Kept, Nowhere, Sheet
from karvan.lifecourse.people import Given, People, demand, in_order, offer, person_type
from karvan.lifecourse.residence import EPOCH, Rule, residence_tables, rule_named
from karvan.workspace import Progress, new_connection, quiet

if TYPE_CHECKING:
    import duckdb

MEMORY = "500MB"    # what the sort holds before it goes to disk


@dataclass
class Made:
    """What a rule made: `table`, the people set `aside` with the reason, each crossing decided (`crossings`), and counts by name.

    The tables are those asked for by a function on tables; a function on files leaves them empty.
    """

    counts: dict[str, int] = field(default_factory=dict)
    table: Any = None
    aside: Any = None
    crossings: Any = None
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, number: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def set_aside(self, people: pa.Table) -> None:
        self.add("people_set_aside", people.num_rows)
        for reason in people.column("reason").to_pylist():
            self.reasons[reason] = self.reasons.get(reason, 0) + 1


def presence(crossings: Given, *, observed_until: date, zone: str | None = None, progress: Progress = quiet) -> Made:
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

    Returns
    -------
    `table`: the columns of `presence_spells`, in order of person and stay; `aside`: `person_id`, `reason`, `crossed_at` and `record_id`
    of the crossing where it broke; `counts`.

    Raises
    ------
    DataError
        A column is missing or of a wrong type, a file cannot be read, the zone is not known.
    """
    table, aside = Kept(), Kept()
    made = presence_into(table, aside, crossings, observed_until=observed_until, zone=zone, progress=progress)
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
        `person_id`, `resident` (yes or no), optional `known_on`: the status before the first crossing, where one is known as of that day or earlier.

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

    Days of entry and exit both count. An open last stay counts to `observed_until`; of any other stay with one end the day seen counts.

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
    table: Sheet, aside: Sheet, crossings: Given, *, observed_until: date, zone: str | None, progress: Progress = quiet, then: Any = None
) -> Made:
    """`presence` into two sheets; `then` gets the stays of each batch of people as well."""
    from karvan.lifecourse.stays import NO_PERSON, crossings_query, paired, spells_table

    made = Made()
    with engine() as con:
        columns = offer(con, "given", crossings)
        where = named(crossings)
        query, aware = crossings_query(columns, where, text_is_aware=text_is_aware(con, columns))
        if aware and not zone:
            raise DataError("`crossed_at` holds instants, and the day of an instant depends on the zone.", where=where, fix="say where the day counts, as --zone Asia/Baku")
        read = None
        for read in batches(con, query, "crossings", made, progress):
            stays, out, late = paired(read, day_number(observed_until), zone if aware else None)
            made.add("crossings_too_late", late)
            made.set_aside(out)
            aside.write(out)
            table.write(spells_table(stays, out.column("record_id").type))
            made.add("stays", len(stays.entered))
            if then:
                then(stays)
        nameless = int(con.execute("select count(*) from given where person_id is null").fetchall()[0][0])
        if nameless:
            made.reasons[NO_PERSON] = nameless
            made.add("crossings_of_no_person", nameless)
    return made


def residence_into(
    table: Sheet, aside: Sheet, crossings: Sheet, spells: Given, *, rule: str | Rule, observed_until: date | None, initial: Given = None, progress: Progress = quiet
) -> Made:
    """`residence` into three sheets."""
    from karvan.lifecourse import kernel
    from karvan.lifecourse.stays import read, spells_query

    rule = rule_named(rule) if isinstance(rule, str) else rule
    made = Made()
    with engine() as con:
        columns = offer(con, "given", spells)
        if initial is not None:
            know_initial(con, columns, initial, named(initial), made)
        query = spells_query(columns, named(spells), records=has_records(con, columns), initial=initial is not None)
        for people in batches(con, query, "stays", made, progress):
            stays = read(people)
            status = first_known(people) if initial is not None else unknown(len(people.names))
            until = int(kernel.NEVER) if observed_until is None else day_number(observed_until)
            done, out, each, late = residence_tables(stays, rule=rule, until=until, initial=status, record_type=pa.string(), each=not isinstance(crossings, Nowhere))
            made.set_aside(out)
            made.add("crossings_too_late", late)
            made.add("residence_spells", done.num_rows)
            table.write(done)
            aside.write(out)
            if each is not None:
                crossings.write(each)
    return made


def rolling_into(table: Sheet, spells: Given, *, days: int, window: int, observed_until: date | None, progress: Progress = quiet) -> Made:
    """`rolling` into a sheet."""
    from karvan.lifecourse import kernel
    from karvan.lifecourse.rolling import rolling_table
    from karvan.lifecourse.stays import read, spells_query

    made = Made()
    with engine() as con:
        columns = offer(con, "given", spells)
        query = spells_query(columns, named(spells), records=False, initial=False)
        for people in batches(con, query, "stays", made, progress):
            stays = read(people)
            last = stays.starts[1:] - 1
            if observed_until is None and (stays.left[last[last >= stays.starts[:-1]]] == kernel.NEVER).any():
                raise DataError("A stay is open, and nothing says up to when its days count.", where=named(spells), fix="name the last day that is complete: --observed-until 2026-03-31")
            done, late = rolling_table(stays, days=days, window=window, until=int(kernel.NEVER) - 1 if observed_until is None else day_number(observed_until))
            made.add("stays_too_late", late)
            made.add("people_over", done.num_rows - done.column("first_exceeded_on").null_count)
            table.write(done)
    return made


# What they share ------------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sorts on disk what does not fit into `MEMORY`."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="karvan-spells-") as folder, new_connection(memory=MEMORY, temp=Path(folder)) as con:
        yield con


def batches(con: duckdb.DuckDBPyConnection, query: str, what: str, made: Made, progress: Progress) -> Iterator[People]:
    """People in order, counted; one batch without people where there are none, so that an empty table comes out with its columns."""
    progress("sorting", 0.0)
    [(total,)] = con.execute("select count(*) from given").fetchall()
    made.counts[what] = total
    made.counts["people"] = 0
    done = 0
    for people in in_order(con, query):
        made.counts["people"] += len(people.names)
        yield people
        done += int(people.starts[-1])
        progress(f"{made.counts['people']:,} people", done / max(total, 1))
    if not made.counts["people"]:
        yield nobody(con, query)


def nobody(con: duckdb.DuckDBPyConnection, query: str) -> People:
    import numpy as np

    from karvan.lifecourse.people import people_of, whole

    empty = con.sql(f"from ({query}) limit 0").to_arrow_table()
    return people_of(whole(empty.column("person_id")), np.zeros(1, np.int64), empty)


def named(given: Given) -> str:
    return str(given) if isinstance(given, str | Path) else "the table given"


def day_number(day: date) -> int:
    return (day - EPOCH).days


def text_is_aware(con: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> bool:
    """Whether times are text of which some end in an offset from UTC."""
    if columns.get("crossed_at") != "VARCHAR":
        return False
    [(found,)] = con.execute("select count(*) > 0 from given where regexp_matches(crossed_at, '\\d\\d:\\d\\d.*(Z|[+-]\\d\\d:?\\d\\d)$')").fetchall()
    return bool(found)


def has_records(con: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> bool:
    if "in_record_id" not in columns or "out_record_id" not in columns:
        return False
    [(found,)] = con.execute("select count(*) > 0 from (select 1 from given where in_record_id is not null or out_record_id is not null limit 1)").fetchall()
    return bool(found)


def know_initial(con: duckdb.DuckDBPyConnection, columns: dict[str, str], initial: Given, where: str, made: Made) -> None:
    """Make `initial_known`: the newest status of each person that is known as of the first crossing; counts residents without any stay."""
    held = offer(con, "initial_given", initial)
    if person_type(held, where)[:7] != person_type(columns, where)[:7] and "VARCHAR" in (person_type(held, where), person_type(columns, where)):
        raise DataError(f"`person_id` is {held['person_id']} here and {columns['person_id']} in the spells.", where=where, fix="write both as text, or both as whole numbers")
    demand(held, {"resident": ("BOOLEAN",)}, where)
    known = "known_on" if "known_on" in held else "null::date"
    con.execute(f"""
        create temp table initial_known as
        with first_seen as (select person_id, min(least(entered_on, left_on)) as first_on from given group by person_id)
        select person_id, max_by(resident, coalesce({known}, date '0001-01-01'))::tinyint as resident
        from initial_given join first_seen using (person_id)
        where resident is not null and coalesce({known} <= first_on, true)
        group by person_id
    """)
    [(without,)] = con.execute("select count(distinct person_id) from initial_given where resident and person_id not in (select person_id from given where person_id is not null)").fetchall()
    made.add("residents_without_a_stay", without)


def first_known(people: People) -> Any:
    import numpy as np

    first = people.rows["initial"].take(pa.array(people.starts[:-1]))
    return first.fill_null(-1).to_numpy().astype(np.int8)


def unknown(people: int) -> Any:
    import numpy as np

    from karvan.lifecourse import kernel

    return np.full(people, kernel.UNKNOWN, np.int8)
