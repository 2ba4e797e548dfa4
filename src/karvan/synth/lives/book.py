"""The book of the simulation: parts add rows, the end turns them into Arrow tables of the declared truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from karvan.synth.lives.chance import NONE, Ints
from karvan.synth.truth import PROCEDURES, TRUTH, arrow_schema

PASSPORT, SECOND, NATIONAL, IDENTITY, TRAVEL, RETURN_PAPER, RENAMED_PASSPORT, RENAMED_IDENTITY = range(8)
"""Which of a person's documents: first passport, of a second citizenship, after naturalisation, identity card, refugee's travel document, return paper;
passport and identity card under a new name, into which `papers.issue` turns the first ones."""


@dataclass(frozen=True)
class Words:
    """A text column kept as positions in a short list; -1 is null."""

    codes: Ints
    names: list[str]

    def arrow(self) -> pa.DictionaryArray:
        codes = np.asarray(self.codes, dtype=np.int16)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(self.names, pa.string()))


@dataclass(frozen=True)
class Shown:
    """Document numbers by position in the list of documents; kept so until the table is written."""

    position: Ints
    numbers: Ints


_LONG = {"status", *(table.name for table in PROCEDURES)}
"""Tables whose words stay in short lists (dictionary type): at a million residents they are half the memory."""


class Book:
    """Rows by table. `show` columns (person, which document, day) become document numbers when the documents are issued."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TRUTH}

    def add(self, table: str, n: int, /, *, keep: Ints | None = None, **columns: Any) -> None:
        """Add `n` rows. Columns: numbers, days with NONE, `Words`, text arrays, or one value for all; `which` is the document shown."""
        if keep is not None:
            columns = {k: _take(v, keep) for k, v in columns.items()}
            n = int(np.count_nonzero(keep)) if keep.dtype == bool else len(keep)
        if n:
            self.rows[table].append({"_n": n, **{k: _small(v) for k, v in columns.items()}})

    def column(self, table: str, name: str) -> Ints:
        """A numeric column as added so far."""
        chunks = [np.broadcast_to(np.asarray(rows[name]), (rows["_n"],)) for rows in self.rows[table]]
        return np.concatenate(chunks) if chunks else np.empty(0, np.int64)

    def table(self, name: str) -> pa.Table:
        """One table of the truth, typed as declared, in the order rows were added. The rows are given up: ask once."""
        waiting = self.rows[name]
        worded = {c.name for c in TRUTH[name].columns if all(isinstance(rows.get(c.name), (Words, str, type(None))) for rows in waiting)}
        schema = arrow_schema(TRUTH[name], words=worded if name in _LONG else set())
        batches = []
        while waiting:  # each chunk is let go as soon as it is written: at a million residents they are gigabytes
            rows = waiting.pop(0)
            given = {**rows, "person_no": np.asarray(rows["person"]) + 1} if "person" in rows else rows
            batches.append(pa.table([_arrow(given.get(f.name), f.type, rows["_n"]) for f in schema], schema=schema))
        return pa.concat_tables(batches).unify_dictionaries() if batches else schema.empty_table()


def _take(value: Any, keep: Ints) -> Any:
    if isinstance(value, Words):
        return Words(value.codes[keep], value.names)
    return value[keep] if isinstance(value, np.ndarray) and value.ndim else value


def _small(value: Any) -> Any:
    """The same numbers in half the memory, where they fit (days and positions do; seconds do not)."""
    if isinstance(value, Words):
        return Words(value.codes.astype(np.int16), value.names)
    if isinstance(value, np.ndarray) and value.dtype == np.int64 and len(value) and value.max() < 2**31 and value.min() >= NONE:
        return value.astype(np.int32)
    return value


def _arrow(value: Any, kind: pa.DataType, n: int) -> pa.Array:
    if pa.types.is_dictionary(kind):
        worded = value if isinstance(value, Words) else Words(np.full(n, -1 if value is None else 0), [value or ""])
        return worded.arrow()
    if value is None:
        return pa.nulls(n, kind)
    if isinstance(value, Words):
        return value.arrow().cast(kind)
    if isinstance(value, Shown):
        return pa.array(value.numbers, pa.binary()).cast(kind).take(pa.array(value.position))
    if isinstance(value, str):
        return pa.array([value], kind).take(pa.array(np.zeros(n, np.int32)))
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return _arrow(np.full(n, value), kind, n)
    if pa.types.is_date(kind):
        days = value.astype(np.int32)
        return pa.array(days, pa.int32(), mask=days == NONE).cast(kind)
    if pa.types.is_timestamp(kind):
        return pa.array(value.astype(np.int64)).cast(kind)
    if pa.types.is_int64(kind):
        whole = value.astype(np.int64)
        return pa.array(whole, mask=whole == NONE)
    if pa.types.is_floating(kind):
        return pa.array(value.astype(np.float64), mask=np.isnan(value.astype(np.float64)))
    if pa.types.is_string(kind):
        empty = value == (b"" if value.dtype.kind == "S" else "")
        return pa.array(value, pa.binary(), mask=empty).cast(kind) if value.dtype.kind == "S" else pa.array(value.astype(str), kind, mask=empty)
    return pa.array(value.astype(bool))
