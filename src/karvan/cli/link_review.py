"""The verbs of `karvan link` about pairs and persons: review, explain, decide, decisions, events, undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from karvan.cli.terminal import json_option, progress, show, workspace_option
from karvan.workspace import Workspace

if TYPE_CHECKING:
    from karvan.linkage.sides import Said

by_option = click.option("--by", "who", required=True, help="Who decides.")
at_option = click.option("--at", type=click.DateTime(), default=None, help="When it was decided (default: now).")


@click.command()
@workspace_option
@json_option
@click.option("--by", "who", default="", help="The reviewer: what they have answered is left out.")
@click.option("-n", "--limit", default=20, show_default=True, type=click.IntRange(1), help="Pairs to list.")
def review(ws: Workspace, as_json: bool, who: str, limit: int) -> None:
    """List pairs of records that a person should look at, the most useful first. Names nobody.

    \b
    Example:
      karvan link review -w demo --by ssc
    """
    from karvan.linkage import review_queue

    rows = [vars(pair) | pair.levels for pair in review_queue(ws, reviewer=who, limit=limit)]
    show(rows, ["record_a", "record_b", "probability", "name", "birth", "sex", "origin", "patronymic", "outcome", "reason", "answers", "why"], as_json=as_json)


@click.command()
@workspace_option
@click.argument("record_a")
@click.argument("record_b")
@click.option("--by", "who", required=True, help="Who opens the two records; it is written to the audit log.")
def explain(ws: Workspace, record_a: str, record_b: str, who: str) -> None:
    """Say why two records are, or are not, taken for one person. Opens the identity zone.

    \b
    Example:
      karvan link explain 2f9f... 4e0c... -w demo --by ssc
    """
    from karvan.linkage import open_pair

    seen = open_pair(ws, record_a, record_b, actor=who, purpose="review of one pair of records")
    show([{"field": row.field, "a": written(row.a), "b": written(row.b), "": row.verdict} for row in seen.rows], ["field", "a", "b", ""])
    click.echo("\n" + "\n".join(map(str, filter(None, [seen.names, *seen.weighed.words]))))


def written(values: Sequence[Said]) -> str:
    """What one side says in a field: each value once, with the number of records where there are several values."""
    return "; ".join(one.value if len(values) == 1 else f"{one.value} ({one.records})" for one in values)


@click.command()
@workspace_option
@click.argument("record_a")
@click.argument("record_b")
@click.argument("answer", type=click.Choice(["same", "different", "unsure"]))
@by_option
@at_option
@click.option("--reason", default="", help="Why, for whoever looks again.")
@click.option("--senior", is_flag=True, help="The answer outranks those of people who are not senior.")
def decide(ws: Workspace, record_a: str, record_b: str, answer: str, who: str, at: datetime | None, reason: str, senior: bool) -> None:
    """Decide whether two records are of one person; it holds from the next run on, whatever the score says.

    \b
    Example:
      karvan link decide 2f9f... 4e0c... different --by ssc --reason "brothers" -w demo
    """
    from karvan.linkage import decide as keep

    made = keep(ws, record_a, record_b, answer, who=who, at=at or datetime.now(UTC), reason=reason, senior=senior)
    click.echo(f"{made.id} is kept. next: karvan link run -w {ws.root}")


@click.command()
@workspace_option
@json_option
def decisions(ws: Workspace, as_json: bool) -> None:
    """List what people decided: what holds of each pair, by which rule, and whether the links follow it.

    \b
    Example:
      karvan link decisions -w demo
    """
    con = ws.connect()
    columns = ["records_a", "records_b", "answer", "rule", "contradicting", "decided_at", "decisions", "followed"]
    rows = con.execute(f"select {', '.join(columns)} from link_decisions order by decided_at desc").fetchall()
    show([dict(zip(columns, row, strict=True)) for row in rows], columns, as_json=as_json)


@click.command()
@workspace_option
@json_option
def events(ws: Workspace, as_json: bool) -> None:
    """List merges and splits of persons between runs, newest first.

    \b
    Example:
      karvan link events -w demo
    """
    from karvan.linkage import events as found

    rows = [row | {side: " ".join(row[side]) for side in ("from_ids", "to_ids")} for row in found(ws)]
    show(rows, ["event_id", "happened_on", "kind", "from_ids", "to_ids", "records", "cause", "undoes"], as_json=as_json)


@click.command()
@workspace_option
@click.argument("event")
@by_option
@at_option
@click.option("--reason", required=True, help="Why the event is taken back.")
def undo(ws: Workspace, event: str, who: str, at: datetime | None, reason: str) -> None:
    """Take a merge or split of persons back; the next run follows, and keeps following.

    \b
    Example:
      karvan link undo E0A1B2C3D4E5 --by ssc --reason "two sisters" -w demo
    """
    from karvan.linkage import undo as take_back

    made = take_back(ws, event, who=who, at=at or datetime.now(UTC), reason=reason)
    click.echo(f"{', '.join(one.id for one in made)} {'is' if len(made) == 1 else 'are'} kept. next: karvan link run -w {ws.root}")


@click.command()
@workspace_option
@json_option
@click.argument("event")
@click.option("-n", "--limit", default=50, show_default=True, type=click.IntRange(1), help="Cells to list.")
def figures(ws: Workspace, as_json: bool, event: str, limit: int) -> None:
    """List what a merge or split changed: its persons, and the cells of indicators that differ before and after the run that made it.

    \b
    Example:
      karvan link figures E0A1B2C3D4E5 -w demo
    """
    from karvan.linkage import figures_changed

    found = figures_changed(ws, event)
    rows = [cell | {"cell": " ".join(f"{name}={value}" for name, value in cell["cell"].items())} for cell in found["cells"][:limit]]
    show(rows, ["indicator", "period", "cell", "before", "after"], as_json=as_json)
    if not as_json:
        since = "indicators have not been computed since" if found["commit"] is None else f"{len(found['cells']):,} cells differ, with all that commit {found['commit']} brought"
        click.echo(f"\npersons: {' '.join(found['persons'])}; {since}")


@click.command()
@workspace_option
@json_option
def difference(ws: Workspace, as_json: bool) -> None:
    """Measure how far the links in force, made from what was new, are from a full run over the same records.

    \b
    Example:
      karvan link difference -w demo
    """
    from karvan.linkage import difference as measure

    with progress("full run, not kept") as report:
        found = measure(ws, progress=report)
    show([found], list(found), as_json=as_json)


@click.command()
@workspace_option
@json_option
@click.option("-n", "number", default=20, show_default=True, type=click.IntRange(1), help="Draws.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same draws.")
def draws(ws: Workspace, as_json: bool, number: int, seed: int) -> None:
    """Draw other partitions by the probabilities of uncertain pairs, into the table link_draws: how far linkage error can move a figure.

    \b
    Example:
      karvan link draws -n 20 -w demo
    """
    from karvan.linkage import draw

    with ws.lock(), progress("draws") as report:
        found = draw(ws, draws=number, seed=seed, progress=report)
    show([found], list(found), as_json=as_json)


VERBS = (review, explain, decide, decisions, events, undo, figures, difference, draws)
