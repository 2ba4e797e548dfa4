"""The tables that others ask for, and how far the country can make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

STATES = ("made", "partly", "definition", "source")


def standing(con: duckdb.DuckDBPyConnection, country: Country) -> dict[str, dict[str, Any]]:
    """By table: how it stands, which indicator carries it, which breakdowns and record types it waits for.

    `made`: an indicator has figures with every breakdown asked for; `partly`: some breakdowns are missing; `definition`: the records are delivered,
    and no indicator with figures carries them yet; `source`: a record type has not been delivered.
    """
    given = breakdowns(con)
    delivered = delivered_types(con, country)
    out = {}
    for name, table in country.quality.get("tables", {}).items():
        carrier = next((i for i in table["carried_by"] if i in given), None)
        missing = [d for d in table["by"] if carrier and d not in given[carrier]]
        waits = [r for r in table["rests_on"] if r not in delivered]
        state = ("partly" if missing else "made") if carrier else ("source" if waits else "definition")
        out[name] = {"group": table["group"], "state": state, "indicator": carrier, "missing": missing, "waits_for": waits if state == "source" else []}
    return out


def breakdowns(con: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """By indicator with figures: the dimensions by which it has been broken down."""
    there = {row[0] for row in con.execute("describe cubes").fetchall()}      # cubes of an earlier version know fewer dimensions
    dims = [d for d in DIMENSIONS if d in there]
    counts = ", ".join(f'count(*) filter ("{d}" is not null and "{d}" <> \'_T\') as "{d}"' for d in dims)
    found = con.execute(f"select indicator, {counts} from cubes where value is not null group by indicator order by indicator")
    return {row[0]: {d for d, n in zip(dims, row[1:], strict=True) if n} for row in found.fetchall()}


def delivered_types(con: duckdb.DuckDBPyConnection, country: Country) -> set[str]:
    """Record types of which some feed has a delivery in force."""
    feeds = {row[0] for row in con.execute("select distinct feed from deliveries where state = 'accepted'").fetchall()}
    return {part.record for feed in feeds if feed in country.contracts for part in country.contracts[feed].records}
