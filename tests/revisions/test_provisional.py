"""Crossings as they look today in, migrations decided and expected out."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

from karvan.errors import DataError
from karvan.revisions import expected_migrations

UNTIL = date(2026, 6, 30)


def row(person, moved_on, new, old, *, old_enough=False, migrated=False, here=True, permitted=False, flow="immigration", citizenship="TUR"):
    return {
        "person_id": person, "flow": flow, "moved_on": moved_on, "spell_no": 1, "old": old_enough, "age": new + old, "new_side": new, "old_side": old, "on_new_side": here, "stays_before": 0,
        "permitted": permitted, "seeks": False, "citizenship": citizenship, "migrated": migrated,
    }  # fmt: skip


def past(seed: int = 1, people: int = 2000):
    """Decided arrivals, looked at after 60 days: nine in ten with a permit stay, one in ten without."""
    r = random.Random(seed)
    rows = []
    for n in range(people):
        permitted = r.random() < 0.5
        rows.append(row(f"P{n:05d}", date(2023, 1, 1) + timedelta(days=n % 300), 60, 0, old_enough=True, permitted=permitted, migrated=r.random() < (0.9 if permitted else 0.1)))
    return rows


def table(rows):
    return pa.Table.from_pylist(sorted(rows, key=lambda one: (one["person_id"], one["moved_on"])))


def found(rows, period, citizenship="_T"):
    made = expected_migrations(table(rows), national="AZE").to_pylist()
    return {one["flow"]: one for one in made if one["period"] == period and one["citizenship"] == citizenship}["immigration"]


def test_an_open_arrival_counts_with_the_chance_of_those_like_it():
    now = [row(f"Q{n:03d}", date(2026, 5, 1), 60, 0, permitted=n < 50) for n in range(100)]
    figure = found(past() + now, "2026")
    assert figure["decided"] == 0 and figure["open"] == 100
    assert figure["value"] == pytest.approx(50 * 0.9 + 50 * 0.1, abs=3)
    assert figure["low"] < figure["value"] < figure["high"]
    assert figure["standard_error"] >= (100 * 0.09) ** 0.5 * 0.9, "the spread of a hundred chances of nine or one in ten"


def test_days_that_reach_a_year_decide_by_themselves_and_too_many_outside_as_well():
    now = [row("Q1", date(2025, 6, 1), 370, 10), row("Q2", date(2025, 6, 1), 100, 123, here=False)]
    figure = found(past() + now, "2025")
    assert (figure["decided"], figure["expected"], figure["open"]) == (1, 0, 0)


def test_decided_years_are_as_counted():
    rows = past()
    assert found(rows, "2023")["value"] == sum(one["migrated"] for one in rows)


def test_who_has_come_twice_counts_once_at_most():
    twice = [row("Q1", date(2026, 2, 1), 60, 0, permitted=True), row("Q1", date(2026, 5, 1), 60, 0, permitted=True)]
    figure = found(past() + twice, "2026")
    assert 0.9 < figure["value"] < 1.0


def test_too_few_decided_crossings_say_so():
    with pytest.raises(DataError, match="Too few decided crossings"):
        expected_migrations(table([*past(people=40), row("Q1", date(2026, 5, 1), 60, 0)]), national="AZE")
