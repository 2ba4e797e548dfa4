"""karvan baseline-study: the baseline study on migration data management."""

import json
from datetime import datetime
from pathlib import Path

import click

from karvan.cli.terminal import json_option, out_option, progress, workspace_option
from karvan.workspace import Workspace


@click.command("baseline-study")
@workspace_option
@click.option("--lang", "langs", multiple=True, help="Language; give it again for more. All languages of the pack if left out.")
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), help="Day of the edition (default: the day of the newest delivery).")
@click.option("--no-pdf", is_flag=True, help="HTML only.")
@out_option
@json_option
def baseline_study(ws: Workspace, langs: tuple[str, ...], dated: datetime | None, no_pdf: bool, out: Path | None, as_json: bool) -> None:
    """Write the baseline study on migration data management as HTML and PDF.

    What institutions keep and on which legal basis, how good and how linkable it is, which tables of the European Union and the United Nations can be made,
    how mature data management is, and what to do first. Each edition is kept in the workspace and compared with the one before it.

    Example: karvan baseline-study -w demo --lang en -o study/
    """
    from karvan.baseline import study
    from karvan.country import for_workspace
    from karvan.errors import DataError, nearest

    spoken = for_workspace(ws).languages
    for lang in langs:
        if lang not in spoken:
            raise DataError(f"The pack has no language '{lang}'.", where="--lang", fix=nearest(lang, spoken) or f"use {', '.join(spoken)}")
    with progress("baseline study") as report:
        edition = study(ws, langs=langs, dated=dated.date() if dated else None, out=out, pdf=not no_pdf, progress=report)
    folder = out or edition.folder
    if as_json:
        click.echo(json.dumps({"dated": edition.dated, "before": edition.before, "folder": str(folder), "languages": list(edition.languages)}, indent=1))
        return
    compared = f", compared with that of {edition.before}" if edition.before else ", the first"
    click.echo(f"edition of {edition.dated}{compared}")
    for lang in edition.languages:
        click.echo(f"{lang}  {folder / f'study.{lang}.html'}" + ("" if no_pdf else f"  {folder / f'study.{lang}.pdf'}"))
