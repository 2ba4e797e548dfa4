"""Vintages by replay: the line from records to cubes run again with only what had been delivered by an earlier day.

Links are those in force: who is who is not taken back, so that what moves between two vintages is what the data had not shown yet, and not what
linkage has learned since. Nothing is written here.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.country import for_workspace
from karvan.errors import DataError
from karvan.households import live_together
from karvan.indicators import Definition, dictionary
from karvan.indicators.compute import Bench, bench, cube, definition_of
from karvan.lifecourse.step import PARAMS, RECORDS, life_courses, visa_free_days
from karvan.tables import DIMENSIONS
from karvan.workspace import Progress, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("vintage_on", "indicator", "period", *DIMENSIONS, "value", "obs_status", "dated_on")
BEFORE_IT_BEGINS = """(case when length(period) = 4 then make_date(cast(period as integer), 1, 1) when period like '%-Q%' then make_date(cast(period[1:4] as integer), 3 * cast(period[7:7] as integer) - 2, 1)
    when length(period) = 7 then cast(period || '-01' as date) end - 1)"""


def vintages(ws: Workspace, indicators: Sequence[str], on: Sequence[date], *, progress: Progress = quiet) -> pa.Table:
    """Cells of indicators as they would have been computed on each of the days `on`.

    A record counts from the last day that its delivery covers; one of a delivery without a period (a whole register) counts always. The last
    vintage is the day through which the data are complete now, whether or not it is among `on`.

    Parameters
    ----------
    indicators
        Ids of indicators counted from spells of usual residence, or made from such ones.
    on
        Days, each within the days that the crossings cover.

    Returns
    -------
    `vintage_on`, `indicator`, `period`, the dimensions of `cubes`, `value` (null: nothing to divide by), `obs_status` (A final, P preliminary) and `dated_on` (the day before the
    period, of a stock on its first day; null: dated by its end), untreated: not for publication.

    Raises
    ------
    DataError
        An indicator is unknown, or a day lies outside the days that the crossings cover.
    """
    wanted = [definition_of(dictionary(for_workspace(ws)), name) for name in indicators]
    dims = ", ".join(DIMENSIONS)
    found = []
    for day, place in replayed(ws, on, progress=progress):
        for definition in wanted:
            found.append(place.con.sql(f"select date '{day}' as vintage_on, indicator, period, {dims}, value, obs_status, {dated_on(definition)} as dated_on from {cube(place, definition)} order by period, {dims}").to_arrow_table())
    return pa.concat_tables(found)


def dated_on(definition: Definition) -> str:
    """SQL of the day from which delays of a figure are counted, where that is not the end of its period."""
    return BEFORE_IT_BEGINS if definition.series and all(s.dated == "at" and s.on == "start" for s in definition.series) else "cast(null as date)"


def replayed(ws: Workspace, on: Sequence[date], *, progress: Progress = quiet) -> Iterator[tuple[date, Bench]]:
    """Each of the days, and the last one covered, with a bench on which indicators are computed as they would have been then. Raises DataError for a day that the crossings do not cover."""
    country = for_workspace(ws)
    first, last = covered(ws)
    for day in on:
        if not first < day <= last:
            raise DataError(f"{day} is not among the days that the crossings cover.", where=f"{first} through {last}", fix="name a day in between")
    days = sorted({*on, last})
    for number, day in enumerate(days):
        progress(day.isoformat(), number / len(days))
        con = ws.connect(memory=ws.memory(1200))
        try:
            for table in (*RECORDS, "completeness", "deliveries"):
                ws.view(con, table, ws.version(table), as_name=f"whole {table}")
            _as_delivered_by(con, day)
            facts: dict[str, Any] = PARAMS | visa_free_days(country, day, PARAMS)
            made = life_courses(con, observed_from=first, observed_until=day, national=country.national, params=facts)
            for table, source in made["tables"].items():
                con.execute(f"create or replace temp view {table} as from {source}")
            for table, source in live_together(con, national=country.national)["tables"].items():
                con.execute(f"create or replace temp view {table} as from {source}")
            yield day, bench(con, country)
        finally:
            con.close()
    progress("", 1.0)


def vintage_days(ws: Workspace, every: int) -> list[date]:
    """Days `every` months apart, back from the last day that the crossings cover to a year after the first."""
    first, last = covered(ws)
    days, months = [], 0
    while (day := _months_before(last, months)) >= _months_before(first, -12):
        days.append(day)
        months += every
    return sorted(days)


def _months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier; the last of the month where it is shorter, and where `day` is the last of its own."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    length = monthrange(year, month + 1)[1]
    at_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, length if at_end else min(day.day, length))


def covered(ws: Workspace) -> tuple[date, date]:
    """First and last day that the crossings cover."""
    con = ws.connect(memory="200MB")
    try:
        found = con.execute("select min(first_on), min(complete_until_on) from completeness where feed in (select distinct feed from crossing)").fetchall()[0]
    finally:
        con.close()
    if found[0] is None or found[1] is None:
        raise DataError("There are no crossings, so there are no vintages.", where="table `completeness`", fix="take in a feed of border crossings first")
    return found[0], found[1]


def _as_delivered_by(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Hide, on this connection, every record whose delivery covers days after `day`, and what the ledgers say of them."""
    con.execute(f"create or replace temp table known as select delivery_id from \"whole deliveries\" where coalesce(period_to_on <= date '{day}', true)")
    for record in RECORDS:
        con.execute(f'create or replace temp view "{record}" as select r.* from "whole {record}" as r semi join known using (delivery_id)')
    con.execute(
        "create or replace temp view completeness as select * replace "
        f"(least(complete_until_on, date '{day}') as complete_until_on) from \"whole completeness\" where first_on <= date '{day}'"
    )
    con.execute("create or replace temp view deliveries as select d.* from \"whole deliveries\" as d semi join known using (delivery_id)")
