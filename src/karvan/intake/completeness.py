"""Completeness: per feed and border point, the last day up to which deliveries lie without a gap.

That day, not the latest row, is how far the data can be believed.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from karvan.country import Contract, Country
from karvan.expressions import literal
from karvan.workspace import Transaction, Workspace

if TYPE_CHECKING:
    import duckdb

QUIET_BY_CHANCE = 1e-6
USUAL_DAYS = 28


def of_feed(ws: Workspace, tx: Transaction, con: duckdb.DuckDBPyConnection, contract: Contract, country: Country, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of `completeness` of one feed: the whole feed first, then its points."""
    covered = sorted((row["period_from_on"], row["period_to_on"]) for row in lines if row["state"] == "accepted" and row["period_from_on"])
    if not covered:
        return []
    until = covered[-1][1] if contract.period == "snapshot" else unbroken(covered)
    whole = {"feed": contract.id, "point": None, "first_on": first_complete(contract, covered[0]), "complete_until_on": until}
    return [whole, *of_points(ws, tx, con, contract, country, lines, until)]


def first_complete(contract: Contract, opening: tuple[date, date]) -> date:
    """First day of which all events were delivered. A delivery that opens with the state of a register brings, of the time before its last day, only what was still there then."""
    return opening[1] + timedelta(days=1) if contract.opens_with == "state" else opening[0]


def unbroken(covered: list[tuple[date, date]]) -> date:
    """Last day of the periods before the first gap.

    >>> unbroken([(date(2024, 1, 1), date(2024, 1, 31)), (date(2024, 3, 1), date(2024, 3, 31))])
    datetime.date(2024, 1, 31)
    """
    until = covered[0][1]
    for first, last in covered[1:]:
        if first > until + timedelta(days=1):
            break
        until = max(until, last)
    return until


def of_points(
    ws: Workspace, tx: Transaction, con: duckdb.DuckDBPyConnection, contract: Contract, country: Country, lines: list[dict[str, Any]], until: date
) -> list[dict[str, Any]]:
    """Lines of the points. A point that fell silent is complete to its last row, if at its usual traffic the silence is no chance; one that the code list says is closed owes nothing since."""
    column = contract.completeness_by
    if not column:
        return []
    record = contract.record
    parts = tx.parts.get(record) or {p.key: p for p in ws.version(record, at=tx.base).parts}
    paths = [str(ws.folder(record) / "data" / p.file) for key, p in parts.items() if key.startswith(contract.id + "/")]
    if not paths:
        return []
    codes = next((country.code_list(f.code_list) for f in contract.fields if f.field == column and f.code_list), ())
    closed_on: dict[str | None, date] = {}
    for code in codes:      # of several validities the last speaks: a point that was opened again is open
        closed_on[code.target] = max(closed_on.get(code.target, date.min), code.valid_to or date.max)
    days = {row["delivery_id"]: row["period_to_on"] for row in lines if row["period_to_on"]}
    found: dict[str, dict[date, int]] = {}
    listed = ", ".join(literal(p) for p in paths)
    for point, delivery, rows in con.execute(f"select {column}, delivery_id, count(*) from read_parquet([{listed}]) where {column} is not null group by all order by all").fetchall():
        if delivery in days:
            seen = found.setdefault(point, {})
            seen[days[delivery]] = seen.get(days[delivery], 0) + rows
    made = []
    for point, seen in sorted(found.items()):
        last = max(seen)
        usual = sum(n for day, n in seen.items() if day > last - timedelta(days=USUAL_DAYS)) / USUAL_DAYS
        silent = (min(until, closed_on.get(point, until)) - last).days
        broken = silent > 0 and math.exp(-usual * silent) < QUIET_BY_CHANCE
        made.append({"feed": contract.id, "point": point, "first_on": min(seen), "complete_until_on": last if broken else until})
    return made


def observed_until(ws: Workspace, feed: str | None = None) -> date | None:
    """Last day that the deliveries cover without a gap: of one feed, or the earliest of the feeds of crossings (of all dated feeds, where there is none).

    None where nothing dated was delivered.
    """
    con = ws.connect()
    try:
        if feed is not None:
            rows = con.execute("select complete_until_on from completeness where point is null and feed = ?", [feed]).fetchall()
        else:
            rows = con.execute(
                "with crossing_feeds as (select distinct feed from crossing) select min(complete_until_on) from completeness "
                "where point is null and (feed in (select feed from crossing_feeds) or not exists (select 1 from crossing_feeds))"
            ).fetchall()
    finally:
        con.close()
    return rows[0][0] if rows else None
