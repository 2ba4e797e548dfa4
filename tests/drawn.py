"""Tables drawn as text: a test reads as an example.

>>> table('''
...     person_id | crossed_on | direction
...     P1        | 2026-01-12 | in
... ''').rows
[('P1', datetime.date(2026, 1, 12), 'in')]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from karvan.tables import TABLES

DECLARED = {column.name: column.type for declared in TABLES.values() for column in declared.columns}
ARROW = {
    "text": pa.string(), "json": pa.string(), "whole": pa.int64(), "real": pa.float64(),
    "day": pa.date32(), "instant": pa.timestamp("us"), "yes_no": pa.bool_(),
}  # fmt: skip


class Drawn:
    """A small table that shows itself as text; equal to another when columns and rows are.

    Anything that takes Arrow takes it: `pyarrow.table(drawn)`, `con.register("crossings", drawn.arrow())`.
    """

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self.columns = list(columns)
        self.rows = [tuple(row) for row in rows]

    def arrow(self) -> pa.Table:
        cells = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        return pa.table({name: pa.array(list(values), type=ARROW[kind(name, values)]) for name, values in zip(self.columns, cells, strict=True)})

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.arrow().__arrow_c_stream__(requested_schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Drawn) and self.columns == other.columns and self.rows == other.rows

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lines = [self.columns, *([text(value) for value in row] for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n" + "\n".join(" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def table(drawing: str) -> Drawn:
    """Read a drawn table: a header line, then rows; cells parted by `|`, an empty cell is null."""
    lines = [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines() if line.strip()]
    header, *body = lines
    wrong = [line for line in body if len(line) != len(header)]
    assert not wrong, f"rows with another number of cells than the header: {wrong}"
    typed = [[value(kind(name, [line[i] or None for line in body]), line[i]) for line in body] for i, name in enumerate(header)]
    return Drawn(header, zip(*typed, strict=True) if body else [])


def drawn(rows: Any, columns: str) -> Drawn:
    """Some columns of an Arrow table, a DuckDB relation or anything with an Arrow stream, to compare with a drawing."""
    names = columns.split()
    found = pa.table(rows) if not hasattr(rows, "to_arrow_table") else rows.to_arrow_table()
    return Drawn(names, zip(*(found.column(name).to_pylist() for name in names), strict=True))


def kind(name: str, values: Sequence[Any]) -> str:
    """Type of a column: as declared in `karvan.tables`, else by the ending of its name, else by its cells."""
    if name in DECLARED:
        return DECLARED[name]
    if name.endswith("_on"):
        return "day"
    if name.endswith("_at"):
        return "instant"
    there = [v for v in values if v is not None]
    if there and all(isinstance(v, bool) or v in ("yes", "no") for v in there):
        return "yes_no"
    if there and all(isinstance(v, int) or (isinstance(v, str) and v.lstrip("-").isdigit()) for v in there):
        return "whole"
    return "real" if there and all(isinstance(v, float) for v in there) else "text"


def value(of_kind: str, cell: str) -> Any:
    if cell == "":
        return None
    match of_kind:
        case "whole":
            return int(cell)
        case "real":
            return float(cell)
        case "day":
            return date.fromisoformat(cell)
        case "instant":
            return datetime.fromisoformat(cell)
        case "yes_no":
            return {"yes": True, "no": False}[cell]
    return cell


def text(cell: Any) -> str:
    return "" if cell is None else {True: "yes", False: "no"}.get(cell, str(cell)) if isinstance(cell, bool) else str(cell)
