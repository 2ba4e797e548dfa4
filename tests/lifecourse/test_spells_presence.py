"""`karvan.lifecourse.spells.presence`: crossings in any order become stays, or their person is set aside with a reason."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from drawn import drawn, table
from karvan.errors import DataError
from karvan.lifecourse.spells import presence

UNTIL = date(2026, 3, 31)
COLUMNS = "person_id spell_no entered_on left_on closed_by"


def stays(drawing: str, **options):
    return presence(table(drawing), **{"observed_until": UNTIL} | options)


def reason(drawing: str) -> list:
    made = stays(drawing)
    assert made.table.num_rows == 0
    return made.aside.column("reason").to_pylist()


def test_crossings_are_paired_in_order_of_time_whatever_the_order_of_rows():
    made = stays("""
        person_id | crossed_at          | direction | record_id
        P2        | 2026-02-01T08:00:00 | in        | d
        P1        | 2026-03-02T18:00:00 | out       | b
        P1        | 2026-01-12T09:00:00 | in        | a
        P1        | 2026-03-02T23:30:00 | in        | c
    """)
    assert drawn(made.table, f"{COLUMNS} in_record_id out_record_id") == table("""
        person_id | spell_no | entered_on | left_on    | closed_by | in_record_id | out_record_id
        P1        | 1        | 2026-01-12 | 2026-03-02 | exit      | a            | b
        P1        | 2        | 2026-03-02 |            | censored  | c            |
        P2        | 1        | 2026-02-01 |            | censored  | d            |
    """)
    assert made.counts == {"crossings": 4, "people": 2, "crossings_too_late": 0, "people_set_aside": 0, "stays": 3}


def test_columns_are_those_of_the_plan():
    made = stays("""
        person_id | crossed_at          | direction
        P1        | 2026-01-12T09:00:00 | in
    """)
    assert made.table.column_names == ["person_id", "spell_no", "entered_on", "left_on", "closed_by", "entry_imputed", "exit_imputed", "in_record_id", "out_record_id"]


def test_someone_first_seen_going_out_was_inside_before():
    made = stays("""
        person_id | crossed_at          | direction
        P1        | 2026-01-12T09:00:00 | out
        P1        | 2026-01-20T09:00:00 | in
    """)
    assert drawn(made.table, COLUMNS) == table("""
        person_id | spell_no | entered_on | left_on    | closed_by
        P1        | 1        |            | 2026-01-12 | exit
        P1        | 2        | 2026-01-20 |            | censored
    """)


def test_in_one_instant_in_comes_before_out():
    made = stays("""
        person_id | crossed_at          | direction
        P1        | 2026-01-12T09:00:00 | out
        P1        | 2026-01-12T09:00:00 | in
    """)
    assert drawn(made.table, COLUMNS) == table("""
        person_id | spell_no | entered_on | left_on    | closed_by
        P1        | 1        | 2026-01-12 | 2026-01-12 | exit
    """)


def test_in_one_instant_crossings_come_in_the_order_in_which_they_alternate():
    made = stays("""
        person_id | crossed_at          | direction | record_id
        P1        | 2026-01-12T09:00:00 | in        | a
        P1        | 2026-01-20T00:00:00 | in        | c
        P1        | 2026-01-20T00:00:00 | out       | b
        P2        | 2026-01-20T00:00:00 | out       | d
        P2        | 2026-01-20T00:00:00 | in        | e
        P2        | 2026-01-20T00:00:00 | in        | f
    """)
    assert drawn(made.table, f"{COLUMNS} in_record_id out_record_id") == table("""
        person_id | spell_no | entered_on | left_on    | closed_by | in_record_id | out_record_id
        P1        | 1        | 2026-01-12 | 2026-01-20 | exit      | a            | b
        P1        | 2        | 2026-01-20 |            | censored  | c            |
        P2        | 1        | 2026-01-20 | 2026-01-20 | exit      | e            | d
        P2        | 2        | 2026-01-20 |            | censored  | f            |
    """)


def test_whoever_does_not_alternate_is_set_aside_whole_and_others_are_not():
    made = stays("""
        person_id | crossed_at          | direction | record_id
        P1        | 2026-01-12T09:00:00 | in        | a
        P1        | 2026-01-14T09:00:00 | out       | b
        P1        | 2026-01-20T09:00:00 | out       | c
        P2        | 2026-01-20T09:00:00 | in        | d
    """)
    assert made.table.column("person_id").to_pylist() == ["P2"]
    assert drawn(made.aside, "person_id reason crossed_at record_id") == table("""
        person_id | reason    | crossed_at          | record_id
        P1        | two_exits | 2026-01-20T09:00:00 | c
    """)
    assert made.reasons == {"two_exits": 1}


@pytest.mark.parametrize(
    ("why", "first", "second"),
    [
        ("two_entries", "2026-01-12T09:00:00 | in", "2026-01-13T09:00:00 | in"),
        ("same_crossing_twice", "2026-01-12T09:00:00 | out", "2026-01-12T09:00:00 | out"),
        ("two_exits", "2026-01-12T09:00:00 | out", "2026-01-13T09:00:00 | out"),
        ("same_crossing_twice", "2026-01-12T09:00:00 | in", "2026-01-12T09:00:00 | in"),
        ("unknown_direction", "2026-01-12T09:00:00 | in", "2026-01-13T09:00:00 | sideways"),
        ("unknown_direction", "2026-01-12T09:00:00 | in", "2026-01-13T09:00:00 | "),
        ("no_time", "2026-01-12T09:00:00 | in", " | out"),
        ("before_1900", "1899-12-31T23:59:59 | in", "2026-01-13T09:00:00 | out"),
    ],
)
def test_each_reason(why, first, second):
    assert reason(f"""
        person_id | crossed_at | direction
        P1        | {first}
        P1        | {second}
    """) == [why]


def test_crossings_later_than_the_last_complete_day_count_for_nothing_and_are_counted():
    made = stays("""
        person_id | crossed_at          | direction
        P1        | 2026-03-31T23:59:59 | in
        P1        | 2026-04-01T00:00:00 | out
        P1        | 2026-04-02T00:00:00 | out
    """)
    assert drawn(made.table, COLUMNS) == table("""
        person_id | spell_no | entered_on | left_on | closed_by
        P1        | 1        | 2026-03-31 |         | censored
    """)
    assert made.counts["crossings_too_late"] == 2


def test_an_instant_counts_on_the_day_of_the_zone():
    late_evening = pa.table({"person_id": [7], "crossed_at": pa.array([datetime(2026, 1, 11, 21, 30, tzinfo=UTC)]), "direction": ["in"]})
    assert presence(late_evening, observed_until=UNTIL, zone="Asia/Baku").table.column("entered_on").to_pylist() == [date(2026, 1, 12)]
    assert presence(late_evening, observed_until=UNTIL, zone="Europe/Lisbon").table.column("entered_on").to_pylist() == [date(2026, 1, 11)]
    with pytest.raises(DataError, match="depends on the zone"):
        presence(late_evening, observed_until=UNTIL)
    with pytest.raises(DataError, match="no time zone `Asia/Bako`"):
        presence(late_evening, observed_until=UNTIL, zone="Asia/Bako")


def test_a_clock_set_back_over_midnight_takes_nobody_back_a_day():
    # Beirut, night to 1 November 2026: after 23:59:59 summer time it is 23:00 of 31 October again.
    instants = [datetime(2026, 10, 31, 20, 30, tzinfo=UTC), datetime(2026, 10, 31, 21, 30, tzinfo=UTC)]
    made = presence(pa.table({"person_id": ["P1", "P1"], "crossed_at": pa.array(instants), "direction": ["in", "out"]}), observed_until=date(2026, 12, 31), zone="Asia/Beirut")
    stay = made.table.to_pylist()[0]
    assert stay["entered_on"] <= stay["left_on"]


def test_numbers_of_persons_stay_numbers_and_text_stays_text():
    for ids in (pa.array([2, 1], pa.int32()), pa.array(["2", "1"])):
        made = presence(pa.table({"person_id": ids, "crossed_at": [datetime(2026, 1, 1), datetime(2026, 1, 2)], "direction": ["in", "in"]}), observed_until=UNTIL)
        assert made.table.column("person_id").type == ids.type
        assert made.table.column("person_id").to_pylist() == sorted(ids.to_pylist())


def test_rows_without_a_person_are_counted_and_nobody_s():
    made = stays("""
        person_id | crossed_at          | direction
                  | 2026-01-12T09:00:00 | in
                  | 2026-01-12T09:00:00 | in
        P1        | 2026-01-12T09:00:00 | in
    """)
    assert made.table.num_rows == 1
    assert made.counts["crossings_of_no_person"] == 2 and made.counts["people_set_aside"] == 0
    assert drawn(made.aside, "person_id reason crossed_at") == table("""
        person_id | reason    | crossed_at
                  | no_person | 2026-01-12T09:00:00
                  | no_person | 2026-01-12T09:00:00
    """)


def test_an_empty_table_gives_an_empty_table_with_its_columns():
    made = stays("person_id | crossed_at | direction")
    assert made.table.num_rows == 0 and "closed_by" in made.table.column_names and made.aside.num_rows == 0


def test_a_stay_may_be_open_for_ten_years():
    made = stays("""
        person_id | crossed_at          | direction
        P1        | 2016-01-12T09:00:00 | in
    """)
    assert drawn(made.table, "entered_on left_on closed_by") == table("""
        entered_on | left_on | closed_by
        2016-01-12 |         | censored
    """)


def test_a_missing_column_and_a_wrong_type_are_named():
    with pytest.raises(DataError, match="no column `direction`; found: person_id, crossed_at, way"):
        stays("person_id | crossed_at | way")
    with pytest.raises(DataError, match="`crossed_at` is BIGINT, expected TIMESTAMP"):
        presence(pa.table({"person_id": ["P1"], "crossed_at": [1], "direction": ["in"]}), observed_until=UNTIL)
    with pytest.raises(DataError, match="`person_id` is DOUBLE"):
        presence(pa.table({"person_id": [1.5], "crossed_at": [datetime(2026, 1, 1)], "direction": ["in"]}), observed_until=UNTIL)


def test_repair_puts_missing_ends_in_flagged_and_counted():
    made = stays(
        """
        person_id | crossed_at          | direction | record_id
        P1        | 2025-01-01T09:00:00 | in        | a
        P1        | 2025-01-11T09:00:00 | out       | b
        P2        | 2025-02-01T09:00:00 | in        | c
        P2        | 2025-08-01T09:00:00 | in        | d
        P2        | 2025-08-21T09:00:00 | out       | e
        P3        | 2025-02-01T09:00:00 | in        | f
        P3        | 2025-02-01T09:05:00 | in        | g
        P3        | 2025-02-11T09:00:00 | out       | h
        P4        | 2025-02-01T09:00:00 | up        | i
    """,
        repair="pack",
    )
    assert drawn(made.table, f"{COLUMNS} exit_imputed in_record_id out_record_id") == table("""
        person_id | spell_no | entered_on | left_on    | closed_by    | exit_imputed | in_record_id | out_record_id
        P1        | 1        | 2025-01-01 | 2025-01-11 | exit         | no           | a            | b
        P2        | 1        | 2025-02-01 | 2025-02-15 | missing_exit | yes          | c            |
        P2        | 2        | 2025-08-01 | 2025-08-21 | exit         | no           | d            | e
        P3        | 1        | 2025-02-01 | 2025-02-11 | exit         | no           | f            | h
    """)
    assert made.repaired == {"missing_exit_closed": 1, "read_twice": 1}
    assert made.reasons == {"unknown_direction": 1}
    assert made.repairs.column_names == ["repair", "stratum", "persons", "spells"]


def test_other_words_for_in_and_out_are_an_error_that_names_them():
    with pytest.raises(DataError, match="No `direction` is in or out; found: IN, OUT"):
        stays("""
            person_id | crossed_at          | direction
            P1        | 2025-01-01T09:00:00 | IN
            P1        | 2025-01-11T09:00:00 | OUT
        """)
