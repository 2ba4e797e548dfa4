"""Extracts are data, never code: bombs, tricks with paths, entities and formulas are refused."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile

import pytest
from feeds import CROSSINGS, GATES, ask, contract, crossings, csv_of, deliver, land, lines, run
from python_calamine import CalamineWorkbook

from karvan import intake
from karvan.errors import DataError
from karvan.intake.deliveries import feed_folder, safe_name
from karvan.intake.step import held_reasons

FEED = "t.bor.crossings"


def zipped(**files: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("crossings_2024-03-05.csv.gz", gzip.compress(b"a" * (60 << 20), mtime=0), "times its size"),
        ("crossings_2024-03-05.csv.zip", zipped(x=b"a" * (60 << 20)), "times its size"),
        ("crossings_2024-03-05.csv.zip", zipped(**{"../../etc/cron.d/x": "x"}), "outside its own folder"),
        ("crossings_2024-03-05.csv.zip", zipped(**{"/etc/passwd": "x"}), "outside its own folder"),
        ("crossings_2024-03-05.csv.zip", zipped(a="1", b="2"), "holds 2 files"),
        ("crossings_2024-03-05.csv.zip", b"PK\x03\x04 no archive", "damaged"),
        ("crossings_2024-03-05.csv.gz", gzip.compress(csv_of("k1;E").encode(), mtime=0)[:-9], "damaged"),
    ],
)
def test_archives_that_are_bombs_or_traps_are_held_unread(tmp_path, name, content, said):
    ws = land(tmp_path, crossings())
    deliver(ws, FEED, name, content)
    run(ws)
    row = lines(ws)[name]
    assert row["state"] == "held"
    assert said in held_reasons(row)[0]["found"]
    assert not (tmp_path / "etc").exists()
    with pytest.raises(DataError, match="cannot be accepted"):
        intake.accept(ws, row["delivery_id"], by="x", reason="a reason")


BILLION = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><All><Row>&b;</Row></All>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]><All><Row><NO>&a;</NO></Row></All>'


@pytest.mark.parametrize("content", [BILLION, OUTSIDE, "<?xml version='1.0'?>" + " " * 5000 + BILLION[21:]])
def test_xml_that_brings_entities_is_refused(tmp_path, content):
    one = contract("t.x", [{"name": "NO", "primaryKey": True, "path": "NO"}], form="xml", record="stay", rows=".//Row", period="edition", file="*.xml", gates=GATES)
    ws = land(tmp_path, one)
    deliver(ws, "t.x", "rows.xml", content)
    run(ws)
    row = lines(ws, "t.x")["rows.xml"]
    assert row["state"] == "held"
    assert "entities" in held_reasons(row)[0]["found"]
    assert ask(ws, "select count(*) from stay") == [(0,)]


def test_a_workbook_that_swells_is_refused(tmp_path):
    one = contract(FEED, CROSSINGS, form="xlsx", record="crossing", period="day", file="crossings_{period}.xlsx", gates=GATES)
    ws = land(tmp_path, one)
    deliver(ws, FEED, "crossings_2024-03-05.xlsx", zipped(**{"xl/workbook.xml": b" " * (80 << 20)}))
    run(ws)
    assert "far more than its size" in held_reasons(lines(ws)["crossings_2024-03-05.xlsx"])[0]["found"]


@pytest.mark.parametrize("name", ["../../escape.csv", "/etc/passwd", "..\\..\\escape.csv", ".hidden", "-rf.csv", "=cmd.csv"])
def test_names_of_files_cannot_leave_their_folder(name):
    safe = safe_name(name)
    assert "/" not in safe and "\\" not in safe and safe[0] not in ".-="


@pytest.mark.parametrize("feed", ["../x", "a/b", "..", "", "a..b"])
def test_names_of_feeds_cannot_leave_their_folder(tmp_path, feed):
    ws = land(tmp_path, crossings())
    with pytest.raises(DataError, match="cannot be the id"):
        feed_folder(ws, feed)


def test_return_files_hold_no_formulas(tmp_path):
    ws = land(tmp_path, crossings())
    bad = '=HYPERLINK("http://x");E;05.03.2024 01:30;@SUM(1);+1;-2+3;nonsense;=1+1'
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(bad))
    run(ws)
    out = intake.return_file(ws, FEED, out=tmp_path / "back.csv", lang="en")
    with open(out, encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    book = intake.return_file(ws, FEED, out=tmp_path / "back.xlsx", lang="en")
    with zipfile.ZipFile(book) as archive:
        sheets = "".join(archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets"))
    assert "<f>" not in sheets and "<f " not in sheets
    assert CalamineWorkbook.from_path(str(book)).sheet_names == ["Rows to correct", "Most frequent first", "Deliveries"]


def test_messages_name_rows_and_never_people(tmp_path):
    ws = land(tmp_path, crossings())
    path = deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;SECRET1;Secretname;31.02.1985;AAB"))
    from karvan.country import for_workspace

    country = for_workspace(ws)
    checked = intake.check(path, country.contracts[FEED], country)
    said = " ".join(f.line() for f in checked.findings)
    assert "AAB" in said and "AAA" in said
    assert "Secretname" not in said and "31.02" not in said and "SECRET1" not in said
