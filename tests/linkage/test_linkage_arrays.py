"""What is joined over whole arrays is joined as one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkage_people import identities

from karvan.linkage import numbers, people
from karvan.linkage.clusters import Traits, cluster
from karvan.linkage.identity import person_ids
from karvan.linkage.kernels import components, joined
from karvan.linkage.model import FEW_PAIRS, make_blocks
from karvan.linkage.step import WRITTEN, link_people
from karvan.linkage.union import Groups
from karvan.workspace import new_connection

NODES = 12
edges = st.lists(st.tuples(st.floats(0.5, 1.0), st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=20)


@given(edges)
def test_components_are_those_of_a_union_one_by_one(pairs):
    groups = Groups()
    for _, a, b in pairs:
        groups.join(a, b)
    found = components(NODES, np.array([a for _, a, _ in pairs], np.int64), np.array([b for *_, b in pairs], np.int64))
    assert found.tolist() == [groups.root(i) for i in range(NODES)]


@given(edges)
def test_clusters_without_anything_against_them_are_the_same_with_the_same_weakest_probability(pairs):
    surest_first = sorted(pairs, key=lambda p: (-p[0], p[1], p[2]))
    one_by_one = cluster({i: Traits() for i in range(NODES)}, pairs)
    columns = list(zip(*surest_first, strict=True)) or [(), (), ()]
    of, weakest = joined(NODES, np.array(columns[1], np.int64), np.array(columns[2], np.int64), np.array(columns[0], np.float64))
    assert dict(enumerate(of.tolist())) == one_by_one.of and dict(enumerate(weakest.tolist())) == one_by_one.weakest


def linked(monkeypatch, *, one_by_one: bool, before: list[tuple[str, str]]) -> dict[str, list[tuple]]:
    """The tables of a run over 250 made-up people, after a run that gave the persons `before`."""
    con = new_connection(threads=1)
    con.register("identities", identities(250, seed=5, defects=3)[0])
    con.execute("create table links (record_id varchar, person_id varchar)")
    if before:
        con.executemany("insert into links values (?, ?)", before)
    with monkeypatch.context() as patch:
        if one_by_one:
            patch.setattr(numbers, "HARD", "create or replace temp table hard as select pid from components")
            patch.setattr(people, "DOUBTFUL", "select distinct component from reach")
            patch.setattr(people, "SETTLED", "select cluster, person_id from carried limit 0")
        link_people(con, seed=1, progress=lambda message, done: None)
    return {name: con.sql(f"from {source} order by all").fetchall() for name, source in WRITTEN.items()}


def test_a_run_over_arrays_is_a_run_one_by_one(monkeypatch):
    here, there = (linked(monkeypatch, one_by_one=slowly, before=[]) for slowly in (False, True))
    assert here == there and len(here["links"]) > 500


def test_person_numbers_stay_over_arrays_as_one_by_one(monkeypatch):
    """Some persons of the run before came together, some came apart, some are new."""
    records = [(record, person) for record, person, *_ in linked(monkeypatch, one_by_one=False, before=[])["links"]]
    persons = sorted({person for _, person in records})
    merged = dict(zip(persons[0:40:2], persons[1:40:2], strict=True))
    before = [(record, merged.get(person, person) if at % 7 else f"{person}X") for at, (record, person) in enumerate(records) if at % 5]
    here, there = (linked(monkeypatch, one_by_one=slowly, before=before) for slowly in (False, True))
    assert here == there
    assert {person for _, person, *_ in here["links"]} & set(persons)


def test_a_number_that_someone_has_is_not_given_again():
    first = person_ids({1: "r1"}, [])
    assert person_ids({1: "r1"}, [], taken=first.values()) != first


@pytest.mark.parametrize(("few", "limit"), [(FEW_PAIRS, None), (0, 60)])
def test_the_largest_blocks_are_divided_where_a_key_gives_too_many_pairs(monkeypatch, few, limit):
    """60 people of one birthday and 200 of another are 1,770 and 19,900 pairs; 20 for each of 260 are 5,200. Divided by the first letters of both names."""
    monkeypatch.setattr("karvan.linkage.model.FEW_PAIRS", few)
    monkeypatch.setattr("karvan.linkage.model.PAIRS_PER_NODE", 20)
    con = new_connection()
    con.execute("""
        create table nodes as select range as node, case when range < 60 then '1990-02-03' else '1991-05-06' end as birth_date, 'X' as given_key, chr(cast(65 + range % 5 as integer)) || range as surname_key,
               'P' || range as parts, case when range < 60 then 1990 else 1991 end as birth_year, 'M' as sex, 'AAA' as citizenship, null as birth_country
        from range(260)""")
    con.execute("create macro birth_pair(day) as day")
    large = make_blocks(con)
    assert [block["limit"] for block in large if block["rule"] == "block_birth"] == ([limit] if limit else [])
    sizes = con.sql("select count(*) from blocked group by block_birth order by 1").fetchall()
    assert sizes == ([(60,), (200,)] if limit is None else [(40,)] * 5 + [(60,)])
