"""Scores of households and cases against the families of a synthetic country.

Lives know marriages, parents, regions and asylum cases, and no dwellings; a household in truth is a family of foreigners at one home (`homes.sql`) in one region.
Couples of nationals are drawn from the whole country, without regard to where each lives, so that nothing is said of the households of nationals.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.synth.score_links import rows_of

if TYPE_CHECKING:
    import duckdb


def households(con: duckdb.DuckDBPyConnection, days: str, national: str) -> list[dict[str, Any]]:
    """Foreign residents on the first day of each year by UR-PRE and in truth: those with a household of ours, pairs who live together by our households and in truth.

    `days` is a query of days. Each row: `day`, `residents` (foreigners resident on both sides), `housed` (of these, in a household of ours), `pairs` (of the housed, who live
    together by our tables), `truth` (by the lives), `agreed` (by both), and `precision` and `recall` of pairs.
    """
    con.execute("create or replace temp view people as from truth_people")
    con.execute("create or replace temp view unions as from truth_unions")
    con.execute(f"create or replace temp table true_homes as {Path(__file__).with_name('homes.sql').read_text(encoding='utf-8')}")
    rows = rows_of(
        con,
        f"""
        with days as ({days}),
        truly as (
            select d.day, r.person_no, concat(coalesce(h.home, r.person_no), '/', max_by(a.region, a.from_on)) as home
            from days d join truth_residence r on r.from_on < d.day and coalesce(r.to_on >= d.day, true)
            join truth_addresses a on a.person_no = r.person_no and a.from_on < d.day and coalesce(a.to_on >= d.day, true)
            left join true_homes h on h.person_no = r.person_no and h.from_on < d.day and coalesce(h.to_on > d.day, true)
            where not exists (select 1 from truth_nationalities n where n.person_no = r.person_no and n.citizenship = '{national}' and coalesce(n.from_on < d.day, true) and coalesce(n.to_on >= d.day, true))
            group by d.day, r.person_no, h.home),
        ours as (
            select d.day, w.person_no, any_value(m.household_id) as household
            from days d join residence_spells r on r.rule = 'UR-PRE' and r.basis <> 'undecided' and coalesce(r.from_on < d.day, true) and coalesce(r.to_on >= d.day, true)
            join who w using (person_id)
            left join household_members m on m.person_id = r.person_id and coalesce(m.from_on < d.day, true) and coalesce(m.to_on >= d.day, true)
            group by d.day, w.person_no),
        there as (select day, person_no, home, household from truly join ours using (day, person_no)),
        paired as (
            select a.day, count(*) filter (a.household = b.household) as pairs, count(*) filter (a.home = b.home) as truth, count(*) filter (a.household = b.household and a.home = b.home) as agreed
            from there a join there b on b.day = a.day and b.person_no > a.person_no and (a.household = b.household or a.home = b.home) and a.household is not null and b.household is not null
            group by a.day)
        select day, count(*) as residents, count(household) as housed, coalesce(any_value(pairs), 0) as pairs, coalesce(any_value(truth), 0) as truth, coalesce(any_value(agreed), 0) as agreed
        from there left join paired using (day) group by day order by day""",
    )
    return [row | {"precision": row["agreed"] / row["pairs"] if row["pairs"] else None, "recall": row["agreed"] / row["truth"] if row["truth"] else None} for row in rows]


def asylum_cases(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Asylum cases and people in them by year of lodging: by our tables, of these named, and in truth."""
    return rows_of(
        con,
        """
        with ours as (
            select year(from_on) as year, count(distinct case_id) as cases, count(*) as persons, count(person_id) as named from cases where kind = 'asylum' and from_on is not null group by 1),
        truly as (
            select year, count(*) as true_cases, sum(size) as true_persons
            from (select case_no, year(min(event_on)) as year, count(distinct person_no) as size from truth_case_event where procedure = 'asylum' group by case_no) group by year)
        select year, coalesce(cases, 0) as cases, coalesce(true_cases, 0) as true_cases, coalesce(persons, 0) as persons, coalesce(named, 0) as named, coalesce(true_persons, 0) as true_persons
        from ours full join truly using (year) order by year""",
    )
