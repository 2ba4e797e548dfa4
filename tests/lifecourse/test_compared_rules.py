"""Other rules of residence beside UR-12/16, over the same drawn records. UTO is the country's own citizenship."""

from datetime import date, timedelta

import numpy as np
from lives import FROM, UNTIL, Lives

from drawn import table
from karvan.lifecourse.compared import SIGNS, compare_rules, fit, score
from karvan.lifecourse.courses import PARAMS, decide_moves


def compared(lives: Lives, *rules: str):
    facts = PARAMS | {"observed_from": FROM, "observed_until": UNTIL, "national": "UTO"}
    return compare_rules(lives.con, rules, decide=decide_moves, facts=facts)


def test_seven_months_make_a_resident_by_half_a_year_only():
    lives = Lives(crossing=table("""
        person_id | crossed_on | direction | citizenship
        P1        | 2022-03-01 | in        | TUR
        P1        | 2022-10-01 | out       | TUR
    """))
    compared(lives, "UR-12/12", "UR-6/12")
    assert lives.show("residence_spells", "rule from_on to_on", person_id="P1") == table("""
        rule    | from_on    | to_on
        UR-6/12 | 2022-03-01 | 2022-10-01
    """)


def test_an_absence_of_a_hundred_days_breaks_twelve_months_in_a_row_and_not_twelve_of_sixteen():
    lives = Lives(crossing=table("""
        person_id | crossed_on | direction | citizenship
        P1        | 2022-03-01 | in        | TUR
        P1        | 2022-06-01 | out       | TUR
        P1        | 2022-09-09 | in        | TUR
        P1        | 2026-06-01 | out       | TUR
    """))
    compared(lives, "UR-12/12")
    assert lives.show("residence_spells", "rule from_on basis", person_id="P1") == table("""
        rule     | from_on    | basis
        UR-12/12 | 2022-09-09 | observed
        UR-12/16 | 2022-03-01 | observed
        UR-PRE   | 2022-03-01 | observed
    """)


def test_whoever_never_crosses_is_a_resident_by_register_under_every_rule_of_crossings():
    lives = Lives(
        crossing=table("person_id | crossed_on | direction"),
        resident=table("""
            person_id | since_on   | citizenship
            P1        | 1999-05-05 | UTO
        """),
    )
    compared(lives, "UR-12/12", "UR-6/12")
    rows = {(row["rule"], row["from_on"], row["basis"]) for row in lives["residence_spells"].to_pylist()}
    assert {(rule, date(1999, 5, 5), "register") for rule in ("UR-12/16", "UR-12/12", "UR-6/12")} <= rows


def test_weights_are_those_that_the_shares_ask_for():
    weights = fit(np.array([[0.0], [1.0]]), np.array([1000.0, 1000.0]), np.array([200.0, 700.0]), ridge=1e-9)
    assert np.allclose(score(np.array([[0.0], [1.0]]), weights), [0.2, 0.7], atol=1e-6)


def test_signs_of_life_take_the_years_with_signs_and_bridge_one_without():
    # Two hundred people with a permit every year live here, two hundred visitors cross the border and are gone: permits weigh, crossings do not.
    permits, crossings = [], []
    for n in range(200):
        crossings.append((f"L{n}", date(2020, 8, 1), "in"))
        # L0 asks for none in 2022 and again in 2023
        permits += [(f"L{n}", date(year, 2, 1)) for year in range(2021, 2027) if (n, year) != (0, 2022)]
        crossings += [(f"V{n}", date(year, 7, 1) + timedelta(days=day), way) for year in (2021, 2022, 2023) for day, way in ((0, "in"), (9, "out"))]
    drawn = table("person_id | crossed_on | direction | citizenship\nX | 2020-08-01 | in | TUR")
    drawn.rows[:] = [[person, on, way, "TUR"] for person, on, way in crossings]
    given = table("person_id | kind | action | decision | decided_on | valid_from_on | valid_to_on | citizenship\nX | temporary | issue | granted | 2021-02-01 | 2021-02-01 | 2022-01-31 | TUR")
    given.rows[:] = [[person, "temporary", "extend", "granted", on, on, on + timedelta(days=364), "TUR"] for person, on in permits]
    lives = Lives(crossing=drawn, permit=given)
    measured = compared(lives, "UR-SOL")["UR-SOL"]
    spells = {row["person_id"]: row for row in lives["residence_spells"].to_pylist() if row["rule"] == "UR-SOL"}
    assert set(spells) == {f"L{n}" for n in range(200)}, "visitors show signs too, and are not residents"
    assert spells["L0"]["from_on"] is None and spells["L0"]["to_on"] is None, "one span, a year without bridged"
    assert set(measured["weights"]) == set(SIGNS) and measured["weights"]["permit"][0] > measured["weights"]["border"][0]
    assert measured["overcoverage"] < 0.05 and measured["undercoverage"] < 0.2
