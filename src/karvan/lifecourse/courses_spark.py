"""Life courses on Apache Spark: the stages of `karvan.lifecourse.courses`, bucket by bucket of persons.

Spark gives each record its person and lays the records of a bucket of persons together. A bucket is worked out, stage by stage, with the same SQL and kernel in a DuckDB of the worker's own; its counts
come back to the command, which learns from those of all buckets and hands what it learned to the next stage. Between two stages the tables of a bucket are kept in a file, so that any worker can go on.

Workers need this package and a folder that they and the command see under one path: that of the workspace.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.lifecourse.concerned import RANKED, columns_of_lives
from karvan.lifecourse.courses import ALL, MADE, RECORDS, Bench, Stage, learn, notes, work_out
from karvan.tables import TABLES
from karvan.workspace import Progress, Workspace, new_connection
from karvan.workspace.spark import session

if TYPE_CHECKING:
    import duckdb

RECORDS_OF_A_BUCKET = 1_000_000
TABLES_OF_WEIGHTS = ("patterns_resident", "years_told")      # what `weights_of_signs` makes


class OnSpark:
    """Life courses of everybody, worked out on a cluster (`local[*]`, `spark://host:7077`, `yarn`, ...); what lies between two stages is gone when the `with` block ends."""

    def __init__(self, ws: Workspace, con: duckdb.DuckDBPyConnection, facts: dict[str, Any], *, master: str) -> None:
        (ws.root / ".tmp").mkdir(exist_ok=True)
        self.ws, self.one, self.master = ws, Bench(con, facts), master
        self.folder = tempfile.TemporaryDirectory(dir=ws.root / ".tmp", prefix="spark-")
        self.place = Path(self.folder.name).absolute()

    def __enter__(self) -> OnSpark:
        return self

    def __exit__(self, *_: object) -> None:
        self.folder.cleanup()

    def work_out(self, progress: Progress) -> dict[str, Any]:
        """Make the tables of the step, as views on files of the workers; returns `tables` and `notes` as `life_courses` does, and makes `whole_<counts>` and `watch`."""
        con = self.one.con
        spark = session(self.master, self.place, name="karvan life courses")
        try:
            buckets = self.ws.version("links").rows // RECORDS_OF_A_BUCKET + 2 * spark.sparkContext.defaultParallelism
            self.lay_together(spark, buckets)
            for number, stage in enumerate(ALL):
                progress(f"{stage.name}, on Spark", 0.1 + 0.65 * number / len(ALL))
                work = partial(work_out_bucket, place=str(self.place), number=number, facts=self.one.facts)
                spark.sparkContext.parallelize(range(buckets), buckets).foreach(work)
                for old in self.place.glob(f"kept-{number - 1}-*"):
                    old.unlink()
                for name in stage.counted:
                    self.put_whole(name)
                learn(self.one, stage)
                self.hand_out(stage)
        finally:
            spark.stop()
        for name in (*MADE.values(), "watch"):
            con.execute(f"create temp view {name} as from read_parquet('{self.place}/made/{name}/*.parquet')")
        con.execute("create temp table repairs_of_all as select repair, stratum, sum(persons)::bigint as persons, sum(spells)::bigint as spells from repairs_made group by all")
        return {"tables": MADE | {"repairs": "repairs_of_all"}, "notes": notes(self.one, self.ws.version("crossing").rows)}

    def lay_together(self, spark: Any, buckets: int) -> None:
        """Write the records of linked persons, a folder for each bucket."""
        from pyspark.sql import functions as f

        links = spark.read.parquet(*self.ws.paths(self.ws.version("links"))).select("record_id", "person_id")
        links = links.withColumn("bucket", f.pmod(f.hash("person_id"), f.lit(buckets)))
        for name in RECORDS:
            if paths := self.ws.paths(self.ws.version(name)):
                records = spark.read.option("mergeSchema", "true").parquet(*paths)
                told = [c for c in columns_of_lives(name).split(", ") if c in records.columns]
                joined = records.select(*told).join(links, "record_id").repartition("bucket")
                joined.write.partitionBy("bucket").parquet(str(self.place / "records" / name))

    def put_whole(self, name: str) -> None:
        """Make `whole_<name>` from the counts of all buckets."""
        con, rows = self.one.con, f"read_parquet('{self.place}/counted/{name}/*.parquet')"
        if name not in RANKED:
            columns = ", ".join(row[0] for row in con.execute(f"describe from {rows}").fetchall() if row[0] != "n")
            rows = f"(select {columns}, sum(n)::bigint as n from {rows} group by all)"
        con.execute(f"create or replace temp table whole_{name} as from {rows}")

    def hand_out(self, stage: Stage) -> None:
        """Write what was learned for the workers."""
        (self.place / "learned").mkdir(exist_ok=True)
        for learned in stage.learned:
            for name in TABLES_OF_WEIGHTS if learned == "weights_of_signs" else (learned,):
                if self.one.con.execute("select count(*) from duckdb_tables() where table_name = ?", [name]).fetchall()[0][0]:
                    self.one.con.execute(f"copy {name} to '{self.place}/learned/{name}.parquet'")


# -- on a worker -----------------------------------------------------------------------------------------------------


def work_out_bucket(bucket: int, *, place: str, number: int, facts: dict[str, Any]) -> None:
    """A stage for one bucket: writes its counts, and after the last stage its tables. A task that is tried again writes the same files."""
    folder, stage = Path(place), ALL[number]
    with new_connection(threads=1, memory="700MB", temp=folder / "spill") as con:
        one = Bench(con, facts, few=True)
        if number == 0:
            read_records(con, folder / "records", bucket)
        else:
            take_up(con, folder / f"kept-{number - 1}-{bucket}.duckdb")
        for learned in sorted((folder / "learned").glob("*.parquet")):
            con.execute(f"create or replace temp table {learned.stem} as from '{learned}'")
        work_out(one, stage)
        for name in stage.counted:
            write(con, name, folder / "counted" / name, bucket)
        if number < len(ALL) - 1:
            put_by(con, folder / f"kept-{number}-{bucket}.duckdb")
            return
        one.make("watch")
        for name in (*MADE.values(), "watch"):
            write(con, name, folder / "made" / name, bucket)


def read_records(con: duckdb.DuckDBPyConnection, records: Path, bucket: int) -> None:
    """Make the record tables of a bucket, with what a life hangs on, and its `links`."""
    links = []
    for name in RECORDS:
        columns = {c.name: c.duckdb_type for c in TABLES[name].columns if c.name in columns_of_lives(name).split(", ")}
        files = [str(file) for file in sorted((records / name / f"bucket={bucket}").glob("*.parquet"))]
        source = f"read_parquet({files}, hive_partitioning = false)"
        there = {row[0] for row in con.execute(f"describe from {source}").fetchall()} if files else set()
        told = ", ".join(f"cast({name if name in there else 'null'} as {kind}) as {name}" for name, kind in columns.items())
        con.execute(f"create temp table {name} as select {told} " + (f"from {source}" if files else "limit 0"))
        if files:
            links.append(f"select record_id, person_id from {source}")
    con.execute("create temp table links as " + (" union all ".join(links) or "select null::varchar as record_id, null::varchar as person_id limit 0"))


def write(con: duckdb.DuckDBPyConnection, name: str, folder: Path, bucket: int) -> None:
    """Write a table of a bucket; the whole file or none."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{bucket:06}.draft"
    con.execute(f"copy (from {name}) to '{draft}' (format parquet)")
    draft.replace(folder / f"{bucket:06}.parquet")


def put_by(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Keep the temporary tables and views of a connection in a file."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    con.execute(f"attach '{draft}' as kept")
    views = con.execute("select sql from duckdb_views() where temporary and not internal order by view_oid").fetchall()
    con.execute("create table kept.main.views_kept (sql varchar)")
    if views:
        con.executemany("insert into kept.main.views_kept values (?)", views)
    for (name,) in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
        if name not in RECORDS:        # from here on they are read as `linked_<record>`
            con.execute(f'create table kept.main."{name}" as from temp.main."{name}"')
    con.execute("detach kept")
    draft.replace(path)


def take_up(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make the tables and views that `put_by` kept."""
    con.execute(f"attach '{path}' as kept (read_only)")
    for (name,) in con.execute("select table_name from duckdb_tables() where database_name = 'kept' and table_name <> 'views_kept'").fetchall():
        con.execute(f'create temp table "{name}" as from kept.main."{name}"')
    for (view,) in con.execute("from kept.main.views_kept").fetchall():
        con.execute(view)
    con.execute("detach kept")
