"""Rows of some persons replaced: the others' stay in the file they are in, older versions can be read, and a kill leaves the old state."""

import multiprocessing
import os

import pyarrow as pa
import pytest

from karvan.workspace import Workspace, new_connection
from karvan.workspace.transaction import CHANGED, WHOLE


def regions(**people: str) -> pa.Table:
    """One region of each person named."""
    return pa.table({
        "person_id": pa.array(people, pa.string()), "region": pa.array(people.values(), pa.string()), "from_on": pa.nulls(len(people), pa.date32()), "to_on": pa.nulls(len(people), pa.date32()),
        "source": pa.array(["register"] * len(people), pa.string()), "record_id": pa.array([f"r-{person}" for person in people], pa.string()),
    })  # fmt: skip


def replace(ws: Workspace, people: list[str], **rows: str) -> None:
    con = new_connection(threads=1)
    con.register("rows_new", regions(**rows))
    con.register("people", pa.table({"person_id": pa.array(people, pa.string())}))
    with ws.lock(), ws.transaction() as tx:
        tx.replace(con, "residence_regions", "rows_new", "people")


def held(ws: Workspace, commit: int | None = None) -> dict[str, str]:
    con = ws.connect(at=ws.commit(commit) if commit else None)
    return dict(con.sql("select person_id, region from residence_regions order by 1").fetchall())


@pytest.fixture
def ws(tmp_path):
    made = Workspace.create(tmp_path / "ws", packs=["az"])
    with made.lock(), made.transaction() as tx:
        tx.write("residence_regions", regions(**{f"P{n:02}": "A" for n in range(20)}))
    return made


def test_rows_of_some_persons_are_replaced_and_everybody_elses_file_stays(ws):
    [whole] = ws.version("residence_regions").parts
    replace(ws, ["P00", "P01", "P99"], P00="B", P99="C")
    version = ws.version("residence_regions")
    assert {part.key: part.rows for part in version.parts} == {WHOLE: 18, CHANGED: 2} and version.rows == 20
    assert version.parts[0].file == whole.file and version.content != whole.sha256
    assert held(ws) == {f"P{n:02}": "A" for n in range(2, 20)} | {"P00": "B", "P99": "C"}
    assert held(ws, 1) == {f"P{n:02}": "A" for n in range(20)}


def test_a_second_change_joins_the_first(ws):
    replace(ws, ["P00", "P01"], P00="B", P01="B")
    replace(ws, ["P01", "P02"], P02="C")
    assert held(ws) == {f"P{n:02}": "A" for n in range(3, 20)} | {"P00": "B", "P02": "C"}
    assert [part.key for part in ws.version("residence_regions").parts] == [WHOLE, CHANGED]


def test_many_changes_are_folded_into_one_part(ws):
    for n in range(5):
        replace(ws, [f"P{n:02}"], **{f"P{n:02}": "B"})
    assert [part.key for part in ws.version("residence_regions").parts] == [WHOLE]
    assert held(ws) == {f"P{n:02}": "B" if n < 5 else "A" for n in range(20)}


def test_persons_can_go_without_rows_of_their_own(ws):
    replace(ws, ["P00"])
    assert held(ws) == {f"P{n:02}": "A" for n in range(1, 20)} and ws.version("residence_regions").rows == 19


def test_a_table_never_written_or_written_anew_takes_them_too(tmp_path, ws):
    fresh = Workspace.create(tmp_path / "fresh", packs=["az"])
    replace(fresh, ["P1"], P1="A")
    assert held(fresh) == {"P1": "A"}
    replace(ws, ["P00"], P00="B")
    with ws.lock(), ws.transaction() as tx:
        tx.write("residence_regions", regions(P1="C"))
    assert held(ws) == {"P1": "C"} and [part.key for part in ws.version("residence_regions").parts] == [WHOLE]


def killed(root, fault):
    os.environ["KARVAN_FAULT"] = fault
    replace(Workspace.open(root), ["P00"], P00="B")


@pytest.mark.parametrize("fault", ["residence_regions:written", "residence_regions:versioned", "commit:before_head", "commit:after_head"])
def test_a_kill_at_any_point_leaves_the_old_rows_or_the_new(ws, fault):
    process = multiprocessing.get_context("spawn").Process(target=killed, args=(ws.root, fault))
    process.start()
    process.join()
    assert process.exitcode == 137
    assert held(ws)["P00"] == ("B" if fault == "commit:after_head" else "A")
    replace(ws, ["P00"], P00="B")
    assert held(ws)["P00"] == "B" and len(held(ws)) == 20
