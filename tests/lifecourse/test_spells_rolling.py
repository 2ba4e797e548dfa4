"""`karvan.lifecourse.spells.rolling`: days in a moving window, with the vectors of the 90/180 rule."""

from datetime import date, timedelta

import pytest

from drawn import drawn, table
from karvan.errors import DataError
from karvan.lifecourse.spells import presence, rolling


def counted(drawing: str, days: int = 90, window: int = 180, **options):
    return drawn(rolling(table(drawing), days=days, window=window, **options).table, "person_id max_days first_exceeded_on").rows


# Earlier stays, the day of a new entry, days used before it, days that may then be spent in a row, the last lawful day.
VECTORS = [
    ([], "2026-03-01", 0, 90, "2026-05-29"),
    (["2026-01-01..2026-01-10"], "2026-06-01", 10, 90, "2026-08-29"),
    (["2026-01-01..2026-03-31"], "2026-04-01", 90, 0, None),
    (["2026-01-01..2026-03-31"], "2026-06-29", 90, 0, None),
    (["2026-01-01..2026-03-31"], "2026-06-30", 89, 90, "2026-09-27"),
    (["2026-01-10..2026-02-08", "2026-03-15..2026-04-13"], "2026-06-01", 60, 30, "2026-06-30"),
    ([f"{day}..{day}" for day in ("2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23", "2026-03-02")], "2026-07-15", 5, 90, "2026-10-12"),
]


@pytest.mark.parametrize(("earlier", "entry", "used", "in_a_row", "last"), VECTORS)
def test_vectors_of_90_in_180(earlier, entry, used, in_a_row, last):
    def with_a_stay(days: int):
        stays = table("person_id | entered_on | left_on")
        stays.rows = [("P1", *(date.fromisoformat(day) for day in stay.split(".."))) for stay in earlier]
        start = date.fromisoformat(entry)
        stays.rows.append(("P1", start, start + timedelta(days - 1)))
        return rolling(stays, days=90, window=180).table.to_pylist()[0]

    if used:
        # An entry for one day: that day sees the days used before it, and itself, unless an earlier stay saw more.
        assert with_a_stay(1)["max_days"] == max(used + 1, sum((date.fromisoformat(b) - date.fromisoformat(a)).days + 1 for a, b in (s.split("..") for s in earlier)))
    if in_a_row:
        assert with_a_stay(in_a_row)["first_exceeded_on"] is None
    assert with_a_stay(in_a_row + 1)["first_exceeded_on"] == date.fromisoformat(entry) + timedelta(in_a_row)
    if last:
        assert date.fromisoformat(entry) + timedelta(in_a_row - 1) == date.fromisoformat(last)


def test_vector_8_a_day_of_exit_and_return_counts_once():
    assert counted("""
        person_id | entered_on | left_on
        P1        | 2026-01-01 | 2026-01-05
        P1        | 2026-01-05 | 2026-01-09
    """) == [("P1", 9, None)]


def test_vector_9_the_first_day_too_many():
    assert counted("""
        person_id | entered_on | left_on
        P1        | 2026-01-01 | 2026-04-05
    """) == [("P1", 95, date(2026, 4, 1))]


def test_an_open_stay_counts_up_to_the_last_complete_day_and_that_day_counts():
    stay = """
        person_id | entered_on | left_on
        P1        | 2026-01-01 |
    """
    assert counted(stay, observed_until=date(2026, 1, 1)) == [("P1", 1, None)]
    assert counted(stay, observed_until=date(2026, 3, 31)) == [("P1", 90, None)]
    assert counted(stay, observed_until=date(2026, 4, 1)) == [("P1", 91, date(2026, 4, 1))]
    with pytest.raises(DataError, match="A stay is open"):
        counted(stay)


def test_stays_say_themselves_up_to_when_an_open_one_counts():
    stays = presence(table("person_id | crossed_at | direction\nP1 | 2026-01-01T09:00:00 | in"), observed_until=date(2026, 1, 31)).table
    assert rolling(stays, days=90, window=180).table.column("max_days").to_pylist() == [31]
    assert rolling(stays, days=90, window=180, observed_until=date(2026, 1, 10)).table.column("max_days").to_pylist() == [10]


def test_no_day_after_the_last_complete_one_counts():
    assert counted(
        """
        person_id | entered_on | left_on
        P1        | 2026-01-01 | 2026-02-01
        P1        | 2026-03-01 | 2026-03-05
        P2        | 2026-03-01 | 2026-03-05
    """,
        observed_until=date(2026, 1, 31),
    ) == [("P1", 31, None), ("P2", 0, None)]


def test_of_a_stay_with_one_end_the_day_that_was_seen_counts():
    assert counted("""
        person_id | entered_on | left_on
        P1        |            | 2026-01-05
        P1        | 2026-02-01 |
        P1        | 2026-02-10 | 2026-02-11
    """) == [("P1", 4, None)]


def test_stays_that_overlap_count_each_day_once():
    assert counted("""
        person_id | entered_on | left_on
        P1        | 2026-01-01 | 2026-01-20
        P1        | 2026-01-05 | 2026-01-07
        P1        | 2026-01-15 | 2026-01-22
    """) == [("P1", 22, None)]


def test_old_days_drop_out_while_someone_is_inside():
    # 3 of any 5: days 1, 2 and 5; on day 6 day 1 has gone, on day 7 day 2; on day 8 there are four.
    assert counted(
        """
        person_id | entered_on | left_on
        P1        | 2026-01-01 | 2026-01-02
        P1        | 2026-01-05 | 2026-01-08
    """,
        days=3,
        window=5,
    ) == [("P1", 4, date(2026, 1, 8))]


def test_stays_of_nobody_are_counted():
    made = rolling(table("person_id | entered_on | left_on\n | 2026-01-01 | 2026-01-02\nP1 | 2026-01-01 | 2026-01-02"), days=90, window=180)
    assert made.table.num_rows == 1 and made.counts["stays_of_no_person"] == 1


def test_an_empty_table_gives_an_empty_table():
    assert counted("person_id | entered_on | left_on") == []
