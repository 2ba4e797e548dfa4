"""Partitions by lot: as often together as the probability says, never against a decision, the same for the same seed."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from linkage_people import identities

from karvan.errors import DataError
from karvan.linkage import STEP, decide, draw, links_under
from karvan.linkage.draws import calibrated
from karvan.workspace import Workspace, run_step


@pytest.fixture
def linked(tmp_path) -> Workspace:
    ws = Workspace.create(tmp_path / "ws", packs=[])
    table, _ = identities(700, seed=31, defects=4.0)
    with ws.lock():
        with ws.transaction() as tx:
            tx.write("identities", table)
        run_step(ws, STEP)
    return ws


def together(ws: Workspace, a: str, b: str, draws: int) -> float:
    """Share of draws in which two records are of one person."""
    con, found = ws.connect(), 0
    for number in range(1, draws + 1):
        links_under(con, number)
        [(persons,)] = con.execute("select count(distinct person_id) from links_drawn where record_id in (?, ?)", [a, b]).fetchall()
        found += persons == 1
    return found / draws


def test_a_pair_that_stands_alone_is_together_as_often_as_its_probability_says(linked):
    pairs = linked.connect().sql("""
        with ends as (select unnest([person_a, person_b]) as person_id from link_pairs)
        select record_a, record_b, probability from link_pairs
        where probability between 0.1 and 0.9 and person_a <> person_b
              and (select count(*) from ends where person_id = person_a) = 1 and (select count(*) from ends where person_id = person_b) = 1
        order by record_a limit 12""").fetchall()
    with linked.lock():
        draw(linked, draws=60, seed=1)
    assert pairs
    expected = sum(p for *_, p in pairs) / len(pairs)
    assert sum(together(linked, a, b, 60) for a, b, _ in pairs) / len(pairs) == pytest.approx(expected, abs=0.12)


def test_the_same_seed_draws_the_same_and_another_seed_another(linked):
    found = []
    for seed in (1, 1, 2):
        with linked.lock():
            draw(linked, draws=3, seed=seed)
        found.append(linked.connect().sql("from link_draws order by all").fetchall())
    assert found[0] == found[1] != found[2]


def test_no_draw_goes_against_a_decision_and_sure_links_stay(linked):
    a, b = linked.connect().sql("select record_a, record_b from link_pairs where probability between 0.5 and 0.98 order by 1 limit 1").fetchall()[0]
    decide(linked, a, b, "different", who="a", at=datetime(2026, 5, 4))
    with linked.lock():
        run_step(linked, STEP)
        draw(linked, draws=20, seed=1)
    assert together(linked, a, b, 20) == 0.0
    con = linked.connect()
    alone = con.sql("select count(*) from link_draws semi join links using (record_id) where record_id in (select record_id from links where person_id not in (select person_a from link_pairs union select person_b from link_pairs))")
    assert alone.fetchall() == [(0,)]


def test_draws_need_links(tmp_path):
    with pytest.raises(DataError, match="Nothing is linked"):
        draw(Workspace.create(tmp_path / "ws", packs=[]), draws=3, seed=1)


def joined(labels: dict, draws: int = 400) -> list[float]:
    """How many of 500 pairs at 0.7 are one person, in each draw."""
    chance = np.random.default_rng(7)
    return [float((chance.random(500) < calibrated(np.full(500, 0.7), labels, chance)).sum()) for _ in range(draws)]


def test_pairs_of_a_band_lean_the_same_way_in_a_draw_the_less_the_more_of_them_people_labelled():
    by_lot = (500 * 0.7 * 0.3) ** 0.5     # standard deviation, were each pair drawn by itself
    unseen, well_known = joined({}), joined({0.5: (70_000, 30_000)})
    assert np.mean(unseen) == pytest.approx(350, abs=5) and np.mean(well_known) == pytest.approx(350, abs=3)
    assert np.std(unseen) > 2 * by_lot and np.std(well_known) == pytest.approx(by_lot, rel=0.15)


def test_where_people_found_otherwise_draws_follow_them():
    assert np.mean(joined({0.5: (20, 180)})) == pytest.approx(50, abs=12)


def test_sure_pairs_are_broken_now_and_then():
    chance = np.random.default_rng(7)
    broken = [int((chance.random(2000) >= calibrated(np.ones(2000), {}, chance)).sum()) for _ in range(200)]
    assert 0.2 < np.mean(broken) < 5 and max(broken) > 5 and min(broken) == 0
