"""A new day of crossings: the rules for the people whom it concerns, beside an earlier run that stays as it is.

The history is a folder of Parquet files to which each delivery is added. A full run (`run_all`) writes the tables of all people, and says in `run.json` which
files it has read and how it was asked. A run of new files alone (`run_new`) decides anew, from their whole history, the people

- of whom the new files have crossings,
- whose rows may change without one because the last complete day has moved (table `due`): a decision becomes final, days of a stay add up, a crossing is no longer too late,

and writes their rows to the folder `delta`, with the list of these people (`people`). The tables as a full run would write them are those of the full run without
these people, and the rows of the delta: `current`. Each delta holds all that came since the full run and takes the place of the one before.
"""

from __future__ import annotations

import contextlib
import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from karvan.errors import DataError
from karvan.lifecourse.engine import engine
from karvan.lifecourse.files import Nowhere, remove, writing, writing_folder
from karvan.lifecourse.passes import TABLES, Made, all_rules, know_crossings
from karvan.lifecourse.people import Files, files_of, offer, sql_text
from karvan.lifecourse.residence import rule_named
from karvan.workspace import Progress, quiet

RUN, DELTA, PEOPLE = "run.json", "delta", "people"
ORDER = {
    "stays": "person_id, spell_no",
    "residence": "person_id, from_on nulls first",
    "over": "person_id",
    "aside": "person_id nulls last, crossed_at, record_id",
}


def run_all(crossings: Path, folder: Path, *, observed_until: date, zone: str | None, rule: str, days: int, window: int, progress: Progress = quiet) -> Made:
    """All rules for all people: the tables `TABLES` in `folder`, `due`, and in `run.json` what they were made of. A delta of an earlier run goes."""
    from karvan.lifecourse.spells import all_files

    folder.mkdir(parents=True, exist_ok=True)
    files = files_of(crossings)
    asked = {"observed_until": observed_until.isoformat(), "zone": zone, "rule": rule, "days": days, "window": window}
    made = all_files(
        files, folder, observed_until=observed_until, zone=zone, rule=rule, days=days, window=window, progress=progress, then=partial(forget_run, folder)
    )
    write_run(folder, asked | {"files": sizes(files)})
    remove(folder / DELTA)
    return made


def run_new(crossings: Path, folder: Path, *, observed_until: date, zone: str | None, rule: str, days: int, window: int, progress: Progress = quiet) -> Made:
    """All rules for the people whom the files added to `crossings` since the full run in `folder` concern: the delta.

    Raises DataError where there is no full run to begin from, it was asked otherwise, or files that it has read are other ones now.
    """
    earlier, files = read_run(folder), files_of(crossings)
    demand_same(earlier, {"zone": zone, "rule": rule, "days": days, "window": window}, folder)
    if observed_until.isoformat() < earlier["observed_until"]:
        raise DataError(f"The full run is complete through {earlier['observed_until']}, later than {observed_until}.", where=str(folder / RUN), fix="give that day or a later one")
    new = Files(file for file in files if file.name not in earlier["files"])
    demand_kept(earlier["files"], sizes(files), crossings)

    with engine() as con, writing_folder(folder / DELTA) as part, contextlib.ExitStack() as stack:
        assert part is not None
        known = know_crossings(con, files, zone=zone, few=True)
        columns = ", ".join(known.columns)
        offer(con, "added", new or files)
        only_added = "" if new else " limit 0"
        con.execute(f"""
            create temp table concerned as
            select person_id from '{sql_text(folder / "due.parquet")}' where due_on <= date '{observed_until}'
            union (select person_id from added where person_id is not null{only_added})
        """)
        con.execute(f"""
            create temp table of_concerned as
            select {columns} from given semi join concerned using (person_id)
            union all (select {columns} from (from given limit 0) union all by name (from added where person_id is null{only_added}))
        """)
        con.execute("create or replace temp view given as from of_concerned")
        sheets = {name: stack.enter_context(writing(part / f"{name}.parquet")) for name in TABLES} | {"due": Nowhere()}
        made = all_rules(con, known, sheets, rule=rule_named(rule), days=days, window=window, observed_until=observed_until, progress=progress)
        con.execute(f"copy (from concerned order by person_id) to '{sql_text(part / PEOPLE)}.parquet'")
        [(people,)] = con.execute("select count(*) from concerned").fetchall()
        made.counts = {"files_added": len(new), "people_concerned": people} | made.counts
        write_run(part, {"observed_until": observed_until.isoformat(), "since": earlier})
    return made


def current(folder: Path, name: str) -> pa.Table:
    """A table of `TABLES` as it is with the delta, in order of person: what a full run would have written."""
    if name not in ORDER:
        raise DataError(f"There is no table `{name}`.", fix=f"choose {', '.join(ORDER)}")
    since = read_run(folder)
    query = f"from '{sql_text(folder / name)}.parquet'"
    delta = folder / DELTA
    if (delta / RUN).is_file() and read_run(delta)["since"] == since:    # else a full run was stopped before it took the delta away
        query += f" anti join '{sql_text(delta / PEOPLE)}.parquet' using (person_id) union all by name from '{sql_text(delta / name)}.parquet'"
    with engine() as con:
        return con.sql(f"from ({query}) order by {ORDER[name]}").to_arrow_table()


def write_run(folder: Path, run: dict[str, Any]) -> None:
    part = folder / f".{RUN}.part"
    part.write_text(json.dumps(run, indent=1), encoding="utf-8")
    part.replace(folder / RUN)


def forget_run(folder: Path) -> None:
    """Say that the tables of `folder` are of no full run: they are about to be other ones."""
    (folder / RUN).unlink(missing_ok=True)


def read_run(folder: Path) -> dict[str, Any]:
    path = folder / RUN
    if not path.is_file():
        raise DataError("There is no full run here to begin from.", where=str(path), fix="run all people first, without --new-only")
    run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return run


def sizes(files: Files) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in files}


def demand_same(earlier: dict[str, Any], asked: dict[str, Any], folder: Path) -> None:
    for name, value in asked.items():
        if earlier[name] != value:
            raise DataError(f"The full run was asked with {name} {earlier[name]}, this one with {value}.", where=str(folder / RUN), fix="ask in the same way, or run all people")


def demand_kept(earlier: dict[str, int], found: dict[str, int], crossings: Path) -> None:
    changed = [name for name, size in earlier.items() if found.get(name) != size]
    if changed:
        raise DataError(
            f"{len(changed):,} files that the full run has read are gone, or of another size.",
            where=str(crossings / changed[0]),
            fix="add new crossings as files of their own; where earlier ones changed, run all people",
        )
