"""Two files, or one, as tables of text in DuckDB: CSV or Parquet, every cell a text or nothing."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.errors import DataError, SetupError, nearest

if TYPE_CHECKING:
    import duckdb

LONGEST = 200       # characters of a cell that are compared: no name or street is longer
ROW = "row_of_file"     # the column that numbers a table's rows from 0
DELIMITERS = ",;\t|"
GZIP = b"\x1f\x8b"
HEADER_BYTES = 1_000_000
REJECTS = "reject_errors", "reject_scans"       # where DuckDB keeps the rows of a CSV file that do not fit


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

    Raises
    ------
    SetupError
        There is no such file.
    DataError
        The file is neither CSV nor Parquet, holds no row, or has rows with more or fewer cells than its header: these are counted and named by line.
    """
    import duckdb

    if not path.is_file():
        raise SetupError("There is no such file.", where=str(path), fix="give the path of a CSV or Parquet file")
    dialect = None if is_parquet(path) else Dialect.of(path)
    source = dialect.source(path) if dialect else f"read_parquet({literal(str(path))})"
    try:
        columns = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
        if ROW.lower() in (c.lower() for c in columns):
            raise DataError(f"The file has a column `{ROW}`, a name that this command needs.", where=str(path), fix="rename the column")
        said = ", ".join(f"nullif(trim({quoted(c)}::varchar), '') as {quoted(c)}" for c in columns)
        con.execute(f"create or replace table {name} as select row_number() over () - 1 as {ROW}, {said} from {source}")
    except duckdb.Error as wrong:
        if isinstance(wrong, duckdb.OutOfMemoryException) or "No space left" in str(wrong):
            raise
        raise DataError(f"The file cannot be read as {'CSV' if dialect else 'Parquet'}.", where=str(path), fix="write it as Parquet, or as UTF-8 CSV with one header line and one delimiter") from None
    if dialect:
        check_rows(con, path, len(columns))
    if not con.execute(f"select count(*) from {name}").fetchall()[0][0]:
        raise DataError("The file holds no row.", where=str(path), fix="give a file with at least one row under its header")
    return columns


def is_parquet(path: Path) -> bool:
    """Whether a file begins as Parquet does. Raises DataError for an empty file."""
    with path.open("rb") as source:
        start = source.read(4)
    if not start:
        raise DataError("The file is empty.", where=str(path), fix="give a file with a header and at least one row")
    return start == b"PAR1"


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written, by its first bytes and its header line. Nothing is guessed from the rows."""

    columns: tuple[str, ...]
    delimiter: str
    encoding: str       # utf-8 or utf-16
    packed: bool        # by gzip

    @classmethod
    def of(cls, path: Path) -> Dialect:
        """Raises DataError where the header cannot be read."""
        with path.open("rb") as source:
            packed = source.read(2) == GZIP
        try:
            with gzip.open(path) if packed else path.open("rb") as source:
                start = source.read(HEADER_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise DataError("The file is packed by gzip, and damaged.", where=str(path), fix="make it again, or give it unpacked") from None
        if start[:4] == b"PK\x03\x04":
            raise DataError("The file is a workbook or an archive, not a table of text.", where=str(path), fix="save the sheet as CSV in UTF-8, or as Parquet")
        encoding = "utf-16" if start[:2] == b"\xff\xfe" else "utf-8"
        try:
            text = start.decode("utf-16" if encoding == "utf-16" else "utf-8-sig", errors="strict" if len(start) < HEADER_BYTES else "ignore")
        except UnicodeDecodeError:
            text = start.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")      # the rows are read below, which names the line
        header = re.split(r"\r\n|\n|\r", text, maxsplit=1)[0]
        if "\x00" in header or "\ufffd" in header:
            raise DataError("The header is not text in UTF-8.", where=f"{path}:1", fix="save the file as CSV in UTF-8, or as Parquet")
        delimiter = max(DELIMITERS, key=lambda d: len(next(csv.reader([header], delimiter=d), [])))
        return cls(tuple(headers(next(csv.reader([header], delimiter=delimiter), []))), delimiter, encoding, packed)

    def source(self, path: Path) -> str:
        """The rows as SQL; those that do not fit go to `reject_errors`."""
        columns = ", ".join(f"{literal(c)}: 'VARCHAR'" for c in self.columns)
        return (
            f"read_csv({literal(str(path))}, auto_detect = false, header = true, columns = {{{columns}}}, delim = {literal(self.delimiter)}, quote = '\"', escape = '\"', encoding = '{self.encoding}', "
            f"compression = '{'gzip' if self.packed else 'none'}', ignore_errors = true, store_rejects = true, rejects_limit = 0)"
        )


def headers(cells: list[str]) -> list[str]:
    """Names of columns, each different from the others and none empty.

    >>> headers(["id", "name", "Name", "", "name", "name_2"])
    ['id', 'name', 'Name_2', 'column_4', 'name_3', 'name_2_2']
    """
    found: list[str] = []
    taken: set[str] = set()
    for n, cell in enumerate(cells, 1):
        name = plain = cell.strip() or f"column_{n}"
        again = 1
        while name.lower() in taken:
            again += 1
            name = f"{plain}_{again}"
        taken.add(name.lower())
        found.append(name)
    return found


def check_rows(con: duckdb.DuckDBPyConnection, path: Path, cells: int) -> None:
    """Every row of the CSV file that was read last has as many cells as its header; raises DataError that counts those that have not, and names the first."""
    if not con.execute("select count(*) from duckdb_tables() where table_name = $1", [REJECTS[0]]).fetchall()[0][0]:
        return
    wrong = con.execute(f"""
        select line, any_value(error_type), case when any_value(error_type) = 'MISSING COLUMNS' then min(column_idx) else max(column_idx) end, count(*) over ()
        from {REJECTS[0]} group by line order by line limit 3
    """).fetchall()
    for table in REJECTS:
        con.execute(f"drop table {table}")
    if not wrong:
        return
    line, kind, _, rows = wrong[0]
    if kind not in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
        what, fix = WRONG_ROWS.get(kind, ("A row cannot be read.", "look at that line, or write the file as Parquet"))
        raise DataError(what, where=f"{path}:{line}", fix=fix)
    said = ", ".join(f"line {at} has {found}" for at, _, found, _ in wrong)
    raise DataError(
        f"{rows:,} row{'s have' if rows > 1 else ' has'} more or fewer cells than the header, which has {cells}: {said}{' ...' if rows > len(wrong) else ''}.", where=f"{path}:{line}",
        fix="put a cell that holds the delimiter in quotation marks and fill up rows that are short, or write the file as Parquet",
    )  # fmt: skip


WRONG_ROWS = {
    "INVALID ENCODING": ("The file is not UTF-8.", "save it as CSV in UTF-8, or as Parquet"),
    "UNQUOTED VALUE": ("A quotation mark opens a cell and does not close it.", "double the marks inside a cell, or write the file as Parquet"),
    "LINE SIZE OVER MAXIMUM": ("A row is longer than two million bytes.", "look for a quotation mark before it that is not closed"),
}


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
