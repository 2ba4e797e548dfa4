"""Pairs scored on Spark: the same links as on DuckDB."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from linkage_people import identities

from karvan.cli import karvan
from karvan.country import for_workspace
from karvan.errors import SetupError
from karvan.linkage import STEP, opinion, step_on
from karvan.linkage.comparisons import COMPARISONS, splink_comparisons
from karvan.linkage.model import score_pairs
from karvan.linkage.numbers import join_by_number
from karvan.linkage.opinion import doubted, read_again
from karvan.linkage.prepare import prepare
from karvan.linkage.spark import arguments, on_workers, worker
from karvan.linkage.step import HERE, decided_sides
from karvan.workspace import Workspace, new_connection, run_step
from karvan.workspace.runner import step_fingerprint

WORKERS = "local-cluster[2,1,1024]"      # two worker processes of one processor and a gigabyte


@pytest.fixture
def con():
    """A connection with the nodes of 300 made-up people."""
    con = new_connection(threads=1)
    con.register("identities", identities(300, seed=3, defects=3)[0])
    prepare(con)
    decided_sides(con, [])
    join_by_number(con)
    con.execute((HERE / "nodes.sql").read_text(encoding="utf-8"))
    return con


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """A made-up country of 2,000 residents, read but not linked."""
    from karvan.line import run
    from karvan.synth.make import make

    ws = Workspace.create(tmp_path_factory.mktemp("spark") / "ws", packs=["az", "world"])
    make(for_workspace(ws), residents=2_000, seed=1, extracts=ws.extracts, truth=ws.root / "truth")
    run(ws, through="intake")
    return ws


def test_a_worker_finds_the_levels_that_duckdb_finds(con):
    score_pairs(con, keyed=0, threshold=0.9, seed=1)
    pairs = con.sql("select a, b, l.*, r.* from scored_pairs join (select columns('(.+)') as \"\\1_l\" from blocked) l on node_l = a join (select columns('(.+)') as \"\\1_r\" from blocked) r on node_r = b order by a, b").to_arrow_table()
    assert pairs.num_rows > 50
    for comparison in COMPARISONS:
        here = duckdb_levels(con, pairs, comparison.level_sql)
        there = duckdb_levels(worker(), pairs.select(arguments(comparison)), comparison.level_sql)
        assert here == there


def duckdb_levels(con, pairs: pa.Table, sql: str) -> list[str]:
    con.register("pairs_of_test", pairs)
    return con.sql(f"select {sql} as level from pairs_of_test").to_arrow_table()["level"].to_pylist()


def test_splink_on_spark_asks_for_levels_by_name_and_nothing_else_changes():
    model = {comparison.name: [{"m": 0.5, "u": 0.5}] * (len(comparison.levels) + 1) for comparison in COMPARISONS}
    here, there = splink_comparisons(model), on_workers(splink_comparisons(model))
    assert there[0]["comparison_levels"][1]["sql_condition"].endswith("= 'same'") and there[0]["comparison_levels"][-1]["sql_condition"] == "ELSE"
    without = [[{k: v for k, v in level.items() if k != "sql_condition"} for level in one["comparison_levels"]] for one in (*here, *there)]
    assert without[: len(here)] == without[len(here) :]


def test_names_are_read_again_in_batches_of_any_size(con, monkeypatch):
    found = []
    for size in (2, 100_000):
        monkeypatch.setattr(opinion, "AT_ONCE", size)
        score_pairs(con, keyed=0, threshold=0.9, seed=1)
        found.append(con.sql("from scored_pairs order by all").fetchall())
    assert found[0] == found[1] and sum(score is not None for *_, score in found[0]) > 2


def test_doubtful_names_give_opinions_of_their_level(con):
    score_pairs(con, keyed=0, threshold=0.9, seed=1)
    said = read_again(con.sql(doubted("scored_pairs", "blocked")).to_arrow_table())
    assert said.column_names == ["a", "b", "level", "score"] and set(said["level"].to_pylist()) <= set(opinion.worth()["alike"])


def test_without_spark_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SetupError, match="pyspark"):
        step_on("spark")
    Workspace.create(tmp_path / "ws", packs=[])
    done = CliRunner().invoke(karvan, ["link", "run", "-w", str(tmp_path / "ws"), "--engine", "spark"])
    assert done.exit_code != 0 and "karvan[spark]" in done.output + str(done.exception)


def test_new_records_alone_are_not_linked_on_spark(tmp_path):
    Workspace.create(tmp_path / "ws", packs=[])
    done = CliRunner().invoke(karvan, ["link", "run", "-w", str(tmp_path / "ws"), "--engine", "spark", "--new-only"])
    assert done.exit_code == 2 and "leave out --engine spark" in done.output


def test_what_was_linked_on_one_engine_is_not_linked_again_on_the_other(tmp_path):
    pytest.importorskip("pyspark")
    ws = Workspace.create(tmp_path / "ws", packs=[])
    assert step_fingerprint(ws, step_on("spark")) == step_fingerprint(ws, STEP)


@pytest.mark.slow
def test_two_workers_give_the_same_persons_cuts_and_evidence(country: Workspace):
    pytest.importorskip("pyspark")
    tables = ("links", "persons", "link_pairs", "link_cuts")
    found = []
    for step in (STEP, step_on("spark", WORKERS)):
        with country.lock():
            done = run_step(country, step, force=True)
        found.append({name: country.connect().sql(f"from {name} order by all").fetchall() for name in tables})
        assert done.notes["nodes"] > 3_000
    assert found[0] == found[1] and len(found[0]["links"]) > 10_000
    assert any(score is not None for (score,) in country.connect().sql("select name_score from link_pairs").fetchall())
    assert not list(Path(country.root / ".tmp").glob("spark-*"))
