"""What records show beside names and dates: journeys and documents, cases, addresses, birthplaces."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from linkage_people import as_identities

import karvan.linkage
from karvan.linkage.circumstances import CIRCUMSTANCES, bits_of, find_levels, learn, names_agree
from karvan.linkage.clusters import Traits, cluster
from karvan.linkage.prepare import prepare
from karvan.tables import TABLES

WHO = {"record_type": "crossing", "feed": "x.border.crossings", "delivery_id": "d", "surname": "KAYA", "given_names": "EMRE", "sex": "M", "birth_date": "1990-05-06", "doc_issuer": "BBB"}


def levels(records: list[dict], *, sides: str, **tables: list[dict]) -> dict[str, str]:
    """Levels of two nodes by circumstance; `sides` gives the node of each record, `aab`."""
    con = duckdb.connect()
    con.register("drawn", as_identities([WHO | {"record_id": f"r{n}"} | row for n, row in enumerate(records)]))
    con.execute("create table identities as from drawn")
    prepare(con)
    con.execute(f"create table node_of as select rid, ord('{sides}'[cast(rid as integer) + 1]) as node from prepared")
    for name, rows in tables.items():
        con.execute(f"create table {name} as {TABLES[name].empty_select()}")
        for row in rows:
            con.execute(f"insert into {name} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    find_levels(con, "select 97 as a, 98 as b")
    return {one.name: level for one in CIRCUMSTANCES for (level,) in con.sql(f"select level from level_of_{one.name}").fetchall()}


def journeys(*crossed: str, documents: str = "", issuers: dict[str, str] | None = None, kinds: dict[str, str] | None = None) -> str | None:
    """Level of crossings written as side and direction (`a<` a enters, `b>` b leaves), a day apart. `issuers` and `kinds` of documents by side."""
    records = [{"doc_no": f"{side}111111", "doc_issuer": (issuers or {}).get(side, "BBB")} for side, _ in crossed]
    rows = [
        {"record_id": f"r{day}", "crossed_at": f"2024-03-{day + 1:02} 10:00:00", "crossed_on": f"2024-03-{day + 1:02}", "decision": "admitted", "direction": {"<": "in", ">": "out"}[way],
         "doc_type": (kinds or {}).get(side, "P"), "same_second": 1}
        for day, (side, way) in enumerate(crossed)
    ]  # fmt: skip
    return levels(records, sides="".join(side for side, _ in crossed), crossing=rows).get("journeys")


TWO_STATES = {"a": "BBB", "b": "CCC"}


def test_a_passport_used_after_the_other_is_renewed_and_two_used_by_turns_are_two_people():
    assert journeys("a<", "a>", "b<", "b>") == "renewed"
    assert journeys("a<", "a>", "b<", "b>", "a<", "a>") == "at_once"


def test_the_paper_for_the_way_home_stands_beside_a_passport():
    assert journeys("a>", "b<", "a>", "a<", kinds={"b": "LP"}) == "in_turn"


def test_documents_of_two_states_by_turns_fit_one_person_unless_both_enter():
    assert journeys("a<", "b>", "b<", "a>", issuers=TWO_STATES) == "alternate"
    assert journeys("a<", "b>", "a<", "b<", "a>", issuers=TWO_STATES) == "gap"
    assert journeys("a<", "b<", "b>", "a>", issuers=TWO_STATES) == "contradict"
    assert journeys("a<", "b<", "b>", issuers=TWO_STATES) == "contradict_once"


def test_whoever_does_not_travel_says_nothing():
    assert journeys("a<", "a>") is None


@pytest.mark.parametrize(("members", "level"), [((1, 1), "one_member"), ((1, 2), "two_members")])
def test_members_of_one_case_are_numbered(members, level):
    rows = [
        {"record_id": f"r{n}", "feed": "x.asylum", "procedure": "asylum", "case_no": "Q-7", "member_no": member, "event": "lodged", "event_on": "2024-03-01"}
        for n, member in enumerate(members)
    ]  # fmt: skip
    assert levels([{}, {}], sides="ab", case_event=rows, decision=[], permit=[])["family"] == level


def test_a_sponsor_is_not_who_is_sponsored():
    rows = [{"record_id": "r0", "permit_no": "M1", "kind": "permanent"}, {"record_id": "r1", "permit_no": "M2", "kind": "temporary", "family_of": "M1"}]
    assert levels([{}, {}], sides="ab", case_event=[], decision=[], permit=rows)["family"] == "two_members"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Capital, Harbour st. 66", "harbour street 66, Capital t.", "same"),
        ("Old Name 28 May st. 62", "New Name, 28 May st. 62", "same"),
        ("Capital, Harbour st. 66", "Capital, Harbour st. 67", "other"),
        ("Capital, Garden avenue 66", "Harbour street 66", "other"),
    ],
)
def test_an_address_is_the_same_in_other_words(one, other, level):
    assert levels([{"address": one}, {"address": other}], sides="ab")["address"] == level


def test_one_of_several_birthplaces_is_enough_and_silence_says_nothing():
    assert levels([{"birth_place": "Gəncə ş."}, {"birth_place": "GENCE"}, {"birth_place": "gəncə"}], sides="abb")["birth_place"] == "same"
    assert levels([{"birth_place": "Harbour"}, {}], sides="ab") == {}


def test_relatives_share_an_address():
    assert names_agree("same", None) and not names_agree("surname", None) and not names_agree("similar", 0.1)


def test_what_the_pairs_teach_stays_near_the_shipped_until_there_are_many():
    shipped = {one.name: [{"m": 1 / len(one.levels), "u": 1 / len(one.levels)} for _ in one.levels] for one in CIRCUMSTANCES}
    for pairs, moved in ((100, False), (4000, True)):
        con = duckdb.connect()
        con.execute(f"create table compared as select 'r' || i as record_a, 's' || i as record_b, case when i % 2 = 0 then 0.99::double else 0.02::double end as probability from range({pairs}) t(i)")
        columns = ", ".join(f"case when i % 2 = 0 then '{one.levels[0]}' else '{one.levels[-1]}' end as {one.name}" for one in CIRCUMSTANCES)
        con.execute(f"create table circumstances as select 'r' || i as one, 's' || i as other, {columns} from range({pairs}) t(i)")
        learned = bits_of(CIRCUMSTANCES[2], learn(con, shipped)["address"])
        assert (learned["same"] > 4 and learned["other"] < -4) if moved else learned == {"same": 0.0, "other": 0.0}


def test_what_few_pairs_teach_turns_no_level_against_its_sense():
    shipped = json.loads((Path(karvan.linkage.__file__).parent / "model.json").read_text(encoding="utf-8"))
    con = duckdb.connect()
    con.execute("create table compared as select 'r' || i as record_a, 's' || i as record_b, 0.5::double - (i % 2) * 0.4 as probability from range(2000) t(i)")
    columns = ", ".join(f"case when i % 2 = 0 then '{one.levels[-1]}' else '{one.levels[0]}' end as {one.name}" for one in CIRCUMSTANCES)      # the wrong way about
    con.execute(f"create table circumstances as select 'r' || i as one, 's' || i as other, {columns} from range(2000) t(i)")
    learned = learn(con, shipped)
    for one in CIRCUMSTANCES:
        weights = list(bits_of(one, learned[one.name]).values())
        assert min(weights[: one.favour]) >= 0 >= max(weights[one.favour :])


def test_what_one_record_of_a_person_shows_holds_of_the_person():
    people = {node: Traits() for node in range(3)}
    pairs = [(0.999, 0, 1), (0.97, 1, 2)]
    assert cluster(people, pairs).of == {0: 0, 1: 0, 2: 0}
    apart = cluster(people, pairs, doubts={0: {2: -4.0}, 2: {0: -4.0}}, threshold=0.9)
    assert apart.of == {0: 0, 1: 0, 2: 2} and apart.cuts[0][3] == "what other records of the two show"
