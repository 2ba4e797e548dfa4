"""karvan audit: the log of who opened the identity zone."""

import click

from karvan.cli.terminal import workspace_option
from karvan.errors import DataError
from karvan.workspace import Workspace
from karvan.workspace.audit import broken_at


@click.group()
def audit() -> None:
    """Check the log of who opened the identity zone, and why."""


@audit.command()
@workspace_option
def verify(ws: Workspace) -> None:
    """Check that no line of the audit log was changed or removed.

    Example: karvan audit verify -w demo
    """
    line = broken_at(ws.audit_log)
    if line is not None:
        raise DataError(
            f"The audit log was changed: line {line} does not follow from the one before.",
            where=str(ws.audit_log),
            fix="keep the file, tell the data-protection officer, restore from a backup",
        )
    count = len(ws.audit_log.read_text(encoding="utf-8").splitlines()) if ws.audit_log.exists() else 0
    click.echo(f"audit log holds: {count:,} lines, each sealed by the next")
