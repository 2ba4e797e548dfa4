"""Running steps: a step whose inputs, parameters and code are unchanged is not run again."""

from __future__ import annotations

import hashlib
import inspect
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from karvan.workspace.folder import Workspace
from karvan.workspace.manifest import Run
from karvan.workspace.transaction import Transaction

Progress = Callable[[str, float], None]


def quiet(message: str, done: float) -> None:
    """Report nothing. A progress function gets a message and the part done, 0 to 1."""


@dataclass(frozen=True)
class Step:
    """One step of the line: named tables in, named tables out.

    `work(ws, tx, params, progress)` writes its tables through `tx` and returns notes: a dictionary, of which `rows_set_aside` and
    whatever the reader of a run should know. `also(ws)` gives text that the step depends on besides its tables: packs, files.
    `anew` does the same and takes nothing from the run before; a run that is forced takes it, where there is one.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    work: Callable[[Workspace, Transaction, dict[str, Any], Progress], dict[str, Any] | None]
    params: dict[str, Any] = field(default_factory=dict)
    also: Callable[[Workspace], str] | None = None
    anew: Callable[[Workspace, Transaction, dict[str, Any], Progress], dict[str, Any] | None] | None = None


def run_step(ws: Workspace, step: Step, *, progress: Progress = quiet, force: bool = False) -> Run | None:
    """Run one step and commit its tables together; None if nothing it depends on has changed. Call it under `ws.lock()`."""
    head = ws.head()
    fingerprint = step_fingerprint(ws, step)
    last = head.runs.get(step.name)
    if last and last.fingerprint == fingerprint and not force:
        return None
    started_at, started = datetime.now(UTC), time.monotonic()
    versions = {name: ws.version(name, at=head) for name in step.reads}
    with ws.transaction() as tx:
        work = step.anew if force and step.anew else step.work
        notes = dict(work(ws, tx, step.params, progress) or {})
        run = Run(
            step=step.name,
            fingerprint=fingerprint,
            params=step.params,
            reads={name: version.number for name, version in versions.items()},
            writes={name: tx.next_number(name) for name in step.writes if name in tx.parts},
            rows_in=sum(version.rows for version in versions.values()),
            rows_out=sum(part.rows for name in step.writes if name in tx.parts for part in tx.parts[name].values()),
            rows_set_aside=int(notes.pop("rows_set_aside", 0)),
            seconds=round(time.monotonic() - started, 2),
            peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            started_at=started_at.isoformat(timespec="seconds"),
            notes=notes,
        )
        tx.record(run)
    return run


def step_fingerprint(ws: Workspace, step: Step) -> str:
    """Hash of everything that a step's result depends on: contents of its inputs, parameters, code of its room, packs."""
    head = ws.head()
    said = {
        "inputs": {name: ws.version(name, at=head).content for name in step.reads},
        "params": step.params,
        "code": code_hash(step.work),
        "also": step.also(ws) if step.also else "",
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def code_hash(function: Callable[..., Any]) -> str:
    """Hash of the source files of the room that a function belongs to."""
    folder = Path(inspect.getfile(function)).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".sql"):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
