"""Terms in working days rest on the pack's calendar."""

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.country import load
from karvan.country.calendar import read_calendar
from karvan.errors import PackError


@pytest.fixture(scope="module")
def country():
    return load(["az"])


def calendar(tmp_path, text):
    (tmp_path / "days.yaml").write_text(text, encoding="utf-8")
    return read_calendar(tmp_path)


def test_a_feast_on_the_weekend_moves_to_the_next_working_day(tmp_path):
    days = calendar(tmp_path, 'years: [2024]\nsubstitute: next_working_day\noff:\n  - {each: "03-09", years: [2024, 2024], name: feast}\n')
    assert date(2024, 3, 9).weekday() == 5
    assert not days.is_working_day(date(2024, 3, 11))
    assert days.is_working_day(date(2024, 3, 12))


def test_a_feast_that_is_not_substituted_does_not_move(tmp_path):
    days = calendar(tmp_path, "years: [2024]\nsubstitute: next_working_day\noff:\n  - {on: 2024-03-09, name: mourning, substituted: false}\n")
    assert days.is_working_day(date(2024, 3, 11))


def test_a_weekend_may_fall_on_other_days_of_the_week(tmp_path):
    days = calendar(tmp_path, "years: [2024]\nweekend: [fri, sat]\n")
    assert [days.is_working_day(date(2024, 3, d)) for d in (7, 8, 9, 10)] == [True, False, False, True]


def test_a_day_that_no_calendar_covers_is_refused(country):
    with pytest.raises(PackError, match="2011-01-01 to 2027-12-31, not 2028-01-03"):
        country.is_working_day(date(2028, 1, 3))


def test_a_term_of_working_days_steps_over_feasts(country):
    # 20 to 24 March 2025 are Novruz, two of them on a weekend, so 25 and 26 are off too; 27 and 28 were moved there from 10 March
    # and 1 April, and 30 and 31 are Ramazan: the next day worked is 1 April.
    assert country.calendar.add_working_days(date(2025, 3, 19), 1) == date(2025, 4, 1)


def test_the_calendar_agrees_with_the_package_holidays(country):
    holidays = pytest.importorskip("holidays")
    theirs = holidays.country_holidays(country.packs[0].about["codes"]["iso_alpha_2"], years=range(2011, 2026))
    days = [date(2011, 1, 1) + timedelta(days=n) for n in range((date(2025, 12, 31) - date(2011, 1, 1)).days + 1)]
    assert [day for day in days if country.is_working_day(day) != theirs.is_working_day(day)] == []


@given(st.dates(date(2012, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_a_term_ends_on_a_working_day_and_holds_as_many_as_it_says(start, count):
    calendar = load_calendar()
    end = calendar.add_working_days(start, count)
    assert calendar.is_working_day(end)
    assert sum(calendar.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1)) == count


@cache
def load_calendar():
    return load(["az"]).calendar
