"""The three rules in pandas and NumPy, as one would write them without loops:  with_pandas.py CROSSINGS FOLDER

Simpler than the rules: a crossing counts as a migration by the days on its new side alone, without the status that the crossing before it left;
and a day of exit and return counts twice.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

UNTIL, LONG = 21_000, 10**6    # a last day after all crossings; days that a last stay goes on


def main(path: str, out: Path) -> None:
    moves = pd.read_parquet(path).sort_values(["person_id", "crossed_at"], ignore_index=True)
    person, direction = moves["person_id"], moves["direction"]
    first = (person != person.shift()).to_numpy()
    last = np.append(first[1:], True)
    inward = (direction == "in").to_numpy()
    day = (moves["crossed_at"].to_numpy().astype("datetime64[D]").astype(np.int64))

    opens = inward | (first & ~inward)
    left = np.where(inward, np.where(last, np.nan, np.append(day[1:], 0)), day)
    stays = pd.DataFrame({"person_id": person[opens], "entered_on": np.where(inward, day, np.nan)[opens], "left_on": left[opens]})
    stays["spell_no"] = stays.groupby("person_id", sort=False).cumcount() + 1
    stays["closed_by"] = np.where(stays["left_on"].isna(), "censored", "exit")
    stays.to_parquet(out / "stays.parquet", compression="zstd")

    # Days inside up to each crossing, and in the 487 days from it, by look-up in the crossings of all people laid end to end.
    code = np.cumsum(first) - 1
    key = code * 100_000 + day
    length = np.where(last, LONG, np.append(day[1:], 0) - day)
    inside = np.concatenate([[0], np.cumsum(np.where(inward & ~last, length, 0))[:-1]])
    at = np.searchsorted(key, key + 487, side="left") - 1
    own = np.searchsorted(code, code, side="right") - 1
    at = np.minimum(at, own)
    spent = inside[at] - inside + np.where(inward[at], day + 487 - day[at], 0)
    new_side = np.where(inward, spent, 487 - spent)
    migration = new_side >= 365
    residence = moves.loc[migration, ["person_id", "direction"]].assign(day=day[migration])
    residence.to_parquet(out / "residence.parquet", compression="zstd")

    # Most days in any 180, on days of exit.
    entered = stays["entered_on"].fillna(stays["left_on"]).to_numpy().astype(np.int64)
    gone = stays["left_on"].fillna(UNTIL).to_numpy().astype(np.int64)
    who = np.cumsum((stays["spell_no"] == 1).to_numpy()) - 1
    total = np.cumsum(gone - entered + 1)
    oldest = np.searchsorted(who * 100_000 + gone, who * 100_000 + gone - 179, side="left")
    used = total - np.concatenate([[0], total])[oldest] - np.maximum(0, gone - 179 - entered[oldest])
    over = pd.DataFrame({"person_id": stays["person_id"].to_numpy(), "max_days": used}).groupby("person_id", sort=False)["max_days"].max().reset_index()
    over.to_parquet(out / "over.parquet", compression="zstd")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
