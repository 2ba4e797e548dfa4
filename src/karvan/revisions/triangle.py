"""The revision triangle, and what it says of figures that are not final: completeness by delay, revision size, nowcast.

A cell of the triangle is one figure at one delay: months from the end of its period to the day of the vintage. Completeness at a delay is the sum
of the figures then over the sum of the same figures when final (chain ladder by volume); its spread between periods gives the interval.

Source: Mack, T. (1993), "Distribution-free calculation of the standard error of chain ladder reserve estimates", ASTIN Bulletin 23, 213-225;
UNECE and Eurostat practice of revision triangles (ESS guidelines on revision policy, 2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.errors import DataError, nearest
from karvan.intervals import student_t
from karvan.tables import DIMENSIONS
from karvan.workspace import new_connection

if TYPE_CHECKING:
    import duckdb

CELL = ("indicator", "period", *DIMENSIONS)
SERIES = ", ".join(("indicator", *DIMENSIONS))


def triangle(vintages: Any) -> pa.Table:
    """Each figure by the months that had passed since its period.

    Parameters
    ----------
    vintages
        The table that `karvan.revisions.vintages` returns, or one with its columns.

    Returns
    -------
    The columns given, with `delay_months` (whole months from the end of the period, or from `dated_on` where the table has it: a stock on
    1 January is dated by the day before), `final` (the value of the newest vintage in which the cell is final; null: not final yet) and `completeness` (value over final; null
    where there is no final value or it is 0).

    Examples
    --------
    >>> from datetime import date
    >>> seen = pa.table({"vintage_on": [date(2024, 6, 30), date(2025, 6, 30)], "indicator": ["FLW-01"] * 2, "period": ["2023"] * 2,
    ...                  "value": [90.0, 100.0], "obs_status": ["P", "A"]})
    >>> triangle(seen).select(["delay_months", "value", "final", "completeness"]).to_pylist()[0]
    {'delay_months': 6, 'value': 90.0, 'final': 100.0, 'completeness': 0.9}
    """
    with new_connection(threads=1) as con:
        _given(con, vintages)
        return con.sql(f"select * exclude (ends_on, series, cell) from ({TRIANGLE}) order by {', '.join(CELL)}, vintage_on").to_arrow_table()


TRIANGLE = """
    select g.*, datesub('month', g.ends_on + 1, g.vintage_on + 1) as delay_months, f.final, case when f.final <> 0 then g.value / f.final end as completeness
    from given as g
    left join (select cell, arg_max(value, vintage_on) as final from given where obs_status in ('A', 'B') group by cell) as f using (cell)
    where g.ends_on <= g.vintage_on
"""


def _given(con: duckdb.DuckDBPyConnection, vintages: Any) -> None:
    con.register("came", pa.table(vintages))
    there = {row[0] for row in con.execute("describe came").fetchall()}
    missing = "".join(f", cast(null as varchar) as {d}" for d in DIMENSIONS if d not in there) + ("" if "dated_on" in there else ", cast(null as date) as dated_on")
    con.execute(
        f"""create temp table given as
        select *, hash({SERIES}) as series, hash({SERIES}, period) as cell,
            case when dated_on is not null then dated_on when length(period) = 4 then make_date(cast(period as integer), 12, 31)
                 when period like '%-Q%' then last_day(make_date(cast(period[1:4] as integer), 3 * cast(period[7:7] as integer), 1))
                 when length(period) = 7 then last_day(cast(period || '-01' as date)) else cast(period as date) end as ends_on
        from (select *{missing} from came)"""
    )


def one_cell(vintages: Any, dims: Mapping[str, str]) -> pa.Table:
    """The vintages of one cell: dimensions that are not named are totals. Raises DataError where there is no such cell."""
    with new_connection(threads=1) as con:
        _given(con, vintages)
        unknown = [name for name in dims if name not in DIMENSIONS]
        if unknown:
            raise DataError(f"There is no dimension `{unknown[0]}`.", fix=nearest(unknown[0], list(DIMENSIONS)) or "see docs/reference/tables.md")
        chosen = " and ".join(f"(({d} = $v_{d}) or ({d} is null and $v_{d} = '_T'))" for d in DIMENSIONS)
        values = {f"v_{d}": dims.get(d, "_T") for d in DIMENSIONS}
        found = con.sql(f"select * exclude (series, cell, ends_on) from given where {chosen} order by period, vintage_on", params=values).to_arrow_table()
    if not found.num_rows:
        raise DataError("No vintage has this cell.", where=" ".join(f"{k}={v}" for k, v in dims.items()) or "the total", fix="choose another category, or a series with kind=")
    return found


def completeness(vintages: Any) -> pa.Table:
    """How much of the final figure stood there after so many months: per series and delay.

    Returns `indicator`, the dimensions, `delay_months`, `periods` (figures that are final and were seen at this delay), `ratio` (sum of the figures at
    the delay over the sum of the final ones) and `spread` (standard deviation of a single figure's ratio round it, weighted by size; null with one period).
    """
    with new_connection(threads=1) as con:
        _given(con, vintages)
        return con.sql(f"{RATIOS} select * exclude (series) from ratios order by {SERIES}, delay_months").to_arrow_table()


RATIOS = f"""
    with shown as ({TRIANGLE}),
    once as (  -- of several vintages at one delay, the newest
        select * from shown where final > 0 and value is not null qualify row_number() over (partition by cell, delay_months order by vintage_on desc) = 1
    ),
    ratios as (
        select {SERIES}, any_value(series) as series, delay_months, count(*) as periods, sum(value) / sum(final) as ratio,
            case when count(*) > 1 then sqrt(greatest(sum(final * power(completeness, 2)) / sum(final) - power(sum(value) / sum(final), 2), 0) * count(*) / (count(*) - 1)) end as spread
        from once group by {SERIES}, delay_months
    )
"""


def nowcast(vintages: Any, *, least_periods: int = 2) -> pa.Table:
    """What each preliminary figure of the newest vintage will be when it is final.

    The figure over the completeness at its delay; the 95 per cent interval is that of Student's t with one degree of freedom less than there are periods.
    Where a delay was seen in fewer than `least_periods` finished periods there is no nowcast, and `why_not` says so.

    Returns
    -------
    `indicator`, `period`, the dimensions, `delay_months`, `preliminary`, `ratio`, `periods`, `nowcast`, `low`, `high` (null: none), `why_not` (null: there is one).
    """
    with new_connection(threads=1) as con:
        _given(con, vintages)
        dims = ", ".join(f"s.{d}" for d in DIMENSIONS)
        rows = con.sql(
            f"""{RATIOS}
            select s.indicator, s.period, {dims}, s.delay_months, s.value as preliminary, r.ratio, coalesce(r.periods, 0) as periods, r.spread
            from shown as s left join ratios as r on r.series = s.series and r.delay_months = s.delay_months
            where s.obs_status = 'P' and s.vintage_on = (select max(vintage_on) from given) order by all"""
        ).to_arrow_table()
    made: list[dict[str, Any]] = []
    for row in rows.to_pylist():
        ratio, spread, periods = row["ratio"], row.pop("spread"), row["periods"]
        told = periods >= least_periods and ratio and spread is not None
        reach = student_t(periods - 1) * spread * (1 + 1 / periods) ** 0.5 if told else 0.0
        value = row["preliminary"]
        made.append(row | {
            "nowcast": value / ratio if told else None,
            "low": value / (ratio + reach) if told else None,
            "high": value / (ratio - reach) if told and ratio > reach else None,
            "why_not": None if told else f"seen after {row['delay_months']} months in {periods} finished periods, {least_periods} are needed",
        })  # fmt: skip
    kinds = {"nowcast": pa.float64(), "low": pa.float64(), "high": pa.float64(), "why_not": pa.string()}
    return pa.table({name: pa.array([row[name] for row in made], kinds.get(name)) for name in made[0]}) if made else rows


def revision_sizes(vintages: Any) -> pa.Table:
    """FLW-08: how far the first figure of a period was from the final one, in per cent of the preliminary.

    Returns `indicator`, `period`, the dimensions, `first_on`, `first`, `final`, `revision_percent` (final / first - 1, times 100; null where the first was 0).
    """
    with new_connection(threads=1) as con:
        _given(con, vintages)
        dims = ", ".join(DIMENSIONS)
        return con.sql(
            f"""with shown as ({TRIANGLE})
            select indicator, period, {dims}, min(vintage_on) as first_on, arg_min(value, vintage_on) as first, any_value(final) as final,
                   100 * (any_value(final) / nullif(arg_min(value, vintage_on), 0) - 1) as revision_percent
            from shown where final is not null and obs_status in ('A', 'B', 'P') group by all order by all"""
        ).to_arrow_table()
