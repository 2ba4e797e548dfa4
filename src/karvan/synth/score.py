"""Scores of a workspace against its truth: who was linked to whom, who was present, who was resident.

It reads tables and truth and nothing else: not the settings of the synthetic country, not the code of the rooms.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError
from karvan.synth.score_pairs import pairs_of_nodes
from karvan.tables import RECORD_TYPES

if TYPE_CHECKING:
    import duckdb

    from karvan.workspace import Workspace

TRUTH_TABLES = ("people", "nationalities", "residence", "addresses", "crossing", "names", "record_person")


def score(ws: Workspace, truth: Path | None = None) -> dict[str, Any]:
    """Compare a workspace with the truth of its synthetic country, and keep the result in `synth_score.json`.

    Returns
    -------
    `links`: precision, recall, F1 by B-cubed over records and over documents, and by pairs of documents; `links_by`: the same B-cubed over
    records by key level, script and citizenship; `hard_cases`: over documents of twins, namesakes, people who changed their name and the like; `pairs`: of nodes, by block key, with the recall of blocking. `presence`: people inside on a day, by the spells and in truth. `residence`: people
    usually resident on the first day of a year, by rule and in truth; `foreign`: of these, who held another citizenship than the country's;
    `flows`: arrivals and departures of a year likewise. `regions`: of the residents on both sides, whose region of residence is known and right.

    Raises
    ------
    DataError
        The workspace has no truth beside it, or nothing is linked yet.

    Source: Amigó, E. et al. (2009), "A comparison of extrinsic clustering evaluation metrics", Information Retrieval 12, 461-486 (B-cubed).
    """
    truth = truth or ws.root / "truth"
    missing = [name for name in TRUTH_TABLES if not (truth / f"{name}.parquet").exists()]
    if missing:
        raise DataError(f"The truth has no {missing[0]}.", where=str(truth), fix="make the country with `karvan synth make -w WORKSPACE`")
    con = ws.connect(identity="score links of a synthetic country against its truth", memory="1500MB")
    for name in TRUTH_TABLES:
        path = str(truth / f"{name}.parquet").replace("'", "''")
        con.execute(f"create or replace temp view truth_{name} as select * from read_parquet('{path}')")
    located = " union all ".join(f"select record_id, feed, delivery_id, row_no from {name}" for name in RECORD_TYPES)
    for statement in Path(__file__).with_name("score.sql").read_text(encoding="utf-8").replace("{located}", located).split(";\n"):
        if statement.strip():
            con.execute(statement)
    if not _one(con, "select count(*) from scored"):
        raise DataError("No linked record is found in the truth.", where=str(truth), fix="run `karvan run --through link` first")
    result = {
        "links": _links(con),
        "links_by": {by: _b_cubed(con, "scored", by) for by in ("level", "script", "citizenship")},
        "pairs": pairs_of_nodes(con),
        "documents_by": {by: _b_cubed(con, "collapsed", by) for by in ("level", "script", "citizenship")},
    }
    if (truth / "hard_cases.parquet").exists():
        result["hard_cases"] = _hard_cases(con, truth / "hard_cases.parquet")
    con.execute("""
        create or replace temp table who as
        select person_id, mode(person_no) as person_no from scored group by person_id""")
    result["presence"] = _presence(con)
    result["residence"] = _residence(con)
    result["foreign"] = _residence(con, foreign=_national(ws))
    result["regions"] = _regions(con)
    result["flows"] = _flows(con)
    (ws.root / "synth_score.json").write_text(json.dumps(result, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    return result


def _one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    return row[0] if row else None


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    answer = con.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _b_cubed(con: duckdb.DuckDBPyConnection, table: str, by: str | None) -> list[dict[str, Any]]:
    """Mean over rows of: how much of the row's cluster is its person, how much of its person is in the cluster. Totals over all rows."""
    group = f"s.{by}" if by else "'all'"
    rows = _rows(
        con,
        f"""
        with c as (select person_id, count(*) as n from {table} group by 1), t as (select person_no, count(*) as n from {table} group by 1),
             b as (select person_id, person_no, count(*) as n from {table} group by 1, 2)
        select {group} as "group", count(*) as rows, count(distinct s.person_no) as persons, avg(b.n / c.n) as precision, avg(b.n / t.n) as recall
        from {table} s join c using (person_id) join t using (person_no) join b on b.person_id = s.person_id and b.person_no = s.person_no
        group by 1 having count(*) >= 20 order by rows desc, 1""",
    )
    return [{**row, "f1": _f1(row["precision"], row["recall"])} for row in rows]


def _hard_cases(con: duckdb.DuckDBPyConnection, path: Path) -> list[dict[str, Any]]:
    """B-cubed over the documents of people whom linkage can easily take for one another, or one of them for two, by kind of case."""
    rows = _rows(
        con,
        f"""
        with c as (select person_id, count(*) as n from collapsed group by 1), t as (select person_no, count(*) as n from collapsed group by 1),
             b as (select person_id, person_no, count(*) as n from collapsed group by 1, 2),
             cases as (select distinct kind, person_no from read_parquet('{str(path).replace("'", "''")}'))
        select k.kind as "group", count(*) as rows, count(distinct s.person_no) as persons, avg(b.n / c.n) as precision, avg(b.n / t.n) as recall
        from collapsed s join cases k using (person_no) join c using (person_id) join t using (person_no)
        join b on b.person_id = s.person_id and b.person_no = s.person_no
        group by 1 order by 1""",
    )
    return [{**row, "f1": _f1(row["precision"], row["recall"])} for row in rows]


def _links(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = [{"measure": "B-cubed, records", **_b_cubed(con, "scored", None)[0]}, {"measure": "B-cubed, documents", **_b_cubed(con, "collapsed", None)[0]}]
    pairs = """
        with c as (select sum(n * (n - 1) / 2) as p from (select count(*) as n from collapsed group by person_id)),
             t as (select sum(n * (n - 1) / 2) as p from (select count(*) as n from collapsed group by person_no)),
             b as (select sum(n * (n - 1) / 2) as p from (select count(*) as n from collapsed group by person_id, person_no))
        select b.p as hits, c.p as linked, t.p as true_pairs from b, c, t"""
    row = _rows(con, pairs)[0]
    precision, recall = row["hits"] / row["linked"] if row["linked"] else 1.0, row["hits"] / row["true_pairs"] if row["true_pairs"] else 1.0
    found.append(
        {
            "measure": "pairs of documents",
            "group": "all",
            "rows": int(row["true_pairs"] or 0),
            "persons": found[0]["persons"],
            "precision": precision,
            "recall": recall,
            "f1": _f1(precision, recall),
        }
    )
    return found


def _agreement(con: duckdb.DuckDBPyConnection, days: str, ours: str, true: str, more: str = "") -> list[dict[str, Any]]:
    """People in a state on each day by the workspace (day, person_no) and in truth; one count of people a day."""
    return _rows(
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
    return _rows(
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


def _flows(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """People who began or ended usual residence by migration in a year: by rule, in truth, and the same people in both."""
    days = _years(con)
    if not days:
        return []
    return _rows(
        con,
        f"""
        with years as (select year(day) as year from ({days})),
        ours as (
            select 'immigration' as flow, r.rule, year(r.from_on) as year, w.person_no from residence_spells r join who w using (person_id)
            where r.from_on is not null and r.basis <> 'register'
            union select 'emigration', r.rule, year(r.to_on), w.person_no from residence_spells r join who w using (person_id) where r.ended_by = 'emigration'),
        truly as (
            select 'immigration' as flow, year(from_on) as year, person_no from truth_residence where previous_country is not null
            union select 'emigration', year(to_on), person_no from truth_residence where ended_by = 'emigration')
        select o.flow, o.rule, o.year, count(distinct o.person_no) as ours, count(distinct t.person_no) as agreed,
               (select count(distinct person_no) from truly x where x.flow = o.flow and x.year = o.year) as truth
        from ours o join years y on y.year = o.year left join truly t on t.flow = o.flow and t.year = o.year and t.person_no = o.person_no
        group by all order by all""",
    )
