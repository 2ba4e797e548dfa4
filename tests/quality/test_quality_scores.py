"""What is measured, and how a measure becomes points and a colour."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn import table
from karvan.quality.limits import colour, quality_indicators, score, source_score
from karvan.quality.measure import Measure, heaping, of_record_type, sense
from karvan.quality.step import scored
from karvan.tables import TABLES
from karvan.workspace import new_connection

UNTIL = date(2026, 6, 30)
SCORED = [qi for qi in quality_indicators().values() if qi.green is not None]


def workspace_tables(**records):
    con = new_connection(threads=1)
    for name, declared in TABLES.items():
        con.execute(f"create table {name} as {declared.empty_select()}")
    for name, rows in records.items():
        given_rows = rows.arrow()
        con.register("given_rows", given_rows)
        con.execute(f"insert into {name} by name select * from given_rows")
        con.unregister("given_rows")
    return con


@pytest.mark.parametrize("qi", SCORED, ids=lambda qi: qi.id)
def test_the_green_limit_is_80_points_and_the_limit_to_red_is_40(qi):
    assert (score(qi, qi.green), score(qi, qi.amber)) == (80, 40)
    assert (colour(qi, qi.green), colour(qi, qi.amber)) == ("green", "amber")


@settings(deadline=None)
@given(st.sampled_from(SCORED), st.floats(0, 1000), st.floats(0, 1000))
def test_a_better_measure_never_scores_less(qi, one, other):
    worse, better = (min(one, other), max(one, other)) if qi.better == "higher" else (max(one, other), min(one, other))
    assert 0 <= score(qi, worse) <= score(qi, better) <= 100


def test_one_bad_dimension_is_not_hidden_by_good_ones():
    assert source_score({"technical": 100, "accuracy": 100, "time": 1}) < 25


def test_a_measure_without_limits_is_shown_and_not_scored():
    rows = scored([Measure("QI-13", "a.feed", "p50", 12.0, 10)], UNTIL)
    assert [(r["qi"], r["measured"], r["score"], r["colour"]) for r in rows] == [("QI-13", 12.0, None, None)]


def test_a_source_gets_each_measure_its_dimensions_and_a_total():
    rows = scored([Measure("QI-01", "a.feed", None, 100.0, 10), Measure("QI-14", "a.feed", None, 7.0, 2)], UNTIL)
    assert {(r["qi"], r["subject"], r["detail"], r["colour"]) for r in rows} == {
        ("QI-01", "a.feed", None, "green"),
        ("QI-14", "a.feed", None, "amber"),
        ("QI-01", "every feed", "weighted by rows", "green"),
        ("QI-14", "every feed", "weighted by rows", "amber"),
        ("SCORE", "a.feed", None, "amber"),
        ("SCORE", "a.feed", "technical", "green"),
        ("SCORE", "a.feed", "time", "amber"),
    }


def test_records_that_break_a_rule_of_sense_are_counted_once_however_many_rules_they_break():
    con = workspace_tables(
        visa=table("""
            record_id | feed   | submitted_on | decided_on | valid_from_on | valid_to_on
            a         | a.feed | 2024-01-02   | 2024-01-01 | 2024-02-01    | 2024-01-01
            b         | a.feed | 2024-01-01   | 2024-01-02 | 2024-02-01    | 2024-03-01
            c         | a.feed | 2024-01-01   |            |               |
            d         | a.feed | 2024-01-01   | 2024-01-01 | 2024-02-01    | 2024-01-31
        """)
    )
    found = {m.detail: m.measured for m in of_record_type(con, "visa", {}) if m.qi == "QI-03"}
    assert found == {None: 500, "decided_before_lodged": 250, "ends_before_it_begins": 500}


def test_the_fill_rate_is_taken_over_the_mandatory_columns_of_each_feed():
    con = workspace_tables(
        visa=table("""
            record_id | feed   | sex | citizenship | doc_key
            a         | a.feed | F   | TUR         | k
            b         | a.feed | F   |             |
        """)
    )
    found = {(m.qi, m.detail): m.measured for m in of_record_type(con, "visa", {"a.feed": {"sex", "citizenship"}}) if m.qi in ("QI-08", "QI-16")}
    assert found == {("QI-08", None): 75, ("QI-08", "sex"): 100, ("QI-08", "citizenship"): 50, ("QI-16", None): 50}


def test_birthdays_by_chance_do_not_heap_and_unknown_ones_written_as_january_do():
    assert heaping(births=12_000, january=1_030, july=1_010) == 1.0
    assert heaping(births=12_000, january=1_620, july=1_010) > 5


def test_every_rule_of_sense_is_an_expression_over_its_record_type():
    con = workspace_tables()
    for record, rules in sense().items():
        for rule in rules.values():
            con.execute(f"select count(*) from {record} where {rule}").fetchall()


def test_a_register_is_overstated_by_open_records_of_people_who_left_for_good():
    from pathlib import Path

    import karvan.quality

    con = workspace_tables(
        resident=table("""
            record_id | feed   | since_on
            a         | reg    | 1999-01-01
            b         | reg    | 1999-01-01
        """),
        links=table("""
            record_id | person_id
            a         | P1
            b         | P2
        """),
        residence_spells=table("""
            person_id | rule     | from_on    | to_on      | ended_by
            P1        | UR-12/16 | 1999-01-01 | 2022-01-01 | emigration
            P2        | UR-12/16 | 1999-01-01 |            |
        """),
        events=table("""
            person_id | event | event_on
            P2        | apply | 2026-01-01
        """),
    )
    query = (Path(karvan.quality.__file__).parent / "lives.sql").read_text(encoding="utf-8")
    found = {(row[0], row[2]): row[3] for row in con.execute(query, {"until": UNTIL}).fetchall() if row[1] == "reg"}
    assert found == {("QI-10", None): 50, ("QI-10", "no_sign_of_life_12_months"): 50}


def test_deliveries_tell_how_many_rows_fit_how_many_codes_are_known_and_how_late_they_came():
    from pathlib import Path

    import karvan.quality

    found_by_gates = [{"name": "codes", "field": "citizenship", "found": 0.02}, {"name": "codes", "field": "bcp", "found": 0.0}, {"name": "rows", "found": 100}]
    gates = json.dumps(found_by_gates)
    deliveries = table("""
        delivery_id | feed   | state    | rows | rows_quarantined | period_to_on | received_on | due_on
        d1          | a.feed | accepted | 100  | 3                | 2024-01-31   | 2024-02-10  | 2024-02-05
        d2          | a.feed | accepted | 100  | 0                | 2024-02-29   | 2024-03-04  | 2024-03-05
        d3          | a.feed | held     | 900  | 0                | 2024-03-31   | 2024-04-02  | 2024-04-05
    """)
    deliveries.columns.append("gates")
    deliveries.rows = [(*row, gates) for row in deliveries.rows]
    con = workspace_tables(deliveries=deliveries)
    query = (Path(karvan.quality.__file__).parent / "deliveries.sql").read_text(encoding="utf-8")
    found = {(qi, detail): round(measured, 6) for qi, _, detail, measured, _ in con.execute(query).fetchall()}
    assert found == {
        ("QI-01", None): 98.5,
        ("QI-02", None): 99.0,
        ("QI-02", "citizenship"): 98.0,
        ("QI-02", "bcp"): 100.0,
        ("QI-13", "p50"): 4.0,
        ("QI-13", "p95"): 9.4,
        ("QI-14", None): 0.0,
    }


def test_a_past_handed_over_at_once_tells_nothing_about_delay():
    from pathlib import Path

    import karvan.quality

    con = workspace_tables(
        deliveries=table("""
            delivery_id | feed   | state    | rows | rows_quarantined | period_to_on | received_on | due_on
            d1          | a.feed | accepted | 100  | 0                | 2020-01-31   | 2024-03-01  | 2020-02-05
            d2          | a.feed | accepted | 100  | 0                | 2020-02-29   | 2024-03-01  | 2020-03-05
            d3          | a.feed | accepted | 100  | 0                | 2024-03-31   | 2024-04-08  | 2024-04-05
        """)
    )
    query = (Path(karvan.quality.__file__).parent / "deliveries.sql").read_text(encoding="utf-8")
    assert {(qi, detail): measured for qi, _, detail, measured, _ in con.execute(query).fetchall() if qi in ("QI-13", "QI-14")} == {
        ("QI-13", "p50"): 8,
        ("QI-13", "p95"): 8,
        ("QI-14", None): 3,
    }
