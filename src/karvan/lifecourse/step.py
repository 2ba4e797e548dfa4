"""The step: records and links in, life courses out; only those of the persons concerned, where the last run was the same."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import date
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError, KarvanError
from karvan.lifecourse import sql
from karvan.lifecourse.concerned import COUNTS, WATCH
from karvan.lifecourse.courses import ALL, MADE, PARAMS, RECORDS, Bench, life_courses
from karvan.lifecourse.courses_spark import OnSpark
from karvan.lifecourse.delta import ALL_COUNTED, Everybody, change, columns_of, counts
from karvan.lifecourse.residence import UR_12_16
from karvan.tables import TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet
from karvan.workspace.runner import code_hash

if TYPE_CHECKING:
    import duckdb

WRITES = (*MADE, COUNTS, WATCH)


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet, *, master: str | None = None) -> dict[str, Any]:
    """Write the tables of the life course: anew for the persons concerned, where the last run had the same code, packs and parameters; else for everybody."""
    import duckdb

    before = tx.base.runs.get(STEP.name)
    con = ws.connect(memory=ws.memory(800, at=tx.base), at=tx.base)
    try:
        facts = facts_of(ws, con, params)
        if facts is None or before is None or not tx.base.tables.get(WATCH):
            raise Everybody("first run")
        if before.notes.get("made_with") != made_with(ws, facts):
            raise Everybody("other code, packs or parameters than in the last run")
        return change(ws, tx, con, before, facts, progress) | {"made_with": before.notes["made_with"]}
    except Everybody as reason:
        why = str(reason)
    except duckdb.OutOfMemoryException:      # as where all links were made anew: everybody takes less, table by table
        why = "more differs from the last run than fits in memory"
    finally:
        con.close()
    return work_whole(ws, tx, params, progress, why=why, master=master)


def work_whole(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet, *, why: str = "asked for", master: str | None = None) -> dict[str, Any]:
    """Write the tables of the life course for everybody, worked out here or on the Spark cluster `master`; returns what was counted on the way."""
    with contextlib.ExitStack() as stack:
        con = stack.enter_context(contextlib.closing(ws.connect(memory=ws.memory(800, at=tx.base), at=tx.base)))
        facts = facts_of(ws, con, params)
        if facts is None:    # sources without people in them, as published tables and anonymous extracts
            for table in WRITES:
                tx.write(table, con.sql(TABLES[table].empty_select()))
            return {"observed_until": None}
        if master is None:
            made = life_courses(
                con, observed_from=facts["observed_from"], observed_until=facts["observed_until"], national=facts["national"], params=facts, progress=progress, stages=ALL
            )
            Bench(con, facts).make("watch")
        else:
            made = stack.enter_context(OnSpark(ws, con, facts, master=master)).work_out(progress)
        con.execute(f"create temp view counted as {' union all by name '.join(counts(ALL_COUNTED, 'whole_'))}")
        for place, (table, source) in enumerate({**made["tables"], COUNTS: "counted", WATCH: "watch"}.items()):
            progress(f"writing {table}", 0.8 + 0.2 * place / len(WRITES))
            tx.write(table, con.sql(f"select {columns_of(table)} from {source} order by {', '.join(TABLES[table].in_order)}"))
        return made["notes"] | {"recomputed": {"persons": ws.version("persons", at=tx.base).rows, "everybody": why}, "made_with": made_with(ws, facts)}


def facts_of(ws: Workspace, con: duckdb.DuckDBPyConnection, params: dict[str, Any]) -> dict[str, Any] | None:
    """Parameters of the run, with the days observed, the national citizenship and the days of a visa-free stay; None where no record is linked to a person."""
    from karvan.country import for_workspace

    if not sql.count(con, "links"):
        return None
    country = for_workspace(ws)
    observed_from, observed_until = observed(con)
    set_by_data = {"observed_from": observed_from, "observed_until": observed_until, "national": country.national, "rule": UR_12_16.id, "register": bool(ws.version("resident").rows)}
    return PARAMS | params | visa_free_days(country, observed_until, params) | set_by_data


def made_with(ws: Workspace, facts: dict[str, Any]) -> str:
    """Hash of what the tables hang on besides records, links and days: code, packs, parameters."""
    fixed = {name: value for name, value in facts.items() if name not in ("observed_from", "observed_until", "register")}
    return sha256(json.dumps([code_hash(work), packs(ws), fixed], sort_keys=True).encode()).hexdigest()


def observed(con: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """First and last day that the crossing feeds cover without a gap at every border point; else the days of the crossings themselves.

    Without any crossing, the days that all other feeds of linked people cover. Raises DataError if nothing tells.
    """
    crossed = con.execute("select count(*) from (from crossing limit 1)").fetchall()[0][0]
    feeds = "feed in (select distinct feed from crossing)" if crossed else "true"
    ledger = con.execute(f"select max(first_on) filter (point is null), min(first_on), min(complete_until_on) from completeness where {feeds}").fetchall()[0]
    seen = con.execute("select min(crossed_on), max(crossed_on) from crossing").fetchall()[0]
    first, last = ledger[0] or ledger[1] or seen[0], ledger[2] or seen[1]
    if first is None or last is None:
        raise DataError("There are no crossings, so no day is observed.", where="table `completeness`", fix="take in a feed of border crossings first")
    return first, last


def visa_free_days(country: Any, on: date, params: dict[str, Any]) -> dict[str, Any]:
    """Days of a lawful visa-free stay by the pack's rule, where it has one."""
    from karvan import rules

    try:
        return {"visa_free_days": int(rules.value(params["visa_free_cap"], on=on, country=country).value)}
    except (KarvanError, TypeError, ValueError):
        return {}


def packs(ws: Workspace) -> str:
    """What the step depends on besides tables: which citizenship is the national one, and the rules."""
    from karvan.country import for_workspace

    country = for_workspace(ws)
    return country.pack_hash("rules")


STEP = Step("lifecourse", (*RECORDS, "links", "persons", "completeness"), WRITES, work, params=PARAMS, also=packs, anew=work_whole)


def step_on(engine: str, master: str = "") -> Step:
    """The step with everybody worked out by another engine: `duckdb`, or `spark` with the address of a cluster (nothing: the processors of this machine). A day's few persons are worked out here.

    The tables are the same, so a step that was run on one engine is not run again on the other. Raises SetupError where Spark is not there.
    """
    if engine == "duckdb":
        return STEP
    from karvan.workspace.spark import HERE_ONLY, needs_spark

    needs_spark()

    def work_on_spark(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
        return work(ws, tx, params, progress, master=master or HERE_ONLY)

    return replace(STEP, work=work_on_spark, anew=partial(work_whole, master=master or HERE_ONLY))
