"""A day of crossings and other records after another: the life-course step by delta, beside a full run, and whether the tables are equal.

    python benchmarks/lifecourse/delta.py WORKSPACE [--days 3] [--times 1]

WORKSPACE holds the records and links of a country (`karvan init`, `karvan synth make`, `karvan run --through link`). They are copied to a workspace of their own as known so many days before the
last day observed: crossings through that day, of each other record type one in 2,000 a day still to come. Then they come day by day. As in intake, files that nothing new belongs to stay as they
are: crossings are in files by year, other records in ten, one of which changes. With --times 4 every person and record is there four
times, under numbers of its own: a country four times as large, without linking it. Processor time in seconds and the peak of memory are those of a process that does nothing but the run.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from karvan.lifecourse import STEP
from karvan.lifecourse.courses import RECORDS
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step


def deliver(source: Workspace, ws: Workspace, day: date, to_come: int, times: int) -> None:
    """Put the records known on a day in the place of those there are, crossings by year."""
    con = source.connect(memory=f"{1 + times // 4} GB")
    for name in (*RECORDS, "links", "persons"):
        numbers = [f"concat({c}, '-', copy) as {c}" for c in ("record_id", "person_id") if c in TABLES[name].column_names]
        con.execute(f"create temp view {name} as select * exclude (copy) replace ({', '.join(numbers)}) from memory.main.{name} cross join range({times}) copies(copy)")
    known = {name: f"crossed_on <= date '{day}'" if name == "crossing" else f"hash(record_id) % 2000 >= {to_come}" for name in RECORDS}
    with ws.lock(), ws.transaction() as tx:
        for name, rows in known.items():
            files = [f"year(crossed_on) = {year}" for year in range(2000, day.year + 1)] if name == "crossing" else [f"hash(record_id) % 2000 // 200 = {tenth}" for tenth in range(10)]
            for part, some in enumerate(files):
                tx.write(name, con.sql(f"select {', '.join(TABLES[name].column_names)} from {name} where {rows} and {some} order by record_id"), part=f"known/{part}")
        all_known = " union all ".join(f"select record_id from {name} where {rows}" for name, rows in known.items())
        tx.write("links", con.sql(f"from links semi join ({all_known}) using (record_id) order by record_id"))
        tx.write("persons", con.sql("from persons order by person_id"))
        tx.write("completeness", con.sql(f"select * replace (least(complete_until_on, date '{day}') as complete_until_on) from completeness order by all"))
    con.close()


def processor_time() -> float:
    return sum(getattr(resource.getrusage(who), kind) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN) for kind in ("ru_utime", "ru_stime"))


def measured(root: Path, force: bool) -> dict[str, object]:
    """Run the step in this process, which does nothing else; what it took, without loading the packages."""
    from karvan.lifecourse import kernel  # noqa: F401  (compiled code is read here)

    ws, before = Workspace.open(root), processor_time()
    with ws.lock():
        run = run_step(ws, STEP, force=force)
    assert run is not None
    return {"seconds": processor_time() - before, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "recomputed": run.notes["recomputed"]}


def alone(root: Path, force: bool = False) -> dict[str, object]:
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (root, force))


def tables(ws: Workspace, place: Path) -> list[str]:
    """Write each table of the step, in order; returns queries that read them."""
    con = ws.connect(memory="1GB")
    place.mkdir()
    for name in STEP.writes:
        con.execute(f"copy (select {', '.join(TABLES[name].column_names)} from {name}) to '{place / name}.parquet'")
    con.close()
    return [f"from '{place / name}.parquet'" for name in STEP.writes]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("workspace", type=Path)
    asked.add_argument("--days", type=int, default=3)
    asked.add_argument("--times", type=int, default=1)
    given = asked.parse_args()
    source = Workspace.open(given.workspace)
    [(last,)] = source.connect(memory="200MB").execute("select min(complete_until_on) from completeness where feed in (select distinct feed from crossing)").fetchall()
    with tempfile.TemporaryDirectory(prefix="karvan-delta-") as folder:
        ws = Workspace.create(Path(folder) / "ws", packs=source.packs, packs_folder=source.packs_folder)
        deltas = []
        for ahead in range(given.days, -1, -1):
            deliver(source, ws, last - timedelta(ahead), ahead, given.times)
            one = alone(ws.root)
            print(f"{last - timedelta(ahead)}  {one['seconds']:8.2f} s  {one['peak']:7.0f} MB  {one['recomputed']}", flush=True)
            deltas.append(one)
        found = tables(ws, Path(folder) / "delta")
        full = alone(ws.root, force=True)
        print(f"full run    {full['seconds']:8.2f} s  {full['peak']:7.0f} MB  {full['recomputed']}")
        con = ws.connect(memory="1GB")
        differing = sum(con.execute(f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))").fetchall()[0][0] for one, other in zip(found, tables(ws, Path(folder) / "full"), strict=True))
        ratio = sum(one["seconds"] for one in deltas[1:]) / given.days / full["seconds"]
        print(f"a day is {ratio:.3f} of a full run; rows that differ: {differing}")


if __name__ == "__main__":
    main()
