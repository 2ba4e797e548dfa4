"""karvan run: the line, from extracts to safe cubes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from karvan.cli.terminal import figure, json_option, progress, workspace_option
from karvan.workspace import Run, Workspace

if TYPE_CHECKING:
    from karvan.uncertainty import Intervals


@click.command()
@workspace_option
@click.option("--through", metavar="STEP", help="Stop after this step: intake, link, lifecourse, quality, indicators, disclosure.")
@click.option("--force", is_flag=True, help="Run every step again, changed or not.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="What links records and works out life courses; the tables are the same.")
@click.option("--spark-master", default="", envvar="KARVAN_SPARK_MASTER", help="Address of a Spark cluster, as in spark://host:7077; without one, the processors of this machine.")
@click.option("--no-intervals", is_flag=True, help="Draw no intervals for the figures that the pack declares.")
@json_option
def run(ws: Workspace, through: str | None, force: bool, engine: str, spark_master: str, no_intervals: bool, as_json: bool) -> None:
    """Run the line: extracts, records, persons, life courses, indicators, safe cubes.

    Intervals are drawn for the figures that the pack declares in `uncertainty.yaml`, where they changed; `karvan indicators intervals` draws them for any other.

    A step whose inputs, parameters and code are unchanged is not run again; life courses are worked out of the persons alone whom new records and days concern (--force: of everybody). A killed run leaves the last good tables in force.

    Example: karvan run -w demo --through lifecourse
    """
    from karvan import line
    from karvan.uncertainty import Intervals

    intervals = Intervals(ws)
    with progress("run") as report:
        done = line.run(ws, through=through, progress=report, force=force, before={} if no_intervals else {"disclosure": intervals.draw}, engine=engine, spark_master=spark_master)
    if as_json:
        click.echo(json.dumps({name: asdict(one) if one else None for name, one in done}, indent=1, default=str))
        return
    for name, one in done:
        click.echo(said(name, one))
    if told := intervals_said(intervals):
        click.echo(told)
    click.echo("next: karvan indicators list, or karvan explain <indicator> <period>")


def intervals_said(found: Intervals) -> str:
    """One line for the intervals that were drawn, or why none were; empty where nothing was to do."""
    if not found.drawn:
        return f"{'intervals':<12} none: {found.why_not}" if found.why_not else ""
    return f"{'intervals':<12} {figure(sum(row['cells'] for row in found.drawn)):>12} cells of {len(found.drawn)} figures, from {found.drawn[0]['draws']} draws"


def said(name: str, run: Run | None) -> str:
    """One line for one step."""
    if run is None:
        return f"{name:<12} unchanged"
    aside = f", {figure(run.rows_set_aside)} set aside" if run.rows_set_aside else ""
    return f"{name:<12} {figure(run.rows_out):>12} rows{aside}, {run.seconds:.1f} s, {run.peak_mb:,.0f} MB"
