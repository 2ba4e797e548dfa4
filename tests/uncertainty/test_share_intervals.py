"""How far shares of a whole err by what no draw can show: by hand."""

import pytest

from karvan.indicators.definition import read_definition
from karvan.uncertainty import CELL, Declared, Error
from karvan.uncertainty.carry import model_shares
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
