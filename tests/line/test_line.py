"""The whole line on a small synthetic country: nothing is lost, nothing is done twice, a kill leaves no trace."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from karvan import line
from karvan.country import for_workspace
from karvan.indicators import explain
from karvan.synth.make import make
from karvan.tables import DIMENSIONS, RECORD_TYPES
from karvan.workspace import Workspace

RESIDENTS = 1500
pytestmark = pytest.mark.xdist_group("line")


@pytest.fixture(scope="module")
def extracts(tmp_path_factory):
    """A workspace with files and nothing run yet."""
    root = tmp_path_factory.mktemp("line") / "fresh"
    ws = Workspace.create(root, packs=["az", "world"])
    make(for_workspace(ws), seed=3, residents=RESIDENTS, extracts=ws.extracts, truth=root / "truth")
    return root


@pytest.fixture(scope="module")
def finished(extracts):
    """The same workspace after an undisturbed run."""
    root = extracts.parent / "finished"
    shutil.copytree(extracts, root)
    ws = Workspace.open(root)
    line.run(ws)
    return ws


def contents(ws: Workspace) -> dict[str, str]:
    """Content hash of every table in force."""
    return {name: ws.version(name).content for name in ws.head().tables}


def test_every_source_row_ends_in_exactly_one_place(finished):
    wrong = finished.connect().sql("select delivery_id from deliveries where rows <> rows_read + rows_duplicate + rows_superseded + rows_quarantined + rows_held").fetchall()
    assert wrong == []


def test_every_record_about_a_person_has_one_person(finished):
    con = finished.connect(identity="test: records against links")
    assert con.execute("select count(*) from identities anti join links using (record_id)").fetchone() == (0,)
    assert con.execute("select count(*) from links anti join persons using (person_id)").fetchone() == (0,)
    assert con.execute("select count(*) - count(distinct record_id) from links").fetchone() == (0,)


def test_records_name_nobody(finished):
    """No surname, document number or personal number of the identity zone stands in a record table."""
    con = finished.connect(identity="test: search for names in records")
    con.sql("create table secrets as select distinct doc_no as word from identities where length(doc_no) >= 7 union select distinct personal_no from identities where length(personal_no) >= 7")
    for name in RECORD_TYPES:
        columns = [c for c, kind in zip(con.sql(f"select * from {name}").columns, con.sql(f"select * from {name}").types) if str(kind) == "VARCHAR"]
        for column in columns:
            found = con.execute(f'select count(*) from {name} join secrets on "{column}" = word').fetchone()[0]
            assert found == 0, f"{name}.{column} holds {found} document or personal numbers"


def test_running_again_does_nothing(finished):
    assert [run for _, run in line.run(finished)] == [None] * len(line.steps())


def test_the_same_files_give_the_same_tables(extracts, finished):
    root = extracts.parent / "again"
    shutil.copytree(extracts, root)
    ws = Workspace.open(root)
    line.run(ws)
    assert contents(ws) == contents(finished)


def run_process(root: Path, *, fault: str = "") -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "karvan", "run", "--no-intervals", "-w", str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"KARVAN_FAULT": fault})


def test_a_kill_inside_the_write_of_each_step_leaves_nothing_half_done(extracts, finished):
    root = extracts.parent / "faults"
    shutil.copytree(extracts, root)
    for table in ("identities", "links", "presence_spells", "quality_scores", "cubes", "safe_cubes"):
        process = run_process(root, fault=f"{table}:written")
        process.communicate()
        assert process.returncode == 137, f"the write of {table} was not reached"
        ws = Workspace.open(root)
        assert table not in ws.head().tables, f"{table} is in force although its step was killed"
        ws.connect().execute("select count(*) from cubes").fetchone()
    process = run_process(root)
    _out, said = process.communicate()
    assert process.returncode == 0, said
    assert contents(Workspace.open(root)) == contents(finished)
    assert not list(root.rglob("*.draft"))


@pytest.mark.slow
def test_ten_kills_at_random_instants_end_in_the_same_tables(extracts, finished):
    root = extracts.parent / "killed"
    shutil.copytree(extracts, root)
    chance = random.Random(5)
    for _ in range(10):
        process = run_process(root)
        time.sleep(chance.uniform(0.3, 6.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        Workspace.open(root).connect().execute("select count(*) from cubes").fetchone()  # whatever is in force can be read
    process = run_process(root)
    assert process.wait() == 0, process.stderr.read()
    assert contents(Workspace.open(root)) == contents(finished)


def test_a_second_run_on_one_workspace_says_so_and_leaves(finished):
    with finished.lock():
        process = run_process(finished.root)
        _out, said = process.communicate(timeout=60)
    assert process.returncode == 7
    assert "Another run holds this workspace" in said


def test_a_corrupted_delivery_changes_the_explanation(finished):
    """Half of one border day is lost in a second delivery: the figure, its table version and the deliveries underneath all say so."""
    root = finished.root.parent / "corrupted"
    shutil.copytree(finished.root, root)
    ws = Workspace.open(root)
    before = explain(ws, "TMP-01", "2024", inside="test of a corrupted delivery")
    day = max((ws.extracts / "az.sbs.crossings").glob("crossings_2024-0[3-9]-*.csv"), key=lambda path: path.stat().st_size)
    lines = day.read_bytes().splitlines(keepends=True)
    day.with_name(f"{day.stem}_r2.csv").write_bytes(b"".join(lines[: 1 + len(lines) // 2]))
    line.run(ws)
    after = explain(ws, "TMP-01", "2024", inside="test of a corrupted delivery")

    assert after.untreated < before.untreated
    assert after.query.tables["crossing"] > before.query.tables["crossing"]
    old, new = ({feed.feed: feed for feed in said.feeds}["az.sbs.crossings"] for said in (before, after))
    assert new != old
    assert new.content != old.content


def test_monthly_series_begin_where_every_event_was_delivered(finished):
    """Registers open with their state in June 2020, crossings begin in July: no series begins with what is left of a month."""
    begun = finished.connect().execute("select distinct indicator, min(period) from cubes where period like '____-__' and period not like '%Q%' and basis = 'records' group by 1").fetchall()
    assert len(begun) > 15 and {period for _, period in begun} == {"2020-07"}


ALIKE = [  # a table, another that counts the same, and the category of the other that the first counts
    ("RUL-01/UR-PRE", "POP-01", ""), ("STK-06C/cohort", "FLW-01", ""), ("EU-34", "EU-30", ""), ("EU-05", "POP-01", ""), ("EU-01", "FLW-01", ""), ("EU-04", "FLW-02", ""), ("EU-22", "IRR-02C/ordered", ""),
    ("ASY-03/applied", "EU-10/all", ""), ("EU-15", "EU-10/unaccompanied", ""), ("EU-33", "EU-32", "|status=permanent"), ("NAT-01", "ADM-01/decided", "|procedure=registration"), ("STK-04", "POP-01", "|citizenship=XXA"),
]  # fmt: skip


def test_what_two_tables_count_alike_is_published_alike(finished):
    """Every cell that both have: the same count inside, and the same outside."""
    con = finished.connect()
    fixed = ", ".join(f"case when {d} <> '_T' then '|{d}=' || {d} end" for d in DIMENSIONS if d != "kind")
    for table in ("cubes", "safe_cubes"):
        con.execute(f"create temp table named_{table} as select indicator || coalesce('/' || kind, '') as series, period || concat({fixed}) as cell, value from {table}")
    looked = {}
    for one, other, category in ALIKE:
        rows = con.execute(
            """
            with a as (from named_cubes where series = $1), b as (select replace(cell, $3, '') as cell, value, cell as whole from named_cubes where series = $2 and ($3 = '' or contains(cell, $3)))
            select a.value, b.value, coalesce(x.value, 0), coalesce(y.value, 0) from a join b using (cell)
            left join named_safe_cubes x on x.series = $1 and x.cell = a.cell left join named_safe_cubes y on y.series = $2 and y.cell = b.whole""",
            [one, other, category],
        ).fetchall()
        looked[one] = len(rows)
        assert [row for row in rows if row[0] != row[1] or row[2] != row[3]] == [], (one, other)
    assert min(looked.values()) >= 2 and sum(looked.values()) > 2000, looked
