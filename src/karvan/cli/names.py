"""`karvan names`: compare names of persons across scripts."""

from __future__ import annotations

from pathlib import Path

import click

from karvan.cli.terminal import json_option, progress


@click.group()
def names() -> None:
    """Compare names of persons, in any script."""


@names.command()
@click.argument("pairs", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Parquet file to write: the rows of PAIRS, with the column `score`.")
def score(pairs: Path, out: Path) -> None:
    """Score the pairs of names in a Parquet file (columns `name_a`, `name_b`).

    The score, 0 to 1, says how likely both names are one person's; a name that is empty scores 0. Other columns are kept as they are.

    \b
    Example:
      karvan names score pairs.parquet -o scores.parquet
    """
    from karvan.linkage.names.files import score_file

    with progress("names") as report:
        done = score_file(pairs, out, progress=report)
    click.echo(f"{done.pairs:,} pairs scored, {done.accepted:,} of them {done.threshold:.2f} or more; {done.unknown:,} have a name without letters. Written: {out}", err=True)


@names.command()
@click.argument("name_a")
@click.argument("name_b")
@click.option("--language", default="en", help="Language of the explanation: en, az or ru.")
@json_option
def explain(name_a: str, name_b: str, language: str, as_json: bool) -> None:
    """Say which parts of two names answer to each other, and what disagrees.

    \b
    Example:
      karvan names explain "Əliyeva Leyla" "Алиева, Лейла Расимовна"
    """
    import json

    from karvan.linkage.names import explain_name_match

    found = explain_name_match(name_a, name_b, language=language)
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) if as_json else str(found))
