"""Writing: new Parquet files first, then the versions that name them, then one rename that puts them in force."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from karvan.errors import DataError
from karvan.tables import TABLES
from karvan.workspace import faults
from karvan.workspace.folder import Workspace, disk_errors
from karvan.workspace.manifest import Commit, Part, Run, TableVersion, commit_text, file_sha256, version_text, write_atomically

if TYPE_CHECKING:
    import duckdb

# Version 2 of the pages is a fifth quicker to write than version 1, and a fifth smaller; level 1 of zstd is a quarter quicker than level 3, and hardly larger;
# a dictionary of more than 4,096 values costs more than it saves.
PARQUET = "(format parquet, parquet_version v2, compression zstd, compression_level 1, dictionary_size_limit 4096)"


class Transaction:
    """Tables written together. Nothing is in force before the `with` block ends without an error.

    Examples
    --------
    ::

        with ws.lock(), ws.transaction() as tx:
            tx.write("links", con.sql("select ..."))                    # the whole table
            tx.write("crossing", con.sql("select ..."), part="sbs/2024-03")   # one part of it
            tx.drop("crossing", part="sbs/2024-02")
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.base = workspace.head()
        self.parts: dict[str, dict[str, Part]] = {}
        self.runs: dict[str, Run] = {}

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, kind: Any, wrong: Any, trace: Any) -> None:
        if kind is None:
            self.commit()

    def write(self, table: str, rows: duckdb.DuckDBPyRelation | pa.Table | Path, *, part: str = "all") -> int:
        """Write a table, or one part of it; returns its rows.

        `rows` is a DuckDB relation (ordered by its maker, so that equal rows give equal bytes), an Arrow table, or a Parquet file
        that is moved in. Columns must be those of the declaration, in its order. part="all" replaces the whole table.
        """
        folder = self.workspace.folder(table)
        (folder / "data").mkdir(parents=True, exist_ok=True)
        draft = folder / "data" / f"{uuid.uuid4().hex}.draft"
        with disk_errors(folder):
            if isinstance(rows, Path):
                os.replace(rows, draft)
            elif isinstance(rows, pa.Table):
                pq.write_table(rows, draft, compression="zstd")
            else:
                path = str(draft).replace("'", "''")
                rows.query("rows_to_write", f"copy (from rows_to_write) to '{path}' {PARQUET}")
            faults.point(f"{table}:written")
            check_columns(table, draft)
            count = pq.read_metadata(draft).num_rows
            digest = file_sha256(draft)
            name = f"{digest[:24]}.parquet"
            os.replace(draft, folder / "data" / name)
        parts = self._parts(table)
        if part == "all":
            parts.clear()
        if count:
            parts[part] = Part(part, name, count, digest)
        else:
            parts.pop(part, None)
        return count

    def drop(self, table: str, *, part: str) -> None:
        """Leave a part out of the next version."""
        self._parts(table).pop(part, None)

    def record(self, run: Run) -> None:
        """Keep the line of a run with this commit."""
        self.runs[run.step] = run

    def next_number(self, table: str) -> int:
        """Number that the table's next version will have; the current one if its contents did not change."""
        new, old = self._new(table), self.workspace.version(table, at=self.base)
        return old.number if old.number and new.content == old.content else new.number

    def commit(self) -> Commit:
        tables = dict(self.base.tables)
        with disk_errors(self.workspace.root):
            for table in self.parts:
                new = self._new(table)
                if self.next_number(table) != new.number:
                    continue
                write_atomically(self.workspace.folder(table) / f"v{new.number:06d}.json", version_text(new))
                faults.point(f"{table}:versioned")
                tables[table] = new.number
            commit = Commit(self.base.number + 1, tables, self.base.runs | self.runs)
            write_atomically(self.workspace.root / "commits" / f"{commit.number:06d}.json", commit_text(commit))
            faults.point("commit:before_head")
            write_atomically(self.workspace.root / "HEAD", f"{commit.number:06d}")
            faults.point("commit:after_head")
        return commit

    def _parts(self, table: str) -> dict[str, Part]:
        if table not in self.parts:
            self.parts[table] = {part.key: part for part in self.workspace.version(table, at=self.base).parts}
        return self.parts[table]

    def _new(self, table: str) -> TableVersion:
        parts = tuple(sorted(self._parts(table).values(), key=lambda p: p.key))
        return TableVersion(table, self.base.tables.get(table, 0) + 1, parts)


def check_columns(table: str, path: Path) -> None:
    """Raise DataError unless a Parquet file has the declared columns, in order and type."""
    declared = TABLES[table].columns
    schema = pq.read_schema(path)
    if schema.names != [c.name for c in declared]:
        missing = [c.name for c in declared if c.name not in schema.names]
        extra = [n for n in schema.names if n not in {c.name for c in declared}]
        raise DataError(f"Columns of `{table}` differ from its declaration: missing {missing}, not declared {extra}.", where=table, fix="write the declared columns, in the declared order")
    kinds = {
        "text": pa.types.is_string, "json": pa.types.is_string, "whole": pa.types.is_int64, "real": pa.types.is_float64,
        "day": pa.types.is_date32, "instant": pa.types.is_timestamp, "yes_no": pa.types.is_boolean,
    }  # fmt: skip
    for column in declared:
        found = schema.field(column.name).type
        if not kinds[column.type](found) and not (column.type in ("text", "json") and pa.types.is_large_string(found)):
            raise DataError(f"Column `{column.name}` of `{table}` is {found}, declared {column.type}.", where=table, fix=f"cast it to {column.duckdb_type}")
