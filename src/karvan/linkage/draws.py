"""Other ways in which the records could belong together: partitions drawn at random by the probabilities of the pairs.

A figure rests on one decision for each pair. A draw decides each pair anew, by lot with its probability, and clusters again under the same
impossibilities and the same decisions of people; what the draws differ by is how far linkage error can move a figure.

A model can be wrong about itself, and then about many pairs alike. So each draw first draws, for each band of probability, which share of its pairs truly are one person, from its
posterior (Jeffreys): after the labels of reviewers, where they labelled a sample; else after as many labels as `UNSEEN` says, had they agreed with the model. All pairs of a band
then lean the same way in that draw. Of the pairs of which the model is sure, a share taken from the posterior of the highest band is broken all the same.

Only pairs kept in `link_pairs` are drawn: what no block key brought together stays apart in every draw, and what a number joined stays together.

Source: Gutman, R., Afendulis, C. C. and Zaslavsky, A. M. (2013), "A Bayesian procedure for file linking to analyze end-of-life medical costs", JASA 108 (multiple
imputation of links).
"""

from __future__ import annotations

from collections.abc import Mapping
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
from karvan.linkage.sample import BANDS, band_of, labels_of, sample_of
from karvan.linkage.step import match_keys
from karvan.workspace import Progress, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

Array = np.ndarray[Any, Any]
UNSEEN = {0.999: 1000.0}     # labels that a band without any is taken to have, all as the model says: more where many pairs that share a number taught the model
UNSEEN_ELSEWHERE = 100.0
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
    `draws`, `pairs` (pairs that some draw decides otherwise), `persons` (whom they touch), and the mean over draws of the records whose person differs from the links in force, and of the persons they have instead.

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
        together = lots(con, labelled(ws), float(run.notes.get("threshold", 0.9)), draws=draws, seed=seed)
        uncertain(con, ws)
        drawn(con, together, draws=draws, progress=progress)
        with ws.transaction() as tx:
            tx.write("link_draws", con.sql("from new_draws"))
            tx.write("link_draw_persons", persons_drawn(con))
        [(persons, pairs)] = con.sql("select (select count(*) from pool), (select count(*) from lots where moving)").fetchall()
        [(differing, moved)] = con.sql("select count(distinct (draw, person_id)), count(*) from new_draws").fetchall()
    finally:
        con.close()
    return {"draws": draws, "pairs": pairs, "persons": persons, "records_differing": round(moved / draws, 1), "persons_differing": round(differing / draws, 1)}


def labelled(ws: Workspace) -> dict[float, tuple[int, int]]:
    """Pairs of the newest sample that people labelled, by band of probability: one person, and not."""
    sample = sample_of(ws)
    labels = labels_of(ws, sample)
    found: dict[float, tuple[int, int]] = {}
    for pair in sample:
        said = labels.get((pair.record_a, pair.record_b))
        if said is not None:
            same, other = found.get(pair.band, (0, 0))
            found[pair.band] = (same + said, other + (not said))
    return found


def calibrated(probability: Array, labels: Mapping[float, tuple[int, int]], chance: np.random.Generator) -> Array:
    """Probabilities as one draw takes them: in each band the odds of all pairs are multiplied so that their mean is a share drawn from the band's posterior; the sure are all given that share.

    >>> few = calibrated(np.array([0.5, 0.6, 1.0]), {0.5: (0, 1000)}, np.random.default_rng(1))    # reviewers found none of them to be one person
    >>> [bool(one) for one in few < 0.02], bool(few[2] > 0.99)
    ([True, True, False], True)
    """
    found = probability.copy()
    bands = np.array([band_of(float(one)) for one in probability])
    for band in BANDS:
        mine = bands == band
        if not mine.any():
            continue
        expected = float(np.clip(probability[mine].mean(), 1e-4, 1 - 1e-4))
        worth = UNSEEN.get(band, UNSEEN_ELSEWHERE)
        same, other = labels.get(band) or (expected * worth, (1 - expected) * worth)
        share = float(np.clip(chance.beta(same + 0.5, other + 0.5), 1e-6, 1 - 1e-6))
        if band == BANDS[-1]:
            found[mine] = share
            continue
        odds = probability[mine] / (1 - probability[mine]) * (share / (1 - share)) / (expected / (1 - expected))
        found[mine] = odds / (1 + odds)
    return found


def lots(con: duckdb.DuckDBPyConnection, labels: Mapping[float, tuple[int, int]], threshold: float, *, draws: int, seed: int) -> dict[tuple[str, str], Array]:
    """Draw every pair in every draw: whether it is one person, by pair of records; makes `lots` (record_a, record_b, person_a, person_b, moving: in some draw not as in force). What people decided is no pair."""
    import pyarrow as pa

    pairs = con.sql("""
        select record_a, record_b, coalesce(probability, 1.0), person_a, person_b from link_pairs
        where block <> 'decision' and decision is distinct from 'same' and decision is distinct from 'different' order by record_a, record_b""").fetchall()
    chance = np.random.default_rng(seed)
    probability = np.array([p for _, _, p, *_ in pairs])
    same = np.array([chance.random(len(pairs)) < calibrated(probability, labels, chance) for _ in range(draws)]) if pairs else np.zeros((draws, 0), bool)
    moving = (same != (probability >= threshold)).any(axis=0)
    texts = {name: pa.array([pair[at] for pair in pairs], pa.string()) for name, at in (("record_a", 0), ("record_b", 1), ("person_a", 3), ("person_b", 4))}
    con.register("pairs_drawn", pa.table(texts | {"moving": pa.array(moving.tolist(), pa.bool_())}))
    con.execute("create or replace temp table lots as from pairs_drawn")
    con.unregister("pairs_drawn")
    return {(a, b): same[:, at] for at, (a, b, *_) in enumerate(pairs)}


def uncertain(con: duckdb.DuckDBPyConnection, ws: Workspace) -> None:
    """Load as nodes the records of the persons whom a pair touches that is not in every draw as in force."""
    con.execute("create or replace temp table said_of (label varchar, person_id varchar)")
    shared_numbers(con)
    con.execute("create or replace temp table pool as select distinct unnest([person_a, person_b]) as person_id from lots where moving")
    close(con)
    con.execute("create or replace temp table fresh (record_id varchar)")
    load(con, standing(decisions(ws)), match_keys(ws))


def drawn(con: duckdb.DuckDBPyConnection, together: Mapping[tuple[str, str], Array], *, draws: int, progress: Progress) -> None:
    """Cluster the pairs of the pool once for each draw and make the temporary table `new_draws` (link_draws)."""
    import pyarrow as pa

    found_pairs = con.sql("""
        select record_a, record_b, coalesce(probability, 1.0), l.node, r.node from link_pairs join stands_for l on l.record_id = record_a join stands_for r on r.record_id = record_b
        where block <> 'decision' order by record_a, record_b""").fetchall()
    pairs = [(p, a, b) for *_, p, a, b in found_pairs]
    same = [together.get((a, b)) for a, b, *_ in found_pairs]     # None: people decided
    decided = joined_by_decision(con)
    sides = with_sides(own_sides(con, sides_of(con, "node_of", "node")), clashes(con, pairs))
    traits = traits_of(con, {n for _, *pair in pairs for n in pair} | {n for *pair, _ in decided for n in pair}, sides)
    first, base = {}, {}
    for node, record, person in con.sql("""
            select node, min(record_id), any_value(person_id) from node_of join prepared using (rid) join links using (record_id) group by node order by node""").fetchall():
        first[node], base[node] = record, person
    size = dict(con.sql("select node, count(*) from node_of group by node").fetchall())
    found: list[tuple[int, int, str]] = []
    for number in range(1, draws + 1):
        progress(f"draw {number}", number / (draws + 1))
        kept = [pair for pair, lucky in zip(pairs, same, strict=True) if lucky is not None and lucky[number - 1]]
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


def persons_drawn(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """The rows of `link_draw_persons` by `new_draws`: people by majority of their records, as in `persons`."""
    con.execute(TOUCHED)
    con.execute(RECORDS_OF_TOUCHED)
    persons = (Path(__file__).parent / "persons.sql").read_text(encoding="utf-8")
    return con.sql(f"""
        select cast(split_part(person_id, ' ', 1) as bigint) as draw, split_part(person_id, ' ', 2) as person_id, * exclude (person_id)
        from ({persons}) order by draw, person_id""")


def links_under(con: duckdb.DuckDBPyConnection, number: int, *, as_name: str = "links_drawn", of: str = "links") -> None:
    """Make a temporary view of the links under one draw, with the columns of `links`. Draw 0 is the links in force; `of` is the table that has them.

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
        from {of} l left join (select record_id, person_id from link_draws where draw = {int(number)}) d using (record_id)""")


def persons_under(con: duckdb.DuckDBPyConnection, number: int, *, as_name: str = "persons_drawn", of: str = "persons", links: str = "links") -> None:
    """Make a temporary view of the persons under one draw, with the columns of `persons`. Draw 0 is the persons in force; `of` and `links` are the tables that have them."""
    con.execute(f"""
        create or replace temp view "{as_name}" as
        select * from {of} where person_id not in (
            select person_id from link_draw_persons where draw = {int(number)}
            union all select l.person_id from link_draws d join {links} l using (record_id) where d.draw = {int(number)})
        union all select * exclude (draw) from link_draw_persons where draw = {int(number)}""")
