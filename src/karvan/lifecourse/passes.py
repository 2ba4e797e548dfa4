"""One pass of a rule over whole people: all of them in one process, a bucket of them on Spark, or those whom a new day concerns.

What has to be known of a table as a whole is asked first (`know_crossings`, `know_spells`) and holds for every part of it; a pass then reads the view
`given`, which is the table or a part that cuts nobody in two, and writes to sheets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.errors import DataError
from karvan.lifecourse.engine import (
    batches,
    complete_through,
    day_number,
    demand_directions,
    demand_zone,
    first_known,
    has_records,
    offer_initial,
    offer_spells,
    text_is_aware,
    unknown,
)
from karvan.lifecourse.files import Nowhere, Sheet
from karvan.lifecourse.numbers import SORTED_AS, Numbers, numbers_of
from karvan.lifecourse.people import Given, all_of, in_order, named, offer
from karvan.lifecourse.queries import CARRIED, crossings_query, spells_query
from karvan.lifecourse.residence import Rule, residence_tables
from karvan.workspace import Progress, quiet

if TYPE_CHECKING:
    import duckdb

    from karvan.lifecourse.stays import Stays

TABLES = ("stays", "residence", "over", "aside")    # of all rules in one pass
FILES = (*TABLES, "due")


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


@dataclass(frozen=True)
class Crossings:
    """Crossings as a whole: the queries that put people's in order and that find nobody's, how people are carried meanwhile, and the zone of days where times are instants."""

    in_order: str
    of_nobody: str
    numbers: Numbers | None
    zone: str | None
    columns: tuple[str, ...]


def know_crossings(con: duckdb.DuckDBPyConnection, crossings: Given, *, zone: str | None = None, strata: bool = False, few: bool = False) -> Crossings:
    """Make crossings readable as the view `given`. With `strata` the columns by which repairs are counted come along. Where `few` people
    will be read, they are not looked at for how they are sorted fastest.

    Raises DataError for columns, words and zones that are not what they should be.
    """
    columns, where = offer(con, "given", crossings), named(crossings)
    also = [name for name in CARRIED if strata and name in columns]
    text = text_is_aware(con, columns)
    numbers = numbers_of(con) if columns.get("person_id") == "VARCHAR" and not few else None
    query, aware = crossings_query(columns, where, also=also, text_is_aware=text, person=SORTED_AS if numbers else "")
    if aware and not zone:
        raise DataError("`crossed_at` holds instants, and the day of an instant depends on the zone.", where=where, fix="say where the day counts, as --zone Etc/GMT-4")
    if zone:
        demand_zone(zone)
    demand_directions(con, where)
    nameless, _ = crossings_query(columns, where, also=also, text_is_aware=text, nobody=True)
    used = ("person_id", "crossed_at", "direction", *(["record_id"] if "record_id" in columns else []), *also)
    return Crossings(query, nameless, numbers, zone if aware else None, used)


def pair_people(
    con: duckdb.DuckDBPyConnection, known: Crossings, table: Sheet, aside: Sheet,
    *, observed_until: date, progress: Progress = quiet, then: Callable[[Stays, Any], None] | None = None,
) -> Made:  # fmt: skip
    """Stays of the crossings in `given`. `then` also gets the stays of each batch of people, and the day of each person's first crossing that is too late."""
    made = Made()
    people = batches(con, known.in_order, "crossings", made.counts, progress, numbers=known.numbers)
    from karvan.lifecourse.stays import paired, spells_table  # compiled: loaded while the sort runs

    for some in people:
        stays, out, late, next_late = paired(some, day_number(observed_until), known.zone)
        made.add("crossings_too_late", late)
        made.set_aside(out, aside)
        table.write(complete_through(spells_table(stays, out.column("record_id").type), observed_until))
        made.add("stays", len(stays.entered))
        if then:
            then(stays, next_late)
    write_nobody(con, known, aside)
    return made


def repair_people(
    con: duckdb.DuckDBPyConnection, known: Crossings, table: Sheet, aside: Sheet, *, observed_until: date, pack: str | None, progress: Progress = quiet
) -> Made:
    """Stays of the crossings in `given`, with missing ends put in: by the medians of all stays seen, so that no part can be repaired by itself."""
    made = Made()
    people = batches(con, known.in_order, "crossings", made.counts, progress, numbers=known.numbers)
    from karvan.lifecourse.repaired import repaired

    spells, made.repairs, out = repaired(con, all_of(list(people)), observed_until=observed_until, zone=known.zone, pack=pack)
    for row in made.repairs.to_pylist():
        made.repaired[row["repair"]] = made.repaired.get(row["repair"], 0) + row["spells"]
    made.set_aside(out, aside)
    made.add("stays", spells.num_rows)
    table.write(complete_through(spells, observed_until))
    write_nobody(con, known, aside)
    return made


def write_nobody(con: duckdb.DuckDBPyConnection, known: Crossings, aside: Sheet) -> None:
    """Crossings of no person, which `batches` has counted."""
    from karvan.lifecourse.stays import of_nobody

    for some in in_order(con, known.of_nobody):
        aside.write(of_nobody(some, known.zone))


@dataclass(frozen=True)
class Spells:
    """Stays as a whole: the queries that put people's in order, that make known who was resident before (empty: nobody asks), and that count residents without a stay."""

    in_order: str
    by: str                        # the column in whose order each person's rows are said to be; empty: they are sorted
    initial_known: str
    without_a_stay: str
    columns: tuple[str, ...]
    initial_columns: tuple[str, ...]
    where: str


def know_spells(con: duckdb.DuckDBPyConnection, spells: Given, *, ordered: bool, initial: Given = None, records: bool = True) -> Spells:
    """Make stays readable as the view `given`, and statuses before the first crossing as `initial_given`. Raises DataError for columns that are not what they should be."""
    columns, where = offer_spells(con, spells), named(spells)
    known, without, held = offer_initial(con, columns, initial, named(initial)) if initial is not None else ("", "", {})
    records = records and has_records(con, columns)
    query = spells_query(columns, where, records=records, initial=initial is not None, ordered=ordered)
    marks = ("closed_by", "entry_imputed", "exit_imputed", *(("in_record_id", "out_record_id") if records else ()))
    used = ("person_id", "entered_on", "left_on", *(name for name in marks if name in columns))
    return Spells(query, "stay" if ordered else "", known, without, used, tuple(held), where)


def decide_people(
    con: duckdb.DuckDBPyConnection, known: Spells, table: Sheet, aside: Sheet, crossings: Sheet,
    *, rule: Rule, observed_until: date | None, progress: Progress = quiet,
) -> Made:  # fmt: skip
    """Spells of usual residence of the stays in `given`."""
    made = Made()
    if known.initial_known:
        con.execute(known.initial_known)
        [(without,)] = con.execute(known.without_a_stay).fetchall()
        made.add("residents_without_a_stay", without)
    people = batches(con, known.in_order, "stays", made.counts, progress, by=known.by)
    from karvan.lifecourse.kernel import NEVER  # compiled: loaded while the sort runs
    from karvan.lifecourse.stays import read

    until = int(NEVER) if observed_until is None else day_number(observed_until)
    for some in people:
        status = first_known(some) if known.initial_known else unknown(len(some.names))
        done = residence_tables(read(some), rule=rule, until=until, initial=status, record_type=pa.string(), each=not isinstance(crossings, Nowhere))
        made.set_aside(done.aside, aside)
        made.add("crossings_too_late", done.late)
        made.add("residence_spells", done.spells.num_rows)
        table.write(done.spells)
        if done.crossings is not None:
            crossings.write(done.crossings)
    return made


def count_people(con: duckdb.DuckDBPyConnection, known: Spells, table: Sheet, *, days: int, window: int, observed_until: date | None, progress: Progress = quiet) -> Made:
    """Days in a moving window of the stays in `given`. Raises DataError where a stay is open and nothing says up to when."""
    made = Made()
    people = batches(con, known.in_order, "stays", made.counts, progress, by=known.by)
    from karvan.lifecourse.kernel import NEVER  # compiled: loaded while the sort runs
    from karvan.lifecourse.rolling import rolling_table
    from karvan.lifecourse.stays import read

    for some in people:
        stays = read(some)
        last = stays.starts[1:] - 1
        if observed_until is None and (stays.left[last[last >= stays.starts[:-1]]] == NEVER).any():
            raise DataError("A stay is open, and nothing says up to when its days count.", where=known.where, fix="name the last day that is complete: --observed-until 2026-03-31")
        done, late, _ = rolling_table(stays, days=days, window=window, until=int(NEVER) - 1 if observed_until is None else day_number(observed_until))
        made.add("stays_too_late", late)
        made.add("people_over", done.num_rows - done.column("first_exceeded_on").null_count)
        table.write(done)
    return made


def all_rules(
    con: duckdb.DuckDBPyConnection, known: Crossings, sheets: Mapping[str, Sheet],
    *, rule: Rule, days: int, window: int, observed_until: date, progress: Progress = quiet,
) -> Made:  # fmt: skip
    """Stays, residence and days in a window of the crossings in `given`, to the sheets of `FILES`, and when more may be known of whom (`due`)."""
    until, counts = day_number(observed_until), Made()

    def then(paired: Stays, next_late: Any) -> None:
        import numpy as np

        from karvan.lifecourse.rolling import rolling_table
        from karvan.lifecourse.stays import due_table

        someone = np.diff(paired.starts) > 0
        of_someone = paired.only(someone)
        done = residence_tables(of_someone, rule=rule, until=until, initial=unknown(len(of_someone.names)), record_type=pa.string(), each=False)
        sheets["residence"].write(done.spells)
        counted, _, rises = rolling_table(of_someone, days=days, window=window, until=until)
        sheets["over"].write(counted)
        due = next_late.copy()
        due[someone] = np.minimum(due[someone], np.minimum(done.next_final, rises))
        sheets["due"].write(due_table(paired.names, due))
        counts.add("residence_spells", done.spells.num_rows)
        counts.add("people_over", counted.num_rows - counted.column("first_exceeded_on").null_count)

    made = pair_people(con, known, sheets["stays"], sheets["aside"], observed_until=observed_until, progress=progress, then=then)
    made.counts |= counts.counts
    return made
