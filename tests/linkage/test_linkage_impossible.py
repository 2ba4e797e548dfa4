"""What cannot be one person is cut at the weakest pair, and the reason is kept."""

from __future__ import annotations

import pyarrow as pa
import pytest
from linkage_people import as_identities

from karvan.linkage import STEP
from karvan.linkage.clusters import Traits, cluster
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step

EMRE = {"record_type": "crossing", "feed": "x.border.crossings", "delivery_id": "d", "surname": "KAYA", "given_names": "EMRE", "sex": "M", "citizenship": "BBB", "birth_date": "1990-05-06"}


@pytest.fixture
def ws(tmp_path):
    return Workspace.create(tmp_path / "ws", packs=[])


def cuts(ws: Workspace, records: list[dict], **tables) -> list[tuple]:
    """Link records of one name and birth but of a document each; the cuts (record, record, stage, reason)."""
    with ws.lock():
        with ws.transaction() as tx:
            tx.write("identities", as_identities([EMRE | {"record_id": f"r{i}", "doc_no": f"A{i}111111"} | row for i, row in enumerate(records)]))
            for name, rows in tables.items():
                tx.write(name, rows_of(name, rows))
        run_step(ws, STEP)
    return ws.connect().sql("select record_a, record_b, stage, reason from link_cuts order by all").fetchall()


def rows_of(name: str, rows: list[dict]) -> pa.Table:
    import duckdb

    con = duckdb.connect()
    con.execute(f"create table t as {TABLES[name].empty_select()}")
    for row in rows:
        con.execute(f"insert into t ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    return con.sql("from t").to_arrow_table()


def crossing(number: int, at: str, bcp: str) -> dict:
    return {"record_id": f"r{number}", "feed": "x.border.crossings", "crossed_at": at, "crossed_on": at[:10], "bcp": bcp, "decision": "admitted", "direction": "in"}


def birth(number: int, act: str) -> dict:
    return {"record_id": f"r{number}", "feed": "x.civil.events", "event": "birth", "event_on": "1990-05-06", "act_no": act}


def test_two_border_points_within_half_an_hour_are_two_people(ws):
    rows = [crossing(0, "2024-03-01 10:00:00", "P1"), crossing(1, "2024-03-01 10:20:00", "P2")]
    assert cuts(ws, [{}, {}], crossing=rows) == [("r0", "r1", "pair", "two places at once")]


@pytest.mark.parametrize("second", [crossing(1, "2024-03-01 12:00:00", "P2"), crossing(1, "2024-03-01 10:20:00", "P1")])
def test_another_point_hours_later_and_the_same_point_at_once_may_be_one(ws, second):
    assert cuts(ws, [{}, {}], crossing=[crossing(0, "2024-03-01 10:00:00", "P1"), second]) == []


def test_two_registered_births_are_two_people_and_the_third_record_goes_to_one_of_them(ws):
    found = cuts(ws, [{}, {}, {}], civil_event=[birth(0, "A-1"), birth(1, "A-2")])
    assert {row[2:] for row in found} == {("pair", "two births")}
    assert ws.connect().sql("select count(distinct person_id) from links").fetchall() == [(2,)]
    assert ws.connect().sql("select distinct reason from link_pairs where outcome = 'refused'").fetchall() == [("two births",)]


def test_a_number_between_two_people_is_kept_with_its_reason(ws):
    found = cuts(ws, [{"doc_no": "Z999999"}, {"doc_no": "Z999999", "given_names": "LEYLA", "sex": "F", "birth_date": "2015-03-02"}])
    assert found == [("r0", "r1", "number", "document: sex and birth year and given name")]


def test_the_cut_is_at_the_weakest_pair_of_the_chain():
    traits = {0: Traits(sides={"two births #0": 0}), 1: Traits(), 2: Traits(), 3: Traits(sides={"two births #0": 1})}
    found = cluster(traits, [(0.99, 0, 1), (0.92, 1, 2), (0.97, 2, 3)])
    assert found.of == {0: 0, 1: 0, 2: 2, 3: 2} and found.cuts == [(1, 2, 0.92, "two births")]


def test_two_sexes_and_two_given_names_are_two_people_and_a_slip_of_one_is_not():
    said = {"sexes": {"M": 2}, "names": {("IMRA", "KAIA"): 2}}
    woman = {"sexes": {"F": 1}, "names": {("LAILA", "KAIA"): 1}}
    assert cluster({0: Traits(**said), 1: Traits(**woman)}, [(0.99, 0, 1)]).cuts == [(0, 1, 0.99, "two sexes and two names")]
    assert cluster({0: Traits(**said), 1: Traits(**woman | {"names": said["names"]})}, [(0.99, 0, 1)]).of == {0: 0, 1: 0}
