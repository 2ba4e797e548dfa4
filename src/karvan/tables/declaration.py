"""How a table is declared: once, for the reader, the checks, the docs and the made-up rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["record", "identity", "derived", "ledger"]
Type = Literal["text", "whole", "real", "day", "instant", "yes_no", "json"]
Class = Literal["P0", "P1", "P2", "P3", "P4"]

DUCKDB_TYPE: dict[str, str] = {
    "text": "VARCHAR",
    "whole": "BIGINT",
    "real": "DOUBLE",
    "day": "DATE",
    "instant": "TIMESTAMP",
    "yes_no": "BOOLEAN",
    "json": "VARCHAR",
}


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in what unit, what its absence says, and how closely it is kept.

    `values` lists the words that may stand in it, where the list belongs to the platform and not to a country's pack.
    """

    name: str
    type: Type
    meaning: str
    null: str = "not recorded"
    unit: str = ""
    values: tuple[str, ...] = ()
    sensitivity: Class = "P2"

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPE[self.type]


@dataclass(frozen=True)
class Table:
    """A named table: one row per `grain`, unique by `key`, made by `room`."""

    name: str
    kind: Kind
    room: str
    grain: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def in_order(self) -> list[str]:
        """All columns, those of the key first: a total order up to rows that are equal."""
        return [*self.key, *(name for name in self.column_names if name not in self.key)]

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")

    def empty_select(self) -> str:
        """A SELECT of this table's columns and types with no rows, in DuckDB's dialect.

        >>> from karvan.tables import TABLES
        >>> TABLES["links"].empty_select()[:37]
        'select cast(null as VARCHAR) as recor'
        """
        cells = ", ".join(f"cast(null as {c.duckdb_type}) as {c.name}" for c in self.columns)
        return f"select {cells} where false"
