"""Arrays of NumPy as columns of Arrow, and back, by their buffers: what `pyarrow.array` does, which first loads pandas where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa


def column(values: np.ndarray, absent: np.ndarray | None = None, kind: pa.DataType | None = None) -> pa.Array:
    """A column of these values, null where `absent`; of the values' own type, or of `kind`, which has the same bytes.

    >>> column(np.array([1, 2], np.int32), np.array([False, True]), pa.date32()).to_pylist()
    [datetime.date(1970, 1, 2), None]
    """
    kind = kind or pa.from_numpy_dtype(values.dtype)
    valid = None if absent is None or not absent.any() else bits(~absent)
    return pa.Array.from_buffers(kind, len(values), [valid, bits(values) if values.dtype == np.bool_ else pa.py_buffer(np.ascontiguousarray(values))])


def bits(yes: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(yes, bitorder="little"))


def words(chosen: np.ndarray, *of: str) -> pa.Array:
    """The words at these places, null where the place is -1.

    >>> words(np.array([1, -1, 0]), "in", "out").to_pylist()
    ['out', None, 'in']
    """
    letters = [word.encode() for word in of]
    ends = np.cumsum([0, *map(len, letters)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(of), pa.py_buffer(ends), pa.py_buffer(b"".join(letters))).take(column(chosen, chosen < 0))


def values(of: pa.Array) -> np.ndarray[Any, Any]:
    """The values of a column without nulls, not copied."""
    return np.from_dlpack(of)
