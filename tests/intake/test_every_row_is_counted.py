"""The invariant: each source row ends in exactly one of read, duplicate, superseded, quarantined, held. Over damaged files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from feeds import HEADER, ask, crossings, deliver, land, lines, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FEED = "t.bor.crossings"
good = st.builds("{};{};{}.03.2024 01:30;P{};D{};n;{};{}".format, st.sampled_from(["k1", "k2", "k3", "k4", ""]), st.sampled_from("EXQ"), st.sampled_from(["04", "05", "32"]),
                 st.integers(1, 2), st.integers(1, 3), st.sampled_from(["", "00.00.1985", "17.04.1985", "x"]), st.sampled_from(["AAA", "BBB", "OLD", "QQQ"]))  # fmt: skip
broken = st.one_of(st.text(alphabet='ab;"\n\r\t\x00=é', max_size=30), st.sampled_from(["", ";", '"', ";;;;;;;", '"a";b', "k1;E", "k9;E;05.03.2024 01:30;P1;D;\"n\nm\";;AAA"]))
files = st.lists(st.tuples(st.integers(5, 7), st.lists(st.one_of(good, good, broken), max_size=12), st.booleans()), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(files, st.booleans())
def test_each_row_ends_in_exactly_one_place(delivered, in_one_run):
    with tempfile.TemporaryDirectory() as folder:
        ws = land(Path(folder), crossings(gates={"rows": [0, 8], "by_chance": 1e-6}))
        for revision, (day, rows, cut) in enumerate(delivered, start=1):
            content = "\n".join([HEADER, *rows]).encode()
            deliver(ws, FEED, f"crossings_2024-03-0{day}_r{revision}.csv", content[: -len(content) // 5] if cut else content)
            if not in_one_run:
                run(ws)
        run(ws)
        found = lines(ws)    # `lines` asserts the sum for every delivery
        assert len(found) == len({(p.name[:20], p.read_bytes()) for p in (ws.extracts / FEED).glob("*.csv")})
        held = [r for r in found.values() if r["state"] == "held"]
        assert all(r["rows_read"] == r["rows_quarantined"] == 0 for r in held)
        read = dict(ask(ws, "select delivery_id, count(*) from crossing group by 1"))
        assert {r["delivery_id"]: r["records"] for r in found.values() if r["records"]} == read
        aside = dict(ask(ws, "select delivery_id, count(distinct row_no) from quarantine where reason <> 'not_understood' group by 1"))
        assert {r["delivery_id"]: r["rows_quarantined"] for r in found.values() if r["rows_quarantined"]} == aside
        assert ask(ws, "select count(*) - count(distinct record_id) from crossing") == [(0,)]
        assert ask(ws, "select count(*) from crossing anti join identities using (record_id)")[0][0] == 0
