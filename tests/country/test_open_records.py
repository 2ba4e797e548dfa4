"""Two real record-level extracts give figures of stays and of labour demand, and refuse to count people."""

import os
import shutil
from pathlib import Path

import pytest

from karvan.country import for_workspace
from karvan.workspace import Workspace, run_step

SHARED = os.environ.get("KARVAN_SHARED")


def computed(root: Path, *, full: bool):
    """A workspace of the pack with its indicators, and what the run of indicators noted."""
    from karvan import indicators, intake

    ws = Workspace.create(root / "ws", packs=["open_us"])
    for feed, files in for_workspace(ws).samples.items():
        (ws.extracts / feed).mkdir(parents=True)
        for file in files:
            wanted = next(Path(SHARED).joinpath("data").rglob(file.name)) if full else file
            shutil.copyfile(wanted, ws.extracts / feed / file.name)
    with ws.lock():
        run_step(ws, intake.STEP)
        run = run_step(ws, indicators.STEP)
    return ws.connect(), run.notes


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return computed(tmp_path_factory.mktemp("sample"), full=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    if not SHARED:
        pytest.skip("KARVAN_SHARED names no folder with the full files")
    return computed(tmp_path_factory.mktemp("whole"), full=True)


def totals(con, indicator: str, by: str, period: str) -> dict[str, float]:
    """Cells of one dimension of an indicator, all others total."""
    dims = [d for d in ("citizenship", "purpose", "ground", "duration", "decision", "region", "sex", "age_group", "mode", "occupation") if d != by]
    where = " and ".join(f"coalesce({d}, '_T') = '_T'" for d in dims)
    return dict(con.sql(f"select {by}, value from cubes where indicator = '{indicator}' and period = '{period}' and {where}").fetchall())


def test_people_are_refused_where_there_is_no_key_to_them(sample):
    _, notes = sample
    assert set(notes["refused"]) == {"I94-05"}
    assert "no key to the person" in notes["refused"]["I94-05"]


def test_every_stay_is_in_one_outcome_and_in_one_length(sample):
    con, _ = sample
    admissions = totals(con, "I94-01", "mode", "2016-04")["_T"]
    assert admissions == con.sql("select count(*) from stay").fetchall()[0][0]
    assert sum(totals(con, "I94-03", "kind", "2016-04").values()) == admissions
    lengths = totals(con, "I94-02", "duration", "2016-04")
    assert sum(v for k, v in lengths.items() if k != "_T") == lengths["_T"] == admissions
    assert lengths["unknown"] == con.sql("select count(*) from stay where left_on is null").fetchall()[0][0]


def test_labour_demand_adds_up_over_decisions(sample):
    con, _ = sample
    asked = totals(con, "H2B-01", "decision", "2003")
    assert sum(v for k, v in asked.items() if k != "_T") == asked["_T"]
    assert asked["granted"] > asked["refused"] > 0


@pytest.mark.real_data
def test_the_full_month_gives_outcomes_of_stays(whole):
    con, notes = whole
    assert totals(con, "I94-03", "kind", "2016-04") == {
        "left_in_time": 191_128, "left_late": 257, "departure_not_seen": 6_249, "no_dated_limit": 2_344, "limit_not_recorded": 12,
    }  # fmt: skip
    assert "I94-05" in notes["refused"]
    assert totals(con, "I94-04", "purpose", "2016-04")["_T"] == pytest.approx(100 * 257 / (257 + 191_128))


@pytest.mark.real_data
def test_a_figure_of_the_full_files_is_explained(whole, tmp_path_factory):
    from karvan import indicators

    con, _ = whole
    ws = Workspace.open(next(tmp_path_factory.getbasetemp().glob("whole*/ws")))
    explanation = indicators.explain(ws, "H2B-01", "2003", region="TX")
    assert con.sql(explanation.query.sql).fetchall()[0][0] == totals(con, "H2B-01", "region", "2003")["TX"]
