"""The three rules in pandas and NumPy, without loops:  with_pandas.py CROSSINGS FOLDER

Writes the rows that `karvan spells all` writes, which `spells.py --check` looks at. Crossings must alternate: nobody is set aside.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

UNTIL, LONG = 20_999, 10**6    # the last complete day; days that a last stay goes on
PERSON = 10**5                 # days between people laid end to end
THRESHOLD, TOLERANCE = 365, 122
DAYS, WINDOW = 90, 180


def main(path: str, out: Path) -> None:
    moves = pd.read_parquet(path).sort_values(["person_id", "crossed_at"], ignore_index=True)
    person = moves["person_id"]
    first = (person != person.shift()).to_numpy()
    last = np.append(first[1:], True)
    inward = (moves["direction"] == "in").to_numpy()
    day = moves["crossed_at"].to_numpy().astype("datetime64[D]").astype(np.int64)
    stays = presence(person, day, inward, first, last)
    write(stays.assign(entry_imputed=False, exit_imputed=False, in_record_id=None, out_record_id=None), out / "stays.parquet")
    write(residence(person, day, inward, first, last), out / "residence.parquet")
    write(rolling(stays), out / "over.parquet")


def write(table: pd.DataFrame, path: Path) -> None:
    days = {name: table[name].to_numpy(float, na_value=np.nan) for name in table if name.endswith("_on")}
    table.assign(**{name: pd.to_datetime(values, unit="D") for name, values in days.items()}).to_parquet(path, compression="zstd", index=False)


def presence(person: pd.Series, day: np.ndarray, inward: np.ndarray, first: np.ndarray, last: np.ndarray) -> pd.DataFrame:
    opens = inward | first
    left = np.where(inward, np.where(last, np.nan, np.append(day[1:], 0)), day)
    stays = pd.DataFrame({"person_id": person[opens], "entered_on": np.where(inward, day, np.nan)[opens], "left_on": left[opens]})
    stays.insert(1, "spell_no", stays.groupby("person_id", sort=False).cumcount() + 1)
    return stays.assign(closed_by=np.where(stays["left_on"].isna(), "censored", "exit")).reset_index(drop=True)


def residence(person: pd.Series, day: np.ndarray, inward: np.ndarray, first: np.ndarray, last: np.ndarray) -> pd.DataFrame:
    code = np.cumsum(first) - 1
    length = np.where(last, LONG, np.append(day[1:], 0) - day)
    inside = np.concatenate([[0], np.cumsum(np.where(inward, length, 0))[:-1]])      # days up to each crossing, of all people laid end to end
    outside = np.concatenate([[0], np.cumsum(np.where(inward, 0, length))[:-1]])
    at = np.searchsorted(code * PERSON + day, code * PERSON + day + THRESHOLD + TOLERANCE, side="left") - 1
    spent = inside[at] - inside + np.where(inward[at], day + THRESHOLD + TOLERANCE - day[at], 0)
    enough = np.where(inward, spent, THRESHOLD + TOLERANCE - spent) >= THRESHOLD

    # Whatever the status was, it is afterwards that of the last crossing with enough days on its new side, or the one before all of them.
    known = np.maximum.accumulate(np.where(enough | first, np.arange(len(day)), 0))
    after = np.where(enough, inward, ~inward)[known]
    before = np.where(first, ~inward, np.append(False, after[:-1]))
    asked = before != inward
    migration = asked & enough

    final = day.copy()
    for here, there, side in ((inside, outside, inward), (outside, inside, ~inward)):
        row = np.flatnonzero(migration & side)
        reached = np.searchsorted(here, here[row] + THRESHOLD, side="left") - 1
        final[row] = day[row] + THRESHOLD + there[reached] - there[row]
        row = np.flatnonzero(asked & ~enough & side)
        passed = np.searchsorted(there, there[row] + TOLERANCE, side="right") - 1
        final[row] = day[row] + TOLERANCE + here[passed] - here[row]
    final = np.maximum.accumulate(code * PERSON + final) - code * PERSON
    decided = final <= UNTIL

    initial = np.flatnonzero(first & ~inward)
    begins = np.flatnonzero(decided & migration & inward)
    ends = np.append(np.flatnonzero(decided & migration & ~inward), len(day))
    undecided = np.flatnonzero(~decided & migration)
    undecided = undecided[np.append(True, code[undecided][1:] != code[undecided][:-1])[: len(undecided)] & inward[undecided]]
    waits = np.zeros(code[-1] + 1, bool)
    waits[code[~decided]] = True

    row = np.concatenate([initial, begins, undecided])
    kind = np.repeat([0, 1, 2], [len(initial), len(begins), len(undecided)])
    end = ends[np.searchsorted(ends, row, side="left")]
    ended = (kind < 2) & (np.append(code, -1)[end] == code[row])
    spells = pd.DataFrame({
        "row": row, "kind": kind, "person_id": person.take(row).to_numpy(), "from_on": np.where(kind == 0, np.nan, day[row]),
        "to_on": np.where(ended, np.append(day, 0)[end], np.nan), "rule": "UR-12/16", "basis": np.where(kind == 2, "undecided", "observed"),
        "final_on": np.where(ended, np.append(final, 0)[end], np.where((kind == 1) & ~waits[code[row]], final[row], np.nan)),
        "decided_by": None, "ended_by": np.where(ended, "emigration", None),
    })  # fmt: skip
    return spells.sort_values(["row", "kind"], ignore_index=True).drop(columns=["row", "kind"])


def rolling(stays: pd.DataFrame) -> pd.DataFrame:
    who = np.cumsum((stays["spell_no"] == 1).to_numpy()) - 1
    start = stays["entered_on"].fillna(stays["left_on"]).to_numpy().astype(np.int64)
    end = stays["left_on"].fillna(UNTIL).to_numpy().astype(np.int64)
    previous = np.where(np.append(-1, who[:-1]) == who, np.append(0, end[:-1]), -1)
    start = np.maximum(start, previous + 1)                # a day counts once
    some = start <= end
    names, who, start, end = stays["person_id"].to_numpy()[some], who[some], start[some], end[some]
    before = np.concatenate([[0], np.cumsum(end - start + 1)[:-1]])
    key = who * PERSON + end

    def used(row: np.ndarray, day: np.ndarray) -> np.ndarray:
        oldest = np.searchsorted(key, who[row] * PERSON + day - WINDOW + 1, side="left")
        return before[row] - before[oldest] + day - start[row] + 1 - np.maximum(0, day - WINDOW + 1 - start[oldest])

    most = pd.DataFrame({"person_id": names, "max_days": used(np.arange(len(end)), end)})
    row = np.flatnonzero(most["max_days"].to_numpy() > DAYS)
    row = row[np.append(True, who[row][1:] != who[row][:-1])[: len(row)]]
    low, high = start[row].copy(), end[row].copy()
    while (low < high).any():
        day = (low + high) // 2
        over = used(row, day) > DAYS
        high, low = np.where(over, day, high), np.where(over, low, day + 1)
    table = most.groupby("person_id", sort=False)["max_days"].max().reset_index()
    return table.merge(pd.DataFrame({"person_id": names[row], "first_exceeded_on": low}), on="person_id", how="left")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
