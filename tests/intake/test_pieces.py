"""Files are read in pieces, and written in pieces: how large these are changes no table."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from feeds import GATES, ask, contract, crossings, csv_of, deliver, land, lines, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from karvan.intake import bytes_in, reading

FEED = "t.bor.crossings"
TABLES = {
    "crossing": "select * exclude (doc_key), doc_key is null from crossing order by all",    # each workspace has a key of its own
    "identities": "select * exclude (feed) from identities order by all",
    "quarantine": "select * from quarantine order by all",
    "deliveries": "select * from deliveries order by all",
}
ROWS = st.lists(
    st.builds(
        lambda key, way, minute, point, who: f"k{key};{way};05.03.2024 01:{minute:02};P{point};{who and f'D{key}'};{who and f'S{who}'};;AAA",
        st.integers(1, 12), st.sampled_from("EX?"), st.integers(0, 2), st.integers(1, 2), st.sampled_from(["", "1", "2"]),
    ),
    max_size=12,
)  # fmt: skip


@pytest.fixture
def small_pieces(monkeypatch):
    def shrink() -> None:
        monkeypatch.setattr(bytes_in.utf8_blocks, "__kwdefaults__", bytes_in.utf8_blocks.__kwdefaults__ | {"block": 60})
        monkeypatch.setattr(reading, "MOST_ROWS", 3)

    def grow() -> None:
        monkeypatch.undo()

    return shrink, grow


def tables_of(root: Path, days: list[list[str]]) -> dict[str, list[tuple]]:
    ws = land(root, crossings(gates={"rows": [1, 10], "codes": 1.0}))
    for day, rows in enumerate(days, start=5):
        deliver(ws, FEED, f"crossings_2024-03-{day:02}.csv", csv_of(*rows))
    run(ws)
    return {name: ask(ws, query) for name, query in TABLES.items()}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(days=st.lists(ROWS, min_size=1, max_size=3))
def test_the_size_of_pieces_changes_no_table(days, small_pieces):
    """Rows that repeat and replace each other, that speak of nobody, share a second, or are held, over the edges of pieces."""
    shrink, grow = small_pieces
    with tempfile.TemporaryDirectory() as folder:
        grow()
        whole = tables_of(Path(folder) / "whole", days)
        shrink()
        assert tables_of(Path(folder) / "pieces", days) == whole


def test_a_large_file_becomes_a_part_of_several_pieces_in_order(tmp_path, small_pieces):
    small_pieces[0]()
    ws = land(tmp_path, crossings(gates={}))
    deliver(ws, FEED, "crossings_2024-03-05.csv", csv_of(*(f"k{i};E;05.03.2024 01:{i:02};P1;D{i};S;;AAA" for i in range(10))))
    run(ws)
    keys = [part.key for part in ws.version("crossing").parts]
    assert len(keys) > 1
    assert keys[:2] == [f"{FEED}/2024", f"{FEED}/2024/0001"]
    assert ask(ws, "select row_no from crossing") == [(i,) for i in range(1, 11)]

    deliver(ws, FEED, "crossings_2024-03-06.csv", csv_of("k3;X;06.03.2024 01:00;P1;D3;S;;AAA"))
    run(ws)    # now rows of two runs stand in the part: it is put together anew
    assert [part.key for part in ws.version("crossing").parts] == [part.key for part in ws.version("identities").parts] == [f"{FEED}/2024"]
    assert ask(ws, "select row_no from crossing") == [(i,) for i in range(1, 11) if i != 4] + [(1,)]
    assert lines(ws)["crossings_2024-03-05.csv"]["rows_superseded"] == 1


def test_rows_of_two_years_go_to_two_parts(tmp_path, small_pieces):
    small_pieces[0]()
    ws = land(tmp_path, crossings(gates={}))
    for name, day in (("2023-12-31", "31.12.2023"), ("2024-01-01", "01.01.2024")):
        deliver(ws, FEED, f"crossings_{name}.csv", csv_of(*(f"{name}k{i};E;{day} 01:{i:02};P1;D{i};S;;AAA" for i in range(5))))
    run(ws)
    assert {part.key[: len(FEED) + 5] for part in ws.version("crossing").parts} == {f"{FEED}/2023", f"{FEED}/2024"}
    assert ask(ws, "select year(crossed_on), count(*) from crossing group by 1 order by 1") == [(2023, 5), (2024, 5)]


def test_nothing_of_a_reading_is_left_behind(tmp_path):
    columns = [{"name": "NO", "primaryKey": True}, {"name": "DOC", "identity": "doc_no"}, {"name": "SINCE", "logicalType": "date", "field": "since_on", "date": "iso"}]
    ws = land(tmp_path, contract("t.reg", columns, record="resident", period="snapshot", file="reg_{period}.csv", gates=GATES))
    deliver(ws, "t.reg", "reg_2024-03-31.csv", "NO,DOC,SINCE\n1,a,2020-01-01\n1,a,2020-01-01\n2,,2021-01-01\n")
    run(ws)
    assert ask(ws, "select doc_no from identities") == [("a",)]
    assert list(ws.root.rglob("*.draft")) == []
