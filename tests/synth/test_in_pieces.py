"""A country too large for memory is written in pieces; the files are those of one piece."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_files import fingerprints

from karvan.country import Country
from karvan.synth import ledger, make, names
from karvan.synth.defects import DEFECTS
from karvan.synth.desk import Window
from karvan.synth.ledger import Ledger
from karvan.synth.make import PIECE, deliver, pieces

WINDOW = Window(date(2020, 7, 1), date(2026, 6, 30))
FEEDS = ["az.sbs.crossings", "az.sms.registrations", "az.sms.permits", "az.moj.civil"]
"""One that is daily, two that write rows again when they know more, and one that is late."""


@pytest.fixture(scope="module")
def few(country: Country) -> Country:
    """The country with four of its feeds."""
    from karvan.country import load

    agencies = country.synth["agencies"]
    other = load(["az"])
    other.__dict__["synth"] = {**country.synth, "agencies": {**agencies, "feeds": {feed: agencies["feeds"][feed] for feed in FEEDS}}}
    return other


def written(tiny, country: Country, folder: Path, without: list[str]) -> Path:
    deliver(tiny.truth, country, extracts=folder / "extracts", truth_folder=folder / "truth", seed=7, window=(WINDOW.first, WINDOW.last), without=without)
    return folder


@pytest.fixture(scope="module")
def in_pieces(tiny, few: Country, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny country, with its defects, written in years and quarters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "PIECE", 150)
        return written(tiny, few, tmp_path_factory.mktemp("in_pieces"), [])


def test_without_defects_the_pieces_make_no_difference(tiny, few: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = written(tiny, few, tmp_path / "whole", list(DEFECTS))
    monkeypatch.setattr(make, "PIECE", 150)
    cut = written(tiny, few, tmp_path / "cut", list(DEFECTS))
    assert fingerprints(cut / "extracts") == fingerprints(whole / "extracts")
    assert fingerprints(cut / "truth") == fingerprints(whole / "truth")


def test_in_pieces_defects_fall_as_often_and_every_row_has_a_place_of_its_own(tiny, in_pieces: Path):
    count = "select defect, count(*) from '{}/defects.parquet' where list_contains($feeds, feed) group by 1"
    once, cut = (dict(duckdb.connect().execute(count.format(folder), {"feeds": FEEDS}).fetchall()) for folder in (tiny.truth, in_pieces / "truth"))
    common = [defect for defect, rows in once.items() if rows >= 100]
    assert common
    for defect in common:
        assert abs(cut[defect] - once[defect]) <= 5 * (2 * once[defect]) ** 0.5, defect
    twice = f"select count(*), count(distinct (feed, file, row_no)) from '{in_pieces}/truth/record_person.parquet'"
    rows, places = duckdb.connect().sql(twice).fetchall()[0]
    assert rows == places > 5_000


def test_in_pieces_a_new_number_of_a_passport_is_still_new_a_year_later(in_pieces: Path, country: Country):
    from test_files import read_rows

    contract = country.contracts["az.sms.permits"]
    columns = [f.column for f in contract.fields]
    number, document = (columns.index(next(f.column for f in contract.fields if f.identity == name)) for name in ("register_no", "doc_no"))
    new: dict[str, set[bool]] = {}
    for path in sorted((in_pieces / "extracts" / contract.id).iterdir()):
        for row in read_rows(country, contract.id, path):
            if row[document] and row[number]:
                new.setdefault(row[document], set()).add(row[number][1] == "9")
    assert any(True in kinds for kinds in new.values())
    assert all(len(kinds) == 1 for kinds in new.values())


def test_late_rows_come_in_a_later_piece(in_pieces: Path):
    late = (
        duckdb.connect()
        .sql(f"""
        select count(*) from '{in_pieces}/truth/defects.parquet' d
        join '{in_pieces}/truth/record_person.parquet' r using (feed, file, row_no) where d.defect = 'Q23'""")
        .fetchall()[0][0]
    )
    assert late > 0


@given(rows=st.integers(0, 40 * PIECE), period=st.sampled_from(["day", "month", "year"]))
def test_pieces_cover_the_window_without_gap_or_overlap(rows, period):
    cut = pieces(period, WINDOW, rows=rows)
    days = [day for piece in cut for day in range(piece.first.toordinal(), piece.last.toordinal() + 1)]
    assert days == list(range(WINDOW.first.toordinal(), WINDOW.last.toordinal() + 1))
    assert [p for piece in cut for p in piece.periods("month")] == WINDOW.periods("month")
    assert period == "year" or len(cut) == 72 or rows <= PIECE * len(cut)


@given(sizes=st.lists(st.integers(0, 25), max_size=6))
def test_a_file_that_grew_is_the_file_written_at_once(sizes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    whole = pa.table({"n": np.arange(sum(sizes)), "t": [f"row {i % 7}" for i in range(sum(sizes))]}, schema=pa.schema([("n", pa.int64()), ("t", pa.string())]))
    with pytest.MonkeyPatch.context() as patch, Ledger(folder / "grown.parquet", whole.schema) as grown:
        patch.setattr(ledger, "GROUP", 10)
        start = 0
        for size in sizes:
            grown.add(whole.slice(start, size))
            start += size
    assert pq.read_table(folder / "grown.parquet").equals(whole)
    groups = pq.ParquetFile(folder / "grown.parquet").metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)][:-1] == [10] * (groups.num_row_groups - 1)


def test_names_are_the_same_however_many_are_put_together_at_a_time(tiny, cultures, monkeypatch: pytest.MonkeyPatch):
    truth = {name: tiny.table(name) for name in ("people", "name_changes", "documents")}
    once = names.name_everybody(truth, cultures, seed=7, rates={})
    monkeypatch.setattr(names, "PIECE", 97)
    again = names.name_everybody(truth, cultures, seed=7, rates={})
    assert all(a.equals(b) for a, b in zip(once, again, strict=True))
