"""New records against a population that is linked already: only what they touch is linked again.

What is touched: the persons of records that are new, changed, gone or newly decided; persons who share a number with these, or were refused as one
with them, or are named with them in a decision; and persons whom a new pair joins to these. Their records are read again and go through the same
stages as in a full run; for everybody else stand the nodes of the run before (`link_nodes`), with which changed nodes are compared. The parameters of the model are those of the
last full run. So a full run can differ a little; `difference` measures by how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.country.match_keys import MatchKeys
from karvan.errors import DataError
from karvan.linkage.apart import decided_sides
from karvan.linkage.circumstances import CIRCUMSTANCES, weigh_circumstances
from karvan.linkage.decisions import Decision, Standing, decisions, standing
from karvan.linkage.evidence import compare, keep_decisions, name_nodes
from karvan.linkage.history import find_events, view_undone
from karvan.linkage.keys import same_name_and_birth
from karvan.linkage.model import BLOCKS, ENOUGH_NODES, FLOOR, SCORED, make_blocks, predict
from karvan.linkage.numbers import TOO_MANY, join_by_number
from karvan.linkage.opinion import make_ready
from karvan.linkage.people import NODE_COLUMNS, NUMBERS, make_people
from karvan.linkage.prepare import prepare
from karvan.linkage.step import PARAMS, STEP, WRITTEN, Clock, count, link, link_people, match_keys, memory_for
from karvan.workspace import Progress, Run, Step, TableVersion, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
OF_PERSON = ("links", "persons", "link_nodes", "link_numbers")      # tables of one person a row; the others hold pairs of persons
ORDERED = {"links": " order by record_id", "persons": " order by person_id"}      # what later steps read comes in one order; the rest is for the next run
CLOSURE = """
insert into pool
select distinct person_id from (
    select s.person_id from shared s semi join (select number from shared semi join pool using (person_id)) using (number)
    union all select person_b from link_pairs semi join pool on person_id = person_a where outcome = 'refused'
    union all select person_a from link_pairs semi join pool on person_id = person_b where outcome = 'refused'
    union all select d.person_id from said_of d semi join (select label from said_of semi join pool using (person_id)) using (label)
) found anti join pool using (person_id)
"""


def link_new(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Link what is new since the last run of linkage; everything, where nothing is linked yet or the last run had other parameters."""
    before = tx.base.runs.get("link")
    if before is None or not tx.base.tables.get("link_nodes") or before.params != params or before.notes.get("keys") != repr(match_keys(ws)) or not before.notes["model"]["prior"] or any(one.name not in before.notes["model"] for one in CIRCUMSTANCES):
        return link(ws, tx, params, progress)
    make_ready()
    said, keys = decisions(ws), match_keys(ws)
    con = ws.connect(identity="link new records", memory="1500MB", at=tx.base)
    try:
        view_undone(ws, con, said)
        find_changed(ws, con, tx.base.tables.get("identities", 0), before, said)
        notes = link_touched(con, before.notes, standing(said), keys, progress=progress)
        progress("writing", 0.85)
        for table, source in WRITTEN.items():
            if table == "link_decisions":
                tx.write(table, con.sql(f"from {source}"))
            elif table in OF_PERSON:
                tx.write(table, con.sql(f"from {table} anti join pool using (person_id) union all by name from {source}" + ORDERED.get(table, "")))
            else:
                kept = f"from {table} where person_a not in (select person_id from pool) and person_b not in (select person_id from pool)"
                tx.write(table, con.sql(f"select * from ({kept} union all by name from {source}) order by record_a, record_b"))
        notes["events"] = find_events(ws, tx, con, said)
        notes["decisions"] = len(said)
    finally:
        con.close()
    return before.notes | notes


NEW_ONLY = Step("link", reads=STEP.reads, writes=STEP.writes, work=link_new, params=PARAMS, also=STEP.also)


def find_changed(ws: Workspace, con: duckdb.DuckDBPyConnection, now: int, before: Run, said: Sequence[Decision]) -> None:
    """Make the temporary tables `fresh` (records that are new or changed), `gone`, and `asked` (records of new decisions). Only parts that changed are read."""
    import pyarrow as pa

    versions = {"rows_before": ws.version("identities", before.reads["identities"]), "rows_now": ws.version("identities", now)}
    same = set.intersection(*({(part.key, part.sha256) for part in version.parts} for version in versions.values()))
    for name, version in versions.items():
        parts = tuple(part for part in version.parts if (part.key, part.sha256) not in same)
        ws.view(con, "identities", TableVersion("identities", version.number, parts), as_name=name)
    con.execute("create temp table fresh as select distinct record_id from (from rows_now except all from rows_before) order by 1")
    con.execute("create temp table gone as select distinct record_id from rows_before anti join rows_now using (record_id) order by 1")
    new = sorted({record for one in said[int(before.notes.get("decisions", 0)) :] for record in (*one.records_a, *one.records_b)})
    con.register("asked", pa.table({"record_id": pa.array(new, pa.string())}))


def link_touched(con: duckdb.DuckDBPyConnection, last: dict[str, Any], holding: Sequence[Standing], keys: MatchKeys, *, progress: Progress) -> dict[str, Any]:
    """Link the persons that `fresh`, `gone` and `asked` touch: makes `pool` (persons before) and the tables of `WRITTEN` for them. Returns notes."""
    clock = Clock()
    progress("what is touched", 0.05)
    touch(con, holding, keys)
    load(con, holding, keys)
    clock.mark("touched")
    progress("comparing", 0.25)
    score_changed(con, last, keys)
    clock.mark("model")
    joined_to = con.execute("""
        select distinct person_id from link_nodes anti join pool using (person_id) semi join (
            select unnest([record_a, record_b]) as record_id from compared where block = 'name_birth' or probability >= ?) using (record_id)""", [keys.threshold]).fetchall()  # fmt: skip
    if joined_to:
        progress("whom they join", 0.55)
        con.executemany("insert into pool values (?)", joined_to)
        close(con)
        load(con, holding, keys)
    clock.mark("joined")
    progress("people", 0.65)
    name_nodes(con)
    weigh_circumstances(con, last["model"], floor=FLOOR)
    with_old_pairs(con)
    refused = make_people(con, threshold=keys.threshold, others="select record_id, person_id from link_nodes anti join pool using (person_id)")
    con.execute("create or replace temp view all_links as select record_id, person_id, level from links anti join pool using (person_id) union all select record_id, person_id, level from new_links")
    keep_decisions(con, holding, "all_links")
    clock.mark("people")
    [(records, persons)] = con.sql("select count(*), count(distinct person_id) from all_links").fetchall()
    return {
        "records": records, "persons": persons, "nodes": count(con, "link_nodes anti join pool using (person_id)") + count(con, "node_state"),
        "new_only": {"new": count(con, "fresh"), "gone": count(con, "gone"), "persons_touched": count(con, "pool"), "records_read": count(con, "prepared"),
                     "nodes_compared": count(con, "changed"), "since_full": int(last.get("new_only", {}).get("since_full", 0)) + 1},
        "refused": dict(sorted(refused.items())),
        "levels": dict(con.sql("select level, count(*) from all_links group by 1 order by 1").fetchall()), "seconds": clock.marks,
    }  # fmt: skip


def touch(con: duckdb.DuckDBPyConnection, holding: Sequence[Standing], keys: MatchKeys) -> None:
    """Make `pool`: the persons that new, changed, gone and newly decided records touch."""
    import pyarrow as pa

    sides = [(str(number), record) for number, one in enumerate(holding) for record in (*one.records_a, *one.records_b)]
    con.register("sides", pa.table({"label": pa.array([label for label, _ in sides], pa.string()), "record_id": pa.array([record for _, record in sides], pa.string())}))
    con.execute("create or replace temp table said_of as select distinct label, person_id from sides join links using (record_id)")
    con.unregister("sides")
    shared_numbers(con)
    con.execute("create or replace temp table fresh_identities as from identities semi join fresh using (record_id)")
    prepare(con, "fresh_identities", keys)
    con.execute(f"""
        create or replace temp table pool as
        select distinct person_id from (
            select person_id from links semi join (from fresh union all from gone union all from asked) using (record_id)
            union all select person_id from link_numbers semi join (select number from ({NUMBERS})) using (number)
                      where number not in (select number from link_numbers group by 1 having count(*) > {TOO_MANY}))""")
    close(con)


def shared_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """Make `shared`: numbers under which several persons stand, but not so many that it is a placeholder."""
    con.execute(f"create or replace temp table shared as from link_numbers where number in (select number from link_numbers group by 1 having count(*) between 2 and {TOO_MANY})")


def close(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `pool` whoever stands or falls with its persons."""
    known = -1
    while (now := count(con, "pool")) != known:
        con.execute(CLOSURE)
        known = now


def load(con: duckdb.DuckDBPyConnection, holding: Sequence[Standing], keys: MatchKeys) -> None:
    """Bring the records of the pool to nodes: `prepared`, `node_of`, `nodes`, `stands_for`."""
    con.execute("create or replace temp table pool_records as select record_id from links semi join pool using (person_id) union select record_id from fresh")
    con.execute("create or replace temp table pool_identities as from identities semi join pool_records using (record_id)")
    prepare(con, "pool_identities", keys)
    decided_sides(con, holding)
    join_by_number(con)
    con.execute((HERE / "nodes.sql").read_text(encoding="utf-8"))
    name_nodes(con)


def score_changed(con: duckdb.DuckDBPyConnection, last: dict[str, Any], keys: MatchKeys) -> None:
    """Compare the nodes that are new or changed with all others: makes `changed` (record_id) and `compared`."""
    columns = ", ".join(f"{{0}}.{name}" for name in NODE_COLUMNS)
    con.execute(f"""
        create or replace temp table changed as
        select s.node, s.record_id from stands_for s join nodes n using (node) left join link_nodes o using (record_id)
        where o.record_id is null or coalesce(array_to_string(n.personal_nos, ' '), '') <> coalesce(o.personal_nos, '') or row({columns.format("n")}) is distinct from row({columns.format("o")})""")
    con.execute(f"""
        create or replace temp table all_nodes as
        select node, record_id, node in (select node from changed) as changed, true as in_pool, {columns.format("nodes")}, birth_year from nodes join stands_for using (node)
        union all
        select row_number() over () + (select coalesce(max(node), 0) from nodes), record_id, false, false, {columns.format("link_nodes")}, cast(left(birth_date, 4) as integer)
        from link_nodes anti join pool using (person_id)""")
    con.execute("""
        create or replace temp table key_nodes as
        from all_nodes semi join (select parts, birth_date, sex, citizenship from all_nodes where changed) using (parts, birth_date, sex, citizenship)""")
    keyed = same_name_and_birth(con, "key_nodes", "all_nodes", keys.unknown_days)
    make_blocks(con, "all_nodes", "in_pool or " + " or ".join(f"{block} in (select {block} from keyed_nodes where changed)" for block in BLOCKS), {large["rule"]: large["limit"] for large in last["large_blocks"]})
    con.execute(SCORED)
    con.execute("create or replace temp view everyone as select parts, citizenship, name_at_home from keyed_nodes")
    if count(con, "changed"):
        model = {name: levels for name, levels in last["model"].items() if name != "prior"}
        predict(con, model, last["model"]["prior"], counted=last["nodes"] if last["nodes"] >= ENOUGH_NODES else 0, floor=FLOOR, only="l.changed or r.changed")
    con.execute("insert into stands_for select node, record_id from all_nodes where not in_pool")
    compare(con, keyed)


def with_old_pairs(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `compared` the pairs of the run before that touch the pool and whose nodes are as they were."""
    con.execute("""
        create or replace temp table dropped as
        select record_id from link_nodes semi join pool using (person_id)
        where record_id in (select record_id from changed) or record_id not in (select record_id from stands_for)""")
    con.execute("""
        insert into compared by name
        select * exclude (person_a, person_b, decision, outcome, reason)
        from link_pairs p
        where (person_a in (select person_id from pool) or person_b in (select person_id from pool))
          and not exists (select 1 from compared c where c.record_a = p.record_a and c.record_b = p.record_b)
          and record_a not in (select record_id from dropped) and record_b not in (select record_id from dropped)
        order by record_a, record_b""")


def difference(ws: Workspace, *, progress: Progress = quiet) -> dict[str, Any]:
    """How far the links in force are from a full run over the same records, which is made and not kept.

    Returns
    -------
    `records`; `differing`: records whose person does not hold the same records in both; `precision`, `recall`, `f1`: B-cubed of the links in force, with the full run
    taken for true; `persons`, `persons_full`.

    Raises DataError where nothing is linked yet.
    """
    run = ws.head().runs.get("link")
    if run is None:
        raise DataError("Nothing is linked yet.", where=str(ws.root), fix="run `karvan link run` first")
    con = ws.connect(identity="measure the difference from a full run of linkage", memory=memory_for(ws.version("identities").rows))
    try:
        link_people(con, keys=match_keys(ws), seed=run.params["seed"], progress=progress, said=decisions(ws))
        [(records, differing, precision, recall, persons, full)] = con.sql("""
            with beside as (select record_id, l.person_id as ours, n.person_id as theirs from links l join new_links n using (record_id)),
                 counted as (select *, count(*) over (partition by ours, theirs) as b, count(*) over (partition by ours) as o, count(*) over (partition by theirs) as t from beside)
            select count(*), count(*) filter (b < o or b < t), avg(b / o), avg(b / t), count(distinct ours), count(distinct theirs) from counted""").fetchall()
    finally:
        con.close()
    f1 = 2 * precision * recall / (precision + recall) if records else None
    return {"records": records, "differing": differing, "precision": precision, "recall": recall, "f1": f1, "persons": persons, "persons_full": full}
