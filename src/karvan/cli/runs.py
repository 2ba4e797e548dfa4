"""karvan runs: what each step last did."""

import click

from karvan.cli.terminal import json_option, show, workspace_option
from karvan.workspace import Workspace


@click.command()
@workspace_option
@json_option
def runs(ws: Workspace, as_json: bool) -> None:
    """Show the newest run of each step: rows in, out and set aside, time, memory.

    Example: karvan runs -w demo
    """
    rows = [
        {"step": r.step, "started": r.started_at, "rows in": r.rows_in, "rows out": r.rows_out, "set aside": r.rows_set_aside, "seconds": r.seconds, "peak MB": r.peak_mb}
        for r in sorted(ws.head().runs.values(), key=lambda r: r.started_at)
    ]
    if not rows and not as_json:
        click.echo("nothing has run yet; next: karvan run")
        return
    show(rows, ["step", "started", "rows in", "rows out", "set aside", "seconds", "peak MB"], as_json=as_json)
