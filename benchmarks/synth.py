"""Making a synthetic country: seconds and peak memory, beside the floor of copying the same files on the same disk.

    python benchmarks/synth.py [RESIDENTS] [--keep FOLDER]

RESIDENTS is 50,000 if not given. The country is made in a process of its own, so that the peak is its own. Targets: the default under 40 s; 1,000,000
under 15 minutes and 6 GB on two processors.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("residents", nargs="?", type=int, default=50_000)
    arguments.add_argument("--keep", type=Path, help="make the country here, and keep it")
    arguments.add_argument("--made", action="store_true", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.made:
        print(json.dumps(made(chosen.keep, chosen.residents)))
        return
    with tempfile.TemporaryDirectory(prefix="karvan-bench-") as temporary:
        folder = chosen.keep or Path(temporary) / "country"
        out = subprocess.run([sys.executable, __file__, str(chosen.residents), "--made", "--keep", str(folder)], check=True, capture_output=True, text=True).stdout
        figures = json.loads(out.splitlines()[-1])
        files = [path for path in folder.rglob("*") if path.is_file()]
        started = time.monotonic()
        shutil.copytree(folder, Path(temporary) / "floor")
        floor = time.monotonic() - started
    size = f"{figures['rows']:,} rows in {len(files):,} files, {figures['bytes'] / 1e6:,.0f} MB"
    print(f"synth   {chosen.residents:>10,} residents  {figures['seconds']:8.1f} s  {figures['cpu']:8.1f} s of processors  peak {figures['peak_mb']:,.0f} MB  {size}")
    print(f"floor   copying these files  {floor:8.1f} s")
    print(f"ratio   {figures['seconds'] / floor:.1f}")


def made(folder: Path, residents: int) -> dict[str, float]:
    from karvan.country import load
    from karvan.synth.make import make

    started = time.monotonic()
    country = make(load(["az"]), residents=residents, seed=1, extracts=folder / "extracts", truth=folder / "truth")
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.monotonic() - started,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "rows": sum(country.rows.values()),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    }


if __name__ == "__main__":
    main()
