"""`karvan link`: who is who."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.cli.link_review import VERBS
from karvan.cli.terminal import json_option, progress, show, workspace_option
from karvan.workspace import Workspace

if TYPE_CHECKING:
    from karvan.linkage.files import Report


@click.group()
def link() -> None:
    """Link records to persons, see how it went, and decide where it is not sure."""


for verb in VERBS:
    link.add_command(verb)


@link.command()
@workspace_option
@json_option
@click.option("--force", is_flag=True, help="Link again although nothing has changed.")
@click.option("--new-only", is_flag=True, help="Link only what is new or changed since the last run, and whom it touches.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="What compares the pairs; the links are the same.")
@click.option("--spark-master", default="", envvar="KARVAN_SPARK_MASTER", help="Address of a Spark cluster, as in spark://host:7077; without one, the processors of this machine.")
def run(ws: Workspace, as_json: bool, force: bool, new_only: bool, engine: str, spark_master: str) -> None:
    """Link the records of a workspace to persons.

    \b
    Example:
      karvan link run -w demo
      karvan link run -w demo --engine spark --spark-master spark://host:7077
    """
    from karvan.linkage import NEW_ONLY, step_on
    from karvan.workspace import run_step

    if new_only and engine == "spark":
        raise click.UsageError("--new-only compares few records with the nodes of the last run and does so on this machine; leave out --engine spark.")
    step = NEW_ONLY if new_only else step_on(engine, spark_master)
    with ws.lock(), progress("link") as report:
        done = run_step(ws, step, progress=report, force=force)
    if done is None:
        done = ws.head().runs[step.name]
        click.echo("Nothing has changed since the last run; this is what it did.", err=True)
    show(summary(done.notes, done.seconds), ["what", "count", "remark"], as_json=as_json)


files_arguments = [click.argument("a", type=click.Path(path_type=Path)), click.argument("b", type=click.Path(path_type=Path), required=False)]
seed_option = click.option("--seed", type=int, default=1, show_default=True, help="Of everything that is drawn by lot.")
memory_option = click.option("--memory", default="4GB", show_default=True, help="What the engine may hold; more goes to disk.")


@link.command()
@files_arguments[0]
@files_arguments[1]
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to this file instead of the terminal.")
@seed_option
@memory_option
def draft(a: Path, b: Path | None, out: Path | None, seed: int, memory: str) -> None:
    """Draft how files A and B are linked, or how duplicates are found in A alone.

    Columns, keys and comparisons come from the headers and values of the files; every line says why. Change what you know better.

    \b
    Example:
      karvan link draft census.csv register.parquet -o link.yaml
    """
    from karvan.linkage.files import check_out
    from karvan.linkage.files import draft as drafted

    if out:
        check_out(out, (a, b))
    text = drafted(a, b, seed=seed, memory=memory)
    if out:
        out.write_text(text, encoding="utf-8")
        click.echo(f"Wrote {out}. Read it, then: karvan link files {a}{f' {b}' if b else ''} --config {out} -o LINKS.parquet", err=True)
    else:
        click.echo(text, nl=False)


@link.command()
@files_arguments[0]
@files_arguments[1]
@click.option("--config", required=True, type=click.Path(path_type=Path), help="A link.yaml, as `karvan link draft` writes it.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The links: Parquet, or CSV where the name ends in .csv.")
@seed_option
@memory_option
@json_option
def files(a: Path, b: Path | None, config: Path, out: Path, seed: int, memory: str, as_json: bool) -> None:
    """Link files A and B, or find the duplicates in A alone; no workspace is needed.

    Writes unique_id_a, unique_id_b and match_probability, the surest first, and says what was compared and learned.

    \b
    Example:
      karvan link files census.csv register.parquet --config link.yaml -o LINKS.parquet
    """
    import json
    from dataclasses import asdict

    from karvan.linkage.files import link_files

    with progress("link") as report:
        done = link_files(a, b, config, out, seed=seed, memory=memory, progress=report)
    if as_json:
        click.echo(json.dumps(asdict(done), indent=1))
        return
    show(told(done), ["what", "count", "remark"])


def told(done: Report) -> list[dict]:
    """What a linkage of files did, as rows for a reader."""
    rows: list[dict] = [
        {"what": "rows", "count": sum(done.rows), "remark": " and ".join(f"{n:,}" for n in done.rows)},
        {"what": "pairs compared", "count": done.compared, "remark": "a pair of several keys counts once"},
    ]
    rows += [{"what": "look at", "count": None, "remark": note} for note in done.notes]
    rows += [{"what": f"pairs by {key['key']}", "count": key["pairs"], "remark": ""} for key in done.pairs_by_key]
    rows += [
        {"what": f"left out of {block['key']}", "count": block["rows"], "remark": f"rows in {block['blocks']:,} blocks too large, the largest of {block['largest_pairs']:,} pairs"}
        for block in done.left_out
    ]
    rows += [
        {"what": f"{p['comparison']}: {p['level']}", "count": p["weight"], "remark": f"weight in bits; {p['one_person']:.2%} of one person's pairs, {p['two_people']:.4%} of two people's"}
        for p in done.parameters
    ]
    rows += [{"what": "not believed", "count": None, "remark": said} for said in done.not_believed]
    rows += [{"what": f"pairs from {band['from']}", "count": band["pairs"], "remark": "match_probability up to the band above"} for band in done.bands]
    rows.append({"what": "matches expected", "count": done.matches, "remark": "the sum of the probabilities"})
    rows.append({"what": "links written", "count": done.links, "remark": ""})
    return [*rows, *({"what": f"seconds to {stage}", "count": spent, "remark": ""} for stage, spent in done.seconds.items())]


def summary(notes: dict, seconds: float) -> list[dict]:
    """The notes of a run as rows for a reader."""
    rows = [
        {"what": "records", "count": notes["records"], "remark": ""},
        {"what": "nodes", "count": notes["nodes"], "remark": "records of the same number are one node"},
        {"what": "persons", "count": notes["persons"], "remark": ""},
    ]
    rows += [{"what": what.replace("_", " "), "count": n, "remark": "this run, of what is new only"} for what, n in notes.get("new_only", {}).items()]
    rows += [{"what": f"pairs by {level}", "count": count, "remark": ""} for level, count in notes["pairs"].items()]
    rows += [{"what": f"records by {level}", "count": count, "remark": ""} for level, count in notes["levels"].items()]
    rows += [{"what": "kept apart", "count": count, "remark": reason} for reason, count in notes["kept_apart"].items()]
    rows += [{"what": "join refused", "count": count, "remark": reason} for reason, count in notes["refused"].items()]
    rows += [
        {"what": "nodes in large blocks", "count": block["nodes"], "remark": f"{block['rule']}: {block['blocks']} blocks, the largest of {block['largest']}, divided; {block['skipped']} nodes skipped"}
        for block in notes["large_blocks"]
    ]
    rows.append({"what": "parameters", "count": None, "remark": notes["parameters"]})
    rows += [{"what": f"seconds for {stage}", "count": spent, "remark": ""} for stage, spent in notes["seconds"].items()]
    return [*rows, {"what": "seconds", "count": seconds, "remark": ""}]
