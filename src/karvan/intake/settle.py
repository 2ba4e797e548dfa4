"""Settling: of rows that say the same thing one stays; then the parts of the tables that changed are written.

The law, for records of one number (`record_id`), in the order of their deliveries and rows: a row that repeats the one before it
is a duplicate; a row that differs replaces it, and the one before is superseded (a duplicate, if both stand in one file). What
stays is the first row that says what the last row says. The result does not depend on how many runs the deliveries were read in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.expressions import literal
from karvan.intake.deliveries import Delivery
from karvan.intake.mapping import IDENTITY_COLUMNS, OWN
from karvan.intake.reading import Reading
from karvan.tables import TABLES
from karvan.workspace import Transaction, Workspace

if TYPE_CHECKING:
    import duckdb

DELIVERED = pa.schema([("seq", pa.int32()), ("delivery_id", pa.string()), ("file", pa.string()), ("part", pa.string()), ("is_new", pa.bool_()), ("is_kept", pa.bool_())])


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
    feed = reading.contract.id
    records = list(dict.fromkeys(p.part.record for p in reading.plan.parts))
    old_parts = {name: parts_of(ws, tx, name, feed) for name in (*records, "identities", "quarantine")}

    for place in range(len(reading.plan.parts)):
        source = reading.interim[place]
        con.execute(f"create or replace temp view new_{place} as " + (f"select n.*, hash({content_of(reading, place)}) as content, d.delivery_id, d.part from {source} n join delivered d using (seq) where d.is_new" if source else f"select {empty_new(reading, place)}"))
    for record in records:
        make_old(con, record, old_parts, reading)

    contest(con, reading, records)
    outcome = counts_of_new(con, reading, records) if new else {}
    outcome |= changes_of_kept(con, records)

    touched = {d.part for d in everything if d.delivery_id in new | gone} | {row[0] for row in con.execute("select distinct d.part from losers join delivered d using (seq)").fetchall()}
    for record in records:
        for key in sorted(touched):
            write_record(tx, con, reading, record, key, bool(old_parts[record].get(key)))
    for key in sorted(touched):
        write_identities(tx, con, reading, records, key, old_parts["identities"].get(key))
        write_quarantine(tx, con, reading, key, old_parts["quarantine"].get(key))
    return outcome


def parts_of(ws: Workspace, tx: Transaction, table: str, feed: str) -> dict[str, str]:
    """The parts of a table that a feed has now: key and path."""
    version = ws.version(table, at=tx.base)
    return {part.key: path for part, path in zip(version.parts, ws.paths(version), strict=True) if part.key.startswith(f"{feed}/")}


def paths_sql(paths: list[str]) -> str:
    return f"read_parquet([{', '.join(literal(p) for p in paths)}])" if paths else ""


def who(reading: Reading, place: int) -> list[str]:
    return [f"i_{n}" for n in (*IDENTITY_COLUMNS, "observed_on")] if reading.keeps_identities(place) else []


def own_columns(record: str) -> list[Any]:
    return [c for c in TABLES[record].columns if c.name not in OWN]


def content_of(reading: Reading, place: int) -> str:
    """Columns in which two rows of one record_id must agree to say the same; hashed only where there are two."""
    names = [c.name for c in own_columns(reading.plan.parts[place].part.record) if c.name != "same_second"]
    return ", ".join([*names, "extra", *(f"i_{n}" for n in IDENTITY_COLUMNS if reading.keeps_identities(place))])


def empty_new(reading: Reading, place: int) -> str:
    cells = ["cast(null as integer) as seq", "cast(null as bigint) as row_no", "cast(null as bigint) as item_no", "cast(null as varchar) as record_id", "cast(null as varchar) as extra"]
    cells += [f"cast(null as {c.duckdb_type}) as {c.name}" for c in own_columns(reading.plan.parts[place].part.record)]
    cells += [f"cast(null as {'date' if n == 'i_observed_on' else 'varchar'}) as {n}" for n in who(reading, place)]
    cells += ["cast(null as ubigint) as h", "cast(null as ubigint) as content", "cast(null as varchar) as delivery_id", "cast(null as varchar) as part"]
    return ", ".join(cells) + " where false"


def make_old(con: duckdb.DuckDBPyConnection, record: str, old_parts: dict[str, dict[str, str]], reading: Reading) -> None:
    """A view of the records of kept deliveries, with their content hash over the same columns as of new ones."""
    source = paths_sql(list(old_parts[record].values()))
    places = [i for i, p in enumerate(reading.plan.parts) if p.part.record == record]
    with_who = any(reading.keeps_identities(i) for i in places)
    columns = [c.name for c in own_columns(record)]
    names = [f"i_{n}" for n in IDENTITY_COLUMNS] if with_who else []
    content = ", ".join([*(c for c in columns if c != "same_second"), "extra", *names])
    if not source:
        cells = [f"cast(null as {t}) as {n}" for n, t in (("seq", "integer"), ("row_no", "bigint"), ("record_id", "varchar"), ("h", "ubigint"), ("content", "ubigint"), ("delivery_id", "varchar"), ("part", "varchar"))]
        con.execute(f"create or replace temp view old_{record} as select {', '.join(cells)} where false")
        return
    identities = paths_sql(list(old_parts["identities"].values()))
    join = ""
    if with_who:
        listed = ", ".join(f"{n} as i_{n}" for n in (*IDENTITY_COLUMNS, "observed_on"))
        join = f" left join (select record_id, {listed} from {identities} where record_type = {literal(record)}) i using (record_id)" if identities else ""
        if not identities:
            content = ", ".join([*(c for c in columns if c != "same_second"), "extra", *("null" for _ in names)])
    con.execute(
        f"create or replace temp view old_{record} as select r.*, d.seq, d.part, hash(record_id) as h, hash({content}) as content{', i.* exclude (record_id)' if join else ''} "
        f"from {source} r join delivered d using (delivery_id){join} where d.is_kept"
    )


def contest(con: duckdb.DuckDBPyConnection, reading: Reading, records: list[str]) -> None:
    """Table `losers`: rows that give way to another of the same record_id, and as what they count."""
    new = [f"select h from new_{i}" for i in range(len(reading.plan.parts))]
    old = [f"select h from old_{r}" for r in records]
    con.execute(f"create or replace temp table contested as select h from ({' union all '.join(new + old)}) group by h having count(*) > 1")
    listed = [f"select record_id, seq, row_no, item_no, content, {i} as place from new_{i} where h in (select h from contested)" for i in range(len(reading.plan.parts))]
    listed += [f"select record_id, seq, row_no, 0 as item_no, content, {-1 - k} as place from old_{r} where h in (select h from contested)" for k, r in enumerate(records)]
    con.execute(
        "create or replace temp table losers as with lined as (select *, lag(content) over w is distinct from content or row_number() over w = 1 as is_head "
        f"from ({' union all '.join(listed)}) window w as (partition by record_id order by seq, row_no, item_no, place)), "
        "heads as (select *, lead(seq) over w as next_seq from lined where is_head window w as (partition by record_id order by seq, row_no, item_no, place)) "
        "select record_id, seq, row_no, item_no, place, 'duplicate' as outcome from lined where not is_head "
        "union all select record_id, seq, row_no, item_no, place, case when next_seq = seq then 'duplicate' else 'superseded' end from heads where next_seq is not null"
    )


def survivors(place: int) -> str:
    """SQL of the rows of the n-th record that stay."""
    return f"select n.* from new_{place} n where not exists (select 1 from losers l where l.place = {place} and l.seq = n.seq and l.row_no = n.row_no and l.item_no = n.item_no)"


def old_survivors(record: str, k: int) -> str:
    return f"select o.* from old_{record} o where not exists (select 1 from losers l where l.place = {-1 - k} and l.record_id = o.record_id)"


def counts_of_new(con: duckdb.DuckDBPyConnection, reading: Reading, records: list[str]) -> dict[str, dict[str, int]]:
    """Where each row of the new deliveries went."""
    single = len(reading.plan.parts) == 1 and not reading._many
    if single:
        lost = "select seq, count(*) filter (outcome = 'duplicate') as duplicate, count(*) filter (outcome = 'superseded') as superseded from losers where place >= 0 group by seq"
        rows = "select seq, count(*) as n, count(*) as records from new_0 group by seq"
        query = f"select seq, n - coalesce(duplicate, 0) - coalesce(superseded, 0), coalesce(duplicate, 0), coalesce(superseded, 0), records - coalesce(duplicate, 0) - coalesce(superseded, 0) from ({rows}) left join ({lost}) using (seq)"
    else:
        rows = " union all ".join(f"select seq, row_no, item_no, {i} as place from new_{i}" for i in range(len(reading.plan.parts)))
        query = (
            "select seq, count(*) filter (stay > 0), count(*) filter (stay = 0 and not replaced), count(*) filter (stay = 0 and replaced), sum(stay) from ("
            "select seq, row_no, count(*) filter (l.outcome is null) as stay, coalesce(bool_or(l.outcome = 'superseded'), false) as replaced "
            f"from ({rows}) left join losers l using (seq, row_no, item_no, place) group by seq, row_no) group by seq"
        )
    found = {seq: (read, duplicate, superseded, int(made)) for seq, read, duplicate, superseded, made in con.execute(query).fetchall()}
    aside = dict(con.execute("select seq, count(distinct row_no) from problems group by seq").fetchall())
    outcome = {}
    for seq, key in con.execute("select seq, delivery_id from delivered where is_new").fetchall():
        read, duplicate, superseded, made = found.get(seq, (0, 0, 0, 0))
        outcome[key] = {"rows_read": read, "rows_duplicate": duplicate, "rows_superseded": superseded, "rows_quarantined": aside.get(seq, 0), "rows_held": 0, "records": made}
    return outcome


def changes_of_kept(con: duckdb.DuckDBPyConnection, records: list[str]) -> dict[str, dict[str, int]]:
    """What kept deliveries lost to new ones: changes of their counts."""
    remaining = " union all ".join(f"select seq, row_no from ({old_survivors(r, k)})" for k, r in enumerate(records))
    query = (
        "select d.delivery_id, sum(lost), count(*) filter (not remains and not replaced), count(*) filter (not remains and replaced) from ("
        "select l.seq, l.row_no, count(*) as lost, bool_or(outcome = 'superseded') as replaced, "
        f"exists (select 1 from ({remaining}) s where s.seq = l.seq and s.row_no = l.row_no) as remains from losers l where place < 0 group by l.seq, l.row_no"
        ") join delivered d using (seq) group by 1"
    )
    return {
        key: {"rows_read": -(duplicate + superseded), "rows_duplicate": duplicate, "rows_superseded": superseded, "records": -int(lost)}
        for key, lost, duplicate, superseded in con.execute(query).fetchall()
    }


def write_record(tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, record: str, key: str, has_old: bool) -> None:
    """Write one part of one record table."""
    feed = reading.contract.id
    columns = ", ".join(c.name for c in own_columns(record))
    sources = [
        f"select seq, record_id, delivery_id, row_no, extra, {columns} from ({survivors(i)}) where part = {literal(key)}" for i, p in enumerate(reading.plan.parts) if p.part.record == record
    ]
    if has_old:
        places = list(dict.fromkeys(p.part.record for p in reading.plan.parts))
        sources.append(f"select seq, record_id, delivery_id, row_no, extra, {columns} from ({old_survivors(record, places.index(record))}) where part = {literal(key)}")
    rows = " union all ".join(sources)
    if record == "crossing":
        con.execute(f"create or replace temp table seconds as select bcp, crossed_at, count(*) as n from ({rows}) group by all having count(*) > 1")
        rows = f"select r.* exclude (same_second), coalesce(s.n, 1) as same_second from ({rows}) r left join seconds s on s.bcp is not distinct from r.bcp and s.crossed_at = r.crossed_at"
    if has_old or con.execute(f"select 1 from ({rows}) limit 1").fetchall():
        tx.write(record, con.sql(f"select record_id, {literal(feed)} as feed, delivery_id, row_no, extra, {columns} from ({rows}) order by seq, row_no, record_id"), part=key)


def write_identities(tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, records: list[str], key: str, old: str | None) -> None:
    """Write one part of `identities`: who the records of this part speak of."""
    names = [c.name for c in TABLES["identities"].columns]
    mine = [n for n in names if n not in ("record_id", "record_type", "feed", "delivery_id", "observed_on")]
    sources = []
    for i, part in enumerate(reading.plan.parts):
        if reading.keeps_identities(i):
            said = " or ".join(f"i_{n} is not null" for n in mine)
            listed = ", ".join(f"i_{n} as {n}" for n in mine)
            sources.append(f"select seq, row_no, record_id, {literal(part.part.record)} as record_type, delivery_id, i_observed_on as observed_on, {listed} from ({survivors(i)}) where part = {literal(key)} and ({said})")
    if not sources:
        return
    if old:
        kept = " union all ".join(f"select record_id, seq, row_no from ({old_survivors(r, k)}) where part = {literal(key)}" for k, r in enumerate(records))
        sources.append(f"select k.seq, k.row_no, i.record_id, i.record_type, i.delivery_id, i.observed_on, {', '.join(f'i.{n}' for n in mine)} from read_parquet({literal(old)}) i join ({kept}) k using (record_id)")
    rows = " union all ".join(sources)
    listed = ", ".join(mine)
    tx.write("identities", con.sql(f"select record_id, record_type, {literal(reading.contract.id)} as feed, delivery_id, observed_on, {listed} from ({rows}) order by seq, row_no, record_id"), part=key)


def write_quarantine(tx: Transaction, con: duckdb.DuckDBPyConnection, reading: Reading, key: str, old: str | None) -> None:
    """Write one part of `quarantine`: rows set aside, of deliveries in force."""
    columns = "delivery_id, file, row_no, reason, field, found, expected, raw"
    rows = f"select d.seq, d.delivery_id, d.file, p.row_no, p.reason, p.field, p.found, p.expected, p.raw from (from problems union all from remarks) p join delivered d using (seq) where d.is_new and d.part = {literal(key)}"
    if old:
        rows += f" union all select d.seq, q.delivery_id, q.file, q.row_no, q.reason, q.field, q.found, q.expected, q.raw from read_parquet({literal(old)}) q join delivered d using (delivery_id) where d.is_kept"
    if old or con.execute(f"select count(*) from ({rows})").fetchall()[0][0]:    # type: ignore[index]
        listed = columns.replace("delivery_id, file", f"delivery_id, {literal(reading.contract.id)} as feed, file")
        tx.write("quarantine", con.sql(f"select {listed} from ({rows}) order by seq, row_no, reason, field"), part=key)
