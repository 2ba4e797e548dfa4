"""`karvan indicators`: the dictionary, its cells, and computing one indicator by itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.cli.explain import dimensions
from karvan.cli.terminal import json_option, out_option, progress, show, workspace_option
from karvan.errors import DataError, nearest
from karvan.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa


@click.group()
def indicators() -> None:
    """List indicators, read their cells, compute one by itself."""


@indicators.command("list")
@workspace_option
@click.option("--lang", type=click.Choice(["az", "en", "ru"]), default="en", help="Language of the names.")
@json_option
def list_(ws: Workspace, lang: str, as_json: bool) -> None:
    """List the country's indicators, and why one is refused.

    \b
    Example:
      karvan indicators list -w demo
    """
    from karvan.country import for_workspace
    from karvan.indicators import dictionary, refusal, unit_name

    country = for_workspace(ws)
    known = dictionary(country)
    cells = {part.key: part.rows for part in ws.version("safe_cubes").parts}
    rows = [
        {
            "id": d.id,
            "name": d.title(lang),
            "unit": d.unit if as_json else unit_name(d.unit, lang),
            "period": "/".join(d.periods),
            "by": " ".join(d.dimensions),
            "cells": cells.get(d.id, 0),
            "refused": refusal(d, known, country, lang) or "",
        }
        for d in known.values()
    ]
    show(rows, ["id", "name", "unit", "period", "cells", "by", "refused"] if as_json else ["id", "name", "unit", "period", "cells", "refused"], as_json=as_json)


@indicators.command("show")
@click.argument("indicator")
@click.argument("dims", nargs=-1, metavar="[PERIOD] [NAME=VALUE]...")
@workspace_option
@click.option("--by", "along", help="Show the categories of this dimension instead of its total.")
@out_option
@json_option
def show_(ws: Workspace, indicator: str, dims: tuple[str, ...], along: str | None, out: Path | None, as_json: bool) -> None:
    """Show an indicator's published cells: totals over the years, or the categories of one dimension.

    \b
    Examples:
      karvan indicators show FLW-01 -w demo
      karvan indicators show FLW-01 2024 --by citizenship -w demo
      karvan indicators show FLW-01 -w demo -o flw.csv
    """
    period = next((word for word in dims if "=" not in word), None)
    chosen = dimensions(tuple(word for word in dims if "=" in word))
    table = _cells(ws, indicator, period, chosen, along, whole=out is not None)
    if out:
        _write(table, out)
        return
    _print(table, as_json)


@indicators.command()
@click.argument("indicator")
@workspace_option
@out_option
@click.option("--inside", metavar="PURPOSE", required=True, help="Why untreated values are computed; written to the audit log.")
@json_option
def compute(ws: Workspace, indicator: str, out: Path | None, inside: str, as_json: bool) -> None:
    """Compute an indicator over the tables in force, without writing it; untreated, for use inside.

    \b
    Example:
      karvan indicators compute FLW-01 -w demo --inside "try a new definition" -o flw.parquet
    """
    from karvan.indicators import compute as computed
    from karvan.workspace import audit

    if not inside.strip():
        raise DataError("An untreated cube is computed for a purpose.", fix="name it after --inside")
    table = computed(ws, indicator).to_arrow_table()
    audit.append(ws.audit_log, actor="karvan", act="compute untreated", subject=indicator, purpose=inside)
    if out:
        _write(table, out)
        return
    _print(table, as_json)


@indicators.command()
@click.argument("names", nargs=-1, required=True, metavar="INDICATOR...")
@workspace_option
@click.option("--draws", default=20, show_default=True, type=click.IntRange(5), help="How often links and guesses are drawn anew.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same draws, and so the same intervals.")
@click.option("--links-only", is_flag=True, help="Draw links alone: how far linkage error moves the figure, as if nothing else could be wrong.")
@json_option
def intervals(ws: Workspace, names: tuple[str, ...], draws: int, seed: int, links_only: bool, as_json: bool) -> None:
    """Say how far an indicator may lie from the truth: 95 per cent intervals from drawn links and guesses.

    Whether two records are of one person is sometimes a guess, and so is when somebody left whom nobody saw leave. Each draw guesses anew, by lot, and walks the line from there: persons, life
    courses, cells. What a cell differs by from draw to draw, and what the pack declares of errors that no draw shows, is its interval (Rubin's rules). Nothing in force changes; the
    intervals are kept beside the cells, shown by `karvan explain`, the profile and the portal, and fade when new data change the cell. `karvan run` draws them for the figures that the pack declares.

    The columns: moving, share of the cells that any draw changes; outside, share whose value in force lies outside its own interval, so that guessing by lot and deciding at a
    threshold disagree there; width, median width where a cell moves; published, cells with an interval for everybody.

    Figures that count records as their source wrote them (crossings, applications, asylum files) have no such interval, and are refused one. A cell that no draw moves, of an indicator of which
    the pack declares no error, has none either.

    What is in the intervals, and how often they hold the truth where it is known: see docs/explanation/uncertainty.md.

    \b
    Examples:
      karvan indicators intervals FLW-01 --draws 20 --seed 1 -w demo
      karvan explain FLW-01 2024 -w demo
    """
    from karvan.uncertainty import carry

    with ws.lock(), progress("intervals") as report:
        found = carry(ws, names, draws=draws, seed=seed, guesses=not links_only, progress=report)
    show(found, ["indicator", "draws", "cells", "moving", "outside", "width", "published"], as_json=as_json)


def _cells(ws: Workspace, indicator: str, period: str | None, chosen: dict[str, str], along: str | None, *, whole: bool) -> pa.Table:
    """Safe cells of an indicator: all of them for a file, one margin for the screen."""
    from karvan.country import for_workspace
    from karvan.indicators import dictionary, refusal
    from karvan.indicators.compute import definition_of

    country = for_workspace(ws)
    known = dictionary(country)
    definition = definition_of(known, indicator)
    because = refusal(definition, known, country)
    if because:
        raise DataError(f"{indicator} is refused: {because}.", fix="see `karvan indicators list`")
    con = ws.connect()
    conditions, values = ["indicator = ?"], [indicator]
    if period:
        conditions.append("period = ?")
        values.append(period)
    for name in (*chosen, *([along] if along else [])):
        if name not in definition.dimensions:
            raise DataError(
                f"{indicator} has no dimension `{name}`.",
                fix=nearest(name, list(definition.dimensions)) or f"it has {', '.join(definition.dimensions) or 'none'}",
            )
    for name in definition.dimensions if not whole or chosen or along else ():
        if name in chosen:
            conditions.append(f"{name} = ?")
            values.append(chosen[name])
        elif name == along or name not in ("kind", "method"):  # series and quantiles have no total: all are shown
            conditions.append(f"{name} <> '_T'" if name == along else f"{name} = '_T'")
    table = con.sql(f"select * from safe_cubes where {' and '.join(conditions)} order by all", params=values).to_arrow_table()
    if not len(table):
        raise DataError(
            f"There are no published cells of {indicator} for this choice.", where=str(ws.root), fix="run `karvan run`, or choose another period or category"
        )
    return table


def _print(table: pa.Table, as_json: bool) -> None:
    from karvan.indicators.export import shown_columns

    columns = [c for c in shown_columns(table) if as_json or c not in ("indicator", "basis", "unit", "vintage")]
    columns = [c for c in columns if as_json or c != "quality" or table["quality"].null_count < len(table)]
    show(table.to_pylist(), columns, as_json=as_json)


def _write(table: pa.Table, out: Path) -> None:
    from karvan.indicators.export import write, write_csv

    if str(out) == "-":
        write_csv(table, sys.stdout)
        return
    write(table, out)
    click.echo(f"{len(table):,} cells written to {out}", err=True)
