"""The audit log of a workspace: append-only, each line sealed with the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

FIRST = "0" * 64


def append(path: Path, *, actor: str, act: str, subject: str, purpose: str) -> None:
    """Add one line: who did what to which tables, and why."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = FIRST
    if path.exists():
        with open(path, "rb") as log:
            log.seek(max(0, path.stat().st_size - 4096))
            lines = log.read().splitlines()
        if lines:
            before = json.loads(lines[-1])["seal"]
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "actor": actor, "act": act, "subject": subject, "purpose": purpose, "before": before}
    line["seal"] = seal(line)
    with open(path, "a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")


def seal(line: dict[str, str]) -> str:
    text = json.dumps({k: v for k, v in line.items() if k != "seal"}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def broken_at(path: Path) -> int | None:
    """Number of the first line that does not follow from the one before; None if the chain holds."""
    before = FIRST
    if not path.exists():
        return None
    with open(path, encoding="utf-8") as log:
        for number, text in enumerate(log, start=1):
            try:
                line = json.loads(text)
            except json.JSONDecodeError:
                return number
            if line.get("before") != before or line.get("seal") != seal(line):
                return number
            before = line["seal"]
    return None
