"""Versions of tables: small JSON files that name immutable Parquet files.

A version of a table lists its parts. A part is one Parquet file with a key ("all", a feed and month, an indicator), so that a
correction replaces one part and leaves the others untouched. Where persons change and not feeds, one more part ("changed") holds the
rows of these persons and names whom it replaces. A commit says which version of every table belongs together;
`HEAD` names the commit in force and is replaced by one atomic rename.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Part:
    """One immutable Parquet file of a table. `rows` counts those in force.

    A part that `replaces` the rows of some persons names the file that lists them: of the other parts, rows of these persons do not count.
    """

    key: str
    file: str
    rows: int
    sha256: str
    replaces: str | None = None


@dataclass(frozen=True)
class TableVersion:
    """One version of one table: its number, its parts, and the hash of their contents."""

    table: str
    number: int
    parts: tuple[Part, ...] = ()

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def content(self) -> str:
        """Hash of the contents; equal for equal files, whatever the version number."""
        text = "\n".join(" ".join(filter(None, (part.key, part.sha256, part.replaces))) for part in sorted(self.parts, key=lambda p: p.key))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Run:
    """What one step did: the line that every run leaves behind."""

    step: str
    fingerprint: str
    params: dict[str, Any]
    reads: dict[str, int]
    writes: dict[str, int]
    rows_in: int
    rows_out: int
    rows_set_aside: int
    seconds: float
    peak_mb: float
    started_at: str
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Commit:
    """Which versions belong together, and the runs that made them (the newest run of each step)."""

    number: int
    tables: dict[str, int]
    runs: dict[str, Run]


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part."""
    draft = path.with_name(path.name + ".draft")
    with open(draft, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, path)


def version_text(version: TableVersion) -> str:
    return json.dumps(asdict(version), indent=1)


def read_version(path: Path) -> TableVersion:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return TableVersion(raw["table"], raw["number"], tuple(Part(**part) for part in raw["parts"]))


def commit_text(commit: Commit) -> str:
    return json.dumps(asdict(commit), indent=1, sort_keys=True)


def read_commit(path: Path) -> Commit:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Commit(raw["number"], raw["tables"], {name: Run(**run) for name, run in raw["runs"].items()})


def file_sha256(path: Path) -> str:
    with open(path, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
