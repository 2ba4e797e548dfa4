"""A sheet: the rows of one feed as its agency would write them, before they are cut into files.

Columns are the physical columns of the contract, already text in the contract's own form, so that a defect damages what a clerk could
have damaged. Columns that begin with `_` go with the rows and are not written.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from karvan.country import Contract
from karvan.country.contract import ContractField

Rows = np.ndarray[Any, np.dtype[np.int64]]


class Sheet:
    """Rows of one feed, by column; `marks` remembers which defect touched which row."""

    def __init__(self, contract: Contract, table: pa.Table) -> None:
        self.contract = contract
        self.columns: dict[str, pa.Array] = {name: _flat(table[name]) for name in table.column_names}
        self.marks: list[tuple[str, Rows]] = []

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def field(self, *, identity: str | None = None, field: str | None = None) -> ContractField | None:
        """The contract's property that holds a column of `identities` or of the record."""
        return next((f for f in self.contract.fields if (identity and f.identity == identity) or (field and f.field == field)), None)

    def column(self, identity: str) -> str | None:
        found = self.field(identity=identity)
        return found.column if found else None

    def has(self, column: str | None) -> Rows:
        """Rows in which a column is filled."""
        if column is None:
            return np.empty(0, np.int64)
        return np.flatnonzero(pc.is_valid(self.columns[column]).to_numpy(zero_copy_only=False))

    def values(self, column: str, rows: Rows) -> list[Any]:
        return self.columns[column].take(pa.array(rows)).to_pylist()

    def numbers(self, column: str) -> np.ndarray[Any, Any]:
        return self.columns[column].to_numpy(zero_copy_only=False)

    def put(self, column: str, rows: Rows, values: Sequence[Any]) -> None:
        """Write values into rows (ascending) of a column; what is longer than a fixed width is cut, as a form would cut it."""
        if not len(rows):
            return
        mask = np.zeros(len(self), bool)
        mask[rows] = True
        self.columns[column] = _flat(pc.replace_with_mask(self.columns[column], pa.array(mask), pa.array(list(values), self.columns[column].type)))

    def change(self, column: str, rows: Rows, how: Callable[[str], str | None]) -> Rows:
        """Apply `how` to every filled cell of rows; returns the rows that came out different."""
        before = self.values(column, rows)
        after = [None if v is None else how(v) for v in before]
        different = np.array([a != b for a, b in zip(before, after, strict=True)], bool)
        self.put(column, rows[different], [a for a, d in zip(after, different, strict=True) if d])
        return rows[different]

    def append(self, rows: Rows) -> Rows:
        """Write rows once more at the end; returns the new rows."""
        n = len(self)
        at = pa.array(np.concatenate([np.arange(n), rows]))
        self.columns = {name: values.take(at) for name, values in self.columns.items()}
        return np.arange(n, n + len(rows))

    def keep(self, mask: np.ndarray[Any, Any]) -> None:
        """Leave out the rows where `mask` is false; marks follow."""
        new = np.cumsum(mask) - 1
        self.columns = {name: values.filter(pa.array(mask)) for name, values in self.columns.items()}
        self.marks = [(defect, new[rows[mask[rows]]]) for defect, rows in self.marks]

    def split_after(self, day: date) -> Sheet | None:
        """Take out the rows delivered after a day, with their marks; None if there are none."""
        later = pc.greater(self.columns["_delivered"].cast(pa.date32()), pa.scalar(day, pa.date32())).to_numpy(zero_copy_only=False)
        if not later.any():
            return None
        out = Sheet(self.contract, pa.table(self.columns))
        out.marks = list(self.marks)
        out.keep(later)
        self.keep(~later)
        return out

    def join(self, other: Sheet) -> None:
        """Put the rows of another sheet of the same feed at the end, with their marks."""
        n = len(self)
        self.columns = {name: pa.concat_arrays([values, other.columns[name].cast(values.type)]) for name, values in self.columns.items()}
        self.marks += [(defect, rows + n) for defect, rows in other.marks]

    def sort(self) -> None:
        """Into the order of the files: by period, then day, then key."""
        keys = pa.table({"p": self.columns["_period"], "d": self.columns["_delivered"], "k": self.columns["_key"]})
        order = pc.sort_indices(keys, sort_keys=[("p", "ascending"), ("d", "ascending"), ("k", "ascending")])
        self.columns = {name: values.take(order) for name, values in self.columns.items()}
        place = np.empty(len(order), np.int64)
        place[order.to_numpy()] = np.arange(len(order))
        self.marks = [(defect, np.sort(place[rows])) for defect, rows in self.marks]


def _flat(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    return (
        pa.concat_arrays(values.chunks)
        if isinstance(values, pa.ChunkedArray) and values.num_chunks != 1 and values.num_chunks
        else (values.chunk(0) if isinstance(values, pa.ChunkedArray) and values.num_chunks else pa.array([], values.type) if isinstance(values, pa.ChunkedArray) else values)
    )


def draws(seed: int, *what: str) -> np.random.Generator:
    """A generator of its own for every purpose, so that switching one defect off leaves the others where they were."""
    return np.random.default_rng([seed, *(zlib.crc32(w.encode()) for w in what)])
