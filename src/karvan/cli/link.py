"""`karvan link`: who is who."""

from __future__ import annotations

import click

from karvan.cli.link_review import VERBS
from karvan.cli.terminal import json_option, progress, show, workspace_option
from karvan.workspace import Workspace


@click.group()
def link() -> None:
    """Link records to persons, see how it went, and decide where it is not sure."""


for verb in VERBS:
    link.add_command(verb)


@link.command()
@workspace_option
@json_option
@click.option("--force", is_flag=True, help="Link again although nothing has changed.")
def run(ws: Workspace, as_json: bool, force: bool) -> None:
    """Link the records of a workspace to persons.

    \b
    Example:
      karvan link run -w demo
    """
    from karvan.linkage import STEP
    from karvan.workspace import run_step

    with ws.lock(), progress("link") as report:
        done = run_step(ws, STEP, progress=report, force=force)
    if done is None:
        done = ws.head().runs[STEP.name]
        click.echo("Nothing has changed since the last run; this is what it did.", err=True)
    show(summary(done.notes, done.seconds), ["what", "count", "remark"], as_json=as_json)


def summary(notes: dict, seconds: float) -> list[dict]:
    """The notes of a run as rows for a reader."""
    rows = [
        {"what": "records", "count": notes["records"], "remark": ""},
        {"what": "nodes", "count": notes["nodes"], "remark": "records of the same number are one node"},
        {"what": "persons", "count": notes["persons"], "remark": ""},
    ]
    rows += [{"what": f"pairs by {level}", "count": count, "remark": ""} for level, count in notes["pairs"].items()]
    rows += [{"what": f"records by {level}", "count": count, "remark": ""} for level, count in notes["levels"].items()]
    rows += [{"what": "kept apart", "count": count, "remark": reason} for reason, count in notes["kept_apart"].items()]
    rows += [{"what": "join refused", "count": count, "remark": reason} for reason, count in notes["refused"].items()]
    rows += [
        {"what": "nodes in blocks skipped", "count": block["nodes"], "remark": f"{block['rule']}: {block['blocks']} blocks, the largest of {block['largest']}"}
        for block in notes["skipped_blocks"]
    ]
    rows.append({"what": "parameters", "count": None, "remark": notes["parameters"]})
    rows += [{"what": f"seconds for {stage}", "count": spent, "remark": ""} for stage, spent in notes["seconds"].items()]
    return [*rows, {"what": "seconds", "count": seconds, "remark": ""}]
