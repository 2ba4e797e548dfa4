"""The fifty groups again, after agencies, files, linkage and life courses: each within a fifth of the truth."""

from datetime import date

import duckdb
import pyarrow.parquet as pq
import pytest
from test_lives_are_rich_enough import DEFINITIONS

from karvan.country import for_workspace
from karvan.line import run
from karvan.synth.make import make
from karvan.synth.yields import found, over_records, over_truth
from karvan.workspace import Workspace

FIRST_DELIVERY = date(2020, 7, 1)
STILL_APART = {"two_citizenships_shown"}  # 855 in truth, 570 after the line (seed 1): linkage does not yet join all pairs of passports of dual nationals


@pytest.mark.slow
def test_each_group_has_as_many_people_after_the_pipeline_as_in_truth(tmp_path):
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    make(for_workspace(ws), extracts=ws.extracts, truth=tmp_path / "truth", seed=1, residents=50_000)
    run(ws, through="lifecourse")
    true, seen = duckdb.connect(), ws.connect()
    over_truth(true, {p.stem: pq.read_table(p) for p in (tmp_path / "truth").glob("*.parquet")}, first_day=FIRST_DELIVERY)
    over_records(seen, lambda name: f'select * from main."{name}"', first_day=FIRST_DELIVERY)
    counts = {d.id: (found(true, d), found(seen, d)) for d in DEFINITIONS}
    far = {name: pair for name, pair in counts.items() if abs(pair[1] - pair[0]) > 0.2 * pair[0]}
    assert far.keys() <= STILL_APART, far
    assert all(truth >= 20 for truth, _ in counts.values())
