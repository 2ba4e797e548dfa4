"""`karvan revisions`: what a figure was on earlier days, and what that lets expect."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from karvan.cli.explain import dimensions
from karvan.cli.terminal import json_option, out_option, progress, show, workspace_option
from karvan.errors import DataError
from karvan.workspace import Workspace

TRIANGLE = ["period", "vintage_on", "delay_months", "value", "obs_status", "final", "completeness"]
NOWCAST = ["period", "delay_months", "preliminary", "ratio", "periods", "nowcast", "low", "high", "why_not"]


@click.command()
@click.argument("indicator")
@click.argument("dims", nargs=-1, metavar="[NAME=VALUE]...")
@workspace_option
@click.option("--every", type=click.IntRange(1, 60), default=6, show_default=True, help="Months between vintages, counted back from the last day covered.")
@click.option("--on", "days", multiple=True, type=click.DateTime(["%Y-%m-%d"]), help="Vintages on these days instead; may be given several times.")
@click.option("--nowcast", "forward", is_flag=True, help="Show what figures not final yet will be, with 95 per cent intervals.")
@click.option("--inside", metavar="PURPOSE", required=True, help="Why untreated values are computed; written to the audit log.")
@out_option
@json_option
def revisions(
    ws: Workspace, indicator: str, dims: tuple[str, ...], every: int, days: tuple[datetime, ...], forward: bool, inside: str, out: Path | None, as_json: bool
) -> None:
    """Show what a figure was on earlier days: the revision triangle, and what it lets expect.

    The line from records to cubes runs again with what had been delivered by each day, under the links in force. Nothing is written to the workspace.
    With -o every cell of every vintage goes to a CSV or Parquet file.

    \b
    Examples:
      karvan revisions FLW-01 -w demo --inside "revision analysis"
      karvan revisions FLW-01 citizenship=TUR --every 3 --nowcast -w demo --inside "revision analysis"
    """
    from karvan.indicators.export import write
    from karvan.revisions import nowcast, one_cell, triangle, vintage_days, vintages
    from karvan.workspace import audit

    if not inside.strip():
        raise DataError("Untreated values are computed for a purpose.", fix="name it after --inside")
    on = [day.date() for day in days] or vintage_days(ws, every)
    with progress("revisions") as report:
        found = vintages(ws, [indicator], on, progress=report)
    audit.append(ws.audit_log, actor="karvan", act="compute untreated", subject=f"revisions of {indicator}", purpose=inside)
    if out:
        write(triangle(found), out)
        return
    chosen = one_cell(found, dimensions(dims))
    made = nowcast(chosen) if forward else triangle(chosen)
    show(made.to_pylist(), NOWCAST if forward else TRIANGLE, as_json=as_json)
