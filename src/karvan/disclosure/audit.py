"""An attacker's arithmetic on safe cubes: every total minus every set of its parts that was published, looking for small counts."""


from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from karvan.disclosure.intervals import CLASSES, POINTS, ratio_ends, safe_part
from karvan.disclosure.policies import policy_of
from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Finding:
    """A count that can be read off or worked out, and is smaller than the policy allows."""

    indicator: str
    period: str
    what: str
    implied: float


def audit(con: duckdb.DuckDBPyConnection, definitions: Mapping[str, Mapping[str, Any]]) -> tuple[list[Finding], int]:
    """Subtract over every margin of the view `safe_cubes`.

    For every count: the cell itself; and for every margin (a cell with one more dimension fixed than another), the larger cell minus
    the sum of its parts, and minus each part alone. For a share with a published base: the count that it implies.

    Returns the findings, worst first, and the number of differences looked at. An empty list says that no count from 1 to base - 1
    is seen or implied.
    """
    findings: list[Finding] = []
    looked = 0
    names = [row[0] for row in con.execute("select distinct indicator from safe_cubes where treatment in ('rounded', 'from_rounded') order by 1").fetchall()]
    for name in names:
        definition = definitions[name]
        base = policy_of(definition, definitions).base
        ratio = bool(definition.get("share_of") or definition.get("quantiles") or {"over", "over_rule"} & set(definition.get("from") or {}))
        if ratio:
            continue
        con.execute("create or replace temp table looked as select * from safe_cubes where indicator = ? and value is not null", [name])
        row = con.execute("select " + ", ".join(f"bool_or({d} is not null)" for d in DIMENSIONS) + " from looked").fetchall()[0]
        dims = [d for d, has in zip(DIMENSIONS, row, strict=True) if has and d not in ("kind", "method")]
        for what, query in _differences(dims):
            found = con.execute(
                f"with d as ({query}) select period, implied from d where abs(implied) > 1e-9 and abs(implied) < {base} - 1e-9 order by abs(implied), period limit 20"
            ).fetchall()
            looked += con.execute(f"select count(*) from ({query})").fetchall()[0][0]  # type: ignore[index]
            findings += [Finding(name, period, what, implied) for period, implied in found]
    return sorted(findings, key=lambda f: (abs(f.implied), f.indicator, f.period)), looked


def audit_intervals(con: duckdb.DuckDBPyConnection, definitions: Mapping[str, Mapping[str, Any]]) -> tuple[list[Finding], int]:
    """Look for an interval of the view `safe_intervals` that says more of a figure than its published value does, and for one that belongs to no published cell.

    Of a count, both ends must lie as far from the published value, by a multiple of the base; a lower end of zero may be nearer. Of a ratio, the ends must follow from published parts and
    one of the classes of reach; of a share of a whole, they must lie one of the classes of points from the published share. Returns the findings and the number of intervals looked at.
    """
    findings: list[Finding] = []
    same = " and ".join(["i.period = s.period", "i.value = s.value", *(f"i.{d} is not distinct from s.{d}" for d in DIMENSIONS)])
    for (name,) in con.execute("select distinct indicator from safe_intervals order by 1").fetchall():
        if (definitions[name].get("from") or {}).get("over"):
            findings += [Finding(name, period, "interval: ends that published parts do not give", width) for period, width in unexplained_ratios(con, name, definitions)]
            continue
        if definitions[name].get("share_of"):
            findings += [Finding(name, period, "interval: no class of points around the published share", width) for period, width in unexplained_shares(con, name)]
            continue
        base = policy_of(definitions[name], definitions).base or 1
        found = con.execute(
            f"""
            with i as (from safe_intervals where indicator = $1), s as (from safe_cubes where indicator = $1),
                 off as (select period, high - value as up, value - low as down, low from i)
            select period, 'interval: ends off the published value', abs(up - down) from off where abs(up - down) > 1e-9 and low <> 0
            union all select period, 'interval: no multiple of the base', up - floor(up / {base}) * {base} from off where abs(up / {base} - round(up / {base})) > 1e-9
            union all select i.period, 'interval: of no published cell', i.value from i anti join s on {same}""",
            [name],
        ).fetchall()
        findings += [Finding(name, *row) for row in found]
    return findings, con.execute("select count(*) from safe_intervals").fetchall()[0][0]


def unexplained_ratios(con: duckdb.DuckDBPyConnection, name: str, definitions: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, float]]:
    """Period and width of the published intervals of a ratio that no class of reach gives from its published parts."""
    definition = definitions[name]
    low, high = ratio_ends(definition, definitions) or ("null", "null")
    parts = f"{safe_part('plus', definition, definitions)} - {safe_part('minus', definition, definitions)} as above, {safe_part('over', definition, definitions)} as below"
    same = " and ".join(["s.period = c.period", "s.value = c.value", "c.value is not null", *(f"s.{d} is not distinct from c.{d}" for d in DIMENSIONS)])
    return con.execute(
        f"""
        with joined as (select row_number() over () as place, s.period, s.low, s.high, {parts} from (from safe_intervals where indicator = $1) s semi join (from safe_cubes where indicator = $1) c on {same}),
        could as (select j.*, {low} as low_, {high} as high_ from joined j cross join unnest({list(CLASSES)}) t(class))
        select any_value(period), any_value(high - low) from could group by place having not coalesce(bool_or(abs(low - low_) < 1e-9 and abs(high - high_) < 1e-9), false)
        union all select s.period, s.high - s.low from (from safe_intervals where indicator = $1) s anti join (from safe_cubes where indicator = $1) c on {same}""",
        [name],
    ).fetchall()


def unexplained_shares(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, float]]:
    """Period and width of the published intervals of a share of a whole that no class of points gives from the published share."""
    same = " and ".join(["s.period = c.period", "s.value = c.value", *(f"s.{d} is not distinct from c.{d}" for d in DIMENSIONS)])
    given = f"exists (select 1 from unnest({list(POINTS)}) t(one) where abs(s.low - greatest(s.value - one, 0)) < 1e-9 and abs(s.high - least(s.value + one, 100)) < 1e-9)"
    return con.execute(
        f"select s.period, s.high - s.low from (from safe_intervals where indicator = $1) s where not {given} or not exists (select 1 from safe_cubes c where c.indicator = $1 and {same})", [name]
    ).fetchall()


def _differences(dims: list[str]) -> list[tuple[str, str]]:
    """Queries over `looked` with columns period and implied: cells, and what is left of a cell when parts of it are taken away."""
    found = [("cell", "select period, value as implied from looked")]
    for size in range(len(dims)):
        for fixed in combinations(dims, size):
            for dim in dims:
                if dim in fixed:
                    continue
                outer = " and ".join(f"{d} {'<>' if d in fixed else '='} '_T'" for d in dims)
                inner = " and ".join(f"{d} {'<>' if d in (*fixed, dim) else '='} '_T'" for d in dims)
                matched = " and ".join(["o.period = i.period", "o.kind is not distinct from i.kind", *(f"o.{d} = i.{d}" for d in fixed)])
                pairs = f"from (select * from looked where {outer}) as o join (select * from looked where {inner}) as i on {matched}"
                group = ", ".join(["o.period", "o.kind", *(f"o.{d}" for d in fixed)])
                found.append(
                    (
                        f"{dim} within {', '.join(fixed) or 'the total'}: total minus all parts",
                        f"select o.period, any_value(o.value) - sum(i.value) as implied {pairs} group by {group}",
                    )
                )
                found.append(
                    (f"{dim} within {', '.join(fixed) or 'the total'}: total minus one part", f"select o.period, o.value - i.value as implied {pairs}")
                )
        if size >= 1:
            break  # cubes hold pairs at most: deeper margins are not published
    return found
