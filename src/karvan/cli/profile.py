"""karvan profile: the Extended Migration Profile."""

import json
from pathlib import Path

import click

from karvan.cli.terminal import json_option, out_option, progress, workspace_option
from karvan.workspace import Workspace


@click.command()
@workspace_option
@click.option("--lang", "langs", multiple=True, help="Language; give it again for more. All languages of the pack if left out.")
@click.option("--no-pdf", is_flag=True, help="HTML only.")
@out_option
@json_option
def profile(ws: Workspace, langs: tuple[str, ...], no_pdf: bool, out: Path | None, as_json: bool) -> None:
    """Write the migration profile as HTML and PDF; every number leads to its explanation.

    Example: karvan profile -w demo --lang en -o profile/
    """
    from karvan.country import for_workspace
    from karvan.publish import profile as write_profile

    out = out or ws.root / "publications" / "profile"
    editions = []
    wanted = langs or tuple(for_workspace(ws).languages)
    for place, lang in enumerate(wanted):
        with progress(f"profile {lang} ({place + 1} of {len(wanted)})") as report:
            editions.append(write_profile(ws, lang=lang, out=out, pdf=not no_pdf, progress=report))
    if as_json:
        click.echo(json.dumps([{"lang": e.lang, "html": str(e.html), "pdf": str(e.pdf or ""), "cells": e.cells, "missing": list(e.missing)} for e in editions], indent=1))
        return
    for e in editions:
        click.echo(f"{e.lang}  {e.html}" + (f"  {e.pdf}" if e.pdf else "") + f"  {e.cells} bound cells" + (f", {len(e.missing)} without a figure" if e.missing else ""))
