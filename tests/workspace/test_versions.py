"""A commit is one rename: a reader sees the old tables or the new ones, whatever happens in between."""

import multiprocessing
import os
from dataclasses import replace

import pyarrow as pa
import pytest

from karvan.errors import BusyError, DataError, SetupError
from karvan.tables import TABLES
from karvan.workspace import Step, Workspace, run_step


def links(*people: str) -> pa.Table:
    return pa.table({"record_id": [f"r{i}" for i, _ in enumerate(people)], "person_id": list(people), "level": ["alone"] * len(people), "probability": [1.0] * len(people)})


@pytest.fixture
def ws(tmp_path):
    return Workspace.create(tmp_path / "ws", packs=["az"])


def people(ws):
    return [row[0] for row in ws.connect().sql("select person_id from links order by record_id").fetchall()]


def test_a_table_never_written_is_empty_and_has_its_columns(ws):
    assert ws.connect().sql("select * from presence_spells").columns == TABLES["presence_spells"].column_names


def test_a_transaction_puts_all_its_tables_in_force_together(ws):
    with ws.lock(), ws.transaction() as tx:
        tx.write("links", links("A", "B"))
    assert people(ws) == ["A", "B"]
    assert ws.head().tables == {"links": 1}


def test_an_error_inside_a_transaction_leaves_the_old_tables(ws):
    with ws.lock(), ws.transaction() as tx:
        tx.write("links", links("A"))
    with pytest.raises(ZeroDivisionError), ws.lock(), ws.transaction() as tx:
        tx.write("links", links("B"))
        1 / 0
    assert people(ws) == ["A"]


def test_one_part_is_replaced_and_the_others_stay(ws):
    with ws.lock(), ws.transaction() as tx:
        tx.write("links", links("A"), part="2024")
        tx.write("links", links("B", "C"), part="2025")
    with ws.lock(), ws.transaction() as tx:
        tx.write("links", links("D"), part="2025")
    assert sorted(people(ws)) == ["A", "D"]


def test_an_older_version_can_still_be_read(ws):
    for person in ("A", "B"):
        with ws.lock(), ws.transaction() as tx:
            tx.write("links", links(person))
    old = ws.connect(at=ws.commit(1))
    assert old.sql("select person_id from links").fetchall() == [("A",)]


def test_a_column_declared_since_a_version_was_written_is_null_in_it(ws, monkeypatch):
    declared = TABLES["links"]
    with monkeypatch.context() as earlier:
        earlier.setitem(TABLES, "links", replace(declared, columns=declared.columns[:2]))
        with ws.lock(), ws.transaction() as tx:
            tx.write("links", links("A").select(["record_id", "person_id"]))
    assert ws.connect().sql("select record_id, person_id, level from links").fetchall() == [("r0", "A", None)]


def test_the_same_contents_make_no_new_version(ws):
    for _ in range(2):
        with ws.lock(), ws.transaction() as tx:
            tx.write("links", links("A"))
    assert ws.head().tables["links"] == 1


def test_columns_that_differ_from_the_declaration_are_refused(ws):
    with pytest.raises(DataError, match="missing \\['level'"), ws.lock(), ws.transaction() as tx:
        tx.write("links", pa.table({"record_id": ["r"], "person_id": ["p"]}))


FAULTS = ["links:written", "links:versioned", "commit:before_head", "commit:after_head"]


def killed_run(root, fault):
    os.environ["KARVAN_FAULT"] = fault
    ws = Workspace.open(root)
    with ws.lock():
        run_step(ws, step("B"))


def step(person: str) -> Step:
    def work(ws, tx, params, progress):
        tx.write("links", links(params["person"]))

    return Step("link", (), ("links",), work, {"person": person})


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_killed_at_any_point_leaves_good_tables_and_can_be_repeated(ws, fault):
    with ws.lock():
        run_step(ws, step("A"))
    process = multiprocessing.get_context("fork").Process(target=killed_run, args=(ws.root, fault))
    process.start()
    process.join()
    assert process.exitcode == 137, "the fault point was not reached"
    assert people(ws) == (["B"] if fault == "commit:after_head" else ["A"])

    with ws.lock():
        ws.sweep()
        run_step(ws, step("B"))
    assert people(ws) == ["B"]
    assert not list(ws.root.rglob("*.draft"))


def test_a_second_run_says_that_the_workspace_is_held_and_leaves(ws):
    with ws.lock(), pytest.raises(BusyError, match="Another run holds"), Workspace.open(ws.root).lock():
        pass


def test_an_unchanged_step_is_not_run_again(ws):
    with ws.lock():
        assert run_step(ws, step("A")).rows_out == 1
        assert run_step(ws, step("A")) is None
        assert run_step(ws, step("B")) is not None


def test_a_full_disk_is_said_and_changes_nothing(ws, monkeypatch):
    import errno

    import pyarrow.parquet as pq

    with ws.lock(), ws.transaction() as tx:
        tx.write("links", links("A"))

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(SetupError, match="disk is full"), ws.lock(), ws.transaction() as tx:
        tx.write("links", links("B"))
    assert people(ws) == ["A"]


def test_a_workspace_of_another_version_is_not_opened(ws):
    (ws.root / "karvan.toml").write_text('format = 99\npacks = ["az"]\n')
    with pytest.raises(SetupError, match="format 99"):
        Workspace.open(ws.root)


def test_a_folder_without_workspace_says_how_to_make_one(tmp_path):
    with pytest.raises(SetupError) as wrong:
        Workspace.open(tmp_path)
    assert "karvan init" in wrong.value.fix


def test_identity_tables_are_seen_only_with_a_purpose_and_leave_a_line_in_the_log(ws):
    import duckdb

    from karvan.workspace.audit import broken_at

    with pytest.raises(duckdb.CatalogException):
        ws.connect().sql("select * from identities")
    ws.connect(identity="test of the door", actor="tester").sql("select * from identities")
    ws.connect(identity="a second time", actor="tester")
    assert broken_at(ws.audit_log) is None
    text = ws.audit_log.read_text()
    assert "test of the door" in text
    ws.audit_log.write_text(text.replace("test of the door", "nothing special"))
    assert broken_at(ws.audit_log) == 1


def test_an_engine_may_hold_more_where_there_are_more_records(ws):
    assert ws.memory(400) == "400 MB"
    nothing = ", ".join(f"cast(null as {c.duckdb_type}) as {c.name}" for c in TABLES["service"].columns)
    with ws.lock(), ws.transaction() as tx:
        tx.write("service", ws.connect().sql(f"select {nothing} from range(3000000)"))
    assert ws.memory(400) == "600 MB"
