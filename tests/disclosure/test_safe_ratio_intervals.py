"""Published intervals of ratios: wide enough for the inner one, made of published parts and a class of reach, and withheld where the ratio is."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from karvan.disclosure import audit_intervals, treat_intervals
from karvan.workspace import new_connection
from small_country import arrow

DEFINITIONS = {"A": {"id": "A", "count": "x", "by": ["sex"]}, "B": {"id": "B", "count": "x", "by": ["sex"]}, "R": {"id": "R", "from": {"plus": ["A"], "over": ["B"], "times": 100}, "by": ["sex"]}}


def published(above: float, below: float, half: float, rounded_above: float, rounded_below: float, *, shown: bool = True):
    """The safe intervals of 100 A / B and the connection that has them; `half` is half the width of the inner interval around the value in force."""
    con = new_connection(threads=1, memory="100MB")
    value = 100 * above / below
    cell = {"period": "2024", "sex": "_T", "vintage": "v"}
    safe = 100 * rounded_above / rounded_below if shown else None
    con.register("cubes", arrow("cubes", [cell | {"indicator": "R", "value": value}]))
    con.register("cube_intervals", arrow("cube_intervals", [cell | {"indicator": "R", "value": value, "draws": 20, "mean": value, "low": value - half, "high": value + half}]))
    con.register("safe_cubes", arrow("safe_cubes", [cell | {"indicator": "A", "value": rounded_above}, cell | {"indicator": "B", "value": rounded_below}, cell | {"indicator": "R", "value": safe}]))
    con.execute(f"create temp view safe_intervals as from {treat_intervals(con, DEFINITIONS)}")
    return con, con.sql("select low, high from safe_intervals").fetchall()


def multiple(count: int, up: bool) -> float:
    """The multiple of five above or below a count, as random rounding may choose."""
    return 5.0 * (-(-count // 5) if up else count // 5)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 500), st.integers(40, 2000), st.floats(0, 0.4), st.booleans(), st.booleans())
def test_it_holds_the_inner_interval_and_passes_the_audit(above, below, relative, up, down):
    value, rounded_above, rounded_below = 100 * above / below, multiple(above, up), multiple(below, down)
    assume(rounded_above > 0)
    con, [(low, high)] = published(above, below, value * relative, rounded_above, rounded_below)
    assert low <= max(value * (1 - relative), 0) + 1e-9 and value * (1 + relative) <= high + 1e-9
    assert audit_intervals(con, DEFINITIONS) == ([], 1)


@settings(deadline=None, max_examples=30)
@given(st.integers(96, 104), st.integers(296, 304), st.floats(0.051, 0.099))
def test_parts_that_round_alike_and_a_reach_of_one_class_give_one_interval(above, below, relative):
    _, found = published(above, below, 100 * above / below * relative, 100.0, 300.0)
    _, known = published(100, 300, 100 / 3 * 0.07, 100.0, 300.0)
    assert found == known


def test_a_withheld_ratio_and_one_that_reaches_beyond_itself_have_none():
    assert published(10, 40, 2.0, 10.0, 40.0, shown=False)[1] == []
    assert published(10, 40, 60.0, 10.0, 40.0)[1] == []


def test_the_audit_sees_ends_that_published_parts_do_not_give():
    con, [(low, _)] = published(100, 300, 2.0, 100.0, 300.0)
    con.execute(f"create or replace temp table found as select * replace ({low} + 0.1 as low) from safe_intervals")
    con.execute("create or replace temp view safe_intervals as from found")
    findings, _ = audit_intervals(con, DEFINITIONS)
    assert [f.what for f in findings] == ["interval: ends that published parts do not give"]


SHARES = {"S": {"id": "S", "count": "x", "by": ["duration"], "share_of": "duration"}}


def published_share(part: int, whole: int, half: float, rounded_part: float, rounded_whole: float):
    """The safe intervals of a share of a whole and the connection that has them; `half` is half the width of the inner interval around the value in force."""
    con = new_connection(threads=1, memory="100MB")
    cell, value = {"indicator": "S", "period": "2024", "duration": "1-4", "vintage": "v"}, 100 * part / whole
    con.register("cubes", arrow("cubes", [cell | {"value": value, "numerator": float(part), "denominator": float(whole)}]))
    con.register("cube_intervals", arrow("cube_intervals", [cell | {"value": value, "draws": 20, "mean": value, "low": value - half, "high": value + half}]))
    con.register("safe_cubes", arrow("safe_cubes", [cell | {"value": 100 * rounded_part / rounded_whole}]))
    con.execute(f"create temp view safe_intervals as from {treat_intervals(con, SHARES)}")
    return con, con.sql("select low, high from safe_intervals").fetchall()


@settings(deadline=None, max_examples=30)
@given(st.integers(40, 3000), st.floats(0, 1), st.floats(0, 5), st.booleans(), st.booleans())
def test_the_interval_of_a_share_holds_the_inner_one_whatever_rounding_did(whole, share, half, up, down):
    part = round(share * whole)
    rounded_part, rounded_whole = multiple(part, up), multiple(whole, down)
    assume(rounded_part <= rounded_whole)
    con, found = published_share(part, whole, half, rounded_part, rounded_whole)
    value = 100 * part / whole
    for low, high in found:
        assert low <= max(value - half, 0) + 1e-9 and min(value + half, 100) <= high + 1e-9
    assert found or half + 100 * 5 * (1 + value / 100) / (whole - 5) > 20, "only an interval of more than 20 points is left out"
    assert audit_intervals(con, SHARES) == ([], len(found))


def test_the_audit_sees_a_share_whose_ends_are_no_class():
    con, [(low, _)] = published_share(400, 1000, 0.3, 400.0, 1000.0)
    con.execute(f"create or replace temp table found as select * replace ({low} + 0.1 as low) from safe_intervals")
    con.execute("create or replace temp view safe_intervals as from found")
    findings, _ = audit_intervals(con, SHARES)
    assert [finding.what for finding in findings] == ["interval: no class of points around the published share"]
