"""Scores of a workspace against its truth: who was linked to whom, who was present, who was resident.

It reads tables and truth and nothing else: not the settings of the synthetic country, not the code of the rooms.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.synth.score_households import asylum_cases, households
from karvan.synth.score_links import link_scores, rows_of, scored

if TYPE_CHECKING:
    import duckdb

    from karvan.workspace import Workspace


def score(ws: Workspace, truth: Path | None = None) -> dict[str, Any]:
    """Compare a workspace with the truth of its synthetic country, and keep the result in `synth_score.json`.

    Returns
    -------
    `links`: precision, recall, F1 by B-cubed over records and over documents, and by pairs of documents; `links_by`: the same B-cubed over
    records by key level, script and citizenship, `documents_by` the same over documents; `hard_cases`: over documents of twins, namesakes, people who changed their name and the like;
    `defects`: over records that a defect touched; `pairs`: of nodes, by block key, with the recall of blocking. `presence`: people inside on a day, by the spells and in truth. `residence`: people
    usually resident on the first day of a year, by rule and in truth; `foreign`: of these, who held another citizenship than the country's;
    `flows`: arrivals and departures of a year likewise; `flows_by_citizenship`: the same by UR-12/16 and the citizenship held on the day; `flow_dates`: days
    between our date of a migration and the true one, the median and the share within a week. `regions`: of the residents on both sides, whose region of residence is known and right. `households`: of foreign residents, pairs who live together; `asylum_cases`: cases and people in them by year (`karvan.synth.score_households`).

    Raises
    ------
    DataError
        The workspace has no truth beside it, or nothing is linked yet.

    Source: Amigó, E. et al. (2009), "A comparison of extrinsic clustering evaluation metrics", Information Retrieval 12, 461-486 (B-cubed).
    """
    con = scored(ws, truth)
    result = link_scores(con)
    con.execute("""
        create or replace temp table who as
        select person_id, mode(person_no) as person_no from scored group by person_id""")
    result["presence"] = _presence(con)
    result["residence"] = _residence(con)
    result["foreign"] = _residence(con, foreign=_national(ws))
    result["regions"] = _regions(con)
    if days := _years(con):
        result["households"] = households(con, days, _national(ws))
        result["asylum_cases"] = asylum_cases(con)
    result["flows"] = _flows(con)
    result["flows_by_citizenship"] = _flows_by_citizenship(con, _national(ws))
    result["flow_dates"] = _flow_dates(con)
    (ws.root / "synth_score.json").write_text(json.dumps(result, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    return result


def _agreement(con: duckdb.DuckDBPyConnection, days: str, ours: str, true: str, more: str = "") -> list[dict[str, Any]]:
    """People in a state on each day by the workspace (day, person_no) and in truth; one count of people a day."""
    return rows_of(
        con,
        f"""
        with days as ({days}), ours as ({ours}), truly as ({true}),
        compared as (select day, {more or "'all' as rule"}, count(distinct o.person_no) as ours, count(distinct t.person_no) as agreed
                 from ours o left join truly t using (day, person_no) group by all)
        select b.*, (select count(distinct person_no) from truly t where t.day = b.day) as truth from compared b order by all""",
    )


def _with_shares(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**row, "precision": row["agreed"] / row["ours"] if row["ours"] else None, "recall": row["agreed"] / row["truth"] if row["truth"] else None}
        for row in rows
    ]


def _presence(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Inside on the last day of a half-year, among people with a crossing seen since the first delivery."""
    first, last = con.execute("select min(crossed_on), max(crossed_on) from crossing").fetchone() or (None, None)
    if first is None:
        return []
    days = f"select cast(unnest(generate_series(date '{first}' + 180, date '{last}', interval 6 month)) as date) as day"
    ours = """
        select distinct d.day, w.person_no
        from days d join presence_spells p on (p.entered_on is null or p.entered_on <= d.day) and (p.left_on is null or p.left_on > d.day)
        join who w using (person_id) where p.closed_by in ('exit', 'censored') or p.left_on is not null"""
    true = """
        select distinct d.day, s.person_no from days d join (
            select c.person_no, c.crossed_on as since, lead(c.crossed_on) over w as until from truth_crossing c where c.decision = 'admitted'
            window w as (partition by c.person_no order by c.crossed_at, c.direction)
            qualify c.direction = 'in'
            union all  -- inside from birth, or since before the simulation of journeys, until the first way out
            select person_no, date '1900-01-01', min(crossed_on) from truth_crossing where decision = 'admitted'
            group by person_no having min_by(direction, (crossed_at, direction)) = 'out'
        ) s on s.since <= d.day and (s.until is null or s.until > d.day)
        join truth_people p on p.person_no = s.person_no and p.born_on <= d.day and (p.died_on is null or p.died_on > d.day)
        where s.person_no in (select person_no from who join presence_spells using (person_id))"""
    return _with_shares(_agreement(con, days, ours, true))


def _national(ws: Workspace) -> str:
    from karvan.country import for_workspace

    return for_workspace(ws).national


def _residence(con: duckdb.DuckDBPyConnection, foreign: str | None = None) -> list[dict[str, Any]]:
    """Usually resident on the first day of each year, by rule; with `foreign`, only those who did not hold that citizenship on the day."""
    days = _years(con)
    if not days:
        return []
    holds = "coalesce(c.from_on, date '0001-01-01') < d.day and coalesce(c.to_on, date '9999-12-31') >= d.day"
    of_ours, of_truth = "", ""
    if foreign:
        of_ours = f"join citizenships c on c.person_id = r.person_id and c.counted and {holds} and c.citizenship <> '{foreign}'"
        of_truth = f"where not exists (select 1 from truth_nationalities c where c.person_no = r.person_no and {holds} and c.citizenship = '{foreign}')"
    ours = f"""
        select distinct d.day, r.rule, w.person_no
        from days d join residence_spells r on (r.from_on is null or r.from_on < d.day) and (r.to_on is null or r.to_on >= d.day) and r.basis <> 'undecided'
        join who w using (person_id) {of_ours}"""
    true = f"select distinct d.day, r.person_no from days d join truth_residence r on r.from_on < d.day and (r.to_on is null or r.to_on >= d.day) {of_truth}"
    return _with_shares(_agreement(con, days, ours, true, more="o.rule"))


def _regions(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """People usually resident on the first day of a year by UR-12/16 and in truth who truly had an address then: how many of their regions are known, and right."""
    days = _years(con)
    if not days:
        return []
    return rows_of(
        con,
        f"""
        with days as ({days}),
        true_region as (
            select d.day, a.person_no, max_by(a.region, a.from_on) as region
            from days d join truth_addresses a on a.from_on < d.day and (a.to_on is null or a.to_on >= d.day) group by all),
        lived as (
            select d.day, w.person_no, any_value(g.region) as region
            from days d join residence_spells r on r.rule = 'UR-12/16' and r.basis <> 'undecided' and coalesce(r.from_on < d.day, true) and coalesce(r.to_on >= d.day, true)
            join who w using (person_id)
            left join residence_regions g on g.person_id = r.person_id and coalesce(g.from_on < d.day, true) and coalesce(g.to_on >= d.day, true)
            group by all)
        select day, count(*) as residents, count(l.region) as known, count(*) filter (l.region = t.region) as agreed
        from lived l join true_region t using (day, person_no) group by day order by day""",
    )


def _years(con: duckdb.DuckDBPyConnection) -> str:
    first, last = con.execute("select min(crossed_on), max(crossed_on) from crossing").fetchone() or (None, None)
    if first is None:
        return ""
    return f"select make_date(y, 1, 1) as day from range({first.year + 1}, {last.year + 1}) t(y)"


OURS_FLOWS = """
    select 'immigration' as flow, r.rule, r.person_id, r.from_on as day, w.person_no from residence_spells r join who w using (person_id)
    where r.from_on is not null and r.basis <> 'register'
    union all select 'emigration', r.rule, r.person_id, r.to_on, w.person_no from residence_spells r join who w using (person_id) where r.ended_by = 'emigration'"""
TRUE_FLOWS = """
    select 'immigration' as flow, from_on as day, person_no from truth_residence where previous_country is not null
    union all select 'emigration', to_on, person_no from truth_residence where ended_by = 'emigration'"""


def _flows(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """People who began or ended usual residence by migration in a year: by rule, in truth, and the same people in both."""
    days = _years(con)
    if not days:
        return []
    return rows_of(
        con,
        f"""
        with years as (select year(day) as year from ({days})),
        ours as (select distinct flow, rule, year(day) as year, person_no from ({OURS_FLOWS})),
        truly as (select distinct flow, year(day) as year, person_no from ({TRUE_FLOWS}))
        select o.flow, o.rule, o.year, count(distinct o.person_no) as ours, count(distinct t.person_no) as agreed,
               (select count(distinct person_no) from truly x where x.flow = o.flow and x.year = o.year) as truth
        from ours o join years y on y.year = o.year left join truly t on t.flow = o.flow and t.year = o.year and t.person_no = o.person_no
        group by all order by all""",
    )


def _flows_by_citizenship(con: duckdb.DuckDBPyConnection, national: str) -> list[dict[str, Any]]:
    """Migrations of a year by UR-12/16 and in truth, by the citizenship held on the day; whoever holds the country's counts as a national."""
    days = _years(con)
    if not days:
        return []
    return rows_of(
        con,
        f"""
        with years as (select year(day) as year from ({days})),
        ours as (
            select f.flow, year(f.day) as year, coalesce(c.citizenship, 'unknown') as citizenship, count(*) as ours
            from ({OURS_FLOWS}) f
            left join citizenships c on c.person_id = f.person_id and c.counted
                and coalesce(c.from_on, date '0001-01-01') <= f.day and coalesce(c.to_on, date '9999-12-31') >= f.day
            where f.rule = 'UR-12/16' group by all),
        held as (
            select f.flow, f.day, f.person_no, coalesce(max(c.citizenship) filter (c.citizenship = '{national}'), min_by(c.citizenship, c.from_on), 'unknown') as citizenship
            from ({TRUE_FLOWS}) f
            left join truth_nationalities c on c.person_no = f.person_no and coalesce(c.from_on, date '0001-01-01') <= f.day and coalesce(c.to_on, date '9999-12-31') >= f.day
            group by all),
        truly as (select flow, year(day) as year, citizenship, count(*) as truth from held group by all)
        select flow, year, citizenship, coalesce(ours, 0) as ours, coalesce(truth, 0) as truth
        from ours full join truly using (flow, year, citizenship) join years using (year) order by all""",
    )


def _flow_dates(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Days between our date of a migration by UR-12/16 and the nearest true one of the same person in the same year."""
    return rows_of(
        con,
        f"""
        with paired as (
            select o.flow, year(o.day) as year, o.person_no, min(abs(o.day - t.day)) as off
            from ({OURS_FLOWS}) o join ({TRUE_FLOWS}) t on t.flow = o.flow and t.person_no = o.person_no and year(t.day) = year(o.day)
            where o.rule = 'UR-12/16' group by all)
        select flow, year, count(*) as migrants, quantile_disc(off, 0.5) as median_days, avg(cast(off <= 7 as integer)) as within_a_week
        from paired group by all order by all""",
    )
