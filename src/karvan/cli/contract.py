"""karvan contract: how a file becomes records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.terminal import json_option, out_option
from karvan.errors import DataError, PackError, SetupError


@click.group()
def contract() -> None:
    """Draft a contract for an unknown file, and test one on a file."""


pack_option = click.option("-p", "--pack", "packs", multiple=True, help="Packs whose code lists and words are used; for `test`, the pack that the contract lies in is added.")
folder_option = click.option("--packs-folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder with packs of your own.")


@contract.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "feed", help="Id of the feed, such as xx.agency.what (default: from the file's name).")
@click.option("--institution", default="TODO", help="Id of the institution that sends it.")
@pack_option
@folder_option
@out_option
@click.option("--replace", is_flag=True, help="Write over a contract that is there, such as the specimen of a new pack.")
def draft(file: Path, feed: str | None, institution: str, packs: tuple[str, ...], packs_folder: Path | None, out: Path | None, replace: bool) -> None:
    """Look at an unknown file and write a first contract, for a person to finish.

    Beside each guess stands how sure it is and why; what a person must decide is listed at the top and marked TODO.

    Example: karvan contract draft students_2026-03.csv --id az.mse.students --pack az -o students.yaml
    """
    import re

    from karvan import intake
    from karvan.country import load

    country = load(list(packs) or ["world"], packs_folder)
    name = feed or re.sub(r"[^a-z0-9]+", "_", file.name.split(".")[0].lower()).strip("_")
    text = intake.draft(file, feed=name, institution=institution, country=country)
    if out is None:
        click.echo(text, nl=False)
        return
    if out.exists() and not replace:
        raise SetupError("The contract is there already; it was not overwritten.", where=str(out), fix="choose another name with -o, or say --replace")
    out.write_text(text, encoding="utf-8")
    said = re.search(r"^# To decide \((\d+)\)", text, flags=re.M)
    click.echo(f"written: {out}, with {said[1] if said else 0} places to decide; they are listed at its top")
    more = "".join(f" --pack {p}" for p in packs) + (f" --packs-folder {packs_folder}" if packs_folder else "")
    click.echo(f"next: decide them, then karvan contract test {out} {file}{more}")


@contract.command()
@click.argument("contract_file", metavar="CONTRACT", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--show", "first", default=3, show_default=True, help="Records to show.")
@click.option("--lang", default="en", show_default=True, help="Language of the reasons.")
@pack_option
@folder_option
@json_option
def test(contract_file: Path, file: Path, first: int, lang: str, packs: tuple[str, ...], packs_folder: Path | None, as_json: bool) -> None:
    """Read a file by a contract and say what becomes of its rows. Nothing is kept.

    A draft is tested when no TODO is left among its codes, constants and record type; exit code 4 says where one is.
    Exit code 3 if rows are set aside or the delivery would be held.

    Example: karvan contract test packs/az/contracts/sms.permits.yaml permits_2026-03.csv
    """
    from karvan import intake
    from karvan.cli.feed import report
    from karvan.country import load, read_contract

    for path in (contract_file, file):
        if not path.is_file():
            raise SetupError("There is no such file.", where=str(path), fix="check the path")
    home = next((p for p in contract_file.resolve().parents if (p / "pack.yaml").is_file()), None)
    wanted = list(dict.fromkeys([*([home.name] if home else []), *packs]))
    country = load(wanted or ["world"], packs_folder or (home.parent if home else None))
    open_places(contract_file)
    checked = intake.check(file, read_contract(contract_file), country, lang=lang, show=first)
    report(checked, file, as_json=as_json)
    if any(f.reason not in (intake.REMARK, "declared_out_of_scope") for f in checked.findings) or checked.failed_gates:
        raise SystemExit(DataError.exit_code)
    if not as_json:
        click.echo("next: put the contract into the pack's contracts/ folder, then `karvan feed load` and `karvan run`")


def open_places(path: Path) -> None:
    """Raise PackError where a draft still says TODO in what decides how rows are read; what only people read may wait."""
    from karvan.country.yaml_file import lines, read_yaml

    def walk(content: Any, keys: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
        return [keys] if content == "TODO" or "TODO" in keys[-1:] else [found for key, value in inside for found in walk(value, (*keys, key))]

    content = read_yaml(path)
    parts = {key: content.get(key) for key in ("schema", "customProperties")} if isinstance(content, dict) else {}
    left = [found for key, part in parts.items() for found in walk(part, (key,))]
    if left:
        where = lines(path.read_bytes())
        said = [f"line {where.get(keys, '?')} ({keys[-1]})" for keys in left]
        raise PackError(
            f"{len(left)} places of the draft are not decided." if len(left) > 1 else "One place of the draft is not decided.",
            where=f"{path}: {', '.join(said[:12])}{' ...' if len(said) > 12 else ''}",
            fix="put what is right in place of each TODO (null leaves a value empty); the list at the top of the draft says what is asked",
        )
