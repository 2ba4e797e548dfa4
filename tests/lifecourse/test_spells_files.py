"""`karvan spells` on files: the whole way on the command line, and what happens when a file is not what it should be."""

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from drawn import drawn, table
from karvan.cli.spells import spells
from karvan.errors import DataError, SetupError

CROSSINGS = """
    person_id | crossed_at          | direction | record_id
    P1        | 2024-01-12T09:00:00 | in        | a
    P1        | 2025-03-02T18:00:00 | out       | b
    P2        | 2026-01-12T09:00:00 | in        | c
    P3        | 2026-01-12T09:00:00 | in        | d
    P3        | 2026-01-13T09:00:00 | in        | e
"""


def karvan(*words: object) -> str:
    done = CliRunner().invoke(spells, [str(word) for word in words], catch_exceptions=False, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


@pytest.fixture
def crossings(tmp_path: Path) -> Path:
    pq.write_table(table(CROSSINGS).arrow(), tmp_path / "crossings.parquet")
    return tmp_path / "crossings.parquet"


def test_from_crossings_to_stays_to_residence_and_days(crossings):
    here = crossings.parent
    said = karvan("presence", crossings, "--observed-until", "2026-03-31", "-o", here / "stays.parquet", "--aside", here / "aside.parquet")
    assert "people set aside" in said and "two_entries" in said
    assert drawn(pq.read_table(here / "aside.parquet"), "person_id reason") == table("""
        person_id | reason
        P3        | two_entries
    """)
    karvan(
        "residence", here / "stays.parquet", "--rule", "UR-12/16", "--observed-until", "2026-03-31", "-o", here / "residence.parquet", "--per-crossing", here / "each.parquet"
    )
    assert drawn(pq.read_table(here / "residence.parquet"), "person_id from_on to_on basis final_on decided_by") == table("""
        person_id | from_on    | to_on      | basis     | final_on   | decided_by
        P1        | 2024-01-12 | 2025-03-02 | observed  | 2026-03-02 | a
        P2        | 2026-01-12 |            | undecided |            | c
    """)
    assert pq.read_table(here / "each.parquet").column("record_id").to_pylist() == ["a", "b", "c"]
    karvan("rolling", here / "stays.parquet", "--days", 90, "--window", 180, "-o", here / "over.parquet")    # the stays know the last day
    assert drawn(pq.read_table(here / "over.parquet"), "person_id max_days first_exceeded_on") == table("""
        person_id | max_days | first_exceeded_on
        P1        | 180      | 2024-04-11
        P2        | 79       |
    """)
    assert sorted(path.name for path in here.iterdir()) == ["aside.parquet", "crossings.parquet", "each.parquet", "over.parquet", "residence.parquet", "stays.parquet"]


def test_csv_in_and_csv_out(tmp_path):
    (tmp_path / "c.csv").write_text("person_id,crossed_at,direction\n12,2026-01-12 09:00:00,in\n12,2026-01-13 09:00:00,out\n")
    karvan("presence", tmp_path / "c.csv", "--observed-until", "2026-03-31", "-o", tmp_path / "s.csv")
    assert pyarrow.csv.read_csv(tmp_path / "s.csv").column("left_on").to_pylist() == [date(2026, 1, 13)]


def test_unreadable_times_in_csv_set_their_person_aside(tmp_path):
    (tmp_path / "c.csv").write_text("person_id,crossed_at,direction\n12,yesterday,in\n13,2026-01-13 09:00:00,in\n")
    karvan("presence", tmp_path / "c.csv", "--observed-until", "2026-03-31", "-o", tmp_path / "s.parquet", "--aside", tmp_path / "a.csv")
    assert pq.read_table(tmp_path / "s.parquet").column("person_id").to_pylist() == [13]
    assert "no_time" in (tmp_path / "a.csv").read_text()


def test_text_with_an_offset_is_an_instant(tmp_path):
    (tmp_path / "c.csv").write_text('person_id,crossed_at,direction\nP1,"2026-01-11T21:30:00+00:00",in\nP1,"2026-01-13 09:00:00+04:00",out\n')
    karvan("presence", tmp_path / "c.csv", "--observed-until", "2026-03-31", "--zone", "Asia/Baku", "-o", tmp_path / "s.parquet")
    assert pq.read_table(tmp_path / "s.parquet").column("entered_on").to_pylist() == [date(2026, 1, 12)]


def test_a_failed_run_leaves_the_earlier_result_and_nothing_else(crossings):
    here = crossings.parent
    (here / "stays.parquet").write_bytes(b"from an earlier run")
    pq.write_table(pa.table({"person_id": ["P1"], "crossed_at": [datetime(2026, 1, 1)]}), here / "short.parquet")
    with pytest.raises(DataError, match="no column `direction`"):
        karvan("presence", here / "short.parquet", "--observed-until", "2026-03-31", "-o", here / "stays.parquet")
    assert (here / "stays.parquet").read_bytes() == b"from an earlier run"
    assert sorted(path.name for path in here.iterdir()) == ["crossings.parquet", "short.parquet", "stays.parquet"]


def test_files_that_are_not_there_or_not_parquet(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        karvan("presence", tmp_path / "none.parquet", "--observed-until", "2026-03-31", "-o", tmp_path / "s.parquet")
    (tmp_path / "bad.parquet").write_text("no parquet")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        karvan("presence", tmp_path / "bad.parquet", "--observed-until", "2026-03-31", "-o", tmp_path / "s.parquet")
    (tmp_path / "ok.csv").write_text("person_id,crossed_at,direction\n")
    with pytest.raises(SetupError, match="no such folder"):
        karvan("presence", tmp_path / "ok.csv", "--observed-until", "2026-03-31", "-o", tmp_path / "nowhere" / "s.parquet")


def test_an_empty_file_gives_files_with_columns_and_no_rows(tmp_path):
    pq.write_table(table("person_id | crossed_at | direction").arrow(), tmp_path / "c.parquet")
    karvan("presence", tmp_path / "c.parquet", "--observed-until", "2026-03-31", "-o", tmp_path / "s.parquet")
    karvan("residence", tmp_path / "s.parquet", "-o", tmp_path / "r.parquet")
    karvan("rolling", tmp_path / "s.parquet", "--days", 90, "--window", 180, "-o", tmp_path / "o.parquet")
    assert [pq.read_table(tmp_path / name).num_rows for name in ("s.parquet", "r.parquet", "o.parquet")] == [0, 0, 0]


def test_more_people_than_one_batch_holds(tmp_path, monkeypatch):
    monkeypatch.setattr("karvan.lifecourse.people.BATCH", 2048)
    people, each = 3_000, 5
    first = datetime(2024, 1, 1)
    crossings = pa.table({
        "person_id": [f"P{p:05}" for p in range(people)] * each,
        "crossed_at": pa.array([first.replace(month=n + 1) for n in range(each) for _ in range(people)]),
        "direction": ["in" if n % 2 == 0 else "out" for n in range(each) for _ in range(people)],
    })  # fmt: skip
    pq.write_table(crossings, tmp_path / "c.parquet")
    karvan("presence", tmp_path / "c.parquet", "--observed-until", "2026-03-31", "-o", tmp_path / "s.parquet")
    stays = pq.read_table(tmp_path / "s.parquet")
    assert stays.num_rows == people * 3
    assert stays.column("spell_no").to_pylist() == [1, 2, 3] * people
    assert stays.column("person_id").to_pylist() == [f"P{p:05}" for p in range(people) for _ in range(3)]


def test_all_rules_in_one_pass_equal_one_after_the_other(crossings):
    here = crossings.parent
    karvan("all", crossings, "--observed-until", "2026-03-31", "-o", here / "once")
    karvan("presence", crossings, "--observed-until", "2026-03-31", "-o", here / "stays.parquet", "--aside", here / "aside.parquet")
    karvan("residence", here / "stays.parquet", "--observed-until", "2026-03-31", "-o", here / "residence.parquet")
    karvan("rolling", here / "stays.parquet", "--days", 90, "--window", 180, "--observed-until", "2026-03-31", "-o", here / "over.parquet")
    for name in ("stays", "aside", "residence", "over"):
        assert pq.read_table(here / "once" / f"{name}.parquet").equals(pq.read_table(here / f"{name}.parquet")), name


def test_repair_on_files_counts_and_an_empty_file_is_repaired_to_an_empty_one(crossings):
    here = crossings.parent
    said = karvan("presence", crossings, "--observed-until", "2026-03-31", "--repair", "pack", "--pack", "az", "-o", here / "stays.parquet", "--repairs", here / "repairs.csv")
    assert "repaired: missing_exit_closed" in said and "missing_exit_closed" in (here / "repairs.csv").read_text()
    pq.write_table(table("person_id | crossed_at | direction").arrow(), here / "none.parquet")
    karvan("presence", here / "none.parquet", "--observed-until", "2026-03-31", "--repair", "pack", "-o", here / "empty.parquet")
    assert pq.read_table(here / "empty.parquet").num_rows == 0


def test_days_of_stays_may_be_text_and_an_empty_column_of_any_type(tmp_path):
    (tmp_path / "s.csv").write_text("person_id,entered_on,left_on\nP1,2026-01-01,\n")
    pq.write_table(pa.table({"person_id": ["P1"], "entered_on": ["2026-01-01"], "left_on": pa.nulls(1)}), tmp_path / "s.parquet")
    for name in ("s.csv", "s.parquet"):
        karvan("rolling", tmp_path / name, "--days", 90, "--window", 180, "--observed-until", "2026-01-31", "-o", tmp_path / "o.parquet")
        assert pq.read_table(tmp_path / "o.parquet").column("max_days").to_pylist() == [31]
    pq.write_table(pa.table({"person_id": ["P1"], "entered_on": ["soon"], "left_on": pa.nulls(1)}), tmp_path / "s.parquet")
    with pytest.raises(DataError, match="1 rows of `entered_on` are no day"):
        karvan("residence", tmp_path / "s.parquet", "-o", tmp_path / "r.parquet")


def test_a_stopped_run_stops_the_sort_too():
    from karvan.lifecourse.engine import engine
    from karvan.lifecourse.people import in_order

    with pytest.raises(KeyboardInterrupt), engine() as con:
        in_order(con, "select range as person_id from range(2_000_000_000) order by hash(range)")
        raise KeyboardInterrupt
    with pytest.raises(Exception, match="closed"):
        con.execute("select 1")


def test_stays_shuffled_after_they_were_made_are_sorted_again(tmp_path):
    """Their metadata still say that they are in order; what is read says that they are not."""
    crossings = pa.table({
        "person_id": [f"P{p:04}" for p in range(500)] * 4,
        "crossed_at": pa.array([datetime(2020 + n, 1, 1 + p % 28) for n in range(4) for p in range(500)]),
        "direction": [("in", "out")[n % 2] for n in range(4) for _ in range(500)],
    })  # fmt: skip
    pq.write_table(crossings, tmp_path / "c.parquet")
    karvan("presence", tmp_path / "c.parquet", "--observed-until", "2026-03-31", "-o", tmp_path / "s.parquet")
    stays = pq.read_table(tmp_path / "s.parquet")
    pq.write_table(stays.take(pa.array([*range(900, 1000), *range(900)])), tmp_path / "people.parquet")
    pq.write_table(stays.take(pa.array([*range(998), 999, 998])), tmp_path / "stays.parquet")
    found = {}
    for name in ("s", "people", "stays"):
        karvan("residence", tmp_path / f"{name}.parquet", "-o", tmp_path / "r.parquet", "--per-crossing", tmp_path / "e.parquet")
        karvan("rolling", tmp_path / f"{name}.parquet", "--days", 90, "--window", 180, "-o", tmp_path / "o.parquet")
        found[name] = [pq.read_table(tmp_path / f"{out}.parquet") for out in "reo"]
    assert found["s"][0].num_rows == 1000 and found["s"][2].num_rows == 500
    assert found["people"] == found["s"] and found["stays"] == found["s"]
