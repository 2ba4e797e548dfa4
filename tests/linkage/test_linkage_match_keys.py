"""The pack chooses what joins: numbers, their scope, and of what a person has one."""

from __future__ import annotations

import duckdb
import pytest
from linkage_people import as_identities

from karvan.country.match_keys import MatchKeys
from karvan.linkage.keys import same_name_and_birth
from karvan.linkage.step import link_people
from karvan.workspace import new_connection

EMRE = {"record_type": "crossing", "delivery_id": "d", "surname": "KAYA", "given_names": "EMRE", "sex": "M", "citizenship": "BBB", "birth_date": "1990-05-06"}


def persons(rows: list[dict], keys: MatchKeys) -> int:
    con = new_connection(threads=2, memory="500MB")
    con.register("identities", as_identities([EMRE | {"record_id": f"r{i}"} | row for i, row in enumerate(rows)]))
    con.execute("create table links (record_id varchar, person_id varchar)")
    link_people(con, keys=keys, seed=1, progress=lambda message, done: None)
    return con.sql("select count(distinct person_id) from new_links").fetchall()[0][0]


OTHER = {"surname": "DEMIR", "given_names": "SELIN", "birth_date": "1990-11-30"}


def test_a_number_that_the_pack_does_not_name_joins_nobody():
    rows = [{"feed": "x.a.one", "doc_no": "A1234567", "doc_issuer": "BBB"}, {"feed": "x.b.two", "doc_no": "A1234567", "doc_issuer": "BBB"} | OTHER]
    assert persons(rows, MatchKeys()) == 1
    assert persons(rows, MatchKeys(numbers=(("personal_no", "country"),))) == 2


def test_a_register_number_is_unique_within_the_office_or_within_the_feed():
    rows = [{"feed": "x.a.one", "register_no": "17"}, {"feed": "x.a.two", "register_no": "17"} | OTHER]
    assert persons(rows, MatchKeys(numbers=(("register_no", "office"),))) == 1
    assert persons(rows, MatchKeys(numbers=(("register_no", "feed"),))) == 2


def test_two_numbers_in_a_register_that_gives_one_are_two_persons_whatever_else_agrees():
    rows = [{"feed": "x.a.one", "register_no": "17"}, {"feed": "x.a.one", "register_no": "18"}]
    assert persons(rows, MatchKeys()) == 1
    assert persons(rows, MatchKeys(one_per_person=(("x.a.one", "register_no"),))) == 2


def test_two_rows_of_a_delivery_that_has_each_person_once_are_two_persons_and_another_delivery_joins_either():
    rows = [{"feed": "x.a.one"}, {"feed": "x.a.one"}, {"feed": "x.a.one", "delivery_id": "e"}]
    assert persons(rows, MatchKeys()) == 1
    assert persons(rows, MatchKeys(one_per_person=(("x.a.one", "record"),))) == 2


def test_a_person_of_two_personal_numbers_is_cut_although_one_document_stands_between():
    rows = [{"feed": "x.a.one", "personal_no": "1234567", "doc_no": "A1111111"}, {"feed": "x.a.one", "personal_no": "7654321", "doc_no": "A1111111"}]
    assert persons(rows, MatchKeys()) == 2


def test_a_birthday_that_stands_for_an_unknown_day_is_what_the_pack_says():
    rows = [{"feed": "x.a.one", "doc_no": "A1111111", "birth_date": "1990-03-21"}, {"feed": "x.a.one", "doc_no": "B2222222", "birth_date": "1990-03-21"}]
    con = new_connection(threads=2, memory="500MB")
    con.register("identities", as_identities([EMRE | {"record_id": f"r{i}"} | row for i, row in enumerate(rows)]))
    con.execute("create table links (record_id varchar, person_id varchar)")
    pairs = [link_people(con, keys=MatchKeys(unknown_days=days), seed=1, progress=lambda m, d: None)["pairs"]["name_birth"] for days in (("01-01",), ("03-21",))]
    assert pairs == [1, 0]


@pytest.mark.parametrize(("bearers", "joined"), [(1, [(0, 1)]), (60, [(0, 1)]), (80, [])])
def test_where_very_many_bear_a_name_the_key_of_name_and_birth_leaves_it_to_the_model(bearers, joined):
    con = duckdb.connect()
    con.execute(f"""
        create table nodes as
        select i + 2 as node, 'KAIA IMRA' as parts, cast(date '1950-02-03' + cast(100 * i as integer) as varchar) as birth_date, 'M' as sex, 'BBB' as citizenship from range({bearers}) t(i)
        union all select unnest([0, 1]), 'KAIA IMRA', '1990-05-06', 'M', 'BBB'""")
    assert same_name_and_birth(con) == joined
