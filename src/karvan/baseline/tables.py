"""The tables that others ask for, and how far the country can make them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

AGES = ("age_group", "age", "age_reached")      # any of them is a breakdown by age


def standing(con: duckdb.DuckDBPyConnection, country: Country) -> dict[str, dict[str, Any]]:
    """By table: how it stands, which indicators carry it together, which breakdowns and record types it waits for.

    `made`: indicators with figures give every breakdown asked for; `partly`: some breakdowns are missing; `definition`: the records are delivered,
    and no indicator with figures carries them yet; `source`: a record type has not been delivered.
    """
    given = breakdowns(con, country)
    delivered = delivered_types(con, country)
    out = {}
    for name, table in country.quality.get("tables", {}).items():
        carriers: list[str] = []
        left = list(table["by"])
        for indicator in table["carried_by"]:
            if indicator in given and (not carriers or any(answers_for(d, given[indicator]) for d in left)):
                carriers.append(indicator)
                left = [d for d in left if not answers_for(d, given[indicator])]
        waits = [r for r in table["rests_on"] if r not in delivered]
        state = ("partly" if left else "made") if carriers else ("source" if waits else "definition")
        out[name] = {
            "group": table["group"], "state": state, "indicator": ", ".join(carriers) or None,
            "missing": left if carriers else [], "waits_for": waits if state == "source" else [],
        }  # fmt: skip
    return out


def answers_for(asked: str, dimensions: Collection[str]) -> bool:
    """Whether a breakdown is there; by age in any of its forms."""
    return any(age in dimensions for age in AGES) if asked in AGES else asked in dimensions


def breakdowns(con: duckdb.DuckDBPyConnection, country: Country) -> dict[str, tuple[str, ...]]:
    """By indicator with figures: the dimensions by which its definition breaks it down. A breakdown in which nothing was counted is there all the same."""
    from karvan.indicators import dictionary

    there = {row[0] for row in con.execute("select distinct indicator from cubes where value is not null").fetchall()}
    return {name: definition.dimensions for name, definition in dictionary(country).items() if name in there}


def delivered_types(con: duckdb.DuckDBPyConnection, country: Country) -> set[str]:
    """Record types of which some feed has a delivery in force."""
    feeds = {row[0] for row in con.execute("select distinct feed from deliveries where state = 'accepted'").fetchall()}
    return {part.record for feed in feeds if feed in country.contracts for part in country.contracts[feed].records}
