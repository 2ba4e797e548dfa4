"""The step on Spark: every table is that of the step on DuckDB, row by row."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_lifecourse_delta import LAST, deliver, tables_of, told

from karvan.cli import karvan
from karvan.errors import SetupError
from karvan.lifecourse import STEP, step_on
from karvan.workspace import Workspace, run_step
from karvan.workspace.runner import step_fingerprint

WORKERS = "local-cluster[2,1,1024]"      # two worker processes of one processor and a gigabyte


@pytest.mark.slow
def test_two_workers_give_the_tables_of_one_process(tmp_path):
    pytest.importorskip("pyspark")
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    deliver(ws, told(3, 300), LAST)
    found, notes = [], []
    for step in (STEP, step_on("spark", WORKERS)):
        with ws.lock():
            notes.append(run_step(ws, step, force=True).notes)
        found.append(tables_of(ws))
    for name, rows in found[0].items():
        assert found[1][name] == rows, name
    assert notes[0] == notes[1] and len(found[0]["residence_spells"]) > 500
    assert not list(Path(ws.root / ".tmp").glob("spark-*"))


def test_what_was_made_on_one_engine_is_not_made_again_on_the_other(tmp_path):
    pytest.importorskip("pyspark")
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    assert step_fingerprint(ws, step_on("spark")) == step_fingerprint(ws, STEP)


def test_without_spark_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SetupError, match="pyspark"):
        step_on("spark")
    Workspace.create(tmp_path / "ws", packs=["az"])
    done = CliRunner().invoke(karvan, ["run", "-w", str(tmp_path / "ws"), "--engine", "spark"])
    assert done.exit_code != 0 and "karvan[spark]" in done.output + str(done.exception)
