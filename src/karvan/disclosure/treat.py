"""From cubes to safe cubes: counts rounded, ratios made again from rounded parts, what is too thin withheld.

A cell that rounds to zero is left out, as a cell that is truly empty is: were it listed with 0, its presence would say that somebody
is in it. Only the total of each period is always there.
"""


from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.disclosure.intervals import treat_intervals
from karvan.disclosure.policies import Policy, cells_of, policy_of
from karvan.disclosure.rounding import cell_sql, draws, key_for_rounding, rounded_sql
from karvan.errors import PackError
from karvan.intervals import wilson_sql
from karvan.tables import DIMENSIONS, TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

COLUMNS = TABLES["safe_cubes"].column_names
ORDER = ", ".join(["period", *DIMENSIONS])
NO_INTERVAL = "cast(null as double) as interval_low, cast(null as double) as interval_high"
MATCH = " and ".join(f"a.{d} is not distinct from b.{d}" for d in DIMENSIONS)


def treat(con: duckdb.DuckDBPyConnection, definitions: Mapping[str, Mapping[str, Any]], key: bytes, *, progress: Progress = quiet) -> dict[str, str]:
    """Make every indicator of the view `cubes` safe.

    Returns, for each indicator, the name of a temporary table with the columns of `safe_cubes`. Derived indicators come after the
    counts that they are made of. Raises PackError for an indicator in the cubes that no definition knows.
    """
    present = [row[0] for row in con.execute("select distinct indicator from cubes order by 1").fetchall()]
    unknown = [name for name in present if name not in definitions]
    if unknown:
        raise PackError(
            f"{len(unknown)} indicators in the cubes have no definition: {', '.join(unknown[:5])}.",
            fix="run the step `indicators` again; nothing is published without its policy",
        )
    con.execute("create or replace temp table cells as from cubes")      # read once, not once an indicator
    done: dict[str, str] = {}
    ordered = sorted(present, key=lambda name: ("from" in definitions[name], name))
    for number, name in enumerate(ordered):
        progress(name, number / max(len(ordered), 1))
        definition, policy = definitions[name], policy_of(definitions[name], definitions)
        table = f'"safe {name}"'
        con.execute("create or replace temp table cell as select * from cells where indicator = ?", [name])
        if not policy.base:
            made = _untouched()
        elif "from" in definition:
            made = _from_parts(con, definition, policy, definitions, done)
        else:
            made = _rounded(con, definition, policy, key)
        con.execute(f"create or replace temp table {table} as select {', '.join(COLUMNS)} from ({made}) where {_listed(con, name)}")
        done[name] = table
    con.execute("drop table cells")
    return done


def dims_of(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The dimensions that the indicator on the bench has."""
    row = con.execute("select " + ", ".join(f"bool_or({d} is not null)" for d in DIMENSIONS) + " from cell").fetchall()[0]
    return [d for d, has in zip(DIMENSIONS, row, strict=True) if has]


def _listed(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """Cells that are shown: totals, and whatever is not zero or withheld at zero."""
    total = " and ".join(f"coalesce({d} = '_T', true)" for d in DIMENSIONS if d not in ("kind", "method"))
    return f"({total}) or shown"


def _untouched() -> str:
    return "select * exclude (numerator, denominator), 'public_source' as treatment, true as shown from cell"


def _rounded(con: duckdb.DuckDBPyConnection, definition: Mapping[str, Any], policy: Policy, key: bytes) -> str:
    dims = dims_of(con)
    whole = cell_sql(cells_of(definition), dims)
    con.execute(f"create or replace temp table named as select *, {whole} as cell_name from cell")
    names = [row[0] for row in con.execute("select distinct cell_name from named order by 1").fetchall()]
    u, u_imputed, u_unlinked = draws(key, names)
    drawn = pa.table({
        "cell_name": pa.array(names, pa.string()), "u": pa.array(u, pa.float64()), "u_imputed": pa.array(u_imputed, pa.float64()), "u_unlinked": pa.array(u_unlinked, pa.float64()),
    })  # fmt: skip
    con.register("drawn", drawn)
    share = definition.get("share_of")
    counted = "numerator" if share else "denominator" if definition.get("quantiles") else "value"
    base = policy.base
    parts = [
        f"{rounded_sql(counted, base, 'u')} as r",
        f"{rounded_sql(f'(share_imputed * abs({counted}))', base, 'u_imputed')} as r_imputed",
        f"{rounded_sql(f'(share_unlinked * abs({counted}))', base, 'u_unlinked')} as r_unlinked",
    ]
    con.execute(f"create or replace temp table r as select n.*, {', '.join(parts)} from named as n join drawn using (cell_name)")
    con.unregister("drawn")
    kept = "* exclude (value, numerator, denominator, interval_low, interval_high, share_imputed, share_unlinked, cell_name, r, r_imputed, r_unlinked)"
    least = policy.least_denominator
    shares = ", ".join(f"case when r >= {least} and r_{s} is not null then least(r_{s} / r, 1.0) end as share_{s}" for s in ("imputed", "unlinked")) + f", {NO_INTERVAL}"
    if definition.get("quantiles"):
        thin = f"(denominator < {least} or r < {least})"
        shares = shares.replace(NO_INTERVAL, ", ".join(f"case when not {thin} then {end} end as {end}" for end in ("interval_low", "interval_high")))
        return f"select {kept}, case when {thin} then null else value end as value, case when {thin} then 'withheld' else 'none' end as treatment, {shares}, r > 0 as shown from r"
    if share:
        matched = " and ".join(f"a.{d} is not distinct from {'b.' + d if d != share else chr(39) + '_T' + chr(39)}" for d in dims)
        con.execute(
            f"create or replace temp table shares as select b.*, a.r as below, a.numerator as below_true from r as b left join r as a on a.period = b.period and {matched}"
        )
        thin = f"(coalesce(below, 0) < {least} or below_true < {least})"
        kept = kept.replace(" r_unlinked)", " r_unlinked, below, below_true)")
        return f"select {kept}, case when {thin} then null else 100.0 * r / below end as value, case when {thin} then 'withheld' else 'from_rounded' end as treatment, {shares}, r > 0 as shown from shares"
    return f"select {kept}, r as value, 'rounded' as treatment, {shares}, r <> 0 as shown from r"


def _from_parts(
    con: duckdb.DuckDBPyConnection, definition: Mapping[str, Any], policy: Policy, definitions: Mapping[str, Mapping[str, Any]], done: Mapping[str, str]
) -> str:
    """A formula over safe cells: the same sum as in the cubes, of rounded values."""
    said = definition["from"]
    dims = dims_of(con)
    sums: dict[str, list[str]] = {"plus": [], "minus": [], "over": []}
    joins = []
    for number, (role, text) in enumerate((r, str(part)) for r in sums for part in said.get(r) or ()):
        name, _, kind = text.partition("/")
        alias = f"p{number}"
        other = set(definitions[name].get("by") or ())
        on = [f"{alias}.period = c.period"]
        for d in DIMENSIONS:
            if d == "kind" and kind:
                on.append(f"{alias}.kind = '{kind}'")
            elif d in dims and d in other:
                on.append(f"{alias}.{d} = c.{d}")
            elif d in other:
                on.append(f"{alias}.{d} = '_T'")
        joins.append(f"left join {done[name]} as {alias} on {' and '.join(on)}")
        sums[role].append(f"coalesce({alias}.value, 0)")
    above = f"({' + '.join(sums['plus'])}) - ({' + '.join(sums['minus']) or '0'})"
    above = f"abs({above})" if said.get("absolute") else above
    below = " + ".join(sums["over"]) or ("c.denominator" if said.get("over_rule") else "null")  # a value of law is public as it is
    size = " + ".join(sums["plus"] + sums["minus"])
    times, least = float(said.get("times", 1)), policy.least_denominator
    con.execute(
        f"create or replace temp table made as select c.*, {above} as above, cast({below} as double) as below, {size} as size_ from cell as c {' '.join(joins)}"
    )
    kept = "* exclude (value, numerator, denominator, interval_low, interval_high, share_imputed, share_unlinked, above, below, size_)"
    shares = ", ".join(f"case when size_ >= {least} then round(share_{s}, 2) end as share_{s}" for s in ("imputed", "unlinked"))
    if not said.get("over") and not said.get("over_rule"):
        return f"select {kept}, {times!r} * above as value, 'from_rounded' as treatment, {shares}, {NO_INTERVAL}, above <> 0 as shown from made"
    thin = f"(coalesce(below, 0) < {least} or coalesce(denominator, 0) < {least})"
    interval = NO_INTERVAL
    if definition.get("interval"):
        low, high = wilson_sql("above", "below", times)
        interval = f"case when not {thin} then {low} end as interval_low, case when not {thin} then {high} end as interval_high"
    return f"select {kept}, case when {thin} then null else {times!r} * above / below end as value, case when {thin} then 'withheld' else 'from_rounded' end as treatment, {shares}, {interval}, below > 0 as shown from made"


def _work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    from karvan.country import for_workspace

    con = ws.connect(memory=ws.memory(1200))
    made = treat(con, for_workspace(ws).indicators, key_for_rounding(ws.pseudonym_key()), progress=progress)
    listed, withheld = 0, 0
    for name, table in sorted(made.items()):
        listed += tx.write("safe_cubes", con.sql(f"select * from {table} order by {ORDER}"), part=name)
        withheld += con.execute(f"select count(*) from {table} where treatment = 'withheld'").fetchall()[0][0]  # type: ignore[index]
    con.execute("create or replace temp view safe_cubes as " + (" union all ".join(f"from {table}" for table in made.values()) or TABLES["safe_cubes"].empty_select()))
    intervals = treat_intervals(con, for_workspace(ws).indicators)
    drawn = [row[0] for row in con.execute(f"select distinct indicator from {intervals} order by 1").fetchall()]
    for name in drawn:
        tx.write("safe_intervals", con.sql(f"from {intervals} where indicator = '{name}' order by {ORDER}"), part=name)
    for table, kept in (("safe_cubes", made), ("safe_intervals", drawn)):
        for part in ws.version(table, at=tx.base).parts:
            if part.key not in kept:
                tx.drop(table, part=part.key)
    cells = ws.version("cubes", at=tx.base).rows
    return {"cells": cells, "listed": listed, "withheld": withheld, "rounded_to_nothing": cells - listed}


def _packs(ws: Workspace) -> str:
    from karvan.country import for_workspace

    return for_workspace(ws).pack_hash("indicators")


STEP = Step("disclosure", ("cubes", "cube_intervals"), ("safe_cubes", "safe_intervals"), _work, also=_packs)
