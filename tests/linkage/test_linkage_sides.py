"""What a reviewer sees of a pair: whole sides, what differs and where, nothing of other people's answers; and what answers taken back leave."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from linkage_people import as_identities

from karvan.errors import DataError
from karvan.linkage import STEP, agreement, decide, decisions, open_pair, review_queue, standing
from karvan.linkage.marks import pieces
from karvan.linkage.sides import reached, row_of
from karvan.workspace import Workspace, run_step

NOON = datetime(2026, 5, 4, 12)
EMRE = {"surname": "KAYA", "given_names": "EMRE", "sex": "M", "birth_date": "1990-05-06", "citizenship": "BBB", "doc_issuer": "BBB"}


def record(number: int, feed: str = "x.border.crossings", **said) -> dict:
    return {"record_id": f"r{number}", "record_type": "crossing", "feed": feed, "delivery_id": "d"} | said


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """Emre under a passport in two spellings and two feeds; Emre under another passport, born on another day of the year; a stranger."""
    ws = Workspace.create(tmp_path_factory.mktemp("sides") / "ws", packs=[])
    rows = [
        record(1, doc_no="A1111111", observed_on=date(2024, 1, 5), **EMRE),
        record(2, "x.office.permits", doc_no="A1111111", observed_on=date(2024, 3, 9), **EMRE | {"surname": "Kayа"}),
        record(3, doc_no="B2222222", observed_on=date(2025, 2, 1), **EMRE | {"birth_date": "1990-11-28"}),
        record(4, doc_no="C3333333", **EMRE | {"surname": "DEMIR", "given_names": "SELIN", "sex": "F", "birth_date": "1971-11-30"}),
    ]
    with ws.lock():
        with ws.transaction() as tx:
            tx.write("identities", as_identities(rows))
        run_step(ws, STEP)
    return ws


def test_a_side_holds_every_record_of_its_number_with_feeds_and_days(linked):
    seen = open_pair(linked, "r3", "r1", actor="a", purpose="review")
    assert (seen.record_a, seen.record_b) == ("r1", "r3")
    assert (seen.side_a.records, seen.side_a.feeds) == (2, ("x.border.crossings", "x.office.permits"))
    assert (seen.side_a.first_on, seen.side_a.last_on, seen.side_b.records) == ("2024-01-05", "2024-03-09", 1)
    surname = next(row for row in seen.rows if row.field == "surname")
    assert {said.value for said in surname.a} == {"KAYA", "Kayа"} and surname.verdict == "same"


def test_each_field_has_its_verdict_and_each_difference_its_place(linked):
    rows = {row.field: row for row in open_pair(linked, "r1", "r3", actor="a", purpose="review").rows}
    assert {field: row.verdict for field, row in rows.items()} == {
        "surname": "same", "given_names": "same", "birth_date": "partly", "sex": "same", "citizenship": "same", "document": "other",
    }  # fmt: skip
    assert [(p.text, p.kind) for p in rows["birth_date"].a[0].pieces] == [("1990-", "same"), ("05", "differs"), ("-", "same"), ("06", "differs")]


def test_the_weights_of_an_opened_pair_add_up_to_its_match_weight(linked):
    found = open_pair(linked, "r1", "r3", actor="a", purpose="review").weighed
    assert found.match_weight == pytest.approx(found.prior + found.rarity + sum(c.weight for c in found.comparisons), abs=0.02)
    assert any("bits" in line for line in found.words)


def test_the_names_of_both_sides_are_told_in_the_readers_language(linked):
    assert str(open_pair(linked, "r1", "r3", actor="a", purpose="review", language="ru").names).splitlines()[1:] == ["  KAYA = KAYA: написано одинаково", "  EMRE = EMRE: написано одинаково"]


@pytest.mark.parametrize(("field", "one", "other", "marked"), [
    ("surname", "HILLMARK", "HILMARCK", "HI[L]LMARK"), ("surname", "MƏMMƏDOV", "MAMMADOV", "M[Ə]MM[Ə]DOV"), ("surname", "Мамедов", "MAMEDOV", "[Мамедов]"), ("surname", "KAYA", "DEMIR", "{KAYA}"),
    ("full_name", "ALI REZA", "RZA ALI", "ALI R[E]ZA"), ("birth_date", "1990-05-06", "1990-05-16", "1990-05-{0}6"), ("birth_date", "1990-05-06", "1990", "1990{-05-06}"), ("personal_no", "1234567", "1234657", "1234{56}7"),
])  # fmt: skip
def test_differences_are_marked_letter_by_letter(field, one, other, marked):
    around = {"same": "{}", "spelling": "[{}]", "differs": "{{{}}}"}
    assert "".join(around[piece.kind].format(piece.text) for piece in pieces(field, one, [other])) == marked


def test_an_opening_is_audited_with_who_and_why_and_says_nothing_of_answers(linked):
    decide(linked, "r1", "r3", "different", who="a", at=NOON, reason="two cousins")
    seen = open_pair(linked, "r1", "r3", actor="ministry.b", purpose="review of May")
    assert "two cousins" not in repr(seen)
    assert "review of May: r1 r3" in linked.audit_log.read_text(encoding="utf-8") and "ministry.b" in linked.audit_log.read_text(encoding="utf-8")


def test_a_pair_without_a_block_key_in_common_is_opened_too_and_an_unknown_record_refused(linked):
    seen = open_pair(linked, "r1", "r4", actor="a", purpose="review")
    assert seen.weighed.match_weight is None and seen.weighed.block is None and not seen.one_person
    assert [c.level for c in seen.weighed.comparisons] == ["other", "other", "other", "same_citizenship", "missing"]
    with pytest.raises(DataError, match="No linked record has the id 'r9'"):
        open_pair(linked, "r1", "r9", actor="a", purpose="review")


def test_records_are_reached_through_numbers_of_their_own_kind_only():
    keys = [("r1", ["n1", None]), ("r2", [None, "n1"]), ("r3", ["n1", "d3"]), ("r4", [None, "d3"])]
    assert reached(keys, "r1") == {"r1", "r3", "r4"}, "the personal number n1 is not the document n1"


def test_many_values_of_a_field_are_counted_beyond_the_first(tmp_path):
    import duckdb

    con = duckdb.connect()
    con.execute("""
        create table sides as select 'a' as side, 'S' || i as surname, 'f' as feed, date '2024-01-01' as observed_on from range(12) t(i)
        union all select 'b', 'S1', 'f', null""")  # fmt: skip
    row = row_of(con, "surname")
    assert (len(row.a), row.more_a, len(row.b), row.more_b, row.verdict) == (8, 4, 1, 0, "same")


def test_an_answer_taken_back_holds_no_more_and_its_pair_waits_for_the_others(tmp_path):
    ws = Workspace.create(tmp_path / "ws", packs=[])
    with ws.lock():
        with ws.transaction() as tx:
            tx.write("identities", as_identities([record(1, doc_no="A1111111", **EMRE), record(2, doc_no="B2222222", **EMRE | {"birth_date": "1990-11-28"})]))
        run_step(ws, STEP)
    decide(ws, "r1", "r2", "same", who="a", at=NOON)
    assert [pair.answers for pair in review_queue(ws, reviewer="b")] == [1] and review_queue(ws, reviewer="a") == []
    decide(ws, "r1", "r2", "skip", who="a", at=NOON)
    assert standing(decisions(ws)) == [] and len(decisions(ws)) == 2
    assert [pair.answers for pair in review_queue(ws, reviewer="b")] == [0]
    decide(ws, "r1", "r2", "same", who="b", at=NOON)
    assert agreement(ws)["pairs"] == 0, "what was taken back agrees with nothing"
    decide(ws, "r1", "r2", "different", who="a", at=NOON)
    decide(ws, "r1", "r2", "same", who="c", at=NOON, senior=True)
    assert agreement(ws) == {"pairs": 1, "agreed": 0.0, "kappa": 0.0, "contradicting": 1}, "who settles has seen both answers, and is no third opinion"
