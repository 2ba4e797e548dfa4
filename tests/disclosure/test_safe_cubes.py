"""Safe cubes: nothing below the base can be seen or worked out, and rounding keeps means and agrees with itself."""
# ruff: noqa: F401, F811

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.disclosure import audit, audit_intervals, treat, treat_intervals
from karvan.disclosure.policies import cells_of, policy_of
from karvan.disclosure.rounding import draw, draws, rounded, rounded_sql
from karvan.errors import PackError
from karvan.tables import DIMENSIONS, TABLES
from karvan.workspace import Workspace, new_connection
from small_country import arrow, drawn_country, drawn_workspace


@given(st.floats(-1e6, 1e6), st.sampled_from([3, 5, 10]), st.floats(0, 1, exclude_max=True))
def test_rounding_goes_to_a_multiple_within_one_base(value, base, u):
    found = rounded(value, base, u)
    assert found % base == 0 and abs(found - value) <= base


@given(st.integers(0, 10_000), st.sampled_from([5, 10]))
def test_rounding_is_unbiased(value, base):
    low, up = rounded(value, base, 0.999999999), rounded(value, base, 0.0)
    p = (value % base) / base
    assert (1 - p) * low + p * (up if p else low) == pytest.approx(value)


def test_a_multiple_of_the_base_stays_as_it_is():
    assert [rounded(v, 5, 0.0) for v in (0, 5, 10)] == [0, 5, 10]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(-500, 500), st.floats(0, 1, exclude_max=True)), min_size=1, max_size=20))
def test_the_sql_rounds_as_the_function_does(pairs):
    con = new_connection(threads=1, memory="100MB")
    con.register("t", pa.table({"n": range(len(pairs)), "v": pa.array([float(v) for v, _ in pairs]), "u": [u for _, u in pairs]}))
    found = [row[0] for row in con.execute(f"select {rounded_sql('v', 5, 'u')} from t order by n").fetchall()]
    assert found == [rounded(v, 5, u) for v, u in pairs]


def test_the_draw_of_a_cell_depends_on_the_key_and_on_nothing_else():
    cells = [f"FLW-01|2024|citizenship={n}" for n in range(2000)]
    first, second, third = draws(b"key", cells)
    assert list(first) == [draw(b"key", cell) for cell in cells] and list(first) != list(draws(b"other", cells)[0])
    assert abs(sum(first) / 2000 - 0.5) < 0.03 and list(first) != list(second) != list(third)


def cube(rows, name="X-01"):
    """Rows of (period, sex, citizenship, value) as a table `cubes`."""
    return arrow(
        "cubes",
        [
            {
                "indicator": name,
                "period": p,
                "sex": s,
                "citizenship": c,
                "value": float(v),
                "unit": "persons",
                "vintage": "2026-06-30",
                "basis": "records",
                "share_imputed": 0.0,
                "obs_status": "A",
            }
            for p, s, c, v in rows
        ],
    )


def treated(table, definitions, key=b"k"):
    con = new_connection(threads=1, memory="300MB")
    con.register("cubes", table)
    made = treat(con, definitions, key)
    return {name: con.sql(f"select * from {where}").to_arrow_table().to_pylist() for name, where in made.items()}


COUNT = {"id": "X-01", "by": ["sex", "citizenship"]}


def test_a_cell_is_rounded_alike_in_two_overlapping_tables():
    both = treated(cube([("2024", "F", "_T", 7), ("2024", "_T", "_T", 12), ("2024", "F", "TUR", 3)]), {"X-01": COUNT})["X-01"]
    alone = treated(
        arrow(
            "cubes",
            [{"indicator": "X-01", "period": "2024", "sex": "F", "value": 7.0, "unit": "persons", "vintage": "v", "basis": "records", "obs_status": "A"}],
        ),
        {"X-01": {"id": "X-01", "by": ["sex"]}},
    )["X-01"]
    assert [r["value"] for r in both if (r["sex"], r["citizenship"]) == ("F", "_T")] == [r["value"] for r in alone]


def test_indicators_of_one_family_round_a_cell_alike():
    shared = {"disclosure": {"policy": "counts", "cells": "residents"}, "by": ["sex", "citizenship"]}
    rows = [("2024", "_T", f"C{n}", 7) for n in range(40)]
    found = treated(pa.concat_tables([cube(rows, "A"), cube(rows, "B")]), {"A": {"id": "A", **shared}, "B": {"id": "B", **shared}})
    assert [r["value"] for r in found["A"]] == [r["value"] for r in found["B"]] and cells_of({"id": "A", **shared}).family == "residents"


def kinds_of(rows):
    """Rows of (period, kind, sex, citizenship, value) as cells of the indicator K."""
    return arrow("cubes", [{"indicator": "K", "period": p, "kind": k, "sex": s, "citizenship": c, "value": float(v), "unit": "persons", "vintage": "v", "basis": "records", "obs_status": "A"} for p, k, s, c, v in rows])


def test_a_series_that_another_table_counts_is_rounded_as_there_and_its_neighbours_are_not():
    cells = [f"C{n}" for n in range(40)]
    definitions = {"A": {"id": "A", "by": ["sex", "citizenship"], "disclosure": {"policy": "counts", "cells": "immigrants"}}, "K": {"id": "K", "by": ["sex", "citizenship"], "disclosure": {"policy": "counts", "cells": {"cohort": "immigrants"}}}}
    found = treated(pa.concat_tables([cube([("2024", "_T", c, 7) for c in cells], "A"), kinds_of([("2024", kind, "_T", c, 7) for kind in ("cohort", "stayed") for c in cells])]), definitions)
    rounded_to = {kind: [r["value"] for r in found["K"] if r["kind"] == kind] for kind in ("cohort", "stayed")}
    assert rounded_to["cohort"] == [r["value"] for r in found["A"]] != rounded_to["stayed"]


def test_a_table_of_one_category_is_rounded_as_that_category_is_elsewhere():
    shared = {"policy": "counts", "cells": "residents"}
    definitions = {"A": {"id": "A", "by": ["sex", "citizenship"], "disclosure": shared}, "S": {"id": "S", "by": ["sex"], "disclosure": {**shared, "fixed": {"citizenship": "XXA"}}}}
    periods = [str(year) for year in range(1980, 2020)]
    alone = [{"indicator": "S", "period": p, "sex": "F", "value": 7.0, "unit": "persons", "vintage": "v", "basis": "records", "obs_status": "A"} for p in periods]
    found = treated(pa.concat_tables([cube([(p, "F", c, 7) for p in periods for c in ("XXA", "_T")], "A"), arrow("cubes", alone)]), definitions)
    assert [r["value"] for r in found["S"]] == [r["value"] for r in found["A"] if r["citizenship"] == "XXA"] != [r["value"] for r in found["A"] if r["citizenship"] == "_T"]


def test_a_cell_that_rounds_to_zero_is_left_out_like_an_empty_one():
    rows = [("2024", "_T", f"C{n}", 1) for n in range(50)] + [("2024", "_T", "_T", 50), ("2023", "_T", "_T", 0)]
    found = treated(cube(rows), {"X-01": COUNT})["X-01"]
    assert {r["value"] for r in found if r["citizenship"] != "_T"} == {5.0}
    assert {r["period"] for r in found if r["citizenship"] == "_T"} == {"2023", "2024"}, "totals are always there"


def test_a_ratio_is_made_of_rounded_parts_and_withheld_over_few():
    definitions = {
        "N": {"id": "N", "by": ["citizenship", "sex"]},
        "D": {"id": "D", "by": ["citizenship", "sex"]},
        "R": {"id": "R", "by": ["citizenship", "sex"], "from": {"plus": ["N"], "over": ["D"], "times": 100}},
    }
    many, few = [("2024", "_T", "_T", 33), ("2024", "_T", "A", 33)], [("2024", "_T", "B", 7)]
    tables = [cube(many + few, "N"), cube([("2024", "_T", "_T", 112), ("2024", "_T", "A", 100), ("2024", "_T", "B", 12)], "D")]
    ratio = cube([("2024", "_T", "A", 33), ("2024", "_T", "B", 58.3), ("2024", "_T", "_T", 35)], "R").to_pylist()
    for row, below in zip(ratio, (100.0, 12.0, 112.0), strict=True):
        row["denominator"] = below
    found = treated(pa.concat_tables([*tables, arrow("cubes", ratio)]), definitions)
    value = {(n, r["citizenship"]): r["value"] for n, rows in found.items() for r in rows}
    assert value["R", "A"] == pytest.approx(100 * value["N", "A"] / value["D", "A"])
    assert value.get(("R", "B")) is None
    assert {r["treatment"] for r in found["R"]} == {"from_rounded", "withheld"}


def test_a_share_uses_the_rounded_total_of_its_own_cells():
    rows = [
        {
            "indicator": "S",
            "period": "2024",
            "duration": band,
            "value": 100 * n / 64,
            "numerator": float(n),
            "denominator": 64.0,
            "unit": "percent",
            "vintage": "v",
            "basis": "records",
            "obs_status": "A",
        }
        for band, n in (("_T", 64), ("1", 43), ("2-3", 21))
    ]
    found = {r["duration"]: r["value"] for r in treated(arrow("cubes", rows), {"S": {"id": "S", "by": ["duration"], "share_of": "duration"}})["S"]}
    assert found["_T"] == 100 and any(found["1"] == pytest.approx(100 * n / total) for n in (40, 45) for total in (60, 65))


def test_a_median_of_few_is_withheld():
    rows = [
        {
            "indicator": "Q",
            "period": p,
            "method": "median",
            "value": 12.0,
            "denominator": n,
            "unit": "days",
            "vintage": "v",
            "basis": "records",
            "obs_status": "A",
        }
        for p, n in (("2023", 29.0), ("2024", 40.0))
    ]
    found = {r["period"]: (r["value"], r["treatment"]) for r in treated(arrow("cubes", rows), {"Q": {"id": "Q", "by": [], "quantiles": [0.5]}})["Q"]}
    assert found == {"2023": (None, "withheld"), "2024": (12.0, "none")}


def test_only_published_figures_go_untouched():
    assert policy_of({"id": "T", "take": {"where": "true"}}, {}).name == "public_source"
    with pytest.raises(PackError):
        policy_of({"id": "X", "count": "crossing", "disclosure": "public_source"}, {})
    with pytest.raises(PackError, match="did you mean 'counts'"):
        policy_of({"id": "X", "count": "crossing", "disclosure": "count"}, {})


def test_a_cube_without_a_definition_is_not_published():
    with pytest.raises(PackError, match="no definition"):
        treated(cube([("2024", "_T", "_T", 7)]), {})


def test_subtraction_over_every_margin_finds_no_count_below_the_base(drawn_workspace, drawn_country):
    """Written without the room's own audit: every cell, and every cell minus every set of its parts over one more dimension."""
    con = drawn_workspace.connect()
    definitions = drawn_country.indicators
    counts = [n for n, x in definitions.items() if "count" in x and not {"share_of", "quantiles", "waits_for"} & set(x)] + ["FLW-03"]
    looked = 0
    for name in counts:
        base = policy_of(definitions[name], definitions).base
        rows = con.sql("select * from safe_cubes where indicator = ?", params=[name]).to_arrow_table().to_pylist()
        assert rows, name
        children = defaultdict(list)
        value = {}
        for row in rows:
            assert row["value"] % base == 0, f"{name}: {row['value']}"
            fixed = tuple((d, row[d]) for d in DIMENSIONS if row[d] not in (None, "_T"))
            value[row["period"], fixed] = row["value"]
            for left_out in fixed:
                if left_out[0] != "kind":
                    children[row["period"], tuple(f for f in fixed if f != left_out), left_out[0]].append(row["value"])
        for (period, fixed, _), parts in children.items():
            whole = value.get((period, fixed), 0.0)
            for implied in (whole - sum(parts), *(whole - part for part in parts), *(whole - a - b for a, b in combinations(parts[:12], 2))):
                looked += 1
                assert not 0 < abs(implied) < base, f"{name} {period} {fixed}: {implied}"
    assert looked > 10_000


def test_the_audit_looks_at_cells_and_margins_and_finds_what_is_put_there(drawn_workspace, drawn_country, tmp_path):
    findings, looked = audit(drawn_workspace.connect(), drawn_country.indicators)
    assert findings == [] and looked > 10_000
    con = new_connection(threads=1)
    rows = [
        {
            "indicator": "X-01",
            "period": "2024",
            "sex": s,
            "citizenship": c,
            "value": v,
            "unit": "persons",
            "vintage": "v",
            "basis": "records",
            "obs_status": "A",
            "treatment": "rounded",
        }
        for s, c, v in (("_T", "_T", 10.0), ("_T", "TUR", 7.0), ("F", "_T", 2.0))
    ]
    con.register("safe_cubes", arrow("safe_cubes", rows))
    found, _ = audit(con, {"X-01": COUNT})
    assert {(f.what.split(":")[0], f.implied) for f in found} >= {("cell", 2.0), ("citizenship within the total", 3.0)}


def test_safe_cells_say_nothing_of_numerators_and_shares_of_few(drawn_workspace):
    assert not {"numerator", "denominator"} & set(TABLES["safe_cubes"].column_names)
    con = drawn_workspace.connect()
    thin = con.execute(
        "select count(*) from safe_cubes where treatment = 'rounded' and value < 30 and (share_imputed is not null or share_unlinked is not null)"
    ).fetchall()[0][0]
    assert thin == 0


def test_a_share_that_does_not_apply_stays_empty(drawn_workspace):
    con = drawn_workspace.connect()
    assert con.execute("select count(share_unlinked) from safe_cubes where indicator = 'TMP-01'").fetchall() == [(0,)], "linkage does not matter to crossings"
    assert con.execute("select count(share_unlinked) > 0 from safe_cubes where indicator = 'TMP-03'").fetchall() == [(True,)]


def test_protected_topics_are_rounded_to_ten(drawn_workspace):
    values = [r[0] for r in drawn_workspace.connect().execute("select value from safe_cubes where indicator in ('ASY-01C', 'ASY-02C', 'ASY-03')").fetchall()]
    assert values and all(v % 10 == 0 for v in values)


def test_the_mean_is_kept_over_many_cells(drawn_workspace):
    row = (
        drawn_workspace.connect()
        .execute(
            "select sum(c.value), sum(coalesce(s.value, 0)), count(*) from cubes as c left join safe_cubes as s on s.indicator = c.indicator and s.period = c.period and s.citizenship = c.citizenship and s.sex = c.sex and s.purpose = c.purpose "
            "and s.mode = c.mode and s.bcp = c.bcp and s.age_group = c.age_group where c.indicator = 'TMP-01' and c.bcp = '_T'"
        )
        .fetchall()[0]
    )
    before, after, cells = row
    assert abs(before - after) < 4 * 2.5 * cells**0.5, "unbiased: the error of a sum grows with the root of its cells"


def test_publishing_has_no_way_to_an_untreated_cube():
    from pathlib import Path

    import karvan.publish as publish

    text = "\n".join(p.read_text(encoding="utf-8") for p in Path(publish.__file__).parent.glob("*.py"))
    assert "safe_cubes" in text and "from cubes" not in text and "join cubes" not in text


def test_an_empty_workspace_has_no_safe_cubes(tmp_path):
    from karvan import disclosure
    from karvan.workspace import run_step

    ws = Workspace.create(tmp_path / "w", packs=["az", "world"])
    with ws.lock():
        assert run_step(ws, disclosure.STEP).rows_out == 0


def interval_of(value: float, draws: list[float], rounded_to: float) -> tuple[float, float]:
    """The published interval of one count: `value` in force, published as `rounded_to`, with a mean and an upper end as draws would give them."""
    con, mean = new_connection(threads=1, memory="100MB"), sum(draws) / len(draws)
    cell = {"indicator": "X-01", "period": "2024", "sex": "_T", "value": value, "vintage": "v"}
    for name, row in {
        "cubes": cell, "safe_cubes": cell | {"value": rounded_to, "treatment": "rounded"},
        "cube_intervals": cell | {"draws": len(draws), "mean": mean, "low": 0.0, "high": mean + (max(draws) - min(draws))},
    }.items():  # fmt: skip
        con.register(name, arrow(name, [row]))
    made = treat_intervals(con, {"X-01": {"id": "X-01", "count": "x"}})
    return con.execute(f"select low, high from {made}").fetchall()[0]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9), st.integers(0, 9), st.lists(st.integers(-20, 20), min_size=5, max_size=8))
def test_a_published_interval_depends_on_the_count_only_by_its_rounded_value(value, other, moves):
    """Counts of 0 to 9 may all be published as 5: whichever it is, the interval is the same."""
    assert interval_of(value, [value + m for m in moves], 5.0) == interval_of(other, [other + m for m in moves], 5.0)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 200), st.lists(st.integers(-20, 20), min_size=5, max_size=8), st.floats(0, 1, exclude_max=True))
def test_a_published_interval_is_never_narrower_than_the_one_inside(value, moves, u):
    draws = [max(value + m, 0) for m in moves]
    mean, reach = sum(draws) / len(draws), max(draws) - min(draws)
    low, high = interval_of(value, draws, rounded(value, 5, u))
    assert low <= max(mean - reach, 0) and mean + reach <= high


def test_the_audit_sees_an_interval_that_gives_more_away():
    con = new_connection(threads=1, memory="100MB")
    cell = {"indicator": "X-01", "period": "2024", "sex": "_T", "value": 15.0}
    con.register("safe_cubes", arrow("safe_cubes", [cell]))
    for low, high, sex, found in [(5.0, 25.0, "_T", []), (10.0, 25.0, "_T", ["off"]), (12.0, 18.0, "_T", ["multiple"]), (5.0, 25.0, "F", ["no published cell"])]:
        con.register("safe_intervals", arrow("safe_intervals", [cell | {"draws": 20, "low": low, "high": high, "sex": sex}]))
        seen, looked = audit_intervals(con, {"X-01": {"id": "X-01", "count": "x"}})
        assert looked == 1 and [word in f.what for word, f in zip(found, seen, strict=True)] == [True] * len(found)
