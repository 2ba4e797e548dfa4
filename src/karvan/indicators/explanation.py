"""Explaining a figure: the walk from a cell back to the deliveries it came from.

A public cell's walk ends at deliveries and the counts of steps. The untreated value, and anything nearer to rows, is given only to
someone inside, with a purpose, and leaves a line in the audit log.
"""


from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from karvan.errors import AccessError, DataError
from karvan.indicators import observed, window
from karvan.indicators.cell import CellQuery, query_for_cell, tables_of, whole_dims
from karvan.indicators.compiler import TOTAL
from karvan.indicators.compute import Bench, bench, definition_of
from karvan.indicators.definition import Definition
from karvan.indicators.page import page
from karvan.indicators.wording import LANGUAGES, formula_of
from karvan.workspace import Commit, Workspace, audit

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

MOST_ROWS = 50  # of a cell taken from published tables; the query gives them all
STEPS = ("intake", "link", "lifecourse", "households", "quality", "indicators", "disclosure")


@dataclass(frozen=True)
class StepRun:
    """One step on the way: the versions it read and wrote, and its rows."""

    step: str
    started_at: str
    reads: Mapping[str, int]
    writes: Mapping[str, int]
    rows_of: Mapping[str, int]
    rows_in: int
    rows_out: int
    rows_set_aside: int


@dataclass(frozen=True)
class FeedState:
    """What one feed delivered: counts over its deliveries, the days covered, and its quality scores."""

    feed: str
    institution: str
    person_key: str
    deliveries: int
    accepted: int
    held: int
    superseded: int
    rows: int
    rows_read: int
    rows_duplicate: int
    rows_superseded: int
    rows_quarantined: int
    rows_held: int
    records: int
    first_on: str | None
    last_on: str | None
    content: str
    quality: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceRow:
    """One published row behind a cell taken from elsewhere."""

    source: str
    feed: str
    row_no: int
    period: str | None
    area: str | None
    partner: str | None
    value: float | None
    unit: str
    citation: str | None


@dataclass(frozen=True)
class Uncertainty:
    """How far a figure may lie from the truth: an interval of nominal 95 per cent from draws of links and guesses, and from errors that the pack declares."""

    draws: int
    low: float
    high: float


@dataclass(frozen=True)
class Explanation:
    """Everything behind one figure. `value` is the figure as published; `untreated` only inside, else None. Texts are by language.

    `interval` is the 95 per cent confidence interval of the value (inside: of the untreated one), None where the indicator declares none.
    `uncertainty` is the interval from draws (inside: of the untreated value), None where none was drawn since the cell last changed, or none is published.
    """

    indicator: str
    period: str
    dims: Mapping[str, str]
    name: Mapping[str, str]
    says: Mapping[str, str]
    population: Mapping[str, str]
    leaves_out: tuple[Mapping[str, str], ...]
    formula: Mapping[str, str]
    unit: str
    source: Mapping[str, str | Mapping[str, str]]
    must_hold: tuple[str, ...]
    basis: str
    value: float | None
    untreated: float | None
    interval: tuple[float, float] | None
    uncertainty: Uncertainty | None
    treatment: str
    policy: str
    share_imputed: float | None
    share_unlinked: float | None
    quality: str | None
    quality_asked: tuple[str, ...]
    obs_status: str
    vintage: str
    commit: int
    query: CellQuery
    steps: tuple[StepRun, ...]
    feeds: tuple[FeedState, ...]
    rows: tuple[SourceRow, ...]
    rows_in_all: int
    parts: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain values, for programs."""
        found = asdict(self)
        found["query"] = {"sql": self.query.sql, "tables": dict(self.query.tables)}
        return found

    def as_text(self, lang: str = "en") -> str:
        """The explanation as a page of text in a language of the platform (az, en, ru)."""
        return page(self, lang)


def explain(
    ws: Workspace, indicator: str, period: str, *, inside: str | None = None, actor: str = "karvan", country: Country | None = None, **dims: str
) -> Explanation:
    """Explain one cell of the cubes in force.

    Parameters
    ----------
    indicator, period, dims
        The cell: `explain(ws, "FLW-01", "2024", citizenship="TUR")`. Dimensions that are not named are totals.
    inside
        The purpose for which the untreated value is opened; written to the audit log with `actor`. Without it only the safe value is
        given.

    Raises
    ------
    DataError
        The indicator is refused, has no such dimension, or the cell does not exist.
    AccessError
        `inside` is empty.
    """
    from karvan.country import for_workspace

    if inside is not None and not inside.strip():
        raise AccessError("An untreated value is opened for a purpose.", fix="name the purpose, as in --inside 'check of the 2024 release'")
    country = country or for_workspace(ws)
    head = ws.head()
    con = ws.connect(memory=ws.memory(1200), at=head)
    place = bench(con, country)
    definition = definition_of(place.known, indicator)
    query = query_for_cell(ws, indicator, period, at=head, place=place, **dims)  # type: ignore[arg-type]
    whole = whole_dims(definition, dims)
    treated = bool(ws.version("safe_cubes", at=head).number)
    safe = _cell(con, "safe_cubes", definition, period, whole) if treated else None
    raw = _cell(con, "cubes", definition, period, whole) if inside is not None or not treated else safe
    if raw is None:
        raw = _empty(con, "cubes" if inside is not None or not treated else "safe_cubes", definition, period, whole)
        safe = raw | {"treatment": "rounded" if raw["value"] == 0.0 else "withheld"} if treated and safe is None else safe
    shown = raw if inside is not None else (safe or raw | {"share_imputed": None, "share_unlinked": None})
    if inside is not None:
        audit.append(ws.audit_log, actor=actor, act="read untreated", subject=f"{indicator} {period} {whole}", purpose=inside)
    rows, named = _source_rows(place, definition, period, whole)
    named = named or window.feeds(definition, place.known, country)
    return Explanation(
        indicator=indicator, period=period, dims=whole, name=dict(definition.name), says=dict(definition.says), population=definition.population, leaves_out=definition.leaves_out,
        formula={lang: formula_of(definition, lang) for lang in LANGUAGES}, unit=definition.unit, source=dict(definition.source), must_hold=definition.must_hold, basis=window.basis(definition, place.known),
        value=safe["value"] if safe else None, untreated=raw["value"] if inside is not None else None, interval=_interval(shown), uncertainty=_uncertainty(con, definition, period, whole, raw if inside is not None else None),
        treatment=safe["treatment"] if safe else "not treated", policy=str(definition.disclosure.get("policy", "")),
        share_imputed=shown["share_imputed"], share_unlinked=shown["share_unlinked"], quality=raw["quality"], quality_asked=definition.quality, obs_status=raw["obs_status"],
        vintage=raw["vintage"], commit=head.number, query=query, steps=steps(ws, head, definition, place.known), feeds=tuple(feed_states(con, country, named)), rows=rows[:MOST_ROWS], rows_in_all=len(rows),
        parts=tuple(str(p) for p in definition.formula.parts) if definition.formula else (),
    )  # fmt: skip


def _cell(con: duckdb.DuckDBPyConnection, table: str, definition: Definition, period: str, dims: Mapping[str, str]) -> dict[str, Any] | None:
    chosen = " and ".join(["indicator = ?", "period = ?", *(f"{d} = ?" for d in dims)])
    found = con.sql(f"select * from {table} where {chosen}", params=[definition.id, period, *dims.values()]).to_arrow_table().to_pylist()
    return found[0] if found else None


def _interval(row: Mapping[str, Any]) -> tuple[float, float] | None:
    low, high = row.get("interval_low"), row.get("interval_high")
    return None if low is None or high is None else (low, high)


def _uncertainty(con: duckdb.DuckDBPyConnection, definition: Definition, period: str, dims: Mapping[str, str], raw: Mapping[str, Any] | None) -> Uncertainty | None:
    """The interval as published; of the untreated cell, if that is given and is still as it was when the draws were made."""
    found = _cell(con, "safe_intervals" if raw is None else "cube_intervals", definition, period, dims)
    if found is None or found["low"] is None or (raw is not None and (found["value"], found["vintage"]) != (raw["value"], raw["vintage"])):
        return None
    return Uncertainty(found["draws"], found["low"], found["high"])


def _empty(con: duckdb.DuckDBPyConnection, table: str, definition: Definition, period: str, dims: Mapping[str, str]) -> dict[str, Any]:
    """A cell in which nothing is shown: zero, where the period is in the table; else an error that says what there is.

    Outside, the table asked is the safe one, so that the answer never tells a cell that rounds to zero from one that is empty.
    """
    row = con.execute(
        f"select max(vintage), max(obs_status), max(quality), count(*) from {table} where indicator = ? and period = ?", [definition.id, period]
    ).fetchall()[0]
    if not row[3]:
        known = [r[0] for r in con.execute(f"select distinct period from {table} where indicator = ? order by 1", [definition.id]).fetchall()]
        raise DataError(
            f"{definition.id} has no cells for {period}.", where=f"periods: {', '.join(known[-12:]) or 'none'}", fix="choose one of these, or run `karvan run`"
        )
    for dim, value in dims.items():
        if value != TOTAL and not con.execute(f"select count(*) from {table} where indicator = ? and {dim} = ?", [definition.id, value]).fetchall()[0][0]:  # type: ignore[index]
            known = [
                r[0]
                for r in con.execute(f"select distinct {dim} from {table} where indicator = ? and {dim} is not null order by 1", [definition.id]).fetchall()
            ]
            raise DataError(
                f"{definition.id} has no `{dim}={value}`.",
                where=f"{dim}: {', '.join(known[:20])}{' ...' if len(known) > 20 else ''}",
                fix="choose one of these",
            )
    nothing = None if definition.is_ratio or definition.quantiles or definition.take else 0.0
    return {"value": nothing, "vintage": row[0], "obs_status": row[1], "quality": row[2], "share_imputed": None, "share_unlinked": None}


def steps(ws: Workspace, head: Commit, definition: Definition, known: Mapping[str, Definition]) -> tuple[StepRun, ...]:
    """The newest run of each step on the indicator's way, in time: from its tables back to the deliveries, then cubes and safe cubes.

    Of what a step wrote, only the tables on the way are named.
    """
    needed = {*tables_of(definition, known), "quality_scores", "deliveries"}
    passed: set[str] = set()
    while more := [name for name, run in head.runs.items() if name not in passed and needed & set(run.writes) and name not in ("indicators", "disclosure")]:
        for name in more:
            passed.add(name)
            if "quality_scores" not in head.runs[name].writes:      # the scores look at everything; the figure does not rest on all that
                needed |= set(head.runs[name].reads)
    needed |= {"cubes", "safe_cubes"}
    found = []
    for name in (*passed, *(n for n in ("indicators", "disclosure") if n in head.runs)):
        run = head.runs[name]
        writes = {table: version for table, version in run.writes.items() if table in needed}
        rows = {table: ws.version(table, version).rows for table, version in writes.items()}
        found.append(StepRun(name, run.started_at, dict(run.reads), writes, rows, run.rows_in, run.rows_out, run.rows_set_aside))
    return tuple(sorted(found, key=lambda step: (step.started_at, STEPS.index(step.step) if step.step in STEPS else 0, step.step)))


def feed_states(con: duckdb.DuckDBPyConnection, country: Country, named: list[str]) -> list[FeedState]:
    """What each feed delivered, in the given order; a feed that delivered nothing is there with zeros."""
    found = {
        row["feed"]: row
        for row in con.sql(
            """
            select feed, count(*) as deliveries, count(*) filter (state = 'accepted') as accepted, count(*) filter (state = 'held') as held, count(*) filter (state = 'superseded') as superseded,
                sum("rows") as "rows", sum(rows_read) as rows_read, sum(rows_duplicate) as rows_duplicate, sum(rows_superseded) as rows_superseded,
                sum(rows_quarantined) as rows_quarantined, sum(rows_held) as rows_held, sum(records) as records,
                cast(min(period_from_on) as varchar) as first_on, cast(max(period_to_on) filter (state = 'accepted') as varchar) as last_on,
                left(md5(string_agg(sha256 || ' ' || state, ',' order by delivery_id)), 12) as content
            from deliveries where state <> 'unchanged' and feed in (select unnest(?)) group by feed
            """,
            params=[named],
        ).to_arrow_table().to_pylist()
    }  # fmt: skip
    colours: dict[str, dict[str, str]] = {}
    for about, qi, colour in con.execute(
        "select subject, qi, max(colour) from quality_scores where detail is null and colour is not null group by subject, qi order by subject, qi"
    ).fetchall():
        colours.setdefault(about, {})[qi] = colour
    states = []
    for feed in named:
        sent: dict[str, Any] = found.get(feed) or {}
        counts = {
            k: int(sent.get(k) or 0)
            for k in FeedState.__dataclass_fields__
            if k not in ("feed", "institution", "person_key", "first_on", "last_on", "content", "quality")
        }
        contract = country.contracts[feed]
        states.append(
            FeedState(
                feed,
                contract.institution,
                contract.person_key,
                **counts,
                first_on=sent.get("first_on"),
                last_on=sent.get("last_on"),
                content=sent.get("content") or "",
                quality=colours.get(feed, {}),
            )
        )
    return states


def _source_rows(place: Bench, definition: Definition, period: str, dims: Mapping[str, str]) -> tuple[tuple[SourceRow, ...], list[str]]:
    """The published rows behind a cell, those of its parts included, and the feeds that they came by."""
    if definition.formula and window.basis(definition, place.known) == "observations":
        found: tuple[SourceRow, ...] = ()
        for part in definition.formula.parts:
            other = definition_of(place.known, part.id)
            found += _source_rows(place, other, period, {d: dims.get(d, TOTAL) for d in other.dimensions})[0]
        return found, list(dict.fromkeys(row.feed for row in found))
    if not definition.take:
        return (), []
    rows = place.con.sql(observed.source_rows_sql(definition, place.national, period, dims)).to_arrow_table().to_pylist()
    for row in rows:
        row["citation"] = row["citation"] or place.country.contracts[row["feed"]].citation
    return tuple(SourceRow(**{k: row[k] for k in SourceRow.__dataclass_fields__}) for row in rows), list(dict.fromkeys(row["feed"] for row in rows))


__all__ = ["Explanation", "FeedState", "SourceRow", "StepRun", "Uncertainty", "explain"]
