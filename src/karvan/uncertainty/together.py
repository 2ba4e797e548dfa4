"""The values of a cell under all draws, and what no draw can show, put together to one interval.

total variance = within + model + (1 + 1/m) between

`between`: variance of the value from draw to draw, that is of links and guesses. `within`: chance, where an indicator declares an interval of its own. `model`: errors of coverage and of rules that
no draw can show, as measured where the truth is known and declared by the pack (`karvan.uncertainty.declared`). The interval stands around the mean of the draws.

Source: Rubin, D. B. (1987), "Multiple Imputation for Nonresponse in Surveys", Wiley, section 3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.intervals import rubin_sql
from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    from karvan.indicators import Definition

LEAST_DRAWS = 5     # below, Student's t is so wide that the interval says nothing
CELL = ", ".join(["indicator", "period", *DIMENSIONS])


def sampling_sql(definition: Definition) -> str:
    """SQL of the sampling variance of a cell: of a share for which the definition declares an interval, as of so many cases drawn; else 0, as everybody is counted."""
    if not definition.interval or not definition.formula:
        return "0.0"
    return f"pow({definition.formula.times!r}, 2) * (numerator / denominator) * (1 - numerator / denominator) / denominator"


def put_together_sql(definition: Definition, draws: int) -> str:
    """SQL for the rows of `cube_intervals` of one indicator, from `drawn` (a row for each cell and draw; draw 0 is in force) and `modelled` (`CELL`, model: a variance).

    A count that a draw does not have is 0 there; a ratio or quantile has no value there. Where the pack declares nothing of an indicator and no draw moves a cell, it has no ends: they
    would say that the figure is exact, and nothing is known but that these draws do not tell.
    """
    empty = "null" if definition.is_ratio or definition.quantiles else "0.0"
    signed = definition.formula and definition.formula.minus and not definition.formula.absolute
    low = "low" if signed else "case when low is not null then greatest(low, 0) end"     # greatest would take null for no limit
    share = definition.share_of or (definition.interval and definition.formula)
    times = definition.formula.times if definition.formula else 100.0
    high = f"case when high is not null then least(high, {times!r}) end" if share else "high"
    named = " and ".join(f"s.{column.strip()} is not distinct from e.{column.strip()}" for column in CELL.split(","))
    return f"""
        with cells as (
            select {CELL}, any_value(value) filter (draw = 0) as value, any_value(vintage) filter (draw = 0) as vintage, list_avg(list(sampling order by draw) filter (draw > 0 and value is not null)) as within,
                   list(value order by draw) filter (draw > 0) as found
            from drawn where indicator = '{definition.id}' group by all
        ),
        padded as (select * replace (list_resize(coalesce(found, []), {draws}, cast({empty} as double)) as found), coalesce(value, {empty}) as here from cells),
        counted as (
            select *, len(list_filter(found, lambda one: one is not null)) as draws, list_avg(found) as mean, len(list_filter(found, lambda one: one is distinct from here)) as differing from padded
        ),
        spread as (select * replace (case when draws >= {LEAST_DRAWS} then within end as within), case when draws >= {LEAST_DRAWS} then list_var_samp(found) end as between from counted),
        modelled_too as (select s.*, case when s.between is not null then coalesce(e.model, 0) end as model from spread s left join modelled e on {named}),
        told as (select *, list_min(found) < list_max(found) or coalesce(within, 0) > 0 or max(model) over () > 0 as has_width from modelled_too),
        ends as (select *, case when has_width then {rubin_sql("draws", "between", "coalesce(within, 0) + model")} end as half, mean - half as low, mean + half as high from told)
        select {CELL}, cast(draws as bigint) as draws, value, mean, {low} as low, {high} as high, cast(differing as bigint) as differing, between, case when between is not null then coalesce(within, 0) end as within, model, vintage
        from ends"""
