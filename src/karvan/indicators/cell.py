"""One cell: the query that gives its untreated value on named table versions."""


from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from karvan.errors import DataError, nearest
from karvan.indicators import observed, window
from karvan.indicators.compiler import TOTAL, counted_cell_sql, literal, subject_of
from karvan.indicators.compute import Bench, bench, definition_of, law_sql, rule_of
from karvan.indicators.definition import Definition, Part, Series
from karvan.indicators.periods import Period, covered, period_of
from karvan.workspace import Workspace

if TYPE_CHECKING:
    from karvan.country import Country
    from karvan.workspace import Commit


@dataclass(frozen=True)
class CellQuery:
    """A query and the table versions it is to be run on. `sql` gives one row; its column `value` is the untreated value."""

    indicator: str
    period: str
    dims: Mapping[str, str]
    sql: str
    tables: Mapping[str, int]

    def __str__(self) -> str:
        versions = ", ".join(f"{name} v{number}" for name, number in sorted(self.tables.items()))
        return f"-- {self.indicator} {self.period} {' '.join(f'{k}={v}' for k, v in self.dims.items())}\n-- tables: {versions}\n{self.sql}".replace(" \n", "\n")

    def run(self, ws: Workspace) -> float | None:
        """The value on the named versions, whatever is in force now."""
        from karvan.workspace import new_connection

        con = new_connection(memory="1200MB")
        for name, number in self.tables.items():
            ws.view(con, name, ws.version(name, number))
        rows = con.execute(self.sql).fetchall()
        return rows[0][0] if rows else None


def query_for_cell(
    ws: Workspace, indicator: str, period: str, *, country: Country | None = None, at: Commit | None = None, place: Bench | None = None, **dims: str
) -> CellQuery:
    """The query of one cell over the table versions in force (or of a commit).

    Dimensions that are not named are totals. `place` saves opening the tables again where many cells are asked for. Raises DataError
    if the indicator is refused here, has no such dimension, or the data do not cover the period.
    """
    from karvan.country import for_workspace

    at = at or ws.head()
    place = place or bench(ws.connect(memory=ws.memory(1200), at=at), country or for_workspace(ws))
    definition = definition_of(place.known, indicator)
    because = window.refusal(definition, place.known, place.country)
    if because:
        raise DataError(f"{indicator} is refused: {because}.", where=f"indicator {indicator}", fix="see `karvan indicators list`")
    dims = whole_dims(definition, dims)
    sql = _sql(place, definition, period, dims)
    return CellQuery(indicator, period, dims, sql, {name: ws.version(name, at=at).number for name in tables_of(definition, place.known)})


def whole_dims(definition: Definition, dims: Mapping[str, str]) -> dict[str, str]:
    """Every dimension of the indicator with a value, in order; raises DataError for one that it does not have, or for a series not chosen."""
    for name in dims:
        if name not in definition.dimensions:
            raise DataError(
                f"{definition.id} has no dimension `{name}`.",
                fix=nearest(name, list(definition.dimensions)) or f"it has {', '.join(definition.dimensions) or 'none'}",
            )
    kinds = [s.kind for s in definition.series if s.kind]
    if kinds and dims.get("kind") not in kinds:
        raise DataError(f"{definition.id} has several series.", fix=f"add kind={' or kind='.join(map(str, kinds))}")
    whole = {d: str(dims.get(d, TOTAL)) for d in definition.dimensions}
    if definition.quantiles and "method" not in dims:
        whole["method"] = "median"
    return whole


def tables_of(definition: Definition, known: Mapping[str, Definition]) -> tuple[str, ...]:
    """The tables that an indicator's query names."""
    if definition.take:
        return ("observation",)
    what = subject_of(definition)
    if what is not None:
        return what.tables
    parts = definition.formula.parts if definition.formula else ()
    return tuple(dict.fromkeys(t for p in parts for t in tables_of(known[p.id], known)))


def _sql(place: Bench, definition: Definition, period: str, dims: Mapping[str, str]) -> str:
    if definition.take:
        return observed.cell_sql(definition, place.national, period, dims)
    if definition.formula:
        return _formula_sql(place, definition, period, dims)
    return _counted_sql(place, definition, period, dims)


def _counted_sql(place: Bench, definition: Definition, period: str, dims: Mapping[str, str]) -> str:
    series = next(s for s in definition.series if s.kind is None or s.kind == dims["kind"])
    seen = place.window(definition)
    chosen = _period(definition, series, period, place)
    inner = counted_cell_sql(definition, series, chosen, place.facts(seen), dims)
    if not definition.share_of:
        return inner
    whole = counted_cell_sql(definition, series, chosen, place.facts(seen), {**dims, definition.share_of: TOTAL})
    return f"select 100.0 * part.value / nullif(whole.value, 0) as value, part.value as numerator, whole.value as denominator\nfrom (\n{inner}\n) as part, (\n{whole}\n) as whole"


def _period(definition: Definition, series: Series, label: str, place: Bench) -> Period:
    seen, period = place.window(definition), period_of(label)
    moment = series.on if series.dated == "at" else None
    if not covered(period, seen, moment=moment):
        raise DataError(
            f"The data do not cover {label} whole.",
            where=f"{definition.id}: {seen.first_on} through {seen.until_on}",
            fix="choose a period inside, or take in more deliveries",
        )
    found = rule_of(definition, series, period, seen)
    if found is None:
        raise DataError(
            f"{definition.id} is not ready for {label}.",
            where=f"it needs {definition.ready_after} days after the period; data through {seen.until_on}",
            fix="choose an earlier period",
        )
    return found


def _formula_sql(place: Bench, definition: Definition, period: str, dims: Mapping[str, str]) -> str:
    formula = definition.formula
    assert formula is not None
    names = {part: f"part_{number}" for number, part in enumerate(formula.parts)}
    frames = []
    for part in formula.parts:
        frames.append(f"{names[part]} as (  -- {part}\n{_part_sql(place, part, period, dims)}\n)")

    def total(parts: tuple[Part, ...]) -> str:
        return " + ".join(f"{names[p]}.value" for p in parts)

    above = total(formula.plus) + "".join(f" - {names[p]}.value" for p in formula.minus)
    above = f"abs({above})" if formula.absolute else f"({above})"
    below = total(formula.over) if formula.over else law_sql(place, formula, literal(period)) if formula.over_rule else ""
    value = f"{formula.times!r} * {above}" + (f" / nullif({below}, 0)" if below else "")
    return f"with {', '.join(frames)}\nselect {value} as value\nfrom {', '.join(names.values())}"


def _part_sql(place: Bench, part: Part, period: str, dims: Mapping[str, str]) -> str:
    other = definition_of(place.known, part.id)
    own = {d: dims.get(d, TOTAL) for d in other.dimensions}
    if part.kind:
        own["kind"] = part.kind
    return _sql(place, other, period, own)
