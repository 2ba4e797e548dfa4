"""Cubes: every indicator of the country, computed over the workspace's tables and written one part per indicator."""


from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError, nearest
from karvan.indicators import observed, window
from karvan.indicators.checks import broken
from karvan.indicators.compiler import CITIZENSHIP_HELD, LIVES_IN, STATUS_HELD, TOTAL, Facts, counted_cube_sql, literal, quantile_name
from karvan.indicators.definition import Definition, Formula, Part, Series, read_definition
from karvan.indicators.law import rule_value_sql, working_days_sql
from karvan.indicators.periods import Period, Window, periods_between, ready
from karvan.indicators.subjects import SUBJECTS, subject
from karvan.intervals import wilson_sql
from karvan.tables import DIMENSIONS, TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country


@lru_cache(maxsize=8)
def dictionary(country: Country) -> dict[str, Definition]:
    """Every indicator of a country by its id, read and checked.

    Raises PackError for the first definition that is not well formed.
    """
    return {key: read_definition(raw, where=f"indicators/, id {key}") for key, raw in country.indicators.items()}


def definition_of(known: dict[str, Definition], indicator: str) -> Definition:
    if indicator not in known:
        raise DataError(f"There is no indicator '{indicator}'.", fix=nearest(indicator, list(known)) or "see `karvan indicators list`")
    return known[indicator]


@dataclass
class Bench:
    """A connection with what computing needs beside it: the country, its dictionary, and what is already computed."""

    con: duckdb.DuckDBPyConnection
    country: Country
    known: dict[str, Definition]
    done: dict[str, str]
    made: dict[str, str] = field(default_factory=dict)
    windows: dict[tuple[str, ...], Window | None] = field(default_factory=dict)
    told: dict[Window, Facts] = field(default_factory=dict)

    @property
    def national(self) -> str | None:
        return window.national(self.country)

    def facts(self, until: Window) -> Facts:
        """What definitions may use besides columns, made once for each window: a calendar is read day by day."""
        if until not in self.told:
            self.told[until] = Facts(self.national, until.until_on, rule_value_sql(self.country), working_days_sql(self.country, until))
        return self.told[until]

    def subjects_made(self, definition: Definition, seen: Window) -> dict[str, str]:
        """Temporary tables of an indicator's subject and of the look-ups, made once for all indicators that count the same things."""
        what = subject(str(definition.count), where=f"indicator {definition.id}")
        wanted = {what.name: what.sql} if what.sql.count("join") else {}
        if what.linked:
            wanted |= {"held": f"with {CITIZENSHIP_HELD} select * from held"}
        if any("h." in sql for sql in what.dimensions.values()):
            wanted |= {"standing": f"with {STATUS_HELD} select * from standing"}
        if any("lives." in sql for sql in what.dimensions.values()):
            wanted |= {"lives": f"with {LIVES_IN} select * from lives"}
        for name, sql in wanted.items():
            if name not in self.made:
                calendar = f"with {self.facts(seen).calendar} " if "calendar" in sql else ""
                self.con.execute(f'create or replace temp table "made {name}" as {calendar}{sql}')
                self.made[name] = f'"made {name}"'
        return self.made

    def window(self, definition: Definition) -> Window:
        feeds = tuple(window.leading_feeds(definition, self.known, self.country))
        if feeds not in self.windows:
            self.windows[feeds] = window.window(self.con, list(feeds))
        found = self.windows[feeds]
        if found is None:
            raise DataError(
                f"{definition.id} has no data: none of its feeds has an accepted delivery.",
                where=", ".join(feeds), fix="take deliveries in with `karvan run`, or see `karvan feed list`",
            )  # fmt: skip
        return found


def bench(con: duckdb.DuckDBPyConnection, country: Country) -> Bench:
    return Bench(con, country, dictionary(country), {})


def periods_of(definition: Definition, series: Series, seen: Window) -> list[Period]:
    """The periods of one series, each with the rule it is counted by and its status (A final, P preliminary)."""
    moment = series.on if series.dated == "at" else None
    found = []
    for kind in definition.periods:
        for period in periods_between(kind, seen, moment=moment):
            ruled = rule_of(definition, series, period, seen)
            if ruled:
                found.append(ruled)
    return found


def rule_of(definition: Definition, series: Series, period: Period, seen: Window) -> Period | None:
    """The same period with its rule and status (A final, B final and the first after a break, P preliminary); None if neither the final nor a preliminary rule can speak yet."""
    moment = series.on if series.dated == "at" else None
    if ready(period, seen, ready_after=definition.ready_after, moment=moment):
        return Period(period.label, period.start, period.end, definition.final, "B" if period.label in definition.breaks else "A")
    if definition.final and not definition.preliminary:
        return None
    return Period(period.label, period.start, period.end, definition.preliminary, "P")


def compute(ws: Workspace, indicator: str, *, country: Country | None = None) -> duckdb.DuckDBPyRelation:
    """One indicator's cube over the tables in force, without writing it.

    Returns the columns of `cubes`, ordered by period and dimensions. Raises DataError, with the reason, where the sources cannot
    carry the indicator.
    """
    from karvan.country import for_workspace

    country = country or for_workspace(ws)
    place = bench(ws.connect(memory=ws.memory(1200)), country)
    definition = definition_of(place.known, indicator)
    because = window.refusal(definition, place.known, country)
    if because:
        raise DataError(
            f"{indicator} is refused: {because}.", where=f"indicator {indicator}", fix="see `karvan indicators list` for those that these sources can carry"
        )
    return place.con.sql(f"select * from {cube(place, definition)} order by {ORDER}")


# What the label of a period of each kind looks like, as SQL over `period`.
LABELS = {
    "year": "length(period) = 4",
    "quarter": "period like '%-Q%'",
    "month": "length(period) = 7 and period not like '%-Q%'",
    "day": "length(period) = 10",
    "as_published": "true",
}
ORDER = ", ".join(["period", *DIMENSIONS])


def cube(place: Bench, definition: Definition) -> str:
    """Name of a temporary table with the cube of one indicator, in the layout of `cubes`; computed once."""
    if definition.id not in place.done:
        if definition.take:
            made = observed.cube(place, definition)
        elif definition.formula:
            made = derived(place, definition)
        else:
            made = _counted(place, definition)
        place.done[definition.id] = made
    return place.done[definition.id]


def _name(definition: Definition) -> str:
    return '"cube ' + definition.id.replace('"', "") + '"'


def _counted(place: Bench, definition: Definition) -> str:
    seen = place.window(definition)
    made = place.subjects_made(definition, seen)
    parts = []
    for series in definition.series:
        periods = periods_of(definition, series, seen)
        if not periods:
            continue
        rows = ", ".join(f"({literal(p.label)}, {literal(p.status)})" for p in periods)
        parts.append(
            f"select *, {literal(series.kind)} as kind_, (select status from (values {rows}) as s(label, status) where label = period) as obs_status "
            f"from ({counted_cube_sql(definition, series, periods, place.facts(seen), made)})"
        )
    if not parts:
        raise DataError(
            f"{definition.id} has no period that the data cover whole.",
            where=f"data from {seen.first_on} through {seen.until_on}",
            fix="take in more deliveries",
        )
    dims = [d for d in definition.dimensions if d not in ("kind", "method")]
    own = _own_columns(definition, dims)
    if definition.quantiles:
        names = ", ".join(literal(quantile_name(q)) for q in definition.quantiles)
        ends = ", unnest(low) as low, unnest(high) as high" if definition.interval else ""
        source = f"(select * exclude (value{', low, high' if ends else ''}), unnest(value) as value{ends}, unnest([{names}]) as method_ from ({' union all '.join(parts)}))"
        figures = "value, cast(null as double) as numerator, n as denominator"
    elif definition.share_of:
        matched = " and ".join(
            [
                "t.period = r.period",
                *(f"t.{d} = r.{d}" for d in dims if d != definition.share_of),
                f"t.{definition.share_of} = '{TOTAL}'",
                "t.kind_ is not distinct from r.kind_",
            ]
        )
        place.con.execute(f"create or replace temp table parts as {' union all '.join(parts)}")
        source = f"(select r.* exclude (value), r.value as numerator, t.value as denominator, 100.0 * r.value / nullif(t.value, 0) as value from parts as r join parts as t on {matched})"
        figures = "value, numerator, denominator"
    else:
        source = f"({' union all '.join(parts)})"
        figures = "value, cast(null as double) as numerator, cast(null as double) as denominator"
    shares = "coalesce(imputed_part, 0) as share_imputed, case when links_matter > 0 then coalesce(unlinked_part, 0) end as share_unlinked"
    place.con.execute(
        f"create or replace temp table {_name(definition)} as select {_framed(place, definition, own, figures, seen.until_on.isoformat(), shares)} from {source}"
    )
    if not definition.is_ratio and not definition.quantiles:
        _add_zero_totals(place, definition, seen)
    return _name(definition)


def _add_zero_totals(place: Bench, definition: Definition, seen: Window) -> None:
    """A period in which nothing was counted has a total of zero, not an absence."""
    asked = [(literal(p.label), literal(s.kind), literal(p.status)) for s in definition.series for p in periods_of(definition, s, seen)]
    fixed = {d: literal(TOTAL) for d in definition.dimensions} | ({"kind": "a.kind"} if "kind" in definition.dimensions else {})
    cells = fixed | {
        "indicator": literal(definition.id), "period": "a.period", "value": "0.0", "unit": literal(definition.unit), "vintage": literal(seen.until_on.isoformat()), "basis": "'records'",
        "share_imputed": "0.0", "quality": literal(worst_colour(place, definition)), "obs_status": "a.obs_status",
    }  # fmt: skip
    columns = ", ".join(cells.get(c, "null") for c in TABLES["cubes"].column_names)
    there = " and ".join(["t.period = a.period", *(f"t.{d} = {value}" for d, value in fixed.items())])
    place.con.execute(
        f"insert into {_name(definition)} select {columns} from (values {', '.join(f'({p}, cast({k} as varchar), {o})' for p, k, o in asked)}) as a(period, kind, obs_status) "
        f"where not exists (select 1 from {_name(definition)} as t where {there})"
    )


def _own_columns(definition: Definition, dims: Iterable[str]) -> dict[str, str]:
    own = {d: d for d in dims}
    if any(s.kind for s in definition.series):
        own["kind"] = "kind_"
    if definition.quantiles:
        own["method"] = "method_"
    return own


def _framed(place: Bench, definition: Definition, own: dict[str, str], figures: str, vintage: str, shares: str, status: str = "obs_status") -> str:
    """The columns of `cubes`, in the order of its declaration."""
    dims = ", ".join(f"{own[d]} as {d}" if d in own else f"cast(null as varchar) as {d}" for d in DIMENSIONS)
    formula = definition.formula
    low, high = wilson_sql("numerator", "denominator", formula.times) if formula and definition.interval else ("low", "high") if definition.interval else ("cast(null as double)",) * 2
    colour = literal(worst_colour(place, definition))
    return (
        f"{literal(definition.id)} as indicator, period, {dims}, {figures}, {low} as interval_low, {high} as interval_high, {literal(definition.unit)} as unit, {literal(vintage)} as vintage, "
        f"{literal(window.basis(definition, place.known))} as basis, {shares}, cast({colour} as varchar) as quality, {status} as obs_status"
    )


def worst_colour(place: Bench, definition: Definition) -> str | None:
    """Worst colour among the quality scores that an indicator depends on: of its feeds, and of the steps between; null if none is scored."""
    named = window.feeds(definition, place.known, place.country)
    found = place.con.execute(
        """
        select max_by(colour, case colour when 'red' then 3 when 'amber' then 2 when 'green' then 1 end)
        from quality_scores
        where detail is null and colour is not null and qi in (select unnest($quality)) and (subject in (select unnest($feeds)) or subject not in (select unnest($every)))
        """,
        {"quality": list(definition.quality), "feeds": named, "every": list(place.country.contracts)},
    ).fetchall()
    return found[0][0]


def derived(place: Bench, definition: Definition) -> str:
    """A formula over other cubes, cell by cell. A cell that a part does not have counts 0 in it, within the periods that every part has."""
    formula = definition.formula
    assert formula is not None
    dims = list(definition.by)
    tables = {part: cube(place, definition_of(place.known, part.id)) for part in formula.parts}
    frames = [_part_frame(place, part, tables[part], dims) for part in formula.parts]
    names = {part: f"part_{i}" for i, part in enumerate(formula.parts)}
    ctes = [f"{names[part]} as ({frame})" for part, frame in zip(formula.parts, frames, strict=True)]
    whole = [p for p in formula.parts if set(dims) <= set(definition_of(place.known, p.id).dimensions)]
    keys = " union ".join(f"select period{''.join(f', {d}' for d in dims)} from {names[p]}" for p in whole)
    covered = " and ".join(f"period in (select period from {names[p]})" for p in formula.parts)
    kinds = " or ".join(LABELS[kind] for kind in definition.periods)
    final = (
        f" and period not in (select period from ({' union all '.join(f'select period, obs_status from {n}' for n in names.values())}) where obs_status = 'P')"
        if formula.final_only
        else ""
    )
    ctes.append(f"keys as (select * from ({keys}) where {covered} and ({kinds}) and {_margins(definition, dims)}{final})")
    joins = []
    for part in formula.parts:
        has = [d for d in dims if d in definition_of(place.known, part.id).dimensions]
        joins.append(f"left join {names[part]} on " + " and ".join([f"{names[part]}.period = k.period", *(f"{names[part]}.{d} = k.{d}" for d in has)]))

    def total(parts: tuple[Part, ...], column: str = "value") -> str:
        return " + ".join(f"coalesce({names[p]}.{column}, 0)" for p in parts) or "0"

    above = f"({total(formula.plus)}) - ({total(formula.minus)})"
    above = f"abs({above})" if formula.absolute else above
    below = f"({total(formula.over)})" if formula.over else law_sql(place, formula, "k.period") if formula.over_rule else "null"
    counted = dict.fromkeys((*formula.plus, *formula.minus))
    weights = " + ".join(f"abs(coalesce({names[p]}.value, 0))" for p in counted)

    def share(column: str) -> str:
        return f"({' + '.join(f'abs(coalesce({names[p]}.value, 0)) * coalesce({names[p]}.{column}, 0)' for p in counted)}) / nullif({weights}, 0)"

    matter = " or ".join(f"{names[p]}.share_unlinked is not null" for p in counted)
    worst, broken = (" or ".join(f"(select bool_or(obs_status = '{mark}') from {names[p]} where period = k.period)" for p in formula.parts) for mark in "PB")
    published = window.basis(definition, place.known) == "observations"
    value = f"{formula.times!r} * ({above}) / nullif({below}, 0)" if definition.is_ratio else f"{formula.times!r} * ({above})"
    figures = "value, numerator, denominator" if definition.is_ratio else "value, cast(null as double) as numerator, cast(null as double) as denominator"
    vintage = min(place.con.execute(f"select min(vintage) from {table}").fetchall()[0][0] or "" for table in tables.values())  # type: ignore[index]
    source = (
        f"with {', '.join(ctes)} select k.*, {value} as value, {above} as numerator, cast({below} as double) as denominator, coalesce({share('share_imputed')}, 0) as share_imputed_, "
        f"case when {matter} then coalesce({share('share_unlinked')}, 0) end as share_unlinked_, case when {worst} then 'P' when {broken} then 'B' else 'A' end as obs_status from keys as k {' '.join(joins)}"
    )
    shares = (
        "cast(null as double) as share_imputed, cast(null as double) as share_unlinked"
        if published
        else "share_imputed_ as share_imputed, share_unlinked_ as share_unlinked"
    )
    place.con.execute(
        f"create or replace temp table {_name(definition)} as select {_framed(place, definition, {d: d for d in dims}, figures, vintage, shares)} from ({source})"
    )
    return _name(definition)


def law_sql(place: Bench, formula: Formula, period: str) -> str:
    """SQL for the value of the law below a formula, in force on the last day of a yearly period."""
    return f"cast({rule_value_sql(place.country)(str(formula.over_rule), f'make_date(cast(left({period}, 4) as integer), 12, 31)', {})} as double)"


def _part_frame(place: Bench, part: Part, table: str, dims: list[str]) -> str:
    other = definition_of(place.known, part.id)
    if other.is_ratio or other.quantiles:
        raise DataError(f"{part} is a ratio and cannot be a part of a sum.", where="`from` of a definition", fix="name the indicators that it is made of")
    fixed = [f"{d} = '{TOTAL}'" for d in other.dimensions if d not in dims and d != "kind"]
    if "kind" in other.dimensions:
        if part.kind is None:
            raise DataError(f"{part.id} has several series.", where="`from` of a definition", fix=f"write {part.id}/{other.series[0].kind}")
        fixed.append(f"kind = {literal(part.kind)}")
    has = [d for d in dims if d in other.dimensions]
    return f"select period{''.join(f', {d}' for d in has)}, value, share_imputed, share_unlinked, obs_status from {table} where {' and '.join(fixed) or 'true'}"


def _margins(definition: Definition, dims: list[str]) -> str:
    """Condition that a cell lies on one of the margins of a definition."""
    from karvan.indicators.compiler import grouping_sets

    sets = []
    for kept in grouping_sets(definition):
        sets.append("(" + (" and ".join(f"{d} {'<>' if d in kept else '='} '{TOTAL}'" for d in dims) or "true") + ")")
    return "(" + " or ".join(sets) + ")"


def _work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    from karvan.country import for_workspace

    country = for_workspace(ws)
    place = bench(ws.connect(memory=ws.memory(1200)), country)
    refused: dict[str, str] = {}
    written: dict[str, int] = {}
    faults: list[str] = []
    for number, definition in enumerate(place.known.values()):
        progress(definition.id, number / len(place.known))
        because = window.refusal(definition, place.known, country)
        if because is None:
            try:
                table = cube(place, definition)
            except DataError as wrong:
                because = wrong.what.removeprefix(f"{definition.id} ").rstrip(".")
        if because is not None:
            refused[definition.id] = because
            continue
        faults += broken(place.con, definition, table)
        written[definition.id] = tx.write(
            "cubes", place.con.sql(f"select {', '.join(TABLES['cubes'].column_names)} from {table} order by {ORDER}"), part=definition.id
        )
    for part in ws.version("cubes", at=tx.base).parts:
        if part.key not in written:
            tx.drop("cubes", part=part.key)
    if faults:
        raise DataError(
            "Cubes do not hold what their definitions say they must:\n- " + "\n- ".join(faults),
            where="step indicators",
            fix="the definition or the subject is wrong: no cube was written",
        )
    progress("", 1.0)
    return {"indicators": len(written), "refused": refused}


def _packs(ws: Workspace) -> str:
    from karvan.country import for_workspace

    return for_workspace(ws).pack_hash("indicators", "contracts", "rules", "calendar")


READS = tuple(sorted({t for s in SUBJECTS.values() for t in s.tables} | {"observation", "completeness", "deliveries", "quality_scores"}))
STEP = Step("indicators", READS, ("cubes",), _work, also=_packs)
