"""`karvan.lifecourse.spells.residence`: from stays to spells of usual residence, under any rule."""

from datetime import date

import pytest

from drawn import drawn, table
from karvan.errors import DataError
from karvan.lifecourse.residence import RULES, Rule, rule_named
from karvan.lifecourse.spells import residence

COLUMNS = "from_on to_on basis final_on"


def decided(drawing: str, **options):
    return residence(table(drawing), **options)


def test_columns_are_those_of_the_plan_and_rule_is_named():
    made = decided(
        """
        person_id | entered_on | left_on    | in_record_id | out_record_id
        P1        | 2020-01-01 | 2022-01-01 | a            | b
    """,
        rule="UR-12/16",
    )
    assert drawn(made.table, "person_id from_on to_on rule basis final_on decided_by ended_by") == table("""
        person_id | from_on    | to_on      | rule     | basis    | final_on   | decided_by | ended_by
        P1        | 2020-01-01 | 2022-01-01 | UR-12/16 | observed | 2023-01-01 | a          | emigration
    """)


def test_a_person_resident_before_the_first_crossing_has_an_open_beginning():
    made = decided("""
        person_id | entered_on | left_on
        P1        |            | 2020-03-01
        P1        | 2020-04-01 |
        P2        |            | 2020-03-01
    """)
    assert drawn(made.table, f"person_id {COLUMNS}") == table("""
        person_id | from_on | to_on      | basis    | final_on
        P1        |         |            | observed |
        P2        |         | 2020-03-01 | observed | 2021-03-01
    """)


def test_without_a_last_day_the_last_stay_is_taken_to_last_and_with_one_it_is_undecided():
    stay = """
        person_id | entered_on | left_on
        P1        | 2025-11-01 |
    """
    assert drawn(decided(stay).table, COLUMNS) == table("""
        from_on    | to_on | basis    | final_on
        2025-11-01 |       | observed | 2026-11-01
    """)
    assert drawn(decided(stay, observed_until=date(2026, 3, 31)).table, COLUMNS) == table("""
        from_on    | to_on | basis     | final_on
        2025-11-01 |       | undecided |
    """)
    assert drawn(decided(stay, observed_until=date(2026, 11, 1)).table, COLUMNS) == decided_table("2025-11-01 |  | observed | 2026-11-01")


def decided_table(row: str):
    return table(f"from_on | to_on | basis | final_on\n{row}")


def test_a_departure_that_cannot_be_decided_ends_nothing_and_the_spell_is_not_final():
    made = decided(
        """
        person_id | entered_on | left_on
        P1        | 2020-01-01 | 2026-01-10
    """,
        observed_until=date(2026, 3, 31),
    )
    assert drawn(made.table, COLUMNS) == decided_table("2020-01-01 | | observed |")
    assert drawn(made.crossings, "crossed_on direction resident_before resident_after migration final_on undecided") == table("""
        crossed_on | direction | resident_before | resident_after | migration | final_on   | undecided
        2020-01-01 | in        | no              | yes            | yes       | 2020-12-31 | no
        2026-01-10 | out       | yes             |                |           |            | yes
    """)


def test_what_follows_an_undecided_crossing_is_undecided_too():
    made = decided(
        """
        person_id | entered_on | left_on
        P1        | 2025-12-01 | 2026-01-10
        P1        | 2026-02-01 |
    """,
        observed_until=date(2026, 3, 31),
    )
    assert drawn(made.crossings, "crossed_on resident_before resident_after migration") == table("""
        crossed_on | resident_before | resident_after | migration
        2025-12-01 | no              |                |
        2026-01-10 |                 |                |
        2026-02-01 |                 |                |
    """)


def test_crossings_after_the_last_day_count_for_nothing():
    late = decided(
        """
        person_id | entered_on | left_on
        P1        | 2020-01-01 | 2026-05-01
        P1        | 2026-06-01 |
    """,
        observed_until=date(2026, 3, 31),
    )
    assert drawn(late.table, COLUMNS) == decided_table("2020-01-01 | | observed | 2020-12-31")
    assert late.counts["crossings_too_late"] == 2


def test_the_initial_status_counts_if_it_is_known_by_the_first_crossing():
    stays = """
        person_id | entered_on | left_on
        P1        | 2022-03-01 |
        P2        | 2022-03-01 |
        P3        | 2022-03-01 |
    """
    made = decided(
        stays,
        initial=table("""
        person_id | resident | known_on
        P1        | yes      | 2022-03-01
        P2        | yes      | 2022-03-02
        P3        | yes      | 2020-01-01
        P3        | no       | 2021-01-01
        P9        | yes      | 2020-01-01
    """),
    )
    assert drawn(made.table, "person_id from_on") == table("""
        person_id | from_on
        P1        |
        P2        | 2022-03-01
        P3        | 2022-03-01
    """)
    assert made.counts["residents_without_a_stay"] == 1


@pytest.mark.parametrize(("column", "yes"), [("resident", True), ("resident", 1), ("resident", "Yes"), ("status", "resident")])
def test_the_initial_status_may_be_said_in_several_ways(column, yes):
    made = decided("person_id | entered_on | left_on\nP1 | 2022-03-01 |", initial={"person_id": ["P1"], column: [yes]})
    assert made.table.column("from_on").to_pylist() == [None]
    with pytest.raises(DataError, match=f"1 rows of `{column}` say neither yes nor no"):
        decided("person_id | entered_on | left_on\nP1 | 2022-03-01 |", initial={"person_id": ["P1"], column: ["perhaps"]})


def test_death_ends_residence_and_is_no_crossing():
    made = decided("""
        person_id | entered_on | left_on    | closed_by
        P1        | 2020-01-01 | 2022-01-01 | death
    """)
    assert drawn(made.table, "to_on ended_by final_on") == table("""
        to_on      | ended_by | final_on
        2022-01-01 | death    | 2022-01-01
    """)
    assert made.crossings.num_rows == 1


def test_an_end_put_in_by_a_repair_makes_the_spell_imputed():
    made = decided("""
        person_id | entered_on | left_on    | entry_imputed | exit_imputed
        P1        | 2020-01-01 | 2022-01-01 | yes           | no
        P2        | 2020-01-01 | 2022-01-01 | no            | yes
        P3        | 2020-01-01 |            | no            | no
    """)
    assert drawn(made.table, "person_id basis") == table("""
        person_id | basis
        P1        | imputed
        P2        | imputed
        P3        | observed
    """)


def test_stays_that_do_not_follow_one_another_are_set_aside():
    made = decided("""
        person_id | entered_on | left_on
        A         | 2020-01-01 |
        A         | 2020-03-01 | 2020-04-01
        B         | 2020-01-01 | 2020-03-05
        B         | 2020-03-01 | 2020-04-01
        C         | 2020-05-01 | 2020-04-01
        D         | 2020-01-01 | 2020-02-01
        D         |            | 2020-04-01
        E         |            |
        F         | 1850-01-01 | 2020-04-01
        G         | 2020-01-01 | 2020-03-05
        G         | 2020-03-05 | 2020-03-05
        G         | 2020-03-05 | 2020-04-05
    """)
    assert drawn(made.aside, "person_id reason") == table("""
        person_id | reason
        A         | no_end
        B         | overlap
        C         | backwards
        D         | no_beginning
        E         | no_crossing
        F         | before_1900
    """)
    assert set(made.crossings.column("person_id").to_pylist()) == {"G"}


def test_ur_12_12_takes_no_notice_of_absences_of_up_to_90_days():
    def from_on(back: str):
        made = decided(
            f"""
            person_id | entered_on | left_on
            P1        | 2022-01-01 | 2022-06-01
            P1        | {back} | 2023-06-01
        """,
            rule="UR-12/12",
        )
        return made.table.column("from_on").to_pylist(), made.crossings.column("final_on").to_pylist()[0]

    assert from_on("2022-08-30") == ([date(2022, 1, 1)], date(2023, 1, 1))  # 90 days away
    assert from_on("2022-08-31") == ([], date(2022, 8, 30))  # 91: on the 91st day it is clear


def test_ur_12_12_waits_for_the_end_of_an_absence_that_runs_over_the_twelve_months():
    made = decided(
        """
        person_id | entered_on | left_on
        P1        | 2022-01-01 | 2022-12-01
        P1        | 2023-02-01 |
    """,
        rule="UR-12/12",
    )
    assert made.crossings.column("final_on").to_pylist()[0] == date(2023, 2, 1)
    assert made.table.column("from_on").to_pylist() == [date(2022, 1, 1)]


def test_ur_6_12_asks_for_183_of_365_days():
    def migrates(left: str):
        return bool(
            decided(
                f"""
            person_id | entered_on | left_on
            P1        | 2022-01-01 | {left}
        """,
                rule="UR-6/12",
            ).crossings.column("migration")[0].as_py()
        )

    assert migrates("2022-07-03") and not migrates("2022-07-02")


def test_any_pair_of_months_is_a_rule_by_its_days():
    assert [(r.threshold, r.window) for r in map(rule_named, ["UR-9/12", "UR-6/12", "UR-12/16", "UR-3/6"])] == [(274, 365), (183, 365), (365, 487), (91, 183)]


@pytest.mark.parametrize("name", ["UR-12", "UR-16/12", "UR-0/12", "12/16", "UR-6/9999", ""])
def test_a_rule_that_does_not_exist_is_an_error_that_lists_the_known(name):
    with pytest.raises(DataError) as wrong:
        decided("person_id | entered_on | left_on", rule=name)
    assert f"no rule `{name}`" in str(wrong.value)
    assert all(known in str(wrong.value) for known in RULES)


@pytest.mark.parametrize("name", ["UR-EXP", "UR-SOL", "UR-PRE"])
def test_rules_that_need_other_records_say_which(name):
    with pytest.raises(DataError, match=f"{name} cannot be decided from crossings alone: it needs "):
        decided("person_id | entered_on | left_on", rule=name)


def test_an_empty_table_gives_an_empty_table():
    made = decided("person_id | entered_on | left_on", rule=Rule("mine", 3, 5))
    assert made.table.num_rows == 0 and made.crossings.num_rows == 0 and "final_on" in made.table.column_names


def test_persons_of_another_type_in_the_initial_status_are_an_error():
    with pytest.raises(DataError, match="`person_id` is BIGINT here and VARCHAR in the spells"):
        decided("person_id | entered_on | left_on\nP1 | 2020-01-01 |", initial=table("person_id | resident\n1 | yes").arrow().set_column(0, "person_id", [[1]]))
