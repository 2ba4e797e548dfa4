"""UR-12/16, decision by decision: the kernel against drawn examples and against the slow reference."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from residence_reference import decide

from drawn import drawn, table
from karvan.errors import DataError
from karvan.lifecourse.residence import decide_crossings

DAY0 = date(2021, 1, 1)


def test_an_arrival_that_stays_is_a_migration_final_after_365_days():
    decided = decide_crossings(table("""
        person_id | crossed_on | direction
        P1        | 2022-03-01 | in
    """))  # fmt: skip
    assert drawn(decided, "crossed_on resident_before resident_after migration final_on") == table("""
        crossed_on | resident_before | resident_after | migration | final_on
        2022-03-01 | no              | yes            | yes       | 2023-03-01
    """)


def test_absences_of_122_days_are_still_allowed_and_one_more_is_not():
    def after_an_absence_of(days: int):
        moves = table("person_id | crossed_on | direction")
        left = DAY0 + timedelta(30)
        moves.rows = [("P1", DAY0, "in"), ("P1", left, "out"), ("P1", left + timedelta(days), "in")]
        return decide_crossings(moves).to_pylist()[0]

    assert after_an_absence_of(122)["migration"] is True
    assert after_an_absence_of(122)["final_on"] == DAY0 + timedelta(365 + 122)
    assert after_an_absence_of(123)["migration"] is False
    assert after_an_absence_of(123)["final_on"] == DAY0 + timedelta(122 + 30)


def test_the_initial_status_is_inferred_from_the_first_direction_unless_one_is_known():
    moves = table("""
        person_id | crossed_on | direction
        known     | 2022-03-01 | in
        unknown   | 2022-03-01 | in
    """)
    initial = table("""
        person_id | resident
        known     | yes
    """)
    assert drawn(decide_crossings(moves, initial=initial), "person_id resident_before migration") == table("""
        person_id | resident_before | migration
        known     | yes             | no
        unknown   | no              | yes
    """)


def test_what_the_data_cannot_yet_decide_is_undecided_and_so_is_all_that_follows():
    moves = table("""
        person_id | crossed_on | direction
        P1        | 2025-03-01 | in
        P1        | 2025-04-01 | out
        P1        | 2025-05-01 | in
    """)
    decided = decide_crossings(moves, observed_until=date(2025, 12, 31))
    assert drawn(decided, "crossed_on migration final_on undecided") == table("""
        crossed_on | migration | final_on   | undecided
        2025-03-01 | yes       | 2026-03-31 | yes
        2025-04-01 | no        | 2026-03-31 | yes
        2025-05-01 | no        | 2026-03-31 | yes
    """)


def test_death_stops_the_count_and_is_no_emigration():
    moves = table("""
        person_id | crossed_on | direction
        P1        | 2022-01-01 | out
    """)
    ended = table("""
        person_id | ended_on
        P1        | 2022-04-01
    """)
    assert drawn(decide_crossings(moves, ended=ended), "resident_before resident_after migration final_on") == table("""
        resident_before | resident_after | migration | final_on
        yes             | yes            | no        | 2022-04-01
    """)


def test_two_crossings_in_one_direction_are_an_error_not_a_guess():
    with pytest.raises(DataError, match="1 crossings follow one in the same direction"):
        decide_crossings(table("""
            person_id | crossed_on | direction
            P1        | 2022-01-01 | in
            P1        | 2022-02-01 | in
        """))  # fmt: skip


def test_an_empty_file_gives_an_empty_answer():
    assert decide_crossings(table("person_id | crossed_on | direction")).num_rows == 0


# Gaps around the limits are where mistakes live: 0 days, 122, 123, 364, 365, 366, 487.
gaps = st.one_of(st.integers(0, 60), st.sampled_from([0, 1, 121, 122, 123, 242, 243, 364, 365, 366, 486, 487, 488]), st.integers(0, 700))
deaths = st.one_of(st.none(), st.integers(0, 1500))
history = st.tuples(st.sampled_from(["in", "out"]), st.lists(gaps, max_size=14), st.sampled_from([None, True, False]), deaths)


@settings(max_examples=1200, deadline=None)
@given(st.lists(history, min_size=1, max_size=4), st.integers(0, 3000))
def test_the_kernel_equals_the_slow_reference(people, observed):
    moves, initial, ended = table("person_id | crossed_on | direction"), table("person_id | resident"), table("person_id | ended_on")
    expected = []
    for number, (first, waits, status, death) in enumerate(people):
        days = [0]
        for wait in waits:
            days.append(days[-1] + wait)
        other = "out" if first == "in" else "in"
        crossings = [(day, first if i % 2 == 0 else other) for i, day in enumerate(days)]
        moves.rows += [(f"P{number}", DAY0 + timedelta(day), direction) for day, direction in crossings]
        if status is not None:
            initial.rows.append((f"P{number}", status))
        if death is not None:
            ended.rows.append((f"P{number}", DAY0 + timedelta(days[-1] + death)))
        expected += decide(crossings, initial=status, ended=None if death is None else days[-1] + death)
    found = decide_crossings(moves, initial=initial.arrow(), ended=ended.arrow(), observed_until=DAY0 + timedelta(observed)).to_pylist()
    for got, want in zip(found, expected, strict=True):
        assert (got["resident_before"], got["resident_after"], got["migration"]) == (want.before, want.after, want.migration)
        assert got["final_on"] == DAY0 + timedelta(want.final)
        assert got["undecided"] == (want.final > observed)
