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
        row["unit"] = known[row["qi"]].unit if row["qi"] in known else "points"
        row["measured"], row["score"] = round(row["measured"], 3), rounded(row["score"])
    show(kept, ["qi", "what", "subject", "detail", "measured", "unit", "score", "colour", "measured_until"], as_json=as_json)


def rounded(points: float | None) -> int | None:
    return None if points is None else round(points)
