"""From a definition to SQL: one statement for the whole cube, one for a single cell, the same text up to the last SELECT.

Every statement stands by itself: it names tables of the workspace and nothing else, and holds every date and value as a literal, so
that the printed query of a cell can be run by hand on the named versions.
"""


from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from karvan.errors import DataError, PackError, nearest
from karvan.expressions import to_duckdb
from karvan.indicators.definition import Definition, Series
from karvan.indicators.periods import Period
from karvan.indicators.subjects import AGE, Subject, subject
from karvan.intervals import survival_interval_sql

TOTAL = "_T"

CITIZENSHIP_HELD = """held as (  -- the citizenship by which each person is counted, without overlaps
    select person_id, citizenship, coalesce(from_on, date '0001-01-01') as held_from,
        least(coalesce(to_on, date '9999-12-31'),
              coalesce(lead(coalesce(from_on, date '0001-01-01')) over (partition by person_id order by coalesce(from_on, date '0001-01-01'), citizenship) - 1, date '9999-12-31')) as held_to
    from citizenships where counted
)"""
STATUS_HELD = """standing as (  -- the status held, without overlaps
    select person_id, status, coalesce(from_on, date '0001-01-01') as held_from,
        least(coalesce(to_on, date '9999-12-31'),
              coalesce(lead(coalesce(from_on, date '0001-01-01')) over (partition by person_id order by coalesce(from_on, date '0001-01-01'), status) - 1, date '9999-12-31')) as held_to
    from status_spells
)"""
LIVES_IN = """lives as (  -- the region of residence
    select person_id, region, coalesce(from_on, date '0001-01-01') as lives_from, coalesce(to_on, date '9999-12-31') as lives_to
    from residence_regions
)"""


@dataclass(frozen=True)
class Facts:
    """What a definition may use besides columns: the country's own citizenship code, and dated values of rules as SQL."""

    national: str | None
    observed_until: date
    rule_value: Callable[[str, str, Mapping[str, str]], str]
    calendar: str

    def needed(self, definition: Definition, names: Mapping[str, str]) -> dict[str, str]:
        """SQL for each name under `needs`: the value of a rule on the day that a column gives."""
        return {name: self.rule_value(str(said["rule"]), f"c.{said['on']}", names) for name, said in definition.needs.items()}


def literal(value: Any) -> str:
    """A value as SQL.

    >>> literal("O'Neil"), literal(date(2024, 1, 1)), literal(None)
    ("'O''Neil'", "date '2024-01-01'", 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


def described_sql(definition: Definition, series: Series, periods: Sequence[Period], facts: Facts, made: Mapping[str, str] | None = None) -> str:
    """CTEs up to `described`: one row per thing counted, its period, its dimensions, its weight.

    Columns: period, the definition's dimensions, weight, imputed, unlinked. `made` names temporary tables that already hold a subject,
    or citizenships and statuses held; a statement that stands by itself goes without.
    """
    place = f"indicator {definition.id}"
    what = subject(str(definition.count), where=place)
    for dim in definition.by:
        if dim not in what.dimensions and dim not in ("kind", "method"):
            raise PackError(
                f"`{what.name}` has no dimension `{dim}`.", where=place, fix=nearest(dim, list(what.dimensions)) or f"it has {', '.join(what.dimensions)}"
            )
    columns = {column: f"c.{column}" for column in what.columns}
    names = columns | dict(what.dimensions)
    names |= facts.needed(definition, names)
    names |= ({"national": literal(facts.national)} if facts.national else {}) | {
        "period_start": "c.period_start",
        "period_end": "c.period_end",
        "observed_until": literal(facts.observed_until),
        "counted_on": "c.counted_on",
    }
    names |= {name: literal(value) for name, value in definition.settings.items()}
    dating = (
        columns
        | facts.needed(definition, columns)
        | {"observed_until": literal(facts.observed_until)}
        | {name: literal(value) for name, value in definition.settings.items()}
    )
    join, counted_on, weight = _dated(series, dating, place)
    if what.ruled:
        join += " and c.rule = p.rule"
    if definition.measure != "1":
        weight = to_duckdb(definition.measure, names, where=place, known=names)
    if definition.quantiles:
        weight = to_duckdb(definition.of, names, where=place, known=names)
    rows = ",\n        ".join(f"({literal(p.label)}, {literal(p.start)}, {literal(p.end)}, {literal(p.rule)})" for p in periods)
    dims = [d for d in definition.dimensions if d not in ("kind", "method")]
    where = to_duckdb(series.where, names, where=place, known=names)
    ended = to_duckdb(definition.ended_when, names, where=place, known=names) if definition.ended_when else ""
    used = " ".join([*(what.dimensions[d] for d in dims), where, weight, ended])
    ctes = [f"periods(period, period_start, period_end, rule) as (values\n        {rows})"]
    made = made or {}
    if "calendar" in what.sql and what.name not in made:
        ctes.append(facts.calendar)
    lookups = ""
    if "k." in used:
        ctes.append(f"held as (select * from {made['held']})" if "held" in made else CITIZENSHIP_HELD)
        lookups += "\n    left join held as k on k.person_id = c.person_id and c.counted_on between k.held_from and k.held_to"
    if "h." in used:
        ctes.append(f"standing as (select * from {made['standing']})" if "standing" in made else STATUS_HELD)
        lookups += "\n    left join standing as h on h.person_id = c.person_id and c.counted_on between h.held_from and h.held_to"
    if "lives." in used:
        ctes.append(f"lives as (select * from {made['lives']})" if "lives" in made else LIVES_IN)
        lookups += "\n    left join lives on lives.person_id = c.person_id and c.counted_on between lives.lives_from and lives.lives_to"
    dims_sql = "".join(f"\n        {what.dimensions[d]} as {d}," for d in dims)
    # Days are added up whole and divided once: a sum of fractions would depend on the order in which threads add.
    whole = " cast(c.period_end + 1 - c.period_start as double) as period_days," if series.dated == "during" else ""
    seen = f" {ended} as ended," if ended else ""
    aged = f",\n        {AGE} as age" if "c.age" in used else ""
    indented = f"select * from {made[what.name]}" if what.name in made else what.sql.replace("\n", "\n    ")
    ctes += [
        f"things as (\n    {indented}\n)",
        f"counted as (\n    select c.*, p.period, p.period_start, p.period_end, {counted_on} as counted_on{aged}\n    from things as c join periods as p on {join}\n)",
        f"described as (\n    select c.period,{dims_sql}\n        cast({weight} as double) as weight,{whole}{seen} c.imputed, c.unlinked\n    from counted as c{lookups}\n    where {where}\n)",
    ]
    return "with " + ",\n".join(ctes)


def _dated(series: Series, names: Mapping[str, str], place: str) -> tuple[str, str, str]:
    """How things meet periods: the join, the day that counts, and the weight."""
    if series.dated == "on":
        on = to_duckdb(series.on, names, where=place, known=names)
        return f"{on} between p.period_start and p.period_end", on, "1"
    begins, ends = to_duckdb(series.begins, names, where=place, known=names), to_duckdb(series.ends, names, where=place, known=names)
    if series.dated == "at" and series.on == "start":
        return f"coalesce({begins} < p.period_start, true) and coalesce({ends} >= p.period_start, true)", "p.period_start", "1"
    if series.dated == "at":
        return f"coalesce({begins} <= p.period_end, true) and coalesce({ends} > p.period_end, true)", "p.period_end", "1"
    days = f"(least(coalesce({ends}, c.period_end + 1), c.period_end + 1) - greatest(coalesce({begins}, c.period_start), c.period_start))"
    join = f"coalesce({begins} <= p.period_end, true) and coalesce({ends} > p.period_start, true)"
    return join, "p.period_start", days


SHARES = (
    "sum(abs(weight)) filter (imputed) / nullif(sum(abs(weight)), 0) as imputed_part, "
    "sum(abs(weight)) filter (unlinked) / nullif(sum(abs(weight)), 0) as unlinked_part, count(unlinked) as links_matter"
)


def grouping_sets(definition: Definition) -> list[tuple[str, ...]]:
    """Which margins a cube has: the total, each dimension alone, and the pairs that the definition names."""
    dims = [d for d in definition.by if d not in ("kind", "method")]
    sets: list[tuple[str, ...]] = [(), *((d,) for d in dims), *(tuple(d for d in pair if d not in ("kind", "method")) for pair in definition.pairs)]
    return list(dict.fromkeys(tuple(sorted(s)) for s in sets))


def counted_cube_sql(definition: Definition, series: Series, periods: Sequence[Period], facts: Facts, made: Mapping[str, str] | None = None) -> str:
    """SQL of one series' cube. Columns: period, dimensions, n, value, imputed_part, unlinked_part, links_matter."""
    dims = [d for d in definition.dimensions if d not in ("kind", "method")]
    sets = ["period" + "".join(f", {d}" for d in s) for s in grouping_sets(definition)]
    dims_sql = "".join(f"case when grouping({d}) = 1 then '{TOTAL}' else {d} end as {d}, " for d in dims)
    if definition.ended_when:
        return f"{described_sql(definition, series, periods, facts, made)},\n{_survival(dims, dims_sql, sets)}\n{_durations(definition, dims)}"
    measures = _measures(definition, series)
    return (
        f"{described_sql(definition, series, periods, facts, made)}\nselect period, {dims_sql}{measures}, {SHARES}\nfrom described\ngroup by grouping sets ({', '.join(f'({s})' for s in sets)})"
    )


def _survival(dims: Sequence[str], dims_sql: str, sets: Sequence[str]) -> str:
    """CTEs up to `survival`: per margin and duration, the share of things that last longer (Kaplan and Meier, 1958)."""
    margin = ", ".join(["period", *dims])
    grouped = ", ".join(f"({s}, weight)" for s in sets)
    return f"""spent as (  -- how many durations of each length, and how many of them were seen to their end
    select period, {dims_sql}weight, count(*) as n, count(*) filter (ended) as ends, count(*) filter (imputed) as imputed, count(*) filter (unlinked) as unlinked, count(unlinked) as links_matter
    from described
    group by grouping sets ({grouped})
),
at_risk as (select *, sum(n) over (partition by {margin} order by weight desc) as waiting from spent),
survival as (  -- with the standard deviation of its logarithm (Greenwood, 1926)
    select *, product(1 - ends / waiting) over (partition by {margin} order by weight) as longer,
        sqrt(sum(case when waiting > ends then ends / (waiting * (waiting - ends)) end) over (partition by {margin} order by weight)) as spread
    from at_risk
)"""


def _durations(definition: Definition, dims: Sequence[str]) -> str:
    """The shortest duration that at most 1 - q outlast; null where too few were seen to their end to tell. With an interval, where its ends pass 1 - q (Brookmeyer and Crowley, 1982)."""
    margin = ", ".join(["period", *dims])
    values, lows, highs = ("[" + ", ".join(f"min(weight) filter ({curve} <= {1 - q!r} + 1e-9)" for q in definition.quantiles) + "]" for curve in ("longer", *survival_interval_sql("longer", "spread")))
    ends = f", {lows} as low, {highs} as high" if definition.interval else ""
    shares = "cast(sum(imputed) as double) / sum(n) as imputed_part, cast(sum(unlinked) as double) / sum(n) as unlinked_part, sum(links_matter) as links_matter"
    return f"select {margin}, cast(sum(n) as double) as n, {values} as value{ends}, {shares}\nfrom survival\ngroup by {margin}"


def _measures(definition: Definition, series: Series) -> str:
    if definition.quantiles:
        listed = ", ".join(repr(q) for q in definition.quantiles)
        return f"cast(count(*) as double) as n, quantile_disc(weight, [{listed}]) as value"
    return f"cast(count(*) as double) as n, {_total(series)} as value"


def _total(series: Series) -> str:
    return "coalesce(sum(weight) / any_value(period_days), 0)" if series.dated == "during" else "coalesce(sum(weight), 0)"


def counted_cell_sql(definition: Definition, series: Series, period: Period, facts: Facts, dims: Mapping[str, str]) -> str:
    """SQL of one cell of one series: one row, with `value` and `n`."""
    chosen = [f"{d} = {literal(v)}" for d, v in dims.items() if v != TOTAL and d not in ("kind", "method")]
    where = f"\nwhere {' and '.join(chosen)}" if chosen else ""
    if definition.ended_when:
        described = described_sql(definition, series, [period], facts) + f",\nchosen as (select * from described{where})"
        q = quantile_of(definition, dims.get("method", ""))
        survival = _survival([], "", ["period"]).replace("from described", "from chosen")
        return f"{described},\n{survival}\nselect min(weight) filter (longer <= {1 - q!r} + 1e-9) as value, cast(sum(n) as double) as n from survival"
    return (
        f"{described_sql(definition, series, [period], facts)}\nselect {_cell_measure(definition, series, dims)}, cast(count(*) as double) as n\nfrom described{where}"
    )


def _cell_measure(definition: Definition, series: Series, dims: Mapping[str, str]) -> str:
    if definition.quantiles:
        return f"quantile_disc(weight, {quantile_of(definition, dims.get('method', ''))!r}) as value"
    return f"{_total(series)} as value"


def quantile_name(q: float) -> str:
    return "median" if q == 0.5 else f"p{round(q * 100)}"


def quantile_of(definition: Definition, method: str) -> float:
    for q in definition.quantiles:
        if quantile_name(q) == method:
            return q
    raise DataError(f"{definition.id} has no `method={method}`.", fix=f"use one of {', '.join(quantile_name(q) for q in definition.quantiles)}")


def subject_of(definition: Definition) -> Subject | None:
    return subject(definition.count, where=f"indicator {definition.id}") if definition.count else None
