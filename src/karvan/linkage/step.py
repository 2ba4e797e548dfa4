"""The step of the line: identities in, links and persons out."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from karvan.linkage.clusters import Traits, cluster
from karvan.linkage.identity import person_ids
from karvan.linkage.keys import same_name_and_birth
from karvan.linkage.model import score_pairs
from karvan.linkage.numbers import join_by_number
from karvan.linkage.prepare import prepare
from karvan.workspace import Progress, Step, Transaction, Workspace

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
THRESHOLD = 0.9
PARAMS = {"threshold": THRESHOLD, "seed": 1}


def link(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write `links` and `persons` from `identities`; the numbers of the links in force are kept where they fit."""
    con = ws.connect(identity="link records of one person", memory="600MB", at=tx.base)
    try:
        notes = link_people(con, threshold=params["threshold"], seed=params["seed"], progress=progress)
        tx.write("links", con.sql("select * from new_links order by record_id"))
        tx.write("persons", con.sql("select * from new_persons order by person_id"))
    finally:
        con.close()
    return notes


def link_people(con: duckdb.DuckDBPyConnection, *, threshold: float, seed: int, progress: Progress) -> dict[str, Any]:
    """Make the tables `new_links` and `new_persons` on a connection that has `identities` and the `links` of the run before.

    Returns notes: records, nodes, clusters, pairs by level, what was kept apart or refused and why, and seconds by stage.
    """
    import pyarrow as pa

    clock = Clock()
    progress("names to skeletons", 0.02)
    records = prepare(con)
    clock.mark("names")
    progress("numbers", 0.25)
    apart = join_by_number(con)
    con.execute((HERE / "nodes.sql").read_text(encoding="utf-8"))
    clock.mark("numbers")
    progress("keys", 0.4)
    keyed = same_name_and_birth(con)
    pairs = [(1.0, a, b) for a, b in keyed]
    clock.mark("keys")
    progress("model", 0.45)
    scored = score_pairs(con, keyed=len(keyed), threshold=threshold, seed=seed)
    pairs += scored.pairs
    clock.mark("model")
    progress("clusters", 0.8)
    found = cluster(traits_of(con, {node for _, *pair in pairs for node in pair}), pairs)
    by_key = {node for pair in keyed for node in pair}
    con.register("clustered", pa.table({
        "node": pa.array(list(found.of), pa.int64()), "cluster": pa.array(list(found.of.values()), pa.int64()),
        "probability": pa.array([found.weakest[n] for n in found.of], pa.float64()),
        "joined": pa.array(["name_birth" if n in by_key else "model" for n in found.of], pa.string()),
    }))  # fmt: skip
    clock.mark("clusters")
    progress("person numbers", 0.9)
    write_people(con)
    clock.mark("persons")
    return {
        "records": records,
        "nodes": con.sql("select count(*) from nodes").fetchall()[0][0],
        "persons": con.sql("select count(*) from new_persons").fetchall()[0][0],
        "pairs": {"name_birth": len(keyed)} | scored.compared,
        "skipped_blocks": scored.skipped,
        "parameters": scored.parameters,
        "kept_apart": apart,
        "refused": dict(sorted(found.refused.items())),
        "levels": dict(con.sql("select level, count(*) from new_links group by 1 order by 1").fetchall()),
        "seconds": clock.marks,
    }


def traits_of(con: duckdb.DuckDBPyConnection, among: set[int]) -> dict[int, Traits]:
    """What each node of a pair says; nodes in no pair stay alone and are left out."""
    import pyarrow as pa

    con.register("among", pa.table({"node": pa.array(sorted(among), pa.int64())}))
    rows = con.sql("select node, personal_nos, sex, birth_year, records from nodes semi join among using (node) order by node").fetchall()
    con.unregister("among")
    return {
        node: Traits(frozenset(numbers or ()), {sex: records} if sex else {}, {year: records} if year else {}) for node, numbers, sex, year, records in rows
    }


def write_people(con: duckdb.DuckDBPyConnection) -> None:
    """Number the clusters and make `new_links` and `new_persons`. Reads `prepared`, `node_of`, `clustered`, and `links` of the run before."""
    import pyarrow as pa

    con.execute("""
        create or replace temp table in_cluster as
        select p.rid, p.record_id, p.observed_on, n.node, coalesce(c.cluster, n.node) as cluster, c.joined, coalesce(c.probability, 1.0) as probability
        from prepared p join node_of n using (rid) left join clustered c using (node)""")
    first = con.sql("""
        select cluster, record_id from in_cluster
        qualify row_number() over (partition by cluster order by observed_on nulls last, record_id) = 1 order by cluster""").fetchall()
    overlap = con.sql("select count(*), cluster, person_id from in_cluster join links using (record_id) group by 2, 3 order by all").fetchall()
    ids = person_ids(dict(first), overlap)
    con.register("numbered", pa.table({"cluster": pa.array(list(ids), pa.int64()), "person_id": pa.array(list(ids.values()), pa.string())}))
    con.execute("create or replace temp table linked as select rid, node, joined, probability, person_id from in_cluster join numbered using (cluster)")
    for table in ("links", "persons"):
        con.execute(f"create or replace temp table new_{table} as " + (HERE / f"{table}.sql").read_text(encoding="utf-8"))


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.marks: dict[str, float] = {}
        self.last = monotonic()

    def mark(self, stage: str) -> None:
        now = monotonic()
        self.marks[stage], self.last = round(now - self.last, 2), now


def letters_and_model(_: Workspace) -> str:
    """What the result depends on besides tables and code: the letter tables and the shipped parameters."""
    return "".join(path.read_text(encoding="utf-8") for path in [HERE / "model.json", *sorted((HERE / "transliteration").glob("*.csv"))])


STEP = Step("link", reads=("identities",), writes=("links", "persons"), work=link, params=PARAMS, also=letters_and_model)
