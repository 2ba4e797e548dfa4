"""karvan portal: the portal, served from a workspace."""

import click

from karvan.cli.terminal import workspace_option
from karvan.workspace import Workspace


@click.command()
@workspace_option
@click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; only this machine by default.")
@click.option("--add-account", metavar="NAME", help="Make an account (or give it a new password), print the password, and end.")
@click.option("--institution", metavar="ID", help="Institution of the new account; the account's name by default.")
@click.option("--linkage-role", default="", metavar="ROLE", help="What the new account may do at the linkage desk: reviewer, senior or supervisor; nothing by default.")
def portal(ws: Workspace, port: int, host: str, add_account: str | None, institution: str | None, linkage_role: str) -> None:
    """Serve the portal of a workspace; stays in the foreground until Ctrl-C.

    Prints `ready` with the address once pages are answered. Where every person is made up (the workspace holds a synthetic
    country), each institution of the pack has a demo account, shown on the sign-in page.

    Example: karvan portal -w demo --port 8000
    """
    from karvan_portal import server

    if add_account:
        password = server.add_account(ws, add_account, institution=institution, linkage_role=linkage_role)
        click.echo(f"account {add_account.casefold()}, password {password}")
        return
    server.serve(ws, host=host, port=port, say=click.echo)
