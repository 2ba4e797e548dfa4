"""Numbers of persons that are text, as `P000012345`, sorted as whole numbers: a third of the time that sorting takes, and columns that need not be copied.

Where all have one length, of at most sixteen bytes, and only the last eight differ, these eight read as one number are in the same order as the text, and the text can
be written again from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb

LONGEST, LAST = 16, 8    # bytes: of a whole number in DuckDB, and of one in NumPy
SORTED_AS = f"(encode(person_id)::bit::uhugeint & {2**64 - 1}::uhugeint)::ubigint"


@dataclass(frozen=True)
class Numbers:
    """How to write the text again: `same` stands before the last `differing` bytes."""

    same: bytes
    differing: int

    def text(self, numbers: pa.Array) -> pa.Array:
        """The text of whole numbers.

        >>> Numbers(b"P0", 8).text(pa.array([3472328296227680304, 3472328296227680305], pa.uint64())).to_pylist()
        ['P000000000', 'P000000001']
        """
        import numpy as np

        from karvan.lifecourse.columns import values

        n, length = len(numbers), len(self.same) + self.differing
        letters = np.empty((n, length), np.uint8)
        letters[:, : len(self.same)] = np.frombuffer(self.same, np.uint8)
        letters[:, len(self.same) :] = values(numbers).astype(">u8").view(np.uint8).reshape(n, LAST)[:, LAST - self.differing :]
        ends = np.arange(n + 1, dtype=np.int32) * np.int32(length)
        return pa.StringArray.from_buffers(n, pa.py_buffer(ends), pa.py_buffer(letters))


def numbers_of(con: duckdb.DuckDBPyConnection) -> Numbers | None:
    """How the text in `person_id` of the view `given` is sorted as whole numbers; None where it cannot be."""
    least, greatest = con.execute("select encode(min(person_id)), encode(max(person_id)) from given").fetchall()[0]    # of Parquet, known without reading
    if not least or len(least) > LONGEST or not greatest.startswith(least[:-LAST]):
        return None
    if con.execute(f"select 1 from given where strlen(person_id) != {len(least)} limit 1").fetchall():
        return None
    return Numbers(least[:-LAST], min(len(least), LAST))
