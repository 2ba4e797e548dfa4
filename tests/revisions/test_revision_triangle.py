"""Vintages of a figure in, the revision triangle, completeness and nowcast out."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from karvan.errors import DataError
from karvan.revisions import completeness, nowcast, one_cell, revision_sizes, triangle


def seen(*rows, **more):
    """Rows of (vintage, period, value, status) of one figure."""
    columns = list(zip(*rows, strict=True))
    table = {
        "vintage_on": [date.fromisoformat(day) for day in columns[0]],
        "indicator": ["FLW-01"] * len(rows),
        "period": columns[1],
        "value": pa.array(columns[2], pa.float64()),
        "obs_status": columns[3],
    }
    return pa.table(table | {name: [value] * len(rows) for name, value in more.items()})


DRAWN = seen(
    ("2022-06-30", "2021", 90, "P"),
    ("2023-06-30", "2021", 100, "A"),
    ("2023-06-30", "2022", 190, "P"),
    ("2024-06-30", "2022", 200, "A"),
    ("2024-06-30", "2021", 101, "A"),
    ("2024-06-30", "2023", 279, "P"),
)


def test_a_figure_stands_at_the_months_since_its_period_beside_its_newest_final_value():
    rows = triangle(DRAWN).select(["period", "delay_months", "value", "final"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("2021", 6, 90, 101), ("2021", 18, 100, 101), ("2021", 30, 101, 101), ("2022", 6, 190, 200), ("2022", 18, 200, 200), ("2023", 6, 279, None),
    ]  # fmt: skip


def test_completeness_is_the_sum_then_over_the_sum_when_final():
    found = {row["delay_months"]: row for row in completeness(DRAWN).to_pylist()}
    assert found[6]["periods"] == 2 and found[6]["ratio"] == pytest.approx((90 + 190) / (101 + 200))
    assert found[30]["spread"] is None, "one period has no spread"


def test_a_preliminary_figure_is_set_against_what_was_complete_at_its_delay():
    (row,) = nowcast(DRAWN).to_pylist()
    assert row["period"] == "2023" and row["nowcast"] == pytest.approx(279 / (280 / 301))
    assert row["low"] < row["nowcast"] < (row["high"] or float("inf")) and row["why_not"] is None


def test_a_delay_seen_once_gives_no_nowcast_and_says_why():
    (row,) = nowcast(DRAWN.filter(pa.array([True, True, False, False, True, True]))).to_pylist()
    assert row["nowcast"] is None and "1 finished periods" in row["why_not"]


def test_the_revision_is_that_from_the_first_figure_to_the_final_one():
    assert {row["period"]: round(row["revision_percent"], 2) for row in revision_sizes(DRAWN).to_pylist()} == {"2021": 12.22, "2022": 5.26}


def test_months_quarters_and_days_are_periods_too():
    rows = seen(("2024-05-31", "2024-03", 5, "A"), ("2024-05-31", "2024-Q1", 5, "A"), ("2024-05-31", "2024-02-29", 5, "A"))
    assert {row["period"]: row["delay_months"] for row in triangle(rows).to_pylist()} == {"2024-03": 2, "2024-Q1": 2, "2024-02-29": 3}


def test_one_cell_is_chosen_by_its_categories_and_totals_otherwise():
    both = pa.concat_tables([seen(("2024-06-30", "2023", 10, "A"), sex="_T"), seen(("2024-06-30", "2023", 4, "A"), sex="F")])
    assert one_cell(both, {}).column("value").to_pylist() == [10]
    assert one_cell(both, {"sex": "F"}).column("value").to_pylist() == [4]
    with pytest.raises(DataError, match="No vintage has this cell"):
        one_cell(both, {"sex": "M"})
    with pytest.raises(DataError, match="no dimension `sexx`"):
        one_cell(both, {"sexx": "M"})
