"""Cells as tables for people: CSV that a spreadsheet cannot be tricked with, Parquet, and rows for the screen."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from karvan.errors import DataError
from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    import pyarrow as pa

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def shown_columns(table: pa.Table) -> list[str]:
    """Columns worth showing: all but dimensions and intervals that no row has."""
    optional = {*DIMENSIONS, "interval_low", "interval_high"}
    return [name for name in table.column_names if name not in optional or table[name].null_count < len(table)]


def safe_text(value: Any) -> Any:
    """A value for a CSV cell; text that a spreadsheet would run as a formula gets an apostrophe before it, and control characters go.

    >>> safe_text("=1+1"), safe_text(-3.0), safe_text("TUR")
    ("'=1+1", -3.0, 'TUR')
    """
    if not isinstance(value, str):
        return value
    plain = value.translate(dict.fromkeys(range(32), " "))
    return "'" + plain if value.startswith(FORMULA) else plain


def write_csv(table: pa.Table, out: TextIO) -> None:
    """UTF-8 CSV with a header line; whole numbers without a decimal point, nothing as an empty cell."""
    columns = shown_columns(table)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in table.select(columns).to_pylist():
        writer.writerow([_plain(row[c]) for c in columns])


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return safe_text(value)


def write(table: pa.Table, path: Path) -> None:
    """Write cells to a file; its ending says how: .csv or .parquet."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(table.select(shown_columns(table)), path, compression="zstd")
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            write_csv(table, out)
    else:
        raise DataError(f"`{path.suffix}` is no format for cells.", where=str(path), fix="end the name in .csv or .parquet")
