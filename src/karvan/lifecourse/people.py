"""Whole people, in order of time: rows of any number are sorted by DuckDB, on disk where they do not fit, and come in batches that cut nobody in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.errors import DataError, nearest

if TYPE_CHECKING:
    import duckdb
    import numpy as np

    from karvan.lifecourse.numbers import Numbers

BATCH = 400_000    # rows
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")
Given = Any        # a path of a Parquet or CSV file, or of a folder of Parquet files, or whatever Arrow reads as a table


@dataclass(frozen=True)
class People:
    """Some people and their rows: `names[p]` has the rows `starts[p]:starts[p + 1]`."""

    names: pa.Array
    starts: np.ndarray
    rows: dict[str, pa.Array]


def offer(con: duckdb.DuckDBPyConnection, name: str, given: Given) -> dict[str, str]:
    """Make `given` readable as the view `name`; returns its columns and their types. Raises DataError for a file that is not what its name says."""
    import duckdb

    if isinstance(given, str | Path | Files):
        paths = given if isinstance(given, Files) else files_of(Path(given))
        reader = "read_csv" if paths[0].suffix.lower() in (".csv", ".tsv", ".txt") else "read_parquet"
        listed = ", ".join(f"'{sql_text(path)}'" for path in paths)
        try:
            con.execute(f"create or replace temp view {name} as from {reader}([{listed}]{', union_by_name = true' if len(paths) > 1 else ''})")
        except duckdb.Error as wrong:
            kind = "CSV" if reader == "read_csv" else "Parquet"
            raise DataError(f"The file cannot be read as {kind}.", where=named(given), fix=f"give a {kind} file that is whole; the engine says: {str(wrong).splitlines()[0][:200]}") from None
    else:
        con.register(name, pa.table(given))
    return {row[0]: row[1] for row in con.execute(f"describe {name}").fetchall()}


class Files(tuple[Path, ...]):
    """Files that together are one table."""


def files_of(path: Path) -> Files:
    """The file itself, or the Parquet files of a folder in order of their names. Raises DataError where there is none."""
    if path.is_file():
        return Files((path,))
    if not path.is_dir():
        raise DataError("There is no such file.", where=str(path), fix="check the path")
    found = Files(sorted(file for file in path.glob("*.parquet") if file.is_file() and not file.name.startswith(".")))
    if not found:
        raise DataError("The folder has no Parquet file.", where=str(path), fix="name files so that they end in .parquet")
    return found


def named(given: Given) -> str:
    """What messages call a table."""
    if isinstance(given, Files):
        return str(given[0] if len(given) == 1 else given[0].parent)
    return str(given) if isinstance(given, str | Path) else "the table given"


def sql_text(path: Path | str) -> str:
    return str(path).replace("'", "''")


def demand(columns: dict[str, str], wanted: dict[str, tuple[str, ...]], where: str) -> None:
    """Raise DataError unless each wanted column is there and has one of its types (beginnings of DuckDB's names)."""
    for name, kinds in wanted.items():
        if name not in columns:
            hint = nearest(name, list(columns))
            raise DataError(f"There is no column `{name}`; found: {', '.join(columns)}.", where=where, fix=f"name the column `{name}`{f' ({hint})' if hint else ''}")
        if not columns[name].startswith(kinds):
            raise DataError(f"Column `{name}` is {columns[name]}, expected {' or '.join(kinds)}.", where=where, fix="write the column in an expected type")


def person_type(columns: dict[str, str], where: str) -> str:
    """The type in which people are named, kept as given: text or whole numbers."""
    demand(columns, {"person_id": ("VARCHAR", "ENUM", *WHOLE)}, where)
    return "VARCHAR" if columns["person_id"].startswith("ENUM") else columns["person_id"]


class OutOfOrder(Exception):
    """Rows that were said to be in order are not."""


def in_order(con: duckdb.DuckDBPyConnection, query: str, *, by: str = "", numbers: Numbers | None = None) -> Iterator[People]:
    """The rows of a query that is in order of `person_id`, in batches of whole people. The sort begins at once, in a thread. With `numbers` people are carried as these.

    Where the order is only promised, `by` names the column by which each person's rows are in order: raises OutOfOrder where they are not.
    """
    thread = ThreadPoolExecutor(1)
    sorting = thread.submit(lambda: con.sql(query).to_arrow_reader(BATCH))
    thread.shutdown(wait=False)
    return whole_people(sorting, by, numbers)


def whole_people(sorting: Future[pa.RecordBatchReader], by: str, numbers: Numbers | None) -> Iterator[People]:
    import numpy as np
    import pyarrow.compute as pc

    from karvan.lifecourse.columns import values

    left: pa.Table | None = None
    for batch in sorting.result():
        table = pa.Table.from_batches([batch])
        if left is not None:
            table = pa.concat_tables([left, table]).combine_chunks()
        person = pc.run_end_encode(whole(table.column("person_id")))
        starts = np.concatenate([np.zeros(1, np.int64), values(person.run_ends).astype(np.int64)])
        if by:
            demand_order(person.values, starts, whole(table.column(by)))
        cut = int(starts[-2]) if len(starts) > 1 else 0
        left = table.slice(cut)
        if cut:
            yield people_of(person.values.slice(0, len(starts) - 2), starts[:-1], table.slice(0, cut), numbers)
    if left is not None and left.num_rows:
        yield people_of(whole(left.column("person_id")).slice(0, 1), np.array([0, left.num_rows], np.int64), left, numbers)


def demand_order(names: pa.Array, starts: np.ndarray, values: pa.Array) -> None:
    """Raise OutOfOrder unless names ascend, and so do the values of each."""
    import numpy as np
    import pyarrow.compute as pc

    ascends = np.diff(values.to_numpy()) >= 0
    ascends[starts[1:-1] - 1] = True    # from one person to the next
    if not ascends.all() or pc.all(pc.less(names[:-1], names[1:])).as_py() is False:
        raise OutOfOrder


def all_of(batches: Sequence[People]) -> People:
    """All people of some batches as one."""
    import numpy as np

    shift = np.cumsum([0, *(batch.starts[-1] for batch in batches)])
    starts = np.concatenate([np.zeros(1, np.int64), *(batch.starts[1:] + before for batch, before in zip(batches, shift, strict=False))])
    return People(
        pa.concat_arrays([batch.names for batch in batches]), starts, {name: pa.concat_arrays([batch.rows[name] for batch in batches]) for name in batches[0].rows}
    )


def people_of(names: pa.Array, starts: np.ndarray, table: pa.Table, numbers: Numbers | None) -> People:
    return People(numbers.text(names) if numbers else names, starts, {name: whole(table.column(name)) for name in table.column_names if name != "person_id"})


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() if column.num_chunks == 0 else pa.concat_arrays(column.chunks)
