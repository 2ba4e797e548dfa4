"""New records against a linked population: the same persons as a full run finds, from reading little."""

from __future__ import annotations

from datetime import datetime

import pytest
from linkage_people import as_identities, identities

from karvan.linkage import NEW_ONLY, STEP, decide, difference, events
from karvan.workspace import Workspace, run_step

NOON = datetime(2026, 5, 4, 12)


@pytest.fixture
def ws(tmp_path):
    return Workspace.create(tmp_path / "ws", packs=[])


def deliver(ws: Workspace, **parts) -> None:
    with ws.lock(), ws.transaction() as tx:
        for part, table in parts.items():
            tx.write("identities", table, part=part)


def link(ws: Workspace, step=STEP) -> dict[str, str]:
    with ws.lock():
        run_step(ws, step)
    return dict(ws.connect().sql("select record_id, person_id from links").fetchall())


def tables(ws: Workspace) -> dict[str, list]:
    con = ws.connect(identity="test")
    return {name: con.sql(f"from {name} order by all").fetchall() for name in ("links", "persons", "link_pairs", "link_cuts", "link_nodes", "link_numbers")}


def split(table, *, every: int = 10):
    """The table without each tenth record, and those records."""
    rows = range(table.num_rows)
    return table.filter([i % every != 0 for i in rows]), table.filter([i % every == 0 for i in rows])


@pytest.mark.parametrize("defects", [1.0, 3.0])
def test_new_records_find_the_persons_that_a_full_run_finds(ws, tmp_path, defects):
    table, _ = identities(600, seed=21, defects=defects)
    old, new = split(table)
    deliver(ws, old=old)
    link(ws)
    deliver(ws, new=new)
    link(ws, NEW_ONLY)
    assert ws.head().runs["link"].notes["new_only"]["new"] == new.num_rows
    found = difference(ws)
    assert found["records"] == table.num_rows and found["f1"] > 0.999


def test_everything_that_is_kept_is_as_after_a_full_run(ws, tmp_path):
    table, _ = identities(300, seed=22, defects=2.0)
    old, new = split(table, every=40)
    deliver(ws, old=old)
    link(ws)
    deliver(ws, new=new)
    link(ws, NEW_ONLY)
    found = tables(ws)
    with ws.lock():
        run_step(ws, STEP, force=True)
    again = tables(ws)
    assert found["links"] == again["links"] and found["persons"] == again["persons"]
    assert found["link_nodes"] == again["link_nodes"] and found["link_numbers"] == again["link_numbers"]
    unscored = [[(*row[:4], *row[7:]) for row in pairs["link_pairs"]] for pairs in (found, again)]      # the prior follows the number of nodes
    assert unscored[0] == unscored[1]


def test_a_run_over_what_is_new_satisfies_the_line(ws):
    table, _ = identities(60, seed=23)
    old, new = split(table)
    deliver(ws, old=old)
    link(ws)
    deliver(ws, new=new)
    link(ws, NEW_ONLY)
    with ws.lock():
        assert run_step(ws, STEP) is None


def test_without_a_run_before_everything_is_linked(ws):
    table, truth = identities(60, seed=24)
    deliver(ws, all=table)
    assert len(link(ws, NEW_ONLY)) == len(truth) and "new_only" not in ws.head().runs["link"].notes


def test_only_whom_the_new_touches_is_read(ws):
    table, _ = identities(600, seed=25)
    deliver(ws, old=table)
    before = link(ws)
    deliver(ws, new=as_identities([table.slice(0, 1).to_pylist()[0] | {"record_id": "new"}]))
    after = link(ws, NEW_ONLY)
    assert after["new"] in before.values() and {r: after[r] for r in before} == before
    assert ws.head().runs["link"].notes["new_only"]["persons_touched"] < 10


def test_records_that_are_gone_and_changed_are_followed(ws):
    said = {"record_type": "crossing", "feed": "x.border.crossings", "delivery_id": "d", "surname": "KAYA", "given_names": "EMRE", "sex": "M", "citizenship": "BBB"}
    rows = [said | {"record_id": f"r{i}", "birth_date": "1990-05-06", "doc_no": doc} for i, doc in enumerate(("A1111111", "A1111111", "B2222222"))]
    deliver(ws, first=as_identities(rows))
    assert len(set(link(ws).values())) == 1
    deliver(ws, first=as_identities([rows[1], rows[2] | {"birth_date": "1951-11-30"}]))
    after = link(ws, NEW_ONLY)
    assert set(after) == {"r1", "r2"} and after["r1"] != after["r2"]
    assert [(e["kind"], e["cause"]) for e in events(ws)] == [("split", "records")]
    deliver(ws, first=as_identities([]))
    assert link(ws, NEW_ONLY) == {} and ws.connect().sql("from persons").fetchall() == []


def test_a_decision_alone_is_followed_and_held_when_new_records_come(ws):
    table, _ = identities(200, seed=26)
    deliver(ws, old=table)
    before = link(ws)
    sizes: dict[str, list[str]] = {}
    for record, person in before.items():
        sizes.setdefault(person, []).append(record)
    one, other = sorted(sizes)[:2]
    decide(ws, sizes[one][0], sizes[other][0], "same", who="a", at=NOON)
    after = link(ws, NEW_ONLY)
    assert {after[r] for r in sizes[one] + sizes[other]} <= {one, other} and len({after[r] for r in sizes[one] + sizes[other]}) == 1
    deliver(ws, new=as_identities([table.slice(0, 1).to_pylist()[0] | {"record_id": "new"}]))
    assert len({link(ws, NEW_ONLY)[r] for r in sizes[one] + sizes[other]}) == 1
    assert difference(ws)["differing"] == 0
