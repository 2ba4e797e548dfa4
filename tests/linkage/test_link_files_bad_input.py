"""What is wrong is said with file and line; what is odd has a defined result; nothing is silently linked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from two_files import HEADER_A, people, two_files, write

from karvan.errors import DataError, SetupError
from karvan.linkage.files import draft, link_files

CONFIG = """\
files:
  a: {id: id, one_row_a_person: true}
  b: {id: row_id, one_row_a_person: true}
columns:
  given: {role: given, a: first_name, b: given name}
  surname: {role: surname, a: last_name, b: surname}
  birth_date: {role: birth_date, a: date_of_birth, b: dob, a_order: ymd, b_order: dmy}
blocks:
  keys:
    - surname.sound + birth_date.year
    - given + surname
comparisons:
  given:
  surname: {by_frequency: true}
  birth_date:
threshold: 0.5
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, Path, set]:
    return two_files(tmp_path_factory.mktemp("files"), rows=300)


def link(folder: Path, a: Path, b: Path | None, config: str = CONFIG):
    path = folder / "link.yaml"
    path.write_text(config, encoding="utf-8")
    report = link_files(a, b, path, folder / "links.parquet")
    return report, duckdb.sql(f"from '{folder / 'links.parquet'}'").fetchall()


def test_a_configuration_written_by_hand_is_enough(tmp_path, files):
    a, b, truth = files
    report, found = link(tmp_path, a, b)
    assert len({(x, y) for x, y, _ in found} & truth) > 0.9 * len(truth)
    assert report.left_out == []


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("threshold: 0.5", "threshold: 7", 16, "`threshold` must be above 0"),
        ("threshold: 0.5", "threshold: high", 16, "`threshold` must be a number"),
        ("threshold: 0.5", "treshold: 0.5", 16, "`treshold` is not known here"),
        ("role: given", "role: forename", 5, "There is no role `forename`"),
        ("a_order: ymd", "a_order: year first", 7, "in which order dates are written"),
        ("    - given + surname", "    - given + surnam", 11, "`surnam` is no part of a column above"),
        ("surname.sound", "surname.shape", 10, "`surname.shape` is no part of a column above"),
        ("  surname: {by", "  city: {by", 14, "There is no comparison `city`"),
        ("by_frequency: true", "by_frequency: often", 14, "`by_frequency` must be true or false"),
        ("  given: {role: given, a: first_name, b: given name}\n", "  given: {role: given, b: given name}\n", 5, "`a` is missing"),
        ("  b: {id: row_id, one_row_a_person: true}\n", "", 1, "The configuration is for one file, and two was given."),
        ("blocks:\n", "blocks:\n  largest: 0\n", 9, "`largest` must be at least 1"),
        ("threshold: 0.5", "threshold: [", 17, "This is not YAML"),
        ("threshold: 0.5", "threshold: 0.5\nfiles: {}", 17, "`files` stands twice"),
    ],
)
def test_a_wrong_configuration_is_told_with_its_line(tmp_path, files, was, becomes, line, says):
    assert was in CONFIG
    with pytest.raises(DataError) as wrong:
        link(tmp_path, files[0], files[1], CONFIG.replace(was, becomes, 1))
    assert says in wrong.value.what
    assert wrong.value.where.endswith(f"link.yaml:{line}")
    assert wrong.value.fix


def test_a_column_that_the_file_lacks(tmp_path, files):
    with pytest.raises(DataError, match="no column `sirname`") as wrong:
        link(tmp_path, files[0], files[1], CONFIG.replace("a: last_name", "a: sirname"))
    assert "columns, surname" in wrong.value.where


def test_no_such_file_and_no_such_configuration(tmp_path, files):
    with pytest.raises(SetupError, match="no such file"):
        draft(tmp_path / "nothing.csv", files[1])
    with pytest.raises(SetupError, match="no such configuration"):
        link_files(files[0], files[1], tmp_path / "nothing.yaml", tmp_path / "links.parquet")


def test_the_same_file_on_both_sides(tmp_path, files):
    for wrong in (lambda: draft(files[0], files[0]), lambda: link(tmp_path, files[0], files[0])):
        with pytest.raises(DataError, match="same file"):
            wrong()


def test_the_same_rows_in_another_file_link_each_to_itself(tmp_path, files):
    copy = tmp_path / "copy.csv"
    copy.write_bytes(files[0].read_bytes())
    _, found = link(tmp_path, files[0], copy, draft(files[0], copy))
    assert {x for x, y, _ in found} == {y for x, y, _ in found if x == y} and len(found) == 270


def test_ids_that_repeat_or_are_missing(tmp_path, files):
    rows = [[str(n // 2), *person] for n, person in enumerate(people(40))]
    with pytest.raises(DataError, match="20 of 40 rows repeat the id"):
        link(tmp_path, write(tmp_path / "twice.csv", HEADER_A, rows), files[1])
    rows = [["" if n < 3 else str(n), *person] for n, person in enumerate(people(40))]
    with pytest.raises(DataError, match="3 of 40 rows have no id"):
        link(tmp_path, write(tmp_path / "none.csv", HEADER_A, rows), files[1])


def test_empty_files(tmp_path, files):
    nothing = tmp_path / "nothing.csv"
    nothing.touch()
    for path, says in ((nothing, "The file is empty"), (write(tmp_path / "header.csv", HEADER_A, []), "holds no row")):
        with pytest.raises(DataError, match=says):
            draft(path, files[1])
        with pytest.raises(DataError, match=says):
            link(tmp_path, path, files[1])


def test_a_file_that_is_no_table(tmp_path, files):
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1" + bytes(range(256)) * 4)
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        draft(broken, files[1])


def test_files_with_nothing_in_common(tmp_path, files):
    other = write(tmp_path / "other.csv", ["colour", "weight"], [["red", "1.5"], ["blue", "2.5"]])
    with pytest.raises(DataError, match="no column in common"):
        draft(files[0], other)


def test_a_column_without_a_value_says_nothing(tmp_path, files):
    rows = [[f"a{n}", given, surname, "", number, street] for n, (given, surname, _, number, street) in enumerate(people(300))]
    a = write(tmp_path / "a.csv", HEADER_A, rows)
    report, found = link(tmp_path, a, files[1])          # by hand: the birth date is compared, and never said
    assert report.pairs_by_key[0] == {"key": "surname.sound + birth_date.year", "pairs": 0}
    assert 0 <= len(found) < 300
    assert "date_of_birth" not in draft(a, files[1]).split("# not used of a")[0]


def test_one_record_many_times(tmp_path, files):
    """A block too large is left out and named; the others are linked as if it were not there."""
    crowd = write(tmp_path / "crowd.csv", HEADER_A, [[f"a{n}", *person] for n, person in enumerate(people(300))] + [[f"x{n}", "john", "doe", "1900-01-01", "1", "main road"] for n in range(50_000)])
    also = write(tmp_path / "also.csv", ["row_id", "given name", "surname", "dob"], [[f"b{n}", given, surname, ".".join(reversed(born.split("-")))] for n, (given, surname, born, *_) in enumerate(people(300))] + [[f"y{n}", "john", "doe", "01.01.1900"] for n in range(50_000)])
    report, found = link(tmp_path, crowd, also)
    assert [(block["blocks"], block["rows"], block["largest_pairs"]) for block in report.left_out] == [(1, 100_000, 50_000**2)] * 2
    assert all(x[0] == "a" and y[0] == "b" for x, y, _ in found)
    assert len({(x, y) for x, y, _ in found if x[1:] == y[1:]}) > 250


def test_a_crowd_of_one_record_does_not_spoil_the_draft(tmp_path):
    crowd = [[f"x{n}", "john", "doe", "1900-01-01", "1", "main road"] for n in range(3_000)]
    a = write(tmp_path / "a.csv", HEADER_A, [[f"a{n}", *person] for n, person in enumerate(people(500))] + crowd)
    b = write(tmp_path / "b.csv", HEADER_A, [[f"b{n}", *person] for n, person in enumerate(people(500))] + [[f"y{row[0]}", *row[1:]] for row in crowd])
    report, found = link(tmp_path, a, b, draft(a, b))
    assert len({(x, y) for x, y, _ in found if x[0] == "a" and x[1:] == y[1:]}) > 450
    assert all(x[0] == "a" and y[0] == "b" for x, y, _ in found)
    assert sum(x[1:] != y[1:] for x, y, _ in found) < 10        # nobody else's values are rare for the crowd
    assert report.compared < 200_000        # of nine million


def test_a_file_of_one_record_cannot_be_drafted(tmp_path):
    with pytest.raises(DataError, match=r"has no column that tells people apart|No key"):
        draft(write(tmp_path / "one.csv", HEADER_A, [[str(n), "john", "doe", "1900-01-01", "1", "main road"] for n in range(1000)]), None)


def test_emoji_control_characters_and_endless_names(tmp_path, files):
    a, b, truth = files
    header, *rows = [line.split(",") for line in a.read_text(encoding="utf-8").splitlines()]
    odd = [["o1", "😀😀", "\x07\x1b", "1990-02-30", "\u202e", "💥"], ["o2", "x" * 10_000, "y" * 10_000, "9" * 10_000, "1" * 10_000, "z" * 10_000], ["o3", "'; drop table records; --", '"', "\\", "%", "$1"]]
    both = write(tmp_path / "odd.csv", header, rows + odd)
    _, found = link(tmp_path, both, b, draft(both, b))
    assert not [x for x, _, _ in found if x.startswith("o")]
    assert len({(x, y) for x, y, _ in found} & truth) > 0.95 * len(truth)


def test_a_handful_of_rows(tmp_path):
    a = write(tmp_path / "a.csv", HEADER_A, [[f"a{n}", *person] for n, person in enumerate(people(5))])
    b = write(tmp_path / "b.csv", HEADER_A, [[f"b{n}", *person] for n, person in enumerate([*people(5)[:3], *people(2, seed=9)])])
    _, found = link(tmp_path, a, b, draft(a, b))
    assert {(x, y) for x, y, _ in found} == {("a0", "b0"), ("a1", "b1"), ("a2", "b2")}


def test_links_are_not_written_over_what_is_read_nor_into_no_folder(tmp_path, files):
    (tmp_path / "link.yaml").write_text(CONFIG, encoding="utf-8")
    before = files[0].read_bytes()
    with pytest.raises(SetupError, match="over a file that is read"):
        link_files(files[0], files[1], tmp_path / "link.yaml", files[0])
    with pytest.raises(SetupError, match="no such folder"):
        link_files(files[0], files[1], tmp_path / "link.yaml", tmp_path / "nowhere" / "links.parquet")
    assert files[0].read_bytes() == before


def test_memory_that_is_no_size(tmp_path, files):
    with pytest.raises(SetupError, match="`a lot` is no size of memory"):
        draft(files[0], files[1], memory="a lot")


def test_rows_with_more_or_fewer_cells_than_the_header_are_counted_and_named(tmp_path, files):
    lines = files[0].read_text(encoding="utf-8").splitlines()
    lines[10], lines[20], lines[30] = lines[10].rsplit(",", 3)[0], lines[20] + ",more", "a29"
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("\n".join(lines), encoding="utf-8")
    for wrong in (lambda: draft(ragged, files[1]), lambda: link(tmp_path, ragged, files[1])):
        with pytest.raises(DataError, match=r"3 rows have more or fewer cells than the header, which has 6: line 11 has 3, line 21 has 7, line 31 has 1") as told:
            wrong()
        assert told.value.where.endswith("ragged.csv:11")


@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_byte_order_marks_utf_16_and_other_delimiters_are_read(tmp_path, files, written, delimiter):
    other = tmp_path / "other.csv"
    other.write_bytes(files[0].read_text(encoding="utf-8").replace(",", delimiter).encode(written))
    assert link(tmp_path, other, files[1])[1] == link(tmp_path, files[0], files[1])[1]


@pytest.mark.parametrize(
    ("content", "says", "line"),
    [
        ("id,first_name\n1,Ren\xe9\n".encode("latin-1"), "not UTF-8", ":2"),
        (b'id,first_name\n1,anna\n2,"bella\n3,clara\n', "quotation mark", ":3"),
        (b"\x1f\x8b\x08\x00broken", "packed by gzip, and damaged", ""),
        (b"PK\x03\x04" + bytes(100), "workbook or an archive", ""),
        (b"\x89PNG\r\n\x00\x00" + bytes(100), "header is not text", ":1"),
        (b"id,row_of_file\n1,2\n", "a name that this command needs", ""),
    ],
)
def test_what_is_no_table_of_text_is_told_with_its_line(tmp_path, files, content, says, line):
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(content)
    with pytest.raises(DataError, match=says) as told:
        draft(wrong, files[1])
    assert told.value.where.endswith(f"wrong.csv{line}")


@pytest.mark.parametrize(
    ("order", "form"),
    [
        ("dmy", lambda day: day.strftime("%d %b %Y")),
        ("ymd", lambda day: day.isoformat() + " 00:00:00"),
        ("excel", lambda day: str((day - date(1899, 12, 30)).days)),
        ("epoch", lambda day: str((day - date(1970, 1, 1)).days * 86_400)),
        ("epoch_ms", lambda day: f"{(day - date(1970, 1, 1)).days * 86_400_000}.0"),
    ],
)
def test_dates_however_a_file_writes_them(tmp_path, files, order, form):
    header, *rows = [line.split(",") for line in files[0].read_text(encoding="utf-8").splitlines()]
    a = write(tmp_path / "a.csv", header, [[*row[:3], form(date.fromisoformat(row[3])), *row[4:]] for row in rows])
    text = draft(a, files[1])
    assert f"a_order: {'ymd' if order == 'dmy' else order}" in text      # months by name are read alike in every order
    assert link(tmp_path, a, files[1], text)[1] == link(tmp_path, *files[:2], draft(*files[:2]))[1]


def test_dates_in_another_order_than_the_configuration_says_are_told(tmp_path, files):
    report, found = link(tmp_path, files[0], files[1], CONFIG.replace("b_order: dmy", "b_order: ymd").replace("    - given + surname\n", ""))
    assert not found
    assert report.notes[0].startswith("birth_date: ") and report.notes[0].endswith("cells of b say nothing that can be read as ymd")
    assert report.notes[1] == "no two records share a key, so that none were compared"


def test_two_hundred_columns_that_say_the_same_are_told_once(tmp_path, files):
    wide = []
    for n, path in enumerate(files[:2]):
        rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
        wide.append(write(tmp_path / f"{n}.csv", rows[0] + [f"x{c}" for c in range(200)], [[*row, *[f"{m % 7}-{c}" for c in range(200)]] for m, row in enumerate(rows[1:])]))
    text = draft(*wide)
    assert text.count("role: text") == 1
    assert len({(x, y) for x, y, _ in link(tmp_path, *wide, text)[1]} & files[2]) > 0.95 * len(files[2])


def test_an_id_that_repeats_is_not_drafted_and_the_draft_says_so(tmp_path, files):
    rows = [[str(n // 2), *person] for n, person in enumerate(people(300))]
    assert "# no column is different in every row: id repeats or is empty; rows are numbered from 1" in draft(write(tmp_path / "twice.csv", HEADER_A, rows), files[1])


def test_where_links_cannot_be_written(tmp_path, files):
    (tmp_path / "link.yaml").write_text(CONFIG, encoding="utf-8")
    for out, says in ((tmp_path, "A folder stands"), (tmp_path / "links.xlsx", "not written as `.xlsx`"), (Path("/proc/links.csv"), "Nothing can be written")):
        with pytest.raises(SetupError, match=says):
            link_files(files[0], files[1], tmp_path / "link.yaml", out)


def test_nested_columns_of_parquet_are_passed_over(tmp_path, files):
    duckdb.sql(f"copy (select *, ['x', 'y'] as tags, {{'a': 1}} as more, 'z'::blob as raw, null as nothing from read_csv('{files[0]}', all_varchar = true)) to '{tmp_path / 'a.parquet'}'")
    assert link(tmp_path, tmp_path / "a.parquet", files[1], draft(tmp_path / "a.parquet", files[1]))[1] == link(tmp_path, *files[:2], draft(*files[:2]))[1]
