"""The series of an indicator among its published cells: treated figures only, so that nothing withheld can come back by way of a season."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from karvan.expressions import literal
from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    import duckdb

KINDS = {"month": ("length(period) = 7 and period not like '%-Q%'", 12), "quarter": ("period like '%-Q%'", 4)}
TOTAL = "_T"


@dataclass(frozen=True)
class Series:
    """One published series. `values`: the figure of each period from the first to the last, None where it is missing or withheld."""

    indicator: str
    dims: Mapping[str, str]
    kind: str
    periods: tuple[str, ...]
    values: tuple[float | None, ...]
    statuses: tuple[str, ...]
    unit: str
    vintage: str
    counted: bool = False     # made of counts that were rounded, not of ratios

    @property
    def frequency(self) -> int:
        return KINDS[self.kind][1]

    @property
    def start(self) -> tuple[int, int]:
        return place_of(self.periods[0])


def place_of(period: str) -> tuple[int, int]:
    """Year, and month or quarter in it.

    >>> place_of("2024-03"), place_of("2024-Q2")
    ((2024, 3), (2024, 2))
    """
    year, part = period.split("-")
    return int(year), int(part.removeprefix("Q"))


def series_of(con: duckdb.DuckDBPyConnection, indicator: str, *, by: Sequence[str] = (), held: Mapping[str, str] | None = None, kinds: Sequence[str] = tuple(KINDS)) -> list[Series]:
    """Published series of an indicator: the total (of each of its own series), each category along `by`, or the one cell that `held` names.

    A count that a category does not have in a period in which its total is published is zero: of what was counted there was none.
    """
    dims = [d for d in DIMENSIONS if con.execute(f"select count({d}) from safe_cubes where indicator = $1", [indicator]).fetchall()[0][0]]
    found: dict[tuple[str, ...], Series] = {}
    for kind in kinds:
        for along in (None, *by):
            chosen = " and ".join(["true", *(condition for d in dims if (condition := chosen_sql(d, along, held or {})))])
            rows = con.execute(SERIES.format(named=", ".join([*dims, "unit", "vintage"]), dims="".join(f", n.{d}" for d in dims), kind=KINDS[kind][0], chosen=chosen,
                                             same="".join(f" and c.{d} = n.{d}" for d in dims)), [indicator]).fetchall()  # fmt: skip
            for periods, figures, statuses, unit, vintage, counted, *codes in rows:
                found[(kind, *codes)] = Series(indicator, dict(zip(dims, codes, strict=True)), kind, tuple(periods), tuple(figures), tuple(statuses), unit, vintage, counted)
    return list(found.values())


def chosen_sql(dimension: str, along: str | None, held: Mapping[str, str]) -> str:
    """Which codes of a dimension are asked for; series that are never added up (`kind`, `method`) all stand for themselves."""
    if dimension in held:
        return f"{dimension} = {literal(held[dimension])}"
    if dimension in ("kind", "method"):
        return ""
    return f"{dimension} {'<>' if dimension == along else '='} '{TOTAL}'"


SERIES = """
    with cells as (select * from safe_cubes where indicator = $1 and {kind}),
    chosen as (select * from cells where {chosen}),
    periods as (select period, any_value(obs_status) as obs_status from cells group by period),
    named as (select {named}, bool_and(treatment in ('rounded', 'none')) as counted from chosen group by all)
    select list(p.period order by p.period), list(case when c.period is null and n.counted then 0.0 else c.value end order by p.period),
        list(coalesce(c.obs_status, p.obs_status) order by p.period), n.unit, n.vintage, n.counted{dims}
    from named n cross join periods p left join chosen c on c.period = p.period{same}
    group by n.unit, n.vintage, n.counted{dims}
    order by all"""
