"""Linkage error carried on: the line walked again from other links to cubes, once for each draw, and what the figures differ by.

links drawn -> persons -> life courses -> cubes, each draw beside the tables in force and never instead of them. Everybody's life course is made
again in each draw: the repair of missed crossings lays medians and shares of the whole population on single stays, so that one other link may move
the stay of a person whose own records are as they were.

What is put together by Rubin's rules speaks of the pairs that linkage was unsure of, as sure as its own probabilities say. It says nothing of pairs that were
never compared, of records that are missing or wrong, of repairs, or of the rules.

Source: Rubin, D. B. (1987), "Multiple Imputation for Nonresponse in Surveys", Wiley, section 3.1; of links: Gutman, Afendulis and Zaslavsky (2013), JASA 108.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.country import for_workspace
from karvan.errors import DataError
from karvan.intervals import rubin_sql
from karvan.tables import DIMENSIONS, TABLES
from karvan.workspace import Progress, Transaction, Workspace, quiet
from karvan.workspace.folder import scan
from karvan.workspace.runner import step_fingerprint

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country
    from karvan.indicators import Definition

LEAST_DRAWS = 5     # below, Student's t is so wide that the interval says nothing
CELL = ", ".join(["indicator", "period", *DIMENSIONS])


class Beside(Workspace):
    """A workspace as it is, but for some tables that lie beside it in a folder of their own; nothing of it is ever in force."""

    def __init__(self, ws: Workspace, folder: Path) -> None:
        super().__init__(ws.root, packs=ws.packs, packs_folder=ws.packs_folder)
        self.aside = folder
        self.laid: dict[str, Path] = {}

    def lay(self, table: str, rows: duckdb.DuckDBPyRelation) -> None:
        """Put a table beside; from now on connections see it instead of the one in force."""
        path = self.aside / f"{table}.draft"      # a draft, so that `sweep` removes what a killed run leaves
        rows.write_parquet(str(path))
        self.laid[table] = path

    def connect(self, **options: Any) -> duckdb.DuckDBPyConnection:
        con = super().connect(**options)
        for table, path in self.laid.items():
            con.execute(f'create or replace view "{table}" as from {scan([str(path)])}')
        return con


class Aside(Transaction):
    """What a step writes goes beside the workspace, and is never committed."""

    def __init__(self, beside: Beside) -> None:
        super().__init__(beside)
        self.beside = beside

    def write(self, table: str, rows: Any, *, part: str = "all") -> int:
        self.beside.lay(table, rows)
        return 0

    def commit(self) -> Any:
        raise AssertionError("what lies beside a workspace is never in force")


def carry(ws: Workspace, indicators: Sequence[str], *, draws: int, seed: int, progress: Progress = quiet) -> list[dict[str, Any]]:
    """Draw links, compute indicators under each draw, and write `link_draws`, `link_draw_persons`, `cube_intervals` and `safe_intervals`. Call it under `ws.lock()`.

    The links in force, and every table made from them, stay as they are. The same tables and seed give the same intervals.

    Returns
    -------
    One row for each indicator: `indicator`, `draws`, `cells`, `moving` (share of the cells that differ from the value in force in a draw at least), `outside` (share of
    the cells whose value in force lies outside its interval), `width` (median width of the intervals of moving cells, in the indicator's unit) and `published` (cells with a published interval).

    Raises
    ------
    DataError
        Fewer than five draws; an indicator that is unknown, refused, or made of published tables; nothing linked yet; or tables in force that are not made of
        today's data, code and packs, so that a draw would differ from them by more than its links.
    """
    from karvan import linkage

    country = for_workspace(ws)
    definitions = [asked(name, country) for name in dict.fromkeys(indicators)]
    if draws < LEAST_DRAWS:
        raise DataError(f"{draws} draws are too few for an interval.", where="--draws", fix=f"ask for {LEAST_DRAWS} at least; 20 are usual")
    require_fresh(ws)
    ws.sweep()
    linkage.draw(ws, draws=draws, seed=seed, progress=lambda message, part: progress(message, part * 0.1))
    return intervals(ws, definitions, draws=draws, country=country, progress=lambda message, part: progress(message, 0.1 + part * 0.9))


def asked(name: str, country: Country) -> Definition:
    """The definition of an indicator whose figures links can move."""
    from karvan.indicators import dictionary, refusal
    from karvan.indicators.compute import definition_of
    from karvan.indicators.window import basis

    known = dictionary(country)
    definition = definition_of(known, name)
    because = refusal(definition, known, country)
    if because:
        raise DataError(f"{name} is refused: {because}.", fix="see `karvan indicators list`")
    if basis(definition, known) == "observations":
        raise DataError(f"{name} is made of published tables; no link of records stands behind it.", fix="choose an indicator that counts records; see `karvan indicators list`")
    return definition


def require_fresh(ws: Workspace) -> None:
    """Raise DataError unless life courses and cubes are what the steps would make today."""
    from karvan import indicators, lifecourse

    head = ws.head()
    for step in (lifecourse.STEP, indicators.STEP):
        last = head.runs.get(step.name)
        if last is None or last.fingerprint != step_fingerprint(ws, step):
            raise DataError(
                "The figures in force are not made of today's data, code and packs." if last else "There are no figures yet.", where=f"{ws.root}, step {step.name}", fix="run `karvan run`, then this again"
            )


def intervals(ws: Workspace, definitions: Sequence[Definition], *, draws: int, country: Country, progress: Progress = quiet) -> list[dict[str, Any]]:
    """Compute indicators under each draw of `link_draws` and write the intervals; see `carry`."""
    from karvan import disclosure

    con = ws.connect(memory="1200MB")
    try:
        names = [d.id for d in definitions]
        con.execute(f"create temp table drawn as select {CELL}, value, cast(null as double) as sampling, vintage, cast(0 as bigint) as draw from cubes where indicator in (select unnest($1))", [names])
        for number in range(1, draws + 1):
            progress(f"draw {number} of {draws}", (number - 1) / draws)
            con.register("found", cubes_under(ws, number, definitions, country))
            con.execute(f"insert into drawn select *, {number} from found")
            con.unregister("found")
        progress("putting together", 1.0)
        con.execute("create temp table intervals_made as " + " union all ".join(f"({put_together_sql(d, draws)})" for d in definitions))
        con.execute("create or replace temp view cube_intervals as from intervals_made")
        safe = disclosure.treat_intervals(con, country.indicators)
        with ws.transaction() as tx:
            for name in names:
                for table, made in (("cube_intervals", "intervals_made"), ("safe_intervals", safe)):
                    tx.write(table, con.sql(f"select {', '.join(TABLES[table].column_names)} from {made} where indicator = '{name}' order by {CELL}"), part=name)
        return [summary(con, name, draws, safe) for name in names]
    finally:
        con.close()


def cubes_under(ws: Workspace, number: int, definitions: Sequence[Definition], country: Country) -> Any:
    """Cells of indicators under one draw, as Arrow: those of `CELL`, value, sampling variance, vintage. Draw 0 is the links in force."""
    from karvan import lifecourse
    from karvan.indicators.compute import bench, cube

    (ws.root / ".tmp").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ws.root / ".tmp", prefix="draw-") as folder:
        beside = Beside(ws, Path(folder))
        lay_draw(beside, number)
        lifecourse.STEP.work(beside, Aside(beside), lifecourse.STEP.params, quiet)
        place = bench(beside.connect(memory="1200MB"), country)
        try:
            rows = " union all ".join(f"select {CELL}, value, {sampling_sql(d)} as sampling, vintage from {cube(place, d)}" for d in definitions)
            return place.con.sql(rows).to_arrow_table()
        finally:
            place.con.close()


def lay_draw(beside: Beside, number: int) -> None:
    """Lay the links and persons of one draw beside the workspace."""
    from karvan.linkage import links_under, persons_under

    con = beside.connect(memory="800MB")
    try:
        links_under(con, number)
        persons_under(con, number)
        beside.lay("links", con.sql("from links_drawn order by record_id"))
        beside.lay("persons", con.sql("from persons_drawn order by person_id"))
    finally:
        con.close()


def sampling_sql(definition: Definition) -> str:
    """SQL of the sampling variance of a cell: of a share for which the definition declares an interval, as of so many cases drawn; else 0, as everybody is counted."""
    if not definition.interval or not definition.formula:
        return "0.0"
    return f"pow({definition.formula.times!r}, 2) * (numerator / denominator) * (1 - numerator / denominator) / denominator"


def put_together_sql(definition: Definition, draws: int) -> str:
    """SQL for the rows of `cube_intervals` of one indicator, from `drawn`. A count that a draw does not have is 0 there; a ratio or quantile has no value there."""
    empty = "null" if definition.is_ratio or definition.quantiles else "0.0"
    signed = definition.formula and definition.formula.minus and not definition.formula.absolute
    low = "low" if signed else "case when low is not null then greatest(low, 0) end"     # greatest would take null for no limit
    high = f"case when high is not null then least(high, {definition.formula.times!r}) end" if definition.interval and definition.formula else "high"
    return f"""
        with cells as (
            select {CELL}, any_value(value) filter (draw = 0) as value, any_value(vintage) filter (draw = 0) as vintage, avg(sampling) filter (draw > 0 and value is not null) as within,
                   list(value order by draw) filter (draw > 0) as found
            from drawn where indicator = '{definition.id}' group by all
        ),
        padded as (select * replace (list_resize(coalesce(found, []), {draws}, cast({empty} as double)) as found), coalesce(value, {empty}) as here from cells),
        counted as (
            select *, len(list_filter(found, lambda one: one is not null)) as draws, list_avg(found) as mean, len(list_filter(found, lambda one: one is distinct from here)) as differing from padded
        ),
        spread as (select * replace (case when draws >= {LEAST_DRAWS} then within end as within), case when draws >= {LEAST_DRAWS} then list_var_samp(found) end as between from counted),
        ends as (select *, {rubin_sql("draws", "between", "coalesce(within, 0)")} as half, mean - half as low, mean + half as high from spread)
        select {CELL}, cast(draws as bigint) as draws, value, mean, {low} as low, {high} as high, cast(differing as bigint) as differing, between, case when between is not null then coalesce(within, 0) end as within, vintage
        from ends"""


def summary(con: duckdb.DuckDBPyConnection, name: str, draws: int, safe: str) -> dict[str, Any]:
    """What the draws did to one indicator, in one row."""
    row = con.execute(f"""
        select count(*), avg(case when differing > 0 then 1 else 0 end), avg(case when value < low or value > high then 1 else 0 end), median(high - low) filter (differing > 0),
               (select count(*) from {safe} where indicator = $1)
        from intervals_made where indicator = $1""", [name]).fetchall()[0]  # fmt: skip
    return {"indicator": name, "draws": draws, **dict(zip(("cells", "moving", "outside", "width", "published"), row, strict=True))}
