"""karvan pack: check a country's pack, or begin a new one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.cli.terminal import json_option, workspace_option
from karvan.errors import PackError

if TYPE_CHECKING:
    from karvan.country import Pack
    from karvan.country.mistakes import Mistake
    from karvan.workspace import Workspace

packs_option = click.option(
    "--packs-folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with packs of your own; those that come with karvan are found without it.",
)


@click.group()
def pack() -> None:
    """Check a country's pack, or begin a new one."""


@pack.command()
@click.argument("name", metavar="PACK")
@packs_option
@json_option
def check(name: str, packs_folder: Path | None, as_json: bool) -> None:
    """Check every file of a pack and say all mistakes at once, each with its file and line.

    PACK is the id of a pack, or the path of its folder.

    Example: karvan pack check az
    """
    from karvan.country import find_pack
    from karvan.country.checking import check_pack

    if (Path(name) / "pack.yaml").exists():
        packs_folder, name = Path(name).resolve().parent, Path(name).resolve().name
    found = find_pack(name, packs_folder)
    mistakes = check_pack(found, packs_folder)
    mistakes += _compiled(found, packs_folder, {m.path for m in mistakes})
    if as_json:
        click.echo(json.dumps([{"file": str(m.path), "line": m.line, "what": m.what, "fix": m.fix} for m in mistakes], ensure_ascii=False, indent=1))
    else:
        for mistake in mistakes:
            click.echo(str(mistake))
    if mistakes:
        files = len({m.path for m in mistakes})
        raise PackError(
            f"{len(mistakes):,} mistakes in {files:,} {'file' if files == 1 else 'files'}." if len(mistakes) > 1 else "One mistake.",
            where=str(found.folder),
            fix="mend them, then check again",
        )
    if not as_json:
        click.echo(f"{found.id}: {_counts(found)}; nothing to mend.")


def _compiled(found: Pack, folder: Path | None, wrong: set[Path]) -> list[Mistake]:
    """What only the rooms that read them see: definitions of indicators, contracts as SQL, what is declared of uncertainty. Files with mistakes already told are left out."""
    from karvan.country import load, read_contract
    from karvan.country.mistakes import Mistake
    from karvan.country.yaml_file import read_yaml
    from karvan.indicators import read_definition
    from karvan.indicators.alike import published_apart
    from karvan.intake.mapping import mapping
    from karvan.uncertainty.declared import FILE as UNCERTAINTY
    from karvan.uncertainty.declared import read as read_uncertainty

    mistakes = []
    definitions = {}
    for path in found.files("indicators"):
        content = None if path in wrong else read_yaml(path)
        for entry in content if isinstance(content, list) else [content] if content else []:
            try:
                definitions[path, entry.get("id")] = read_definition(entry, where=str(path), languages=found.about.get("languages") or ())
            except PackError as told:
                mistakes.append(Mistake(path, 1, told.what, told.fix))
    of = {name: path for path, name in definitions}
    mistakes += [Mistake(of[name], 1, what, fix) for name, what, fix in published_apart(definitions.values())]
    unsure = found.folder / UNCERTAINTY
    try:
        if unsure.exists():
            read_uncertainty(read_yaml(unsure) or {}, str(unsure))
    except PackError as told:
        mistakes.append(Mistake(unsure, 1, told.what, told.fix))
    if any(path.parent.name == "code_lists" or path.name == "pack.yaml" for path in wrong):
        return mistakes
    country = load([found.id], folder)
    for path in found.files("contracts"):
        if path not in wrong:
            try:
                mapping(read_contract(path, pack=found.id), country)
            except PackError as told:
                mistakes.append(Mistake(path, 1, told.what, told.fix))
    return mistakes


def _counts(found: Pack) -> str:
    parts = {
        "contracts": (".yaml",),
        "code_lists": (".csv", ".yaml"),
        "rules": (".yaml",),
        "texts": (".yaml",),
        "indicators": (".yaml",),
        "geography": (".geojson",),
    }
    words = {"code_lists": "code lists", "rules": "files of rules", "texts": "files of texts", "geography": "maps"}
    return ", ".join(f"{len(found.files(part, *kinds))} {words.get(part, part)}" for part, kinds in parts.items())


@pack.command()
@click.argument("code")
@click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder where packs are kept; the new one goes to OUT/CODE.")
@click.option("--from", "source", metavar="PACK", help="Copy the indicator definitions of this pack.")
def new(code: str, out: Path, source: str | None) -> None:
    """Begin a pack for another country: commented files that pass the check.

    Example: karvan pack new md -o my-packs --from az
    """
    from karvan.country.skeleton import new_pack

    made = new_pack(code, out, indicators_from=source)
    click.echo(f"pack begun in {made.folder}: {sum(1 for p in made.folder.rglob('*') if p.is_file())} files")
    click.echo(f"next: fill in {made.folder / 'pack.yaml'}, then `karvan pack check {code} --packs-folder {out}`")


@pack.command()
@workspace_option
def samples(ws: Workspace) -> None:
    """Put the published files that come with the packs into a workspace, each in the folder of its feed.

    Example: karvan pack samples -w demo
    """
    from karvan import intake
    from karvan.country import for_workspace

    country, files = for_workspace(ws), 0
    for feed, found in country.samples.items():
        for path in found if feed in country.contracts else []:
            intake.load(ws, feed, path)
            files += 1
    click.echo(f"{files} files of {len(country.samples)} feeds are in {ws.extracts}")
    click.echo(f"next: karvan run -w {ws.root}")
