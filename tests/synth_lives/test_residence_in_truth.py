"""The 12/16-month rule as the truth applies it: 365 of the next 487 days on the new side decide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.synth.lives.residence import decisive, spells, status_after

FAR = 2**30


def decide(days, ways, died=FAR):
    days, inward = np.array(days), np.array([w == "in" for w in ways])
    return decisive(np.zeros(len(days), int), days, inward, np.full(len(days), died)).tolist()


def test_a_year_inside_after_an_arrival_is_an_immigration():
    assert decide([0], ["in"]) == [True]


def test_eleven_months_inside_is_none():
    assert decide([0, 330], ["in", "out"]) == [False, True]


@pytest.mark.parametrize(("away", "migrates"), [(122, True), (123, False)])
def test_exactly_122_days_away_are_still_allowed(away, migrates):
    assert decide([0, 100, 100 + away], ["in", "out", "in"])[0] is migrates


def test_days_after_death_count_on_neither_side():
    assert decide([0], ["in"], died=300) == [False]


def test_a_trip_of_a_resident_changes_nothing():
    person, inward = np.zeros(2, int), np.array([False, True])
    before, after = status_after(person, inward, np.array([False, False]), np.array([True, True]))
    assert before.tolist() == after.tolist() == [True, True]


def test_death_ends_a_spell_without_emigration():
    found = spells(np.empty(0, int), np.empty(0, int), np.empty(0, bool), initial=np.array([True]), died=np.array([500]), from_day=np.array([10]))
    assert (found["opens"].tolist(), found["closes"].tolist(), found["dead"].tolist()) == ([10], [500], [True])


def by_the_text(days, inward, resident):
    """The rule word for word, a day at a time: status after each crossing."""
    out = []
    for place, t in enumerate(days):
        side = [False] * 487
        for k in range(487):
            last = max(i for i in range(len(days)) if days[i] <= t + k and i >= place)
            side[k] = inward[last] == inward[place]
        if inward[place] != resident and sum(side) >= 365:
            resident = bool(inward[place])
        out.append(resident)
    return out


@given(st.lists(st.integers(1, 500), min_size=1, max_size=7), st.booleans(), st.booleans())
def test_the_fast_rule_agrees_with_the_text_read_day_by_day(gaps, first_in, resident):
    days = np.cumsum(gaps)
    inward = np.array([first_in ^ bool(i % 2) for i in range(len(days))])
    person = np.zeros(len(days), int)
    _, after = status_after(person, inward, decisive(person, days, inward, np.full(len(days), FAR)), np.full(len(days), resident))
    assert after.tolist() == by_the_text(days.tolist(), inward.tolist(), resident)
