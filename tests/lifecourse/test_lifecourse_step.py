"""The step on a workspace: what it writes, that it writes it the same twice, and what the last complete day does."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from drawn import ARROW, Drawn, table
from karvan.errors import DataError
from karvan.lifecourse import STEP
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step


def whole(name: str, rows: Drawn) -> pa.Table:
    """A drawn table with every declared column."""
    data = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    return pa.Table.from_pylist(data, schema=pa.schema([(c.name, ARROW[c.type]) for c in TABLES[name].columns]))


CROSSINGS = table("""
    record_id | feed | direction | crossed_at          | crossed_on | decision | citizenship | bcp
    a         | f    | in        | 2024-01-05T09:00:00 | 2024-01-05 | admitted | TUR         | X
    b         | f    | out       | 2024-01-25T09:00:00 | 2024-01-25 | admitted | TUR         | X
    c         | f    | in        | 2024-05-05T09:00:00 | 2024-05-05 | admitted | TUR         | Y
    nobody    | f    | in        | 2024-01-07T09:00:00 | 2024-01-07 | admitted | TUR         | X
""")
LINKS = table("""
    record_id | person_id | level    | probability
    a         | P1        | document | 1.0
    b         | P1        | document | 1.0
    c         | P1        | document | 1.0
""")
COMPLETENESS = table("""
    feed | point | first_on   | complete_until_on
    f    | X     | 2024-01-01 | 2024-06-30
    f    | Y     | 2024-01-01 | 2024-03-31
""")


@pytest.fixture
def ws(tmp_path):
    made = Workspace.create(tmp_path / "ws", packs=["az"])
    with made.lock(), made.transaction() as tx:
        for name, rows in {"crossing": CROSSINGS, "links": LINKS, "completeness": COMPLETENESS}.items():
            tx.write(name, whole(name, rows))
    return made


def test_the_last_day_complete_at_every_border_point_is_the_last_day_counted(ws):
    with ws.lock():
        run = run_step(ws, STEP)
    assert run.notes["observed_until"] == "2024-03-31"
    assert run.notes["crossings_unlinked"] == 1
    assert run.rows_set_aside == 1    # the crossing at Y in May
    con = ws.connect()
    found = con.sql("select person_id, spell_no, entered_on, left_on, closed_by from presence_spells").fetchall()
    assert found == [("P1", 1, date(2024, 1, 5), date(2024, 1, 25), "exit")]
    assert con.sql("select event_at from events order by event_on").fetchall() == [(datetime(2024, 1, 5, 9),), (datetime(2024, 1, 25, 9),)]


def test_run_again_it_does_nothing_and_forced_it_writes_the_same_bytes(ws):
    with ws.lock():
        run_step(ws, STEP)
        first = {name: ws.version(name).content for name in STEP.writes}
        assert run_step(ws, STEP) is None
        run_step(ws, STEP, force=True)
    assert {name: ws.version(name).content for name in STEP.writes} == first


def test_a_workspace_without_people_has_empty_life_courses(tmp_path):
    observations_only = Workspace.create(tmp_path / "ws", packs=["world"])
    with observations_only.lock():
        run = run_step(observations_only, STEP)
    assert (run.rows_out, run.notes["observed_until"]) == (0, None)


def test_with_people_but_no_day_known_to_be_complete_it_says_so(tmp_path):
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    with ws.lock(), ws.transaction() as tx:
        tx.write("links", whole("links", LINKS))
    with ws.lock(), pytest.raises(DataError, match="no day is observed"):
        run_step(ws, STEP)
