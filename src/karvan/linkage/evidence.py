"""What is kept of a run beside the links: pairs with what they showed, cuts with their reasons, decisions and whether the links follow them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from karvan.linkage.circumstances import CIRCUMSTANCES
from karvan.linkage.comparisons import COMPARISONS, MISSING
from karvan.linkage.decisions import Standing

if TYPE_CHECKING:
    import duckdb
    import numpy as np

HERE = Path(__file__).parent
STANDS_FOR = "create or replace temp table stands_for as select node, min(record_id) as record_id from node_of join prepared using (rid) group by node order by node"
DECIDED = """
create or replace temp table decided_pairs as
with nodes_decided as (select distinct label, answer, side, node from decided join node_of using (rid))
select least(l.node, r.node) as a, greatest(l.node, r.node) as b, max(l.answer) as answer
from nodes_decided l join nodes_decided r on l.label = r.label and l.side = 0 and r.side = 1 and l.node <> r.node
group by 1, 2
"""
BY_RECORD = """
select least(l.record_id, r.record_id) as record_a, greatest(l.record_id, r.record_id) as record_b, p.* exclude (a, b)
from {pairs} p join stands_for l on l.node = p.a join stands_for r on r.node = p.b
"""
CUTS = """
create or replace temp table cuts as
with found as (
    select record_a as one, record_b as other, a.person_id as of_one, b.person_id as of_other, 'pair' as stage, c.probability, c.reason
    from cut_records c join person_of a on a.record_id = c.record_a join person_of b on b.record_id = c.record_b
    union all
    select p.record_id, q.record_id, a.person_id, b.person_id, 'number', null, c.reason
    from number_cuts c join prepared p on p.rid = c.rid_a join linked a on a.rid = c.rid_a join prepared q on q.rid = c.rid_b join linked b on b.rid = c.rid_b
)
select least(one, other) as record_a, greatest(one, other) as record_b, case when one < other then of_one else of_other end as person_a,
       case when one < other then of_other else of_one end as person_b, min(stage) as stage, cast(max(probability) as double) as probability, reason
from found where of_one <> of_other
group by all
order by record_a, record_b, reason
"""


def name_nodes(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary tables `stands_for` (node, record_id) and `decided_pairs` (a, b, answer). Reads `prepared`, `node_of`, `decided`."""
    con.execute(STANDS_FOR)
    con.execute(DECIDED)


def compare(con: duckdb.DuckDBPyConnection, keyed: Sequence[tuple[int, int]]) -> None:
    """Make the temporary table `compared`: what each pair showed, without its circumstances. Reads `blocked`, `scored_pairs`, `stands_for`, `decided_pairs`."""
    import pyarrow as pa

    con.register("keyed_pairs", pa.table({"a": pa.array([min(p) for p in keyed], pa.int64()), "b": pa.array([max(p) for p in keyed], pa.int64())}))
    levels = ",\n       ".join(f"{comparison.level_sql} as {comparison.name}" for comparison in COMPARISONS)
    con.execute((HERE / "compare.sql").read_text(encoding="utf-8").replace("$levels", levels))
    con.unregister("keyed_pairs")
    for one in CIRCUMSTANCES:
        con.execute(f"alter table compared add column {one.name} varchar default '{MISSING}'")
    con.execute("alter table compared add column doubt double default 0")


class Pairs(NamedTuple):
    """Pairs of nodes with their probability, as arrays, the surest first."""

    p: np.ndarray
    a: np.ndarray
    b: np.ndarray


def pairs_to_join(con: duckdb.DuckDBPyConnection, threshold: float) -> Pairs:
    """Pairs that join unless something speaks against it: those of the name and birth key, and those from the threshold up. Reads `compared`."""
    found = con.sql(f"""
        select case when block = 'name_birth' then 1.0::double else probability end as p, least(l.node, r.node) as a, greatest(l.node, r.node) as b
        from compared join stands_for l on l.record_id = record_a join stands_for r on r.record_id = record_b
        where block = 'name_birth' or probability >= {threshold}::double order by p desc, a, b""").to_arrow_table()
    return Pairs(*(found[column].to_numpy() for column in ("p", "a", "b")))


def doubts_of(con: duckdb.DuckDBPyConnection) -> dict[int, dict[int, float]]:
    """What places say against two nodes being one person, in bits, by node and other node. Reads `compared`, `stands_for`."""
    found: dict[int, dict[int, float]] = {}
    for a, b, bits in con.sql("""
            select l.node, r.node, doubt from compared join stands_for l on l.record_id = record_a join stands_for r on r.record_id = record_b where doubt < 0 order by all""").fetchall():
        found.setdefault(a, {})[b] = found.setdefault(b, {})[a] = bits
    return found


def keep_evidence(con: duckdb.DuckDBPyConnection, cuts: Sequence[tuple[int, int, float, str]], *, threshold: float) -> None:
    """Make the temporary tables `evidence` (link_pairs) and `cuts` (link_cuts). Reads `compared`, `stands_for`, `person_of`, `linked`, `prepared`."""
    import pyarrow as pa

    con.register("cut_pairs", pa.table({
        "a": pa.array([a for a, *_ in cuts], pa.int64()), "b": pa.array([b for _, b, *_ in cuts], pa.int64()),
        "probability": pa.array([p for *_, p, _ in cuts], pa.float64()), "reason": pa.array([r for *_, r in cuts], pa.string()),
    }))  # fmt: skip
    con.execute(f"create or replace temp table cut_records as select record_a, record_b, max(probability) as probability, min(reason) as reason from ({BY_RECORD.format(pairs='cut_pairs')}) group by 1, 2")
    con.execute("create or replace temp table decided_records as " + BY_RECORD.format(pairs="decided_pairs"))
    con.execute((HERE / "evidence.sql").read_text(encoding="utf-8").replace("$threshold", str(threshold)))
    con.execute(CUTS)
    con.unregister("cut_pairs")


def keep_decisions(con: duckdb.DuckDBPyConnection, standing: Sequence[Standing], links: str = "new_links") -> None:
    """Make the temporary table `held_decisions` (link_decisions): what holds and whether the links follow it."""
    import pyarrow as pa

    rows = [
        (json.dumps(one.records_a), json.dumps(one.records_b), one.answer, one.rule, one.contradicting, one.at, json.dumps(one.decisions)) for one in standing
    ]
    names = ("records_a", "records_b", "answer", "rule", "contradicting", "decided_at", "decisions")
    kinds = [pa.bool_() if name == "contradicting" else pa.string() for name in names]
    con.register("standing", pa.table([pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)], names=list(names)))
    con.execute(f"""
        create or replace temp table held_decisions as
        with side as (
            select records_a, records_b, 0 as side, unnest(from_json(records_a, '["VARCHAR"]')) as record_id from standing
            union all select records_a, records_b, 1, unnest(from_json(records_b, '["VARCHAR"]')) from standing
        ),
        found as (
            select records_a, records_b, count(*) as records, list(distinct person_id) filter (side = 0) as a, list(distinct person_id) filter (side = 1) as b
            from side join {links} using (record_id) group by 1, 2
        )
        select s.*, cast(coalesce(f.records, 0) as bigint) as records_found,
               case when f.a is null or f.b is null then null when s.answer = 'same' then len(list_distinct(f.a || f.b)) = 1
                    when s.answer = 'different' then not list_has_any(f.a, f.b) end as followed
        from standing s left join found f using (records_a, records_b)
        order by s.records_a, s.records_b""")
    con.unregister("standing")
