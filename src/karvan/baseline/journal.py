"""Journals of the study: what institutions answered and what became of measures. Append-only lines, each sealed with the hash of the line before it."""

from __future__ import annotations

import fcntl
import hashlib
import json
from pathlib import Path
from typing import Any

from karvan.errors import DataError
from karvan.workspace import Workspace

FIRST = "0" * 64


def path_of(ws: Workspace, name: str) -> Path:
    return ws.root / "baseline" / f"{name}.jsonl"


def append(ws: Workspace, name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Add an entry; returns it with its number and seal. Two writers wait for each other."""
    path = path_of(ws, name)
    path.parent.mkdir(exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        lines = file.read().splitlines()
        last: dict[str, Any] = json.loads(lines[-1]) if lines else {"number": 0, "seal": FIRST}
        entry = {"number": last["number"] + 1, **entry, "before": last["seal"]}
        entry["seal"] = seal(entry)
        file.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
    return entry


def seal(entry: dict[str, Any]) -> str:
    told = {key: value for key, value in entry.items() if key != "seal"}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def read(ws: Workspace, name: str) -> list[dict[str, Any]]:
    """Every entry, oldest first. Raises DataError where a line does not follow from the one before it."""
    path = path_of(ws, name)
    if not path.exists():
        return []
    found, before = [], FIRST
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            entry = {}
        if entry.get("before") != before or entry.get("seal") != seal(entry):
            raise DataError("A line of a journal was changed after it was written.", where=f"{path}:{number}", fix="restore the file from a backup; no line of it may be edited")
        before = entry["seal"]
        found.append(entry)
    return found
