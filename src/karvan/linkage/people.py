"""From pairs to people: nodes clustered, numbered, and written as links, persons and the evidence that decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.linkage.apart import Sides, joined_by_decision, own_sides, sides_of, with_sides
from karvan.linkage.clashes import clashes
from karvan.linkage.clusters import Clusters, Doubts, Traits, cluster
from karvan.linkage.evidence import Pairs, doubts_of, keep_evidence, pairs_to_join
from karvan.linkage.identity import person_ids

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

HERE = Path(__file__).parent
IN_CLUSTER = """
create or replace temp table in_cluster as
select p.rid, p.record_id, p.observed_on, n.node, coalesce(c.cluster, n.node) as cluster, cast(c.joined as varchar) as joined, coalesce(c.probability, 1.0) as probability
from prepared p join node_of n using (rid) left join clustered c using (node)
"""
FIRST_RECORD = """
select cluster, record_id from in_cluster
qualify row_number() over (partition by cluster order by observed_on nulls last, record_id) = 1 order by cluster
"""
CARRIED = "create or replace temp table carried as select cluster, person_id, count(*) as records from in_cluster join links using (record_id) group by 1, 2"
FRESH = "'P' || upper(left(sha256(record_id), 15))"      # as `identity.fresh` numbers a person at the first attempt
# Clusters whose number is beyond doubt: all that is left of one person before, and new ones whose number nobody has.
SETTLED = f"""
select cluster, person_id from carried qualify count(*) over (partition by cluster) = 1 and count(*) over (partition by person_id) = 1
union all
select cluster, person_id from (select cluster, {FRESH} as person_id from first_records anti join carried using (cluster))
where person_id not in (select person_id from links) qualify count(*) over (partition by person_id) = 1
"""
TAKEN = f"select distinct person_id from links semi join (select {FRESH} as person_id from first_records anti join numbered using (cluster)) using (person_id)"
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
# Parts of the graph of pairs in which a join could be refused (`Traits.against`): all others are read at once.
DOUBTFUL = """
select component from reach join nodes using (node) group by 1
having min(sex) <> max(sex) or min(array_to_string(personal_nos, ' ')) <> max(array_to_string(personal_nos, ' ')) or max(len(personal_nos)) > 1
union select component from reach semi join with_sides using (node)
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
    pairs, decided = pairs_to_join(con, threshold), joined_by_decision(con)
    sides = with_sides(own_sides(con, sides_of(con, "node_of", "node")), clashes(con, pairs))
    table, found = clustered(con, pairs, decided, sides, doubts_of(con), threshold)
    con.register("clustered", table)
    number_people(con)
    con.unregister("clustered")
    con.execute("create or replace temp view person_of as select record_id, person_id from node_state" + (f" union all {others}" if others else ""))
    keep_evidence(con, found.cuts, threshold=threshold)
    return found.refused


def clustered(con: duckdb.DuckDBPyConnection, pairs: Pairs, decided: Sequence[tuple[int, int, str]], sides: Sides, doubts: Doubts, threshold: float) -> tuple[pa.Table, Clusters]:
    """Cluster the nodes of pairs and decisions: a table (node, cluster, probability, joined), and what was found where something speaks against a join.

    Where nothing can, the pairs are joined over whole arrays; `cluster` gives the same there, one by one.
    """
    import numpy as np
    import pyarrow as pa

    from karvan.linkage.kernels import components, joined

    people = np.array([pair for *pair, _ in decided], np.int64).reshape(-1, 2)
    nodes, place = np.unique(np.concatenate((pairs.a, pairs.b, people[:, 0], people[:, 1])), return_inverse=True)
    left, right, one, other = np.split(place, np.cumsum((len(pairs.a), len(pairs.b), len(people))))
    component = components(len(nodes), np.concatenate((left, one)), np.concatenate((right, other)))
    con.register("reach", pa.table({"node": nodes, "component": component}))
    con.register("with_sides", pa.table({"node": pa.array(sorted({*sides, *doubts, *people.flatten().tolist()}), pa.int64())}))
    doubtful = con.sql(DOUBTFUL).to_arrow_table()["component"].to_numpy()
    con.unregister("reach")
    con.unregister("with_sides")
    hard = np.isin(component, doubtful)
    apart = hard[left]
    found = cluster(traits_of(con, set(nodes[hard].tolist()), sides), zip(*(column[apart].tolist() for column in (pairs.p, pairs.a, pairs.b)), strict=True), decided, doubts, threshold)
    of, weakest = joined(len(nodes), left[~apart], right[~apart], pairs.p[~apart])
    names = nodes[of]
    names[hard] = [found.of[node] for node in nodes[hard].tolist()]
    weakest[hard] = [found.weakest[node] for node in nodes[hard].tolist()]
    how = np.zeros(len(nodes), np.int8)
    sure = pairs.p == 1.0
    how[np.concatenate((left[sure], right[sure]))] = 1
    how[np.concatenate((one, other))] = 2
    by = pa.DictionaryArray.from_arrays(pa.array(how), pa.array(["model", "name_birth", "decision"]))
    return pa.table({"node": nodes, "cluster": names, "probability": weakest, "joined": by}), found


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
    con.execute("create or replace temp table first_records as " + FIRST_RECORD)
    undone = [name for (name,) in con.sql("select view_name from duckdb_views() where view_name like 'links_before_%' order by 1").fetchall()]
    con.execute(CARRIED)
    con.execute("create or replace temp table numbered as " + ("select cluster, person_id from carried limit 0" if undone else SETTLED))
    first = dict(con.sql("from first_records anti join numbered using (cluster) order by cluster").fetchall())
    overlap = con.sql("select records, cluster, person_id from carried anti join numbered using (cluster) order by all").fetchall()
    restored = [row for name in undone for row in con.sql(f"select count(*), cluster, person_id from in_cluster join {name} using (record_id) group by 2, 3 order by all").fetchall()]
    ids = person_ids(first, overlap, restored, taken={number for (number,) in con.sql(TAKEN).fetchall()})
    con.register("chosen", pa.table({"cluster": pa.array(list(ids), pa.int64()), "person_id": pa.array(list(ids.values()), pa.string())}))
    con.execute("insert into numbered from chosen")
    con.unregister("chosen")
    con.execute("create or replace temp table linked as select rid, node, joined, probability, person_id from in_cluster join numbered using (cluster)")
    for table in ("links", "persons"):
        con.execute(f"create or replace temp table new_{table} as " + (HERE / f"{table}.sql").read_text(encoding="utf-8"))
    con.execute(NODE_STATE)
    con.execute(f"create or replace temp table number_state as select distinct number, person_id from ({NUMBERS}) join linked using (rid) order by all")

