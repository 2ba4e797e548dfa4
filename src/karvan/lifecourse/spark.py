"""The rules of the life course on Apache Spark: each bucket of persons is one pass of the same code.

Spark reads the files and brings the rows of a person into one bucket; what is done with a bucket, from putting its rows in order to writing its files, is
`karvan.lifecourse.passes` in a DuckDB of the worker's own. Every table that comes out is a folder with a Parquet file for each bucket, in order of
person and stay within the file; the rows are those that one process writes.

Workers need this package, and the files read and written under the same path as the command.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan import errors
from karvan.errors import DataError, KarvanError, SetupError
from karvan.lifecourse.daily import forget_run
from karvan.lifecourse.engine import engine, said_complete_through
from karvan.lifecourse.files import Sheet, writing, writing_folder
from karvan.lifecourse.passes import FILES, Crossings, Made, Spells, all_rules, count_people, decide_people, know_crossings, know_spells, pair_people
from karvan.lifecourse.people import files_of
from karvan.lifecourse.residence import Rule, rule_named
from karvan.workspace import Progress, quiet
from karvan.workspace.spark import HERE_ONLY, needs_spark, session

if TYPE_CHECKING:
    import duckdb

ROWS_OF_A_BUCKET = 1_000_000
REPORT = "kind string, name string, number long"
Sheets = Mapping[str, Sheet]
Work = Callable[["duckdb.DuckDBPyConnection", Sheets], Made]


def presence_on_spark(
    crossings: Path, out: Path, aside: Path | None = None, *, observed_until: date, zone: str | None = None, master: str = "", progress: Progress = quiet
) -> Made:
    """`karvan.lifecourse.spells.presence` of files, on Spark; `out` and `aside` become folders."""
    with engine() as con:
        known = know_crossings(con, only_parquet(crossings), zone=zone)
        empty = nothing_of(con, known.columns)
    work = partial(pair_bucket, known=known, observed_until=observed_until)
    return by_person(work, {"table": out, "aside": aside}, crossings, empty, master=master, progress=progress)


def pair_bucket(con: duckdb.DuckDBPyConnection, sheets: Sheets, *, known: Crossings, observed_until: date) -> Made:
    return pair_people(con, known, sheets["table"], sheets["aside"], observed_until=observed_until)


def residence_on_spark(
    spells: Path, out: Path, aside: Path | None = None, crossings: Path | None = None,
    *, rule: str | Rule = "UR-12/16", observed_until: date | None = None, initial: Path | None = None, master: str = "", progress: Progress = quiet,
) -> Made:  # fmt: skip
    """`karvan.lifecourse.spells.residence` of files, on Spark; `out`, `aside` and `crossings` become folders."""
    rule = rule_named(rule) if isinstance(rule, str) else rule
    with engine() as con:
        known = know_spells(con, only_parquet(spells), ordered=False, initial=only_parquet(initial) if initial else None)
        empty = nothing_of(con, known.columns)
        nothing_known = nothing_of(con, known.initial_columns, of="initial_given") if initial else None
    work = partial(decide_bucket, known=known, rule=rule, observed_until=observed_until)
    return by_person(work, {"table": out, "aside": aside, "crossings": crossings}, spells, empty, beside=initial, beside_empty=nothing_known, master=master, progress=progress)


def decide_bucket(con: duckdb.DuckDBPyConnection, sheets: Sheets, *, known: Spells, rule: Rule, observed_until: date | None) -> Made:
    return decide_people(con, known, sheets["table"], sheets["aside"], sheets["crossings"], rule=rule, observed_until=observed_until)


def rolling_on_spark(spells: Path, out: Path, *, days: int, window: int, observed_until: date | None = None, master: str = "", progress: Progress = quiet) -> Made:
    """`karvan.lifecourse.spells.rolling` of files, on Spark; `out` becomes a folder."""
    observed_until = observed_until or said_complete_through(spells)
    with engine() as con:
        known = know_spells(con, only_parquet(spells), ordered=False, records=False)
        empty = nothing_of(con, known.columns)
    work = partial(count_bucket, known=known, days=days, window=window, observed_until=observed_until)
    return by_person(work, {"table": out}, spells, empty, master=master, progress=progress)


def count_bucket(con: duckdb.DuckDBPyConnection, sheets: Sheets, *, known: Spells, days: int, window: int, observed_until: date | None) -> Made:
    return count_people(con, known, sheets["table"], days=days, window=window, observed_until=observed_until)


def all_on_spark(
    crossings: Path, folder: Path, *, observed_until: date, zone: str | None = None, rule: str | Rule = "UR-12/16", days: int = 90, window: int = 180,
    master: str = "", progress: Progress = quiet,
) -> Made:  # fmt: skip
    """`karvan.lifecourse.spells.all_files` on Spark; each of its files becomes a folder. A day added later is not decided from these, but by a run in full."""
    with engine() as con:
        known = know_crossings(con, only_parquet(crossings), zone=zone)
        empty = nothing_of(con, known.columns)
    work = partial(all_of_bucket, known=known, rule=rule_named(rule) if isinstance(rule, str) else rule, days=days, window=window, observed_until=observed_until)
    return by_person(work, {name: folder / f"{name}.parquet" for name in FILES}, crossings, empty, master=master, progress=progress, then=partial(forget_run, folder))


def all_of_bucket(con: duckdb.DuckDBPyConnection, sheets: Sheets, *, known: Crossings, rule: Rule, days: int, window: int, observed_until: date) -> Made:
    return all_rules(con, known, sheets, rule=rule, days=days, window=window, observed_until=observed_until)


# What Spark does ------------------------------------------------------------------------------------------------------------------------


def by_person(
    work: Work, outs: Mapping[str, Path | None], given: Path, empty: pa.Table,
    *, beside: Path | None = None, beside_empty: pa.Table | None = None, master: str = "", progress: Progress = quiet, then: Callable[[], None] = lambda: None,
) -> Made:  # fmt: skip
    """Do `work` on each bucket of the persons of `given`, with the rows that `beside` has of them; what it writes goes to the folders `outs`.

    `empty` and `beside_empty` have the columns to read; they are also what is worked on where there are no rows at all.
    """
    needs_spark()
    from pyspark.sql import functions as f

    progress("on Spark", 0.0)
    with contextlib.ExitStack() as stack, said_plainly():
        places = {name: stack.enter_context(writing_folder(path)) for name, path in outs.items()}
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="karvan-spark-")))
        spark = session(master or HERE_ONLY, place, name="karvan spells")
        stack.callback(spark.stop)
        spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")    # few bytes may be much work
        buckets = rows_of(given) // ROWS_OF_A_BUCKET + 2 * spark.sparkContext.defaultParallelism

        def bucketed(path: Path, columns: Sequence[str]) -> Any:
            rows = spark.read.option("mergeSchema", "true").parquet(*(str(file.absolute()) for file in files_of(path))).select(*columns)
            person = f.coalesce(f.col("person_id").cast("string"), f.col(columns[1]).cast("string"))    # rows of no person are spread too
            return rows.withColumn("bucket", f.pmod(f.hash(person), f.lit(buckets))).groupBy("bucket")

        worker = partial(on_worker, work, places, [table.schema for table in (empty, beside_empty) if table is not None])
        rows = bucketed(given, empty.column_names)
        if beside is None or beside_empty is None:
            found = rows.applyInArrow(lambda key, table: worker(key[0].as_py(), table), REPORT)
        else:
            found = rows.cogroup(bucketed(beside, beside_empty.column_names)).applyInArrow(lambda key, left, right: worker(key[0].as_py(), left, right), REPORT)
        reports = [tuple(row) for row in found.collect()]
        if not reports:
            nothing = worker(0, *(table for table in (empty, beside_empty) if table is not None))
            reports = list(zip(*nothing.to_pydict().values(), strict=True))
        made = made_of(reports)
        then()
    return made


@contextlib.contextmanager
def said_plainly() -> Iterator[None]:
    """What goes wrong in Spark itself as an error of ours, without the values it may speak of."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as wrong:
        condition = wrong.getCondition() if isinstance(wrong, PySparkException) else ""
        raise SetupError(
            f"Spark stopped: {condition or type(wrong).__name__}.",
            where="--engine spark",
            fix="look at what Spark wrote above and in the logs of its workers (files under one path, memory, types that Spark reads); or leave out --engine spark",
        ) from None


def on_worker(work: Work, places: Mapping[str, Path | None], schemas: Sequence[pa.Schema], bucket: int, *tables: pa.Table) -> pa.Table:
    """Do the work on one bucket; returns its counts, or what a person has to put right, as rows of `REPORT`."""
    said: list[tuple[str, str, int]] = []
    try:
        with engine(threads=1) as con, sheets_of(places, bucket) as sheets:
            for name, table, schema in zip(("given", "initial_given"), tables, schemas, strict=False):
                con.register(name, table.select(schema.names).cast(schema))
            made = work(con, sheets)
        said += [("count", name, number) for name, number in made.counts.items()] + [("reason", name, number) for name, number in made.reasons.items()]
    except KarvanError as wrong:
        said = [(type(wrong).__name__, json.dumps([wrong.what, wrong.where, wrong.fix]), 0)]
    except pa.ArrowInvalid as wrong:
        said = [("DataError", json.dumps(["Spark reads a column otherwise than DuckDB does.", "", f"write days as DATE; Arrow says: {str(wrong)[:100]}"]), 0)]
    kinds, names, numbers = zip(*said, strict=True)
    return pa.table({"kind": pa.array(kinds, pa.string()), "name": pa.array(names, pa.string()), "number": pa.array(numbers, pa.int64())})


@contextlib.contextmanager
def sheets_of(places: Mapping[str, Path | None], bucket: int) -> Iterator[Sheets]:
    """A file for the bucket in each folder. A task that is tried again writes it again."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(writing(folder and folder / f"{bucket:06}.parquet")) for name, folder in places.items()}


def made_of(reports: Iterable[tuple[str, str, int]]) -> Made:
    """The counts of all buckets together. Raises what a worker found wrong."""
    made = Made()
    for kind, name, number in reports:
        if kind == "count":
            made.add(name, number)
        elif kind == "reason":
            made.reasons[name] = made.reasons.get(name, 0) + number
        else:
            what, where, fix = json.loads(name)
            raise getattr(errors, kind)(what, where=where, fix=fix)
    return made


def only_parquet(path: Path) -> Path:
    if any(file.suffix.lower() == ".csv" for file in files_of(path)):
        raise DataError("On Spark files are Parquet.", where=str(path), fix="write the table as Parquet, or leave out --engine spark")
    return path


def nothing_of(con: duckdb.DuckDBPyConnection, columns: Sequence[str], *, of: str = "given") -> pa.Table:
    """No rows, with the columns that are read."""
    return con.sql(f"select {', '.join(columns)} from {of} limit 0").to_arrow_table()


def rows_of(path: Path) -> int:
    from pyarrow.parquet import read_metadata

    return sum(read_metadata(file).num_rows for file in files_of(path))
