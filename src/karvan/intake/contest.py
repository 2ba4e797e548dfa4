"""Contest: of rows that say the same thing one stays.

The law, for records of one number (`record_id`), in the order of their deliveries and rows: a row that repeats the one before it
is a duplicate; a row that differs replaces it, and the one before is superseded (a duplicate, if both stand in one file). What
stays is the first row that says what the last row says. The result does not depend on how many runs the deliveries were read in.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.expressions import literal
from karvan.intake.drafts import keeps_identities, repeated
from karvan.intake.plan import IDENTITY_COLUMNS, OWN
from karvan.intake.reading import Reading
from karvan.tables import TABLES

if TYPE_CHECKING:
    import duckdb

WHO = (*IDENTITY_COLUMNS, "observed_on")
LOSERS = "create or replace temp table losers (record_id varchar, seq integer, row_no bigint, place integer, outcome varchar)"


def paths_sql(paths: list[str]) -> str:
    return f"read_parquet([{', '.join(literal(p) for p in paths)}])"


def own_columns(record: str) -> list[Any]:
    return [c for c in TABLES[record].columns if c.name not in OWN]


def content_sql(record: str, who: list[str]) -> str:
    """SQL of a hash of all in which two rows of one record_id must agree to say the same."""
    return f"hash({', '.join([*(c.name for c in own_columns(record) if c.name != 'same_second'), 'extra', *who])})"


def make_new(con: duckdb.DuckDBPyConnection, reading: Reading, place: int) -> None:
    """Views of the rows that were read now, as the n-th record: `rows_<n>`, and `new_<n>` with whom they speak of (prefixed i_) and a hash of their content."""
    part = reading.plan.parts[place]
    with_who = keeps_identities(reading.plan, part)
    drafts = [d for d in reading.drafts if d.place == place]
    records = [f"select * from read_parquet({literal(str(d.records))})" for d in drafts] or [TABLES[part.part.record].empty_select()]
    con.execute(f"create or replace temp view rows_{place} as select r.*, d.seq, d.part from ({' union all '.join(records)}) r join delivered d using (delivery_id) where d.is_new")
    listed = ", ".join(f"i.{n} as i_{n}" for n in WHO)
    both = [
        f"select r.* exclude (file_row_number), {listed} from read_parquet({literal(str(d.records))}, file_row_number = true) r "
        f"join read_parquet({literal(str(d.identities))}, file_row_number = true) i using (file_row_number)"
        for d in drafts
        if with_who
    ]
    if with_who and not drafts:
        both = [f"select r.*, {listed} from ({TABLES[part.part.record].empty_select()}) r join ({TABLES['identities'].empty_select()}) i using (record_id)"]
    content = content_sql(part.part.record, [f"i_{n}" for n in IDENTITY_COLUMNS] if with_who else [])
    con.execute(f"create or replace temp view new_{place} as select n.*, {content} as content, d.seq, d.part from ({' union all '.join(both or records)}) n join delivered d using (delivery_id) where d.is_new")


def make_old(con: duckdb.DuckDBPyConnection, reading: Reading, record: str, records: list[str], identities: list[str]) -> None:
    """View `old_<record>`: the records of kept deliveries, with the hash of their content over the same columns as of new ones."""
    if not records:
        con.execute(f"create or replace temp view old_{record} as select r.*, cast(null as integer) as seq, cast(null as varchar) as part, cast(null as ubigint) as content from ({TABLES[record].empty_select()}) r")
        return
    with_who = any(p.part.record == record and keeps_identities(reading.plan, p) for p in reading.plan.parts)
    listed = ", ".join(f"{n} as i_{n}" for n in WHO)
    join = f" left join (select record_id, {listed} from {paths_sql(identities)} where record_type = {literal(record)}) i using (record_id)" if with_who and identities else ""
    who = [f"i_{n}" if join else "null" for n in IDENTITY_COLUMNS] if with_who else []
    con.execute(
        f"create or replace temp view old_{record} as select r.*, d.seq, d.part, {content_sql(record, who)} as content{', i.* exclude (record_id)' if join else ''} "
        f"from {paths_sql(records)} r join delivered d using (delivery_id){join} where d.is_kept"
    )


def contest(con: duckdb.DuckDBPyConnection, reading: Reading, old_paths: dict[str, list[str]]) -> None:
    """Table `losers`: rows that give way to another of the same record_id, and as what they count. `old_paths` are the files of each record table, in its order."""
    con.execute(LOSERS)
    old = [con.execute(f"select hash(record_id) as h from {paths_sql(paths)} join delivered using (delivery_id) where is_kept").fetchnumpy()["h"] for paths in old_paths.values() if paths]
    contested = repeated([d.numbers for d in reading.drafts] + old)
    if not len(contested):
        return
    con.register("contested", pa.table({"h": contested}))
    listed = [f"select record_id, seq, row_no, content, {i} as place from new_{i} where hash(record_id) in (select h from contested)" for i in range(len(reading.plan.parts))]
    listed += [f"select record_id, seq, row_no, content, {-1 - k} as place from old_{record} where hash(record_id) in (select h from contested)" for k, record in enumerate(old_paths)]
    con.execute(
        "insert into losers with lined as (select *, lag(content) over w is distinct from content or row_number() over w = 1 as is_head "
        f"from ({' union all '.join(listed)}) window w as (partition by record_id order by seq, row_no, place)), "
        "heads as (select *, lead(seq) over w as next_seq from lined where is_head window w as (partition by record_id order by seq, row_no, place)) "
        "select record_id, seq, row_no, place, 'duplicate' as outcome from lined where not is_head "
        "union all select record_id, seq, row_no, place, case when next_seq = seq then 'duplicate' else 'superseded' end from heads where next_seq is not null"
    )
    con.unregister("contested")


def survivors(view: str, place: int) -> str:
    """SQL of the rows of a view that stay. A row makes at most one record of each number."""
    return f"select n.* from {view} n where not exists (select 1 from losers l where l.place = {place} and l.seq = n.seq and l.row_no = n.row_no and l.record_id = n.record_id)"


def counts_of_new(con: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, dict[str, int]]:
    """Where each row of the new deliveries went."""
    places = range(len(reading.plan.parts))
    if len(places) == 1 and not reading.plan.many:    # a row is a record, and the drafts know how many
        read_in: Counter[int] = Counter()
        for draft in reading.drafts:
            read_in.update(draft.rows)
        query = "select seq, count(*) filter (outcome = 'duplicate'), count(*) filter (outcome = 'superseded') from losers where place >= 0 group by seq"
        lost = {seq: (duplicate, superseded) for seq, duplicate, superseded in con.execute(query).fetchall()}
        found = {}
        for seq, count in read_in.items():
            duplicate, superseded = lost.get(seq, (0, 0))
            stay = count - duplicate - superseded
            found[seq] = (stay, duplicate, superseded, stay)
    else:
        rows = " union all ".join(f"select seq, row_no, record_id, {i} as place from rows_{i}" for i in places)
        query = (
            "select seq, count(*) filter (stay > 0), count(*) filter (stay = 0 and not replaced), count(*) filter (stay = 0 and replaced), sum(stay) from ("
            "select seq, row_no, count(*) filter (l.outcome is null) as stay, coalesce(bool_or(l.outcome = 'superseded'), false) as replaced "
            f"from ({rows}) left join losers l using (seq, row_no, record_id, place) group by seq, row_no) group by seq"
        )
        found = {seq: (read, duplicate, superseded, int(made)) for seq, read, duplicate, superseded, made in con.execute(query).fetchall()}
    aside = dict(con.execute("select seq, count(distinct row_no) from problems group by seq").fetchall())
    outcome = {}
    for seq, key in con.execute("select seq, delivery_id from delivered where is_new").fetchall():
        read, duplicate, superseded, records = found.get(seq, (0, 0, 0, 0))
        outcome[key] = {"rows_read": read, "rows_duplicate": duplicate, "rows_superseded": superseded, "rows_quarantined": aside.get(seq, 0), "rows_held": 0, "records": records}
    return outcome


def changes_of_kept(con: duckdb.DuckDBPyConnection, records: list[str]) -> dict[str, dict[str, int]]:
    """What kept deliveries lost to new ones: changes of their counts."""
    remaining = " union all ".join(f"select seq, row_no from ({survivors(f'old_{record}', -1 - k)})" for k, record in enumerate(records))
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
