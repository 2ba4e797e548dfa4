"""One more day of crossings: the people whom it concerns (`karvan spells all --new-only`) against all of them.

    python benchmarks/lifecourse/daily.py [PEOPLE] [--days 1 7 30] [--times N] [--folder FOLDER]

Ten years of crossings are made; the last month of them is cut off, a full run takes the rest, and then so many days are added in a file of their own. Each run is a process of its own, start included (`start`: what a process
costs that loads the same code and does nothing). The tables of the two must be equal, or the benchmark ends with 1.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
UNTIL = date(2026, 11, 25)      # the last day of the full run, a month before the crossings end
KARVAN = [sys.executable, "-c", "from karvan.cli import main; main()", "spells", "all"]
LOADED = "import karvan.cli.spells, karvan.lifecourse.daily, karvan.lifecourse.spells, karvan.lifecourse.rolling, duckdb"


def main() -> int:
    said = argparse.ArgumentParser()
    said.add_argument("people", nargs="?", type=int, default=1_210_000)
    said.add_argument("--days", type=int, nargs="+", default=[1, 7, 30])
    said.add_argument("--times", type=int, default=3)
    said.add_argument("--folder", type=Path)
    chosen = said.parse_args()
    sys.path.insert(0, str(HERE))
    import duckdb
    from crossings import make
    from spells import run

    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        history, out, whole = folder / "history", folder / "out", folder / "whole"
        history.mkdir()
        made, base = folder / "made.parquet", history / "base.parquet"
        print(f"{make(made, chosen.people):,} crossings of {chosen.people:,} people", flush=True)
        con = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder)})
        copy = f"copy (from '{made}' where crossed_at::date {{when}}) to '{{to}}' (compression zstd)"
        con.execute(copy.format(when=f"<= '{UNTIL}'", to=base))
        first = run([*KARVAN, str(history), "--observed-until", str(UNTIL), "-o", str(out)])
        print(f"{'start':<24}{timed([run([sys.executable, '-c', LOADED]) for _ in range(chosen.times)])}")
        print(f"{'all, until ' + str(UNTIL):<24}{timed([first])}")
        equal = True
        for days in chosen.days:
            until = UNTIL + timedelta(days=days)
            con.execute(copy.format(when=f"between '{UNTIL + timedelta(days=1)}' and '{until}'", to=history / "added.parquet"))
            asked = [str(history), "--observed-until", str(until), "-o"]
            new = [run([*KARVAN, *asked, str(out), "--new-only"]) for _ in range(chosen.times)]
            full = [run([*KARVAN, *asked, str(whole)]) for _ in range(chosen.times)]
            [(concerned,)] = con.execute(f"select count(*) from '{out}/delta/people.parquet'").fetchall()
            clock, cpu = (statistics.median(turn[i] for turn in new) / statistics.median(turn[i] for turn in full) for i in (0, 1))
            print(f"{f'all, {days} days more':<24}{timed(full)}")
            print(f"{f'new only, {days} days':<24}{timed(new)}   x all: clock {clock:.3f}, cpu {cpu:.3f}; {concerned:,} people concerned", flush=True)
            equal &= same(con, out, whole)
        print("tables equal" if equal else "TABLES DIFFER")
        return 0 if equal else 1


def timed(turns: list[tuple[float, float, float]]) -> str:
    clock, cpu = (statistics.median(turn[i] for turn in turns) for i in (0, 1))
    return f"{clock:>8.2f} s clock{cpu:>8.2f} s cpu{max(turn[2] for turn in turns):>8.0f} MB"


def same(con: object, out: Path, whole: Path) -> bool:
    for name in ("stays", "residence", "over", "aside", "due"):
        now = f"(from '{out}/{name}.parquet' anti join '{out}/delta/people.parquet' using (person_id) union all by name from '{out}/delta/{name}.parquet')"
        for a, b in ((now, f"'{whole}/{name}.parquet'"), (f"'{whole}/{name}.parquet'", now)):
            if con.execute(f"select count(*) from (from {a} except all from {b})").fetchall() != [(0,)]:    # type: ignore[attr-defined]
                return False
    return True


if __name__ == "__main__":
    sys.exit(main())
