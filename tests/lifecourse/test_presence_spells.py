"""Crossings, paired into stays."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn import drawn, table
from karvan.errors import DataError
from karvan.lifecourse.presence import presence_spells

UNTIL = date(2026, 3, 31)


def test_an_entry_and_an_exit_make_a_stay():
    spells = presence_spells(
        table("""
        person_id | crossed_on | direction | record_id
        P1        | 2026-01-12 | in        | a
        P1        | 2026-03-02 | out       | b
    """),
        observed_until=UNTIL,
    )
    assert drawn(spells, "person_id spell_no entered_on left_on closed_by in_record_id out_record_id") == table("""
        person_id | spell_no | entered_on | left_on    | closed_by | in_record_id | out_record_id
        P1        | 1        | 2026-01-12 | 2026-03-02 | exit      | a            | b
    """)


def test_second_entry_marks_the_first_stay_as_missing_its_exit():
    spells = presence_spells(
        table("""
        person_id | crossed_on | direction
        P2        | 2026-01-12 | in
        P2        | 2026-03-02 | in
        P2        | 2026-03-09 | out
    """),
        observed_until=UNTIL,
    )
    assert drawn(spells, "person_id spell_no entered_on left_on closed_by") == table("""
        person_id | spell_no | entered_on | left_on    | closed_by
        P2        | 1        | 2026-01-12 |            | missing_exit
        P2        | 2        | 2026-03-02 | 2026-03-09 | exit
    """)


def test_an_exit_that_nothing_opened_has_no_day_of_entry():
    spells = presence_spells(
        table("""
        person_id | crossed_on | direction
        P3        | 2026-01-12 | out
        P3        | 2026-02-12 | out
        P3        | 2026-03-02 | in
    """),
        observed_until=UNTIL,
    )
    assert drawn(spells, "spell_no entered_on left_on closed_by") == table("""
        spell_no | entered_on | left_on    | closed_by
        1        |            | 2026-01-12 | exit
        2        |            | 2026-02-12 | exit
        3        | 2026-03-02 |            | censored
    """)


def test_in_the_same_second_in_comes_before_out_whatever_the_order_of_rows():
    spells = presence_spells(
        table("""
        person_id | crossed_at          | crossed_on | direction | record_id
        P4        | 2026-01-12T10:00:00 | 2026-01-12 | out       | a
        P4        | 2026-01-12T10:00:00 | 2026-01-12 | in        | b
    """),
        observed_until=UNTIL,
    )
    assert drawn(spells, "spell_no entered_on left_on closed_by in_record_id") == table("""
        spell_no | entered_on | left_on    | closed_by | in_record_id
        1        | 2026-01-12 | 2026-01-12 | exit      | b
    """)


def test_a_crossing_later_than_the_last_complete_day_is_an_error_that_names_the_record():
    with pytest.raises(DataError) as wrong:
        presence_spells(
            table("""
            person_id | crossed_on | direction | record_id
            P1        | 2026-04-01 | in        | r9
        """),
            observed_until=UNTIL,
        )
    assert wrong.value.where == "r9"


histories = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 400), st.sampled_from(["in", "out"])), max_size=30)


@settings(max_examples=60, deadline=None)
@given(histories)
def test_every_crossing_is_in_exactly_one_spell(rows):
    crossings = table("person_id | crossed_on | direction | record_id")
    crossings.rows = [(person, date.fromordinal(date(2025, 1, 1).toordinal() + day), direction, f"r{i}") for i, (person, day, direction) in enumerate(rows)]
    spells = presence_spells(crossings, observed_until=UNTIL)
    ends = [r for name in ("in_record_id", "out_record_id") for r in spells.column(name).to_pylist() if r]
    assert sorted(ends) == sorted(r[3] for r in crossings.rows)
    for spell in spells.to_pylist():
        if spell["entered_on"] and spell["left_on"]:
            assert spell["entered_on"] <= spell["left_on"]
