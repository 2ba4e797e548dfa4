"""The tables EU-01..EU-35 and NAT-01..NAT-06, and durations by Kaplan-Meier: small tables in, expected cells out."""
# ruff: noqa: F401, F811

from __future__ import annotations

from datetime import date, timedelta

import pytest

from karvan.country import load
from karvan.indicators import dictionary
from small_country import cells

AZ = load(["az", "world"])
CATALOGUE = [
    *(f"EU-{n:02}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 30, 31, 32, 33, 34, 35)),
    *(f"NAT-{n:02}" for n in range(1, 7)),
]


def d(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def linked(rows, person=lambda row: row["person"]):
    """The links of rows that say whose they are."""
    return [{"record_id": row["record_id"], "person_id": person(row), "level": "document", "probability": 1.0} for row in rows]


def without_person(rows):
    return [{k: v for k, v in row.items() if k != "person"} for row in rows]


def permit(number: int, person: str, decided: str, start: str, end: str | None, reason: str = "work", **more):
    return {
        "record_id": f"p{number}",
        "feed": "az.sms.permits",
        "delivery_id": "x",
        "row_no": number,
        "person": person,
        "kind": "temporary",
        "action": "issue",
        "reason": reason,
        "applied_on": d(decided),
        "decided_on": d(decided),
        "decision": "granted",
        "valid_from_on": d(start),
        "valid_to_on": d(end),
        "citizenship": "TUR",
    } | more


def permits(rows):
    return {"permit": without_person(rows), "links": linked(rows), "persons": [{"person_id": p, "records": 1} for p in {r["person"] for r in rows}]}


def test_every_table_of_the_catalogue_is_defined_and_those_that_wait_say_for_what():
    known = dictionary(AZ)
    assert set(CATALOGUE) <= set(known)
    assert {name for name in CATALOGUE if known[name].waits_for} == {"EU-16", "NAT-02", "NAT-06"}
    assert all(set(known[name].waits_for) == {"az", "en", "ru"} for name in ("EU-16", "NAT-02", "NAT-06")), "a reader is told in the reader's language"


@pytest.mark.parametrize(
    ("start", "end", "band"),
    [
        ("2023-03-01", "2024-02-28", "12+m"),  # a year written as 365 days, over a leap day
        ("2023-03-01", "2023-08-31", "6-11m"),
        ("2023-03-01", "2023-05-31", "3-5m"),
        ("2023-03-01", "2023-05-15", "<3m"),
        ("2023-03-01", None, "12+m"),
    ],
)
def test_a_permit_lasts_in_whole_months(cells, start, end, band):
    found = cells("EU-30", "duration", tables=permits([permit(1, "P1", "2023-02-20", start, end)]))
    assert found["2023", band] == 1


def test_a_permit_is_a_first_one_after_six_months_without(cells):
    rows = [
        permit(1, "P1", "2021-01-05", "2021-01-10", "2022-01-09"),
        permit(2, "P1", "2022-01-05", "2022-01-10", "2023-01-09", action="extend"),  # goes on
        permit(3, "P1", "2023-06-01", "2023-06-10", "2024-06-09"),  # five months later: not a first one
        permit(4, "P1", "2025-01-05", "2025-01-10", "2026-01-09"),  # seven months later: a first one
    ]
    found = cells("EU-30", tables=permits(rows))
    assert {year: n for year, n in found.items() if n} == {"2021": 1, "2025": 1}


def test_the_first_period_after_a_break_is_marked(cells):
    rows = [permit(1, "P1", "2022-02-20", "2022-03-01", "2023-02-28"), permit(2, "P2", "2023-02-20", "2023-03-01", "2024-02-28")]
    found = cells("EU-30", tables=permits(rows), whole_rows=True)
    assert (found["2022"]["obs_status"], found["2023"]["obs_status"]) == ("A", "B")


def test_a_change_of_reason_is_told_from_which_to_which_and_not_after_a_long_gap(cells):
    rows = [
        permit(1, "P1", "2022-01-05", "2022-01-10", "2023-01-09", "education"),
        permit(2, "P1", "2023-01-05", "2023-01-10", "2024-01-09", "work"),
        permit(3, "P2", "2021-01-05", "2021-01-10", "2022-01-09", "education"),
        permit(4, "P2", "2023-01-05", "2023-01-10", "2024-01-09", "work"),
    ]
    assert cells("EU-31", "previous_reason", tables=permits(rows)) == {("2023", "education"): 1}
    assert cells("EU-31", "reason", tables=permits(rows)) == {("2023", "work"): 1}


def test_a_holder_counts_once_at_the_end_of_the_year_with_the_newest_permit(cells):
    rows = [
        permit(1, "P1", "2022-06-01", "2022-06-10", "2023-06-09", "family"),
        permit(2, "P1", "2022-12-01", "2022-12-10", "2023-12-09", "work"),  # replaces the first before it ran out
        permit(3, "P2", "2022-01-01", "2022-01-10", "2022-12-30", "work"),  # ran out the day before
    ]
    found = cells("EU-32", "reason", tables=permits(rows))
    assert {k[1]: n for k, n in found.items() if k[0] == "2022"} == {"work": 1}


def case(number: int, person: str, case_no: str, event: str, on: str, **more):
    return {
        "record_id": f"e{number}",
        "feed": "az.sms.violations",
        "delivery_id": "x",
        "row_no": number,
        "person": person,
        "procedure": "irregular_stay",
        "case_no": case_no,
        "event": event,
        "event_on": d(on),
        "citizenship": "GEO",
    } | more


def cases(rows):
    return {"case_event": without_person(rows), "links": linked(rows), "persons": [{"person_id": p, "records": 1} for p in {r["person"] for r in rows}]}


def test_a_person_found_twice_in_a_year_counts_once(cells):
    rows = [case(1, "P1", "A", "found", "2023-02-01"), case(2, "P1", "B", "found", "2023-09-01"), case(3, "P1", "C", "found", "2024-01-01")]
    found = cells("EU-21", tables=cases(rows))
    assert (found["2023"], found["2024"]) == (1, 1)


def test_a_return_counts_only_after_an_order_and_the_cohort_within_a_year(cells):
    rows = [
        case(1, "P1", "A", "ordered", "2023-02-01"),
        case(2, "P1", "A", "returned", "2023-03-01", return_mode="voluntary", destination="GEO"),
        case(3, "P2", "B", "left", "2023-03-01"),  # no order before
        case(4, "P3", "C", "ordered", "2023-05-01"),
        case(5, "P3", "C", "left", "2024-06-01"),  # more than a year later
    ]
    assert cells("EU-23", "return_type", tables=cases(rows)) == {("2023", "voluntary"): 1, ("2024", "unknown"): 1}
    assert cells("IRR-02", tables=cases(rows))["2023"] == 50


def test_a_second_application_of_a_person_is_a_subsequent_one(cells):
    rows = [
        case(1, "P1", "A", "lodged", "2022-02-01", procedure="asylum", member_no=1),
        case(2, "P1", "B", "lodged", "2023-02-01", procedure="asylum", member_no=1),
        case(3, "P2", "B", "lodged", "2023-02-01", procedure="asylum", member_no=2, unaccompanied_minor=True),
    ]
    found = cells("EU-10", "kind", tables=cases(rows))
    assert {k: found["2023", k] for k in ("all", "first_time", "subsequent", "unaccompanied")} == {"all": 2, "first_time": 1, "subsequent": 1, "unaccompanied": 1}


def test_a_case_on_appeal_is_still_pending(cells):
    rows = [
        case(1, "P1", "A", "lodged", "2022-02-01", procedure="asylum"),
        case(2, "P1", "A", "appealed", "2022-07-01", procedure="asylum"),
        case(3, "P2", "B", "lodged", "2022-02-01", procedure="asylum"),
    ]
    decisions = [
        {"record_id": f"d{n}", "feed": "az.sms.violations", "procedure": "asylum", "case_no": no, "instance": instance, "outcome": outcome, "decided_on": d(on)}
        for n, (no, instance, outcome, on) in enumerate(
            [("A", "admin", "refused", "2022-06-01"), ("A", "court1", "upheld", "2022-10-15"), ("B", "admin", "refugee", "2022-06-01")]
        )
    ]
    found = cells("EU-11", tables=cases(rows) | {"decision": decisions})
    assert [found[f"2022-{m:02}"] for m in (3, 6, 9, 10)] == [2, 1, 1, 0], "P2 is decided in June, P1 in October"
    assert cells("EU-13", "decision", tables=cases(rows) | {"decision": decisions})["2022", "refused"] == 1
    assert cells("EU-14", "decision", tables=cases(rows) | {"decision": decisions})["2022", "upheld"] == 1


def test_age_reached_needs_the_year_of_birth_alone(cells):
    spells = [{"person_id": "P1", "rule": "UR-12/16", "basis": "observed", "from_on": d("2023-03-10")}]
    people = [{"person_id": "P1", "birth_year": 1990, "birth_month": 12, "records": 1}]
    assert cells("EU-01", "age", tables={"persons": people, "residence_spells": spells}) == {("2023", "32"): 1}
    assert cells("EU-01", "age_reached", tables={"persons": people, "residence_spells": spells}) == {("2023", "33"): 1}


def test_whoever_was_born_in_january_has_not_had_the_birthday_on_the_first(cells):
    spells = [{"person_id": "P1", "rule": "UR-12/16", "basis": "observed", "from_on": d("2021-03-10")}]
    people = [{"person_id": "P1", "birth_year": 1990, "birth_month": 1, "records": 1}]
    assert cells("EU-05", "age", tables={"persons": people, "residence_spells": spells})["2023", "32"] == 1


LODGED = date(2026, 1, 5)


def waiting(number: int, days: int | None):
    """An application for a permit lodged on 5 January 2026, decided after so many days; None: still pending on 30 June, after 176 days."""
    return {
        "record_id": f"w{number}",
        "feed": "az.sms.permits",
        "delivery_id": "x",
        "row_no": number,
        "kind": "temporary",
        "applied_on": LODGED,
        "decided_on": LODGED + timedelta(days=days) if days else None,
        "decision": "granted" if days else None,
    }


def test_pending_applications_lengthen_the_median_time_to_decision(cells):
    rows = [waiting(n, days) for n, days in enumerate((10, 20, 30, 40, 50, 60, None, None, None))]
    found = cells("ADM-07", "method", tables={"permit": rows})
    assert found["2026-Q1", "median"] == 50, "of nine, five are decided within 50 days; the median of the six closed would be 30"
    assert found["2026-Q1", "p90"] is None, "three in nine wait: nobody knows yet when nine in ten are decided"


def test_who_stops_being_watched_early_weighs_until_then(cells):
    later = [waiting(n, days) | {"applied_on": on, "decided_on": None, "decision": None} for n, days, on in ((7, 1, date(2026, 3, 31)), (8, 1, date(2026, 3, 31)))]
    rows = [waiting(n, days) for n, days in enumerate((30, 60, 100, 120))] + later
    found = cells("ADM-07", "method", tables={"permit": rows})
    # The two lodged on 31 March are watched for 91 days. S(30) = 5/6, S(60) = 4/6, S(100) = 4/6 * 1/2 = 1/3.
    assert found["2026-Q1", "median"] == 100


def test_without_censoring_the_median_is_that_of_the_durations(cells):
    rows = [waiting(n, days) for n, days in enumerate((5, 10, 15, 20, 25))]
    found = cells("ADM-07", "method", tables={"permit": rows})
    assert found["2026-Q1", "median"] == 15 and found["2026-Q1", "p90"] == 25


# Remission of acute myelogenous leukemia in weeks, with and without maintenance; negative: still in remission. Miller, R. G. (1981), "Survival Analysis", Wiley, page 49. Medians and
# intervals as `survfit` of R's package survival gives them (31 from 18, 23 from 8, no upper end). The last week, 161, is 90 here: only the order matters.
MAINTAINED, NOT_MAINTAINED = (9, 13, -13, 18, 23, -28, 31, 34, -45, 48, -90), (5, 5, 8, 8, 12, -16, 23, 27, 30, 33, 43, 45)


@pytest.mark.parametrize(("weeks", "median", "low"), [(MAINTAINED, 31, 18), (NOT_MAINTAINED, 23, 8)])
def test_a_median_of_durations_has_the_interval_of_brookmeyer_and_crowley(cells, weeks, median, low):
    rows = [waiting(n, 1) | {"applied_on": date(2026, 4, 1), "decided_on": date(2026, 4, 1) + timedelta(days=d)} for n, d in enumerate(weeks) if d > 0]
    rows += [waiting(n, None) | {"applied_on": date(2026, 6, 30) + timedelta(days=d)} for n, d in enumerate(weeks) if d < 0]
    found = cells("ADM-07", "method", tables={"permit": rows}, whole_rows=True)["2026-Q2", "median"]
    assert (found["value"], found["interval_low"], found["interval_high"]) == (median, low, None)


def test_many_durations_give_an_interval_with_both_ends_around_the_median(cells):
    rows = [waiting(n, 1 + n % 50) for n in range(400)]
    found = cells("ADM-07", "method", tables={"permit": rows}, whole_rows=True)["2026-Q1", "median"]
    assert found["interval_low"] <= found["value"] == 25 <= found["interval_high"] and found["interval_high"] - found["interval_low"] <= 7
