"""Three defects that no catalogue knows and no page describes, so that nothing can be built to undo just them."""

from __future__ import annotations

from datetime import date

import numpy as np

from karvan.synth.defects.hand import NONE, Hand, birth_date, read_day, write_day
from karvan.synth.sheet import Rows, Sheet


def neighbours_document(sheet: Sheet, hand: Hand) -> Rows:
    """X1."""
    columns = [c for c in (sheet.column("doc_no"), sheet.column("doc_issuer")) if c] + [f.check_column for f in sheet.contract.fields if f.check_column]
    return _from_the_row_above(sheet, hand, columns)


def day_for_month(sheet: Sheet, hand: Hand) -> Rows:
    """X2."""
    column, profile = birth_date(sheet)
    rows = hand.some(sheet.has(column))

    def turned(text: str) -> str:
        day = read_day(text, profile)
        return write_day(date(day.year, day.day, day.month), profile) if day and day.day <= 12 and day.year < 2100 else text

    return sheet.change(column, rows, turned) if column and profile != "%Y" else NONE


def neighbours_name(sheet: Sheet, hand: Hand) -> Rows:
    """X3."""
    return _from_the_row_above(sheet, hand, [c for c in (sheet.column("given_names"), sheet.column("sex")) if c])


def _from_the_row_above(sheet: Sheet, hand: Hand, columns: list[str]) -> Rows:
    rows = hand.some(np.arange(1, len(sheet)))
    above = {c: sheet.values(c, rows - 1) for c in columns}
    different = np.array(
        [
            any(a is not None and a != b for a, b in zip(pair_a, pair_b, strict=True))
            for pair_a, pair_b in zip(zip(*above.values(), strict=True), zip(*(sheet.values(c, rows) for c in columns), strict=True), strict=True)
        ],
        bool,
    )
    for column in columns:
        sheet.put(column, rows[different], [a for a, d in zip(above[column], different, strict=True) if d])
    return rows[different]
