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
from karvan.workspace.folder import Workspace, disk_errors, scan
from karvan.workspace.manifest import Commit, Part, Run, TableVersion, commit_text, file_sha256, version_text, write_atomically

if TYPE_CHECKING:
    import duckdb

# Version 2 of the pages is a fifth quicker to write than version 1, and a fifth smaller; level 1 of zstd is a quarter quicker than level 3, and hardly larger;
# a dictionary of more than 4,096 values costs more than it saves.
PARQUET = "(format parquet, parquet_version v2, compression zstd, compression_level 1, dictionary_size_limit 4096)"
WHOLE, CHANGED = "all", "changed"      # parts of a table that is changed by persons
FOLDED_FROM = 0.2                      # part of the rows that changed, from which the table is written whole again


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
        name, count, digest = self._file(table, rows, check=True)
        parts = self._parts(table)
        if part == "all":
            parts.clear()
        if count:
            parts[part] = Part(part, name, count, digest)
        else:
            parts.pop(part, None)
        return count

    def replace(self, con: duckdb.DuckDBPyConnection, table: str, rows: str, people: str) -> int:
        """Put rows in the place of all rows of some persons; everybody else's stand as they are, in the files they are in. Returns the rows in force.

        `rows` and `people` name a table or view of the connection with the declared columns, and one with `person_id`. The rows of persons replaced since the table was last written
        whole lie in one part; where they come to more than a fifth of the table, it is written whole again.

        Examples
        --------
        ::

            tx.replace(con, "links", "new_links", "touched")
        """
        parts, ws = self._parts(table), self.workspace
        columns, order = ", ".join(TABLES[table].column_names), ", ".join(TABLES[table].in_order)
        whole, later = parts.get(WHOLE), parts.get(CHANGED)
        ours = f"select {columns} from {rows}"
        if whole is None or set(parts) - {WHOLE, CHANGED} or self._names(table, whole) != TABLES[table].column_names:
            ws.view(con, table, TableVersion(table, 1, tuple(parts.values())), as_name="rows_before")
            return self.write(table, con.sql(f"from (select {columns} from rows_before anti join {people} using (person_id) union all {ours}) order by {order}"))
        stands = scan([str(ws.folder(table) / "data" / whole.file)])
        if later:
            listed, rest = (scan([str(ws.folder(table) / "data" / str(file))]) for file in (later.replaces, later.file))
            ours = f"select {columns} from {rest} rest anti join {people} using (person_id) union all {ours}"
            con.execute(f"create or replace temp table people_replaced as select person_id from {people} union select person_id from {listed}")
        else:
            con.execute(f"create or replace temp table people_replaced as select distinct person_id from {people}")
        con.execute(f"create or replace temp table rows_changed as from ({ours})")
        [(changed, kept)] = con.execute(f"select (select count(*) from rows_changed), (select count(*) from {stands} stands anti join people_replaced using (person_id))").fetchall()
        if changed > FOLDED_FROM * (kept + changed):
            return self.write(table, con.sql(f"from (select {columns} from {stands} stands anti join people_replaced using (person_id) union all from rows_changed) order by {order}"))
        listed_in, _, _ = self._file(table, con.sql("from people_replaced order by person_id"))
        name, count, digest = self._file(table, con.sql(f"from rows_changed order by {order}"), check=True)
        parts[WHOLE] = Part(WHOLE, whole.file, kept, whole.sha256)
        parts[CHANGED] = Part(CHANGED, name, count, digest, listed_in)
        return kept + count

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

    def _file(self, table: str, rows: duckdb.DuckDBPyRelation | pa.Table | Path, *, check: bool = False) -> tuple[str, int, str]:
        """Write one immutable file: its name, rows and hash."""
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
            if check:
                check_columns(table, draft)
            count = pq.read_metadata(draft).num_rows
            digest = file_sha256(draft)
            name = f"{digest[:24]}.parquet"
            os.replace(draft, folder / "data" / name)
        return name, count, digest

    def _names(self, table: str, part: Part) -> list[str]:
        return list(pq.read_schema(self.workspace.folder(table) / "data" / part.file).names)

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
