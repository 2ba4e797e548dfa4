"""How far shares of a whole err by what no draw can show: by hand."""

import pytest

from karvan.indicators.definition import read_definition
from karvan.uncertainty import CELL, Declared, Error
from karvan.uncertainty.carry import count_under_draws, model_shares
from karvan.workspace import new_connection
from small_country import arrow

SHARE = read_definition({
    "id": "S", "name": {"en": "s"}, "says": {"en": "s"}, "covers": {"population": {"en": "s"}}, "count": "residence_spells", "at": "start", "begins": "from_on", "ends": "to_on",
    "share_of": "duration", "by": ["duration"], "unit": "percent", "period": "year",
})  # fmt: skip


@pytest.mark.parametrize(("part", "status", "variance"), [
    (40.0, "A", 0.6**2 * 0.1 * 40 + 0.4**2 * 0.1 * 60),                               # each person by itself: the part and the rest
    (40.0, "P", 0.6**2 * (0.05 * 40) ** 2 + 0.4**2 * (0.05 * 60) ** 2),               # each of them as one
    (100.0, "A", 0.0),                                                                # the whole is 100 per cent, for certain
])  # fmt: skip
def test_the_variance_of_a_share_is_that_of_its_part_and_of_the_rest(part, status, variance):
    con = new_connection(threads=1, memory="100MB")
    con.register("cubes", arrow("cubes", [{"indicator": "S", "period": "2024", "duration": "1-4", "obs_status": status, "value": part, "numerator": part, "denominator": 100.0}]))
    con.execute(f"create table modelled as select {CELL}, value as model from cubes limit 0")
    model_shares(con, [SHARE], Declared(errors={("residence_spells", "at", "A"): Error(0.0, 0.1), ("residence_spells", "at", "P"): Error(0.05, 0.0)}))
    assert con.execute("select duration, model from modelled").fetchall() == [("1-4", pytest.approx(variance))]


def test_under_a_draw_a_count_and_the_part_of_a_share_move_by_the_few_people_whom_it_touches():
    con = new_connection(threads=1, memory="100MB")
    cell = {"period": "2024", "obs_status": "A", "vintage": "v"}
    con.register("cubes", arrow("cubes", [
        cell | {"indicator": "C", "value": 50.0},
        cell | {"indicator": "S", "duration": "1-4", "value": 40.0, "numerator": 40.0, "denominator": 100.0},
    ]))  # fmt: skip
    con.execute(f"create table few as select {CELL}, value, 0.0 as sampling, vintage, cast(0 as bigint) as draw from cubes limit 0")
    touched = [("C", None, 3.0, 0), ("C", None, 2.0, 1), ("S", "1-4", 5.0, 0), ("S", "1-4", 7.0, 1), ("S", "5-9", 1.0, 1)]      # in force three of these are counted in C, in the first draw two
    for indicator, duration, value, draw in touched:
        con.execute("insert into few (indicator, period, duration, value, sampling, draw) values (?, '2024', ?, ?, 0, ?)", [indicator, duration, value, draw])
    count_under_draws(con, ["C"], ["S"], 2)
    assert con.execute("select indicator, duration, draw, value from counted order by all").fetchall() == [
        ("C", None, 1, 49.0), ("C", None, 2, 47.0), ("S", "1-4", 1, 42.0), ("S", "1-4", 2, 35.0), ("S", "5-9", 1, 1.0), ("S", "5-9", 2, 0.0),
    ]  # fmt: skip
