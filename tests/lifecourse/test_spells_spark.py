"""The rules of the life course on Spark: the rows that one process writes."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from karvan.cli.spells import spells
from karvan.errors import DataError
from karvan.lifecourse.engine import engine
from karvan.lifecourse.files import writing_folder
from karvan.lifecourse.passes import FILES, know_crossings, know_spells
from karvan.lifecourse.residence import UR_12_16
from karvan.lifecourse.spark import all_of_bucket, count_bucket, made_of, on_worker

UNTIL = date(2026, 3, 31)
WORKERS = "local-cluster[2,1,1024]"      # two worker processes of one processor and a gigabyte
START = datetime(2021, 1, 1, tzinfo=UTC)


def crossings(people: int, *, seed: int) -> pa.Table:
    """About eight crossings of each person, in any order: one person in ten has one too many, too few or of no direction, some rows are of nobody."""
    chance = random.Random(seed)
    rows = []
    for person in range(people):
        at, inward, own = START + timedelta(days=chance.randint(0, 700)), chance.random() < 0.8, []
        for _ in range(chance.randint(1, 15)):
            own.append((f"P{person:06}", at, "in" if inward else "out"))
            at += timedelta(days=chance.choice([0, 1, 10, 80, 122, 123, 365, 366]), seconds=chance.choice([0, 0, 3_600, 80_000]))
            inward = not inward
        if chance.random() < 0.1:
            wrong = chance.randrange(len(own))
            own[wrong : wrong + 1] = chance.choice([[], [own[wrong]] * 2, [(own[wrong][0], None, "in")], [(own[wrong][0], at, "transit")]])
        rows += own
    rows += [(None, START, "in")] * 20
    chance.shuffle(rows)
    names, times, directions = zip(*rows, strict=True)
    return pa.table({
        "person_id": pa.array(names), "crossed_at": pa.array(times, pa.timestamp("us", "UTC")), "direction": pa.array(directions),
        "record_id": pa.array([f"R{number}" for number in range(len(rows))]),
    })  # fmt: skip


def karvan(*words: object) -> dict[str, int]:
    done = CliRunner().invoke(spells, [*map(str, words), "--json"], catch_exceptions=False, standalone_mode=False)
    if done.exception:
        raise done.exception
    return {row["what"]: row["count"] for row in json.loads(done.output)}


def rows(path: Path) -> list[tuple]:
    found = ds.dataset(path, format="parquet").to_table()
    return sorted(zip(*found.to_pydict().values(), strict=True), key=repr)


def test_buckets_of_persons_together_are_the_whole(tmp_path):
    """What a worker does, without Spark."""
    made = crossings(400, seed=3)
    pq.write_table(made, tmp_path / "c.parquet")
    with engine() as con:
        known = know_crossings(con, tmp_path / "c.parquet", zone="Asia/Baku")
    places = {name: tmp_path / "spark" / f"{name}.parquet" for name in FILES}
    for place in places.values():
        place.mkdir(parents=True)
    work = partial(all_of_bucket, known=known, rule=UR_12_16, days=90, window=180, observed_until=UNTIL)
    reports = []
    for bucket in range(3):
        part = made.filter(pa.array([(int(name[-1]) if name else 0) % 3 == bucket for name in made["person_id"].to_pylist()]))
        reports += on_worker(work, places, [made.schema], bucket, part).to_pylist()
    said = karvan("all", tmp_path / "c.parquet", "--observed-until", UNTIL, "--zone", "Asia/Baku", "-o", tmp_path / "all")
    found = made_of(tuple(row.values()) for row in reports)
    assert {name.replace("_", " "): number for name, number in found.counts.items()} | {f"aside: {name}": number for name, number in found.reasons.items()} == said
    for name in FILES:
        assert rows(places[name]) == rows(tmp_path / "all" / f"{name}.parquet")


def test_what_a_worker_finds_wrong_is_said_where_the_command_runs(tmp_path):
    stays = pa.table({"person_id": ["P1"], "entered_on": [date(2026, 1, 1)], "left_on": pa.nulls(1, pa.date32())})
    with engine() as con:
        known = know_spells(con, stays, ordered=False)
    work = partial(count_bucket, known=known, days=90, window=180, observed_until=None)
    report = on_worker(work, {"table": tmp_path}, [stays.schema], 0, stays).to_pylist()
    with pytest.raises(DataError, match="A stay is open") as wrong:
        made_of(tuple(row.values()) for row in report)
    assert "--observed-until" in wrong.value.fix and not list(tmp_path.iterdir())


def test_what_spark_does_not_do_is_said(tmp_path):
    (tmp_path / "c.csv").write_text("person_id,crossed_at,direction\n")
    on_spark = ["--observed-until", UNTIL, "--engine", "spark", "-o", tmp_path / "s.parquet"]
    with pytest.raises(DataError, match="On Spark files are Parquet"):
        karvan("presence", tmp_path / "c.csv", *on_spark)
    with pytest.raises(click.UsageError, match="leave out --engine spark"):
        karvan("presence", tmp_path / "c.csv", "--repair", "pack", *on_spark)


def test_a_folder_takes_the_place_of_an_earlier_result_only_when_it_is_whole(tmp_path):
    for name in ("file.parquet", "folder.parquet"):
        path = tmp_path / name
        if name == "file.parquet":
            path.write_text("from an earlier run")
        else:
            path.mkdir()
            (path / "old").touch()
        with pytest.raises(KeyboardInterrupt), writing_folder(path) as part:
            (part / "new").touch()
            raise KeyboardInterrupt
        assert path.is_file() or (path / "old").exists()
        with writing_folder(path) as part:
            (part / "new").touch()
        assert [file.name for file in path.iterdir()] == ["new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.parquet", "folder.parquet"]


@pytest.mark.slow
def test_two_workers_write_the_rows_of_one_process(tmp_path):
    pytest.importorskip("pyspark")
    made = crossings(13_000, seed=1)
    assert made.num_rows > 95_000
    (tmp_path / "days").mkdir()
    for number, part in enumerate((made.slice(0, 60_000), made.slice(60_000))):
        pq.write_table(part, tmp_path / "days" / f"{number}.parquet")
    chance = random.Random(2)
    initial = pa.table({"person_id": [f"P{person:06}" for person in range(0, 14_000, 3)], "resident": [chance.random() < 0.5 for _ in range(0, 14_000, 3)]})
    pq.write_table(initial, tmp_path / "initial.parquet")

    until, zone = ["--observed-until", UNTIL], ["--zone", "Asia/Baku"]
    said = {}
    for kind, options in (("duckdb", []), ("spark", ["--engine", "spark", "--spark-master", WORKERS])):
        out = tmp_path / kind
        out.mkdir()
        said[kind] = [
            karvan("all", tmp_path / "days", *until, *zone, *options, "-o", out / "all"),
            karvan("presence", tmp_path / "days", *until, *zone, *options, "-o", out / "stays.parquet", "--aside", out / "aside.parquet"),
            karvan("residence", out / "stays.parquet", *until, *options, "--initial", tmp_path / "initial.parquet", "-o", out / "r.parquet", "--per-crossing", out / "c.parquet"),
            karvan("rolling", out / "stays.parquet", "--days", 90, "--window", 180, *options, "-o", out / "o.parquet"),
        ]
    assert said["spark"] == said["duckdb"]
    for name in (*(f"all/{name}.parquet" for name in FILES), "stays.parquet", "aside.parquet", "r.parquet", "c.parquet", "o.parquet"):
        here, there = rows(tmp_path / "duckdb" / name), rows(tmp_path / "spark" / name)
        assert here == there and len(here) > 500, name
    assert len(list((tmp_path / "spark" / "stays.parquet").iterdir())) > 2
    assert not list(tmp_path.rglob(".*"))
