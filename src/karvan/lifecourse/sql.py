"""Run a `.sql` file that stands beside the Python that needs it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


@cache
def text_of(file: str) -> str:
    return (Path(__file__).parent / file).read_text(encoding="utf-8")


def make(con: duckdb.DuckDBPyConnection, name: str, file: str, **params: Any) -> None:
    """Make the temporary table `name` from the query in `file`. Only the parameters that the query names are passed."""
    query = text_of(file)
    given = {key: value for key, value in params.items() if f"${key}" in query}
    con.execute(f"create or replace temp table {name} as {query}", given)


def count(con: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(con.execute(f"select count(*) from {name}").fetchall()[0][0])
