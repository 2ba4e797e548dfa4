"""`karvan provisional`: migrations that are not final yet, with standard errors."""

from __future__ import annotations

from pathlib import Path

import click

from karvan.cli.terminal import json_option, out_option, show, workspace_option
from karvan.errors import DataError
from karvan.workspace import Workspace

COLUMNS = ["flow", "period", "citizenship", "decided", "expected", "open", "value", "standard_error", "low", "high"]


@click.command()
@workspace_option
@click.option("--since", default="", metavar="PERIOD", help="Show periods from this one on: 2025, or 2025-07.")
@click.option("--monthly", is_flag=True, help="Show months instead of years.")
@click.option("--citizenship", default="_T", show_default=True, help="Show those of one citizenship; _T is the total.")
@click.option("--inside", metavar="PURPOSE", required=True, help="Why untreated values are computed; written to the audit log.")
@out_option
@json_option
def provisional(ws: Workspace, since: str, monthly: bool, citizenship: str, inside: str, out: Path | None, as_json: bool) -> None:
    """Show immigrants and emigrants with the expected part of what UR-12/16 has not decided, and its standard error.

    A classifier learns from decided crossings how likely each open one is to turn out a migration. With -o every period and citizenship goes to a CSV or Parquet file.

    \b
    Examples:
      karvan provisional --since 2025 -w demo --inside "provisional figures"
      karvan provisional --monthly --citizenship TUR -w demo --inside "provisional figures"
    """
    from karvan.indicators.export import write
    from karvan.revisions import provisional as computed
    from karvan.workspace import audit

    if not inside.strip():
        raise DataError("Untreated values are computed for a purpose.", fix="name it after --inside")
    table = computed(ws)
    audit.append(ws.audit_log, actor="karvan", act="compute untreated", subject="provisional migrations", purpose=inside)
    if out:
        write(table, out)
        return
    length = 7 if monthly else 4
    rows = [row for row in table.to_pylist() if row["citizenship"] == citizenship and len(row["period"]) == length and row["period"] >= since]
    if not rows:
        raise DataError("There are no migrations of this choice.", where=f"since {since or 'the beginning'}, citizenship {citizenship}", fix="choose an earlier period or another citizenship")
    show(rows, COLUMNS if as_json or citizenship != "_T" else [c for c in COLUMNS if c != "citizenship"], as_json=as_json)
