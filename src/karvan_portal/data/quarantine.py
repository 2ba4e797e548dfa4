"""Rows set aside: seen by right and for a purpose, each time with a line in the workspace's audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from karvan_portal import source

OPEN_SECONDS = 30 * 60  # how long a purpose holds
PAGE = 50


@dataclass(frozen=True)
class Listed:
    """One page of a feed's rows: those set aside, or those that were read with a remark.

    A row can have several reasons; `rows_aside` and `rows_remarked` count rows, the reasons count themselves. No row is in both counts.
    """

    reasons: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    count: int
    page: int
    remarks: bool
    rows_aside: int
    rows_remarked: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def rows(feed: str, *, purpose: str, actor: str, page: int, reason: str = "", remarks: bool = False) -> Listed:
    """Rows of a feed that were set aside, each with its reasons; with `remarks`, rows that were read without a value nobody understood.

    Opening them is written to the audit log of the workspace.
    """
    from karvan.intake import REMARK

    con = source.workspace().connect(identity=purpose, actor=actor, threads=1, memory="300MB")
    try:
        con.execute(
            "create temp table listed as select *, bool_or(reason <> $remark) over (partition by delivery_id, row_no) as aside from quarantine where feed = $feed",
            {"feed": feed, "remark": REMARK},
        )
        counts = con.execute(
            "select count(distinct (delivery_id, row_no)) filter (aside), count(distinct (delivery_id, row_no)) filter (not aside) from listed"
        ).fetchall()[0]
        wanted = "not aside" if remarks else "aside"
        reasons = _dicts(
            con.execute(
                f"select reason, field, count(distinct (delivery_id, row_no)) as n from listed where {wanted} group by reason, field order by n desc, reason, field"
            )
        )
        chosen = f"{wanted} and reason = $reason" if reason else wanted
        params: dict[str, Any] = {"reason": reason} if reason else {}
        count = con.execute(f"select count(*) from listed where {chosen}", params).fetchall()[0][0]
        listed = _dicts(
            con.execute(
                f"select file, row_no, reason, field, found, expected, raw from listed where {chosen} "
                f"order by file, row_no, reason, field limit {PAGE} offset {PAGE * (page - 1)}",
                params,
            )
        )
    finally:
        con.close()
    return Listed(reasons, listed, count, page, remarks, counts[0], counts[1])


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
