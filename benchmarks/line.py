"""The whole line on the default synthetic country: time and memory of each step, beside the floor of reading and rewriting its inputs.

    python benchmarks/line.py [RESIDENTS]

The floor is DuckDB copying every table that the line made once from Parquet to Parquet, in this same run.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from karvan import line
from karvan.country import for_workspace
from karvan.synth.make import make
from karvan.workspace import Workspace


def main(residents: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ws = Workspace.create(Path(folder) / "ws", packs=["az", "world"])
        started = time.monotonic()
        make(for_workspace(ws), seed=1, residents=residents, extracts=ws.extracts, truth=ws.root / "truth")
        print(f"{'synth':<12} {time.monotonic() - started:8.1f} s  {peak():8.0f} MB")
        started = time.monotonic()
        for name, run in line.run(ws):
            if run:
                print(f"{name:<12} {run.seconds:8.1f} s  {run.peak_mb:8.0f} MB  {run.rows_out:12,} rows")
        whole = time.monotonic() - started
        started = time.monotonic()
        con = ws.connect(identity="benchmark: floor")
        for name in ws.head().tables:
            con.execute(f"copy (select * from {name}) to '{folder}/floor.parquet' (compression zstd)")
        floor = time.monotonic() - started
        again = time.monotonic()
        line.run(ws)
        print(f"{'line':<12} {whole:8.1f} s, {whole / floor:.1f} x the floor of {floor:.1f} s; again with nothing changed {time.monotonic() - again:.1f} s; peak {peak():.0f} MB")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
