"""Delimited and fixed-width files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from karvan.country import Contract
from karvan.errors import DataError
from karvan.intake.bytes_in import open_extract, utf8_blocks
from karvan.intake.plan import physical_columns
from karvan.intake.readers import Piece, positions_in
from karvan.intake.readers.lines import header_of, lines_of, split_quoted

DELIMITERS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars"}


def delimited(path: Path, contract: Contract) -> Iterator[Piece]:
    """Rows of a CSV file or its kin; row 1 is the first row after the header."""
    with open_extract(path) as stream:
        blocks = without_first_lines(utf8_blocks(stream, encoding=contract.encoding, name=path.name), contract.skip_rows)
        wanted = physical_columns(contract)
        positions, width, before = tuple(range(1, len(wanted) + 1)), len(wanted), 0
        started = not contract.header
        for lines in lines_of(blocks, quotes=True, delimiter=contract.delimiter):
            table, marked = lines.table, lines.marked
            if not started and table.num_rows:
                first = table["raw"][0].as_py()
                header = header_of(first, contract.delimiter)
                positions = positions_in(header, wanted, name=path.name, hint=other_delimiter(first, contract) or other_encoding(first, contract))
                width, before, started = len(header), 1, True
                table, marked = table.slice(1), [(place - 1, raw) for place, raw in marked if place]
            if table.num_rows:
                yield Piece("lines", with_cells(renumbered(table, before), marked, contract.delimiter), positions, width, lines.spaced)
        if not started:
            raise DataError("The file is empty; not even a header is there.", where=path.name, fix="ask for the file again; a period without rows is a file with a header only")


def fixed_width(path: Path, contract: Contract) -> Iterator[Piece]:
    """Rows of a fixed-width file; the layout is in the contract, so there is no header."""
    with open_extract(path) as stream:
        blocks = without_first_lines(utf8_blocks(stream, encoding=contract.encoding, name=path.name), contract.skip_rows)
        for lines in lines_of(blocks, quotes=False):
            if lines.table.num_rows:
                yield Piece("lines", lines.table)


def without_first_lines(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    if not count:
        return blocks
    first = next(blocks, b"")
    for _ in range(count):
        first = first[first.find(b"\n") + 1 :] if b"\n" in first else b""
    return chain([first], blocks)


def renumbered(table: pa.Table, before: int) -> pa.Table:
    return table.set_column(0, "row_no", pc.subtract(table["row_no"], before)) if before else table


def with_cells(table: pa.Table, marked: list[tuple[int, str]], delimiter: str) -> pa.Table:
    """Add the cells of rows that hold quotation marks; the others are split where they are read, column by column."""
    if not marked:
        return table
    cells: list[list[str] | None] = [None] * table.num_rows
    for (place, _), found in zip(marked, split_quoted([raw for _, raw in marked], delimiter), strict=True):
        cells[place] = found if found is not None else []
    return table.append_column("cells", pa.array(cells, pa.list_(pa.string())))


def other_delimiter(header: str, contract: Contract) -> str:
    """What to say where the header splits by another delimiter than the contract's; empty where it does not."""
    wanted = set(physical_columns(contract))
    for mark, words in DELIMITERS.items():
        if mark != contract.delimiter and wanted <= set(header_of(header, mark)) and len(wanted) > 1:
            return f"the columns are divided by {words}; the contract says {DELIMITERS.get(contract.delimiter, repr(contract.delimiter))}: send it so, or change `delimiter` in the contract"
    return ""


def other_encoding(header: str, contract: Contract) -> str:
    """What to say where the header holds the wanted columns in UTF-8, read by the contract's encoding of one byte a letter; else empty."""
    try:
        again = header.encode(contract.encoding).decode("utf-8")
    except (UnicodeError, LookupError):
        return ""
    if again == header or not set(physical_columns(contract)) <= set(header_of(again, contract.delimiter)):
        return ""
    return f"the file is UTF-8; the contract says {contract.encoding}: send it so, or change `encoding` in the contract"
