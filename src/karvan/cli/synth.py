"""karvan synth: a country that does not exist, for learning, testing and demonstration."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from karvan.cli.terminal import json_option, progress, show, workspace_option
from karvan.errors import SetupError
from karvan.workspace import Workspace


@click.group()
def synth() -> None:
    """Make a synthetic country, and score what the line makes of it."""


@synth.command()
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the extracts and the truth.")
@click.option("-w", "--workspace", type=click.Path(path_type=Path), help="Workspace whose extracts to write; its truth goes beside them.")
@click.option("--pack", default="az", show_default=True, help="Pack that holds the settings; with -w, the workspace's own packs.")
@click.option("--residents", default=50_000, show_default=True, type=click.IntRange(200), help="Residents; visitors come on top.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same files.")
@click.option("--without", default="", help="Defects to leave out, with commas: Q05,Q12.")
@click.option("--defect-rates", default="x1", show_default=True, help="Factor on the rates of the defects: x2 is twice as many.")
@json_option
def make(out: Path | None, workspace: Path | None, pack: str, residents: int, seed: int, without: str, defect_rates: str, as_json: bool) -> None:
    """Make the agencies' files of a synthetic country, and the truth about it.

    Example: karvan synth make -o country --residents 5000 --seed 7
    """
    from karvan.country import for_workspace, load
    from karvan.synth.make import make as make_country

    if (out is None) == (workspace is None):
        raise click.UsageError("give either -o FOLDER or -w WORKSPACE")
    try:
        factor = float(defect_rates.lower().lstrip("x"))
    except ValueError:
        raise click.BadParameter("write a factor, as in x2 or x0.5", param_hint="--defect-rates") from None
    if workspace is not None:
        ws = Workspace.open(workspace)
        country, extracts, truth = for_workspace(ws), ws.extracts, ws.root / "truth"
    else:
        assert out is not None
        country, extracts, truth = load([pack]), out / "extracts", out / "truth"
    if extracts.exists() and any(extracts.iterdir()):
        raise SetupError("There are extracts here already.", where=str(extracts), fix="choose another folder; made-up files are never mixed with others")
    started = time.monotonic()
    with progress("synthetic country") as report:
        made = make_country(
            country,
            residents=residents,
            seed=seed,
            extracts=extracts,
            truth=truth,
            without=[w.strip() for w in without.split(",") if w.strip()],
            defect_rates=factor,
            progress=report,
        )
    rows = [{"feed": feed, "files": made.files[feed], "rows": n} for feed, n in made.rows.items()]
    show(rows, ["feed", "files", "rows"], as_json=as_json)
    if not as_json:
        click.echo(
            f"\n{sum(made.rows.values()):,} rows of {residents:,} residents and their visitors in {time.monotonic() - started:.1f} s. "
            "Everybody in them is made up."
        )
        click.echo(f"next: karvan run -w {workspace}" if workspace else f"next: karvan synth make -w WORKSPACE, or copy {extracts} into a workspace")


@synth.command()
@workspace_option
@click.option("--truth", type=click.Path(path_type=Path), help="Folder of the truth (default: truth in the workspace).")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
def score(ws: Workspace, truth: Path | None, as_json: bool) -> None:
    """Compare links, presence and residence of a workspace with its truth.

    Example: karvan synth score -w demo
    """
    from karvan.synth.score import score as score_workspace

    result = score_workspace(ws, truth)
    if as_json:
        click.echo(json.dumps(result, indent=1, ensure_ascii=False, default=str))
        return
    click.echo("Links")
    show(result["links"], ["measure", "rows", "persons", "precision", "recall", "f1"])
    for by, rows in result["links_by"].items():
        click.echo(f"\nB-cubed over records, by {by}")
        show(rows, ["group", "rows", "persons", "precision", "recall", "f1"])
    for part, title in (("hard_cases", "Hard cases: B-cubed over documents"), ("defects", "Records that a defect touched: B-cubed over records")):
        click.echo(f"\n{title}")
        show(result[part], ["group", "rows", "persons", "precision", "recall", "f1"])
    click.echo("\nPairs of nodes: what the block keys found, and what became of it")
    show(result["pairs"], ["block", "pairs", "of_one_person", "joined", "joined_wrongly", "true_pairs", "apart_and_not_found", "recall"])
    for part, title, columns in (("presence", "Presence", ["day"]), ("residence", "Residence", ["rule", "day"]), ("foreign", "Foreign residents", ["rule", "day"])):
        click.echo(f"\n{title}: people on a day")
        show([{**row, "day": str(row["day"])} for row in result[part]], [*columns, "ours", "truth", "agreed", "precision", "recall"])
    click.echo("\nRegion of residence: residents by UR-12/16 whose region is known, and right")
    show([{**row, "day": str(row["day"])} for row in result["regions"]], ["day", "residents", "known", "agreed"])
    click.echo("\nFlows: people in a year")
    show([{**row, "year": str(row["year"])} for row in result["flows"]], ["flow", "rule", "year", "ours", "truth", "agreed"])
