"""Stages one by one: numbers, clusters, person numbers, learned parameters."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from linkage_people import as_identities, identities

from karvan.linkage.apart import decided_sides
from karvan.linkage.clusters import Traits, cluster
from karvan.linkage.identity import person_ids
from karvan.linkage.model import BLOCKS, LARGEST_BLOCK, make_blocks, score_pairs, sensible
from karvan.linkage.numbers import join_by_number
from karvan.linkage.prepare import prepare
from karvan.linkage.step import HERE
from karvan.workspace import new_connection


def nodes_from(table, said=()):
    con = new_connection(threads=2, memory="500MB")
    con.register("identities", table)
    prepare(con)
    decided_sides(con, said)
    apart = join_by_number(con)
    con.execute((HERE / "nodes.sql").read_text(encoding="utf-8"))
    return con, apart


def person(number: int, **said) -> dict:
    return {"record_id": f"r{number:05d}", "record_type": "crossing", "feed": "x.border.crossings", "delivery_id": "d"} | said


def two(one: dict, other: dict, **both):
    """Two records with two documents."""
    return as_identities([person(1, doc_no="A1234567", **one, **both), person(2, doc_no="B7654321", **other, **both)])


def pairs(con, keyed=0):
    score_pairs(con, keyed=keyed, threshold=0.9, seed=1)
    return {(a, b): p for a, b, p in con.sql("select a, b, probability from scored_pairs where probability >= 0.9").fetchall()}


def test_a_number_of_very_many_people_joins_nobody():
    crowd = [person(i, surname="KAYA", given_names="AB"[i % 2] + "CDEFGHKLMN"[i % 10], birth_date=f"{1950 + i}", doc_no="A123456") for i in range(40)]
    con, apart = nodes_from(as_identities(crowd))
    assert con.sql("select count(*) from nodes").fetchall() == [(40,)]
    assert apart == {"document: one number of more than 25 people, taken for none": 40}


def test_two_personal_numbers_are_two_people_whatever_else_agrees():
    found = cluster({0: Traits(frozenset("A")), 1: Traits(frozenset("B"))}, [(0.999, 0, 1)])
    assert found.of == {0: 0, 1: 1} and found.refused == Counter({"two personal numbers": 1})


def test_the_surest_pair_joins_first_and_the_weaker_one_is_refused():
    traits = {0: Traits(frozenset("A")), 1: Traits(), 2: Traits(frozenset("B"))}
    assert cluster(traits, [(0.95, 0, 1), (0.99, 1, 2)]).of == {0: 0, 1: 1, 2: 1}


def test_the_weakest_probability_is_that_of_the_way_in():
    found = cluster({i: Traits() for i in range(4)}, [(0.99, 0, 1), (0.98, 1, 2), (0.91, 2, 3)])
    assert found.weakest == {0: 1.0, 1: 0.99, 2: 0.98, 3: 0.91}


@given(st.lists(st.tuples(st.sampled_from([0.9, 0.95, 0.99]), st.integers(0, 9), st.integers(0, 9)), max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_clusters_do_not_depend_on_the_order_of_pairs_and_never_hold_two_numbers(edges, rnd):
    traits = {i: Traits(frozenset(str(i % 3)) if i % 2 else frozenset()) for i in range(10)}
    found = cluster(traits, edges)
    shuffled = list(edges)
    rnd.shuffle(shuffled)
    assert cluster(traits, shuffled).of == found.of
    for root in set(found.of.values()):
        assert len(set().union(*(traits[n].personal_nos for n, r in found.of.items() if r == root))) <= 1


def test_a_person_number_follows_most_records_and_is_given_once():
    ids = person_ids({1: "r1", 2: "r2", 3: "r3"}, [(3, 1, "P1"), (4, 2, "P1"), (1, 3, "P2")])
    assert ids[2] == "P1" and ids[3] == "P2" and ids[1] not in ("P1", "P2") and len(set(ids.values())) == 3


def test_a_number_of_people_joined_away_is_not_given_to_someone_new():
    first = person_ids({1: "r1"}, [])
    again = person_ids({1: "r1", 2: "r2"}, [(1, 2, first[1])])
    assert again[2] == first[1] != again[1]


def test_day_and_month_swapped_are_still_one_person():
    said = {"surname": "KAPANADZE", "given_names": "GIORGI", "sex": "M", "citizenship": "CCC"}
    con, _ = nodes_from(two({"birth_date": "1985-04-07"}, {"birth_date": "1985-07-04"}, **said))
    assert pairs(con)


def test_a_name_cut_by_the_machine_readable_zone_is_still_one_person():
    said = {"sex": "F", "citizenship": "DDD", "birth_date": "1991-08-23"}
    con, _ = nodes_from(two({"given_names": "FATEMEH ZAHRA"}, {"given_names": "FATEM"}, surname="KARIMZADEGAN", **said))
    assert pairs(con)


def test_twins_are_two_people():
    said = {"surname": "YILMAZ", "citizenship": "BBB", "birth_date": "1991-08-23", "sex": "F"}
    con, _ = nodes_from(two({"given_names": "ELIF"}, {"given_names": "MERVE"}, **said))
    assert not pairs(con)


def test_namesakes_born_on_other_days_are_two_people():
    said = {"surname": "YILMAZ", "given_names": "MEHMET", "citizenship": "BBB", "sex": "M"}
    con, _ = nodes_from(two({"birth_date": "1991-08-23"}, {"birth_date": "1975-02-11"}, **said))
    assert not pairs(con)


def test_a_block_too_large_is_named_and_skipped():
    crowd = [person(i, surname="UNKNOWNA", given_names="UNKNOWNI", birth_date="1990-01-01", doc_no=f"Z{i:07d}", sex="M") for i in range(LARGEST_BLOCK + 5)]
    con, _ = nodes_from(as_identities(crowd))
    skipped = make_blocks(con)
    assert {s["rule"]: (s["blocks"], s["largest"]) for s in skipped}["block_birth"] == (1, LARGEST_BLOCK + 5)
    assert "UNKNOWNA" not in str(skipped)
    assert con.sql("select count(*) from blocked where " + " or ".join(f"{b} is not null" for b in BLOCKS)).fetchall() == [(0,)]


def test_parameters_are_learned_from_records_that_share_a_number_and_are_the_same_each_time():
    table, _ = identities(4000, seed=11)
    models = []
    for _ in range(2):
        con, _ = nodes_from(table)
        scored = score_pairs(con, keyed=1500, threshold=0.9, seed=1)
        assert scored.parameters.startswith("learned from")
        assert all(sensible(levels) for levels in (scored.model[c] for c in ("name", "birth", "sex", "origin")))
        models.append((scored.model, con.sql("from scored_pairs").fetchall()))
    assert models[0] == models[1]


def test_records_that_say_nothing_true_fall_back_on_the_shipped_parameters():
    nonsense = [person(i, surname=f"A{i % 7}", given_names="B", birth_date=f"19{i % 90 + 10}", doc_no=f"Z{i:07d}") for i in range(6000)]
    con, _ = nodes_from(as_identities(nonsense))
    assert "shipped" in score_pairs(con, keyed=1000, threshold=0.9, seed=1).parameters


def test_a_lost_first_letter_is_no_other_surname():
    said = {"given_names": "MUAMMER", "sex": "M", "citizenship": "BBB", "birth_date": "1991-08-23"}
    con, _ = nodes_from(two({"surname": "GOKALPLIOGLU"}, {"surname": "OKALPLIOGLU"}, **said))
    assert pairs(con)
    assert con.sql("select name_score > 0.9 from scored_pairs").fetchall() == [(True,)]


def test_two_surnames_of_one_given_name_count_against_one_woman():
    said = {"given_names": "YELENA", "sex": "F", "citizenship": "BBB", "birth_date": "1991-08-23"}
    weights = []
    for surname in ("VINOGRADOVA", "ALASHOVA"):
        con, _ = nodes_from(two({"surname": "BALASHOVA"}, {"surname": surname}, **said))
        pairs(con)
        weights += con.sql("select match_weight from scored_pairs").fetchall()
    assert weights[0][0] < weights[1][0] - 5
