"""What must hold of a cube, by name; a definition lists the names under `must_hold`."""


from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.indicators.compiler import TOTAL, grouping_sets
from karvan.indicators.definition import Definition

if TYPE_CHECKING:
    import duckdb


def broken(con: duckdb.DuckDBPyConnection, definition: Definition, table: str) -> list[str]:
    """What a cube should hold and does not, in words; an empty list if all holds."""
    found = []
    for name in definition.must_hold:
        if name == "no_cell_below_zero":
            found += _counted(con, f"select count(*) from {table} where value < 0", f"{definition.id}: {{}} cells are below zero")
        elif name == "between_0_and_100":
            found += _counted(
                con, f"select count(*) from {table} where value not between 0 and 100.000001", f"{definition.id}: {{}} percentages are outside 0 to 100"
            )
        elif name == "totals_add_up":
            found += _totals(con, definition, table)
    return found


def _counted(con: duckdb.DuckDBPyConnection, query: str, text: str) -> list[str]:
    number = con.execute(query).fetchall()[0][0]  # type: ignore[index]
    return [text.format(f"{number:,}")] if number else []


def _totals(con: duckdb.DuckDBPyConnection, definition: Definition, table: str) -> list[str]:
    """Each breakdown, `unknown` included, adds up to the total."""
    dims = [d for d in definition.dimensions if d not in ("kind", "method")]
    found = []
    for kept in grouping_sets(definition):
        if not kept:
            continue
        inside = " and ".join(f"{d} {'<>' if d in kept else '='} '{TOTAL}'" for d in dims)
        total = " and ".join(f"{d} = '{TOTAL}'" for d in dims)
        query = (
            f"select count(*) from (select period, kind, sum(value) as s from {table} where {inside} group by all) as p "
            f"join (select period, kind, value from {table} where {total}) as t on t.period = p.period and t.kind is not distinct from p.kind where abs(s - value) > 1e-6 * greatest(abs(value), 1)"
        )
        found += _counted(con, query, f"{definition.id}: in {{}} periods the cells by {' and '.join(kept)} do not add up to the total")
    return found
