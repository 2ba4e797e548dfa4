"""From pairs to people: nodes clustered, numbered, and written as links, persons and the evidence that decided."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.linkage.apart import Sides, joined_by_decision, own_sides, sides_of, with_sides
from karvan.linkage.clashes import clashes
from karvan.linkage.clusters import Traits, cluster
from karvan.linkage.evidence import keep_evidence, pairs_to_join
from karvan.linkage.identity import person_ids

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
IN_CLUSTER = """
create or replace temp table in_cluster as
select p.rid, p.record_id, p.observed_on, n.node, coalesce(c.cluster, n.node) as cluster, c.joined, coalesce(c.probability, 1.0) as probability
from prepared p join node_of n using (rid) left join clustered c using (node)
"""
FIRST_RECORD = """
select cluster, record_id from in_cluster
qualify row_number() over (partition by cluster order by observed_on nulls last, record_id) = 1 order by cluster
"""
NODE_COLUMNS = ("written", "surname", "given", "patronymic", "parts", "surname_key", "given_key", "birth_date", "sex", "citizenship", "birth_country")
NODE_STATE = """
create or replace temp table node_state as
select s.record_id, any_value(l.person_id) as person_id, any_value(l.probability) as probability, any_value(l.joined) as joined, cast(any_value(n.records) as bigint) as records,
       any_value(array_to_string(n.personal_nos, ' ')) as personal_nos, any_value(n.written) as written, any_value(n.surname) as surname, any_value(n.given) as given, any_value(n.patronymic) as patronymic,
       any_value(n.parts) as parts, any_value(n.surname_key) as surname_key, any_value(n.given_key) as given_key, any_value(n.birth_date) as birth_date,
       any_value(n.sex) as sex, any_value(n.citizenship) as citizenship, any_value(n.birth_country) as birth_country
from nodes n join stands_for s using (node) join linked l using (node)
group by s.record_id order by s.record_id
"""
NUMBERS = """
select rid, 'personal:' || personal_no as number from prepared where personal_no is not null
union all select rid, 'register:' || register_key from prepared where register_key is not null
union all select rid, 'document:' || document from prepared where document is not null
union all select rid, 'alike:' || doc_issuer || ':' || translate(doc_no, 'OIBSL', '01851') || birth_date from prepared where length(birth_date) = 10 and regexp_matches(doc_no, '[OIBSL0185]')
"""


def make_people(con: duckdb.DuckDBPyConnection, *, threshold: float, others: str = "") -> Counter[str]:
    """Cluster the nodes and make `new_links`, `new_persons`, `evidence`, `cuts`, `node_state` and `number_state`.

    Reads `prepared`, `node_of`, `nodes`, `decided`, `compared`, `stands_for`, and the `links` before; `others` is a query for the persons of nodes (record_id, person_id) that
    stay as they are. Returns how often a join was refused, by reason.
    """
    import pyarrow as pa

    pairs, decided = pairs_to_join(con, threshold), joined_by_decision(con)
    sides = with_sides(own_sides(con, sides_of(con, "node_of", "node")), clashes(con, pairs))
    found = cluster(traits_of(con, {n for _, *pair in pairs for n in pair} | {n for *pair, _ in decided for n in pair}, sides), pairs, decided)
    joined = dict.fromkeys(found.of, "model") | dict.fromkeys((n for p, *pair in pairs if p == 1.0 for n in pair), "name_birth") | dict.fromkeys((n for *pair, _ in decided for n in pair), "decision")
    con.register("clustered", pa.table({
        "node": pa.array(list(found.of), pa.int64()), "cluster": pa.array(list(found.of.values()), pa.int64()),
        "probability": pa.array([found.weakest[n] for n in found.of], pa.float64()), "joined": pa.array([joined[n] for n in found.of], pa.string()),
    }))  # fmt: skip
    number_people(con)
    con.unregister("clustered")
    con.execute("create or replace temp view person_of as select record_id, person_id from node_state" + (f" union all {others}" if others else ""))
    keep_evidence(con, found.cuts, threshold=threshold)
    return found.refused


def traits_of(con: duckdb.DuckDBPyConnection, among: set[int], sides: Sides) -> dict[int, Traits]:
    """What each node of a pair says; nodes in no pair stay alone and are left out."""
    import pyarrow as pa

    con.register("among", pa.table({"node": pa.array(sorted(among), pa.int64())}))
    rows = con.sql("select node, personal_nos, sex, birth_year, given, surname, records from nodes semi join among using (node) order by node").fetchall()
    con.unregister("among")
    return {
        node: Traits(
            frozenset(numbers or ()), {sex: records} if sex else {}, {year: records} if year else {}, {(given, surname or ""): records} if given else {}, sides.get(node, {})
        )
        for node, numbers, sex, year, given, surname, records in rows
    }  # fmt: skip


def number_people(con: duckdb.DuckDBPyConnection) -> None:
    """Give the clusters their numbers and write down whose each record and node is. Reads `clustered`, `prepared`, `node_of`, `stands_for` and the `links` before."""
    import pyarrow as pa

    con.execute(IN_CLUSTER)
    ids = person_ids(dict(con.sql(FIRST_RECORD).fetchall()), *overlaps(con))
    con.register("numbered", pa.table({"cluster": pa.array(list(ids), pa.int64()), "person_id": pa.array(list(ids.values()), pa.string())}))
    con.execute("create or replace temp table linked as select rid, node, joined, probability, person_id from in_cluster join numbered using (cluster)")
    con.unregister("numbered")
    for table in ("links", "persons"):
        con.execute(f"create or replace temp table new_{table} as " + (HERE / f"{table}.sql").read_text(encoding="utf-8"))
    con.execute(NODE_STATE)
    con.execute(f"create or replace temp table number_state as select distinct number, person_id from ({NUMBERS}) join linked using (rid) order by all")


def overlaps(con: duckdb.DuckDBPyConnection) -> tuple[list[tuple[int, int, str]], list[tuple[int, int, str]]]:
    """How many records of each cluster had which number in the run before, and before merges that were undone (views `links_before_...`)."""

    def count(source: str) -> list[tuple[int, int, str]]:
        return con.sql(f"select count(*), cluster, person_id from in_cluster join {source} using (record_id) group by 2, 3 order by all").fetchall()

    undone = [name for (name,) in con.sql("select view_name from duckdb_views() where view_name like 'links_before_%' order by 1").fetchall()]
    return count("links"), [row for name in undone for row in count(name)]
