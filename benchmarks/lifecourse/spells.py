"""Stays, residence UR-12/16 and days in 90 of 180, from crossings to files, beside the floor and beside pandas and Polars.

    python benchmarks/lifecourse/spells.py [PEOPLE] [--times N] [--peers] [--commands] [--folder FOLDER]

1,210,000 people make ten million crossings, 12,250,000 a hundred million (12 GB of disk). The floor is DuckDB reading the three columns,
sorting by person and time, and writing them back once. Each contender is a process of its own, in turns; shown are medians of processor
time and of time by the clock, and the greatest peak of memory. `--commands` times the single commands of `karvan spells` as well, start included.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "peers" / ".venv" / "bin" / "python"
UNTIL = date(2027, 6, 30)
KARVAN = "import sys; from karvan.cli import main; main()"


def floor(crossings: str, folder: str) -> None:
    import duckdb

    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": folder}) as con:
        con.execute("set enable_progress_bar = false")
        con.execute(f"copy (select person_id, crossed_at, direction from '{crossings}' order by person_id, crossed_at) to '{folder}/floor.parquet' (compression zstd)")


def together(crossings: str, folder: str) -> None:
    from karvan.lifecourse.spells import all_files

    all_files(Path(crossings), Path(folder), observed_until=UNTIL)


def contenders(crossings: Path, folder: Path, *, peers: bool, commands: bool) -> dict[str, list[str]]:
    me, here, stays = [sys.executable, __file__], [str(crossings), str(folder)], str(folder / "stays.parquet")
    found = {"floor": [*me, "--floor", *here], "karvan": [*me, "--together", *here]}
    if peers:
        found |= {name: [str(PEERS), str(HERE / "peers" / f"with_{name}.py"), *here] for name in ("pandas", "polars")}
    if commands:
        until = ["--observed-until", UNTIL.isoformat(), "-o"]
        spells = [sys.executable, "-c", KARVAN, "spells"]
        found |= {
            "spells presence": [*spells, "presence", str(crossings), *until, stays],
            "spells residence": [*spells, "residence", stays, *until, str(folder / "residence.parquet")],
            "spells rolling": [*spells, "rolling", stays, "--days", "90", "--window", "180", *until, str(folder / "over.parquet")],
        }
    return found


def run(command: list[str]) -> tuple[float, float, float]:
    """Clock, processor time, peak memory in MB of a process."""
    started = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("people", nargs="?", type=int, default=1_210_000)
    said.add_argument("--times", type=int, default=3)
    said.add_argument("--peers", action="store_true")
    said.add_argument("--commands", action="store_true")
    said.add_argument("--folder", type=Path)
    said.add_argument("--crossings", type=Path, help="a file made before")
    chosen = said.parse_args()
    sys.path.insert(0, str(HERE))
    from crossings import make

    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        crossings = chosen.crossings or folder / "crossings.parquet"
        if not chosen.crossings:
            print(f"{make(crossings, chosen.people):,} crossings of {chosen.people:,} people", flush=True)
        all_of_them = contenders(crossings, folder, peers=chosen.peers, commands=chosen.commands)
        run(all_of_them["karvan"])    # so that what is compiled is in the cache
        measured: dict[str, list[tuple[float, float, float]]] = {who: [] for who in all_of_them}
        for _ in range(chosen.times):
            for who, command in all_of_them.items():
                measured[who].append(run(command))
        clock, cpu = ({who: statistics.median(turn[i] for turn in turns) for who, turns in measured.items()} for i in (0, 1))
        print(f"{'':<18}{'clock s':>9}{'cpu s':>9}{'x floor: clock':>16}{'cpu':>6}{'peak MB':>9}")
        for who, turns in measured.items():
            print(f"{who:<18}{clock[who]:>9.2f}{cpu[who]:>9.2f}{clock[who] / clock['floor']:>16.2f}{cpu[who] / cpu['floor']:>6.2f}{max(turn[2] for turn in turns):>9.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--floor"]:
        floor(*sys.argv[2:4])
    elif sys.argv[1:2] == ["--together"]:
        together(*sys.argv[2:4])
    else:
        main()
