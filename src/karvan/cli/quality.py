"""`karvan quality`: what the sources are worth."""

from __future__ import annotations

import click

from karvan.cli.terminal import json_option, show, workspace_option
from karvan.workspace import Workspace


@click.group()
def quality() -> None:
    """Show how good the sources are, and where they are weak."""


@quality.command("show")
@click.argument("subject", required=False)
@click.option("--qi", help="Only this quality indicator, as QI-11.")
@workspace_option
@json_option
def show_scores(subject: str | None, qi: str | None, ws: Workspace, as_json: bool) -> None:
    """Show the quality scores: one line per source, or every measure of one SUBJECT.

    \b
    Example:
      karvan quality show -w demo
      karvan quality show az.sbs.crossings -w demo
      karvan quality show --qi QI-08 -w demo
    """
    from karvan.errors import DataError, nearest
    from karvan.quality import quality_indicators

    known = quality_indicators()
    con = ws.connect(memory="500MB", threads=1)
    columns = ["qi", "subject", "detail", "measured", "score", "colour", "measured_until"]
    found = con.execute(f"select {', '.join(columns)} from quality_scores order by qi, subject, detail nulls first").fetchall()
    rows = [dict(zip(columns, row, strict=True)) for row in found]
    if not rows:
        raise DataError("Nothing has been scored yet.", where=str(ws.root), fix="run `karvan run --through quality`")
    if qi and qi not in {row["qi"] for row in rows}:
        raise DataError(f"'{qi}' is not measured here.", fix=nearest(qi, sorted(known)) or f"one of {', '.join(known)}")
    if subject and subject not in {row["subject"] for row in rows}:
        raise DataError(f"Nothing is scored under '{subject}'.", fix=nearest(subject, sorted({row["subject"] for row in rows})) or "see `karvan quality show`")
    kept = [row for row in rows if (not subject or row["subject"] == subject) and (not qi or row["qi"] == qi)]
    if not subject and not qi:
        kept = [row for row in rows if row["qi"] == "SCORE" and row["detail"] is None]
        parts = {(row["subject"], row["detail"]): row["score"] for row in rows if row["qi"] == "SCORE"}
        dimensions = sorted({detail for _, detail in parts if detail})
        lines = [
            {"subject": row["subject"], "score": round(row["score"]), "colour": row["colour"]}
            | {d: rounded(parts.get((row["subject"], d))) for d in dimensions}
            for row in kept
        ]
        show(lines, ["subject", "score", "colour", *dimensions], as_json=as_json)
        return
    for row in kept:
        row["what"] = known[row["qi"]].name if row["qi"] in known else "total, and its dimensions"
        row["unit"] = known[row["qi"]].unit.replace("_", " ") if row["qi"] in known else "points"
        row["measured"], row["score"] = round(row["measured"], 3), rounded(row["score"])
    show(kept, ["qi", "what", "subject", "detail", "measured", "unit", "score", "colour", "measured_until"], as_json=as_json)


def rounded(points: float | None) -> int | None:
    return None if points is None else round(points)


@quality.command("list")
@workspace_option
@json_option
def list_indicators(ws: Workspace, as_json: bool) -> None:
    """List the quality indicators: how many sources or figures each measures here, its limits, and what those without a measure wait for.

    Example: karvan quality list -w demo
    """
    from karvan.country import for_workspace
    from karvan.quality import scale_of

    con = ws.connect(memory="500MB", threads=1)
    counts = dict(
        con.execute(
            "select qi, count(*) from (select qi from quality_scores where detail is null or qi = 'QI-13' and detail = 'p50' "
            "union all select qi from figure_quality where detail is null or qi = 'QI-18' and not regexp_matches(detail, '[0-9]{4}$')) group by qi"
        ).fetchall()
    )
    rows = [
        {
            "qi": qi.id, "name": qi.name, "dimension": qi.dimension, "green": qi.green, "amber": qi.amber, "measured": counts.get(qi.id, 0),
            "waits_for": "" if qi.id in counts else qi.waits_for.get("en", "a delivery"),
        }
        for qi in scale_of(for_workspace(ws)).indicators.values()
    ]  # fmt: skip
    show(rows, ["qi", "name", "dimension", "green", "amber", "measured", "waits_for"], as_json=as_json)


@quality.command("history")
@click.argument("subject")
@click.option("--qi", default="QI-01", show_default=True, help="Which quality indicator, as QI-08; SCORE for the total (over runs).")
@click.option("--about", type=click.Choice(["delivery", "year", "run"]), help="Over deliveries, years of records, or runs of the line; all if left out.")
@workspace_option
@json_option
def show_history(subject: str, qi: str, about: str | None, ws: Workspace, as_json: bool) -> None:
    """Show how a measure of a source moved over its deliveries, the years of its records, and runs of the line.

    Example: karvan quality history az.sbs.crossings --qi QI-03 --about year -w demo
    """
    from karvan.errors import DataError, nearest

    con = ws.connect(memory="500MB", threads=1)
    columns = ["about", "name", "at_on", "measured", "score", "colour"]
    found = con.execute(f"select {', '.join(columns)} from quality_history where subject = ? and qi = ? and (? is null or about = ?) order by about, at_on, name", [subject, qi, about, about]).fetchall()
    if not found:
        known = [row[0] for row in con.execute("select distinct subject from quality_history order by subject").fetchall()]
        raise DataError(f"There is no history of {qi} for '{subject}'.", where=str(ws.root), fix=nearest(subject, known) or "see `karvan quality show`, or run `karvan run`")
    show([dict(zip(columns, row, strict=True)) for row in found], columns, as_json=as_json)
