"""What looks like a code in a pack stays a code, and every value knows its line."""

from datetime import date

import pytest

from karvan.country.yaml_file import line_of, lines, parse
from karvan.errors import PackError


def test_codes_that_other_readers_change_are_kept():
    read = parse("{NO: yes, zip: 012, time: 12:30, big: 1_000, none: ~}", where="x")
    assert read == {"NO": "yes", "zip": "012", "time": "12:30", "big": "1_000", "none": None}


def test_numbers_booleans_and_days_are_what_they_say():
    assert parse("{n: 15, x: -1.5, ok: true, on: 2024-02-29}", where="x") == {"n": 15, "x": -1.5, "ok": True, "on": date(2024, 2, 29)}


def test_a_broken_file_is_told_with_its_line():
    with pytest.raises(PackError) as told:
        parse("a: 1\nb: [1, 2\nc: 3\n", where="pack.yaml")
    assert told.value.where.startswith("pack.yaml:")
    assert int(told.value.where.split(":")[1]) >= 2


def test_a_day_that_does_not_exist_is_told():
    with pytest.raises(PackError):
        parse("on: 2023-02-29", where="x")


def test_a_missing_key_points_at_the_line_of_its_parent():
    marks = lines("a:\n  - b: 1\n  - c: 2\n")
    assert line_of(marks, ("a", 1, "missing")) == 3
    assert line_of(marks, ("a", 0, "b")) == 2
