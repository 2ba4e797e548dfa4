"""Workbooks (XLSX). A whole sheet is in memory: at most the format's million rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from karvan.country import Contract
from karvan.errors import DataError
from karvan.intake.plan import physical_columns
from karvan.intake.readers import Piece, cells_table, positions_in

PIECE = 50_000


def rows(path: Path, contract: Contract) -> Iterator[Piece]:
    """Rows of one sheet: `sheet` of the contract, or the first; row 1 is the first row after the header. Empty rows are no rows."""
    from python_calamine import CalamineError, CalamineWorkbook

    from karvan.intake.bytes_in import open_extract

    check_packing(path)
    try:
        with open_extract(path) as stream:
            import io

            book = CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
        names = book.sheet_names
        if contract.sheet and contract.sheet not in names:
            raise DataError(f"There is no sheet '{contract.sheet}'; the workbook has {', '.join(names[:8])}.", where=path.name, fix="ask for the workbook as agreed, or change `sheet` in the contract")
        content = book.get_sheet_by_name(contract.sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as wrong:
        raise DataError(f"This is no workbook that can be read: {wrong}", where=path.name, fix="ask for the file again") from None
    content = content[contract.skip_rows :]
    wanted = physical_columns(contract)
    positions = tuple(range(1, len(wanted) + 1))
    if contract.header:
        if not content:
            raise DataError("The sheet is empty; not even a header is there.", where=path.name, fix="ask for the file again")
        positions = positions_in([cell_text(c) or "" for c in content[0]], wanted, name=path.name)
        content = content[1:]
    number = 0
    filled = [row for row in content if any(c not in ("", None) for c in row)]
    for start in range(0, len(filled), PIECE):
        piece = filled[start : start + PIECE]
        texts = [[cell_text(c) for c in row] for row in piece]
        picked = [[row[p - 1] if p <= len(row) else None for p in positions] for row in texts]
        raws = [json.dumps(row, ensure_ascii=False) for row in texts]
        yield Piece("cells", cells_table(picked, columns=len(wanted), first=number + 1, raws=raws))
        number += len(piece)


def check_packing(path: Path) -> None:
    """Refuse a workbook whose parts swell beyond all measure, or that is no zip archive at all."""
    import zipfile

    from karvan.intake.bytes_in import MOST_BYTES, MOST_TIMES

    if path.suffix in (".gz", ".zip"):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as wrong:
        raise DataError(f"This is no workbook: {wrong}", where=path.name, fix="ask for the file again, as .xlsx") from None
    if unpacked > min(MOST_BYTES, max(50 << 20, path.stat().st_size * MOST_TIMES)):
        raise DataError(f"The workbook unpacks to {unpacked:,} bytes, far more than its size; it was not read.", where=path.name, fix="ask for the file again")


def cell_text(cell: Any) -> str | None:
    """A cell as text: whole numbers without a point, dates in ISO 8601.

    >>> cell_text(12.0), cell_text(date(2024, 3, 1)), cell_text("")
    ('12', '2024-03-01', None)
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep="T", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return str(cell)
