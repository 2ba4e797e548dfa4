"""Indicators taken from tables that somebody else published: cells as they were printed, each with its source row.

Where two sources give one cell, the order of `priority` decides. A published total is used as it is; only where a definition says
`total: sum` is a dimension added up (hosts of a diaspora, for example, come from one table and have no total row for the country).
"""


from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from karvan.expressions import to_duckdb
from karvan.indicators.compiler import TOTAL, literal
from karvan.indicators.definition import Definition
from karvan.tables import TABLES

if TYPE_CHECKING:
    from karvan.indicators.compute import Bench

COLUMN = {"area": "area", "partner": "partner", "sex": "sex", "age_group": "age", "reason": "reason", "method": "method", "kind": "measure"}


def cells_sql(definition: Definition, national: str | None) -> str:
    """CTEs up to `cells`: period, dimensions, value, obs_status, sources."""
    take = definition.take
    assert take is not None
    place = f"indicator {definition.id}"
    names = (
        {c.name: f"o.{c.name}" for c in TABLES["observation"].columns}
        | ({"national": literal(national)} if national else {})
        | {k: literal(v) for k, v in definition.settings.items()}
    )
    dims = list(definition.dimensions)
    rank = " ".join(f"when {literal(source)} then {i}" for i, source in enumerate(take.priority))
    rank = f"case o.source {rank} else {len(take.priority)} end" if take.priority else "0"
    read = "".join(f"\n        coalesce(o.{COLUMN[d]}, '{TOTAL}') as {d}," for d in dims)
    group = ", ".join(["period", *dims])
    listed = ", ".join(literal(b) for b in take.breaks)
    status = f"case when o.period in ({listed}) then 'B' else coalesce(o.obs_status, 'A') end" if listed else "coalesce(o.obs_status, 'A')"
    chosen = f"""taken as (  -- the published rows that the definition names
    select o.record_id, coalesce(o.period, 'undated') as period,{read}
        o.value, {status} as obs_status, o.source, {rank} as rank
    from observation as o
    where {to_duckdb(take.where, names, where=place, known=names)}
),
chosen as (  -- of several sources for one cell, the first by priority{"" if take.combine == "sum" else "; of several rows, one"}
    select * from taken
    qualify dense_rank() over (partition by {group} order by rank, source) = 1{"" if take.combine == "sum" else f" and row_number() over (partition by {group} order by rank, source, record_id) = 1"}
),
printed as (
    select {group}, sum(value) as value, max(obs_status) as obs_status, string_agg(distinct source, ', ' order by source) as sources from chosen group by {group}
)"""
    last, ctes = "printed", [chosen]
    for d in _summed(definition):
        others = ", ".join(["period", *(x for x in dims if x != d)])
        columns = ", ".join(f"'{TOTAL}' as {x}" if x == d else x for x in dims)
        ctes.append(
            f"over_{d} as (  -- the dimension {d} added up\n    select * from {last} where {d} <> '{TOTAL}'\n    union all by name\n"
            f"    select period, {columns}, sum(value) as value, max(obs_status) as obs_status, string_agg(distinct sources, ', ' order by sources) as sources from {last} where {d} <> '{TOTAL}' group by {others}\n)"
        )
        last = f"over_{d}"
    return "with " + ",\n".join(ctes) + f",\ncells as (select * from {last})"


def _summed(definition: Definition) -> list[str]:
    total = definition.take.total if definition.take else "none"
    if total in ("published", "none"):
        return []
    if total == "sum":
        return [d for d in definition.dimensions if d in ("area", "partner", "reason")]
    return [d for d in definition.dimensions if d in total]


def cell_sql(definition: Definition, national: str | None, period: str, dims: Mapping[str, str]) -> str:
    """SQL of one cell: at most one row, with `value` and `sources`."""
    chosen = " and ".join([f"period = {literal(period)}", *(f"{d} = {literal(dims.get(d, TOTAL))}" for d in definition.dimensions)])
    return f"{cells_sql(definition, national)}\nselect value, sources\nfrom cells\nwhere {chosen}"


def source_rows_sql(definition: Definition, national: str | None, period: str, dims: Mapping[str, str]) -> str:
    """SQL of the published rows behind one cell, with where each was read and how it is cited."""
    ctes = cells_sql(definition, national).rsplit(",\ncells as", 1)[0]
    chosen = " and ".join([f"c.period = {literal(period)}", *(f"c.{d} = {literal(v)}" for d, v in dims.items() if v != TOTAL and d in definition.dimensions)])
    inner = [d for d in definition.dimensions if dims.get(d, TOTAL) == TOTAL and d in _summed(definition)]
    outer = [d for d in definition.dimensions if dims.get(d, TOTAL) == TOTAL and d not in inner]
    chosen += "".join(f" and c.{d} = '{TOTAL}'" for d in outer) + "".join(f" and c.{d} <> '{TOTAL}'" for d in inner)
    return (
        f"{ctes}\nselect o.record_id, o.feed, o.delivery_id, o.row_no, o.source, o.measure, o.area, o.partner, o.sex, o.period, o.value, o.unit, o.citation\n"
        f"from chosen as c join observation as o on o.record_id = c.record_id\nwhere {chosen}\norder by o.value desc nulls last, o.record_id"
    )


def cube(place: Bench, definition: Definition) -> str:
    """Name of a temporary table with the indicator's cells, in the layout of `cubes`."""
    from karvan.indicators.compute import _framed, _name

    framed = _framed(
        place, definition, {d: d for d in definition.dimensions}, "value, cast(null as double) as numerator, cast(null as double) as denominator", "", "cast(null as double) as share_imputed, cast(null as double) as share_unlinked"
    ).replace("'' as vintage", "sources as vintage")  # fmt: skip
    found = f"{cells_sql(definition, place.national)} select {framed} from cells"
    place.con.execute(f"create or replace temp table {_name(definition)} as {found}")
    return _name(definition)
