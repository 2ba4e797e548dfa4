"""karvan init: make a workspace."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.errors import PackError
from karvan.workspace import Workspace

if TYPE_CHECKING:
    from karvan.country import Country


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--pack", "packs", multiple=True, required=True, help="A country's pack; give it again for a second one.")
@click.option("--packs-folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder with packs of your own.")
def init(folder: Path, packs: tuple[str, ...], packs_folder: Path | None) -> None:
    """Make a workspace: the folder that a deployment lives in.

    A workspace is one country's: packs of two countries have a workspace each.

    \b
    Examples:
      karvan init demo --pack az --pack world
      karvan init open --pack open_us
    """
    from karvan.country import load

    country = load(list(packs), packs_folder)  # a missing pack is said before anything is made
    one_country(country)
    ws = Workspace.create(folder, packs=list(packs), packs_folder=packs_folder)
    click.echo(f"workspace made in {ws.root} with packs {', '.join(packs)}")
    for note in shared_record_types(country):
        click.echo(f"note: {note}")
    begin = [f"put the agencies' files under {ws.extracts}/<feed>/"]
    begin += [f"run `karvan pack samples -w {folder}` for the published files that come with the packs"] if country.samples else []
    begin += [f"run `karvan synth make -w {folder}` for a synthetic country"] if country.synth else []
    click.echo(f"next: {', or '.join(begin)}; then `karvan run -w {folder}`")


def one_country(country: Country) -> None:
    """Raise PackError if two packs name different national citizenships."""
    nations = {pack.id: str(pack.about["citizenship"]) for pack in country.packs if pack.about.get("citizenship")}
    if len(set(nations.values())) > 1:
        first, *others = nations
        raise PackError(
            f"These packs are of different countries: {', '.join(f'{name} ({code})' for name, code in nations.items())}.",
            where="--pack",
            fix=f"make a workspace for each, as in `karvan init {first}-workspace --pack {first}` and `karvan init {others[0]}-workspace --pack {others[0]}`; "
            "a workspace is one country's, and figures are given only for days that all sources of a record type cover",
        )


def shared_record_types(country: Country) -> list[str]:
    """What to know where several packs send records of one type; published tables (`observation`) go beside each other."""
    senders: dict[str, dict[str, None]] = defaultdict(dict)
    for contract in country.contracts.values():
        for part in contract.records:
            senders[part.record][contract.pack] = None
    return [
        f"{' and '.join(packs)} both send records of type {record}: figures are given only for the days that all of them cover"
        for record, packs in sorted(senders.items())
        if len(packs) > 1 and record != "observation"
    ]
