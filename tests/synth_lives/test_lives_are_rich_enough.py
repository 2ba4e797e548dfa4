"""Fifty groups that analysts ask for."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from karvan.errors import PackError
from karvan.synth.yields import definitions, found, over_truth

PACK = Path(__file__).parents[2] / "packs" / "az"
DEFINITIONS = definitions(PACK / "synth" / "yields.yaml")


@pytest.fixture(scope="module")
def analyst(truth):
    con = duckdb.connect()
    over_truth(con, truth, first_day=date(2020, 7, 1))
    return con


def test_there_are_fifty_definitions():
    assert len(DEFINITIONS) == 50


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_each_definition_finds_twenty_people(analyst, definition):
    assert found(analyst, definition) >= 20, definition.title


def test_a_definition_without_sql_is_named_by_its_place(tmp_path):
    (tmp_path / "yields.yaml").write_text("yields:\n  - {id: a, title: A}\n", encoding="utf-8")
    with pytest.raises(PackError, match="Entry 1 has no sql"):
        definitions(tmp_path / "yields.yaml")
