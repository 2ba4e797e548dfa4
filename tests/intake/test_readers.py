"""Every kind of file gives the same records; what is not as the contract says is said."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from feeds import CROSSINGS, GATES, ask, contract, crossings, csv_of, deliver, land, lines, run

from karvan.intake.step import held_reasons

FEED = "t.bor.crossings"
ROWS = [("k1", "E", "05.03.2024 01:30", "P1", "D1", "Əliyev", "17.04.1985", "AAA"), ("k2", "X", "05.03.2024 02:00", "P2", "D2", "Иванов", "00.00.1990", "BBB")]
NAMES = ("NO", "WAY", "AT", "POINT", "DOC", "SURNAME", "BORN", "CIT")


def made(form: str, suffix: str, columns: list | None = None, **karvan):
    return contract(FEED, columns or CROSSINGS, form=form, record="crossing", period="day", file=f"crossings_{{period}}.{suffix}", gates=GATES, **karvan)


def xlsx(rows: list, *, sheet: str = "Data", before: int = 0) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number + before, 0, row)
    book.close()
    return out.getvalue()


def xml() -> bytes:
    body = "".join(f'<r:Row no="{r[0]}"><r:Way>{r[1]}</r:Way><r:At>{r[2]}</r:At><r:Who><r:Doc n="{r[4]}"/><r:Sur>{r[5]}</r:Sur><r:Born>{r[6]}</r:Born><r:Cit>{r[7]}</r:Cit></r:Who></r:Row>' for r in ROWS)
    points = f'<r:Point code="P1">{body}</r:Point>'
    return f'<?xml version="1.0" encoding="UTF-8"?><r:All xmlns:r="urn:x">{points}</r:All>'.encode()


XML_PATHS = {"NO": "@no", "WAY": "r:Way", "AT": "r:At", "POINT": "../@code", "DOC": "r:Who/r:Doc/@n", "SURNAME": "r:Who/r:Sur", "BORN": "r:Who/r:Born", "CIT": "r:Who/r:Cit"}
JSON_PATHS = {"DOC": "who.doc.no", "SURNAME": "who.name", "BORN": "who.born", "CIT": "who.cit"}


def nested() -> list[dict]:
    return [{"NO": r[0], "WAY": r[1], "AT": r[2], "POINT": r[3], "who": {"doc": {"no": r[4]}, "name": r[5], "born": r[6], "cit": r[7]}} for r in ROWS]


def with_paths(paths: dict[str, str]) -> list[dict]:
    return [c | {"path": paths[c["name"]]} if c["name"] in paths else c for c in CROSSINGS]


def fixed() -> tuple[list[dict], str]:
    widths, start, columns = (4, 1, 16, 3, 6, 12, 10, 3), 1, []
    for column, width in zip(CROSSINGS, widths, strict=True):
        columns.append(column | {"start": start, "width": width})
        start += width
    return columns, "\r\n".join("".join(cell.ljust(w) for cell, w in zip(r, widths, strict=True)) for r in ROWS) + "\r\n"


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({n: [r[i] for r in ROWS] for i, n in enumerate(NAMES)}), out)
    return out.getvalue()


KINDS = {
    "csv": lambda: (made("csv", "csv", delimiter=";"), csv_of(*(";".join(r) for r in ROWS)).encode()),
    "csv, crlf, bom": lambda: (made("csv", "csv", delimiter=";", encoding="utf-8-sig"), b"\xef\xbb\xbf" + csv_of(*(";".join(r) for r in ROWS)).replace("\n", "\r\n").encode()),
    "csv, quoted": lambda: (made("csv", "csv"), ("\n".join(",".join(f'"{c}"' for c in r) for r in (NAMES, *ROWS)) + "\n").encode()),
    "tsv, other order": lambda: (made("csv", "tsv", delimiter="\t"), ("\n".join("\t".join(reversed(r)) for r in (NAMES, *ROWS)) + "\n").encode()),
    "utf-16": lambda: (made("csv", "csv", delimiter=";", encoding="utf-16"), csv_of(*(";".join(r) for r in ROWS)).encode("utf-16")),
    "csv.gz": lambda: (made("csv", "csv", delimiter=";"), gzip.compress(csv_of(*(";".join(r) for r in ROWS)).encode())),
    "fixed width": lambda: (made("fixed_width", "txt", columns=fixed()[0]), fixed()[1].encode()),
    "xlsx": lambda: (made("xlsx", "xlsx", sheet="Data", skip_rows=1), xlsx([NAMES, *ROWS], before=1)),
    "xml": lambda: (made("xml", "xml", columns=with_paths(XML_PATHS), rows=".//r:Row", namespaces={"r": "urn:x"}), xml()),
    "json": lambda: (made("json", "json", columns=with_paths(JSON_PATHS), rows="data"), json.dumps({"head": [], "data": nested()}, ensure_ascii=False).encode()),
    "jsonl": lambda: (made("jsonl", "jsonl", columns=with_paths(JSON_PATHS)), "\n".join(json.dumps(r) for r in nested()).encode()),
    "parquet": lambda: (made("parquet", "parquet"), parquet()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same_records(tmp_path, kind):
    one, content = KINDS[kind]()
    ws = land(tmp_path, one)
    suffix = one["customProperties"][0]["value"]["file"].rsplit(".", 1)[1]
    deliver(ws, FEED, f"crossings_2024-03-05.{suffix}{'.gz' if kind == 'csv.gz' else ''}", content)
    run(ws)
    assert ask(ws, "select row_no, direction, crossed_at, birth_year, citizenship from crossing order by row_no") == [
        (1, "in", datetime(2024, 3, 4, 20, 30), 1985, "AAA"), (2, "out", datetime(2024, 3, 4, 21, 0), 1990, "BBB")]  # fmt: skip
    assert ask(ws, "select surname, doc_no, birth_date from identities order by 2") == [("Əliyev", "D1", "1985-04-17"), ("Иванов", "D2", "1990")]


def test_an_agency_of_the_nineties_is_read_by_its_code_page(tmp_path):
    ws = land(tmp_path, crossings(encoding="cp1251"))
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;Иванов;;AAA"), encoding="cp1251")
    run(ws)
    assert ask(ws, "select surname from identities") == [("Иванов",)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (csv_of("k1;E;05.03.2024 01:30;P1;D1;Иванов;;AAA").encode("cp1251"), "is not in utf-8"),
        (csv_of("k1;E;05.03.2024 01:30;P1;D1;x;;AAA").encode("utf-16"), "the mark of UTF-16"),
        (csv_of("k1;E;05.03.2024 01:30;P1;D1;x;;AAA").replace(";", ",").encode(), "columns are missing"),
        (csv_of("k1;E;05.03.2024 01:30;P1;D1;x;;AAA").replace("SURNAME", "SURENAME").encode(), "1 of 8 columns are missing: `SURNAME`"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_not_what_the_contract_says_is_held_and_says_why(tmp_path, content, said):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", content)
    run(ws)
    row = lines(ws)["crossings_2024-03-05.csv"]
    assert row["state"] == "held"
    assert said in held_reasons(row)[0]["found"]
    assert ask(ws, "select count(*) from crossing") == [(0,)]


def test_another_delimiter_is_named(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;x;;AAA").replace(";", ","))
    run(ws)
    assert "divided by commas; the contract says semicolons" in held_reasons(lines(ws)["crossings_2024-03-05.csv"])[0]["limit"]


def test_rows_that_cannot_be_split_are_set_aside_with_their_number_and_text(tmp_path):
    ws = land(tmp_path, crossings(gates={"rows": [0, 9], "by_chance": 0}))
    good = "k1;E;05.03.2024 01:30;P1;D1;x;;AAA"
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(good, "k2;E;05", "", 'k3;E;05.03.2024 01:30;P1;D1;"open;;AAA', good.replace("k1", "k4")))
    run(ws)
    assert ask(ws, "select row_no, reason, found, raw from quarantine order by row_no") == [(2, "columns", "3", "k2;E;05"), (3, "quotes", "0", 'k3;E;05.03.2024 01:30;P1;D1;"open;;AAA')]
    assert ask(ws, "select row_no from crossing order by 1") == [(1,), (4,)]


def test_a_line_end_inside_quotation_marks_does_not_end_the_row(tmp_path):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of('k1;E;05.03.2024 01:30;P1;D1;"two\nlines; ""so""";;AAA', "k2;E;05.03.2024 01:30;P1;D2;y;;AAA"))
    run(ws)
    assert ask(ws, "select surname from identities order by doc_no") == [('two\nlines; "so"',), ("y",)]
    assert ask(ws, "select row_no from crossing order by 1") == [(1,), (2,)]


def test_members_of_a_nested_row_become_records_of_their_own(tmp_path):
    columns = [
        {"name": "case", "field": "case_no", "identity": "family_no", "path": "case"}, {"name": "day", "logicalType": "date", "field": "event_on", "date": "iso", "path": "day"},
        {"name": "member", "logicalType": "integer", "field": "member_no", "path": "members.no"}, {"name": "name", "identity": "full_name", "path": "members.name"},
    ]  # fmt: skip
    one = contract("t.asy", columns, form="json", rows="cases", period="month", file="a_{period}.json", gates=GATES, records=[
        {"record": "case_event", "each": "members", "constants": {"procedure": "asylum", "event": "lodged"}}])  # fmt: skip
    ws = land(tmp_path, one)
    rows = [{"case": "c1", "day": "2024-03-01", "members": [{"no": 1, "name": "A"}, {"no": 2, "name": "B"}]}, {"case": "c2", "day": "2024-03-02", "members": []}]
    deliver(ws, "t.asy", "a_2024-03.json", json.dumps({"cases": rows}))
    run(ws)
    assert ask(ws, "select case_no, member_no, row_no from case_event order by all") == [("c1", 1, 1), ("c1", 2, 1)]
    assert ask(ws, "select full_name, family_no from identities order by 1") == [("A", "c1"), ("B", "c1")]
    assert ask(ws, "select row_no, reason from quarantine") == [(2, "no_record")]
    row = lines(ws, "t.asy")["a_2024-03.json"]
    assert (row["rows"], row["rows_read"], row["records"], row["rows_quarantined"]) == (2, 1, 2, 1)


def test_members_in_xml_become_records_of_their_own(tmp_path):
    columns = [
        {"name": "case", "field": "case_no", "identity": "family_no", "path": "@no"}, {"name": "day", "logicalType": "date", "field": "event_on", "date": "iso", "path": "Day"},
        {"name": "name", "identity": "full_name", "path": "Member/Name"},
    ]  # fmt: skip
    one = contract("t.asy", columns, form="xml", rows=".//Case", period="month", file="a_{period}.xml", gates=GATES, records=[
        {"record": "case_event", "each": "Member", "constants": {"procedure": "asylum", "event": "lodged"}}])  # fmt: skip
    ws = land(tmp_path, one)
    deliver(ws, "t.asy", "a_2024-03.xml", '<All><Case no="c1"><Day>2024-03-01</Day><Member><Name>A</Name></Member><Member><Name>B</Name></Member></Case></All>')
    run(ws)
    assert ask(ws, "select full_name, family_no from identities order by 1") == [("A", "c1"), ("B", "c1")]


def test_dates_of_other_calendars_of_machines(tmp_path):
    columns = [
        {"name": "NO", "primaryKey": True}, {"name": "SAS", "field": "entered_on", "date": "sas_days"}, {"name": "XL", "field": "left_on", "date": "excel_serial"},
        {"name": "ISO", "field": "admitted_until_on", "date": "iso"},
    ]  # fmt: skip
    ws = land(tmp_path, contract("t.stay", columns, record="stay", person_key="none", period="month", file="s_{period}.csv", gates=GATES))
    deliver(ws, "t.stay", "s_2016-04.csv", "NO,SAS,XL,ISO\n1,20545,42461,2016-04-01\n2,20545.0,2016-04-01,2016-04-01T22:00:00Z\n")
    run(ws)
    assert ask(ws, "select entered_on, left_on, admitted_until_on from stay order by row_no") == [(date(2016, 4, 1),) * 3, (date(2016, 4, 1), date(2016, 4, 1), date(2016, 4, 2))]


def test_a_row_number_counts_over_pieces(tmp_path, monkeypatch):
    from karvan.intake import bytes_in, reading

    monkeypatch.setattr(bytes_in.utf8_blocks, "__kwdefaults__", bytes_in.utf8_blocks.__kwdefaults__ | {"block": 100})
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    ws = land(tmp_path, crossings(gates={}))
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(*(f"k{i};E;05.03.2024 01:30;P1;D{i};{'x' * (i % 40)};;{'AAA' if i != 33 else 'QQQ'}" for i in range(1, 60))))
    run(ws)
    assert ask(ws, "select row_no from quarantine") == [(33,)]
    assert [doc for (doc,) in ask(ws, "select i.doc_no from crossing c join identities i using (record_id) order by c.row_no")] == [f"D{i}" for i in range(1, 60)]


def test_an_archive_of_one_file_is_opened(tmp_path):
    ws = land(tmp_path, crossings())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("whatever.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;x;;AAA"))
    deliver(ws, FEED, "crossings_2024-03-05.csv.zip", out.getvalue())
    run(ws)
    assert lines(ws)["crossings_2024-03-05.csv.zip"]["rows_read"] == 1
