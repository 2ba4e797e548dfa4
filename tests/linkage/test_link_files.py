"""Two files that have nothing to do with a pack: drafted, linked, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from two_files import HEADER_A, faulty, people, two_files, write

from karvan.cli import karvan
from karvan.linkage.files import draft, link_files


def links(path: Path) -> dict[tuple[str, str], float]:
    return {(a, b): p for a, b, p in duckdb.sql(f"select unique_id_a, unique_id_b, match_probability from '{path}'").fetchall()}


def f1(found: set, truth: set) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def linked(folder: Path, a: Path, b: Path | None, name: str = "links.parquet", **more) -> dict[tuple[str, str], float]:
    (folder / "link.yaml").write_text(draft(a, b), encoding="utf-8")
    link_files(a, b, folder / "link.yaml", folder / name, **more)
    return links(folder / name)


def test_the_drafted_configuration_finds_who_is_who(tmp_path):
    a, b, truth = two_files(tmp_path)
    found = linked(tmp_path, a, b)
    assert f1(set(found), truth) > 0.97
    assert all(0.5 <= p <= 1 for p in found.values())


def test_a_person_has_one_link_where_both_files_have_one_row_each(tmp_path):
    a, b, _ = two_files(tmp_path)
    found = linked(tmp_path, a, b)
    assert len({x for x, _ in found}) == len({y for _, y in found}) == len(found)


def test_the_same_seed_gives_the_same_draft_and_the_same_bytes(tmp_path):
    a, b, _ = two_files(tmp_path)
    drafts, bytes_out = set(), set()
    for n in range(2):
        drafts.add(draft(a, b, seed=7))
        linked(tmp_path, a, b, f"{n}.parquet", seed=7)
        bytes_out.add((tmp_path / f"{n}.parquet").read_bytes())
    assert len(drafts) == len(bytes_out) == 1


def test_the_draft_says_what_each_column_is_and_why(tmp_path):
    a, b, _ = two_files(tmp_path)
    text = draft(a, b)
    assert "given: {role: given, a: first_name, b: \"given name\"}" in text
    assert "birth_date: {role: birth_date, a: date_of_birth, b: dob, a_order: ymd, b_order: dmy}" in text
    assert "one_row_a_person: true" in text
    keys = [line for line in text.splitlines() if " pairs; finds " in line]
    assert len(keys) >= 3 and all("#" in key for key in keys)


def test_parquet_and_csv_say_the_same(tmp_path):
    a, b, _ = two_files(tmp_path)
    for path in (a, b):
        duckdb.sql(f"copy (from read_csv('{path}', all_varchar = true)) to '{path.with_suffix('.parquet')}' (format parquet)")
    of_csv = linked(tmp_path, a, b, "links.csv")
    assert (tmp_path / "links.csv").read_text().startswith("unique_id_a,unique_id_b,match_probability\n")
    assert of_csv == linked(tmp_path, a.with_suffix(".parquet"), b.with_suffix(".parquet"))


def test_duplicates_of_one_file(tmp_path):
    everyone = [[f"r{n}", *person] for n, person in enumerate(people(500))]
    again = [[f"d{row[0]}", row[1], row[2] + "a", *row[3:]] for row in everyone[:60]]
    found = linked(tmp_path, write(tmp_path / "one.csv", HEADER_A, everyone + again), None)
    assert f1({tuple(sorted(pair)) for pair in found}, {tuple(sorted((f"r{n}", f"dr{n}"))) for n in range(60)}) > 0.97


def test_names_in_other_letters_are_compared_across_scripts(tmp_path):
    """Names of B are in Cyrillic letters, and it has no birth dates."""
    cyrillic = str.maketrans(dict(zip("abvgdeziklmnoprstufhy", "абвгдезиклмнопрстуфхй", strict=True)))
    a = [[f"a{n}", *person] for n, person in enumerate(people(400))]
    b = [[f"b{n}", row[1].translate(cyrillic), row[2].translate(cyrillic), "", row[4], row[5]] for n, row in enumerate(a)]
    file_a, file_b = write(tmp_path / "a.csv", HEADER_A, a), write(tmp_path / "b.csv", HEADER_A, b)
    assert "  names: {by_frequency: false}" in draft(file_a, file_b)
    assert "  names: " not in draft(file_a, None)
    assert f1(set(linked(tmp_path, file_a, file_b)), {(f"a{n}", f"b{n}") for n in range(400)}) > 0.95


def test_rows_of_one_number_are_one_person(tmp_path):
    """B has two rows of each person under a number that A lacks; one of them has lost its name and its address."""
    a, b, truth = two_files(tmp_path, rows=800)
    said = [line.split(",") for line in b.read_text(encoding="utf-8").splitlines()]
    rows = [[*row, f"{100_000_000 + n * 7919}"] for n, row in enumerate(said[1:])]
    poor = [[f"{row[0]}x", row[1], "", row[3], "", "", row[-1]] for row in rows]
    both = write(tmp_path / "both.csv", [*said[0], "ssn"], rows + poor)
    assert "same_person: ssn" in draft(a, both)
    found = linked(tmp_path, a, both)
    assert f1(set(found), truth | {(x, f"{y}x") for x, y in truth}) > 0.95


def test_an_age_stands_in_for_a_birth_date(tmp_path):
    a, b, truth = two_files(tmp_path)
    header, *rows = [line.split(",") for line in a.read_text(encoding="utf-8").splitlines()]
    aged = write(tmp_path / "aged.csv", ["id", "first_name", "last_name", "age", "street_number", "street_name", "year"], [[*row[:3], str(2020 - int(row[3][:4])), *row[4:], "2020"] for row in rows])
    assert "birth_year: {role: birth_year, a: age, b: dob, b_order: dmy, a_as_of: 2020}" in draft(aged, b)
    assert f1(set(linked(tmp_path, aged, b)), truth) > 0.93
    assert header[3] == "date_of_birth"


def test_a_year_of_birth_stands_in_for_a_birth_date(tmp_path):
    a, b, truth = two_files(tmp_path)
    _, *rows = [line.split(",") for line in a.read_text(encoding="utf-8").splitlines()]
    years = write(tmp_path / "years.csv", ["id", "first_name", "last_name", "birth_year", "street_number", "street_name"], [[*row[:3], row[3][:4], *row[4:6]] for row in rows])
    assert "birth_year: {role: birth_year, a: birth_year, b: dob, a_order: ymd, b_order: dmy}" in draft(years, b)
    assert f1(set(linked(tmp_path, years, b)), truth) > 0.93


@pytest.mark.parametrize("written", ["{given} {surname}", "{surname}, {given}"])
def test_full_names_are_split_whatever_their_order(tmp_path, written):
    a, b, truth = two_files(tmp_path)
    rows_of_a, rows_of_b = ([line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]] for path in (a, b))
    header = ["id", "name", *HEADER_A[3:]]
    whole = write(tmp_path / "whole.csv", header, [[row[0], written.format(given=row[1], surname=row[2]), *row[3:]] for row in rows_of_a])
    other = write(tmp_path / "other.csv", header, [[row[0], f"{row[1]} {row[2]}", *row[3:]] for row in rows_of_b])
    assert f1(set(linked(tmp_path, whole, other)), truth) > 0.95


def test_commands(tmp_path):
    a, b, truth = two_files(tmp_path)
    config, out = tmp_path / "link.yaml", tmp_path / "links.parquet"
    run = CliRunner().invoke(karvan, ["link", "draft", str(a), str(b), "-o", str(config)])
    assert run.exit_code == 0 and "karvan link files" in run.stderr
    run = CliRunner().invoke(karvan, ["link", "files", str(a), str(b), "--config", str(config), "-o", str(out), "--json"])
    said = json.loads(run.stdout)
    assert said["rows"] == [540, 540] and said["links"] == len(links(out))
    assert {"comparison": "given", "level": "same"}.items() <= said["parameters"][0].items()
    assert sum(band["pairs"] for band in said["bands"] if band["from"] >= 0.5) == said["links"]
    assert said["compared"] <= sum(key["pairs"] for key in said["pairs_by_key"])
    told = CliRunner().invoke(karvan, ["link", "files", str(a), str(b), "--config", str(config), "-o", str(out)]).stdout
    assert "links written" in told and "pairs from 0.99" in told
    assert len(truth) == 480


@pytest.mark.parametrize("threshold", ["0.2", "0.9"])
def test_the_threshold_of_the_configuration_holds(tmp_path, threshold):
    a, b, _ = two_files(tmp_path)
    (tmp_path / "link.yaml").write_text(draft(a, b).replace("threshold: 0.5", f"threshold: {threshold}"), encoding="utf-8")
    link_files(a, b, tmp_path / "link.yaml", tmp_path / "links.parquet")
    found = links(tmp_path / "links.parquet")
    assert found and min(found.values()) >= float(threshold)


def test_twins_spouses_and_children_of_one_address_are_no_duplicates(tmp_path):
    """Four hundred families of five, two of them twins; a tenth of all people stand twice, with a slip."""
    draw = np.random.default_rng(5)
    names, rows, truth = people(2_000, seed=5), [], set()
    for n, (given, _, born, _, _) in enumerate(names):
        first = names[n - n % 5]
        twins = n % 5 == 4
        rows.append([f"r{n}", given + "lmnop"[n % 5] + "aeiou"[n // 5 % 5], first[1] + "bcdfg"[n // 5 % 5] + "io"[n // 25 % 2], names[n - 1][2] if twins else born, first[3], first[4]])
    for n in draw.choice(len(rows), 200, replace=False):
        rows.append([f"d{n}", *faulty(tuple(rows[n][1:]), draw)])
        truth.add((f"d{n}", f"r{n}"))
    found = linked(tmp_path, write(tmp_path / "one.csv", HEADER_A, rows), None)
    assert f1({tuple(sorted(pair)) for pair in found}, truth) > 0.92


def test_a_short_form_is_the_name(tmp_path):
    """Half of B goes by Bill or by Kate; nobody else has those names."""
    everyone = [[f"a{n}", ("William", "Catherine")[n % 2] if n % 10 < 2 else person[0], *person[1:]] for n, person in enumerate(people(400))]
    b = [[f"b{n}", {"William": "Bill", "Catherine": "Kate"}.get(row[1], row[1]), *row[2:]] for n, row in enumerate(everyone)]
    (tmp_path / "link.yaml").write_text(draft(write(tmp_path / "a.csv", HEADER_A, everyone), write(tmp_path / "b.csv", HEADER_A, b)), encoding="utf-8")
    report = link_files(tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "link.yaml", tmp_path / "links.parquet")
    [listed] = [p for p in report.parameters if p["level"] == "listed as one name"]
    assert listed["one_person"] > 0.1 and listed["weight"] > 2
    assert f1(set(links(tmp_path / "links.parquet")), {(f"a{n}", f"b{n}") for n in range(400)}) > 0.98
