"""One more day of crossings: the people whom it concerns (`karvan spells all --new-only`) against all of them.

    python benchmarks/lifecourse/daily.py [PEOPLE] [--days 1 7 30] [--times N] [--sorted] [--no-check] [--folder FOLDER]

Ten years of crossings are made; the last month of them is cut off, a full run takes the rest, and then so many days are added in a file of their own. Each run is a process of its own, start included (`start`: what a process
costs that loads the same code and does nothing). The tables of the two must be equal, or the benchmark ends with 1. With `--sorted` the history before those days is in order of person, which makes it quicker to
look through; else in order of time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from crossings import make
from spells import run

UNTIL = date(2026, 11, 25)      # the last day of the full run, a month before the crossings end
KARVAN = [sys.executable, "-c", "from karvan.cli import main; main()", "spells", "all"]
LOADED = "import karvan.cli.spells, karvan.lifecourse.daily, karvan.lifecourse.spells, karvan.lifecourse.rolling, duckdb"


def main() -> int:
    said = argparse.ArgumentParser()
    said.add_argument("people", nargs="?", type=int, default=1_210_000)
    said.add_argument("--days", type=int, nargs="+", default=[1, 7, 30])
    said.add_argument("--times", type=int, default=3)
    said.add_argument("--sorted", action="store_true")
    said.add_argument("--no-check", action="store_true")
    said.add_argument("--folder", type=Path)
    chosen = said.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        history, out, whole = folder / "history", folder / "out", folder / "whole"
        history.mkdir()
        print(aside(made, folder, chosen.people, chosen.sorted), flush=True)
        first = run([*KARVAN, str(history), "--observed-until", str(UNTIL), "-o", str(out)])
        print(f"{'start':<24}{timed([run([sys.executable, '-c', LOADED]) for _ in range(chosen.times)])}")
        print(f"{'all, until ' + str(UNTIL):<24}{timed([first])}", flush=True)
        equal = True
        for days in chosen.days:
            until = UNTIL + timedelta(days=days)
            aside(cut, folder / "made.parquet", history / "added.parquet", f"between '{UNTIL + timedelta(days=1)}' and '{until}'")
            asked = [str(history), "--observed-until", str(until), "-o"]
            new = [run([*KARVAN, *asked, str(out), "--new-only"]) for _ in range(chosen.times)]
            full = [run([*KARVAN, *asked, str(whole)]) for _ in range(chosen.times)]
            clock, cpu = (statistics.median(turn[i] for turn in new) / statistics.median(turn[i] for turn in full) for i in (0, 1))
            print(f"{f'all, {days} days more':<24}{timed(full)}")
            print(f"{f'new only, {days} days':<24}{timed(new)}   x all: clock {clock:.3f}, cpu {cpu:.3f}; {aside(concerned, out):,} people concerned", flush=True)
            equal &= chosen.no_check or aside(same, out, whole)
        if not chosen.no_check:
            print("tables equal" if equal else "TABLES DIFFER")
        return 0 if equal else 1


def aside(work: Callable[..., Any], *words: Any) -> Any:
    """Done in a process of its own, so that its memory is not counted with that of the runs begun after it."""
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(work, *words).result()


def made(folder: Path, people: int, in_order: bool) -> str:
    rows = make(folder / "made.parquet", people)
    cut(folder / "made.parquet", folder / "history" / "base.parquet", f"<= '{UNTIL}'", "order by person_id, crossed_at" if in_order else "")
    return f"{rows:,} crossings of {people:,} people"


def cut(path: Path, to: Path, when: str, order: str = "") -> None:
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(to.parent)}) as con:
        con.execute(f"copy (from '{path}' where crossed_at::date {when} {order}) to '{to}' (compression zstd)")


def concerned(out: Path) -> int:
    return int(duckdb.execute(f"select count(*) from '{out}/delta/people.parquet'").fetchall()[0][0])


def timed(turns: list[tuple[float, float, float]]) -> str:
    clock, cpu = (statistics.median(turn[i] for turn in turns) for i in (0, 1))
    return f"{clock:>8.2f} s clock{cpu:>8.2f} s cpu{max(turn[2] for turn in turns):>8.0f} MB"


def same(out: Path, whole: Path) -> bool:
    for name in ("stays", "residence", "over", "aside"):
        now = f"(from '{out}/{name}.parquet' anti join '{out}/delta/people.parquet' using (person_id) union all by name from '{out}/delta/{name}.parquet')"
        for a, b in ((now, f"'{whole}/{name}.parquet'"), (f"'{whole}/{name}.parquet'", now)):
            if duckdb.execute(f"select count(*) from (from {a} except all from {b})").fetchall() != [(0,)]:
                return False
    return True


if __name__ == "__main__":
    sys.exit(main())
