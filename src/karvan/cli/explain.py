"""`karvan explain`: walk a figure back to its deliveries."""

from __future__ import annotations

import json

import click

from karvan.cli.terminal import json_option, workspace_option
from karvan.errors import DataError
from karvan.workspace import Workspace


def dimensions(words: tuple[str, ...]) -> dict[str, str]:
    """`citizenship=TUR sex=F` as a dictionary."""
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise DataError(f"`{word}` is not a dimension.", fix="write name=value, as in citizenship=TUR")
        found[name] = value
    return found


@click.command()
@click.argument("indicator")
@click.argument("period")
@click.argument("dims", nargs=-1, metavar="[NAME=VALUE]...")
@workspace_option
@click.option("--lang", type=click.Choice(["az", "en", "ru"]), default="en", help="Language of the page.")
@click.option("--inside", metavar="PURPOSE", help="Show the untreated value too, for this purpose; written to the audit log.")
@json_option
def explain(ws: Workspace, indicator: str, period: str, dims: tuple[str, ...], lang: str, inside: str | None, as_json: bool) -> None:
    """Explain a figure: definition, query, steps, deliveries, quality, disclosure treatment.

    \b
    Example:
      karvan explain FLW-01 2024 citizenship=TUR -w demo
    """
    from karvan.indicators import explain as walk

    found = walk(ws, indicator, period, inside=inside, **dimensions(dims))  # type: ignore[arg-type]
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False, default=str, indent=1) if as_json else found.as_text(lang), nl=as_json)
