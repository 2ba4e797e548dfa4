"""Life courses of a small synthetic country against its truth: perfect links, no defects but the crossings that a border register misses."""

from datetime import date

import pytest
from lives import FROM, UNTIL

from karvan.country import load
from karvan.lifecourse.courses import life_courses
from karvan.synth.lives import simulate
from karvan.tables import TABLES
from karvan.workspace import new_connection

# What each agency would have delivered since the first day: the state of that day, and what came after.
DELIVERED = {
    "crossing": "seen and crossed_on >= $from",
    "visa": "coalesce(valid_to_on, submitted_on) >= $from",
    "registration": "coalesce(valid_until_on, applied_on) >= $from",
    "permit": "coalesce(valid_to_on, applied_on + 180) >= $from",
    "case_event": "procedure = 'asylum' or event_on >= $from",
    "decision": "procedure = 'asylum' or decided_on >= $from",
    "citizenship": "coalesce(decided_on, $from) >= $from",
    "resident": "coalesce(until_on, died_on, $from) >= $from",
    "civil_event": "event_on >= $from",
}


@pytest.fixture(scope="module")
def scored():
    country = load(["az"])
    truth = simulate(country.synth["lives"], seed=11, residents=5_000)
    con = new_connection(threads=1)
    for name, declared in TABLES.items():
        con.execute(f"create table {name} as {declared.empty_select()}")
    con.register("nationalities", truth["nationalities"])
    con.execute("create temp table held as select person_no, min_by(citizenship, from_on) as citizenship from nationalities group by person_no")
    for name, where in DELIVERED.items():
        con.register("true_rows", truth[name])
        con.execute(f"create or replace temp table delivered as select *, row_number() over () as row_no from true_rows where {where}", {"from": FROM})
        own = [c for c in TABLES[name].column_names if c in truth[name].column_names]
        shown = "" if "citizenship" in own else ", h.citizenship"
        con.execute(
            f"insert into {name} by name select '{name}-' || row_no as record_id, '{name}' as feed, {', '.join(f'd.{c}' for c in own)}{shown} "
            "from delivered d left join held h using (person_no)"
        )
        con.execute(f"insert into links select '{name}-' || row_no, 'P' || person_no, 'document', 1 from delivered where person_no is not null")
        con.unregister("true_rows")
    life_courses(con, observed_from=FROM, observed_until=UNTIL, national=country.national)
    con.register("true_residence", truth["residence"])
    con.execute("create temp table lived as select 'P' || person_no as person_id, * exclude (person_no) from true_residence")
    con.execute("create temp table ours as select * from residence_made where rule = 'UR-12/16' and basis <> 'undecided'")
    return con


def people(con, query: str, **params) -> set[str]:
    return {row[0] for row in con.execute(query, params).fetchall()}


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_the_resident_population_is_within_one_and_a_half_per_cent(scored, year):
    where = "where coalesce(from_on, date '0001-01-01') <= $day and coalesce(to_on, date '9999-12-31') > $day"
    ours, truth = (people(scored, f"select person_id from {table} {where}", day=date(year, 1, 1)) for table in ("ours", "lived"))
    assert abs(len(ours) / len(truth) - 1) < 0.015
    assert len(ours & truth) / len(truth) > 0.97
    assert len(ours & truth) / len(ours) > 0.97


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_the_right_people_immigrate(scored, year):
    truth = people(scored, "select person_id from lived where previous_country is not null and year(from_on) = $year", year=year)
    born = "(select person_id from events_made where event = 'birth')"
    ours = people(scored, f"select person_id from ours where year(from_on) = $year and person_id not in {born}", year=year)
    assert len(ours & truth) / len(truth) > 0.95
    assert len(ours & truth) / len(ours) > 0.95


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_the_right_people_emigrate(scored, year):
    truth = people(scored, "select person_id from lived where ended_by = 'emigration' and year(to_on) = $year", year=year)
    ours = people(scored, "select person_id from ours where ended_by = 'emigration' and year(to_on) = $year", year=year)
    assert len(ours & truth) / len(truth) > 0.93
    assert len(ours & truth) / len(ours) > 0.93
