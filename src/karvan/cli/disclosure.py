"""`karvan disclosure`: make cubes safe, and check that they are."""

from __future__ import annotations

import click

from karvan.cli.terminal import json_option, progress, show, workspace_option
from karvan.errors import DataError
from karvan.workspace import Workspace, run_step


@click.group()
def disclosure() -> None:
    """Make cubes safe to publish, and check that they are."""


@disclosure.command()
@workspace_option
@json_option
def apply(ws: Workspace, as_json: bool) -> None:
    """Round and withhold: cubes in, safe cubes out.

    \b
    Example:
      karvan disclosure apply -w demo
    """
    from karvan.disclosure import STEP

    with ws.lock(), progress("disclosure") as report:
        run = run_step(ws, STEP, progress=report)
    if run is None:
        click.echo("Nothing had changed; the safe cubes in force are up to date.", err=True)
        return
    show([{**run.notes, "seconds": run.seconds}], ["cells", "listed", "rounded_to_nothing", "withheld", "seconds"], as_json=as_json)


@disclosure.command()
@workspace_option
@json_option
def audit(ws: Workspace, as_json: bool) -> None:
    """Subtract over every margin of the safe cubes and look for small counts, and for intervals that say more than the rounded value.

    \b
    Example:
      karvan disclosure audit -w demo
    """
    from karvan.country import for_workspace
    from karvan.disclosure import audit as subtract
    from karvan.disclosure import audit_intervals

    con, definitions = ws.connect(), for_workspace(ws).indicators
    findings, looked = subtract(con, definitions)
    off, intervals = audit_intervals(con, definitions)
    findings, looked = findings + off, looked + intervals
    click.echo(f"{looked:,} cells and differences looked at, {len(findings):,} too small.", err=True)
    show([vars(f) for f in findings], ["indicator", "period", "what", "implied"], as_json=as_json) if findings or as_json else None
    if findings:
        raise DataError(
            f"{len(findings)} small counts can be seen or worked out.",
            where="safe_cubes",
            fix="do not publish; run `karvan disclosure apply` and look at the policy of the indicators named",
        )
