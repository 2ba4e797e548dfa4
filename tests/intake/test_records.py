"""Rows become records: typed, coded, pseudonymous, with the person apart."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
from datetime import date

import pytest
from feeds import CROSSINGS, GATES, ask, checked, contract, crossings, csv_of, deliver, land, lines, rows_of, run

from drawn import drawn, table
from karvan import intake
from karvan.errors import PackError


def test_a_row_becomes_a_record_and_the_person_goes_to_the_vault(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;Sur;17.04.1985;AAA"))
    run(ws)

    assert drawn(rows_of(ws, "from crossing"), "direction crossed_at crossed_on bcp citizenship birth_year birth_month row_no decision") == table("""
        direction | crossed_at          | crossed_on | bcp | citizenship | birth_year | birth_month | row_no | decision
        in        | 2024-03-04 20:30:00 | 2024-03-05 | P1  | AAA         | 1985       | 4           | 1      | admitted
    """)
    assert drawn(rows_of(ws, "from identities"), "record_type surname birth_date doc_no citizenship observed_on") == table("""
        record_type | surname | birth_date | doc_no | citizenship | observed_on
        crossing    | Sur     | 1985-04-17 | D1     | AAA         | 2024-03-05
    """)


def test_document_numbers_are_in_records_only_as_keyed_pseudonyms(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;d 1;Sur;;AAA"))
    run(ws)
    expected = hmac.new(ws.pseudonym_key(), b"document|D1|", hashlib.sha256).hexdigest()[:32]
    assert ask(ws, "select doc_key from crossing") == [(expected,)]


def test_a_record_keeps_its_number_whatever_else_changes(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;Sur;;AAA"))
    run(ws)
    assert ask(ws, "select record_id from crossing") == [(hashlib.sha256(b"t.bor.crossings|k1").hexdigest()[:32],)]


@pytest.mark.parametrize(
    ("written", "read"),
    [("17.04.1985", "1985-04-17"), ("00.00.1985", "1985"), ("00.04.1985", "1985-04"), ("1985", "1985"), ("<<.04.1985", "1985-04")],
)
def test_birth_dates_may_be_partial(tmp_path, written, read):
    ws = land(tmp_path, crossings())
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of(f"k1;E;05.03.2024 01:30;P1;D1;Sur;{written};AAA"))
    run(ws)
    assert ask(ws, "select birth_date from identities") == [(read,)]


@pytest.mark.parametrize("written", ["31.02.1985", "17.13.1985", "04/17/1985", "00.00.0000", "x"])
def test_a_date_that_does_not_fit_its_profile_is_set_aside_and_never_guessed(tmp_path, written):
    ws = land(tmp_path, crossings())
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of(f"k1;E;05.03.2024 01:30;P1;D1;Sur;{written};AAA"))
    run(ws)
    assert ask(ws, "select reason, field, row_no, found, expected from quarantine") == [("date", "BORN", 1, written, "DD.MM.YYYY, unknown parts as 00")]
    assert ask(ws, "select count(*) from crossing") == [(0,)]


def test_codes_are_mapped_with_their_validity_and_the_original_is_kept(tmp_path):
    born = [*CROSSINGS, {"name": "BORN_IN", "field": "birth_country", "identity": "birth_country", "code_list": "states"}]
    ws = land(tmp_path, contract("t.bor.crossings", born, record="crossing", delimiter=";", period="day", file="crossings_{period}.csv", gates={"rows": [0, 9], "code_miss_share": 1}))
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of(
        "k1;E;05.03.2024 01:30;P1;D1;Sur;17.04.1985;CCC;OLD",       # a state of the past is a place of birth
        "k2;E;05.03.2024 01:30;P1;D1;Sur;17.04.1985;OLD;AAA",       # but nobody's citizenship any more
        "k3;E;05.03.2024 01:30;P1;D1;Sur;17.04.1985;AAB;AAA",
        header="NO;WAY;AT;POINT;DOC;SURNAME;BORN;CIT;BORN_IN"))  # fmt: skip
    run(ws)
    assert ask(ws, "select row_no, citizenship, birth_country, extra from crossing order by row_no") == [
        (1, "CCC", "AAA", '{"BORN_IN":"OLD"}'), (2, None, "AAA", '{"CIT":"OLD"}'), (3, None, "AAA", '{"CIT":"AAB"}'),
    ]  # fmt: skip
    assert ask(ws, "select row_no, reason, field, found, expected from quarantine order by row_no") == [
        (2, "not_understood", "CIT", "OLD", "a code valid on that day"), (3, "not_understood", "CIT", "AAB", "list states"),
    ]  # fmt: skip


@pytest.mark.parametrize("required", [False, True])
def test_an_unknown_code_costs_a_row_only_where_the_value_must_be_there(tmp_path, required):
    columns = [{**c, **({"required": required} if c["name"] == "CIT" else {})} for c in CROSSINGS] + [{"name": "SEX", "field": "sex", "required": required}]
    header = "NO;WAY;AT;POINT;DOC;SURNAME;BORN;CIT;SEX"
    ws = land(tmp_path, contract("t.bor.crossings", columns, record="crossing", delimiter=";", period="day", file="crossings_{period}.csv", gates={"rows": [0, 9], "code_miss_share": 0.5}))
    path = deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of(
        "k1;E;05.03.2024 01:30;P1;D1;Sur;17.04.1985;QQQ;?", "k2;E;05.03.2024 01:31;P1;D2;Sur;17.04.1985;AAA;F", "k3;?;05.03.2024 01:32;P1;D3;Sur;17.04.1985;QQQ;M", header=header))  # fmt: skip
    run(ws)
    line = lines(ws)["crossings_2024-03-05.csv"]
    misses = {g["field"]: g["found"] for g in json.loads(line["gates"]) if g["name"] == "codes"}
    back = list(csv.DictReader(intake.return_file(ws, "t.bor.crossings", out=tmp_path / "back.csv").read_text(encoding="utf-8-sig").splitlines()))
    if required:
        assert (line["rows_read"], line["rows_quarantined"], misses["CIT"]) == (1, 2, 0.6667)
        assert ask(ws, "select distinct reason, field from quarantine where reason <> 'required' order by field") == [("code", "CIT"), ("code", "SEX"), ("code", "WAY")]
        return
    assert (line["rows_read"], line["rows_quarantined"]) == (2, 1)
    assert ask(ws, "select row_no, citizenship, sex, extra from crossing order by row_no") == [(1, None, None, '{"CIT":"QQQ","SEX":"?"}'), (2, "AAA", "F", None)]
    assert misses == {"WAY": 0.3333, "CIT": 0.6667, "SEX": 0.3333}
    assert sorted((r["Row"], r["Column"], r["What is wrong"]) for r in back if "must be there" not in r["What is wrong"]) == [
        ("1", "CIT", "Read, but this value was not understood."), ("1", "SEX", "Read, but this value was not understood."), ("3", "CIT", "This code is not in the list."), ("3", "WAY", "This code is not in the list."),
    ]  # fmt: skip
    dry = checked(ws, "t.bor.crossings", path)
    assert (dry.records, dry.set_aside, sorted(f.reason for f in dry.findings if f.reason != "required")) == (2, 1, ["code", "code", "not_understood", "not_understood"])


def test_a_field_that_no_type_knows_is_kept_in_extra_and_a_secret_one_is_not(tmp_path):
    more = [*CROSSINGS, {"name": "SEAT"}, {"name": "FILE", "classification": "P3"}, {"name": "OFFICER", "drop": True}]
    ws = land(tmp_path, contract("t.bor.crossings", more, record="crossing", delimiter=";", period="day", file="crossings_{period}.csv", gates=GATES))
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;Sur;;AAA;12A;secret;O1", header="NO;WAY;AT;POINT;DOC;SURNAME;BORN;CIT;SEAT;FILE;OFFICER"))
    run(ws)
    assert ask(ws, "select extra from crossing") == [('{"SEAT":"12A"}',)]


def test_one_row_becomes_the_records_that_its_contract_names(tmp_path):
    columns = [
        {"name": "NO", "primaryKey": True}, {"name": "WHAT", "field": "event", "codes": {"L": "lodged", "I": "interviewed"}}, {"name": "RESULT", "field": "outcome"},
        {"name": "DAY", "logicalType": "date", "required": True, "date": "iso"}, {"name": "CASE", "field": "case_no", "identity": "family_no"},
    ]  # fmt: skip
    asylum = contract("t.asy", columns, period="month", file="a_{period}.csv", constants={"procedure": "asylum"}, gates=GATES, observed_on="DAY", records=[
        {"record": "case_event", "when": "WHAT is not null", "fields": {"event_on": "DAY"}}, {"record": "decision", "when": "RESULT is not null", "fields": {"decided_on": "DAY"}},
    ])  # fmt: skip
    ws = land(tmp_path, asylum)
    deliver(ws, "t.asy", "a_2024-03.csv", "NO,WHAT,RESULT,DAY,CASE\n1,L,,2024-03-01,c1\n2,,granted,2024-03-09,c1\n3,I,refused,2024-03-10,c2\n4,,,2024-03-11,c2\n")
    run(ws)
    assert ask(ws, "select event, event_on from case_event order by event_on") == [("lodged", date(2024, 3, 1)), ("interviewed", date(2024, 3, 10))]
    assert ask(ws, "select outcome, case_no from decision order by decided_on") == [("granted", "c1"), ("refused", "c2")]
    assert ask(ws, "select row_no, reason from quarantine") == [(4, "no_record")]
    row = lines(ws, "t.asy")["a_2024-03.csv"]
    assert (row["rows_read"], row["records"], row["rows_quarantined"]) == (3, 4, 1)


def test_a_declared_filter_leaves_rows_out_and_counts_them(tmp_path):
    columns = [{"name": "AREA", "primaryKey": True, "field": "area"}, {"name": "N", "logicalType": "number", "field": "value", "decimal": ","}]
    stock = contract("t.obs", columns, record="observation", person_key="none", period="edition", file="*.csv", constants={"source": "x", "measure": "M", "unit": "person"},
                     where=[{"keep": "AREA <> 'TOTAL'", "because": "totals are computed, not read"}], gates=GATES, delimiter=";")  # fmt: skip
    ws = land(tmp_path, stock)
    deliver(ws, "t.obs", "stock.csv", "AREA;N\nAAA;1 204,5\nTOTAL;9\n")
    run(ws)
    assert ask(ws, "select area, value, unit from observation") == [("AAA", 1204.5, "person")]
    assert ask(ws, "select row_no, reason, expected from quarantine") == [(2, "declared_out_of_scope", "totals are computed, not read")]


def test_columns_turn_into_rows(tmp_path):
    columns = [{"name": "AREA", "field": "area"}, {"name": "year", "field": "period"}, {"name": "n", "logicalType": "number", "field": "value"}]
    wide = contract("t.obs", columns, record="observation", person_key="none", period="edition", file="*.csv", constants={"source": "x", "measure": "M", "unit": "person"},
                    unpivot={"columns": ["2010", "2020"], "name": "year", "value": "n"}, gates=GATES)  # fmt: skip
    ws = land(tmp_path, wide)
    deliver(ws, "t.obs", "wide.csv", "AREA,2010,2020\nAAA,1,2\nBBB,3,x\n")
    run(ws)
    assert ask(ws, "select area, period, value from observation order by all") == [("AAA", "2010", 1.0), ("AAA", "2020", 2.0)]
    row = lines(ws, "t.obs")["wide.csv"]
    assert (row["rows"], row["rows_read"], row["records"], row["rows_quarantined"]) == (2, 1, 2, 1)


def test_check_digits_are_computed_as_icao_9303_says(tmp_path):
    more = [*(c for c in CROSSINGS if c["name"] != "DOC"), {"name": "DOC", "identity": "doc_no", "check_digit": "mrz", "check_column": "DIGIT"}, {"name": "DIGIT"}]
    ws = land(tmp_path, contract("t.bor.crossings", more, record="crossing", delimiter=";", period="day", file="crossings_{period}.csv", gates={"check_digit_share": 1}))
    header = "NO;WAY;AT;POINT;SURNAME;BORN;CIT;DOC;DIGIT"
    # L898902C3 with digit 6 is the specimen of ICAO 9303, part 4, appendix B.
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of(
        "k1;E;05.03.2024 01:30;P1;;;AAA;L898902C3;6", "k2;E;05.03.2024 01:30;P1;;;AAA;L898902C3;5", "k3;E;05.03.2024 01:30;P1;;;AAA;L898902C3;", header=header))  # fmt: skip
    run(ws)
    assert ask(ws, "select row_no from crossing order by 1") == [(1,), (3,)]
    assert ask(ws, "select row_no, reason, field from quarantine") == [(2, "check_digit", "DOC")]


def test_a_rule_of_the_contract_sets_rows_aside_in_its_own_words(tmp_path):
    rules = [{"expression": "crossed_on >= period_from", "text": {"en": "not earlier than the first day due"}}]
    ws = land(tmp_path, crossings(checks=rules))
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of("k1;E;04.03.2024 23:30;P1;D1;;;AAA", "k2;E;05.03.2024 00:30;P1;D1;;;AAA"))
    run(ws)
    assert ask(ws, "select row_no, reason, expected from quarantine") == [(1, "check", "not earlier than the first day due")]


def test_crossings_stamped_in_one_second_are_counted(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;;;AAA", "k2;E;05.03.2024 01:30;P1;D2;;;AAA", "k3;E;05.03.2024 01:30;P2;D3;;;AAA"))
    run(ws)
    assert ask(ws, "select bcp, same_second from crossing order by row_no") == [("P1", 2), ("P1", 2), ("P2", 1)]


def test_a_contract_that_fills_too_little_is_said_with_its_file(tmp_path):
    ws = land(tmp_path, contract("t.bor.crossings", CROSSINGS[:2], record="crossing", delimiter=";", period="day", file="crossings_{period}.csv"))
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", "NO;WAY\n")
    with pytest.raises(PackError, match="crossed_at") as wrong:
        run(ws)
    assert "t.bor.crossings.yaml" in wrong.value.where


def test_extra_is_json(tmp_path):
    ws = land(tmp_path, contract("t.bor.crossings", [*CROSSINGS, {"name": "NOTE"}], record="crossing", delimiter=";", period="day", file="crossings_{period}.csv", gates=GATES))
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of('k1;E;05.03.2024 01:30;P1;D1;;;AAA;"say ""so""; then"', header="NO;WAY;AT;POINT;DOC;SURNAME;BORN;CIT;NOTE"))
    run(ws)
    assert json.loads(ask(ws, "select extra from crossing")[0][0]) == {"NOTE": 'say "so"; then'}
