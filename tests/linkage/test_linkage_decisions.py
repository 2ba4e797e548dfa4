"""People decide: their answers outrank scores and numbers, survive re-runs and redeliveries, and can be taken back."""

from __future__ import annotations

from datetime import datetime

import pytest
from linkage_people import as_identities, identities

from karvan.errors import DataError
from karvan.linkage import STEP, agreement, decide, decisions, events, figures_changed, review_queue, standing, trade_off, undo
from karvan.linkage.decisions import Decision, decisions_file
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step

NOON = datetime(2026, 5, 4, 12)
EMRE = {"surname": "KAYA", "given_names": "EMRE", "sex": "M", "birth_date": "1990-05-06", "citizenship": "BBB"}
SELIN = {"surname": "DEMIR", "given_names": "SELIN", "sex": "F", "birth_date": "1971-11-30", "citizenship": "BBB"}


@pytest.fixture
def ws(tmp_path):
    return Workspace.create(tmp_path / "ws", packs=[])


def record(number: int, **said) -> dict:
    return {"record_id": f"r{number}", "record_type": "crossing", "feed": "x.border.crossings", "delivery_id": "d"} | said


def persons(ws: Workspace, rows: list[dict] | None = None) -> dict[str, str]:
    """Link, after replacing the identities where rows are given; the person of each record."""
    with ws.lock():
        if rows is not None:
            with ws.transaction() as tx:
                tx.write("identities", as_identities(rows))
        run_step(ws, STEP)
    return dict(ws.connect().sql("select record_id, person_id from links").fetchall())


def said(answer: str, who: str, *, senior: bool = False, at: str = "2026-05-04T12:00:00", number: int = 1) -> Decision:
    return Decision(f"D{number}", at, who, answer, ("r1",), ("r2",), senior=senior)


def test_two_that_the_rule_joins_stay_two_once_a_person_says_so_and_in_every_later_delivery(ws):
    rows = [record(1, doc_no="U0123456", **EMRE), record(2, doc_no="U0999999", **EMRE)]
    before = persons(ws, rows)
    assert before["r1"] == before["r2"]
    decide(ws, "r1", "r2", "different", who="a", at=NOON, reason="cousins")
    after = persons(ws)
    assert after["r1"] != after["r2"] and before["r1"] in after.values()
    redelivered = persons(ws, [*rows, record(3, doc_no="U0123456", **EMRE)])
    assert redelivered["r1"] == redelivered["r3"] != redelivered["r2"]
    assert ws.connect().sql("select answer, rule, followed from link_decisions").fetchall() == [("different", "one answer", True)]


def test_two_records_of_one_document_are_told_apart_when_a_person_says_so(ws):
    rows = [record(1, doc_no="U0123456", **EMRE), record(2, doc_no="U0123456", **EMRE)]
    assert len(set(persons(ws, rows).values())) == 1
    decide(ws, "r1", "r2", "different", who="a", at=NOON)
    assert len(set(persons(ws).values())) == 2


def test_the_other_records_of_a_document_stay_together(ws):
    rows = [record(i, doc_no="U0123456", **EMRE) for i in range(1, 5)] + [record(i, doc_no="U0123456", **EMRE | {"given_names": "OMER"}) for i in range(5, 9)]
    assert len(set(persons(ws, rows).values())) == 1
    decide(ws, "r2", "r6", "different", who="a", at=NOON)
    after = persons(ws)
    assert len({after[f"r{i}"] for i in range(1, 5)}) == 1 == len({after[f"r{i}"] for i in range(5, 9)}) and after["r1"] != after["r5"]


def test_two_that_nothing_joins_become_one_when_a_person_says_so_even_against_two_personal_numbers(ws):
    rows = [record(1, personal_no="1234567", **EMRE), record(2, personal_no="7654321", **SELIN)]
    assert len(set(persons(ws, rows).values())) == 2
    decide(ws, "r2", "r1", "same", who="a", at=NOON, reason="a number given twice")
    after = persons(ws)
    assert after["r1"] == after["r2"]
    assert ws.connect().sql("select level, probability from links").fetchall() == [("decision", 1.0)] * 2
    assert [(e["kind"], e["cause"], len(e["from_ids"])) for e in events(ws)] == [("merge", "decision", 2)]


def test_same_never_outranks_different_through_a_third(ws):
    persons(ws, [record(1, doc_no="A1111111", **EMRE), record(2, doc_no="B2222222", **SELIN), record(3, doc_no="C3333333", **SELIN | {"given_names": "ELIF"})])
    for a, b, answer in (("r1", "r2", "same"), ("r2", "r3", "same"), ("r1", "r3", "different")):
        decide(ws, a, b, answer, who="a", at=NOON)
    after = persons(ws)
    assert after["r1"] == after["r2"] != after["r3"]
    assert sorted(ws.connect().sql("select answer, followed from link_decisions").fetchall()) == [("different", True), ("same", False), ("same", True)]


@pytest.mark.parametrize(("answers", "holds"), [
    ([said("same", "a")], ("same", "one answer", False)),
    ([said("same", "a"), said("different", "a")], ("different", "one answer", False)),                      # the same person changed their mind
    ([said("same", "a"), said("different", "b")], ("unsure", "tie", True)),
    ([said("same", "a"), said("different", "b"), said("same", "c")], ("same", "majority", True)),
    ([said("same", "a"), said("unsure", "b")], ("same", "majority", False)),
    ([said("same", "a"), said("same", "b"), said("different", "c", senior=True)], ("different", "senior", True)),
    ([said("same", "a", senior=True, at="2026-05-05"), said("different", "b", senior=True, at="2026-05-04")], ("same", "senior", True)),
    ([said("same", "a"), said("skip", "b")], ("same", "one answer", False)),
])  # fmt: skip
def test_what_holds_where_people_contradict_each_other(answers, holds):
    [found] = standing(answers)
    assert (found.answer, found.rule, found.contradicting) == holds


def test_a_merge_that_is_undone_gives_both_persons_their_numbers_back_for_good(ws):
    rows = [record(1, doc_no="A1111111", **EMRE), record(2, doc_no="B2222222", **SELIN), record(3, doc_no="B2222222", **SELIN)]
    before = persons(ws, rows)
    decide(ws, "r1", "r2", "same", who="a", at=NOON)
    assert len(set(persons(ws).values())) == 1
    [merge] = events(ws)
    undo(ws, merge["event_id"], who="b", at=NOON, reason="two people")
    assert persons(ws) == before
    assert [(e["kind"], e["undoes"]) for e in events(ws)] == [("split", merge["event_id"]), ("merge", None)]
    assert persons(ws, [*rows, record(4, doc_no="A1111111", **EMRE)])["r4"] == before["r1"]


def test_a_split_that_is_undone_is_one_person_again(ws):
    persons(ws, [record(1, doc_no="U0123456", **EMRE), record(2, doc_no="U0999999", **EMRE)])
    decide(ws, "r1", "r2", "different", who="a", at=NOON)
    assert len(set(persons(ws).values())) == 2
    undo(ws, events(ws)[0]["event_id"], who="b", at=NOON, reason="one after all")
    assert len(set(persons(ws).values())) == 1
    with pytest.raises(DataError, match="no longer stands"):
        undo(ws, events(ws)[1]["event_id"], who="b", at=NOON, reason="again")


def test_new_records_that_bring_two_persons_together_are_a_merge_by_records(ws):
    rows = [record(1, doc_no="A1111111", **EMRE), record(2, personal_no="1234567", **EMRE | {"surname": "OZTURK", "birth_date": None})]
    before = persons(ws, rows)
    assert len(set(before.values())) == 2
    after = persons(ws, [*rows, record(3, doc_no="A1111111", personal_no="1234567", **EMRE)])
    assert len(set(after.values())) == 1
    assert [(e["kind"], e["cause"], e["records"]) for e in events(ws)] == [("merge", "records", 1)]


def test_the_queue_gives_each_pair_to_two_people_and_contradictions_to_a_third(ws):
    table, _ = identities(400, seed=3, defects=3.0)
    persons(ws, table.to_pylist())
    first = review_queue(ws, reviewer="a", limit=5)
    pair = first[0]
    decide(ws, pair.record_a, pair.record_b, "same", who="a", at=NOON)
    assert pair.record_a not in [c.record_a for c in review_queue(ws, reviewer="a", limit=5)]
    assert review_queue(ws, reviewer="b", limit=1)[0].why == "one person answered, a second is asked"
    decide(ws, pair.record_b, pair.record_a, "different", who="b", at=NOON)
    assert review_queue(ws, reviewer="c", limit=1)[0].why == "people contradict each other"
    assert agreement(ws) == {"pairs": 1, "agreed": 0.0, "kappa": 0.0, "contradicting": 1}
    decide(ws, pair.record_a, pair.record_b, "same", who="chief", senior=True, at=NOON)
    assert all(c.record_a != pair.record_a or c.record_b != pair.record_b for c in review_queue(ws, reviewer="c", limit=100))


def test_a_higher_threshold_joins_fewer_and_is_surer(ws):
    table, _ = identities(400, seed=3, defects=3.0)
    persons(ws, table.to_pylist())
    rows = trade_off(ws)
    assert [r["joined"] for r in rows] == sorted((r["joined"] for r in rows), reverse=True)
    assert [r["precision"] for r in rows] == sorted(r["precision"] for r in rows)


@pytest.mark.parametrize(("a", "b", "answer", "who", "match"), [
    ("r1", "r1", "same", "a", "two different records"), ("r1", "r9", "same", "a", "No linked record"), ("r1", "r2", "yes", "a", "no answer 'yes'"), ("r1", "r2", "same", " ", "the one who decides"),
])  # fmt: skip
def test_a_decision_about_nothing_is_refused_and_nothing_is_kept(ws, a, b, answer, who, match):
    persons(ws, [record(1, **EMRE), record(2, **SELIN)])
    with pytest.raises(DataError, match=match):
        decide(ws, a, b, answer, who=who, at=NOON)
    assert decisions(ws) == []


def test_a_damaged_line_of_decisions_stops_the_run_with_its_number(ws):
    persons(ws, [record(1, **EMRE), record(2, **SELIN)])
    decisions_file(ws).write_text("{}\n", encoding="utf-8")
    with pytest.raises(DataError, match="damaged"):
        persons(ws)


def cubes(ws: Workspace, **cells: float) -> None:
    """Write cells of one indicator, by citizenship."""
    con = ws.connect()
    con.execute(f"create or replace temp table t as {TABLES['cubes'].empty_select()}")
    for citizenship, value in cells.items():
        con.execute("insert into t (indicator, period, sex, citizenship, value, unit, vintage, basis, obs_status) values ('X-01', '2024', '_T', ?, ?, 'persons', '2024-12-31', 'records', 'A')", [citizenship, value])
    with ws.lock(), ws.transaction() as tx:
        tx.write("cubes", con.sql("from t"))


def test_what_a_merge_changed_are_the_cells_that_differ_before_and_after(ws):
    persons(ws, [record(1, doc_no="A1111111", **EMRE), record(2, doc_no="B2222222", **SELIN)])
    cubes(ws, BBB=2, CCC=7)
    decide(ws, "r1", "r2", "same", who="a", at=NOON)
    persons(ws)
    [merge] = events(ws)
    assert figures_changed(ws, merge["event_id"])["commit"] is None
    cubes(ws, BBB=1, CCC=7)
    found = figures_changed(ws, merge["event_id"])
    assert found["cells"] == [{"indicator": "X-01", "period": "2024", "cell": {"citizenship": "BBB"}, "before": 2.0, "after": 1.0}]
    assert found["persons"] == sorted(merge["from_ids"])
    with pytest.raises(DataError, match="no event"):
        figures_changed(ws, "E0")
