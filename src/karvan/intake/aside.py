"""Rows that are set aside, each with every reason; and remarks on rows that are read all the same.

Most rows are good, so `typed` keeps only what good rows need: the doubtful ones are made again from the chunk, with all their columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.expressions import literal
from karvan.intake.chunk import Shape, typed_sql, wanted
from karvan.intake.plan import REMARK, Plan, Problem

if TYPE_CHECKING:
    import duckdb


def doubt(plan: Plan) -> str:
    """SQL: there is something to say about the row."""
    remarks = [p.condition for p in (*plan.remarks, *(p for part in plan.parts for p in part.remarks))]
    return " or ".join(["bad", "not made", *(f"coalesce(({r}), false)" for r in remarks)])


def look_again(con: duckdb.DuckDBPyConnection, plan: Plan, shape: Shape, *, spaced: bool) -> None:
    """Say in `problems` and `remarks` what is wrong with the doubtful rows of `chunk`, if there are any."""
    if not con.execute(f"select 1 from typed where {doubt(plan)} limit 1").fetchall():
        return
    rows = f"(select * from chunk where (seq, row_no) in (select seq, row_no from typed where {doubt(plan)})) doubtful_chunk"
    con.execute(f"create or replace temp table doubtful as {typed_sql(plan, shape, spaced=spaced, chunk=rows)}")
    set_aside(con, plan, shape.width)
    remark(con, plan)
    con.execute("drop table doubtful")


def set_aside(con: duckdb.DuckDBPyConnection, plan: Plan, width: int) -> None:
    """Every reason of every bad row, and the rows that say nothing the contract knows."""
    entries = entries_of(plan, plan.problems, "problems") + entries_of(plan, plan.remarks, "remarks")
    misfit = f"[{{'reason': misfit, 'field': null, 'found': misfit_found, 'expected': {literal(f'{width} columns' if width else 'the agreed layout')}}}]"
    listed = f"case when misfit is not null then {misfit} else list_filter([{', '.join(entries)}], lambda e: e is not null) end" if entries else misfit
    con.execute(
        f"insert into problems select distinct seq, row_no, e.reason, e.field, e.found, e.expected, raw from (select seq, row_no, raw, unnest({listed}) as e from doubtful where bad) "
        "order by seq, row_no, 3, 4"
    )
    reason = "'no_record'"
    because = "'the contract names no record for it'"
    if plan.keeps:
        cases = " ".join(f"when not coalesce(({sql}), false) then {literal(text)}" for sql, text in plan.keeps)
        because = f"case {cases} else {because} end"
        reason = "case when not kept then 'declared_out_of_scope' else 'no_record' end"
    con.execute(
        f"insert into problems select seq, row_no, min({reason}), null, null, min({because}), any_value(raw) from doubtful "
        "group by seq, row_no having not bool_or(bad) and not bool_or(made) order by seq, row_no"
        if plan.many
        else f"insert into problems select seq, row_no, {reason}, null, null, {because}, raw from doubtful where not bad and not made order by seq, row_no"
    )


def remark(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """What was not understood in rows that are read all the same."""
    entries = entries_of(plan, plan.remarks, "remarks")
    if not entries:
        return
    con.execute(
        f"insert into remarks select distinct seq, row_no, {literal(REMARK)}, e.field, e.found, e.expected, raw from "
        f"(select seq, row_no, raw, unnest(list_filter([{', '.join(entries)}], lambda e: e is not null)) as e from doubtful where made and {not_bad(plan)}) order by seq, row_no, 3, 4"
    )


def entries_of(plan: Plan, of_plan: list[Problem], of_part: str) -> list[str]:
    """SQL of each problem of a row as a struct, null where the row has none of it. `of_part` names the list of each part."""

    def entry(problem: Problem, condition: str) -> str:
        return (
            f"case when coalesce(({condition}), false) then {{'reason': {problem.reason_sql or literal(problem.reason)}, 'field': cast({literal(problem.column)} as varchar), "
            f"'found': cast({problem.found} as varchar), 'expected': cast({problem.expected} as varchar)}} end"
        )

    entries = [entry(problem, problem.condition) for problem in of_plan]
    for part in plan.parts:
        entries += [entry(problem, f"({wanted(plan, part)}) and ({problem.condition})") for problem in getattr(part, of_part)]
    return entries


def not_bad(plan: Plan) -> str:
    """SQL: nothing sets the row aside. Where a row has several members, one bad member sets aside the whole."""
    return "(seq, row_no) not in (select seq, row_no from problems)" if plan.many else "not bad"
