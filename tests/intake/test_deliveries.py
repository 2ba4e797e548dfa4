"""Whole deliveries: the same twice, corrected, held, accepted; and the last day that is complete."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from feeds import GATES, ask, contract, crossings, csv_of, deliver, land, lines, run, write_contract

from karvan import intake
from karvan.errors import BusyError, DataError, SetupError
from karvan.intake.gates import over

FEED = "t.bor.crossings"


def row(key: str, day: int = 5, way: str = "E", cit: str = "AAA", point: str = "P1") -> str:
    return f"{key};{way};{day:02}.03.2024 01:30;{point};D{key};;;{cit}"


def test_the_same_file_twice_changes_nothing(tmp_path):
    ws = land(tmp_path, crossings())
    path = deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1")))
    run(ws)
    before = {name: ws.version(name).content for name in ("crossing", "identities", "deliveries")}
    assert intake.load(ws, FEED, path) == path
    deliver(ws, FEED, "crossings_2024-03-05 copy.csv", csv_of(row("k1")))
    run(ws)
    assert {name: ws.version(name).content for name in before} == before
    assert run(ws) is None


def test_a_corrected_file_replaces_its_period_and_keeps_the_old_bytes(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1"), row("k2", cit="QQQ")))
    deliver(ws, FEED, "crossings_2024-03-06.csv", csv_of(row("k3", 6)))
    run(ws)
    assert ask(ws, "select row_no, reason from quarantine") == [(2, "not_understood")]

    corrected = tmp_path / "crossings_2024-03-05.csv"
    corrected.write_text(csv_of(row("k1"), row("k2", cit="BBB"), row("k9")), encoding="utf-8")
    there = intake.load(ws, FEED, corrected)
    run(ws)
    assert there.name == "crossings_2024-03-05_r2.csv"
    assert (ws.extracts / FEED / "crossings_2024-03-05.csv").exists()
    assert ask(ws, "select count(*) from crossing") == [(4,)]
    assert ask(ws, "select count(*) from quarantine") == [(0,)]
    found = lines(ws)
    assert (found["crossings_2024-03-05.csv"]["state"], found["crossings_2024-03-05.csv"]["rows_superseded"]) == ("superseded", 2)
    assert found["crossings_2024-03-05_r2.csv"]["rows_read"] == 3


def test_a_row_that_comes_again_is_a_duplicate_and_one_that_comes_changed_replaces(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1"), row("k1"), row("k2"), row("k3")))
    run(ws)
    deliver(ws, FEED, "crossings_2024-03-06.csv", csv_of(row("k2"), row("k3", way="X")))
    run(ws)
    first, second = lines(ws)["crossings_2024-03-05.csv"], lines(ws)["crossings_2024-03-06.csv"]
    assert (first["rows_read"], first["rows_duplicate"], first["rows_superseded"], first["records"]) == (2, 1, 1, 2)
    assert (second["rows_read"], second["rows_duplicate"], second["records"]) == (1, 1, 1)
    assert ask(ws, "select direction, row_no from crossing order by all") == [("in", 1), ("in", 3), ("out", 2)]


def test_the_result_does_not_depend_on_the_number_of_runs(tmp_path):
    files = [("05", [row("a"), row("b"), row("b")]), ("06", [row("a"), row("b", way="X"), row("c", 6)]), ("07", [row("b"), row("c", 6), row("d", 7)]), ("08", [row("d", 7, way="X"), row("a", cit="QQQ")])]
    at_once, bit_by_bit = land(tmp_path / "one", crossings()), land(tmp_path / "two", crossings())
    for day, rows in files:
        deliver(at_once, FEED, f"crossings_2024-03-{day}.csv", csv_of(*rows))
        deliver(bit_by_bit, FEED, f"crossings_2024-03-{day}.csv", csv_of(*rows))
        run(bit_by_bit)
    run(at_once)
    said = "select record_id, delivery_id, row_no, direction, crossed_on, same_second from crossing order by all"
    assert ask(at_once, said) == ask(bit_by_bit, said)
    assert ask(at_once, "select record_id, doc_no from identities order by all") == ask(bit_by_bit, "select record_id, doc_no from identities order by all")
    counted = ("rows", "rows_read", "rows_duplicate", "rows_superseded", "rows_quarantined", "records")
    assert [[r[k] for k in counted] for r in lines(at_once).values()] == [[r[k] for k in counted] for r in lines(bit_by_bit).values()]


def test_a_late_file_of_an_earlier_day_takes_its_place_in_time(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-06.csv", csv_of(row("k1", way="X")))
    run(ws)
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1", way="E")))
    run(ws)
    assert ask(ws, "select direction from crossing") == [("out",)]
    assert lines(ws)["crossings_2024-03-05.csv"]["rows_superseded"] == 1


def test_a_delivery_that_fails_a_gate_is_held_whole_until_someone_accepts_it(tmp_path):
    ws = land(tmp_path, crossings(gates={"rows": [2, 100]}))
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1")))
    run(ws)
    held = lines(ws)["crossings_2024-03-05.csv"]
    assert (held["state"], held["rows_held"], held["records"]) == ("held", 1, 0)
    assert ask(ws, "select count(*) from crossing") == [(0,)]
    with pytest.raises(DataError, match="Who accepts it"):
        intake.accept(ws, held["delivery_id"], by="", reason="x")
    intake.accept(ws, held["delivery_id"], by="head of data", reason="a quiet day, confirmed by the service")
    run(ws)
    accepted = lines(ws)["crossings_2024-03-05.csv"]
    assert (accepted["state"], accepted["rows_read"], accepted["accepted_by"]) == ("accepted", 1, "head of data: a quiet day, confirmed by the service")
    assert run(ws) is None
    assert '"act": "accept"' in ws.audit_log.read_text(encoding="utf-8")


def test_a_correction_that_is_held_does_not_replace_what_is_in_force(tmp_path):
    ws = land(tmp_path, crossings(gates={"rows": [2, 100]}))
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1"), row("k2")))
    deliver(ws, FEED, "crossings_2024-03-05_r2.csv", csv_of(row("k1")))
    run(ws)
    assert {f: r["state"] for f, r in lines(ws).items()} == {"crossings_2024-03-05.csv": "accepted", "crossings_2024-03-05_r2.csv": "held"}
    assert ask(ws, "select count(*) from crossing") == [(2,)]
    intake.accept(ws, lines(ws)["crossings_2024-03-05_r2.csv"]["delivery_id"], by="x", reason="one crossing was an error")
    run(ws)
    assert {f: r["state"] for f, r in lines(ws).items()} == {"crossings_2024-03-05.csv": "superseded", "crossings_2024-03-05_r2.csv": "accepted"}
    assert ask(ws, "select count(*) from crossing") == [(1,)]


def test_unknown_codes_hold_a_delivery_only_beyond_chance(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(*(row(f"k{i}", cit="QQQ" if i == 0 else "AAA") for i in range(40))))
    deliver(ws, FEED, "crossings_2024-03-06.csv", csv_of(*(row(f"m{i}", 6, cit="QQQ" if i < 10 else "AAA") for i in range(40))))
    run(ws)
    assert [r["state"] for r in lines(ws).values()] == ["accepted", "held"]
    assert over(10, 40, 0.01, 0.001)
    assert not over(1, 40, 0.01, 0.001)


def test_a_fill_rate_that_falls_holds_a_delivery(tmp_path):
    loose = crossings()
    ws = land(tmp_path, loose)
    for day in (5, 6):
        deliver(ws, FEED, f"crossings_2024-03-0{day}.csv", csv_of(*(row(f"{day}k{i}", day) for i in range(60))))
    run(ws)
    deliver(ws, FEED, "crossings_2024-03-07.csv", csv_of(*(row(f"7k{i}", 7, way="" if i < 20 else "E") for i in range(60))))
    run(ws)
    found = lines(ws)["crossings_2024-03-07.csv"]
    assert found["state"] == "held"
    assert [(g["name"], g["field"]) for g in intake.step.held_reasons(found)] == [("fill", "WAY")]


def test_a_file_whose_dates_are_in_another_form_is_held_whole_even_if_it_is_the_first(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(*(row(f"k{i}").replace("05.03.2024", "2024-03-05") for i in range(40))))
    run(ws)
    found = lines(ws)["crossings_2024-03-05.csv"]
    assert found["state"] == "held"
    assert [(g["name"], g["field"]) for g in intake.step.held_reasons(found)] == [("layout", None)]


def test_a_rule_that_compares_a_number_with_text_is_said_before_any_row_is_read(tmp_path):
    from karvan.errors import PackError

    strange = crossings(where=[{"keep": "AT <> 'Monday'", "because": "x"}])
    ws = land(tmp_path, strange)
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1")))
    with pytest.raises(PackError, match=r"cannot be worked out.*Monday"):
        run(ws)


def test_a_changed_contract_reads_the_files_again(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1"), row("k2", cit="QQQ")))
    run(ws)
    assert ask(ws, "select row_no, reason from quarantine") == [(2, "not_understood")]
    assert ask(ws, "select citizenship, extra from crossing where row_no = 2") == [(None, '{"CIT":"QQQ"}')]
    with open(tmp_path / "packs/t/code_lists/states.csv", "a", encoding="utf-8") as listed:
        listed.write("QQQ,Quland,,,\n")
    run(ws)
    assert lines(ws)["crossings_2024-03-05.csv"]["rows_read"] == 2
    assert ask(ws, "select citizenship, extra from crossing where row_no = 2") == [("QQQ", None)]
    assert ask(ws, "select count(*) from quarantine") == [(0,)]


def test_the_last_complete_day_is_before_the_first_gap_not_the_latest_row(tmp_path):
    ws = land(tmp_path, crossings())
    for day in (5, 6, 8):
        deliver(ws, FEED, f"crossings_2024-03-0{day}.csv", csv_of(row(f"k{day}", day)))
    run(ws)
    assert intake.observed_until(ws, FEED) == date(2024, 3, 6) == intake.observed_until(ws)
    deliver(ws, FEED, "crossings_2024-03-07.csv", csv_of())
    run(ws)
    assert intake.observed_until(ws) == date(2024, 3, 8)


@pytest.mark.parametrize(("opens_with", "first_on"), [("events", date(2024, 3, 1)), ("state", date(2024, 4, 1))])
def test_events_are_complete_only_after_a_first_file_that_brings_the_state_of_a_register(tmp_path, opens_with, first_on):
    """In March it holds what was registered before and is still in force; whoever registered in March and left in March is not in it."""
    columns = [{"name": "NO", "primaryKey": True}, {"name": "DOC", "identity": "doc_no"}, {"name": "ON", "logicalType": "date", "field": "registered_on", "date": "iso"}]
    ws = land(tmp_path, contract("t.stays", columns, record="registration", period="month", file="stays_{period}.csv", gates=GATES, opens_with=opens_with))
    deliver(ws, "t.stays", "stays_2024-03.csv", "NO,DOC,ON\n1,a,2023-11-02\n2,b,2024-03-05\n")
    deliver(ws, "t.stays", "stays_2024-04.csv", "NO,DOC,ON\n3,c,2024-04-09\n")
    run(ws)
    assert ask(ws, "select first_on, complete_until_on from completeness") == [(first_on, date(2024, 4, 30))]
    assert ask(ws, "select count(*) from registration") == [(3,)]


def test_a_border_point_that_falls_silent_is_complete_to_its_last_row(tmp_path):
    ws = land(tmp_path, crossings())
    for day in range(1, 29):
        rows = [row(f"{day}a{i}", day, point="P1") for i in range(30)]
        rows += [row(f"{day}b{i}", day, point="P2") for i in range(30 if day < 20 else 0)] + ([row(f"{day}c", day, point="P3")] if day == 2 else [])
        deliver(ws, FEED, f"crossings_2024-03-{day:02}.csv", csv_of(*rows))
    run(ws)
    assert ask(ws, "select point, complete_until_on from completeness order by point nulls first") == [
        (None, date(2024, 3, 28)), ("P1", date(2024, 3, 28)), ("P2", date(2024, 3, 19)), ("P3", date(2024, 3, 28))]  # fmt: skip


def test_a_border_point_that_the_code_list_says_is_closed_owes_nothing_since(tmp_path):
    """P2 was closed on the 19th; P4 too, but it fell silent a week before that. P5 was closed once and opened again, and fell silent."""
    points = "code,name_en,valid_from,valid_to\nP1,First,,\nP2,Second,,2024-03-19\nP4,Fourth,,2024-03-19\nP5,Fifth,,2019-12-31\nP5,Fifth,2021-01-01,\n"
    there = crossings()
    next(p for p in there["schema"][0]["properties"] if p["name"] == "POINT")["customProperties"].append({"property": "code_list", "value": "points"})
    ws = land(tmp_path, there)
    (tmp_path / "packs" / "t" / "code_lists" / "points.csv").write_text(points, encoding="utf-8")
    for day in range(1, 29):
        open_points = ["P1", *(["P2"] if day < 20 else []), *(["P4", "P5"] if day < 13 else [])]
        deliver(ws, FEED, f"crossings_2024-03-{day:02}.csv", csv_of(*(row(f"{day}{point}{i}", day, point=point) for point in open_points for i in range(30))))
    run(ws)
    assert ask(ws, "select point, complete_until_on from completeness order by point nulls first") == [
        (None, date(2024, 3, 28)), ("P1", date(2024, 3, 28)), ("P2", date(2024, 3, 28)), ("P4", date(2024, 3, 12)), ("P5", date(2024, 3, 12))]  # fmt: skip


def test_a_snapshot_replaces_the_one_before(tmp_path):
    columns = [{"name": "NO", "primaryKey": True}, {"name": "DOC", "identity": "doc_no"}, {"name": "SINCE", "logicalType": "date", "field": "since_on", "date": "iso"}]
    ws = land(tmp_path, contract("t.reg", columns, record="resident", period="snapshot", file="reg_{period}.csv", gates=GATES))
    deliver(ws, "t.reg", "reg_2024-03-31.csv", "NO,DOC,SINCE\n1,a,2020-01-01\n2,b,2021-01-01\n")
    deliver(ws, "t.reg", "reg_2024-04-30.csv", "NO,DOC,SINCE\n2,b,2021-01-01\n3,c,2024-04-01\n")
    run(ws)
    assert ask(ws, "select count(*), min(row_no) from resident") == [(2, 1)]
    assert {f: r["state"] for f, r in lines(ws, "t.reg").items()} == {"reg_2024-03-31.csv": "superseded", "reg_2024-04-30.csv": "accepted"}


def test_records_stay_when_the_bytes_are_deleted_after_their_time(tmp_path):
    ws = land(tmp_path, crossings())
    old = deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1")))
    run(ws)
    old.unlink()
    deliver(ws, FEED, "crossings_2024-03-06.csv", csv_of(row("k2", 6)))
    run(ws)
    assert ask(ws, "select count(*) from crossing") == [(2,)]
    assert intake.observed_until(ws) == date(2024, 3, 6)


def test_a_late_delivery_is_seen_in_the_scorecard(tmp_path):
    ws = land(tmp_path, crossings())
    source = tmp_path / "crossings_2024-03-05.csv"
    source.write_text(csv_of(row("k1")), encoding="utf-8")
    intake.load(ws, FEED, source, received_on=date(2024, 3, 10))
    run(ws)
    score = intake.scorecard(ws, FEED)[0]
    assert (score["due_on"], score["received_on"], score["days_late"]) == (date(2024, 3, 7), date(2024, 3, 10), 3)


def test_a_file_name_that_does_not_fit_holds_the_delivery(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "final FINAL.csv", csv_of(row("k1")))
    run(ws)
    assert [g["name"] for g in intake.step.held_reasons(lines(ws)["final FINAL.csv"])] == ["file_name"]


def test_only_one_run_at_a_time(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1")))
    with ws.lock(), pytest.raises(BusyError):
        run(ws)


def test_load_says_what_is_wrong(tmp_path):
    ws = land(tmp_path, crossings())
    with pytest.raises(DataError, match="no feed") as wrong:
        intake.load(ws, "t.bor.crosings", tmp_path / "x.csv")
    assert "t.bor.crossings" in wrong.value.fix
    with pytest.raises(SetupError, match="no such file"):
        intake.load(ws, FEED, tmp_path / "absent.csv")
    with pytest.raises(DataError, match="no feed"):
        intake.load(ws, "../../etc", tmp_path / "x.csv")
    if os.geteuid() != 0:
        secret = tmp_path / "secret.csv"
        secret.write_text("x")
        secret.chmod(0)
        with pytest.raises(SetupError, match="cannot be read"):
            intake.load(ws, FEED, secret)


def test_contracts_may_be_added_later(tmp_path):
    ws = land(tmp_path)
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(row("k1")))
    run(ws)
    assert intake.ledger(ws) == []
    write_contract(tmp_path, crossings())
    run(ws)
    assert lines(ws)["crossings_2024-03-05.csv"]["rows_read"] == 1
    assert isinstance(Path(ws.root), Path)
