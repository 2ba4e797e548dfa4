"""What the rules by themselves share: the engine that sorts, people batch by batch, and what is known before the first crossing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from karvan.errors import DataError
from karvan.lifecourse.people import WHOLE, Given, OutOfOrder, People, demand, files_of, in_order, named, offer, person_type
from karvan.lifecourse.residence import EPOCH
from karvan.workspace import Progress, new_connection

if TYPE_CHECKING:
    import duckdb

    from karvan.lifecourse.files import Sheet
    from karvan.lifecourse.numbers import Numbers

Done = TypeVar("Done")

MEMORY = "400MB"    # what the sort holds before it goes to disk
OBSERVED_UNTIL, ORDER = b"observed_until", b"order"    # keys of the metadata of stays
YES, NO = ("yes", "true", "1", "resident"), ("no", "false", "0", "not_resident")


@contextlib.contextmanager
def engine(*, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sorts on disk what does not fit into `MEMORY`."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="karvan-spells-", ignore_cleanup_errors=True) as folder:
        con = new_connection(threads=threads, memory=MEMORY, temp=Path(folder))
        try:
            yield con
        except BaseException:
            con.interrupt()    # a sort that goes on in its thread
            raise
        finally:
            close(con)


def close(con: duckdb.DuckDBPyConnection) -> None:
    """Close a connection, which refuses while an interrupted query still ends in its thread."""
    import time

    import duckdb

    for _ in range(300):
        try:
            con.close()
            return
        except duckdb.Error:    # also a query that began in its thread only after the first interrupt
            con.interrupt()
            time.sleep(0.1)


def batches(con: duckdb.DuckDBPyConnection, query: str, what: str, counts: dict[str, int], progress: Progress, *, by: str = "", numbers: Numbers | None = None) -> Iterator[People]:
    """People in order, counted; one batch without people where there are none, so that an empty table comes out with its columns.

    The sort begins at once, before the first batch is asked for.
    """
    progress("sorting", 0.0)
    [(total,)] = con.execute("select count(*) from given").fetchall()
    counts |= {what: total, "people": 0}
    sorted_people = in_order(con, query, by=by, numbers=numbers)

    def counted() -> Iterator[People]:
        done = 0
        for people in sorted_people:
            counts["people"] += len(people.names)
            yield people
            done += int(people.starts[-1])
            progress(f"{counts['people']:,} people", done / max(total, 1))
        if total > done:
            counts[f"{what}_of_no_person"] = total - done
        if not counts["people"]:
            yield nobody(con, query, numbers)

    return counted()


def nobody(con: duckdb.DuckDBPyConnection, query: str, numbers: Numbers | None) -> People:
    import numpy as np

    from karvan.lifecourse.people import people_of, whole

    empty = con.sql(f"from ({query}) limit 0").to_arrow_table()
    return people_of(whole(empty.column("person_id")), np.zeros(1, np.int64), empty, numbers)


def day_number(day: date) -> int:
    return (day - EPOCH).days


def complete_through(stays: pa.Table, day: date) -> pa.Table:
    """Stays that say up to which day they are complete, for who counts the days of open ones, and that they are in order."""
    return stays.replace_schema_metadata({OBSERVED_UNTIL: day.isoformat(), ORDER: "person_id, spell_no"})


def said_of(given: Given) -> dict[bytes, bytes]:
    """What a table of stays says of itself."""
    if isinstance(given, str | Path):
        from pyarrow.parquet import read_schema

        try:
            files = files_of(Path(given))
            said = read_schema(files[0]).metadata or {}
            return said if len(files) == 1 else {key: value for key, value in said.items() if key != ORDER}
        except (OSError, pa.ArrowInvalid, DataError):    # no Parquet, or none at all: `offer` says so
            return {}
    return pa.table(given).schema.metadata or {}


def said_complete_through(given: Given) -> date | None:
    """The day that `complete_through` wrote down, where it did."""
    said = said_of(given).get(OBSERVED_UNTIL)
    return date.fromisoformat(said.decode()) if said else None


def said_ordered(given: Given) -> bool:
    """Whether stays say that they are in order; it is looked at while they are read."""
    return ORDER in said_of(given)


def as_ordered(work: Callable[[bool], Done], ordered: bool, *sheets: Sheet) -> Done:
    """Do the work without sorting what is said to be in order, and again with sorting where that was not true."""
    try:
        return work(ordered)
    except OutOfOrder:
        for sheet in sheets:
            sheet.clear()
        return work(False)


def text_is_aware(con: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> bool:
    """Whether times are text of which some end in an offset from UTC."""
    if columns.get("crossed_at") != "VARCHAR":
        return False
    [(found,)] = con.execute("select count(*) > 0 from given where regexp_matches(crossed_at, '\\d\\d:\\d\\d.*(Z|[+-]\\d\\d:?\\d\\d)$')").fetchall()
    return bool(found)


def offer_spells(con: duckdb.DuckDBPyConnection, spells: Given) -> dict[str, str]:
    """Make spells readable as the view `given`. Days that are text are read as such; a column that is empty throughout may be of any type."""
    columns = offer(con, "given", spells)
    odd = [name for name in ("entered_on", "left_on") if name in columns and not columns[name].startswith(("DATE", "TIMESTAMP"))]
    for name in odd:
        unread = "not null" if columns[name] != "VARCHAR" else f"not null and try_cast({name} as date) is null"
        [(wrong,)] = con.execute(f"select count(*) from given where {name} is {unread}").fetchall()
        if wrong:
            raise DataError(f"{wrong:,} rows of `{name}` are no day; the column is {columns[name]}.", where=named(spells), fix="write days as DATE, or as text like 2026-03-31")
    if odd:
        con.execute("create temp view read as select * replace ({}) from given".format(", ".join(f"try_cast({name}::varchar as date) as {name}" for name in odd)))
        con.execute("create temp table given_days as from read")
        con.execute("create or replace temp view given as from given_days")
    return columns | dict.fromkeys(odd, "DATE")


def demand_zone(zone: str) -> None:
    """Raise DataError for a zone that is not known, also where times are local and it changes nothing."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        raise DataError(f"There is no time zone `{zone}`.", fix="name one of the tz database, as Etc/GMT-4") from None


def demand_directions(con: duckdb.DuckDBPyConnection, where: str) -> None:
    """Raise DataError where no crossing at all is in or out: then the words are others, and setting everybody aside would help nobody."""
    if con.execute("select 1 from given where direction in ('in', 'out') limit 1").fetchall():
        return
    found = [str(row[0]) for row in con.execute("select distinct direction from given where direction is not null order by 1 limit 5").fetchall()]
    if found:
        raise DataError(f"No `direction` is in or out; found: {', '.join(found)}.", where=where, fix="write in and out")


def has_records(con: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> bool:
    if "in_record_id" not in columns or "out_record_id" not in columns:
        return False
    [(found,)] = con.execute("select count(*) > 0 from (select 1 from given where in_record_id is not null or out_record_id is not null limit 1)").fetchall()
    return bool(found)


def offer_initial(con: duckdb.DuckDBPyConnection, columns: dict[str, str], initial: Given, where: str) -> tuple[str, str, dict[str, str]]:
    """Make statuses before the first crossing readable as the view `initial_given`; returns two statements and its columns.

    The first makes `initial_known`: of each person in `given` the newest status that is known as of the first crossing. The second counts the residents without any stay.
    """
    held = offer(con, "initial_given", initial)
    if person_type(held, where)[:7] != person_type(columns, where)[:7] and "VARCHAR" in (person_type(held, where), person_type(columns, where)):
        raise DataError(f"`person_id` is {held['person_id']} here and {columns['person_id']} in the spells.", where=where, fix="write both as text, or both as whole numbers")
    resident = "status" if "status" in held and "resident" not in held else "resident"
    demand(held, {resident: ("BOOLEAN", "VARCHAR", *WHOLE)}, where)
    said = f"lower(trim({resident}::varchar))"
    [(odd,)] = con.execute(f"select count(*) from initial_given where {said} not in {YES + NO}").fetchall()
    if odd:
        raise DataError(f"{odd:,} rows of `{resident}` say neither yes nor no.", where=where, fix=f"write one of {', '.join(YES + NO)}, or nothing where it is not known")
    known_on = next((name for name in ("known_on", "as_of") if name in held), "")
    known = f"cast({known_on} as date)" if known_on else "null::date"
    newest = f"""
        create temp table initial_known as
        with first_seen as (select person_id, min(least(entered_on, left_on)) as first_on from given group by person_id)
        select person_id, max_by({said} in {YES}, coalesce({known}, date '0001-01-01'))::tinyint as resident
        from initial_given join first_seen using (person_id)
        where {said} is not null and coalesce({known} <= first_on, true)
        group by person_id
    """
    without = f"select count(distinct person_id) from initial_given where {said} in {YES} and person_id not in (select person_id from given where person_id is not null)"
    return newest, without, {name: kind for name, kind in held.items() if name in ("person_id", resident, known_on)}


def first_known(people: People) -> Any:
    import numpy as np

    first = people.rows["initial"].take(pa.array(people.starts[:-1]))
    return first.fill_null(-1).to_numpy().astype(np.int8)


def unknown(people: int) -> Any:
    import numpy as np

    from karvan.lifecourse import kernel

    return np.full(people, kernel.UNKNOWN, np.int8)
