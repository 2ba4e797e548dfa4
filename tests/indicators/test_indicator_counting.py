"""Small tables in, expected cells out. The data are complete from 2020-07-01 through 2026-06-30."""
# ruff: noqa: F401, F811

from __future__ import annotations

from datetime import date, timedelta

import pytest

from karvan.country import load
from karvan.errors import DataError
from karvan.indicators.law import working_days_sql
from karvan.indicators.periods import Window, period_of, periods_between
from small_country import cells


def d(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def residence(person: str, start: str | None, end: str | None = None, **more):
    return {
        "person_id": person,
        "rule": "UR-12/16",
        "basis": "observed",
        "from_on": d(start),
        "to_on": d(end),
        "ended_by": "emigration" if end else None,
    } | more


def crossing(number: int, on: str, direction: str = "in", **more):
    return {
        "record_id": f"c{number}",
        "feed": "az.sbs.crossings",
        "delivery_id": "x",
        "row_no": number,
        "direction": direction,
        "crossed_on": d(on),
        "decision": "admitted",
        "same_second": 1,
        "citizenship": "TUR",
        "crossed_at": None,
    } | more


def stay(person: str, number: int, start: str | None, end: str | None = None, **more):
    return {
        "person_id": person,
        "spell_no": number,
        "entered_on": d(start),
        "left_on": d(end),
        "closed_by": "exit" if end else "censored",
        "entry_imputed": False,
        "exit_imputed": False,
        "citizenship": "TUR",
    } | more


def test_an_immigrant_counts_in_the_year_of_arrival_with_the_citizenship_of_that_day(cells):
    found = cells("FLW-01", "citizenship", tables={
        "residence_spells": [residence("P1", "2022-03-01"), residence("P2", "2022-05-01")],
        "citizenships": [
            {"person_id": "P1", "citizenship": "TUR", "to_on": d("2024-01-31"), "counted": True},
            {"person_id": "P1", "citizenship": "AZE", "from_on": d("2024-02-01"), "counted": True},
        ],
    })  # fmt: skip
    assert found == {("2022", "TUR"): 1, ("2022", "unknown"): 1}


def test_whoever_was_resident_by_register_did_not_immigrate(cells):
    found = cells("FLW-01", tables={"residence_spells": [residence("P1", "2022-03-01", basis="register"), residence("P2", "2022-03-01", basis="undecided")]})
    assert found["2022"] == 0


def test_a_death_is_no_emigration(cells):
    found = cells(
        "FLW-02", tables={"residence_spells": [residence("P1", "2021-01-01", "2023-05-05"), residence("P2", "2021-01-01", "2023-05-05", ended_by="death")]}
    )
    assert found["2023"] == 1


def test_net_migration_has_a_cell_where_only_one_side_counted(cells):
    found = cells("FLW-03", "birth_country", tables={
        "residence_spells": [residence("P1", "2022-03-01"), residence("P2", None, "2022-04-01")],
        "persons": [{"person_id": "P1", "birth_country": "TUR", "records": 1}, {"person_id": "P2", "birth_country": "AZE", "records": 1}],
    })  # fmt: skip
    assert found == {("2022", "TUR"): 1, ("2022", "AZE"): -1}


def test_a_year_is_preliminary_until_sixteen_months_after_it(cells):
    found = cells(
        "FLW-01",
        tables={
            "residence_spells": [residence("P1", "2024-12-31"), residence("P2", "2025-01-01"), residence("P3", "2025-02-01", rule="UR-PRE", basis="expected")]
        },
    )
    assert found["2024"] == 1, "final: 2024-12-31 and 487 days are before 2026-06-30"
    assert found["2025"] == 1, "preliminary: only the expected immigrant counts"
    assert "2026" not in found and "2020" not in found, "half a year is no year"


def test_the_stock_on_1_january_leaves_out_who_arrives_that_day(cells):
    spells = [residence("P1", "2021-12-31"), residence("P2", "2022-01-01"), residence("P3", None, "2022-01-01"), residence("P4", None, "2021-12-31")]
    found = cells("POP-01", tables={"residence_spells": spells})
    assert found["2022"] == 2, "P1 lives here, P3 leaves on the first day; P2 comes on it and P4 has gone"


def test_the_demographic_equation_balances(cells):
    spells = [
        residence("P1", None),
        residence("P2", "2022-01-01"),
        residence("P3", None, "2022-12-31"),
        residence("P4", "2022-06-01"),
        residence("P5", None, "2023-01-01"),
    ]
    assert cells("FLW-07", tables={"residence_spells": spells})["2022"] == 0


def test_the_balance_shows_who_vanished_from_the_register(cells):
    spells = [residence("P1", None), residence("P2", None, "2022-07-01", ended_by="deregistration")]
    found = cells("FLW-07", tables={"residence_spells": spells})["2022"]
    assert found == pytest.approx(100 * 1 / (1 + 181 / 365))


def test_person_years_are_days_over_days_of_the_year(cells):
    found = cells("POP-02", tables={"residence_spells": [residence("P1", "2024-12-31"), residence("P2", None, "2024-01-02")]})
    assert found["2024"] == pytest.approx(2 / 366)


def test_rates_and_shares_are_made_within_the_region_of_residence(cells):
    tables = {
        "residence_spells": [residence("P1", None), residence("P2", "2022-07-01"), residence("P3", None), residence("P4", None)],
        "persons": [{"person_id": "P1", "birth_country": "TUR", "records": 1}, {"person_id": "P2", "birth_country": "TUR", "records": 1}],
        "residence_regions": [
            {"person_id": "P1", "region": "AZ-BA", "to_on": d("2022-12-31"), "source": "register", "record_id": "r1"},
            {"person_id": "P1", "region": "AZ-GA", "from_on": d("2023-01-01"), "source": "register", "record_id": "r2"},
            {"person_id": "P2", "region": "AZ-BA", "source": "permit", "record_id": "r3"},
            {"person_id": "P3", "region": "AZ-BA", "source": "register", "record_id": "r4"},
        ],
    }
    rate = cells("FLW-04", "region", tables=tables)
    assert rate["2022", "AZ-BA"] == pytest.approx(1000 * 1 / (2 + 184 / 365)) and rate["2022", "unknown"] == 0
    share = cells("STK-03", "region", tables=tables)
    assert {k: v for k, v in share.items() if k[0] in ("2022", "2023")} == {
        ("2022", "AZ-BA"): 50, ("2022", "unknown"): 0, ("2023", "AZ-BA"): 50, ("2023", "AZ-GA"): 100, ("2023", "unknown"): 0,
    }  # fmt: skip


def test_a_national_who_comes_back_is_a_return(cells):
    found = cells("FLW-06", tables={
        "residence_spells": [residence("P1", None, "2021-03-01"), residence("P1", "2023-04-01"), residence("P2", "2023-04-01")],
        "citizenships": [{"person_id": "P1", "citizenship": "AZE", "counted": True}, {"person_id": "P2", "citizenship": "AZE", "counted": True}],
        "persons": [{"person_id": "P1", "birth_country": "TUR", "records": 1}, {"person_id": "P2", "birth_country": "TUR", "records": 1}],
    })  # fmt: skip
    assert found["2023"] == 1


def test_entries_count_crossings_not_people_and_leave_out_refusals(cells):
    rows = [crossing(1, "2024-03-01"), crossing(2, "2024-03-31"), crossing(3, "2024-04-01"), crossing(4, "2024-04-02", decision="refused"), crossing(5, "2024-04-03", "out"),
            crossing(6, "2024-05-01", citizenship="AZE"), crossing(7, "2024-05-01", citizenship=None)]  # fmt: skip
    found = cells("TMP-01", tables={"crossing": rows})
    assert (found["2024"], found["2024-03"], found["2024-04"], found["2024-05"], found["2024-06"]) == (4, 2, 1, 1, 0)
    assert cells("TMP-01", "citizenship", tables={"crossing": rows})[("2024-05", "unknown")] == 1


def test_refusals_are_set_against_entries(cells):
    rows = [crossing(n, "2024-03-01") for n in range(4)] + [crossing(9, "2024-03-02", decision="refused", refusal_ground="C")]
    assert cells("IRR-01", tables={"crossing": rows})["2024"] == 25_000
    assert cells("IRR-01", "ground", tables={"crossing": rows})[("2024", "C")] == 25_000


def test_who_leaves_on_the_day_is_not_present_at_its_end(cells):
    spells = [
        stay("P1", 1, "2024-01-31"),
        stay("P2", 1, "2024-01-05", "2024-01-31"),
        stay("P3", 1, "2024-02-01"),
        stay("P4", 1, None, "2024-02-01"),
        stay("P5", 1, "2024-01-01", None, closed_by="missing_exit"),
    ]
    found = cells("TMP-03", tables={"presence_spells": spells})
    assert found["2024-01-31"] == 2, "P1 and P4; the end of P5's stay is not known"


def test_in_and_out_on_one_day_is_a_stay_of_one_day(cells):
    spells = [
        stay("P1", 1, "2024-01-05", "2024-01-05"),
        stay("P2", 1, "2024-01-05", "2024-01-06"),
        stay("P3", 1, "2024-01-05", "2024-01-08"),
        stay("P4", 1, "2024-01-05", "2024-06-08"),
    ]
    found = cells("TMP-02", "duration", tables={"presence_spells": spells})
    assert found == {("2024", "1"): 50, ("2024", "2-3"): 25, ("2024", ">90"): 25}


def test_age_is_in_completed_years_and_unknown_is_a_group(cells):
    people = [
        {"person_id": "P1", "birth_year": 1989, "birth_month": 6, "records": 1},
        {"person_id": "P2", "birth_year": 1989, "birth_month": 5, "records": 1},
        {"person_id": "P3", "records": 1},
        {"person_id": "P4", "birth_year": 1930, "records": 1},
    ]
    found = cells("FLW-01", "age_group", tables={"persons": people, "residence_spells": [residence(p, "2024-05-20") for p in ("P1", "P2", "P3", "P4")]})
    assert found == {("2024", "30-34"): 2 - 1, ("2024", "35-39"): 1, ("2024", "unknown"): 1, ("2024", "85+"): 1}


def application(number: int, applied: str, decided: str | None, decision: str | None, **more):
    return {
        "record_id": f"a{number}",
        "feed": "az.sms.permits",
        "delivery_id": "x",
        "row_no": number,
        "kind": "temporary",
        "applied_on": d(applied),
        "decided_on": d(decided),
        "decision": decision,
    } | more


def test_applications_are_received_decided_and_pending(cells):
    rows = [
        application(1, "2024-01-10", "2024-01-20", "granted"),
        application(2, "2024-01-30", "2024-02-10", "refused"),
        application(3, "2024-01-31", None, None),
    ]
    found = cells("ADM-01", "kind", tables={"permit": rows})
    assert {k: found["2024-01", k] for k in ("received", "decided", "granted", "refused", "pending")} == {
        "received": 3,
        "decided": 1,
        "granted": 1,
        "refused": 0,
        "pending": 2,
    }
    assert found["2024", "refused"] == 1 and found["2024", "pending"] == 1
    assert cells("ADM-03", "method", tables={"permit": rows})["2024-02", "median"] == 29, "lodged on 31 January, still open on 29 February"
    assert cells("ADM-02", tables={"permit": rows})["2024-01"] == pytest.approx(100 / 3)
    assert cells("ADM-05", tables={"permit": rows})["2024"] == 50


def test_a_grant_rate_has_the_score_interval_of_wilson(cells):
    rows = [application(n, "2024-01-10", "2024-01-20", "granted" if n < 8 else "refused") for n in range(10)]
    found = cells("ADM-05", tables={"permit": rows}, whole_rows=True)["2024"]
    assert found["value"] == 80 and (found["numerator"], found["denominator"]) == (8, 10)
    assert (round(found["interval_low"], 2), round(found["interval_high"], 2)) == (49.02, 94.33), "the example of Wilson's formula worked by hand"
    all_granted = cells("ADM-05", tables={"permit": rows[:8]}, whole_rows=True)["2024"]
    assert all_granted["interval_high"] == pytest.approx(100) and all_granted["interval_low"] == pytest.approx(100 * 8 / (8 + 1.959964**2), rel=1e-5)
    assert cells("ADM-02", tables={"permit": rows}, whole_rows=True)["2024"]["interval_low"] is None, "what declares no interval has none"


def test_on_time_counts_working_days_of_the_calendar(cells):
    # Twenty working days after Monday 2024-06-03, without a day off in between, end on 2024-07-01; in 2024 some days off fall there.
    country = load(["az", "world"])
    day, left = date(2024, 6, 3), 20
    while left:
        day += timedelta(days=1)
        left -= country.is_working_day(day)
    rows = [application(1, "2024-06-03", day.isoformat(), "granted"), application(2, "2024-06-03", (day + timedelta(days=1)).isoformat(), "granted")]
    expected = 50 if country.is_working_day(day + timedelta(days=1)) else 100
    assert cells("ADM-04", tables={"permit": rows})["2024"] == expected
    express = [application(1, "2024-06-03", day.isoformat(), "granted", express_days=15)]
    assert cells("ADM-04", tables={"permit": express})["2024"] == 0


def test_the_calendar_in_sql_is_the_calendar_of_the_pack():
    from karvan.workspace import new_connection

    country = load(["az", "world"])
    sql = working_days_sql(country, Window(date(2023, 1, 1), date(2024, 12, 31)))
    rows = dict(new_connection(threads=1).execute(f"with {sql} select day, nth from calendar").fetchall())
    for n in range(366):
        day = date(2024, 1, 1) + timedelta(days=n)
        assert (rows[day] - rows[day - timedelta(days=1)] == 1) == country.is_working_day(day)


def test_an_overstay_goes_on_after_the_last_lawful_status(cells):
    spells = [
        stay("P1", 1, "2024-01-01", "2024-01-31"),
        stay("P2", 1, "2024-01-01", "2024-02-01"),
        stay("P3", 1, "2024-01-01"),
        stay("P4", 1, "2024-01-01", "2024-01-10"),
    ]
    statuses = [{"person_id": f"P{n}", "status": "visa", "from_on": d("2024-01-01"), "to_on": d("2024-01-31")} for n in (1, 2, 3, 4)]
    found = cells("ADM-09", tables={"presence_spells": spells, "status_spells": statuses})
    assert found["2024-01"] == 50, "P2 left a day late, P3 is still here; P1 left on the last day and P4 before"


def test_registration_is_due_by_the_rule_of_the_citizenship(cells):
    spells = [
        stay("P1", 1, "2024-03-01", "2024-03-20"),
        stay("P2", 1, "2024-03-01", "2024-03-20", citizenship="KAZ"),
        stay("P3", 1, "2024-03-01", "2024-03-16"),
        stay("P4", 1, "2024-03-01", "2024-05-01"),
    ]
    records = [
        {"record_id": "r1", "feed": "f", "delivery_id": "x", "row_no": 1, "registered_on": d("2024-03-16")},
        {"record_id": "r4", "feed": "f", "delivery_id": "x", "row_no": 2, "registered_on": d("2024-03-17")},
    ]
    links = [
        {"record_id": "r1", "person_id": "P1", "level": "document", "probability": 1.0},
        {"record_id": "r4", "person_id": "P4", "level": "document", "probability": 1.0},
    ]
    found = cells("ADM-10", tables={"presence_spells": spells, "registration": records, "links": links})
    assert found["2024-03"] == 50, "P1 in time, P4 a day late; 15 days need none (P3), a citizen of KAZ has 30"


def test_a_positive_decision_counts_among_decisions_on_the_merits(cells):
    case = {"feed": "az.sms.asylum", "delivery_id": "x", "row_no": 1, "procedure": "asylum", "member_no": 1}
    lodged = [{"record_id": f"e{n}", "case_no": f"K{n}", "event": "lodged", "event_on": d("2023-01-10"), **case} for n in range(4)]
    decided = [
        {"record_id": f"d{n}", "case_no": f"K{n}", "instance": "admin", "outcome": outcome, "decided_on": d("2023-05-01"), **case}
        for n, outcome in enumerate(["refugee", "refused", "refused", "discontinued"])
    ]
    assert cells("ASY-01", tables={"case_event": lodged, "decision": decided})["2023"] == pytest.approx(100 / 3)


def test_a_refugee_counts_through_the_last_day_of_the_status(cells):
    tables = {"status_spells": [{"person_id": "P1", "status": "refugee", "from_on": d("2021-01-01"), "to_on": d("2021-12-30")}, {"person_id": "P2", "status": "refugee", "from_on": d("2021-01-01"), "to_on": d("2021-12-31")}],
              "residence_spells": [residence(f"R{n}", None) for n in range(1000)]}  # fmt: skip
    assert cells("ASY-02", tables=tables)["2022"] == 100


def test_quota_use_is_set_against_the_quota_of_the_law(cells):
    rows = [
        {
            "record_id": f"w{n}",
            "feed": "az.sms.work_permits",
            "delivery_id": "x",
            "row_no": n,
            "decided_on": d("2024-02-01"),
            "decision": "granted",
            "quota_year": 2024,
        }
        for n in range(10)
    ]
    rows.append({**rows[0], "record_id": "w99", "quota_year": None})
    quota = load(["az"]).rules["W16"]["values"]["permits"]["since"]
    in_force = quota[max(day for day in quota if day <= date(2024, 12, 31))]["value"]
    assert cells("LAB-01", tables={"work_permit": rows})["2024"] == pytest.approx(100 * 10 / in_force)


def test_people_are_not_counted_where_there_is_no_key_to_the_person(cells):
    rows = [{"record_id": "s1", "feed": "open_us.cbp.i94", "delivery_id": "x", "row_no": 1, "entered_on": d("2021-04-02")}]
    with pytest.raises(DataError, match="no key to the person"):
        cells("I94-05", tables={"stay": rows}, packs=("open_us", "world"))
    assert cells("I94-01", tables={"stay": rows}, packs=("open_us", "world"))["2021-04"] == 1


def test_open_departures_and_stays_without_a_dated_limit_are_neither_late_nor_in_time(cells):
    base = {"feed": "open_us.cbp.i94", "delivery_id": "x", "entered_on": d("2021-04-02"), "admitted_until_on": d("2021-05-01")}
    rows = [{"record_id": f"s{n}", "row_no": n, **base, **more} for n, more in enumerate([
        {"left_on": d("2021-05-01")}, {"left_on": d("2021-05-02")}, {"left_on": None}, {"admitted_until_on": None, "admitted_for_status": True, "left_on": d("2021-05-30")}])]  # fmt: skip
    assert cells("I94-04", tables={"stay": rows}, packs=("open_us", "world"))["2021-04"] == 50


def test_the_source_named_first_speaks_first(cells):
    base = {"delivery_id": "x", "row_no": 1, "measure": "net_migration", "area": "AZE", "period": "2022", "unit": "person", "period_kind": "flow"}
    rows = [
        {"record_id": "o1", "feed": "world.wb.wdi", "source": "WB_WDI", "value": 9000.0, **base},
        {"record_id": "o2", "feed": "world.un.wpp_2024", "source": "UN_WPP_2024", "value": 9086.0, **base},
    ]
    assert cells("EXT-NETMIG", tables={"observation": rows})["2022"] == 9086


def test_hosts_add_up_to_the_total_and_groups_of_countries_do_not(cells):
    base = {
        "feed": "world.un.migrant_stock_2024",
        "delivery_id": "x",
        "source": "UN_IMS_2024",
        "measure": "migrant_stock",
        "partner": "AZE",
        "period": "2024",
        "unit": "person",
    }
    rows = [
        {"record_id": f"o{n}", "row_no": n, "area": area, "sex": sex, "value": value, **base}
        for n, (area, sex, value) in enumerate([("RUS", "F", 10.0), ("RUS", "M", 5.0), ("TUR", "F", 1.0), ("_WORLD", "F", 99.0)])
    ]
    assert cells("STK-07", tables={"observation": rows}) == {"2024": 16}
    assert cells("STK-07", "area", tables={"observation": rows}) == {("2024", "RUS"): 15, ("2024", "TUR"): 1}


def test_first_permits_are_those_of_all_citizenships_and_leave_out_groups_of_countries(cells):
    base = {"feed": "world.eurostat.first_permits", "delivery_id": "x", "source": "EUROSTAT_FIRST_PERMITS", "measure": "first_permits", "period": "2017", "unit": "person"}
    rows = [{"record_id": f"o{n}", "row_no": n, "area": area, "value": value, **base} for n, (area, value) in enumerate([("AUT", 55968.0), ("BEL", 59827.0), ("_EU27", 2699485.0)])]
    assert cells("EXT-PERMIT1", tables={"observation": rows}) == {"2017": 115795}
    assert cells("EXT-PERMIT", tables={"observation": rows}) == {}, "permits in force are another figure"


def test_periods_are_those_that_the_data_cover_whole():
    seen = Window(date(2023, 11, 15), date(2024, 4, 29))
    assert [p.label for p in periods_between("month", seen)] == ["2023-12", "2024-01", "2024-02", "2024-03"]
    assert [p.label for p in periods_between("quarter", seen)] == ["2024-Q1"]
    assert [p.label for p in periods_between("year", seen, moment="start")] == ["2024"]
    assert period_of("2024-Q1").end == date(2024, 3, 31)
