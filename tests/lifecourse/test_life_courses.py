"""From records to life courses, by example. UTO is the country's own citizenship."""

from datetime import date

from lives import Lives

from drawn import table


def test_a_foreigner_with_a_permit_who_stays_becomes_resident_by_every_rule():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship | visa_no
            P1        | 2022-03-01 | in        | TUR         | V1
            P1        | 2023-08-01 | out       | TUR         |
        """),
        permit=table("""
            person_id | kind      | action | decision | reason | valid_from_on | valid_to_on | citizenship
            P1        | temporary | issue  | granted  | work   | 2022-04-01    | 2023-03-31  | TUR
            P1        | temporary | extend | granted  | work   | 2023-04-15    | 2024-04-14  | TUR
        """),
    )
    assert lives.show("residence_spells", "rule from_on to_on basis final_on ended_by previous_country next_country reason") == table("""
        rule     | from_on    | to_on      | basis    | final_on   | ended_by  | previous_country | next_country | reason
        UR-12/16 | 2022-03-01 | 2023-08-01 | observed | 2024-07-31 | emigration | TUR              | TUR          | work
        UR-EXP   | 2022-03-01 | 2023-08-01 | expected |            | emigration | TUR              | TUR          | work
        UR-PRE   | 2022-03-01 | 2023-08-01 | observed |            | emigration | TUR              | TUR          | work
    """)
    assert lives.show("status_spells", "status from_on to_on reason", status="temporary") == table("""
        status    | from_on    | to_on      | reason
        temporary | 2022-04-01 | 2024-04-14 | work
    """)


def test_a_citizen_who_never_crosses_a_border_is_resident_by_register_until_death():
    lives = Lives(
        crossing=table("person_id | crossed_on | direction"),
        resident=table("""
            person_id | since_on   | citizenship
            P1        | 1999-05-05 | UTO
            P2        | 2001-01-01 | UTO
        """),
        civil_event=table("""
            person_id | event | event_on   | citizenship
            P2        | death | 2024-02-02 | UTO
        """),
    )
    assert lives.show("residence_spells", "person_id from_on to_on basis ended_by", rule="UR-12/16") == table("""
        person_id | from_on    | to_on      | basis    | ended_by
        P1        | 1999-05-05 |            | register |
        P2        | 2001-01-01 | 2024-02-02 | register | death
    """)


def test_an_absence_of_a_year_that_was_seen_is_an_emigration_whatever_the_register_expects():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            gone      | 2022-05-01 | out       | UTO
            away      | 2026-05-01 | out       | UTO
        """),
        resident=table("""
            person_id | since_on   | citizenship
            gone      | 1999-05-05 | UTO
            away      | 1999-05-05 | UTO
        """),
    )
    assert lives.show("residence_spells", "person_id rule to_on ended_by basis") == table("""
        person_id | rule     | to_on      | ended_by   | basis
        away      | UR-12/16 |            |            | register
        away      | UR-EXP   |            |            | register
        away      | UR-PRE   |            |            | register
        gone      | UR-12/16 | 2022-05-01 | emigration | register
        gone      | UR-EXP   |            |            | register
        gone      | UR-PRE   | 2022-05-01 | emigration | register
    """)


def test_of_a_crossing_not_decided_yet_ur_pre_asks_the_records():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            stays     | 2026-03-01 | in        | TUR
            visits    | 2026-03-01 | in        | TUR
            leaves    | 2022-03-01 | in        | TUR
            leaves    | 2026-03-01 | out       | TUR
            travels   | 2022-03-01 | in        | TUR
            travels   | 2026-03-01 | out       | TUR
        """),
        permit=table("""
            person_id | kind      | action | decision | valid_from_on | valid_to_on | citizenship
            stays     | temporary | issue  | granted  | 2026-04-01    | 2027-03-31  | TUR
            leaves    | temporary | issue  | granted  | 2022-04-01    | 2026-02-28  | TUR
            travels   | temporary | issue  | granted  | 2022-04-01    | 2027-02-28  | TUR
        """),
    )
    assert lives.show("residence_spells", "person_id from_on to_on basis ended_by", rule="UR-PRE") == table("""
        person_id | from_on    | to_on      | basis    | ended_by
        leaves    | 2022-03-01 | 2026-03-01 | observed | emigration
        stays     | 2026-03-01 |            | expected |
        travels   | 2022-03-01 |            | observed |
    """)


def test_death_ends_residence_and_a_death_abroad_is_no_emigration():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            P1        | 2022-05-01 | out       | UTO
        """),
        resident=table("""
            person_id | since_on   | citizenship | died_on
            P1        | 1999-05-05 | UTO         | 2022-09-01
        """),
    )
    assert lives.show("residence_spells", "to_on ended_by", rule="UR-12/16") == table("""
        to_on      | ended_by
        2022-09-01 | death
    """)


def test_someone_of_the_register_first_seen_coming_in_after_years_lived_elsewhere():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            P1        | 2023-01-01 | in        | UTO
            P1        | 2023-01-20 | out       | UTO
            P2        | 2020-08-01 | in        | UTO
        """),
        resident=table("""
            person_id | since_on   | citizenship
            P1        | 1999-05-05 | UTO
            P2        | 1999-05-05 | UTO
        """),
    )
    assert lives.show("residence_spells", "person_id from_on to_on basis", rule="UR-12/16") == table("""
        person_id | from_on    | to_on | basis
        P2        | 1999-05-05 |       | register
    """)


def test_a_national_of_the_register_back_from_a_journey_had_left_unseen_and_did_not_live_abroad():
    """Both are first seen three years after the data begin, and stay; only the one who comes back from no journey had lived abroad."""
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship | purpose
            tourist   | 2023-01-01 | in        | UTO         | tourism
            emigrant  | 2023-01-01 | in        | UTO         |
        """),
        resident=table("""
            person_id | since_on   | citizenship
            tourist   | 1999-05-05 | UTO
            emigrant  | 1999-05-05 | UTO
        """),
    )
    assert lives.show("residence_spells", "person_id from_on to_on basis", rule="UR-12/16") == table("""
        person_id | from_on    | to_on | basis
        emigrant  | 2023-01-01 |       | observed
        tourist   | 1999-05-05 |       | register
    """)


def test_an_arrival_that_cannot_be_decided_yet_is_undecided_and_an_open_departure_ends_nothing():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            new       | 2026-02-01 | in        | TUR
            away      | 2026-06-01 | out       | UTO
        """),
        resident=table("""
            person_id | since_on   | citizenship
            away      | 1999-05-05 | UTO
        """),
    )
    assert lives.show("residence_spells", "person_id from_on to_on basis final_on", rule="UR-12/16") == table("""
        person_id | from_on    | to_on | basis     | final_on
        away      | 1999-05-05 |       | register  |
        new       | 2026-02-01 |       | undecided |
    """)


def test_a_refused_entry_is_an_event_and_no_stay():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship | decision | refusal_ground
            P1        | 2022-05-01 | in        | TUR         | refused  | c
        """),
    )
    assert lives.show("events", "event subject imputed") == table("""
        event         | subject | imputed
        refused_entry | c       | no
    """)
    assert lives.show("presence_spells", "person_id").rows == []


def test_a_missing_exit_is_closed_where_the_registration_ended_and_counted():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship | mode | purpose
            P1        | 2022-05-01 | in        | TUR         | air  | tourism
            P1        | 2023-05-01 | in        | TUR         | air  | tourism
            P1        | 2023-05-09 | out       | TUR         | air  | tourism
        """),
        registration=table("""
            person_id | arrived_on | registered_on | valid_until_on | citizenship
            P1        | 2022-05-01 | 2022-05-03    | 2022-06-01     | TUR
        """),
    )
    assert lives.show("presence_spells", "entered_on left_on closed_by exit_imputed") == table("""
        entered_on | left_on    | closed_by    | exit_imputed
        2022-05-01 | 2022-06-01 | missing_exit | yes
        2023-05-01 | 2023-05-09 | exit         | no
    """)
    assert lives.show("repairs", "repair stratum persons spells") == table("""
        repair              | stratum                 | persons | spells
        missing_exit_closed | TUR air tourism 2022-05 | 1       | 1
    """)
    assert ("out", True) in lives.show("events", "event imputed").rows


def test_a_missing_entry_is_put_in_where_the_registration_says_the_person_arrived():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            P1        | 2022-05-01 | out       | TUR
            P1        | 2023-05-09 | out       | TUR
        """),
        registration=table("""
            person_id | arrived_on | registered_on | valid_until_on | citizenship
            P1        | 2023-04-02 | 2023-04-10    | 2023-06-01     | TUR
        """),
    )
    assert lives.show("presence_spells", "entered_on left_on entry_imputed") == table("""
        entered_on | left_on    | entry_imputed
        2022-04-17 | 2022-05-01 | yes
        2023-04-02 | 2023-05-09 | yes
    """)


def test_a_visitor_not_seen_leaving_is_presumed_gone_a_year_after_the_lawful_end():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            long_ago  | 2022-05-01 | in        | TUR
            lately    | 2026-05-01 | in        | TUR
        """),
    )
    assert lives.show("presence_spells", "person_id left_on closed_by exit_imputed") == table("""
        person_id | left_on    | closed_by     | exit_imputed
        lately    |            | censored      | no
        long_ago  | 2022-07-30 | presumed_left | yes
    """)


def test_someone_read_twice_within_minutes_crossed_once():
    lives = Lives(
        crossing=table("""
            person_id | crossed_at          | crossed_on | direction | citizenship
            P1        | 2022-05-01T08:00:00 | 2022-05-01 | in        | TUR
            P1        | 2022-05-01T08:03:00 | 2022-05-01 | in        | TUR
            P1        | 2022-05-09T08:00:00 | 2022-05-09 | out       | TUR
        """),
    )
    assert lives.show("presence_spells", "entered_on left_on closed_by") == table("""
        entered_on | left_on    | closed_by
        2022-05-01 | 2022-05-09 | exit
    """)
    assert lives.show("repairs", "repair spells") == table("""
        repair     | spells
        read_twice | 1
    """)


def test_crossings_later_than_the_last_complete_day_are_left_out_and_counted():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            P1        | 2026-07-01 | in        | TUR
        """),
    )
    assert lives.show("presence_spells", "person_id").rows == []
    assert lives.show("repairs", "repair spells").rows == [("later_than_observed", 1)]
    assert lives.notes["rows_set_aside"] == 1


def test_of_two_statuses_on_one_day_the_one_with_more_rights_counts():
    lives = Lives(
        visa=table("""
            person_id | decision | purpose | valid_from_on | valid_to_on | citizenship
            P1        | granted  | labour  | 2022-01-01    | 2022-06-30  | TUR
        """),
        permit=table("""
            person_id | kind      | action | decision | reason | valid_from_on | valid_to_on | citizenship
            P1        | temporary | issue  | granted  | work   | 2022-03-01    | 2022-05-31  | TUR
        """),
    )
    assert lives.show("status_spells", "status from_on to_on") == table("""
        status    | from_on    | to_on
        temporary | 2022-03-01 | 2022-05-31
        visa      | 2022-01-01 | 2022-02-28
        visa      | 2022-06-01 | 2022-06-30
    """)


def test_a_cancelled_permit_ends_on_the_day_of_the_decision():
    lives = Lives(
        permit=table("""
            person_id | permit_no | kind      | action | decision | decided_on | valid_from_on | valid_to_on
            P1        | A1        | temporary | issue  | granted  | 2022-02-20 | 2022-03-01    | 2023-02-28
            P1        | A1        | temporary | cancel | granted  | 2022-08-15 |               |
        """),
    )
    assert lives.show("status_spells", "status from_on to_on") == table("""
        status    | from_on    | to_on
        temporary | 2022-03-01 | 2022-08-15
    """)


def test_a_naturalised_person_held_the_old_citizenship_before_and_counts_as_national_after():
    lives = Lives(
        citizenship=table("""
            person_id | file_type   | previous_citizenship | new_citizenship | decision | decided_on | citizenship
            P1        | acquisition | GEO                  | UTO             | granted  | 2023-06-01 | GEO
        """),
    )
    assert lives.show("citizenships", "citizenship from_on to_on counted") == table("""
        citizenship | from_on    | to_on      | counted
        GEO         |            | 2023-05-31 | yes
        UTO         | 2023-06-01 |            | yes
    """)
    assert ("naturalise",) in lives.show("events", "event").rows


def test_a_dual_national_counts_once_as_a_national_and_a_single_slip_is_not_a_citizenship():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            dual      | 2022-05-01 | out       | UTO
            dual      | 2022-05-09 | in        | UTO
            dual      | 2022-06-01 | out       | GEO
            dual      | 2022-06-09 | in        | GEO
            slip      | 2022-05-01 | in        | TUR
            slip      | 2022-05-09 | out       | TUR
            slip      | 2022-06-01 | in        | IRN
        """),
    )
    assert lives.show("citizenships", "person_id citizenship counted") == table("""
        person_id | citizenship | counted
        dual      | GEO         | no
        dual      | UTO         | yes
        slip      | TUR         | yes
    """)


def test_a_birth_to_a_resident_mother_begins_a_residence_that_is_no_immigration():
    lives = Lives(
        civil_event=table("""
            person_id | event | event_on   | mother_resident | citizenship
            P1        | birth | 2023-03-03 | yes             | UTO
            P2        | birth | 2023-03-03 | no              | GEO
        """),
    )
    assert lives.show("residence_spells", "person_id from_on basis", rule="UR-12/16") == table("""
        person_id | from_on    | basis
        P1        | 2023-03-03 | register
    """)


def test_a_foreigner_first_seen_going_out_was_resident_if_the_permit_began_long_enough_before():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            long      | 2020-10-01 | out       | TUR
            long      | 2020-10-20 | in        | TUR
            short     | 2020-10-01 | out       | TUR
        """),
        permit=table("""
            person_id | kind      | action | decision | valid_from_on | valid_to_on | citizenship
            long      | temporary | issue  | granted  | 2019-09-01    | 2029-12-31  | TUR
            short     | temporary | issue  | granted  | 2020-06-01    | 2020-12-31  | TUR
        """),
    )
    assert lives.show("residence_spells", "person_id from_on to_on basis", rule="UR-12/16") == table("""
        person_id | from_on    | to_on | basis
        long      | 2019-09-01 |       | register
    """)


SEEN_BOTH_TIMES = """
    traveller  | 2021-03-01 | in        | TUR
    traveller  | 2021-03-05 | out       | TUR
    traveller  | 2021-09-01 | in        | TUR
    traveller  | 2021-09-08 | out       | TUR"""      # no entry and no exit of theirs was missed: with `least_exits` 2 nobody is taken to have come or left unseen


def test_what_records_say_of_an_arrival_nobody_saw_decides_who_lived_here_before_the_data_began():
    """Who left as long after the first day of the data as `unknown` would be taken to have come as long before it, on 2019-11-25, and to have lived here."""
    lives = Lives(
        crossing=table(f"""
            person_id  | crossed_on | direction | citizenship {SEEN_BOTH_TIMES}
            unknown    | 2021-02-04 | out       | AFG
            asylum     | 2021-02-04 | out       | AFG
            registered | 2021-02-04 | out       | RUS
            visa       | 2021-07-27 | out       | PAK
            long       | 2020-09-01 | out       | AFG
        """),
        case_event=table("""
            person_id | procedure | case_no | event  | event_on   | citizenship
            asylum    | asylum    | A1      | lodged | 2020-04-20 | AFG
            long      | asylum    | A2      | lodged | 2019-08-28 | AFG
        """),
        registration=table("""
            person_id  | arrived_on | registered_on | citizenship
            registered | 2020-04-12 | 2020-04-22    | RUS
        """),
        visa=table("""
            person_id | decision | decided_on | valid_from_on | valid_to_on | citizenship
            visa      | granted  | 2021-07-22 | 2021-07-22    | 2021-10-19  | PAK
        """),
        params={"least_exits": 2},
    )
    assert lives.show("residence_spells", "person_id from_on to_on ended_by", rule="UR-12/16") == table("""
        person_id | from_on | to_on      | ended_by
        long      |         | 2020-09-01 | emigration
        unknown   |         | 2021-02-04 | emigration
    """)


def test_a_national_first_seen_going_out_lived_here_if_the_register_knew_until_they_left():
    lives = Lives(
        crossing=table(f"""
            person_id  | crossed_on | direction | citizenship {SEEN_BOTH_TIMES}
            emigrant   | 2022-03-13 | out       | UTO
            long_gone  | 2022-03-13 | out       | UTO
            visitor    | 2022-03-13 | out       | UTO
        """),
        resident=table("""
            person_id | since_on   | until_on   | citizenship
            emigrant  | 1999-05-05 | 2022-03-01 | UTO
            long_gone | 1999-05-05 | 2016-03-01 | UTO
        """),
        params={"least_exits": 2},
    )
    assert lives.show("residence_spells", "person_id from_on to_on ended_by", rule="UR-12/16") == table("""
        person_id | from_on    | to_on      | ended_by
        emigrant  | 1999-05-05 | 2022-03-13 | emigration
    """)


def test_no_end_is_presumed_of_strangers_back_soon_where_they_lived_unrecorded():
    """Nobody has a lawful status. `before` was here when the data began, `long` stayed half a year; `short` and `later` may have left after 90 days."""
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            before    | 2021-04-01 | out       | AFG
            before    | 2021-04-27 | in        | AFG
            long      | 2021-01-10 | in        | AFG
            long      | 2021-07-10 | out       | AFG
            long      | 2021-07-20 | in        | AFG
            short     | 2021-06-10 | in        | AFG
            short     | 2021-07-10 | out       | AFG
            short     | 2021-07-20 | in        | AFG
            later     | 2021-01-10 | in        | AFG
            later     | 2021-07-10 | out       | AFG
            later     | 2022-07-10 | in        | AFG
        """),
    )
    assert lives.show("presence_spells", "person_id left_on", closed_by="presumed_left") == table("""
        person_id | left_on
        later     | 2022-10-08
        short     | 2021-10-18
    """)
    assert [row[0] for row in lives.show("presence_spells", "person_id", closed_by="censored").rows] == ["before", "long"]


def test_a_permit_alone_of_someone_who_never_crosses_does_not_say_that_its_holder_is_here():
    permits = table("""
        person_id | kind      | action | decision | applied_on | valid_from_on | valid_to_on | citizenship
        silent    | temporary | issue  | granted  | 2019-08-01 | 2019-09-01    | 2021-12-31  | TUR
        seen      | temporary | issue  | granted  | 2019-08-01 | 2019-09-01    | 2021-12-31  | TUR
        seen      | temporary | extend | granted  | 2021-12-01 | 2022-01-01    | 2022-12-31  | TUR
    """)
    lives = Lives(permit=permits)
    assert lives.show("residence_spells", "person_id from_on to_on ended_by", rule="UR-EXP") == table("""
        person_id | from_on    | to_on      | ended_by
        seen      | 2019-09-01 | 2023-01-01 | deregistration
    """)


def test_a_notice_of_a_consulate_ends_an_open_registration():
    lives = Lives(
        resident=table("""
            person_id | since_on   | until_on   | next_country | citizenship
            P1        | 1999-05-05 |            |              | UTO
            P1        |            | 2023-04-01 | RUS          | UTO
        """),
    )
    assert lives.show("residence_spells", "rule to_on ended_by next_country", rule="UR-EXP") == table("""
        rule   | to_on      | ended_by   | next_country
        UR-EXP | 2023-04-01 | emigration | RUS
    """)


def test_an_extension_that_came_late_still_prolongs_residence():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            P1        | 2021-01-01 | in        | TUR
        """),
        permit=table("""
            person_id | kind      | action | decision | valid_from_on | valid_to_on | citizenship
            P1        | temporary | issue  | granted  | 2021-02-01    | 2022-01-31  | TUR
            P1        | temporary | extend | granted  | 2022-03-25    | 2027-03-24  | TUR
        """),
    )
    assert lives.show("residence_spells", "from_on to_on", rule="UR-EXP").rows == [(lives.show("presence_spells", "entered_on").rows[0][0], None)]
    assert lives.show("status_spells", "from_on to_on", status="temporary") == table("""
        from_on    | to_on
        2021-02-01 | 2022-01-31
        2022-03-25 | 2027-03-24
    """)


def test_the_card_of_a_refugee_runs_out_and_the_status_does_not():
    lives = Lives(
        decision=table("""
            person_id | procedure | case_no | outcome | decided_on | valid_to_on
            P1        | asylum    | c1      | refugee | 2012-01-01 | 2016-12-31
            P2        | asylum    | c2      | refugee | 2012-01-01 | 2016-12-31
            P2        | asylum    | c2      | ceased  | 2022-05-05 |
        """),
    )
    assert lives.show("status_spells", "person_id status from_on to_on") == table("""
        person_id | status  | from_on    | to_on
        P1        | refugee | 2012-01-01 |
        P2        | refugee | 2012-01-01 | 2022-05-05
    """)
    assert lives.show("residence_spells", "person_id from_on to_on", rule="UR-12/16") == table("""
        person_id | from_on    | to_on
        P1        | 2012-01-01 |
        P2        | 2012-01-01 | 2022-05-06
    """)


def test_of_the_stays_long_overdue_only_as_many_are_presumed_ended_as_exits_are_missed():
    crossing = table("""
        person_id | crossed_on | direction | citizenship
        P1        | 2021-03-01 | in        | TUR
        P1        | 2021-03-05 | out       | TUR
        P1        | 2021-09-01 | in        | TUR
        P1        | 2022-02-01 | in        | TUR
        P1        | 2022-02-08 | out       | TUR
        P2        | 2022-03-01 | in        | TUR
        P2        | 2022-03-09 | out       | TUR
        P3        | 2022-03-01 | in        | TUR
        P4        | 2022-03-01 | in        | TUR
    """)    # P1's exit of 2021 was missed, the three others were seen: of the two last departures of visitors seen, 2/3 was missed, say one
    known = Lives(crossing=crossing, params={"least_exits": 3})
    assert known.show("presence_spells", "person_id left_on closed_by", entered_on=date(2022, 3, 1)) == table("""
        person_id | left_on    | closed_by
        P2        | 2022-03-09 | exit
        P3        | 2022-05-30 | presumed_left
        P4        |            | censored
    """)
    too_few = Lives(crossing=crossing)
    assert [row[0] for row in too_few.show("presence_spells", "person_id", closed_by="presumed_left").rows] == ["P3", "P4"]


def test_of_the_strangers_first_seen_going_out_only_as_many_came_in_unseen_as_entries_are_missed():
    crossing = table("""
        person_id | crossed_on | direction | citizenship
        P1        | 2021-03-01 | in        | TUR
        P1        | 2021-03-05 | out       | TUR
        P1        | 2021-09-08 | out       | TUR
        P1        | 2022-02-01 | in        | TUR
        P1        | 2022-02-08 | out       | TUR
        P2        | 2020-12-01 | out       | TUR
        P3        | 2022-03-09 | out       | TUR
    """)    # of P1's two later arrivals one was missed: laid upon the one first arrival that was seen, one entry of a stranger was missed
    known = Lives(crossing=crossing, params={"least_exits": 3})
    assert known.show("presence_spells", "person_id entered_on left_on entry_imputed", spell_no=1) == table("""
        person_id | entered_on | left_on    | entry_imputed
        P1        | 2021-03-01 | 2021-03-05 | no
        P2        |            | 2020-12-01 | no
        P3        | 2022-02-23 | 2022-03-09 | yes
    """)


def test_a_permit_asked_for_while_the_last_one_ran_prolongs_it_however_late_it_comes():
    lives = Lives(
        crossing=table("""
            person_id | crossed_on | direction | citizenship
            P1        | 2023-02-01 | out       | TUR
            P1        | 2023-02-09 | in        | TUR
        """),
        permit=table("""
            person_id | kind      | action | decision | applied_on | valid_from_on | valid_to_on | citizenship
            P1        | temporary | issue  | granted  | 2019-07-08 | 2019-08-05    | 2021-08-03  | TUR
            P1        | permanent | issue  | granted  | 2021-07-13 | 2021-09-08    | 2026-09-07  | TUR
        """),
    )
    assert lives.show("residence_spells", "from_on to_on basis", rule="UR-12/16") == table("""
        from_on    | to_on | basis
        2019-08-05 |       | register
    """)


def test_of_those_refused_asylum_before_the_data_as_many_stayed_on_as_of_those_refused_within_it():
    def rows(columns: str, lines: list[str]):
        return table("\n".join([columns, *lines]))

    inside = [f"in{n:02}" for n in range(20)]      # refused in 2022; the first five are not seen leaving
    before = [f"old{n}" for n in range(4)]
    lives = Lives(
        crossing=rows("person_id | crossed_on | direction | citizenship", [
            *(f"{p} | 2021-09-01 | in | AFG" for p in inside), *(f"{p} | 2022-04-01 | out | AFG" for p in inside[5:]),
        ]),
        case_event=rows("person_id | procedure | case_no | event | event_on | citizenship", [
            *(f"{p} | asylum | {p} | lodged | 2021-10-01 | AFG" for p in inside), *(f"{p} | asylum | {p} | lodged | 2018-10-01 | AFG" for p in before),
        ]),
        decision=rows("person_id | procedure | case_no | instance | outcome | decided_on", [
            *(f"{p} | asylum | {p} | admin | refused | 2022-03-01" for p in inside),
            *(f"{p} | asylum | {p} | admin | refused | 2019-03-0{n + 1}" for n, p in enumerate(before)),
        ]),
        params={"least_exits": 10},
    )  # fmt: skip
    residents = lives.show("residence_spells", "person_id from_on to_on basis", rule="UR-12/16")
    assert [row for row in residents.rows if row[0].startswith("old")] == [("old3", None, None, "imputed")], "a quarter of four, the last to be decided"
    assert {row[0] for row in residents.rows} == {*inside[:5], "old3"}
