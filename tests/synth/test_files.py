"""The files of a tiny country: what they are, that anybody can read them, and that they are always the same."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from karvan.country import Country
from karvan.synth.defects import DEFECTS
from karvan.synth.make import deliver, make
from karvan.synth.truth import TRUTH


def fingerprints(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def read_rows(country: Country, feed: str, path: Path) -> list[list[str]]:
    """Rows of a file by the plainest reader there is for its kind."""
    contract = country.contracts[feed]
    if contract.format == "csv":
        with path.open(encoding=contract.encoding, newline="") as file:
            lines = list(csv.reader(file, delimiter=contract.delimiter))
        assert lines[0] == [f.column for f in contract.fields]
        return lines[1:]
    if contract.format == "fixed_width":
        with path.open(encoding=contract.encoding, newline="") as file:
            lines = file.read().split("\r\n")[:-1]
        assert {len(line) for line in lines} <= {max(f.start + f.width - 1 for f in contract.fields)}
        return [[line[f.start - 1 : f.start - 1 + f.width].strip() for f in contract.fields] for line in lines]
    if contract.format == "json":
        return [[row] for row in json.loads(path.read_text(encoding="utf-8"))[contract.rows]]
    if contract.format == "xml":
        return [[row] for row in ElementTree.parse(path).getroot().findall(contract.rows, dict(contract.namespaces))]
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(contract.sheet).to_python(skip_empty_area=False)[contract.skip_rows :]
    assert list(rows[0]) == [f.column for f in contract.fields]
    return rows[1:]


def test_every_feed_of_the_contracts_is_delivered_and_every_file_reads_to_its_last_row(tiny, country: Country):
    counts = dict(duckdb.connect().sql(f"select feed || '/' || file, max(row_no) from '{tiny.truth}/record_person.parquet' group by 1").fetchall())
    delivered = {p.name for p in tiny.extracts.iterdir()}
    assert delivered == set(country.synth["agencies"]["feeds"])
    assert {c.institution for c in country.contracts.values() if c.id in delivered} == {
        "SMS",
        "SBS",
        "MFA",
        "MIA",
        "MOJ",
        "MLSPP",
        "DOST",
        "SCWD",
        "OMB",
        "SCC",
        "ASAN",
    }
    for feed in sorted(delivered):
        paths, read = sorted((tiny.extracts / feed).iterdir()), 0
        for path in paths[:3] + paths[len(paths) // 2 : len(paths) // 2 + 3] + paths[-2:]:
            rows = read_rows(country, feed, path)
            read += len(rows)
            assert counts.get(f"{feed}/{path.name}", len(rows)) == len(rows)  # a quiet day is an empty file
        assert read


def test_every_record_points_to_a_person_and_each_row_to_one(tiny):
    strangers, twice = (
        duckdb.connect()
        .sql(f"""
        select (select count(*) from '{tiny.truth}/record_person.parquet' where person_no not in (select person_no from '{tiny.truth}/people.parquet')),
               (select count(*) from (select feed, file, row_no from '{tiny.truth}/record_person.parquet' group by all having count(*) > 1))""")
        .fetchall()[0]
    )
    assert (strangers, twice) == (0, 0)


def test_truth_has_every_declared_table_and_names_of_everybody(tiny):
    assert {p.stem for p in tiny.truth.iterdir()} == set(TRUTH) | {"names", "record_person", "defects", "hard_cases"}
    nameless = (
        duckdb.connect()
        .sql(
            f"select count(*) from '{tiny.truth}/people.parquet' where person_no not in (select person_no from '{tiny.truth}/names.parquet' where surname <> '')"
        )
        .fetchall()[0][0]
    )
    assert nameless == 0


def test_border_files_are_cyrillic_windows_with_semicolons_and_latin_capitals(tiny, country: Country):
    path = sorted((tiny.extracts / "az.sbs.crossings").iterdir())[800]
    rows = read_rows(country, "az.sbs.crossings", path)
    columns = [f.column for f in country.contracts["az.sbs.crossings"].fields]
    named = [row[columns.index("SOYAD")] for row in rows if row[columns.index("SOYAD")]]
    assert all(name == name.upper() for name in named)
    assert all(row[columns.index("TARIX")][2] == "." and row[columns.index("TARIX")][13] == ":" for row in rows)


def test_the_printed_check_digit_is_that_of_icao_9303(tiny, country: Country):
    def digit(number: str) -> int:
        return sum((int(c) if c.isdigit() else ord(c) - 55) * (7, 3, 1)[i % 3] for i, c in enumerate(number)) % 10

    assert digit("L898902C3") == 6  # specimen of ICAO Doc 9303-4, appendix A
    columns = [f.column for f in country.contracts["az.sbs.crossings"].fields]
    number, check = columns.index("SENED_NO"), columns.index("SENED_YR")
    rows = [row for path in sorted((tiny.extracts / "az.sbs.crossings").iterdir())[:300] for row in read_rows(country, "az.sbs.crossings", path) if row[check]]
    wrong = sum(not row[number].isascii() or digit(row[number]) != int(row[check]) for row in rows)
    assert rows
    assert wrong / len(rows) < 0.02


def test_dates_of_work_permits_are_serial_numbers_of_the_workbook(tiny, country: Country):
    columns = [f.column for f in country.contracts["az.sms.work_permits"].fields]
    path = sorted((tiny.extracts / "az.sms.work_permits").iterdir())[20]
    applied = [row[columns.index("MURACIET_TARIXI")] for row in read_rows(country, "az.sms.work_permits", path)]
    assert all(isinstance(v, int | float) and date(2015, 1, 1) < date.fromordinal(date(1899, 12, 30).toordinal() + int(v)) < date(2026, 7, 1) for v in applied)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tiny, country: Country, tmp_path: Path):
    make(country, residents=500, seed=7, extracts=tmp_path / "extracts", truth=tmp_path / "truth")
    assert fingerprints(tmp_path / "extracts") == fingerprints(tiny.extracts)
    assert fingerprints(tmp_path / "truth") == fingerprints(tiny.truth)


@pytest.fixture(scope="module")
def clean(tiny, country: Country, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same lives with every defect switched off."""
    folder = tmp_path_factory.mktemp("clean")
    deliver(
        tiny.truth,
        country,
        extracts=folder / "extracts",
        truth_folder=folder / "truth",
        seed=7,
        window=(date(2020, 7, 1), date(2026, 6, 30)),
        without=list(DEFECTS),
    )
    return folder


def test_without_defects_no_row_is_marked_and_missed_crossings_are_there(tiny, clean: Path):
    assert duckdb.connect().sql(f"select count(*) from '{clean}/truth/defects.parquet'").fetchall() == [(0,)]
    rows = "select count(*) from '{}/record_person.parquet' where feed = 'az.sbs.crossings'"
    unseen = duckdb.connect().sql(f"select count(*) from '{tiny.truth}/crossing.parquet' where not seen and crossed_on >= date '2020-07-01'").fetchall()[0][0]
    with_defects, without = (duckdb.connect().sql(rows.format(folder)).fetchall()[0][0] for folder in (tiny.truth, f"{clean}/truth"))
    assert unseen > 0
    assert without == with_defects + unseen


def border(folder: Path, country: Country) -> pa.Table:
    contract = country.contracts["az.sbs.crossings"]
    columns = [f.column for f in contract.fields]
    rows = []
    for path in sorted((folder / "az.sbs.crossings").iterdir()):
        for at, row in enumerate(read_rows(country, contract.id, path), start=1):
            rows.append({**dict(zip(columns, row, strict=True)), "file": path.name, "row_no": at})
    return pa.Table.from_pylist(rows)


def test_without_its_defects_one_person_has_one_number_and_leaves_on_the_passport_of_the_entry(tiny, clean: Path, country: Country):
    for folder, truth, steady in ((clean / "extracts", clean / "truth", True), (tiny.extracts, tiny.truth, False)):
        crossings = border(folder, country)  # noqa: F841 - read by DuckDB
        numbers, changed = (
            duckdb.connect()
            .sql(f"""
            with who as (select * from '{truth}/record_person.parquet' where feed = 'az.sbs.crossings'),
                 c as (select *, strptime(TARIX, '%d.%m.%Y %H:%M:%S') as stamp from crossings join who using (file, row_no)),
                 pairs as (select SENED_NO, ISTIQAMET, lag(SENED_NO) over w as before, lag(ISTIQAMET) over w as was
                           from c window w as (partition by person_no order by stamp, ISTIQAMET desc))
            select (select max(n) from (select count(distinct IAMAS_NO) as n from c group by person_no)),
                   (select count(*) from pairs where ISTIQAMET = 'C' and was = 'G' and SENED_NO <> before)""")
            .fetchall()[0]
        )
        assert (numbers == 1) is steady
        assert (changed == 0) is steady


def test_switching_one_defect_off_leaves_the_others_where_they_were(tiny, country: Country, tmp_path: Path):
    deliver(
        tiny.truth,
        country,
        extracts=tmp_path / "extracts",
        truth_folder=tmp_path / "truth",
        seed=7,
        window=(date(2020, 7, 1), date(2026, 6, 30)),
        without=["Q18"],
    )
    marks = "select defect, count(*) from '{}/defects.parquet' where defect in ('Q01', 'Q18', 'Q25', 'Q21') group by 1 order by 1"
    before, after = (dict(duckdb.connect().sql(marks.format(folder)).fetchall()) for folder in (tiny.truth, tmp_path / "truth"))
    assert before.pop("Q18") > 0
    assert after == before


def test_a_gap_is_a_file_that_never_comes(tiny, country: Country, tmp_path: Path):
    from dataclasses import replace  # noqa: F401

    settings = dict(country.synth["agencies"])
    settings["gaps"] = {"az.sbs.crossings": [date(2023, 2, 6)]}
    from karvan.country import load

    other = load(["az"])
    other.__dict__["synth"] = {**country.synth, "agencies": settings}
    deliver(
        tiny.truth,
        other,
        extracts=tmp_path / "extracts",
        truth_folder=tmp_path / "truth",
        seed=7,
        window=(date(2020, 7, 1), date(2026, 6, 30)),
    )
    assert not (tmp_path / "extracts" / "az.sbs.crossings" / "crossings_2023-02-06.csv").exists()
    assert (tmp_path / "extracts" / "az.sbs.crossings" / "crossings_2023-02-07.csv").exists()
