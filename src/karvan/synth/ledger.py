"""A Parquet file that grows: rows come piece by piece, and the file is the same as if they had come at once."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

GROUP = 1024 * 1024
"""Rows of one row group, as pyarrow writes them by itself."""


class Ledger:
    """Appends tables to one file, in row groups of `GROUP` rows whatever the size of the pieces.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rows.parquet"
    >>> with Ledger(path, pa.schema([("n", pa.int64())])) as ledger:
    ...     ledger.add(pa.table({"n": [1, 2]}))
    ...     ledger.add(pa.table({"n": [3]}))
    >>> pq.read_table(path)["n"].to_pylist()
    [1, 2, 3]
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema)
        self._waiting: list[pa.Table] = []
        self._rows = 0
        self._begun = False

    def add(self, table: pa.Table) -> None:
        """Append rows; text kept in short lists (dictionaries) is written as text."""
        for first in range(0, len(table), GROUP):
            piece = table.slice(first, GROUP).cast(self._schema)
            self._waiting.append(piece)
            self._rows += len(piece)
            if self._rows >= GROUP:
                together = pa.concat_tables(self._waiting)
                self._writer.write_table(together.slice(0, GROUP), row_group_size=GROUP)
                self._begun = True
                self._waiting = [together.slice(GROUP)]
                self._rows -= GROUP

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and (self._rows or not self._begun):
            self._writer.write_table(pa.concat_tables(self._waiting) if self._waiting else self._schema.empty_table(), row_group_size=GROUP)
        self._writer.close()
