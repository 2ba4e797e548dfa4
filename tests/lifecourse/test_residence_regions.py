"""In which region people live: addresses of records, one on each day."""

from datetime import date

from lives import Lives

from drawn import Drawn, table

NOBODY = table("person_id | crossed_on | direction")


def regions(**records):
    shown = Lives(crossing=NOBODY, **records).show("residence_regions", "person_id region from_on to_on source")
    return Drawn(shown.columns, sorted(shown.rows, key=lambda row: (row[0], row[2] or date.min)))


def test_an_address_counts_until_another_is_named_and_the_first_one_also_before():
    assert regions(
        resident=table("""
            person_id | since_on   | until_on   | region | citizenship
            P1        | 1999-05-05 | 2021-03-09 | A      | UTO
            P1        | 2021-03-10 |            | B      | UTO
            P2        | 1999-05-05 |            | A      | UTO
            P3        | 1999-05-05 |            |        | UTO
        """),
    ) == table("""
        person_id | region | from_on    | to_on      | source
        P1        | A      |            | 2021-03-09 | register
        P1        | B      | 2021-03-10 |            | register
        P2        | A      |            |            | register
    """)


def test_a_permit_counts_before_the_registration_of_a_stay_and_goes_on_after_its_end():
    assert regions(
        permit=table("""
            person_id | kind      | action | decision | valid_from_on | valid_to_on | region | citizenship
            P1        | temporary | issue  | granted  | 2022-04-01    | 2023-03-31  | B      | TUR
            P2        | temporary | issue  | refused  |               |             | B      | TUR
        """),
        registration=table("""
            person_id | arrived_on | registered_on | valid_until_on | region | citizenship
            P1        | 2022-02-01 | 2022-02-10    | 2022-05-10     | A      | TUR
            P1        | 2023-06-01 | 2023-06-02    | 2023-06-20     | C      | TUR
        """),
    ) == table("""
        person_id | region | from_on    | to_on      | source
        P1        | A      |            | 2022-03-31 | registration
        P1        | B      | 2022-04-01 | 2023-06-01 | permit
        P1        | C      | 2023-06-02 |            | registration
    """)


def test_a_child_lives_where_the_act_of_birth_says_until_the_register_knows_better():
    assert regions(
        civil_event=table("""
            person_id | event | event_on   | region | registered_abroad | citizenship
            P1        | birth | 2022-04-01 | A      | no                | UTO
            P2        | birth | 2022-04-01 | A      | yes               | UTO
            P3        | death | 2022-04-01 | A      | no                | UTO
        """),
        resident=table("""
            person_id | since_on   | region | citizenship
            P1        | 2022-09-01 | B      | UTO
        """),
    ) == table("""
        person_id | region | from_on    | to_on      | source
        P1        | A      |            | 2022-08-31 | birth
        P1        | B      | 2022-09-01 |            | register
    """)
