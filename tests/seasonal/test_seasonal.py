"""Series without their season: published examples, drawn series whose season is known, and every reason not to adjust."""

import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from karvan.country.calendar import Calendar
from karvan.errors import PackError, SetupError
from karvan.seasonal import Series, adjust, run, series_of, told, values_of, x13
from karvan.seasonal.declared import read
from karvan.seasonal.effects import feast_regressors
from karvan.seasonal.history import revisions
from karvan.tables import TABLES
from karvan.workspace import new_connection

pytestmark = pytest.mark.skipif(x13.program() is None, reason="the extra `seasonal` is not installed")

# Monthly totals of international airline passengers in thousands, 1949-1960: series G of Box, G. E. P. and Jenkins, G. M. (1976), "Time Series Analysis: Forecasting and Control".
PASSENGERS = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
    171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
    340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
]  # fmt: skip


def months(n, start=(2020, 7)):
    return tuple(f"{(start[0] * 12 + start[1] - 1 + k) // 12}-{(start[0] * 12 + start[1] - 1 + k) % 12 + 1:02d}" for k in range(n))


def series(values, *, counted=True):
    return Series("X", {}, "month", months(len(values)), tuple(values), ("A",) * len(values), "crossings", "2026-06-30", counted)


def seasonal(n, noise=0.02, level=400.0, seed=1):
    """A drawn series: a slow trend, a season of a fifth that repeats, a little chance."""
    lots = np.random.default_rng(seed)
    return [level * (1 + 0.004 * k) * (1 + 0.2 * math.sin(2 * math.pi * k / 12) + 0.1 * math.cos(4 * math.pi * k / 12)) * (1 + noise * lots.standard_normal()) for k in range(n)]


def test_the_airline_series_has_the_model_and_the_parameters_that_are_published():
    """Theta 0.4018 and Theta12 0.5569: Shumway, R. H. and Stoffer, D. S. (2017), "Time Series Analysis and Its Applications", 4th edition, section 3.9."""
    fixed = run(PASSENGERS, start=(1949, 1), frequency=12, look_for_model=False)
    assert (round(fixed.number("MA$Nonseasonal$01$01"), 4), round(fixed.number("MA$Seasonal$12$12"), 4)) == (0.4018, 0.5569)
    found = run(PASSENGERS, start=(1949, 1), frequency=12)
    assert found.multiplicative and found.said["arimamdl"] == "(0 1 1)(0 1 1)" and found.said["f2.idseasonal"] == "yes"
    assert adjust(Series("X", {}, "month", months(144, (1949, 1)), tuple(map(float, PASSENGERS)), ("A",) * 144, "persons", "")).adjusted


def test_components_put_together_again_are_the_series():
    found = run(PASSENGERS, start=(1949, 1), frequency=12)
    parts = found.components
    assert [a * s * c for a, s, c in zip(parts["adjusted"], parts["seasonal"], parts["calendar"], strict=True)] == pytest.approx(PASSENGERS)
    low = [value - 250.0 for value in PASSENGERS]      # below zero: additive
    added = run(low, start=(1949, 1), frequency=12, trading_days=False)
    assert not added.multiplicative
    assert [a + s for a, s in zip(added.components["adjusted"], added.components["seasonal"], strict=True)] == pytest.approx(low, abs=1e-6)


def test_a_known_season_is_found_and_taken_out():
    verdict = adjust(series(seasonal(72)))
    assert verdict.adjusted
    true = [400 * (1 + 0.004 * k) for k in range(72)]
    off = [abs(value / level - 1) for value, level in zip(verdict.found.components["adjusted"], true, strict=True)]
    assert np.mean(off) < 0.03 and max(off) < 0.1
    assert verdict.found.number("f3.q") < 0.5 and verdict.found.number("qsori", 1) < 0.001


def noise(n=72):
    return [float(v) for v in np.random.default_rng(3).poisson(300, n)]


@pytest.mark.parametrize(("values", "counted", "why"), [
    (seasonal(35), True, "too_short"),
    ([*seasonal(40), None, *seasonal(40)], True, "gap"),
    ([100.0] * 72, True, "constant"),
    ([v / 20 for v in seasonal(72)], True, "too_small"),
    (noise(), True, "no_identifiable_season"),
    (seasonal(72), True, "adjusted"),
    ([v / 20 for v in seasonal(72)], False, "adjusted"),      # a rate may be small
])  # fmt: skip
def test_a_series_is_adjusted_or_says_why_not(values, counted, why):
    verdict = adjust(series(values, counted=counted))
    assert verdict.reason == why
    assert bool(values_of(verdict)) == (why == "adjusted")
    assert told(verdict)["verdict"] == why


def test_a_feast_that_moves_is_told_apart_from_the_season():
    days = [date(2020, 5, 24), date(2021, 5, 13), date(2022, 5, 2), date(2023, 4, 21), date(2024, 4, 10), date(2025, 3, 30), date(2026, 3, 20), date(2027, 3, 9)]
    off = {day.replace(day=day.day + k) if day.day < 30 else day: "feast" for day in days for k in range(2)}
    calendar = Calendar(first=date(2020, 1, 1), last=date(2027, 12, 31), off=off)
    regressor = feast_regressors(calendar, ["feast", "unknown"], start=(2020, 7), periods=84, frequency=12)
    assert list(regressor) == ["feast"]
    lifted = [value * (1 + 0.15 * effect) for value, effect in zip(seasonal(72), regressor["feast"], strict=False)]
    verdict = adjust(series(lifted), calendar, ["feast"])
    assert verdict.adjusted and told(verdict)["effects"].split(" + ")[0] == "feast"
    with_feast, without = verdict.found.components, adjust(series(lifted)).found.components
    true = [400 * (1 + 0.004 * k) for k in range(72)]
    wrong = [np.mean([abs(a / t - 1) for a, t in zip(parts["adjusted"], true, strict=True)]) for parts in (with_feast, without)]
    assert wrong[0] < wrong[1]
    assert feast_regressors(calendar, ["feast"], start=(2020, 7), periods=120, frequency=12) == {}      # the calendar ends before


def cells(rows):
    """`safe_cubes` on a connection of its own."""
    con = new_connection(threads=1)
    con.execute(f"create table safe_cubes as {TABLES['safe_cubes'].empty_select()}")
    table = pa.Table.from_pylist([{"indicator": "X", "unit": "crossings", "vintage": "v", "obs_status": "A", "treatment": "rounded"} | row for row in rows])
    con.register("given", table)
    con.execute("insert into safe_cubes by name select * from given")
    return con


def test_series_come_from_published_cells_what_is_withheld_is_a_gap_and_a_count_that_is_not_there_is_zero():
    con = cells([
        *({"period": p, "mode": "_T", "sex": "_T", "value": 50.0} for p in months(3)),
        *({"period": p, "mode": "air", "sex": "_T", "value": 50.0} for p in months(2)),
        *({"period": p, "mode": "_T", "sex": "F", "value": 20.0} for p in months(3)),
        {"period": months(1)[0], "mode": "sea", "sex": "_T", "value": None, "treatment": "withheld"},
        {"period": "2020", "mode": "_T", "sex": "_T", "value": 150.0},
    ])  # fmt: skip
    found = {s.dims["mode"]: s for s in series_of(con, "X", by=["mode"])}
    assert {name: (s.kind, s.values, s.counted) for name, s in found.items()} == {
        "_T": ("month", (50.0, 50.0, 50.0), True), "air": ("month", (50.0, 50.0, 0.0), True), "sea": ("month", (None, None, None), False),
    }  # fmt: skip
    assert [s.values for s in series_of(con, "X", held={"sex": "F"})] == [(20.0, 20.0, 20.0)]
    assert found["_T"].periods == months(3) and found["_T"].start == (2020, 7)


def test_revisions_say_what_the_newest_figure_was_when_it_was_new():
    verdict = adjust(series(seasonal(60)))
    rows = revisions(verdict, last=3)
    assert [row["period"] for row in rows] == list(months(59)[-3:])
    assert all(abs(row["revision_percent"]) < 5 and row["first"] != row["now"] for row in rows)
    assert revisions(adjust(series(noise()))) == []


def test_without_the_program_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(x13, "program", lambda: None)
    assert x13.version() == "none"
    with pytest.raises(SetupError, match="extra: pip install"):
        x13.run(seasonal(72), start=(2020, 7), frequency=12)


@pytest.mark.parametrize(("said", "wrong"), [
    ({"figurs": {}}, "There is no key 'figurs'"),
    ({"figures": {"TMP-99": {}}}, "There is no indicator 'TMP-99'"),
    ({"figures": {"TMP-01": {"by": ["colour"]}}}, "There is no dimension 'colour'"),
])  # fmt: skip
def test_a_wrong_declaration_is_named(said, wrong):
    with pytest.raises(PackError, match=wrong):
        read(said, "seasonal.yaml", known={"TMP-01"})
