"""Stays, residence UR-12/16 and days in 90 of 180, from crossings to files, beside the floor and beside pandas and Polars.

    python benchmarks/lifecourse/spells.py [PEOPLE] [--times N] [--peers] [--commands] [--spark] [--folder FOLDER]

1,210,000 people make ten million crossings, 12,250,000 a hundred million (12 GB of disk). The floor is DuckDB reading the three columns,
sorting by person and time, and writing them back once. Each contender is a process of its own, in turns; shown are medians of processor
time and of time by the clock, and the greatest peak of memory. `--commands` times the single commands of `karvan spells` as well, start included, and
`--spark` all three rules on Spark, on the processors of this machine. The rows that pandas writes must be Karvan's, or the benchmark ends with 1.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "peers" / ".venv" / "bin" / "python"
UNTIL = date(2027, 6, 30)
SUBREAPER = 36      # of prctl (Linux): orphans of our children become ours
TABLES = {
    "stays": "person_id spell_no entered_on left_on closed_by entry_imputed exit_imputed in_record_id out_record_id",
    "residence": "person_id from_on to_on rule basis final_on decided_by ended_by",
    "over": "person_id max_days first_exceeded_on",
}
KARVAN = "import sys; from karvan.cli import main; main()"


def floor(crossings: str, folder: str) -> None:
    import duckdb

    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": folder}) as con:
        con.execute("set enable_progress_bar = false")
        con.execute(f"copy (select person_id, crossed_at, direction from '{crossings}' order by person_id, crossed_at) to '{folder}/floor.parquet' (compression zstd)")


def make(crossings: str, people: str) -> None:
    sys.path.insert(0, str(HERE))
    from crossings import make

    print(f"{make(Path(crossings), int(people)):,} crossings of {int(people):,} people", flush=True)


def together(crossings: str, folder: str) -> None:
    from karvan.lifecourse.spells import all_files

    all_files(Path(crossings), Path(folder), observed_until=UNTIL)


def contenders(crossings: Path, folder: Path, *, peers: bool, commands: bool, spark: bool) -> dict[str, list[str]]:
    def here(name: str) -> str:
        (folder / name).mkdir(exist_ok=True)
        return str(folder / name)

    me, one_by_one = [sys.executable, __file__], Path(here("commands"))
    found = {"floor": [*me, "--floor", str(crossings), here("floor")], "karvan": [*me, "--together", str(crossings), here("karvan")]}
    if peers:
        found |= {name: [str(PEERS), str(HERE / "peers" / f"with_{name}.py"), str(crossings), here(name)] for name in ("pandas", "polars")}
    until, stays = ["--observed-until", UNTIL.isoformat(), "-o"], str(one_by_one / "stays.parquet")
    spells = [sys.executable, "-c", KARVAN, "spells"]
    if commands:
        found |= {
            "spells all": [*spells, "all", str(crossings), *until, here("all")],
            "spells presence": [*spells, "presence", str(crossings), *until, stays],
            "spells residence": [*spells, "residence", stays, *until, str(one_by_one / "residence.parquet")],
            "spells rolling": [*spells, "rolling", stays, "--days", "90", "--window", "180", *until, str(one_by_one / "over.parquet")],
        }
    if spark:
        found["spells all, Spark"] = [*spells, "all", str(crossings), *until, here("spark"), "--engine", "spark"]
    return found


def same(one: Path, other: Path) -> bool:
    """Whether two folders have the same rows; days may be times at midnight."""
    import duckdb

    for name, columns in TABLES.items():
        chosen = ", ".join(f"{column}::date" if column.endswith("_on") else f"{column}::varchar" for column in columns.split())
        a, b = (f"(select {chosen} from '{folder}/{name}.parquet')" for folder in (one, other))
        if duckdb.sql(f"select count(*) from (from {a} except all from {b} union all from {b} except all from {a})").fetchall() != [(0,)]:
            return False
    return True


def run(command: list[str]) -> tuple[float, float, float]:
    """Clock, processor time, peak memory in MB of a process and of those it leaves behind (a Java that Spark began)."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    started = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
    _, status, used = os.wait4(child, 0)
    clock, cpu, peak = time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    with contextlib.suppress(ChildProcessError):
        while True:
            _, _, used = os.wait4(-1, 0)
            cpu, peak = cpu + used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss / 1024)
    return clock, cpu, peak


def main() -> int:
    said = argparse.ArgumentParser()
    said.add_argument("people", nargs="?", type=int, default=1_210_000)
    said.add_argument("--times", type=int, default=3)
    said.add_argument("--peers", action="store_true")
    said.add_argument("--commands", action="store_true")
    said.add_argument("--spark", action="store_true")
    said.add_argument("--folder", type=Path)
    said.add_argument("--crossings", type=Path, help="a file made before")
    chosen = said.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        crossings = chosen.crossings or folder / "crossings.parquet"
        if not chosen.crossings:
            subprocess.run([sys.executable, __file__, "--make", str(crossings), str(chosen.people)], check=True)      # a process of its own: a contender's peak begins with what its parent holds
        all_of_them = contenders(crossings, folder, peers=chosen.peers, commands=chosen.commands, spark=chosen.spark)
        run(all_of_them["karvan"])    # so that what is compiled is in the cache
        measured: dict[str, list[tuple[float, float, float]]] = {who: [] for who in all_of_them}
        for _ in range(chosen.times):
            for who, command in all_of_them.items():
                measured[who].append(run(command))
        clock, cpu = ({who: statistics.median(turn[i] for turn in turns) for who, turns in measured.items()} for i in (0, 1))
        print(f"{'':<18}{'clock s':>9}{'cpu s':>9}{'x floor: clock':>16}{'cpu':>6}{'peak MB':>9}")
        for who, turns in measured.items():
            print(f"{who:<18}{clock[who]:>9.2f}{cpu[who]:>9.2f}{clock[who] / clock['floor']:>16.2f}{cpu[who] / cpu['floor']:>6.2f}{max(turn[2] for turn in turns):>9.0f}")
        if not chosen.peers:
            return 0
        equal = same(folder / "karvan", folder / "pandas")
        print("pandas writes the same rows" if equal else "PANDAS WRITES OTHER ROWS")
        return 0 if equal else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--floor"]:
        floor(*sys.argv[2:4])
    elif sys.argv[1:2] == ["--make"]:
        make(*sys.argv[2:4])
    elif sys.argv[1:2] == ["--together"]:
        together(*sys.argv[2:4])
    else:
        sys.exit(main())
