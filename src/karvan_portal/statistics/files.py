"""Files of an indicator's published cells, to take away."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from karvan_portal import source, words
from karvan_portal.statistics.table import TOTAL, TablePage, dimensions_of, with_intervals

# `low` and `high`: the published interval from draws; `interval_low` and `interval_high`: chance alone, where an indicator declares it.
MEASURES = ("value", "low", "high", "interval_low", "interval_high", "unit", "vintage", "basis", "share_imputed", "share_unlinked", "quality", "obs_status", "treatment")


def columns(indicator: str) -> list[str]:
    return ["indicator", "period", *dimensions_of(indicator), *MEASURES]


Picked = tuple[str, Sequence[str]] | None  # a dimension, and the codes of it that the reader compares
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def query(indicator: str, held: Mapping[str, str], by: str | None, picked: Picked = None) -> tuple[str, list[Any]]:
    """The cells of a choice, or all cells of the indicator (`by` None), in their order, each with the label of made-up data."""
    listed = columns(indicator)
    fixed = "".join(f" and {d} = ?" for d in held) if by is not None else ""
    codes = [TOTAL, *picked[1]] if picked and picked[1] else []
    if codes and picked:
        fixed += f" and {picked[0]} in ({', '.join('?' * len(codes))})"
    label = "basis = 'records'" if source.is_synthetic() else "false"
    order = ", ".join(c for c in listed if c not in MEASURES)
    return f"select {', '.join(listed)}, {label} as synthetic from ({with_intervals(dimensions_of(indicator))}) where indicator = ?{fixed} order by {order}", [
        indicator,
        *(held.values() if by is not None else ()),
        *codes,
    ]


def as_csv(indicator: str, held: Mapping[str, str], by: str | None, picked: Picked = None) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read it rightly; text that a spreadsheet would run is kept text."""
    found = source.rows(*query(indicator, held, by, picked))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns(indicator), "synthetic"])
    for row in found:
        writer.writerow([harmless(v) for v in row.values()])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it.

    >>> harmless("=1+1"), harmless(-5.0), harmless("TUR")
    ("'=1+1", -5.0, 'TUR')
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def as_parquet(indicator: str, held: Mapping[str, str], by: str | None, picked: Picked = None) -> bytes:
    select, params = query(indicator, held, by, picked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.parquet"
        source.connection().sql(select, params=params).write_parquet(str(path), compression="zstd")
        return path.read_bytes()


def write_intervals(sheet: Any, page: TablePage, bold: Any, rate: Any) -> None:
    """One row for each figure of the table that has an interval: what it is of, its period, its value, and from where to where the truth may lie."""
    for column, title in enumerate((words.dimension(page.by) if page.by else "", _("Period"), _("Value"), _("Lower end"), _("Upper end"))):
        sheet.write_string(0, column, title, bold)
    shown = [(row.label, cell) for row in page.rows for cell in row.cells if cell is not None and cell.low is not None]
    for number, (label, cell) in enumerate(shown, 1):
        sheet.write_string(number, 0, harmless(label))
        sheet.write_string(number, 1, words.period(cell.period))
        for column, value in enumerate((cell.value, cell.low, cell.high), 2):
            sheet.write_number(number, column, value, rate)
    sheet.set_column(0, 0, 34)
    sheet.freeze_panes(1, 0)


def as_xlsx(page: TablePage, title: str, about: Sequence[tuple[str, str]]) -> bytes:
    """The table as a reader sees it, in their language, with numbers as numbers; a second sheet says what they are."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    rate = book.add_format({"num_format": "#,##0.0" if page.unit == "percent" or page.unit.startswith("per ") else "#,##0"})
    made_up = source.is_synthetic() and page.basis == "records"
    sheet = book.add_worksheet(_("Table"))
    heading = [f"{title}.", f"{words.unit(page.unit)}.", *([_("Synthetic data.")] if made_up else [])]
    sheet.write_string(0, 0, " ".join(heading), bold)
    sheet.write_string(2, 0, words.dimension(page.by) if page.by else "", bold)
    for column, period in enumerate(page.periods, 1):
        mark = next((c.mark for row in page.rows for c in row.cells[column - 1 : column] if c is not None and c.mark), "")
        sheet.write_string(2, column, f"{words.period(period)} {mark}".strip(), bold)
    for number, row in enumerate(page.rows, 3):
        sheet.write_string(number, 0, harmless(row.label))
        for column, cell in enumerate(row.cells, 1):
            if cell is not None and cell.value is not None:
                sheet.write_number(number, column, cell.value, rate)
            elif cell is not None and cell.withheld:
                sheet.write_string(number, column, "c")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, max(1, len(page.periods)), 12)
    sheet.freeze_panes(3, 1)
    if page.has_intervals:
        write_intervals(book.add_worksheet(_("Intervals")), page, bold, rate)
    told = book.add_worksheet(_("About these figures"))
    for number, (name, text) in enumerate(about):
        told.write_string(number, 0, name, bold)
        told.write_string(number, 1, harmless(text), wrapped)
    told.set_column(0, 0, 26)
    told.set_column(1, 1, 100)
    book.close()
    return out.getvalue()
