"""karvan init: make a workspace."""

from pathlib import Path

import click

from karvan.workspace import Workspace


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--pack", "packs", multiple=True, required=True, help="A country's pack; give it again for a second one.")
@click.option("--packs-folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder with packs of your own.")
def init(folder: Path, packs: tuple[str, ...], packs_folder: Path | None) -> None:
    """Make a workspace: the folder that a deployment lives in.

    Example: karvan init demo --pack az --pack world
    """
    from karvan.country import load

    load(list(packs), packs_folder)  # a missing pack is said before anything is made
    ws = Workspace.create(folder, packs=list(packs), packs_folder=packs_folder)
    click.echo(f"workspace made in {ws.root} with packs {', '.join(packs)}")
    click.echo(f"next: put the agencies' files under {ws.extracts}/<feed>/, or run `karvan synth make -w {folder}`; then `karvan run -w {folder}`")
