"""Scores of links against the truth of a synthetic country: by B-cubed over records and documents, by group, by hard case, by defect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError
from karvan.synth.score_pairs import pairs_of_nodes
from karvan.tables import RECORD_TYPES

if TYPE_CHECKING:
    import duckdb

    from karvan.workspace import Workspace

TRUTH_TABLES = ("people", "nationalities", "unions", "residence", "addresses", "crossing", "case_event", "names", "record_person", "hard_cases", "defects")


def scored(ws: Workspace, truth: Path | None = None, links: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection on which every linked record stands beside its true person.

    It has the temporary tables `scored`, one row a record (record_id, feed, file, row_no, person_id, level, person_no, script, citizenship, unit, observed_on), and `collapsed`, one row a
    document, and the truth as views `truth_<table>`. With `links`, a Parquet file of record_id, person_id and level, these are scored in place of the workspace's own, so that
    another method can be held against the same truth.

    Raises
    ------
    DataError
        The workspace has no truth beside it, or nothing is linked yet.
    """
    truth = truth or ws.root / "truth"
    missing = [name for name in TRUTH_TABLES if not (truth / f"{name}.parquet").exists()]
    if missing:
        raise DataError(f"The truth has no {missing[0]}.", where=str(truth), fix="make the country with `karvan synth make -w WORKSPACE`")
    con = ws.connect(identity="score links of a synthetic country against its truth", memory="1500MB")
    for name in TRUTH_TABLES:
        con.execute(f"create or replace temp view truth_{name} as select * from read_parquet('{_quoted(truth / f'{name}.parquet')}')")
    if links:
        con.execute(f"create or replace temp view links as select * from read_parquet('{_quoted(links)}')")
    located = " union all ".join(f"select record_id, feed, delivery_id, row_no from {name}" for name in RECORD_TYPES)
    for statement in Path(__file__).with_name("score.sql").read_text(encoding="utf-8").replace("{located}", located).split(";\n"):
        if statement.strip():
            con.execute(statement)
    if not con.execute("from scored limit 1").fetchall():
        raise DataError("No linked record is found in the truth.", where=str(truth), fix="run `karvan run --through link` first")
    return con


def link_scores(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What `karvan.synth.score.score` says of links, on a connection of `scored`: `links`, `links_by`, `pairs`, `documents_by`, `hard_cases`, `defects`."""
    return {
        "links": measures(con),
        "links_by": {by: b_cubed(con, "scored", by) for by in ("level", "script", "citizenship")},
        "pairs": pairs_of_nodes(con),
        "documents_by": {by: b_cubed(con, "collapsed", by) for by in ("level", "script", "citizenship")},
        "hard_cases": b_cubed_within(con, "collapsed", "select distinct kind as \"group\", person_no from truth_hard_cases", on="person_no"),
        "defects": b_cubed_within(con, "scored", "select distinct defect as \"group\", feed, file, row_no from truth_defects", on="feed, file, row_no"),
    }


def b_cubed(con: duckdb.DuckDBPyConnection, table: str, by: str | None) -> list[dict[str, Any]]:
    """Mean over rows of: how much of the row's cluster is its person, how much of its person is in the cluster. Totals over all rows."""
    group = f"s.{by}" if by else "'all'"
    rows = rows_of(
        con,
        f"""
        with c as (select person_id, count(*) as n from {table} group by 1), t as (select person_no, count(*) as n from {table} group by 1),
             b as (select person_id, person_no, count(*) as n from {table} group by 1, 2)
        select {group} as "group", count(*) as rows, count(distinct s.person_no) as persons, avg(b.n / c.n) as precision, avg(b.n / t.n) as recall
        from {table} s join c using (person_id) join t using (person_no) join b on b.person_id = s.person_id and b.person_no = s.person_no
        group by 1 having count(*) >= 20 order by rows desc, 1""",
    )
    return [{**row, "f1": f1_of(row["precision"], row["recall"])} for row in rows]


def b_cubed_within(con: duckdb.DuckDBPyConnection, table: str, groups: str, *, on: str) -> list[dict[str, Any]]:
    """B-cubed of a table over the rows that `groups` (a query of "group" and the columns `on`) names; a row may be in several groups."""
    rows = rows_of(
        con,
        f"""
        with c as (select person_id, count(*) as n from {table} group by 1), t as (select person_no, count(*) as n from {table} group by 1),
             b as (select person_id, person_no, count(*) as n from {table} group by 1, 2)
        select k."group", count(*) as rows, count(distinct s.person_no) as persons, avg(b.n / c.n) as precision, avg(b.n / t.n) as recall
        from {table} s join ({groups}) k using ({on}) join c using (person_id) join t using (person_no)
        join b on b.person_id = s.person_id and b.person_no = s.person_no
        group by 1 order by 1""",
    )
    return [{**row, "f1": f1_of(row["precision"], row["recall"])} for row in rows]


def measures(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = [{"measure": "B-cubed, records", **b_cubed(con, "scored", None)[0]}, {"measure": "B-cubed, documents", **b_cubed(con, "collapsed", None)[0]}]
    pairs = """
        with c as (select sum(n * (n - 1) / 2) as p from (select count(*) as n from collapsed group by person_id)),
             t as (select sum(n * (n - 1) / 2) as p from (select count(*) as n from collapsed group by person_no)),
             b as (select sum(n * (n - 1) / 2) as p from (select count(*) as n from collapsed group by person_id, person_no))
        select b.p as hits, c.p as linked, t.p as true_pairs from b, c, t"""
    row = rows_of(con, pairs)[0]
    precision, recall = row["hits"] / row["linked"] if row["linked"] else 1.0, row["hits"] / row["true_pairs"] if row["true_pairs"] else 1.0
    found.append(
        {
            "measure": "pairs of documents",
            "group": "all",
            "rows": int(row["true_pairs"] or 0),
            "persons": found[0]["persons"],
            "precision": precision,
            "recall": recall,
            "f1": f1_of(precision, recall),
        }
    )
    return found


def rows_of(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    answer = con.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def f1_of(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
