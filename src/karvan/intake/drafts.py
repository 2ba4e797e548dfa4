"""Drafts: what good rows become, written straight to Parquet as the files are read.

A draft is one file of the record table and one of `identities`, for the rows of one part that were read together. Where nothing
contests its rows, `settle` only moves it to its place. Nothing wide waits in memory: 16 bytes a row stay, by which repeated rows are found.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from karvan.expressions import literal
from karvan.intake.aside import not_bad
from karvan.intake.chunk import number_name, wanted
from karvan.intake.plan import Part, Plan
from karvan.intake.records import extra_sql
from karvan.tables import TABLES
from karvan.workspace.folder import disk_errors
from karvan.workspace.transaction import PARQUET

if TYPE_CHECKING:
    import duckdb

MOST_NUMBERS = 2_000_000    # pseudonyms that are remembered; those of further numbers are made anew each time
NONE = np.empty(0, dtype=np.uint64)
STAMP = "hash(bcp, crossed_at)"


@dataclass(frozen=True)
class Draft:
    """Rows of the contract's n-th record (`place`) that go to one part, in the order of their deliveries and rows.

    `rows` counts them by delivery. `identities` has a row for each row of `records`, in the same order, also for the `silent` ones,
    which speak of nobody. `numbers` are hashes of record_id; `seconds`, of point and instant of crossings, each once.
    """

    place: int
    part: str
    rows: dict[int, int]
    records: Path
    identities: Path | None
    silent: int
    numbers: np.ndarray
    seconds: np.ndarray


def write_drafts(con: duckdb.DuckDBPyConnection, plan: Plan, parts: dict[str, list[int]], where: Callable[[str], Path]) -> list[Draft]:
    """Write the good rows of `typed`; `parts` are those that its deliveries go to, with the deliveries of each; `where` gives the folder of a table's drafts."""
    drafts = []
    for part in plan.parts:
        look_up_pseudonyms(con, part)
        for key, seqs in parts.items():
            good = f"made and ({wanted(plan, part)}) and {not_bad(plan)}" + (f" and seq in ({', '.join(map(str, seqs))})" if len(parts) > 1 else "")
            if (draft := write_draft(con, plan, part, key, good, where)) is not None:
                drafts.append(draft)
    return drafts


def write_draft(con: duckdb.DuckDBPyConnection, plan: Plan, part: Part, key: str, good: str, where: Callable[[str], Path]) -> Draft | None:
    rows = f"from typed where {good}"
    said = " or ".join(f"{sql} is not null" for sql in part.identity.values()) or "false"
    counted = con.execute(f"select seq, count(*), count(*) filter (not ({said})) {rows} group by seq order by seq").fetchall()
    if not counted:
        return None
    numbers = con.execute(f"select hash(r{part.place}) as h {rows}").fetchnumpy()["h"]
    seconds = seconds_of(con, part, rows) if part.part.record == "crossing" else NONE
    records = copy(con, records_sql(plan, part, good), where(part.part.record))
    identities = copy(con, identities_sql(plan, part, good), where("identities")) if keeps_identities(plan, part) else None
    return Draft(part.place, key, {seq: count for seq, count, _ in counted}, records, identities, sum(silent for _, _, silent in counted), numbers, seconds)


def copy(con: duckdb.DuckDBPyConnection, rows: str, folder: Path) -> Path:
    """Write rows to a draft in a folder. What a killed run leaves is swept away by the next."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}.draft"
    with disk_errors(folder):
        con.execute(f"copy ({rows}) to {literal(str(path))} {PARQUET}")
    return path


def look_up_pseudonyms(con: duckdb.DuckDBPyConnection, part: Part) -> None:
    """A table of the numbers in `typed` with their pseudonyms. Keyed hashes are dear, and a number comes back many times."""
    for name, (kind, _) in part.numbers.items():
        con.execute(
            f"create or replace temp table of_{name} as select number, k.pseudonym as known, coalesce(k.pseudonym, pseudonym({literal(kind)}, number)) as pseudonym "
            f"from (select distinct {number_name(part, name)} as number from typed where made and {number_name(part, name)} is not null) n "
            f"left join (select * from pseudonyms where kind = {literal(kind)}) k using (number)"
        )
        if con.execute("select count(*) from pseudonyms").fetchall()[0][0] < MOST_NUMBERS:
            con.execute(f"insert into pseudonyms select {literal(kind)}, number, pseudonym from of_{name} where known is null")


def records_sql(plan: Plan, part: Part, good: str) -> str:
    """Rows of `typed` as records of their table, in order."""
    sql = part.columns | {name: f"k_{name}.pseudonym" for name in part.numbers}
    looked_up = "".join(f" left join of_{name} k_{name} on k_{name}.number = {number_name(part, name)}" for name in part.numbers)
    if part.part.record == "crossing":
        sql["same_second"] = "coalesce(n_seconds.n, 1)"
        looked_up += f" left join seconds n_seconds on n_seconds.h = {stamp(part)}"
    sql |= {"record_id": f"r{part.place}", "feed": literal(plan.contract.id), "delivery_id": "delivery_id", "row_no": "row_no", "extra": extra_sql(plan, part)}
    return in_order(part.part.record, sql, f"from typed{looked_up} where {good}")


def identities_sql(plan: Plan, part: Part, good: str) -> str:
    """Rows of `typed` as whom they speak of, in order."""
    sql = part.identity | {"record_id": f"r{part.place}", "record_type": literal(part.part.record), "feed": literal(plan.contract.id), "delivery_id": "delivery_id", "observed_on": part.observed_on}
    return in_order("identities", sql, f"from typed where {good}")


def in_order(table: str, sql: dict[str, str], rows: str) -> str:
    """SQL of the columns of a table, in the order of deliveries and rows. Sorting carries all that it is given: what is the same in every row comes after it."""
    same = {c.name for c in TABLES[table].columns if c.name in ("feed", "record_type") or c.name not in sql}
    columns = {c.name: f"cast({sql.get(c.name, 'null')} as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns}
    sorted_rows = f"select {', '.join(column for name, column in columns.items() if name not in same)} {rows} order by seq, row_no, item_no"
    return f"select {', '.join(column if name in same else name for name, column in columns.items())} from ({sorted_rows})"


def stamp(part: Part) -> str:
    """SQL of the hash of point and instant of a crossing; `STAMP`, over its record, is the same."""
    return f"hash(cast({part.columns.get('bcp', 'null')} as varchar), {part.columns['crossed_at']})"


def seconds_of(con: duckdb.DuckDBPyConnection, part: Part, rows: str) -> np.ndarray:
    """Hashes of point and instant, each once; those of more crossings than one go to table `seconds` with their number."""
    con.execute(f"create or replace temp table stamps as select {stamp(part)} as h, count(*) as n {rows} group by h")
    con.execute("create or replace temp table seconds as select * from stamps where n > 1")
    return con.execute("select h from stamps").fetchnumpy()["h"]


def keeps_identities(plan: Plan, part: Part) -> bool:
    """Whether a record speaks of a person that may be linked."""
    return bool(part.identity) and plan.contract.person_key != "none"


def repeated(hashes: list[np.ndarray]) -> np.ndarray:
    """The hashes that come more than once.

    >>> repeated([np.array([3, 1, 2], dtype=np.uint64), np.array([1], dtype=np.uint64)]).tolist()
    [1]
    """
    joined = np.sort(np.concatenate(hashes)) if hashes else NONE
    return np.unique(joined[1:][joined[1:] == joined[:-1]])


def words_used(plan: Plan) -> str:
    """SQL of all that drafts ask of `typed`."""
    return " ".join(f"{records_sql(plan, part, wanted(plan, part))} {identities_sql(plan, part, '')}" for part in plan.parts)
