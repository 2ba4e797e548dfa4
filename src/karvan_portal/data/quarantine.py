"""Rows set aside: seen by right and for a purpose, each time with a line in the workspace's audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from karvan_portal import source

OPEN_SECONDS = 30 * 60  # how long a purpose holds
PAGE = 50


@dataclass(frozen=True)
class RowsSetAside:
    """One page of rows, with the reasons of the whole feed, most frequent first."""

    reasons: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def rows(feed: str, *, purpose: str, actor: str, page: int, reason: str = "") -> RowsSetAside:
    """Rows of a feed that were set aside. Opening them is written to the audit log of the workspace."""
    con = source.workspace().connect(identity=purpose, actor=actor, threads=1, memory="300MB")
    try:
        reasons = _dicts(
            con.execute(
                "select reason, field, count(*) as n from quarantine where feed = ? group by reason, field order by n desc, reason, field",
                [feed],
            )
        )
        chosen = " and reason = ?" if reason else ""
        params = [feed, *([reason] if reason else [])]
        count = con.execute(f"select count(*) from quarantine where feed = ?{chosen}", params).fetchone()
        listed = _dicts(
            con.execute(
                f"select file, row_no, reason, field, found, expected, raw from quarantine where feed = ?{chosen} "
                f"order by file, row_no, reason, field limit {PAGE} offset {PAGE * (page - 1)}",
                params,
            )
        )
    finally:
        con.close()
    return RowsSetAside(reasons, listed, count[0] if count else 0, page)


def _dicts(found: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def return_file(feed: str, *, language: str, actor: str) -> tuple[str, bytes, str]:
    """Name, bytes and kind of the return file of a feed."""
    import tempfile
    from pathlib import Path

    from karvan import intake

    with tempfile.TemporaryDirectory() as folder:
        path = Path(intake.return_file(source.workspace(), feed, out=Path(folder), lang=language, actor=actor))
        body = path.read_bytes()
        kinds = {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".csv": "text/csv; charset=utf-8"}
        return path.name, body, kinds.get(path.suffix, "application/octet-stream")
