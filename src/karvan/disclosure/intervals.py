"""Intervals of published figures, told so that nothing withheld can be read off.

An interval [low, high] around an untreated count gives its middle away, and rounding its ends outward still tells which multiple of the base the count
lies below: a published 5 with ends 0 and 5 would be a count of 1 to 5. So the published interval stands around the *published* value, and its half width is how far the inner interval reaches from the
value in force, rounded up to the base, plus all that rounding can have moved the value. Add any number to the count and to every draw, and as long as the count rounds alike the interval stays the
same. It is never narrower than the untreated one. What the pack declares of errors grows with the count, so slowly that the rounded half width of counts under some seventy is the same for all.

A ratio is published from rounded parts. Its interval is what the ratio can be, given that each part may have been moved by rounding, widened by the relative reach of the inner interval; and that reach is
told only as one of a few classes (`CLASSES`), so that it tells no denominator. Ends are made of published parts and a class, of nothing else. A withheld ratio has no interval.

A share of a whole is published without its parts, so its interval is the published share, and as many percentage points on either side as one of a few classes (`POINTS`) says: the smallest
that holds the reach of the inner interval and all that rounding can do.

Quantiles and ratios over a value of law have no published interval of this kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from karvan.disclosure.policies import policy_of
from karvan.tables import DIMENSIONS, TABLES

if TYPE_CHECKING:
    import duckdb

CLASSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)     # how far a ratio reaches, as a share of itself; beyond the last, the interval would say nothing
POINTS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)     # how far a share of a whole reaches, in percentage points
MATCHED = " and ".join(["{a}.indicator = {b}.indicator", "{a}.period = {b}.period", *(f"{{a}}.{d} is not distinct from {{b}}.{d}" for d in DIMENSIONS)])


def treat_intervals(con: duckdb.DuckDBPyConnection, definitions: Mapping[str, Mapping[str, Any]]) -> str:
    """Make safe intervals of the view `cube_intervals`, for the cells of `safe_cubes` whose value in `cubes` is still the one that was drawn for.

    Returns the name of a temporary table with the columns of `safe_intervals`.
    """
    con.execute(f"create or replace temp table intervals_treated as {TABLES['safe_intervals'].empty_select()}")
    for of_intervals, table in (("drawn_cells", "cubes"), ("drawn_safe_cells", "safe_cubes")):
        con.execute(f"create or replace temp table {of_intervals} as from {table} where value is not null and indicator in (select indicator from cube_intervals)")
    for (name,) in con.execute("select distinct indicator from cube_intervals order by 1").fetchall():
        definition = definitions.get(name)
        if definition is None:
            continue
        if (definition.get("from") or {}).get("over"):
            treat_ratio(con, name, definition, definitions)
            continue
        if definition.get("share_of"):
            treat_share(con, name, definition["share_of"], policy_of(definition, definitions).base)
            continue
        reach = moved_by_rounding(definition, definitions)
        if reach is None:
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
            join (from drawn_cells where indicator = $1) c on {MATCHED.format(a="i", b="c")} and c.value = i.value and c.vintage = i.vintage
            join (from drawn_safe_cells where indicator = $1) s on {MATCHED.format(a="s", b="c")}""",
            [name],
        )
    return "intervals_treated"


def treat_ratio(con: duckdb.DuckDBPyConnection, name: str, definition: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the safe intervals of a ratio of counts to `intervals_treated`."""
    ends = ratio_ends(definition, definitions)
    if ends is None:
        return
    low, high = ends
    spread = "(i.high - i.low) / 2 + abs((i.high + i.low) / 2 - c.value)"
    classes = f"(select min(one) from unnest({list(CLASSES)}) t(one) where one >= ({spread}) / abs(c.value) - 1e-9)"
    cells = ", ".join(f"s.{column}" for column in ("indicator", "period", *DIMENSIONS))
    con.execute(
        f"""
        insert into intervals_treated
        with joined as (
            select {cells}, i.draws, s.value, {classes} as class, {safe_part("plus", definition, definitions)} - {safe_part("minus", definition, definitions)} as above, {safe_part("over", definition, definitions)} as below
            from (from cube_intervals where indicator = $1 and high is not null) i
            join (from drawn_cells where indicator = $1 and value <> 0) c on {MATCHED.format(a="i", b="c")} and c.value = i.value and c.vintage = i.vintage
            join (from drawn_safe_cells where indicator = $1) s on {MATCHED.format(a="s", b="c")}
        )
        select indicator, period, {", ".join(DIMENSIONS)}, draws, value, {low}, {high} from joined where class is not null and {high} is not null""",
        [name],
    )


def treat_share(con: duckdb.DuckDBPyConnection, name: str, along: str, base: float) -> None:
    """Add the safe intervals of shares of a whole along a dimension, in per cent, to `intervals_treated`; the whole is 100 and has none."""
    reach = f"(i.high - i.low) / 2 + abs((i.high + i.low) / 2 - c.value) + 100.0 * {base} * (1 + c.value / 100) / (c.denominator - {base})"
    cells = ", ".join(f"s.{column}" for column in ("indicator", "period", *DIMENSIONS))
    con.execute(
        f"""
        insert into intervals_treated
        with joined as (
            select {cells}, i.draws, s.value, (select min(one) from unnest({list(POINTS)}) t(one) where one >= {reach} - 1e-9) as points
            from (from cube_intervals where indicator = $1 and high is not null) i
            join (from drawn_cells where indicator = $1 and denominator > {base}) c on {MATCHED.format(a="i", b="c")} and c.value = i.value and c.vintage = i.vintage
            join (from drawn_safe_cells where indicator = $1) s on {MATCHED.format(a="s", b="c")} and s.{along} <> '_T'
        )
        select * exclude (points), greatest(value - points, 0), least(value + points, 100) from joined where points is not null""",
        [name],
    )


def ratio_ends(definition: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> tuple[str, str] | None:
    """SQL of both ends of the interval of a ratio, from `above` and `below` as published and from `class`; null where rounding may have made all of `below`. None for what is no ratio of counts."""
    said = definition["from"]
    moved = {}
    for role in ("plus", "minus", "over"):
        each = [moved_by_rounding(definitions[str(part).partition("/")[0]], definitions) for part in said.get(role) or ()]
        if None in each:
            return None
        moved[role] = sum(filter(None, each))
    up, down = moved["plus"] + moved["minus"], moved["over"]
    times = float(said.get("times", 1))
    signed = bool(said.get("minus")) and not said.get("absolute")
    corners = ", ".join(f"{times!r} * (above {a} {up!r}) / nullif(greatest(below {b} {down!r}, 0), 0)" for a in "+-" for b in "+-")
    least, most = f"least({corners})", f"greatest({corners})"
    sure = f"case when below > {down!r} then"
    reach = f"class * greatest(abs({least}), abs({most}))"
    low, high = f"{sure} {least} - {reach} end", f"{sure} {most} + {reach} end"
    return low if signed else f"greatest({low}, 0)", f"least({high}, {times!r})" if definition.get("interval") else high


def safe_part(role: str, definition: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> str:
    """SQL of the sum of published cells that stand in a role of a ratio, for the cell `s`."""
    sums = []
    for number, part in enumerate(definition["from"].get(role) or ()):
        name, _, kind = str(part).partition("/")
        has, mine = set(definitions[name].get("by") or ()), set(definition.get("by") or ())
        on = [f"p{number}.{d} = s.{d}" if d in mine else f"p{number}.{d} = '_T'" for d in DIMENSIONS if d in has and d != "kind"] + ([f"p{number}.kind = '{kind}'"] if kind else [])
        sums.append(f"coalesce((select sum(p{number}.value) from safe_cubes p{number} where p{number}.indicator = '{name}' and p{number}.period = s.period{''.join(' and ' + one for one in on)}), 0)")
    return f"({' + '.join(sums) or '0'})"


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
