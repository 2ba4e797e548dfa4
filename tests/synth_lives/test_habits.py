"""Habits: what a pack must state of how people and offices behave, and what happens where it does not."""

import pytest

from karvan.errors import DataError
from karvan.synth.lives.habits import habits_of, schema


def changed(settings: dict, section: str, **values: object) -> dict:
    return {**settings, "habits": {**settings["habits"], section: {**settings["habits"][section], **values}}}


def test_every_habit_has_a_unit_and_a_meaning():
    for section, names in schema().items():
        for name, (unit, meaning) in names.items():
            assert unit and len(meaning) > 10, (section, name)


def test_the_pack_states_every_habit(settings):
    assert {(s, n) for s, names in schema().items() for n in names} == {(s, n) for s, values in settings["habits"].items() for n in values}
    assert habits_of(settings).permits.tolerated == settings["habits"]["permits"]["tolerated"]


def test_no_habit_is_stated_that_nothing_reads(settings):
    """Each is named somewhere in the code of the lives."""
    from pathlib import Path

    import karvan.synth.lives

    code = "".join(path.read_text(encoding="utf-8") for path in Path(karvan.synth.lives.__file__).parent.glob("*.py"))
    assert [name for names in schema().values() for name in names if f".{name}" not in code] == []


def test_a_habit_that_is_not_stated_is_named_with_its_meaning(settings):
    without = {**settings, "habits": {**settings["habits"], "trips": {k: v for k, v in settings["habits"]["trips"].items() if k != "visit_years"}}}
    with pytest.raises(DataError, match=r"trips\.visit_years is not stated"):
        habits_of(without)


@pytest.mark.parametrize(
    ("section", "name", "value", "expected"),
    [
        ("border", "purpose_stated", 93, "a share from 0 to 1"),
        ("permits", "asked_late", [28, 1], r"a spread \[from, below\]"),
        ("permits", "stays_on", {"median": 160}, "median, sigma, least, most"),
        ("permits", "tolerated", "a month", "a number"),
    ],
)
def test_a_habit_of_another_unit_is_refused(settings, section, name, value, expected):
    with pytest.raises(DataError, match=expected):
        habits_of(changed(settings, section, **{name: value}))


def test_a_habit_that_nobody_knows_is_refused(settings):
    with pytest.raises(DataError, match=r"no habit permits\.tolerate\b") as wrong:
        habits_of(changed(settings, "permits", tolerate=30))
    assert "tolerated" in wrong.value.fix
