"""The commands: what they refuse, and what they say when they are done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from karvan.cli.synth import synth
from karvan.errors import DataError, SetupError
from karvan.synth.score import score
from karvan.workspace import Workspace


def test_made_up_files_are_never_mixed_with_others(tmp_path: Path):
    (tmp_path / "extracts" / "az.sbs.crossings").mkdir(parents=True)
    with pytest.raises(SetupError) as wrong:
        CliRunner().invoke(synth, ["make", "-o", str(tmp_path)], standalone_mode=False, catch_exceptions=False)
    assert "choose another folder" in wrong.value.fix


def test_a_place_to_write_to_must_be_named():
    result = CliRunner().invoke(synth, ["make"])
    assert result.exit_code == 2
    assert "-o FOLDER or -w WORKSPACE" in result.output


def test_a_small_country_goes_straight_into_a_workspace(tmp_path: Path):
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    result = CliRunner().invoke(
        synth, ["make", "-w", str(ws.root), "--residents", "200", "--without", "Q18, Q19", "--defect-rates", "x2", "--json"], catch_exceptions=False
    )
    rows = {row["feed"]: row for row in json.loads(result.output)}
    assert rows["az.sbs.crossings"]["rows"] > 500
    assert len(list((ws.extracts / "az.sbs.crossings").iterdir())) == rows["az.sbs.crossings"]["files"] == 2191
    assert (ws.root / "truth" / "people.parquet").exists()


def test_a_workspace_without_truth_is_not_scored(tmp_path: Path):
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    with pytest.raises(DataError) as wrong:
        score(ws)
    assert "karvan synth make" in wrong.value.fix
