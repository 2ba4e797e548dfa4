"""Who lives together and who stands in one file: drawn records in, cases and households out."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn import ARROW, Drawn, table
from karvan.households import live_together
from karvan.tables import RECORD_TYPES, TABLES
from karvan.workspace import new_connection


def households(*, residents="", params=None, **given_rows):
    """The made tables. People named in `residents` always live here; a record's `person_id` says whom it speaks of: linkage is not tested here."""
    con = new_connection(threads=1)
    links = []
    rows = {name: [dict(zip(drawing.columns, cells, strict=True)) for cells in drawing.rows] for name, drawing in given_rows.items()}
    rows["residence_spells"] = rows.get("residence_spells", []) + [{"person_id": person, "rule": "UR-PRE", "basis": "observed"} for person in residents.split()]
    for name, declared in TABLES.items():
        con.execute(f"create table {name} as {declared.empty_select()}")
        for number, row in enumerate(rows.get(name, []), start=1):
            if name in RECORD_TYPES:
                row.setdefault("record_id", f"{name}-{number}")
                row.setdefault("feed", "f")
                links.append((row["record_id"], row.get("person_id")))
            if name == "permit":
                row.setdefault("decision", "granted")
        if rows.get(name):
            con.register("filled", pa.Table.from_pylist(rows[name], schema=pa.schema([(c.name, ARROW[c.type]) for c in declared.columns])))
            con.execute(f"insert into {name} select * from filled")
    con.execute("insert into links select unnest($1), unnest($2), 'document', 1", [[r for r, p in links if p], [p for _, p in links if p]])
    made = live_together(con, national="UTO", params=params)
    return con, made["tables"], made["notes"]


def members(**given_rows):
    con, made, _ = households(**given_rows)
    named = con.execute(f"""
        select 'H' || dense_rank() over (order by first_on, least_person) as household, person_id, from_on, to_on, reason, tie from (
            select *, min(coalesce(from_on, date '0001-01-01')) over (partition by household_id) as first_on, min(person_id) over (partition by household_id) as least_person
            from {made["household_members"]})
        order by 1, 2, 3 nulls first""")
    return Drawn(["household", "person_id", "from_on", "to_on", "reason", "tie"], named.fetchall())


def shown(name, columns, **given_rows):
    con, made, _ = households(**given_rows)
    return Drawn(columns.split(), con.execute(f"select {', '.join(columns.split())} from {made[name]} order by all").fetchall())


def test_who_is_written_at_one_dwelling_on_the_same_days_lives_together():
    assert members(
        residents="P1 P2",
        permit=table("""
            person_id | permit_no | valid_from_on | valid_to_on | dwelling_key
            P1        | A         | 2022-01-01    | 2024-12-31  | D1
            P2        | B         | 2022-06-01    | 2024-12-31  | D1
            P2        | C         | 2023-03-01    | 2024-12-31  | D2
        """),
    ) == table("""
        household | person_id | from_on    | to_on      | reason      | tie
        H1        | P1        | 2022-01-01 |            | own_address |
        H1        | P2        | 2022-06-01 | 2023-02-28 | own_address |
        H2        | P2        | 2023-03-01 |            | own_address |
    """)


def test_a_relative_without_a_code_lives_with_the_sponsor_and_a_sponsor_without_one_with_the_relative():
    assert members(
        residents="P1 P2 P3 P4",
        permit=table("""
            person_id | permit_no | family_of | valid_from_on | valid_to_on | dwelling_key
            P1        | A         |           | 2022-01-01    | 2024-12-31  | D1
            P2        | B         | A         | 2022-06-01    | 2023-05-31  |
            P3        | C         |           | 2022-01-01    | 2024-12-31  |
            P4        | D         | C         | 2022-02-01    | 2022-12-31  | D9
        """),
    ) == table("""
        household | person_id | from_on    | to_on      | reason              | tie
        H1        | P1        | 2022-01-01 |            | own_address         |
        H1        | P2        | 2022-06-01 | 2023-05-31 | address_of_relative | sponsor
        H2        | P3        | 2022-02-01 | 2022-12-31 | address_of_member   | sponsor
        H2        | P4        | 2022-02-01 |            | own_address         |
    """)


def test_without_any_dwelling_the_family_record_makes_a_household_and_one_person_none():
    assert members(
        residents="P1 P2 P3",
        permit=table("""
            person_id | permit_no | family_of | valid_from_on | valid_to_on | dwelling_key
            P1        | A         |           | 2022-01-01    | 2024-12-31  |
            P2        | B         | A         | 2022-06-01    | 2023-05-31  |
            P3        | C         |           | 2022-01-01    | 2024-12-31  |
        """),
    ) == table("""
        household | person_id | from_on    | to_on      | reason        | tie
        H1        | P1        | 2022-06-01 | 2023-05-31 | family_record | sponsor
        H1        | P2        | 2022-06-01 | 2023-05-31 | family_record | sponsor
    """)


def test_two_codes_are_two_dwellings_whatever_the_family_record_says():
    assert members(
        residents="P1 P2",
        permit=table("""
            person_id | permit_no | family_of | valid_from_on | valid_to_on | dwelling_key
            P1        | A         |           | 2022-01-01    | 2024-12-31  | D1
            P2        | B         | A         | 2022-06-01    | 2023-05-31  | D2
        """),
    ) == table("""
        household | person_id | from_on    | to_on | reason      | tie
        H1        | P1        | 2022-01-01 |       | own_address |
        H2        | P2        | 2022-06-01 |       | own_address |
    """)


def test_only_days_of_usual_residence_count_and_a_dwelling_left_empty_ends_the_household():
    assert members(
        residence_spells=table("""
            person_id | rule   | basis    | from_on    | to_on
            P1        | UR-PRE | observed | 2022-03-01 | 2023-01-01
            P2        | UR-PRE | observed | 2023-06-01 |
            P3        | UR-PRE | undecided | 2023-06-01 |
        """),
        permit=table("""
            person_id | permit_no | valid_from_on | valid_to_on | dwelling_key
            P1        | A         | 2022-01-01    | 2024-12-31  | D1
            P2        | B         | 2022-01-01    | 2024-12-31  | D1
            P3        | C         | 2022-01-01    | 2024-12-31  | D1
        """),
    ) == table("""
        household | person_id | from_on    | to_on      | reason      | tie
        H1        | P1        | 2022-03-01 | 2022-12-31 | own_address |
        H2        | P2        | 2023-06-01 |            | own_address |
    """)


def test_a_registration_is_an_address_until_a_permit_names_another_and_a_hotel_is_none():
    assert members(
        residents="P1 P2",
        registration=table("""
            person_id | registered_on | host_type | dwelling_key
            P1        | 2022-01-10    | owner     | D1
            P1        | 2023-02-01    | owner     | D3
            P2        | 2022-01-10    | hotel     | D1
        """),
        permit=table("""
            person_id | permit_no | valid_from_on | valid_to_on | dwelling_key
            P1        | A         | 2022-05-01    | 2024-12-31  | D2
        """),
    ) == table("""
        household | person_id | from_on    | to_on      | reason      | tie
        H1        | P1        | 2022-01-10 | 2022-04-30 | own_address |
        H2        | P1        | 2022-05-01 |            | own_address |
    """)


def test_a_child_lives_with_the_mother_in_her_husbands_household_until_it_is_grown():
    assert members(
        residents="P1 P2 P3",
        resident=table("""
            person_id | personal_key
            P2        | K2
        """),
        civil_event=table("""
            person_id | event    | act_no | event_on   | mother_key | record_id
            P1        | marriage | 7      | 2004-01-01 |            | m1
            P2        | marriage | 7      | 2004-01-01 |            | m2
            P3        | birth    | 8      | 2005-03-01 | K2         | b1
            P1        | divorce  | 9      | 2021-01-01 |            | d1
        """),
    ) == table("""
        household | person_id | from_on    | to_on      | reason        | tie
        H1        | P1        | 2004-01-01 | 2020-12-31 | family_record | marriage
        H1        | P2        | 2004-01-01 | 2020-12-31 | family_record | marriage
        H1        | P3        | 2005-03-01 | 2020-12-31 | family_record | birth
        H2        | P2        | 2021-01-01 | 2023-02-28 | family_record | birth
        H2        | P3        | 2021-01-01 | 2023-02-28 | family_record | birth
    """)


def test_a_composition_lasts_until_somebody_joins_leaves_comes_of_age_or_changes_citizenship():
    assert shown(
        "households", "from_on to_on kind persons foreigners nationals children protected region",
        residents="P1 P2",
        persons=table("""
            person_id | birth_year | birth_month
            P1        | 1980       | 1
            P2        | 2005       | 5
        """),
        citizenships=table("""
            person_id | citizenship | from_on    | to_on      | counted
            P1        | TUR         |            | 2022-12-31 | yes
            P1        | UTO         | 2023-01-01 |            | yes
        """),
        status_spells=table("""
            person_id | status  | from_on    | to_on
            P1        | refugee | 2022-02-01 | 2022-02-28
        """),
        permit=table("""
            person_id | permit_no | valid_from_on | valid_to_on | dwelling_key | region
            P1        | A         | 2022-01-01    | 2024-12-31  | D1           | R1
            P2        | B         | 2022-06-01    | 2024-12-31  | D1           | R1
        """),
    ) == table("""
        from_on    | to_on      | kind    | persons | foreigners | nationals | children | protected | region
        2022-01-01 | 2022-01-31 | private | 1       | 1          | 0         | 0        | 0         | R1
        2022-02-01 | 2022-02-28 | private | 1       | 1          | 0         | 0        | 1         | R1
        2022-03-01 | 2022-05-31 | private | 1       | 1          | 0         | 0        | 0         | R1
        2022-06-01 | 2022-12-31 | private | 2       | 1          | 0         | 1        | 0         | R1
        2023-01-01 | 2023-05-15 | private | 2       | 0          | 1         | 1        | 0         | R1
        2023-05-16 |            | private | 2       | 0          | 1         | 0        | 0         | R1
    """)


def test_more_people_than_a_household_holds_are_collective_while_they_are():
    permits = table("""
        person_id | permit_no | valid_from_on | dwelling_key
        P1        | A         | 2022-01-01    | D1
        P2        | B         | 2022-01-01    | D1
        P3        | C         | 2022-06-01    | D1
    """)
    assert shown("households", "from_on to_on kind persons", residents="P1 P2 P3", permit=permits, params={"largest_household": 2}) == table("""
        from_on    | to_on      | kind       | persons
        2022-01-01 | 2022-05-31 | private    | 2
        2022-06-01 |            | collective | 3
    """)


def test_an_asylum_case_has_the_members_it_names_and_those_it_only_counts():
    assert shown(
        "cases", "case_id member_no person_id role from_on to_on reason",
        case_event=table("""
            person_id | procedure | case_no | member_no | relation  | event    | event_on   | case_size
            P1        | asylum    | 1       | 1         | principal | lodged   | 2022-01-05 | 2
            P2        | asylum    | 1       | 2         | child     | lodged   | 2022-01-05 | 2
            P2        | asylum    | 1       | 2         | child     | appealed | 2022-06-05 | 2
            P3        | asylum    | 2       |           |           | lodged   | 2022-02-01 | 3
            P3        | asylum    | 2       |           |           | withdrawn | 2022-03-01 | 3
            P4        | return    | 3       |           |           | ordered  | 2022-02-01 |
        """),
        decision=table("""
            person_id | procedure | case_no | member_no | instance | decided_on | outcome
            P1        | asylum    | 1       | 1         | admin    | 2022-05-01 | refused
            P2        | asylum    | 1       | 2         | admin    | 2022-05-01 | refused
        """),
    ) == table("""
        case_id | member_no | person_id | role      | from_on    | to_on      | reason
        f/1     | 1         | P1        | principal | 2022-01-05 | 2022-05-01 | named_in_case
        f/1     | 2         | P2        | child     | 2022-01-05 |            | named_in_case
        f/2     | 1         | P3        | principal | 2022-02-01 | 2022-03-01 | named_in_case
        f/2     | 2         |           |           | 2022-02-01 | 2022-03-01 | counted_in_case
        f/2     | 3         |           |           | 2022-02-01 | 2022-03-01 | counted_in_case
    """)


def test_a_sponsor_whose_permit_is_not_among_the_records_counts_without_a_person_and_short_gaps_are_bridged():
    assert shown(
        "cases", "case_id member_no person_id role from_on to_on reason",
        permit=table("""
            person_id | permit_no | family_of | valid_from_on | valid_to_on | decision
            P1        | A         |           | 2022-01-01    | 2024-12-31  | granted
            P2        | B         | A         | 2022-02-01    | 2022-12-31  | granted
            P2        | C         | A         | 2023-01-20    | 2023-12-31  | granted
            P3        | D         | Z         | 2022-02-01    |             | granted
            P4        | E         | A         | 2022-02-01    | 2022-12-31  | refused
        """),
    ) == table("""
        case_id | member_no | person_id | role          | from_on    | to_on      | reason
        f/A     | 1         | P1        | sponsor       | 2022-02-01 | 2023-12-31 | named_as_sponsor
        f/A     | 2         | P2        | family_member | 2022-02-01 | 2023-12-31 | permit_names_sponsor
        f/Z     | 1         |           | sponsor       | 2022-02-01 |            | named_as_sponsor
        f/Z     | 2         | P3        | family_member | 2022-02-01 |            | permit_names_sponsor
    """)


FIRST = date(2022, 1, 1)
DAYS = st.integers(0, 40).map(lambda n: FIRST + timedelta(n))


@st.composite
def permits(draw):
    """Permits of five people: with and without a code, naming one another as sponsor, over each other and with gaps."""
    rows = []
    for number in range(draw(st.integers(1, 8))):
        person, begins = draw(st.integers(1, 5)), draw(DAYS)
        rows.append((f"P{person}", f"N{number}", draw(st.sampled_from([None, *(f"N{n}" for n in range(8))])), begins, begins + timedelta(draw(st.integers(0, 30))), draw(st.sampled_from([None, "D1", "D2"]))))
    return Drawn(["person_id", "permit_no", "family_of", "valid_from_on", "valid_to_on", "dwelling_key"], rows)


@given(permits())
@settings(max_examples=40)
def test_on_every_day_a_person_has_one_household_and_its_members_are_its_persons(rows):
    con, made, _ = households(residents="P1 P2 P3 P4", permit=rows)
    days = "(select cast(unnest(generate_series(date '2021-12-25', date '2022-04-01', interval 1 day)) as date) as day)"
    among = "coalesce({0}.from_on <= day, true) and coalesce({0}.to_on >= day, true)"
    counted = con.execute(f"select day, household_id, count(*), count(distinct person_id) from {days} join {made['household_members']} m on {among.format('m')} group by all order by all").fetchall()
    assert [(day, household, people) for day, household, rows_, people in counted if rows_ == people] == con.execute(
        f"select day, household_id, persons from {days} join {made['households']} h on {among.format('h')} order by all"
    ).fetchall()
    assert not con.execute(f"select day, person_id from {days} join {made['household_members']} m on {among.format('m')} group by all having count(*) > 1").fetchall()
    assert "P5" not in [person for (person,) in con.execute(f"select person_id from {made['household_members']}").fetchall()]     # not a resident
