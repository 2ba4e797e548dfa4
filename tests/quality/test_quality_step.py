"""The quality step on a workspace, and what `karvan quality show` prints of it."""

import json

import pyarrow as pa
import pytest
from click.testing import CliRunner

from drawn import ARROW, Drawn, table
from karvan.cli.quality import quality
from karvan.errors import DataError
from karvan.quality import STEP
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step

FEED = "az.sms.permits"
PERMITS = table(f"""
    record_id | feed   | kind      | applied_on | decided_on | sex | citizenship | doc_key
    a         | {FEED} | temporary | 2024-01-05 | 2024-01-25 | F   | TUR         | k1
    b         | {FEED} | temporary | 2024-01-05 | 2024-01-01 | F   | TUR         | k2
    c         | {FEED} | temporary | 2024-01-05 |            | M   |             |
    d         | {FEED} | temporary | 2024-01-05 |            | M   | GEO         | k3
""")
DELIVERIES = table(f"""
    delivery_id | feed   | state    | rows | rows_quarantined | period_to_on | received_on | due_on
    d1          | {FEED} | accepted | 5    | 1                | 2024-01-31   | 2024-02-05  | 2024-02-05
""")


def whole(name: str, rows: Drawn) -> pa.Table:
    data = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    return pa.Table.from_pylist(data, schema=pa.schema([(c.name, ARROW[c.type]) for c in TABLES[name].columns]))


@pytest.fixture
def ws(tmp_path):
    made = Workspace.create(tmp_path / "ws", packs=["az"])
    with made.lock(), made.transaction() as tx:
        for name, rows in {"permit": PERMITS, "deliveries": DELIVERIES}.items():
            tx.write(name, whole(name, rows))
    return made


def test_each_feed_is_measured_scored_and_coloured(ws):
    with ws.lock():
        run_step(ws, STEP)
    found = ws.connect().sql(f"select qi, detail, measured, colour from quality_scores where subject = '{FEED}' and detail is null").fetchall()
    assert sorted((qi, measured, colour) for qi, _, measured, colour in found if qi != "SCORE") == [
        ("QI-01", 80.0, "red"),
        ("QI-03", 250.0, "red"),
        ("QI-08", 75.0, "red"),    # kind, applied_on and sex are filled, citizenship in 3 of 4, birth year never
        ("QI-14", 0.0, "green"),
        ("QI-16", 75.0, "red"),
        ("QI-17", 1.0, "green"),                        # two variables judged, each one step from the standard
        ("QI-20", pytest.approx(100 * 17 / 21), "amber"),
    ]


def test_an_empty_workspace_has_nothing_to_score_and_the_command_says_what_to_run(tmp_path):
    empty = Workspace.create(tmp_path / "ws", packs=["az"])
    with empty.lock():
        run_step(empty, STEP)
    result = CliRunner().invoke(quality, ["show", "-w", str(empty.root)], standalone_mode=False)
    assert isinstance(result.exception, DataError)
    assert "karvan run" in result.exception.fix


def test_the_command_shows_one_line_a_source_and_all_measures_of_one(ws):
    with ws.lock():
        run_step(ws, STEP)
    lines = json.loads(CliRunner().invoke(quality, ["show", "-w", str(ws.root), "--json"]).output)
    assert [line["subject"] for line in lines] == [FEED]
    measures = json.loads(CliRunner().invoke(quality, ["show", FEED, "-w", str(ws.root), "--json"]).output)
    assert {"qi": "QI-14", "measured": 0.0, "colour": "green"}.items() <= next(m for m in measures if m["qi"] == "QI-14").items()
    wrong = CliRunner().invoke(quality, ["show", "az.sms.permit", "-w", str(ws.root)], standalone_mode=False)
    assert f"did you mean '{FEED}'?" in str(wrong.exception)
