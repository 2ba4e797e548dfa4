"""The improvement plan: measures that follow from the findings of a study, in order of priority, and what people made of each.

Measures are proposed by rule, so that the same finding has the same id in the study of the next year; owner, due day and status are people's, kept in a
journal. Priority is severity times the figures concerned: points = severity x (1 + reach), high from 60 points, medium from 20.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.baseline import journal
from karvan.errors import DataError
from karvan.workspace import Workspace

if TYPE_CHECKING:
    from karvan.country import Country

JOURNAL = "plan"
STATUSES = ("proposed", "accepted", "in_progress", "done", "dropped")
HIGH, MEDIUM = 60, 20
SEVERITY = {"red": 4, "amber": 1}


def proposed(found: dict[str, Any], country: Country) -> list[dict[str, Any]]:
    """Measures that follow from the facts of a study, most pressing first.

    `kind` says which finding: a weak measure of a source (`quality`), a source without a recorded act (`law`), descriptions and acts that nobody has
    confirmed (`confirm`), tables that wait for a definition or a source (`define`, `source`), questionnaires not submitted (`answer`), low levels (`level`).
    """
    out = []
    for source in found["sources"]:
        feed, who, reach = source["feed"], source["institution"], source["rests"]
        for qi, measure in source["measures"].items():
            if measure["colour"] in SEVERITY and measure["score"] is not None:      # a flag takes no points and asks for no measure
                out.append(_measure("quality", f"{qi}:{feed}", who, SEVERITY[measure["colour"]], reach, feed=feed, qi=qi, measured=measure["measured"], colour=measure["colour"]))
        if not source["legal"]:
            out.append(_measure("law", f"LAW:{feed}", who, 2, reach, feed=feed))
        if not source["accepted"]:
            out.append(_measure("deliver", f"DELIVER:{feed}", who, 3, reach, feed=feed))
    for key, institution in found["institutions"].items():
        reach = max((s["rests"] for s in found["sources"] if s["institution"] == key), default=0)
        if institution["feeds"] and institution["status"] != "confirmed":
            out.append(_measure("confirm", f"CONFIRM:{key}", key, 1, reach, feeds=len(institution["feeds"])))
    operator = str(country.packs[0].about.get("operator") or "")
    undefined = [name for name, table in found["tables"].items() if table["state"] in ("definition", "partly")]
    if undefined:
        out.append(_measure("define", "TABLES:define", operator, 3, len(undefined), tables=undefined))
    waiting: dict[str, list[str]] = {}
    for name, table in found["tables"].items():
        for record in table["waits_for"]:
            waiting.setdefault(record, []).append(name)
    out += [_measure("source", f"TABLES:{record}", operator, 3, len(tables), record=record, tables=tables) for record, tables in waiting.items()]
    low: dict[str, list[str]] = {}
    for key, answered in found["maturity"]["institutions"].items():
        if not answered["submitted_at"]:
            out.append(_measure("answer", f"ANSWER:{key}", key, 1, 0))
        for question, level in answered["levels"].items():
            if level in (1, 2):
                low.setdefault(question, []).append(key)
    out += [_measure("level", f"LEVEL:{question}", operator, 2, 3 * len(who), question=question, institutions=who) for question, who in low.items()]
    return sorted(out, key=lambda m: (-m["points"], m["id"]))


def _measure(kind: str, name: str, institution: str, severity: int, reach: int, **values: Any) -> dict[str, Any]:
    points = severity * (1 + reach)
    priority = "high" if points >= HIGH else "medium" if points >= MEDIUM else "low"
    return {"id": name, "kind": kind, "institution": institution, "severity": severity, "reach": reach, "points": points, "priority": priority, "values": values}


def tracked(ws: Workspace, measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Measures with what people set: `owner`, `due`, `status`, `note`. Those that people took up and whose finding is gone stay, with `found` False."""
    said: dict[str, dict[str, Any]] = {}
    for entry in journal.read(ws, JOURNAL):
        said[entry["measure"]["id"]] = entry
    now = {m["id"]: m for m in measures}
    gone = {key: entry["measure"] for key, entry in said.items() if key not in now}
    out = []
    for key, measure in (now | gone).items():
        entry = said.get(key, {})
        people = {"owner": entry.get("owner") or measure["institution"], "due": entry.get("due"), "status": entry.get("status", "proposed"), "note": entry.get("note", "")}
        out.append(measure | people | {"found": key in now})
    return sorted(out, key=lambda m: (not m["found"], -m["points"], m["id"]))


def change(ws: Workspace, measure: dict[str, Any], *, owner: str, due: str | None, status: str, note: str, actor: str, at: str, institutions: list[str]) -> dict[str, Any]:
    """Set owner, due day, status and note of a measure; what was before stays in the journal.

    Raises DataError where the status or the owner does not exist, the day is no day, or a measure is done or dropped without a note.
    """
    if status not in STATUSES:
        raise DataError(f"There is no status '{status}'.", where=measure["id"], fix=f"use one of {', '.join(STATUSES)}")
    if owner not in institutions:
        raise DataError(f"There is no institution '{owner}'.", where=measure["id"], fix=f"use one of {', '.join(institutions)}")
    try:
        due = date.fromisoformat(due).isoformat() if due else None
    except ValueError:
        raise DataError(f"'{due}' is no day.", where=measure["id"], fix="write it as 2027-06-30") from None
    if status in ("done", "dropped") and len(note.strip()) < 5:
        raise DataError("A measure that ends needs a note.", where=measure["id"], fix="say what was done, or why it was dropped")
    kept = {name: measure[name] for name in ("id", "kind", "institution", "severity", "reach", "points", "priority", "values")}
    return journal.append(ws, JOURNAL, {"measure": kept, "owner": owner, "due": due, "status": status, "note": note.strip()[:1000], "actor": actor, "at": at})


def history(ws: Workspace, name: str) -> list[dict[str, Any]]:
    """What people set for a measure, newest first."""
    return [e for e in reversed(journal.read(ws, JOURNAL)) if e["measure"]["id"] == name]
