"""The step and the command over a small workspace: what is adjusted, what is not, and that nothing is done twice."""

import json
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from karvan.cli.seasonal import seasonal
from karvan.seasonal import STEP, x13
from karvan.tables import TABLES
from karvan.workspace import Workspace, new_connection, run_step

pytestmark = pytest.mark.skipif(x13.program() is None, reason="the extra `seasonal` is not installed")
MONTHS = [f"{2020 + (6 + k) // 12}-{(6 + k) % 12 + 1:02d}" for k in range(72)]
SHARED = {"indicator": "TMP-01", "unit": "crossings", "vintage": "2026-06-30", "basis": "records", "obs_status": "A", "treatment": "rounded"}
TOTALS = dict.fromkeys(("sex", "age_group", "citizenship", "purpose", "bcp"), "_T")


def cells():
    """Entries in all with a season, by air as many, and by rail a few without one."""
    lots = [(k * 7919) % 13 - 6 for k in range(72)]
    for k, period in enumerate(MONTHS):
        value = 5.0 * round((600 + 3 * k + 150 * math.sin(2 * math.pi * k / 12) + 4 * lots[k]) / 5)
        for mode, figure in (("_T", value), ("air", value - 10), ("rail", 10.0)):
            yield SHARED | TOTALS | {"period": period, "mode": mode, "value": figure}


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    ws = Workspace.create(tmp_path_factory.mktemp("seasonal") / "w", packs=["az", "world"])
    con = new_connection(threads=1)
    con.execute(f"create table made as {TABLES['safe_cubes'].empty_select()}")
    con.register("given", pa.Table.from_pylist(list(cells())))
    con.execute("insert into made by name select * from given")
    with ws.lock(), ws.transaction() as tx:
        tx.write("safe_cubes", con.sql("select * from made order by period, mode"), part="TMP-01")
    with ws.lock():
        run_step(ws, STEP)
    return ws


def asked(country, *words):
    said = CliRunner().invoke(seasonal, [*words, "-w", str(country.root)], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    return said.output


def test_the_step_writes_a_verdict_for_each_series_and_values_for_those_that_are_adjusted(country):
    con = country.connect()
    assert con.execute("select mode, verdict, composition, first_period, last_period, periods, q < 1 from seasonal_series order by mode").fetchall() == [
        ("_T", "adjusted", "additive", "2020-07", "2026-06", 72, True), ("air", "adjusted", "additive", "2020-07", "2026-06", 72, True), ("rail", "constant", None, "2020-07", "2026-06", 72, None),
    ]  # fmt: skip
    assert con.execute("select mode, count(*), bool_and(abs(adjusted + seasonal + coalesce(calendar, 0) - value) < 0.01) from seasonal_values group by mode order by mode").fetchall() == [
        ("_T", 72, True), ("air", 72, True),
    ]  # fmt: skip
    with country.lock():
        assert run_step(country, STEP) is None, "nothing that it depends on has changed"


def test_the_command_lists_verdicts_and_shows_one_series_and_its_revisions(country, tmp_path):
    assert {row["series"]: row["verdict"] for row in json.loads(asked(country, "--json"))} == {"TMP-01": "adjusted", "TMP-01 mode=air": "adjusted", "TMP-01 mode=rail": "constant"}
    rows = json.loads(asked(country, "TMP-01", "mode=air", "--json"))
    assert [row["period"] for row in rows] == MONTHS and all(row["adjusted"] for row in rows)
    assert "X-13ARIMA-SEATS" in asked(country, "TMP-01")
    assert len(json.loads(asked(country, "TMP-01", "--revisions", "--json"))) == 12
    asked(country, "TMP-01", "-o", str(tmp_path / "adjusted.parquet"))
    assert pq.read_table(tmp_path / "adjusted.parquet").num_rows == 72


@pytest.mark.parametrize(("words", "wrong"), [(["TMP-1"], "There is no indicator 'TMP-1'"), (["FLW-01"], "no published monthly series"), (["TMP-01", "--quarters"], "no published quarterly series")])
def test_what_cannot_be_shown_says_why(country, words, wrong):
    from karvan.errors import DataError

    with pytest.raises(DataError, match=wrong):
        CliRunner().invoke(seasonal, [*words, "-w", str(country.root)], catch_exceptions=False)
