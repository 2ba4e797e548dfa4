"""Readers: one for each kind of file. Each yields Arrow tables in bounded pieces and says, never guesses, where a file is not what the contract says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from karvan.country import Contract
from karvan.errors import DataError
from karvan.intake.bytes_in import open_extract

# First bytes of files that are no text.
KINDS = {b"PK\x03\x04": "a workbook or an archive", b"PAR1": "a Parquet file", b"%PDF": "a PDF document", b"\xd0\xcf\x11\xe0": "an old or encrypted workbook or document", b"\x1f\x8b": "packed (gzip) without saying so in its name"}


@dataclass(frozen=True)
class Piece:
    """Rows of one file.

    `form` is "lines" (columns row_no, raw and, where quotation marks stand in the file, cells) or "cells" (row_no, item_no, raw
    and one text column per physical column, in the contract's order). `positions` are the places of the contract's physical
    columns in a line, from 1; `width` the number of cells that a line must have. Not `spaced`: no cell begins or ends with a blank.
    """

    form: str
    table: pa.Table
    positions: tuple[int, ...] = ()
    width: int = 0
    spaced: bool = True


def read(path: Path, contract: Contract) -> Iterator[Piece]:
    """The rows of a file, in pieces. Raises DataError where the file is not what the contract says."""
    refuse_other_kind(path, contract)
    if contract.format in ("csv", "fixed_width"):
        from karvan.intake.readers import text

        yield from (text.delimited if contract.format == "csv" else text.fixed_width)(path, contract)
    elif contract.format == "xlsx":
        from karvan.intake.readers import spreadsheet

        yield from spreadsheet.rows(path, contract)
    elif contract.format == "xml":
        from karvan.intake.readers import xml

        yield from xml.rows(path, contract)
    elif contract.format in ("json", "jsonl"):
        from karvan.intake.readers import json_rows

        yield from json_rows.rows(path, contract)
    elif contract.format == "parquet":
        from karvan.intake.readers import columnar

        yield from columnar.rows(path, contract)
    else:
        raise DataError(f"There is no reader for '{contract.format}'.", where=str(contract.path or contract.id), fix="use csv, fixed_width, xlsx, xml, json, jsonl or parquet")


def refuse_other_kind(path: Path, contract: Contract) -> None:
    """Say where a file that should be text is a workbook, an archive, a Parquet file or a document by its first bytes."""
    if contract.format in ("xlsx", "parquet"):
        return
    with open_extract(path) as stream:
        begin = stream.read(4)
    found = next((what for mark, what in KINDS.items() if begin.startswith(mark)), None)
    if found:
        raise DataError(f"The file is {found}; the contract says {contract.format}.", where=path.name, fix=f"send it as {contract.format}, or change `physicalType` in the contract if it has really changed")


def cells_table(rows: list[list[str | None]], *, columns: int, first: int, raws: list[str], row_nos: list[int] | None = None, item_nos: list[int] | None = None) -> pa.Table:
    """An Arrow table of cells: row_no, item_no, raw, p0, p1, ..."""
    count = len(raws)
    arrays: list[pa.Array] = [
        pa.array(row_nos if row_nos is not None else range(first, first + count), pa.int64()),
        pa.array(item_nos if item_nos is not None else [0] * count, pa.int64()),
        pa.array(raws, pa.string()),
    ]
    for place in range(columns):
        arrays.append(pa.array([row[place] for row in rows], pa.string()))
    return pa.Table.from_arrays(arrays, names=["row_no", "item_no", "raw", *(f"p{i}" for i in range(columns))])


def positions_in(header: list[str], wanted: list[str], *, name: str, hint: str = "") -> tuple[int, ...]:
    """Places (from 1) of the wanted columns in a header. Raises DataError for missing columns and for two of one name."""
    from karvan.errors import nearest

    missing = [c for c in wanted if c not in header]
    if missing:
        near = nearest(missing[0], [h for h in header if h not in wanted])
        listed = ", ".join(f"`{c}`" for c in missing[:8])
        raise DataError(
            f"{len(missing)} of {len(wanted)} columns are missing: {listed}.",
            where=f"{name}, header",
            fix=hint or (f"{near}; " if near else "") + "ask for the file with the agreed columns, or change the contract if the layout has changed",
        )
    twice = sorted({c for c in wanted if header.count(c) > 1})
    if twice:
        raise DataError(f"Column `{twice[0]}` is there {header.count(twice[0])} times.", where=f"{name}, header", fix="ask which of them is meant")
    return tuple(header.index(c) + 1 for c in wanted)
