"""A new day of crossings: only the people whom it concerns are decided anew, and the tables are those of a full run."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drawn import drawn, table
from karvan.errors import DataError
from karvan.lifecourse.daily import ORDER, current, run_all, run_new

ASKED = {"zone": None, "rule": "UR-12/16", "days": 90, "window": 180}


def put(folder: Path, name: str, crossings: str | pa.Table) -> None:
    folder.mkdir(exist_ok=True)
    pq.write_table(crossings if isinstance(crossings, pa.Table) else table(crossings).arrow(), folder / f"{name}.parquet")


def people(folder: Path) -> list[str]:
    return pq.read_table(folder / "delta" / "people.parquet").column("person_id").to_pylist()


FIRST = """
    person_id | crossed_at          | direction
    leaves    | 2024-01-01T09:00:00 | in
    away      | 2024-01-01T09:00:00 | in
    away      | 2024-02-01T09:00:00 | out
    undecided | 2025-04-02T09:00:00 | in
    counted   | 2026-02-01T09:00:00 | in
    resident  | 2020-01-01T09:00:00 | in
    early     | 2026-04-01T09:00:00 | in
    twice     | 2026-03-01T09:00:00 | in
    twice     | 2026-03-01T09:00:00 | in
"""


def test_whom_a_day_concerns(tmp_path):
    """Who crossed; whose decision becomes final; whose days add up; whose crossing is no longer too late. Not: who is away or long decided, or is set aside."""
    put(tmp_path / "c", "until-march", FIRST)
    run_all(tmp_path / "c", tmp_path / "out", observed_until=date(2026, 3, 31), **ASKED)
    put(tmp_path / "c", "april-1", """
        person_id | crossed_at          | direction
        leaves    | 2026-04-01T12:00:00 | out
        new       | 2026-04-01T13:00:00 | in
    """)  # fmt: skip
    made = run_new(tmp_path / "c", tmp_path / "out", observed_until=date(2026, 4, 1), **ASKED)
    assert people(tmp_path / "out") == ["counted", "early", "leaves", "new"]
    assert made.counts["people_concerned"] == 4 and made.counts["files_added"] == 1
    run_new(tmp_path / "c", tmp_path / "out", observed_until=date(2026, 4, 2), **ASKED)
    assert people(tmp_path / "out") == ["counted", "early", "leaves", "new", "undecided"]
    assert drawn(current(tmp_path / "out", "residence"), "person_id from_on to_on basis final_on") == table("""
        person_id | from_on    | to_on | basis     | final_on
        counted   | 2026-02-01 |       | undecided |
        early     | 2026-04-01 |       | undecided |
        leaves    | 2024-01-01 |       | observed  |
        new       | 2026-04-01 |       | undecided |
        resident  | 2020-01-01 |       | observed  | 2020-12-31
        undecided | 2025-04-02 |       | observed  | 2026-04-02
    """)


def same_as_in_full(crossings: Path, out: Path, whole: Path, until: date, asked: dict) -> None:
    run_all(crossings, whole, observed_until=until, **asked)
    for name in ORDER:
        assert current(out, name).equals(pq.read_table(whole / f"{name}.parquet")), (name, until)


@pytest.mark.parametrize("rule", ["UR-12/16", "UR-12/12", "UR-1/2"])
def test_the_tables_are_those_of_a_full_run(tmp_path, rule):
    """Half a year of days by lot, late files, crossings that do not alternate, and days without any."""
    chance = random.Random(rule)
    (tmp_path / "whole").mkdir()
    out, crossings, asked = tmp_path / "out", tmp_path / "c", ASKED | {"rule": rule, "days": 9, "window": 20}
    out.mkdir()
    start = datetime(2024, 1, 1)
    rows = []
    for person in range(300):
        at, inward = start + timedelta(days=chance.randint(0, 500)), chance.random() < 0.8
        while at < start + timedelta(days=830):
            rows.append((f"P{person:03}", at, "in" if inward or chance.random() < 0.02 else "out", f"R{len(rows):05}"))
            at += timedelta(days=chance.choice([0, 1, 5, 21, 40, 90, 365, 370]), seconds=chance.choice([0, 0, 7_000]))
            inward = not inward
    rows += [(None, start + timedelta(days=day), "in", f"N{day}") for day in range(0, 800, 90)]
    delivered = [(at + timedelta(days=chance.choice([0, 0, 0, 0, 0, 0, 3, 30])), (person, at, direction, record)) for person, at, direction, record in rows]

    def deliver(name: str, after: datetime, to: datetime) -> None:
        some = [row for when, row in delivered if after <= when < to]
        names, times, directions, records = zip(*some, strict=True) if some else ([], [], [], [])
        put(crossings, name, pa.table({
            "person_id": pa.array(names, pa.string()), "crossed_at": pa.array(times, pa.timestamp("us")),
            "direction": pa.array(directions, pa.string()), "record_id": pa.array(records, pa.string()),
        }))  # fmt: skip

    base = start + timedelta(days=600)
    deliver("first", start, base)
    run_all(crossings, out, observed_until=base.date() - timedelta(days=10), **asked)    # so that some are too late
    before = base
    for step in (0, 1, 2, 5, 30, 60, 100):
        until = base + timedelta(days=step)
        deliver(f"until-{step:03}", before, until + timedelta(days=1))
        before = until + timedelta(days=1)
        made = run_new(crossings, out, observed_until=until.date(), **asked)
        assert made.counts["people_concerned"] < 300
        same_as_in_full(crossings, out, tmp_path / "whole", until.date(), asked)
    assert current(out, "aside").num_rows > 20


def test_what_a_delta_cannot_begin_from(tmp_path):
    put(tmp_path / "c", "first", FIRST)
    out, asked = tmp_path / "out", {"observed_until": date(2026, 3, 31)} | ASKED
    out.mkdir()
    with pytest.raises(DataError, match="no full run"):
        run_new(tmp_path / "c", out, **asked)
    run_all(tmp_path / "c", out, **asked)
    with pytest.raises(DataError, match="rule UR-12/16, this one with UR-6/12"):
        run_new(tmp_path / "c", out, **asked | {"rule": "UR-6/12"})
    with pytest.raises(DataError, match="later than 2026-03-30"):
        run_new(tmp_path / "c", out, **asked | {"observed_until": date(2026, 3, 30)})
    put(tmp_path / "c", "first", FIRST + "    more      | 2026-01-01T09:00:00 | in\n" * 50)
    with pytest.raises(DataError, match="1 files that the full run has read"):
        run_new(tmp_path / "c", out, **asked)
    assert not (out / "delta").exists()


def test_a_full_run_ends_the_delta_and_a_stopped_one_leaves_one_that_counts_for_nothing(tmp_path):
    put(tmp_path / "c", "first", FIRST)
    out = tmp_path / "out"
    out.mkdir()
    run_all(tmp_path / "c", out, observed_until=date(2026, 3, 31), **ASKED)
    run_new(tmp_path / "c", out, observed_until=date(2026, 4, 1), **ASKED)
    assert current(out, "stays").num_rows == 6 and pq.read_table(out / "stays.parquet").num_rows == 5
    kept = tmp_path / "kept"
    (out / "delta").rename(kept)
    run_all(tmp_path / "c", out, observed_until=date(2026, 4, 2), **ASKED)
    kept.rename(out / "delta")
    assert current(out, "stays").equals(pq.read_table(out / "stays.parquet"))
    run_all(tmp_path / "c", out, observed_until=date(2026, 4, 2), **ASKED)
    assert not (out / "delta").exists()


def test_a_run_that_was_killed_between_two_tables_is_no_full_run(tmp_path, monkeypatch):
    """The tables may be of two runs then: nothing begins from them, and no delta is laid over them."""
    put(tmp_path / "c", "first", FIRST)
    out = tmp_path / "out"
    run_all(tmp_path / "c", out, observed_until=date(2026, 3, 31), **ASKED)
    run_new(tmp_path / "c", out, observed_until=date(2026, 4, 1), **ASKED)
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr("karvan.lifecourse.files.os.replace", raises(KeyboardInterrupt))
        run_all(tmp_path / "c", out, observed_until=date(2026, 4, 2), **ASKED)
    for begin in (lambda: current(out, "stays"), lambda: run_new(tmp_path / "c", out, observed_until=date(2026, 4, 2), **ASKED)):
        with pytest.raises(DataError, match="no full run"):
            begin()


def raises(wrong: type[BaseException]):
    def work(*words: object) -> None:
        raise wrong

    return work
