"""Settling: the parts of the tables that a feed's new deliveries change are written.

A part is a feed and a year. Where all its rows were read now, in order, its drafts become its pieces as they are; only drafts that lost
rows (see `contest`) are written again, without them. Where rows of earlier runs stay, the part is put together anew.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from karvan.expressions import literal
from karvan.intake.contest import changes_of_kept, contest, counts_of_new, make_new, make_old, own_columns, paths_sql, survivors
from karvan.intake.deliveries import Delivery
from karvan.intake.drafts import NONE, STAMP, Draft, keeps_identities, repeated
from karvan.intake.plan import IDENTITY_COLUMNS
from karvan.intake.reading import Reading
from karvan.tables import TABLES
from karvan.workspace import Transaction, Workspace

if TYPE_CHECKING:
    import duckdb

DELIVERED = pa.schema([("seq", pa.int32()), ("delivery_id", pa.string()), ("file", pa.string()), ("part", pa.string()), ("is_new", pa.bool_()), ("is_kept", pa.bool_())])
Old = dict[str, dict[str, list[str]]]    # by table and part, the files in force
SAID = " or ".join(f"{n} is not null" for n in IDENTITY_COLUMNS)


def settle(
    ws: Workspace, tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, everything: list[Delivery], seq_of: dict[str, int],
    *, new: set[str], kept: set[str], gone: set[str],
) -> dict[str, dict[str, int]]:  # fmt: skip
    """Write the parts of record tables, identities and quarantine that a feed's new deliveries change.

    Parameters
    ----------
    new
        Deliveries read now and in force.
    kept
        Deliveries read earlier, still in force, not read again.
    gone
        Deliveries whose earlier rows leave: replaced, held, or read again.

    Returns
    -------
    Per delivery of `new`, its counts; per delivery of `kept` that lost rows, the changes of its counts.
    """
    rows = [(seq_of[d.delivery_id], d.delivery_id, d.file, d.part, d.delivery_id in new, d.delivery_id in kept) for d in everything]
    con.register("delivered_in", pa.table(list(map(list, zip(*rows, strict=True))), schema=DELIVERED))
    con.execute("create or replace temp table delivered as select * from delivered_in")
    con.unregister("delivered_in")
    records = list(dict.fromkeys(p.part.record for p in reading.plan.parts))
    old: Old = {name: files_of(ws, tx, name, reading.contract.id) for name in (*records, "identities", "quarantine")}
    flat = {name: [path for paths in parts.values() for path in paths] for name, parts in old.items()}

    for place in range(len(reading.plan.parts)):
        make_new(con, reading, place)
    for record in records:
        make_old(con, reading, record, flat[record], flat["identities"])
    contest(con, reading, {record: flat[record] for record in records})
    outcome = (counts_of_new(con, reading) if new else {}) | changes_of_kept(con, records)

    touched = {d.part for d in everything if d.delivery_id in new | gone} | {part for (part,) in con.execute("select distinct d.part from losers join delivered d using (seq)").fetchall()}
    drafts_of = {part: [d for d in reading.drafts if d.part == part] for part in touched}
    as_they_are = {part for part in touched if in_order(drafts_of[part]) and not any(old[record].get(part) for record in records)}
    for part in sorted(touched - as_they_are):    # first, as drafts are moved below
        for record in records:
            write_record(tx, con, reading, records, record, part, old)
        write_identities(tx, con, reading, records, part, old)
    for part in sorted(as_they_are):
        write_drafts(tx, con, reading, part, drafts_of[part], {seq_of[key] for key in new})
    for part in sorted(touched):
        write_quarantine(tx, con, reading, part, old)
    return outcome


def files_of(ws: Workspace, tx: Transaction, table: str, feed: str) -> dict[str, list[str]]:
    """The files of a table that a feed has now, by part."""
    version = ws.version(table, at=tx.base)
    found: dict[str, list[str]] = {}
    for part, path in zip(version.parts, ws.paths(version), strict=True):
        if part.key.startswith(f"{feed}/"):
            found.setdefault("/".join(part.key.split("/")[:2]), []).append(path)
    return found


def put(tx: Transaction, table: str, part: str, pieces: list[duckdb.DuckDBPyRelation | Path], before: int) -> None:
    """Write the pieces of a part: the first under its own key, the others numbered; `before` is how many pieces it had."""
    keys = [part, *(f"{part}/{n:04d}" for n in range(1, max(before, len(pieces))))]
    for key, piece in zip(keys, pieces, strict=False):
        tx.write(table, piece, part=key)
    for key in keys[len(pieces) :]:
        tx.drop(table, part=key)


# -- a part that was read now, from end to end ---------------------------------------------------------------------------


def in_order(drafts: list[Draft]) -> bool:
    """Whether drafts are those of one record, one after another in the order of deliveries."""
    seqs = [(min(d.rows), max(d.rows)) for d in drafts]
    return len({d.place for d in drafts}) == 1 and all(one[1] <= two[0] for one, two in pairwise(seqs))


def write_drafts(tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, part: str, drafts: list[Draft], new: set[int]) -> None:
    """Make drafts the pieces of a part; those that lost rows are written again."""
    lost = con.execute("select hash(record_id) as h from losers").fetchnumpy()["h"]
    changed = [not new.issuperset(d.rows) or meets(d.numbers, lost) for d in drafts]
    record = reading.plan.parts[drafts[0].place].part.record
    recounted = recount_seconds(con, drafts, changed) if record == "crossing" else NONE
    columns = [f"r.{c.name}" for c in TABLES[record].columns]
    seconds = ""
    if len(recounted):
        columns = ["coalesce(s.n, r.same_second) as same_second" if c == "r.same_second" else c for c in columns]
        seconds = f" left join recounted s on s.h = {STAMP}"
    for_records: list[duckdb.DuckDBPyRelation | Path] = []
    for_identities: list[duckdb.DuckDBPyRelation | Path] = []
    for draft, has_lost in zip(drafts, changed, strict=True):
        stay = f"({stayers(draft)}) r"
        is_written = has_lost or meets(draft.seconds, recounted)
        for_records.append(con.sql(f"select {', '.join(columns)} from {stay}{seconds} order by r.file_row_number") if is_written else draft.records)
        if draft.identities and (has_lost or draft.silent):
            who = f"read_parquet({literal(str(draft.identities))}, file_row_number = true)"
            for_identities.append(con.sql(f"select i.* exclude (file_row_number) from {who} i semi join {stay} using (file_row_number) where {SAID} order by i.file_row_number"))
        elif draft.identities:
            for_identities.append(draft.identities)
    put(tx, record, part, for_records, 0)
    if keeps_identities(reading.plan, reading.plan.parts[drafts[0].place]):
        put(tx, "identities", part, for_identities, 0)


def meets(hashes: np.ndarray, others: np.ndarray) -> bool:
    return bool(len(others)) and bool(np.isin(others, hashes).any())


def stayers(draft: Draft) -> str:
    """SQL of the rows of a draft that stay, with their places in it."""
    rows = f"select r.*, d.seq from read_parquet({literal(str(draft.records))}, file_row_number = true) r join delivered d using (delivery_id) where d.is_new"
    return survivors(f"({rows})", draft.place)


def recount_seconds(con: duckdb.DuckDBPyConnection, drafts: list[Draft], changed: list[bool]) -> np.ndarray:
    """Table `recounted`: how many crossings of a part stand in the same second at one point, where that is not what its draft says.

    These are the seconds that two drafts share, and those of the rows that leave. Gives their hashes.
    """
    shared = repeated([d.seconds for d in drafts])
    left = [
        con.execute(f"select distinct {STAMP} as h from read_parquet({literal(str(d.records))}, file_row_number = true) where file_row_number not in (select file_row_number from ({stayers(d)}))").fetchnumpy()["h"]
        for d, has_lost in zip(drafts, changed, strict=True)
        if has_lost
    ]
    wanted = np.unique(np.concatenate([shared, *left]))
    if len(wanted):
        con.register("wanted", pa.table({"h": wanted}))
        rows = " union all ".join(f"select {STAMP} as h from ({stayers(d)})" for d in drafts if meets(d.seconds, wanted))
        con.execute(f"create or replace temp table recounted as select h, count(*) as n from ({rows}) where h in (select h from wanted) group by h")
        con.unregister("wanted")
    return wanted


# -- a part that keeps rows of earlier runs, or that several records go to -----------------------------------------------


def write_record(tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, records: list[str], record: str, part: str, old: Old) -> None:
    """Put one part of one record table together, from what stays of new and of old rows."""
    columns = ", ".join(("seq", "record_id", "delivery_id", "row_no", "extra", *(c.name for c in own_columns(record))))
    views = [(f"rows_{i}", i) for i, p in enumerate(reading.plan.parts) if p.part.record == record]
    before = old[record].get(part, [])
    if before:
        views.append((f"old_{record}", -1 - records.index(record)))
    rows = " union all ".join(f"select {columns} from ({survivors(view, place)}) where part = {literal(part)}" for view, place in views)
    if record == "crossing":
        con.execute(f"create or replace temp table seconds as select bcp, crossed_at, count(*) as n from ({rows}) group by all having count(*) > 1")
        rows = f"select r.* exclude (same_second), coalesce(s.n, 1) as same_second from ({rows}) r left join seconds s on s.bcp is not distinct from r.bcp and s.crossed_at = r.crossed_at"
    listed = ", ".join(f"{literal(reading.contract.id)} as feed" if c.name == "feed" else c.name for c in TABLES[record].columns)
    if before or con.execute(f"select 1 from ({rows}) limit 1").fetchall():
        put(tx, record, part, [con.sql(f"select {listed} from ({rows}) order by seq, row_no, record_id")], len(before))


def write_identities(tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, records: list[str], part: str, old: Old) -> None:
    """Put one part of `identities` together: who the records of this part speak of."""
    sources = []
    listed = ", ".join(f"i_{n} as {n}" for n in IDENTITY_COLUMNS)
    for i, made in enumerate(reading.plan.parts):
        if keeps_identities(reading.plan, made):
            sources.append(f"select seq, row_no, record_id, {literal(made.part.record)} as record_type, delivery_id, i_observed_on as observed_on, {listed} from ({survivors(f'new_{i}', i)}) where part = {literal(part)} and ({SAID})")
    if not sources:
        return
    before = old["identities"].get(part, [])
    if before:
        kept = " union all ".join(f"select record_id, seq, row_no from ({survivors(f'old_{r}', -1 - k)}) where part = {literal(part)}" for k, r in enumerate(records))
        sources.append(f"select k.seq, k.row_no, i.record_id, i.record_type, i.delivery_id, i.observed_on, {', '.join(f'i.{n}' for n in IDENTITY_COLUMNS)} from {paths_sql(before)} i join ({kept}) k using (record_id)")
    columns = ", ".join(f"{literal(reading.contract.id)} as feed" if c.name == "feed" else c.name for c in TABLES["identities"].columns)
    put(tx, "identities", part, [con.sql(f"select {columns} from ({' union all '.join(sources)}) order by seq, row_no, record_id")], len(before))


def write_quarantine(tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, part: str, old: Old) -> None:
    """Write one part of `quarantine`: rows set aside, of deliveries in force."""
    columns = "delivery_id, file, row_no, reason, field, found, expected, raw"
    before = old["quarantine"].get(part)
    rows = f"select d.seq, d.delivery_id, d.file, p.row_no, p.reason, p.field, p.found, p.expected, p.raw from (from problems union all from remarks) p join delivered d using (seq) where d.is_new and d.part = {literal(part)}"
    if before:
        rows += f" union all select d.seq, q.delivery_id, q.file, q.row_no, q.reason, q.field, q.found, q.expected, q.raw from {paths_sql(before)} q join delivered d using (delivery_id) where d.is_kept"
    if before or con.execute(f"select 1 from ({rows}) limit 1").fetchall():
        listed = columns.replace("delivery_id, file", f"delivery_id, {literal(reading.contract.id)} as feed, file")
        tx.write("quarantine", con.sql(f"select {listed} from ({rows}) order by seq, row_no, reason, field"), part=part)
