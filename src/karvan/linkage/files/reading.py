"""Two files, or one, as tables of text in DuckDB: CSV or Parquet, every cell a text or nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.errors import DataError, SetupError, nearest

if TYPE_CHECKING:
    import duckdb

LONGEST = 200       # characters of a cell that are compared: no name or street is longer


def quoted(name: str) -> str:
    """A column's name as SQL writes it.

    >>> quoted('the "other" name')
    '"the ""other"" name"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it.

    >>> literal("O'Neil")
    "'O''Neil'"
    """
    return "'" + text.replace("'", "''") + "'"


def open_table(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> list[str]:
    """Make the table `name` of a file's rows, in the file's order, as text; returns its columns.

    Raises SetupError where there is no such file, and DataError where it is neither CSV nor Parquet, or holds no row.
    """
    import duckdb

    if not path.is_file():
        raise SetupError("There is no such file.", where=str(path), fix="give the path of a CSV or Parquet file")
    kind = kind_of(path)
    if kind == "parquet":
        source = f"read_parquet({literal(str(path))})"
    else:
        source = f"read_csv({literal(str(path))}, all_varchar = true, header = true, null_padding = true, quote = '\"', escape = '\"')"
    try:
        columns = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
        said = ", ".join(f"nullif(trim({quoted(c)}::varchar), '') as {quoted(c)}" for c in columns)
        con.execute(f"create or replace table {name} as select row_number() over () - 1 as row_at, {said} from {source}")
    except duckdb.Error as wrong:
        if "No space left" in str(wrong):
            raise
        line = re.search(r"(?:Line|line)[: ]+(\d+)", str(wrong))
        raise DataError(
            f"The file cannot be read as {kind.upper()}.", where=f"{path}:{line[1]}" if line else str(path), fix="write it as Parquet, or as UTF-8 CSV with one header line and one delimiter"
        ) from None
    if not con.execute(f"select count(*) from {name}").fetchall()[0][0]:
        raise DataError("The file holds no row.", where=str(path), fix="give a file with at least one row under its header")
    return columns


def kind_of(path: Path) -> str:
    """`parquet` where a file begins as Parquet does, else `csv`."""
    with path.open("rb") as source:
        start = source.read(4)
    if not start:
        raise DataError("The file is empty.", where=str(path), fix="give a file with a header and at least one row")
    return "parquet" if start == b"PAR1" else "csv"


def check_ids(con: duckdb.DuckDBPyConnection, table: str, column: str, path: Path) -> None:
    """Every row has an id of its own; raises DataError that counts those that have not."""
    [(rows, empty, different)] = con.execute(f"select count(*), count(*) - count({quoted(column)}), count(distinct {quoted(column)}) from {table}").fetchall()
    if empty:
        raise DataError(f"{empty:,} of {rows:,} rows have no id.", where=f"{path}, column `{column}`", fix="fill the column, or name another in `id:`, or leave `id:` out to number the rows")
    if different < rows:
        raise DataError(
            f"{rows - different:,} of {rows:,} rows repeat the id of another row.", where=f"{path}, column `{column}`",
            fix="name a column in `id:` that is different in every row, or leave `id:` out to number the rows",
        )  # fmt: skip


def check_column(column: str, columns: list[str], where: str, path: Path) -> None:
    if column not in columns:
        raise DataError(f"The file has no column `{column}`.", where=f"{where}; {path} has {', '.join(columns[:30])}", fix=nearest(column, columns) or "name one of its columns")
