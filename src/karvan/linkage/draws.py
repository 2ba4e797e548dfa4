"""Other ways in which the records could belong together: partitions drawn at random by the probabilities of the pairs.

A figure rests on one decision for each uncertain pair. A draw decides each of these pairs anew, by lot with its probability, and clusters again under the same
impossibilities and the same decisions of people; what the draws differ by is how far linkage error can move a figure. Pairs are drawn independently of each other. Only pairs kept
in `link_pairs` are drawn: what no block key brought together stays apart in every draw.

Source: Gutman, R., Afendulis, C. C. and Zaslavsky, A. M. (2013), "A Bayesian procedure for file linking to analyze end-of-life medical costs", JASA 108 (multiple
imputation of links).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.errors import DataError
from karvan.linkage.apart import joined_by_decision, own_sides, sides_of, with_sides
from karvan.linkage.clashes import clashes
from karvan.linkage.clusters import cluster
from karvan.linkage.decisions import decisions, standing
from karvan.linkage.identity import person_ids
from karvan.linkage.increment import close, load, shared_numbers
from karvan.linkage.people import traits_of
from karvan.linkage.step import match_keys
from karvan.workspace import Progress, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

SURE = 0.9995       # from here up a pair is as in the links in every draw
# Persons that gain or lose a record in a draw, and then all their records there, each person under the name "draw person".
TOUCHED = """
create or replace temp table touched as
select draw, person_id from new_draws union select d.draw, l.person_id from new_draws d join links l using (record_id)
"""
RECORDS_OF_TOUCHED = """
create or replace temp table linked as
select r.rid, r.probability, concat(r.draw, ' ', r.person_id) as person_id
from (select t.draw, p.rid, l.probability, coalesce(d.person_id, l.person_id) as person_id
      from (select distinct draw from touched) t cross join prepared p join links l using (record_id) left join new_draws d on d.draw = t.draw and d.record_id = p.record_id) r
semi join touched t on t.draw = r.draw and t.person_id = r.person_id
"""


def draw(ws: Workspace, *, draws: int, seed: int, progress: Progress = quiet) -> dict[str, Any]:
    """Draw partitions and write what differs from `links`, by draw: records to `link_draws`, their persons to `link_draw_persons`. Call it under `ws.lock()`.

    Returns
    -------
    `draws`, `pairs` (uncertain pairs), `persons` (whom they touch), and the mean over draws of the records whose person differs from the links in force, and of the persons they have instead.

    Raises
    ------
    DataError
        Nothing is linked yet, or the number of draws is not positive.
    """
    run = ws.head().runs.get("link")
    if run is None or draws < 1:
        raise DataError("Nothing is linked yet." if run is None else "There must be one draw at least.", where=str(ws.root), fix="run `karvan link run` first" if run is None else "pass -n 20")
    con = ws.connect(identity="draw other partitions of uncertain links", memory="1GB")
    try:
        rows = drawn(con, uncertain(con, ws), draws=draws, seed=seed, progress=progress)
        with ws.transaction() as tx:
            tx.write("link_draws", con.sql("from new_draws"))
            tx.write("link_draw_persons", persons_drawn(con))
        [(persons,)] = con.sql("select count(*) from pool").fetchall()
        [(differing, moved)] = con.sql("select count(distinct (draw, person_id)), count(*) from new_draws").fetchall()
    finally:
        con.close()
    return {"draws": draws, "pairs": rows, "persons": persons, "records_differing": round(moved / draws, 1), "persons_differing": round(differing / draws, 1)}


def uncertain(con: duckdb.DuckDBPyConnection, ws: Workspace) -> list[tuple[float, int, int]]:
    """Pairs (probability, node, node) among the persons that uncertain pairs touch; their records are loaded as nodes. What people decided is no pair."""
    con.execute("create or replace temp table said_of (label varchar, person_id varchar)")
    shared_numbers(con)
    con.execute(f"""
        create or replace temp table pool as
        select distinct unnest([person_a, person_b]) as person_id from link_pairs where probability < {SURE} and decision is distinct from 'same' and decision is distinct from 'different'""")
    close(con)
    con.execute("create or replace temp table fresh (record_id varchar)")
    load(con, standing(decisions(ws)), match_keys(ws))
    return con.sql("""
        select coalesce(probability, 1.0), l.node, r.node from link_pairs join stands_for l on l.record_id = record_a join stands_for r on r.record_id = record_b
        where block <> 'decision' order by record_a, record_b""").fetchall()


def drawn(con: duckdb.DuckDBPyConnection, pairs: list[tuple[float, int, int]], *, draws: int, seed: int, progress: Progress) -> int:
    """Cluster the pairs once for each draw and make the temporary table `new_draws` (link_draws); returns how many pairs are uncertain."""
    import pyarrow as pa

    decided = joined_by_decision(con)
    sides = with_sides(own_sides(con, sides_of(con, "node_of", "node")), clashes(con, pairs))
    traits = traits_of(con, {n for _, *pair in pairs for n in pair} | {n for *pair, _ in decided for n in pair}, sides)
    first, base = {}, {}
    for node, record, person in con.sql("""
            select node, min(record_id), any_value(person_id) from node_of join prepared using (rid) join links using (record_id) group by node order by node""").fetchall():
        first[node], base[node] = record, person
    size = dict(con.sql("select node, count(*) from node_of group by node").fetchall())
    chance = np.random.default_rng(seed)
    probability = np.array([p for p, *_ in pairs])
    found: list[tuple[int, int, str]] = []
    for number in range(1, draws + 1):
        progress(f"draw {number}", number / (draws + 1))
        luck = chance.random(len(pairs))
        kept = [pair for pair, lucky in zip(pairs, luck < probability, strict=True) if lucky or pair[0] >= SURE]
        of = cluster(traits, kept, decided).of
        groups: dict[int, list[int]] = {}
        for node in base:
            groups.setdefault(of.get(node, node), []).append(node)
        overlap: dict[tuple[int, str], int] = {}
        for at, nodes in groups.items():
            for node in nodes:
                overlap[at, base[node]] = overlap.get((at, base[node]), 0) + size[node]
        ids = person_ids({at: min(first[node] for node in nodes) for at, nodes in groups.items()}, [(n, at, person) for (at, person), n in overlap.items()])
        found += [(number, node, ids[at]) for at, nodes in groups.items() for node in nodes if ids[at] != base[node]]
    con.register("moved", pa.table({"draw": pa.array([d for d, *_ in found], pa.int64()), "node": pa.array([n for _, n, _ in found], pa.int64()), "person_id": pa.array([p for *_, p in found], pa.string())}))
    con.execute("create or replace temp table new_draws as select draw, record_id, person_id from moved join node_of using (node) join prepared using (rid) order by draw, record_id")
    con.unregister("moved")
    return int((probability < SURE).sum())


def persons_drawn(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """The rows of `link_draw_persons` by `new_draws`: people by majority of their records, as in `persons`."""
    con.execute(TOUCHED)
    con.execute(RECORDS_OF_TOUCHED)
    persons = (Path(__file__).parent / "persons.sql").read_text(encoding="utf-8")
    return con.sql(f"""
        select cast(split_part(person_id, ' ', 1) as bigint) as draw, split_part(person_id, ' ', 2) as person_id, * exclude (person_id)
        from ({persons}) order by draw, person_id""")


def links_under(con: duckdb.DuckDBPyConnection, number: int, *, as_name: str = "links_drawn") -> None:
    """Make a temporary view of the links under one draw, with the columns of `links`. Draw 0 is the links in force.

    Examples
    --------
    ::

        for number in range(draws + 1):
            links_under(con, number)
            con.sql("select count(distinct person_id) from links_drawn join crossing using (record_id) where ...")
    """
    con.execute(f"""
        create or replace temp view "{as_name}" as
        select l.record_id, coalesce(d.person_id, l.person_id) as person_id, l.level, l.probability
        from links l left join (select record_id, person_id from link_draws where draw = {int(number)}) d using (record_id)""")


def persons_under(con: duckdb.DuckDBPyConnection, number: int, *, as_name: str = "persons_drawn") -> None:
    """Make a temporary view of the persons under one draw, with the columns of `persons`. Draw 0 is the persons in force."""
    con.execute(f"""
        create or replace temp view "{as_name}" as
        select * from persons where person_id not in (
            select person_id from link_draw_persons where draw = {int(number)}
            union all select l.person_id from link_draws d join links l using (record_id) where d.draw = {int(number)})
        union all select * exclude (draw) from link_draw_persons where draw = {int(number)}""")
