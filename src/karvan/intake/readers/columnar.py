"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from karvan.country import Contract
from karvan.errors import DataError
from karvan.intake.plan import physical_columns
from karvan.intake.readers import Piece, positions_in

PIECE = 100_000


def rows(path: Path, contract: Contract) -> Iterator[Piece]:
    """Rows of a Parquet file, its columns as text: days in ISO 8601, whole numbers without a point."""
    wanted = physical_columns(contract)
    try:
        file = pq.ParquetFile(path)
        positions_in(file.schema_arrow.names, wanted, name=path.name)
        number = 0
        for batch in file.iter_batches(batch_size=PIECE):
            table = pa.Table.from_batches([batch])
            texts = {name: as_text(table[name]) for name in table.column_names}
            raw = pc.binary_join_element_wise(*(pc.fill_null(texts[n], "") for n in table.column_names), "\t")
            arrays = [pa.array(range(number + 1, number + 1 + batch.num_rows), pa.int64()), pa.array([0] * batch.num_rows, pa.int64()), raw, *(texts[c] for c in wanted)]
            yield Piece("cells", pa.Table.from_arrays(arrays, names=["row_no", "item_no", "raw", *(f"p{i}" for i in range(len(wanted)))]))
            number += batch.num_rows
    except (pa.ArrowInvalid, OSError) as wrong:
        raise DataError(f"This is no Parquet file that can be read: {str(wrong).splitlines()[0]}", where=path.name, fix="ask for the file again") from None


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        whole = pc.and_(pc.is_finite(column), pc.equal(column, pc.floor(column)))
        if pc.all(pc.fill_null(whole, True)).as_py() and (pc.max(pc.abs(column)).as_py() or 0) < 1e15:
            return pc.cast(pc.cast(column, pa.int64()), pa.string())
        return pc.cast(column, pa.string())
    if pa.types.is_dictionary(kind):
        return as_text(pc.cast(column, kind.value_type))
    if pa.types.is_nested(kind):
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])
    return pc.cast(column, pa.string())
