"""The line walked again under every draw, from links to cubes, and what the figures differ by.

A count changes only by the people whom draws touch, so the cells of a count under a draw are those in force, and the difference that these people make; a share of a whole is made of two
such counts. Sums and ratios are made again from their parts; quantiles, which no difference tells, and counts of households and cases, which are made of several people, from everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from karvan.country import for_workspace
from karvan.errors import DataError
from karvan.indicators import dictionary, refusal
from karvan.indicators.compiler import subject_of
from karvan.indicators.compute import bench, cube, definition_of, derived
from karvan.indicators.window import basis
from karvan.tables import DIMENSIONS, TABLES
from karvan.uncertainty.courses import OF_SEVERAL, Courses
from karvan.uncertainty.declared import Declared, declared
from karvan.uncertainty.together import CELL, LEAST_DRAWS, put_together_sql, sampling_sql
from karvan.workspace import Progress, Workspace, quiet
from karvan.workspace.runner import step_fingerprint

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country
    from karvan.indicators import Definition

SAME = " and ".join(f"{{a}}.{column} is not distinct from {{b}}.{column}" for column in ("indicator", "period", *DIMENSIONS))


def carry(ws: Workspace, indicators: Sequence[str], *, draws: int, seed: int, guesses: bool = True, progress: Progress = quiet) -> list[dict[str, Any]]:
    """Draw links and guesses, compute indicators under each draw, and write `link_draws`, `link_draw_persons`, `cube_intervals` and `safe_intervals`. Call it under `ws.lock()`.

    The links in force, and every table made from them, stay as they are. The same tables and seed give the same intervals. Without `guesses`, only links are drawn and
    only what they move is in the intervals.

    Returns
    -------
    One row for each indicator: `indicator`, `draws`, `cells`, `moving` (share of the cells that differ from the value in force in a draw at least), `outside` (share of
    the cells whose value in force lies outside its interval), `width` (median width of the intervals of moving cells, in the indicator's unit) and `published` (cells with a published interval).

    Raises
    ------
    DataError
        Fewer than five draws; an indicator that is unknown, refused, made of published tables, or counts records that are the same whoever they are of; nothing linked yet; or tables in force that are not made of
        today's data, code and packs, so that a draw would differ from them by more than its links.
    """
    from karvan import linkage

    country = for_workspace(ws)
    definitions = [asked(name, country) for name in dict.fromkeys(indicators)]
    if draws < LEAST_DRAWS:
        raise DataError(f"{draws} draws are too few for an interval.", where="--draws", fix=f"ask for {LEAST_DRAWS} at least; 20 are usual")
    require_fresh(ws, households=any(of_several(d) for d in with_parts(definitions, dictionary(country))))
    ws.sweep()
    linkage.draw(ws, draws=draws, seed=seed, progress=lambda message, part: progress(message, part * 0.1))
    return intervals(ws, definitions, draws=draws, seed=seed, country=country, guesses=guesses, progress=lambda message, part: progress(message, 0.1 + part * 0.9))


def carry_declared(ws: Workspace, *, seed: int = 1, progress: Progress = quiet) -> list[dict[str, Any]]:
    """Make the intervals of the figures that the packs declare, unless they are made already of the figures in force. Call it under `ws.lock()`.

    Returns what `carry` does; nothing where no pack declares a figure, none can be computed, or all are up to date.
    """
    country = for_workspace(ws)
    said, known = declared(country), dictionary(country)
    there = {part.key for part in ws.version("cubes").parts}
    names = [name for name in said.figures if name in known and name in there and refusal(known[name], known, country) is None]
    if not names or not ws.version("links").rows or up_to_date(ws, names):
        return []
    return carry(ws, names, draws=said.draws, seed=seed, progress=progress)


def up_to_date(ws: Workspace, names: Sequence[str]) -> bool:
    """Whether every cell in force of these indicators has an interval that was drawn for it."""
    if not set(names) <= {part.key for part in ws.version("cube_intervals").parts}:
        return False
    con = ws.connect()
    try:
        [(without,)] = con.execute(f"""
            select count(*) from (from cubes where indicator in (select unnest($1))) c
            anti join cube_intervals i on {SAME.format(a="i", b="c")} and i.value is not distinct from c.value and i.vintage = c.vintage""", [list(names)]).fetchall()  # fmt: skip
    finally:
        con.close()
    return not without


def asked(name: str, country: Country) -> Definition:
    """The definition of an indicator whose figures draws can move."""
    known = dictionary(country)
    definition = definition_of(known, name)
    because = refusal(definition, known, country)
    if because:
        raise DataError(f"{name} is refused: {because}.", fix="see `karvan indicators list`")
    if basis(definition, known) == "observations":
        raise DataError(f"{name} is made of published tables; no link of records stands behind it.", fix="choose an indicator that counts records; see `karvan indicators list`")
    subjects = [what for d in with_parts([definition], known) if (what := subject_of(d)) is not None]
    if not any(what.linked for what in subjects) and not (definition.interval and definition.formula):     # chance gives a width too
        raise DataError(
            f"{name} counts {' and '.join(dict.fromkeys(what.speaks_of for what in subjects))} as their source wrote them, whoever they are of: no draw of links or guesses moves it, and an interval without width would say that it is exact.",
            where=f"indicator {name}", fix="ask for an indicator of persons, households or stays; how good the source is, `karvan explain` says by its quality scores",
        )  # fmt: skip
    return definition


def require_fresh(ws: Workspace, *, households: bool = False) -> None:
    """Raise DataError unless life courses and cubes (where said, households too) are what the steps would make today."""
    from karvan import households as living
    from karvan import indicators, lifecourse

    head = ws.head()
    for step in (lifecourse.STEP, *([living.STEP] if households else []), indicators.STEP):
        last = head.runs.get(step.name)
        if last is None or last.fingerprint != step_fingerprint(ws, step):
            raise DataError(
                "The figures in force are not made of today's data, code and packs." if last else "There are no figures yet.", where=f"{ws.root}, step {step.name}", fix="run `karvan run`, then this again"
            )


def intervals(ws: Workspace, definitions: Sequence[Definition], *, draws: int, seed: int, country: Country, guesses: bool = True, progress: Progress = quiet) -> list[dict[str, Any]]:
    """Compute indicators under each draw of `link_draws` and write the intervals; see `carry`."""
    from karvan import disclosure

    con = ws.connect(memory=ws.memory(1200))
    try:
        names = [d.id for d in definitions]
        compute_drawn(con, definitions, country, draws=draws, seed=seed, guesses=guesses, error=declared(country) if guesses else Declared(), progress=progress)
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


def compute_drawn(
    con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], country: Country, *, draws: int, seed: int, guesses: bool = True, error: Declared | None = None, progress: Progress = quiet
) -> None:
    """Make `drawn` (the cells of indicators and of their parts, in force as draw 0 and under each draw) and `modelled` (the variance of each by what no draw can show)."""
    known = dictionary(country)
    every = with_parts(definitions, known)
    several = [d for d in every if of_several(d)]
    counts = [d for d in every if not (d.formula or d.share_of or d.quantiles or of_several(d))]
    shares = [d for d in every if d.share_of and not of_several(d)]
    of_all = [*several, *(d for d in every if d.quantiles and not of_several(d))]
    progress("life courses", 0.0)
    courses = Courses(con, country, draws=draws, seed=seed, guesses=guesses)
    con.execute(f"create or replace temp table drawn as select {CELL}, value, cast(null as double) as sampling, vintage, cast(0 as bigint) as draw from cubes where indicator in (select unnest($1))", [[d.id for d in every]])
    con.execute("create or replace temp table few as from drawn limit 0")
    for draw in range(draws + 1):
        progress(f"draw {draw} of {draws}", 0.2 + 0.7 * draw / (draws + 1))
        for those, table in (([*counts, *shares], "few"), (of_all if draw else [], "drawn")):
            if those:
                courses.lay(draw, everybody=table == "drawn")
                if several and table == "drawn":
                    courses.live_together()
                place = bench(con, country)
                for d in those:
                    con.execute(f"insert into {table} select {CELL}, {'numerator' if d in shares else 'value'}, 0.0, vintage, {draw} from {cube(place, d)}")
    courses.lay(0)
    count_under_draws(con, [d.id for d in counts], [d.id for d in shares], draws)
    con.execute("insert into drawn select * from counted where indicator in (select unnest($1))", [[d.id for d in counts]])
    for d in shares:
        whole = " and ".join([*(f"t.{column} is not distinct from c.{column}" for column in ("indicator", "period", *DIMENSIONS) if column != d.share_of), f"t.{d.share_of} = '_T'", "t.draw = c.draw"])
        con.execute(f"insert into drawn select c.* replace (100.0 * c.value / nullif(t.value, 0) as value) from counted c join counted t on {whole} where c.indicator = $1", [d.id])
    model(con, [*counts, *(d for d in several if not d.share_of and not d.quantiles)], error or Declared())
    model_shares(con, shares, error or Declared())
    for d in every:
        if d.formula:
            derive(con, d, known, country, draws)


def count_under_draws(con: duckdb.DuckDBPyConnection, counts: Sequence[str], shares: Sequence[str], draws: int) -> None:
    """Make `counted`: counts (of shares, the part above) under each draw, in the layout of `drawn`: as in force, and what the few people whom draws touch make of it."""
    con.execute(f"""
        create or replace temp table counted as
        with force as (select {CELL}, case when indicator in (select unnest($shares)) then numerator else value end as value, vintage from cubes where indicator in (select unnest($all))),
        moved as (
            select {CELL}, d.draw, coalesce(sum(f.value) filter (f.draw = d.draw), 0) - coalesce(sum(f.value) filter (f.draw = 0), 0) as by_
            from few f join (select unnest(range(1, {draws + 1})) as draw) d on f.draw in (0, d.draw) group by all),
        cells as (select {CELL} from force union select {CELL} from few),
        every_one as (select c.*, n.draw from cells c cross join (select unnest(range(1, {draws + 1})) as draw) n)
        select {", ".join("e." + column.strip() for column in CELL.split(","))}, coalesce(i.value, 0) + coalesce(m.by_, 0) as value, 0.0 as sampling, i.vintage, e.draw
        from every_one e left join force i on {SAME.format(a="i", b="e")} left join moved m on {SAME.format(a="m", b="e")} and m.draw = e.draw""", {"shares": list(shares), "all": [*counts, *shares]})  # fmt: skip


def of_several(definition: Definition) -> bool:
    """Whether an indicator counts what is made of several people: households or cases."""
    what = subject_of(definition)
    return what is not None and bool(set(what.tables) & set(OF_SEVERAL))


def with_parts(definitions: Sequence[Definition], known: dict[str, Definition]) -> list[Definition]:
    """The definitions and all they are made of, parts first."""
    found: dict[str, Definition] = {}
    for definition in definitions:
        if definition.formula:
            found |= {d.id: d for d in with_parts([known[part.id] for part in definition.formula.parts], known)}
        found[definition.id] = definition
    return list(found.values())


def model(con: duckdb.DuckDBPyConnection, counts: Sequence[Definition], error: Declared) -> None:
    """Make `modelled`: the variance of each count in force by what no draw can show."""
    con.execute(f"create or replace temp table modelled as select {CELL}, value as model from drawn limit 0")
    for d in counts:
        final, preliminary = (error.error(d, status) for status in "AP")
        con.execute(
            f"""insert into modelled select {CELL}, pow(case when obs_status = 'P' then $2 else $3 end * value, 2) + case when obs_status = 'P' then $4 else $5 end * abs(value)
            from cubes where indicator = $1 and value is not null""",
            [d.id, preliminary.whole, final.whole, preliminary.each, final.each],
        )


def model_shares(con: duckdb.DuckDBPyConnection, shares: Sequence[Definition], error: Declared) -> None:
    """Add to `modelled` the variance of shares of a whole, in per cent, by what no draw can show: by the linear terms of the part and of the rest, taken as independent."""
    for d in shares:
        final, preliminary = (error.error(d, status) for status in "AP")

        def variance(count: str) -> str:
            return f"(pow(case when obs_status = 'P' then $2 else $3 end * {count}, 2) + case when obs_status = 'P' then $4 else $5 end * {count})"

        con.execute(
            f"""insert into modelled select {CELL}, pow(100.0 / denominator, 2) * (pow(1 - numerator / denominator, 2) * {variance("numerator")} + pow(numerator / denominator, 2) * {variance("(denominator - numerator)")})
            from cubes where indicator = $1 and denominator > 0""",
            [d.id, preliminary.whole, final.whole, preliminary.each, final.each],
        )


def derive(con: duckdb.DuckDBPyConnection, definition: Definition, known: dict[str, Definition], country: Country, draws: int) -> None:
    """Add a formula over counts to `drawn`, draw by draw, and to `modelled`: variances add up in a sum; of a ratio, by its linear terms, above and below taken as independent."""
    formula = definition.formula
    assert formula is not None
    place = bench(con, country)

    def over(source: str, of: Definition) -> str:
        """The formula over the cells of its parts in `source`; name of the table."""
        for part in formula.parts:
            con.execute(f'create or replace temp table "drawn {part.id}" as {as_cubes_sql(source)}', [part.id])
            place.done[part.id] = f'"drawn {part.id}"'
        return derived(place, of)

    for draw in range(1, draws + 1):
        made = over(f"from drawn where draw = {draw}", definition)
        con.execute(f"insert into drawn select {CELL}, value, {sampling_sql(definition)}, vintage, {draw} from {made}")
    variance = "select * rename (model as value), cast(null as varchar) as vintage from modelled"
    summed: dict[str, Any] = {"minus": (), "over": (), "over_rule": None, "times": 1.0, "absolute": False}
    above = over(variance, replace(definition, interval=None, formula=replace(formula, **summed | {"plus": (*formula.plus, *formula.minus)})))
    if not definition.is_ratio:
        con.execute(f"insert into modelled select {CELL}, {formula.times!r} * {formula.times!r} * value from {above}")
        return
    con.execute(f"create or replace temp table above as from {above}")
    con.execute("create or replace temp table below as from above limit 0")
    if formula.over:
        con.execute(f"insert into below from {over(variance, replace(definition, interval=None, formula=replace(formula, **summed | {'plus': formula.over})))}")
    con.execute(f"""
        insert into modelled
        select {", ".join("c." + column.strip() for column in CELL.split(","))}, pow({formula.times!r} / c.denominator, 2) * (coalesce(a.value, 0) + pow(c.numerator / c.denominator, 2) * coalesce(b.value, 0))
        from cubes c left join above a on {SAME.format(a="a", b="c")} left join below b on {SAME.format(a="b", b="c")}
        where c.indicator = $1 and c.denominator > 0""", [definition.id])  # fmt: skip


def as_cubes_sql(source: str) -> str:
    """SQL of cells of one indicator (`CELL`, value, vintage) in the layout of `cubes`, with the status that their period has in force."""
    said = {"obs_status": "p.obs_status", "vintage": "coalesce(d.vintage, p.vintage)"} | {column: f"d.{column}" for column in ("indicator", "period", *DIMENSIONS, "value")}
    columns = ", ".join(f"{said.get(c.name, 'null')}::{c.duckdb_type} as {c.name}" for c in TABLES["cubes"].columns)
    in_force = "select period, any_value(obs_status) as obs_status, any_value(vintage) as vintage from cubes where indicator = $1 group by period"
    return f"select {columns} from ({source}) d join ({in_force}) p using (period) where d.indicator = $1"


def summary(con: duckdb.DuckDBPyConnection, name: str, draws: int, safe: str) -> dict[str, Any]:
    """What the draws did to one indicator, in one row."""
    row = con.execute(f"""
        select count(*), avg(case when differing > 0 then 1 else 0 end), avg(case when value < low or value > high then 1 else 0 end), median(high - low) filter (differing > 0),
               (select count(*) from {safe} where indicator = $1)
        from intervals_made where indicator = $1""", [name]).fetchall()[0]  # fmt: skip
    return {"indicator": name, "draws": draws, **dict(zip(("cells", "moving", "outside", "width", "published"), row, strict=True))}
