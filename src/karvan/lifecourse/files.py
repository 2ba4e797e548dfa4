"""Tables written to files as they are made: under another name first, so that a file of the name asked for is always whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from karvan.errors import SetupError


class Sheet(Protocol):
    """Where tables of one shape go, piece by piece."""

    def write(self, table: pa.Table) -> None: ...


class Kept:
    """Keeps the pieces in memory."""

    def __init__(self) -> None:
        self.pieces: list[pa.Table] = []

    def write(self, table: pa.Table) -> None:
        self.pieces.append(table)

    def table(self) -> pa.Table:
        return pa.concat_tables(self.pieces)


@contextlib.contextmanager
def writing(path: Path | None) -> Iterator[Sheet]:
    """A sheet that becomes the file `path` (Parquet, or CSV by its name) when the block ends well, and leaves nothing where it does not.

    Without a path what is written goes nowhere.
    """
    if path is None:
        yield Nowhere()
        return
    if not path.parent.is_dir():
        raise SetupError("There is no such folder.", where=str(path.parent), fix="make it first, or write elsewhere")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    sheet = File(part, csv=path.suffix.lower() == ".csv")
    try:
        yield sheet
        sheet.close()
        os.replace(part, path)
    finally:
        sheet.close()
        part.unlink(missing_ok=True)


class Nowhere:
    def write(self, table: pa.Table) -> None: ...


class File:
    """A Parquet or CSV file that begins with the first piece."""

    def __init__(self, path: Path, *, csv: bool) -> None:
        self.path, self.csv = path, csv
        self.writer: Any = None

    def write(self, table: pa.Table) -> None:
        if self.writer is None:
            if self.csv:
                from pyarrow.csv import CSVWriter

                self.writer = CSVWriter(self.path, table.schema)
            else:
                from pyarrow.parquet import ParquetWriter

                text = [f.name for f in table.schema if pa.types.is_string(f.type) and not f.name.endswith("_id")]
                self.writer = ParquetWriter(self.path, table.schema, compression="zstd", compression_level=1, use_dictionary=text)
        self.writer.write(table)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None
