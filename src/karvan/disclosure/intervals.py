"""Intervals of published counts: what linkage error can move, told so that the unrounded count cannot be read off.

An interval [low, high] around an untreated count gives its middle away, and rounding its ends outward still tells which multiple of the base the count
lies below: a published 5 with ends 0 and 5 would be a count of 1 to 5. So the published interval stands around the *published* value, and its half width is how far the draws reach from the
value in force, rounded up to the base, plus all that rounding can have moved the value. It depends on the count through the rounded value alone: add any number to the count and to every
draw, and as long as the count rounds alike the interval stays the same. It is never narrower than the untreated one.

Ratios, shares and quantiles have no published interval: over few cases the reach of the draws tells the denominator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from karvan.disclosure.policies import policy_of
from karvan.tables import DIMENSIONS, TABLES

if TYPE_CHECKING:
    import duckdb

MATCHED = " and ".join(["{a}.indicator = {b}.indicator", "{a}.period = {b}.period", *(f"{{a}}.{d} is not distinct from {{b}}.{d}" for d in DIMENSIONS)])


def treat_intervals(con: duckdb.DuckDBPyConnection, definitions: Mapping[str, Mapping[str, Any]]) -> str:
    """Make safe intervals of the view `cube_intervals`, for the cells of `safe_cubes` whose value in `cubes` is still the one that was drawn for.

    Returns the name of a temporary table with the columns of `safe_intervals`.
    """
    con.execute(f"create or replace temp table intervals_treated as {TABLES['safe_intervals'].empty_select()}")
    for (name,) in con.execute("select distinct indicator from cube_intervals order by 1").fetchall():
        definition = definitions.get(name)
        reach = moved_by_rounding(definition, definitions) if definition else None
        if definition is None or reach is None:
            continue
        base = policy_of(definition, definitions).base
        said = definition.get("from") or {}
        signed = bool(said.get("minus")) and not said.get("absolute")
        half = f"(ceil((i.high - i.mean + abs(i.mean - c.value)) / {base} - 1e-9) * {base} + {reach!r})"
        low = f"s.value - {half}"
        cells = ", ".join(f"s.{column}" for column in ("indicator", "period", *DIMENSIONS))
        con.execute(
            f"""
            insert into intervals_treated
            select {cells}, i.draws, s.value, {low if signed else f"greatest({low}, 0)"}, s.value + {half}
            from (from cube_intervals where indicator = $1 and high is not null) i
            join (from cubes where indicator = $1) c on {MATCHED.format(a="i", b="c")} and c.value = i.value and c.vintage = i.vintage
            join (from safe_cubes where indicator = $1 and value is not null) s on {MATCHED.format(a="s", b="c")}""",
            [name],
        )
    return "intervals_treated"


def moved_by_rounding(definition: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> float | None:
    """How far rounding can have moved a published count or sum of counts; None for what is no such sum, or was published elsewhere.

    >>> counts = {"id": "A", "count": "entries"}
    >>> moved_by_rounding(counts, {}), moved_by_rounding({"id": "N", "from": {"plus": ["A/in"], "minus": ["A/out"]}}, {"A": counts})
    (5.0, 10.0)
    """
    said = definition.get("from") or {}
    base = policy_of(definition, definitions).base
    if not base or definition.get("share_of") or definition.get("quantiles") or {"over", "over_rule"} & set(said):
        return None
    if not said:
        return float(base)
    parts = [moved_by_rounding(definitions[str(part).partition("/")[0]], definitions) for role in ("plus", "minus") for part in said.get(role) or ()]
    return None if None in parts else abs(float(said.get("times", 1))) * sum(filter(None, parts))
