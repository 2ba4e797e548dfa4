"""Tables written to files as they are made: under another name first, so that a file of the name asked for is always whole."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from karvan.errors import SetupError

ROWS = 250_000     # a piece of a Parquet file
WAITING = 2        # pieces that may wait to be written


class Sheet(Protocol):
    """Where tables of one shape go, piece by piece."""

    def write(self, table: pa.Table) -> None: ...

    def clear(self) -> None:
        """Begin anew."""


class Kept:
    """Keeps the pieces in memory."""

    def __init__(self) -> None:
        self.pieces: list[pa.Table] = []

    def write(self, table: pa.Table) -> None:
        self.pieces.append(table)

    def clear(self) -> None:
        self.pieces = []

    def table(self) -> pa.Table:
        return pa.concat_tables(self.pieces)


class Nowhere:
    """Keeps nothing."""

    def write(self, table: pa.Table) -> None: ...

    def clear(self) -> None: ...


@contextlib.contextmanager
def writing(path: Path | None) -> Iterator[Sheet]:
    """A sheet that becomes the file `path` (Parquet, or CSV by its name) when the block ends well, and leaves nothing where it does not.

    Without a path what is written goes nowhere.
    """
    if path is None:
        yield Nowhere()
        return
    demand_folder(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    sheet = File(part, csv=path.suffix.lower() == ".csv")
    try:
        yield sheet
        sheet.close()
        if path.is_dir():    # of a run on Spark
            shutil.rmtree(path)
        os.replace(part, path)
    finally:
        sheet.thread.shutdown()
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def writing_folder(path: Path | None) -> Iterator[Path | None]:
    """A new folder that becomes `path` when the block ends well, in place of a folder or file of that name, and is gone where it does not."""
    if path is None:
        yield None
        return
    demand_folder(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.mkdir()
    try:
        yield part
        remove(path)
        os.replace(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def demand_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise SetupError("There is no such folder.", where=str(path.parent), fix="make it first, or write elsewhere")


class File:
    """A Parquet or CSV file that begins with the first piece; its thread writes while the next pieces are made."""

    def __init__(self, path: Path, *, csv: bool) -> None:
        self.path, self.csv = path, csv
        self.writer: Any = None
        self.gathered: list[pa.Table] = []
        self.waiting: deque[Future] = deque()
        self.thread = ThreadPoolExecutor(1)

    def write(self, table: pa.Table) -> None:
        self.gathered.append(table)
        if sum(piece.num_rows for piece in self.gathered) >= ROWS:
            self.hand_over()

    def hand_over(self) -> None:
        self.waiting.append(self.thread.submit(self.put, pa.concat_tables(self.gathered)))
        self.gathered = []
        while len(self.waiting) > WAITING:
            self.waiting.popleft().result()

    def put(self, table: pa.Table) -> None:
        if self.writer is None:
            self.writer = self.begin(table.schema)
        self.writer.write_table(table)

    def begin(self, schema: pa.Schema) -> Any:
        if self.csv:
            from pyarrow.csv import CSVWriter

            return CSVWriter(self.path, schema)
        from pyarrow.parquet import ParquetWriter

        words = [field.name for field in schema if pa.types.is_string(field.type) and not field.name.endswith("_id")]
        return ParquetWriter(self.path, schema, compression="zstd", compression_level=1, use_dictionary=words)

    def clear(self) -> None:
        self.wait()
        self.gathered = []
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def wait(self) -> None:
        while self.waiting:
            self.waiting.popleft().result()

    def close(self) -> None:
        self.hand_over()
        self.wait()
        self.writer.close()
