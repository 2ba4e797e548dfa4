"""karvan run: the line, from extracts to safe cubes."""

import json
from dataclasses import asdict
from typing import Any

import click

from karvan.cli.terminal import figure, json_option, progress, workspace_option
from karvan.errors import KarvanError
from karvan.workspace import Progress, Run, Workspace


@click.command()
@workspace_option
@click.option("--through", metavar="STEP", help="Stop after this step: intake, link, lifecourse, quality, indicators, disclosure.")
@click.option("--force", is_flag=True, help="Run every step again, changed or not.")
@click.option("--no-intervals", is_flag=True, help="Draw no intervals for the figures that the pack declares.")
@json_option
def run(ws: Workspace, through: str | None, force: bool, no_intervals: bool, as_json: bool) -> None:
    """Run the line: extracts, records, persons, life courses, indicators, safe cubes.

    After the line, intervals are drawn for the figures that the pack declares in `uncertainty.yaml`, where they changed; `karvan indicators intervals` draws them for any other.

    A step whose inputs, parameters and code are unchanged is not run again. A killed run leaves the last good tables in force.

    Example: karvan run -w demo --through lifecourse
    """
    from karvan import line

    intervals = Intervals(ws)
    with progress("run") as report:
        done = line.run(ws, through=through, progress=report, force=force, before={} if no_intervals else {"disclosure": intervals.draw})
    if as_json:
        click.echo(json.dumps({name: asdict(one) if one else None for name, one in done}, indent=1, default=str))
        return
    for name, one in done:
        click.echo(said(name, one))
    if told := intervals.said():
        click.echo(told)
    click.echo("next: karvan indicators list, or karvan explain <indicator> <period>")


class Intervals:
    """The intervals that the pack declares, drawn in the course of a run where figures changed."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.drawn: list[dict[str, Any]] = []
        self.why_not = ""

    def draw(self, report: Progress) -> None:
        """Draw them, before the step that makes cubes and intervals safe. Figures without intervals are figures still: what stands in the way is said, and the run goes on."""
        from karvan.uncertainty import carry_declared

        try:
            self.drawn = carry_declared(self.ws, progress=report)
        except KarvanError as wrong:
            self.why_not = str(wrong).splitlines()[0]

    def said(self) -> str:
        """One line for what was drawn, or why nothing was; empty where nothing was to do."""
        if not self.drawn:
            return f"{'intervals':<12} none: {self.why_not}" if self.why_not else ""
        return f"{'intervals':<12} {figure(sum(row['cells'] for row in self.drawn)):>12} cells of {len(self.drawn)} figures, from {self.drawn[0]['draws']} draws"


def said(name: str, run: Run | None) -> str:
    """One line for one step."""
    if run is None:
        return f"{name:<12} unchanged"
    aside = f", {figure(run.rows_set_aside)} set aside" if run.rows_set_aside else ""
    return f"{name:<12} {figure(run.rows_out):>12} rows{aside}, {run.seconds:.1f} s, {run.peak_mb:,.0f} MB"
