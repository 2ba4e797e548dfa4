"""The step: records and links in, life courses out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError, KarvanError
from karvan.lifecourse import sql
from karvan.lifecourse.courses import COMPARED, PARAMS, RECORDS, STAGES, life_courses
from karvan.tables import TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

WRITES = ("events", "presence_spells", "status_spells", "citizenships", "residence_spells", "residence_regions", "repairs")


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    """Write the tables of the life course; returns what was counted on the way."""
    from karvan.country import for_workspace

    con = ws.connect(memory="800MB")
    try:
        if not sql.count(con, "links"):    # sources without people in them, as published tables and anonymous extracts
            for table in WRITES:
                tx.write(table, con.sql(TABLES[table].empty_select()))
            return {"observed_until": None}
        country = for_workspace(ws)
        observed_from, observed_until = observed(con)
        facts = params | visa_free_days(country, observed_until, params)
        rows = life_courses(
            con, observed_from=observed_from, observed_until=observed_until, national=country.national, params=facts, progress=progress, stages=(*STAGES, *COMPARED)
        )
        for place, (table, made) in enumerate(rows["tables"].items()):
            progress(f"writing {table}", 0.8 + 0.2 * place / len(rows["tables"]))
            columns = ", ".join(f"cast({c.name} as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns)
            tx.write(table, con.sql(f"select {columns} from {made} order by {', '.join(in_order(table))}"))
        return rows["notes"]
    finally:
        con.close()


def in_order(table: str) -> list[str]:
    """All columns, those of the key first: a total order up to rows that are equal."""
    key = TABLES[table].key
    return [*key, *(name for name in TABLES[table].column_names if name not in key)]


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


STEP = Step("lifecourse", (*RECORDS, "links", "persons", "completeness"), WRITES, work, params=PARAMS, also=packs)
