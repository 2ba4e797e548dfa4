"""The step of the line: identities in, links and persons out, with the evidence that decided."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from karvan.linkage.apart import decided_sides, joined_by_decision, sides_of, with_sides
from karvan.linkage.clashes import clashes
from karvan.linkage.clusters import Traits, cluster
from karvan.linkage.decisions import Decision, decisions, decisions_file, standing
from karvan.linkage.evidence import keep_decisions, keep_evidence
from karvan.linkage.history import find_events
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
NAMED = {"links": "new_links", "persons": "new_persons", "link_pairs": "evidence", "link_cuts": "cuts", "link_decisions": "held_decisions"}


def link(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write `links`, `persons` and what decided them from `identities`; the numbers of the links in force are kept where they fit."""
    said = decisions(ws)
    con = ws.connect(identity="link records of one person", memory="600MB", at=tx.base)
    try:
        for undone, commit in undone_merges(ws, con, said):
            ws.view(con, f"links_before_{undone}", ws.version("links", at=ws.commit(commit)))
        notes = link_people(con, threshold=params["threshold"], seed=params["seed"], progress=progress, said=said)
        before = tx.base.runs.get("link")
        changed = before is None or before.reads.get("identities") != ws.version("identities", at=tx.base).number
        new = said[int(before.notes.get("decisions", 0)) if before else 0 :]
        [(until,)] = con.sql("select max(received_on) from deliveries").fetchall()
        notes["events"] = find_events(con, new, commit=tx.base.number, changed=changed, until=until)
        for table, source in NAMED.items():
            tx.write(table, con.sql(f"select * from {source} order by all" if table.startswith("link_") else f"select * from {source} order by 1"))
        if notes["events"]:
            tx.write("person_events", con.sql("select * from new_person_events order by event_id"), part=f"{tx.base.number:06d}")
    finally:
        con.close()
    return notes


def undone_merges(ws: Workspace, con: duckdb.DuckDBPyConnection, said: Sequence[Decision]) -> list[tuple[str, int]]:
    """Events that decisions take back, with the commit that held the links before them."""
    undone = sorted({one.undoes for one in said if one.undoes and one.answer == "different"})
    return con.execute("select event_id, commit_before from person_events where event_id in (select unnest(?)) order by 1", [undone]).fetchall() if undone else []


def link_people(con: duckdb.DuckDBPyConnection, *, threshold: float, seed: int, progress: Progress, said: Sequence[Decision] = ()) -> dict[str, Any]:
    """Make the tables `new_links` and `new_persons` on a connection that has `identities` and the `links` of the run before.

    Beside them stand `evidence`, `cuts` and `held_decisions`, the content of `link_pairs`, `link_cuts` and `link_decisions`. `said` are the decisions of people.

    Returns notes: records, nodes, clusters, pairs by level, what was kept apart or refused and why, the model, and seconds by stage.
    """
    import pyarrow as pa

    clock = Clock()
    holding = standing(said)
    progress("names to skeletons", 0.02)
    records = prepare(con)
    decided_sides(con, holding)
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
    by_people = joined_by_decision(con)
    sides = with_sides(sides_of(con, "node_of", "node"), clashes(con, pairs))
    found = cluster(traits_of(con, {node for _, *pair in pairs for node in pair} | {node for *pair, _ in by_people for node in pair}, sides), pairs, by_people)
    keys: dict[int, str] = dict.fromkeys((node for pair in keyed for node in pair), "name_birth") | dict.fromkeys((n for *pair, _ in by_people for n in pair), "decision")
    con.register("clustered", pa.table({
        "node": pa.array(list(found.of), pa.int64()), "cluster": pa.array(list(found.of.values()), pa.int64()),
        "probability": pa.array([found.weakest[n] for n in found.of], pa.float64()),
        "joined": pa.array([keys.get(n, "model") for n in found.of], pa.string()),
    }))  # fmt: skip
    clock.mark("clusters")
    progress("person numbers", 0.9)
    write_people(con)
    clock.mark("persons")
    keep_evidence(con, keyed, found, threshold=threshold)
    keep_decisions(con, holding)
    clock.mark("evidence")
    return {
        "records": records,
        "nodes": con.sql("select count(*) from nodes").fetchall()[0][0],
        "persons": con.sql("select count(*) from new_persons").fetchall()[0][0],
        "pairs": {"name_birth": len(keyed)} | scored.compared,
        "skipped_blocks": scored.skipped,
        "parameters": scored.parameters,
        "model": scored.model | {"prior": scored.prior},
        "kept_apart": apart,
        "refused": dict(sorted(found.refused.items())),
        "decisions": len(said),
        "levels": dict(con.sql("select level, count(*) from new_links group by 1 order by 1").fetchall()),
        "seconds": clock.marks,
    }


def traits_of(con: duckdb.DuckDBPyConnection, among: set[int], sides: dict[int, dict[str, int]]) -> dict[int, Traits]:
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
    ids = person_ids(dict(first), *overlaps(con))
    con.register("numbered", pa.table({"cluster": pa.array(list(ids), pa.int64()), "person_id": pa.array(list(ids.values()), pa.string())}))
    con.execute("create or replace temp table linked as select rid, node, joined, probability, person_id from in_cluster join numbered using (cluster)")
    for table in ("links", "persons"):
        con.execute(f"create or replace temp table new_{table} as " + (HERE / f"{table}.sql").read_text(encoding="utf-8"))


def overlaps(con: duckdb.DuckDBPyConnection) -> tuple[list[tuple[int, int, str]], list[tuple[int, int, str]]]:
    """How many records of each cluster had which number in the run before, and before merges that were undone (views `links_before_...`)."""

    def count(source: str) -> list[tuple[int, int, str]]:
        return con.sql(f"select count(*), cluster, person_id from in_cluster join {source} using (record_id) group by 2, 3 order by all").fetchall()

    undone = [name for (name,) in con.sql("select view_name from duckdb_views() where view_name like 'links_before_%' order by 1").fetchall()]
    return count("links"), [row for name in undone for row in count(name)]


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.marks: dict[str, float] = {}
        self.last = monotonic()

    def mark(self, stage: str) -> None:
        now = monotonic()
        self.marks[stage], self.last = round(now - self.last, 2), now


def letters_model_and_decisions(ws: Workspace) -> str:
    """What the result depends on besides tables and code: the letter tables, the shipped parameters, and what people decided."""
    files = [HERE / "model.json", *sorted((HERE / "transliteration").glob("*.csv")), decisions_file(ws)]
    return "".join(path.read_text(encoding="utf-8") for path in files if path.exists())


STEP = Step(
    "link", reads=("identities", "crossing", "civil_event"), writes=(*NAMED, "person_events"), work=link, params=PARAMS, also=letters_model_and_decisions,
)  # fmt: skip
