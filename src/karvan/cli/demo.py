"""karvan demo: a synthetic country, the whole line, and a page to open."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import click

from karvan.cli.terminal import progress
from karvan.errors import DataError, KarvanError, SetupError
from karvan.workspace import Workspace

BETWEEN_VINTAGES = 12    # months; life courses are worked out anew for each vintage
SAMPLE = 300    # pairs from which precision and recall of links are estimated to about two points


@click.command()
@click.option("-w", "--workspace", "folder", type=click.Path(path_type=Path), default=Path("demo"), show_default=True, help="Folder of the demo's workspace; made if it is not there.")
@click.option("--pack", "packs", multiple=True, default=("az", "world"), show_default=True, help="Packs of the demo.")
@click.option("--residents", default=50_000, show_default=True, help="Residents of the synthetic country.")
@click.option("--seed", default=1, show_default=True, help="Seed; the same seed gives the same country.")
@click.option("--port", default=8000, show_default=True, help="Port of the portal on this machine.")
@click.option("--no-serve", is_flag=True, help="End when the profile is written; open no portal.")
def demo(folder: Path, packs: tuple[str, ...], residents: int, seed: int, port: int, no_serve: bool) -> None:
    """Make a synthetic country, run the line over it, and serve the portal.

    The second time, with nothing changed, only the portal is started.

    Example: karvan demo -w demo --port 8000
    """
    from karvan import intake, line
    from karvan.baseline import editions, study
    from karvan.cli.run import intervals_said, said
    from karvan.country import for_workspace
    from karvan.linkage import draw_sample, sample_of
    from karvan.publish import profile
    from karvan.revisions import publish, vintage_days
    from karvan.synth.make import make
    from karvan.uncertainty import Intervals

    started = time.monotonic()
    half_made = folder / "making"
    if half_made.exists():  # a demo killed before its files were complete: begin again
        shutil.rmtree(folder)
    if folder.exists() and not (folder / "karvan.toml").exists() and any(folder.iterdir()):
        raise SetupError("The folder holds something else.", where=str(folder), fix="choose an empty folder with -w")
    if not (folder / "karvan.toml").exists():
        ws = Workspace.create(folder, packs=list(packs))
        half_made.touch()
        country = for_workspace(ws)
        with progress("synthetic country") as report:
            make(country, seed=seed, residents=residents, extracts=ws.extracts, truth=ws.root / "truth", progress=report)
        for feed, files in country.samples.items():
            if feed in country.contracts:
                for path in files:
                    intake.load(ws, feed, path)
        half_made.unlink()
        click.echo(f"{'synth':<12} {residents:>12,} residents and their visitors, {time.monotonic() - started:.1f} s")
    ws = Workspace.open(folder)
    intervals = Intervals(ws)
    with progress("run") as report:
        done = line.run(ws, progress=report, before={"disclosure": intervals.draw})
    for name, run in done:
        click.echo(said(name, run))
    if told := intervals_said(intervals):
        click.echo(told)
    if any(name == "link" and run for name, run in done) or not sample_of(ws):  # none: the demo was stopped between the run and the lot
        try:
            with ws.lock():
                drawn = draw_sample(ws, size=SAMPLE, seed=seed, actor="karvan demo")
            click.echo(f"{'sample':<12} {len(drawn):>12,} pairs for reviewers to judge")
        except DataError as wrong:      # a country so small that no pair is in doubt has nothing to sample
            click.echo(f"{'sample':<12} {str(wrong).splitlines()[0]}")
    out = ws.root / "publications" / "profile"
    if any(run for _, run in done) or not out.exists():
        for lang in for_workspace(ws).languages:
            with progress(f"profile {lang}") as report:
                edition = profile(ws, lang=lang, out=out, explain_url="/statistics/explain", progress=report)
            click.echo(f"{'profile':<12} {edition.html}, {edition.cells} bound cells")
    if any(run for _, run in done) or not editions(ws):
        try:
            with progress("revisions") as report, ws.lock():
                kept = publish(ws, on=vintage_days(ws, BETWEEN_VINTAGES), progress=report)
            click.echo(f"{'revisions':<12} {max(one['vintages'] for one in kept):>12,} vintages of {len(kept)} figures")
        except DataError as wrong:      # a pack that declares no figures, or data of less than a year
            click.echo(f"{'revisions':<12} {str(wrong).splitlines()[0]}")
        with progress("baseline study") as report:
            written = study(ws, progress=report)
        click.echo(f"{'study':<12} {written.folder}, edition of {written.dated}")
    click.echo(f"{'in all':<12} {time.monotonic() - started:.1f} s")
    if no_serve:
        return
    try:
        from karvan_portal.server import serve
    except ImportError as wrong:
        raise KarvanError(f"The portal cannot be started: {wrong}", fix="run `make setup`") from None
    serve(ws.root, port=port)
