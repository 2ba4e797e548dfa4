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

PUBLISHED = ["indicator", "vintages", "cells", "provisional", "why_not"]
DEFAULT_EVERY = 6


@click.command()
@click.argument("asked", nargs=-1, metavar="[INDICATOR]... [NAME=VALUE]...")
@workspace_option
@click.option("--every", type=click.IntRange(1, 60), help="Months between vintages, counted back from the last day covered.  [default: 6, or what the pack declares]")
@click.option("--on", "days", multiple=True, type=click.DateTime(["%Y-%m-%d"]), help="Vintages on these days instead; may be given several times.")
@click.option("--nowcast", "forward", is_flag=True, help="Show what figures not final yet will be, with 95 per cent intervals.")
@click.option("--publish", "publishing", is_flag=True, help="Make the vintages of totals safe, with provisional figures, and keep them for the portal.")
@click.option("--inside", metavar="PURPOSE", default="", help="Why untreated values are computed; written to the audit log.")
@out_option
@json_option
def revisions(
    ws: Workspace, asked: tuple[str, ...], every: int | None, days: tuple[datetime, ...], forward: bool, publishing: bool, inside: str, out: Path | None, as_json: bool
) -> None:
    """Show what a figure was on earlier days: the revision triangle, and what it lets expect.

    The line from records to cubes runs again with what had been delivered by each day, under the links in force. Nothing is written to the workspace,
    unless with --publish: then totals are rounded as the published figures are and kept for the portal, those of the indicators named or of all that the pack declares in `revisions.yaml`.
    With -o every cell of every vintage goes to a CSV or Parquet file.

    \b
    Examples:
      karvan revisions FLW-01 -w demo --inside "revision analysis"
      karvan revisions FLW-01 citizenship=TUR --every 3 --nowcast -w demo --inside "revision analysis"
      karvan revisions --publish -w demo
    """
    from karvan.indicators.export import write
    from karvan.revisions import nowcast, one_cell, publish, triangle, vintage_days, vintages
    from karvan.workspace import audit

    indicators, dims = [one for one in asked if "=" not in one], tuple(one for one in asked if "=" in one)
    on = [day.date() for day in days] or (vintage_days(ws, every) if every else [])
    if publishing:
        if dims or forward or out or inside:
            raise DataError("Totals alone are published, and nothing untreated is shown.", where="--publish", fix="leave out NAME=VALUE, --nowcast, --inside and -o")
        with ws.lock(), progress("revisions") as report:
            show(publish(ws, indicators, on, progress=report), PUBLISHED, as_json=as_json)
        return
    if len(indicators) != 1:
        raise DataError("One indicator is shown at a time.", where=" ".join(indicators) or "none is named", fix="name one, as in `karvan revisions FLW-01`; or keep several for the portal with --publish")
    if not inside.strip():
        raise DataError("Untreated values are computed for a purpose.", fix="name it after --inside")
    indicator = indicators[0]
    with progress("revisions") as report:
        found = vintages(ws, [indicator], on or vintage_days(ws, DEFAULT_EVERY), progress=report)
    audit.append(ws.audit_log, actor="karvan", act="compute untreated", subject=f"revisions of {indicator}", purpose=inside)
    if out:
        write(triangle(found), out)
        return
    chosen = one_cell(found, dimensions(dims))
    made = nowcast(chosen) if forward else triangle(chosen)
    show(made.to_pylist(), NOWCAST if forward else TRIANGLE, as_json=as_json)
