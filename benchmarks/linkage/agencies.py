"""Two agencies of one synthetic country, no number in common, beside plain Splink: the published benchmark (benchmarks/two_agencies) and further seeds of its generator.

    python benchmarks/linkage/agencies.py [--residents 20000] [--seeds 2 3 4 5] [--keep FOLDER] [--peers PYTHON]

The published tables are cut from a country of 50,000 residents and seed 1, the others from the countries that `country.py` makes (and finds again under the same FOLDER). Columns as in
`files.py`. Ends with 1 where F1 is not above all three of Splink's; time is told and not held to: comparing names across scripts takes longer than comparing letters.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from files import HEAD, HERE, beside, compile_once

from country import made

PUBLISHED = HERE.parent / "two_agencies"
REGISTERS = {"two-agencies": "register", "two-agencies-years": "register_years"}
ONCE = ("unique_id_a", "unique_id_b")


def tables(folder: Path, seed: int, residents: int) -> None:
    """Both forms of the benchmark of one seed, as `files.py` wants them."""
    made_here = PUBLISHED
    if seed != 1:
        made_here = folder / "two-agencies-made" / str(seed)
        made_here.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, PUBLISHED / "make.py", made(folder, residents, seed), made_here, "--seed", str(seed)], check=True, stdout=subprocess.DEVNULL)
    for pair, register in REGISTERS.items():
        there = folder / pair / str(seed)
        there.mkdir(parents=True, exist_ok=True)
        for source, name in (("border", "a"), (register, "b"), ("truth", "truth")):
            shutil.copy(made_here / f"{source}.parquet", there / f"{name}.parquet")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--residents", type=int, default=20_000)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5], help="1 is the published one")
    arguments.add_argument("--keep", type=Path, help="make the countries and tables here, and keep them")
    arguments.add_argument("--peers", type=Path, default=HERE / "peers" / ".venv" / "bin" / "python", help="the Python that has the peers")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="karvan-bench-") as temporary:
        folder = chosen.keep or Path(temporary)
        for seed in chosen.seeds:
            tables(folder, seed, chosen.residents)
        compile_once()
        print(HEAD)
        better = [beside(folder, pair, chosen.seeds, ONCE, chosen.peers) for pair in REGISTERS]
    sys.exit(not all(above for above, _ in better))


if __name__ == "__main__":
    main()
