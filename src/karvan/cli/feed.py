"""karvan feed: what agencies deliver."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from karvan.cli.terminal import figure, json_option, out_option, show, workspace_option
from karvan.errors import DataError, SetupError, nearest
from karvan.workspace import Workspace

if TYPE_CHECKING:
    from karvan.intake import Checked


@click.group()
def feed() -> None:
    """Check, load and list what agencies deliver; accept what is held; write return files."""


def contract_in(ws: Workspace, name: str) -> Any:
    from karvan.country import for_workspace

    contracts = for_workspace(ws).contracts
    if name not in contracts:
        raise DataError(f"There is no feed '{name}'.", where=f"packs {', '.join(ws.packs)}", fix=nearest(name, list(contracts)) or "see `karvan feed list`")
    return contracts[name]


def language_of(ws: Workspace, lang: str | None) -> None:
    """Raise DataError where the packs do not speak a language."""
    from karvan.country import for_workspace

    known = sorted({lang for pack in for_workspace(ws).packs for lang in pack.about.get("languages") or ["en"]})
    if lang is not None and lang not in (*known, "en"):
        raise DataError(f"The packs have no words in '{lang}'.", where=f"packs {', '.join(ws.packs)}", fix=f"use one of {', '.join(known)}")


@feed.command()
@click.argument("name", metavar="FEED")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", default="en", show_default=True, help="Language of the reasons.")
@workspace_option
@json_option
def check(name: str, file: Path, lang: str, ws: Workspace, as_json: bool) -> None:
    """Try a file out: what would become of its rows. Nothing is changed.

    Exit code 3 if the file would be held, or none of its rows could be read.

    Example: karvan feed check az.sbs.crossings crossings_2026-03-05.csv -w demo
    """
    from karvan import intake
    from karvan.country import for_workspace

    contract = contract_in(ws, name)
    if not file.is_file():
        raise SetupError("There is no such file.", where=str(file), fix="check the path")
    language_of(ws, lang)
    checked = intake.check(file, contract, for_workspace(ws), before=intake.ledger(ws, name), lang=lang)
    report(checked, file, as_json=as_json)
    of_no_use = checked.failed_gates or (checked.rows and not checked.records)
    if not as_json:
        if checked.rows and not checked.records:
            click.echo("  no row of the file can be read: it is not what the contract says")
        click.echo("do: send the findings back to the agency, then run `karvan feed check` on the new file" if of_no_use else f"next: karvan feed load {name} {file} -w {ws.root}")
    if of_no_use:
        raise SystemExit(DataError.exit_code)


def report(checked: Checked, file: Path, *, as_json: bool = False) -> None:
    """Print the result of a dry run."""
    if as_json:
        click.echo(json.dumps(asdict(checked), ensure_ascii=False, default=str, indent=1))
        return
    from karvan.intake import REMARK

    rules = sum(f.reason != REMARK for f in checked.findings)
    broken = f", {rules} {'rule' if rules == 1 else 'rules'} broken" if rules else ""
    broken += "; values not understood are left empty" if len(checked.findings) > rules else ""
    click.echo(f"{checked.feed} {checked.period or file.name}: {figure(checked.rows)} rows -> {figure(checked.records)} records, {figure(checked.set_aside)} rows set aside{broken}.")
    width = max([len(f.field or "row") for f in checked.findings], default=0)
    count = max([len(figure(f.rows)) for f in checked.findings], default=0)
    for finding in checked.findings:
        click.echo(f"  {(finding.field or 'row').ljust(width)}  {figure(finding.rows).rjust(count)} rows  {finding.line()}  first: row {figure(finding.first_row)}")
    for gate in checked.failed_gates:
        click.echo(f"  gate {gate.name}{' of ' + gate.field if gate.field else ''}: found {gate.found}, limit {gate.limit}: the delivery would be held")
    for row in checked.first_records:
        click.echo("  " + "  ".join(f"{k}={v}" for k, v in row.items() if v is not None))


@feed.command()
@click.argument("name", metavar="FEED")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="Day on which the files came (default: today).")
@workspace_option
def load(name: str, files: tuple[Path, ...], received: datetime | None, ws: Workspace) -> None:
    """Take files in; the next `karvan run` reads them. The same file twice changes nothing.

    Example: karvan feed load az.sms.permits permits_2026-03.csv -w demo
    """
    from karvan import intake

    contract_in(ws, name)
    for file in files:
        before = {p.name for p in (ws.extracts / name).glob("*")} if (ws.extracts / name).is_dir() else set()
        there = intake.load(ws, name, file, received_on=received.date() if received else None)
        click.echo(f"{file.name}: {'there already' if there.name in before else 'taken in'} as {there.name}")
    click.echo(f"next: karvan run -w {ws.root}")


@feed.command("list")
@click.argument("name", metavar="FEED", required=False)
@click.option("--deliveries", is_flag=True, help="One line for each delivery.")
@click.option("--held", is_flag=True, help="Only deliveries that are held, with the gates that they failed.")
@workspace_option
@json_option
def list_(name: str | None, deliveries: bool, held: bool, ws: Workspace, as_json: bool) -> None:
    """List feeds with their last complete day, or the deliveries of one.

    Example: karvan feed list az.sbs.crossings --held -w demo
    """
    from karvan import intake
    from karvan.country import for_workspace

    if name:
        contract_in(ws, name)
    rows = intake.ledger(ws, name)
    if deliveries or held or name:
        lines = [r for r in intake.scorecard(ws, name) if not held or r["state"] == "held"] if name else [r for f in sorted({r["feed"] for r in rows}) for r in intake.scorecard(ws, f) if not held or r["state"] == "held"]
        columns = ["delivery_id", "file", "state", "due_on", "received_on", "rows", "rows_read", "rows_duplicate", "rows_superseded", "rows_quarantined", "rows_held"]
        show(lines, [*columns, "gates", "accepted_by"] if held or as_json else columns, as_json=as_json)
        return
    lines = []
    for key, contract in for_workspace(ws).contracts.items():
        mine = [r for r in rows if r["feed"] == key]
        total = sum(r["rows"] for r in mine)
        lines.append({
            "feed": key, "institution": contract.institution, "record": contract.record, "deliveries": len(mine), "held": sum(r["state"] == "held" for r in mine), "rows": total,
            "set_aside": sum(r["rows_quarantined"] for r in mine), "complete_until": intake.observed_until(ws, key) if mine else None,
        })  # fmt: skip
    show(lines, ["feed", "institution", "record", "deliveries", "held", "rows", "set_aside", "complete_until"], as_json=as_json)


@feed.command()
@click.argument("delivery")
@click.option("--by", required=True, help="Who accepts it.")
@click.option("--why", required=True, help="Why; kept with the delivery.")
@workspace_option
def accept(delivery: str, by: str, why: str, ws: Workspace) -> None:
    """Accept a delivery that the gates hold; the next run reads it.

    Example: karvan feed accept az.sms.permits:3f0c... --by "A. Head of data" --why "new code confirmed by the service"
    """
    from karvan import intake

    intake.accept(ws, delivery, by=by, reason=why)
    click.echo(f"accepted: {delivery}")
    click.echo(f"next: karvan run -w {ws.root}")


@feed.command("return")
@click.argument("name", metavar="FEED")
@click.option("--lang", help="Language of the words (default: the first of the pack).")
@out_option
@workspace_option
def return_(name: str, lang: str | None, out: Path | None, ws: Workspace) -> None:
    """Write the return file of a feed: failing rows with reasons, most frequent first, and the scorecard.

    A name ending in .xlsx gives a workbook, .csv three files.

    Example: karvan feed return az.sms.permits --lang az -o permits.return.xlsx -w demo
    """
    from karvan import intake

    contract_in(ws, name)
    language_of(ws, lang)
    if out is not None and out.suffix not in (".xlsx", ".csv"):
        raise SetupError(f"A return file is a workbook or CSV, not '{out.suffix or out.name}'.", where=str(out), fix="let the name end in .xlsx or .csv")
    if out is not None and not out.parent.is_dir():
        raise SetupError("There is no such folder.", where=str(out.parent), fix="make the folder first, or choose another name with -o")
    click.echo(f"written: {intake.return_file(ws, name, out=out or Path(f'{name}.return.xlsx'), lang=lang)}")


@feed.command()
@click.argument("name", metavar="FEED", required=False)
@click.option("--rows", is_flag=True, help="List the rows with their raw text; the audit log keeps who looked.")
@click.option("--limit", default=20, type=click.IntRange(min=1), show_default=True, help="Rows to list.")
@click.option("--by", "actor", default="karvan", help="Who looks.")
@workspace_option
@json_option
def quarantine(name: str | None, rows: bool, limit: int, actor: str, ws: Workspace, as_json: bool) -> None:
    """Count what is set aside by reason, or list the rows.

    Example: karvan feed quarantine az.sbs.crossings -w demo
    """
    from karvan import intake

    if name:
        contract_in(ws, name)
    if rows:
        show(intake.list_quarantine(ws, name, limit=limit, actor=actor), ["delivery_id", "file", "row_no", "reason", "field", "found", "expected", "raw"], as_json=as_json)
        return
    counts: dict[tuple[str, str, str], int] = {}
    for row in intake.list_quarantine(ws, name, actor=actor):
        key = (row["feed"], row["reason"], row["field"] or "")
        counts[key] = counts.get(key, 0) + 1
    show(
        [{"feed": f, "reason": r, "field": c, "rows": n, "in words": intake.REASONS.get(r, r)} for (f, r, c), n in sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0]))],
        ["feed", "reason", "field", "rows", "in words"],
        as_json=as_json,
    )
