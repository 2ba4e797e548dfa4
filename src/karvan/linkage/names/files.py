"""Scores for a file of pairs of names, batch by batch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.errors import DataError, nearest
from karvan.linkage.names.compare import READ, compare_names
from karvan.linkage.names.model import shipped
from karvan.workspace import Progress, quiet

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 16_384       # rows in memory at once


@dataclass(frozen=True)
class Scored:
    """What was done: pairs read, pairs at or above the threshold, pairs with a name that has no letters."""

    pairs: int
    accepted: int
    unknown: int
    threshold: float


def score_file(pairs: Path, out: Path, *, progress: Progress = quiet) -> Scored:
    """Write `out`: the rows of the Parquet file `pairs`, in their order, with the column `score`.

    `pairs` has the text columns `name_a` and `name_b` (null: unknown); other columns are kept. Memory does not grow with the file. `out` appears
    when all is written, and not at all when something goes wrong.

    Raises
    ------
    DataError
        The file is missing or no Parquet file, lacks a column, has one that is no text, or already has a column `score`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if not pairs.is_file():
        raise DataError("There is no such file.", where=str(pairs), fix="give the path of a Parquet file with the columns name_a and name_b")
    if out.exists() and out.samefile(pairs):
        raise DataError("The file to write is the file to read.", where=str(out), fix="choose another path after -o")
    try:
        source = pq.ParquetFile(pairs)
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as wrong:
        raise DataError("The file is not Parquet.", where=str(pairs), fix="write it as Parquet, for example with DuckDB: copy (from 'pairs.csv') to 'pairs.parquet'") from wrong
    check_columns(source.schema_arrow, pairs)
    unfinished = out.with_name(out.name + ".unfinished")
    done = accepted = unknown = 0
    threshold = shipped().threshold
    try:
        with source, pq.ParquetWriter(unfinished, source.schema_arrow.append(pa.field("score", pa.float64()))) as sink:
            for batch in source.iter_batches(batch_size=ROWS):
                scores = compare_names(*(pc.utf8_slice_codeunits(batch.column(side).cast(pa.large_string()), 0, READ) for side in ("name_a", "name_b")))
                sink.write_batch(batch.append_column("score", pa.array(scores)))
                done, accepted, unknown = done + len(scores), accepted + int((scores >= threshold).sum()), unknown + int((scores == 0).sum())
                progress(f"{done:,} pairs", done / max(1, source.metadata.num_rows))
        os.replace(unfinished, out)
    except pa.ArrowException as wrong:
        raise DataError("The file breaks off or is damaged.", where=f"{pairs}, after row {done:,}", fix="make the file again") from wrong
    finally:
        unfinished.unlink(missing_ok=True)
    return Scored(done, accepted, unknown, threshold)


def check_columns(schema: pa.Schema, pairs: Path) -> None:
    import pyarrow as pa

    for column in ("name_a", "name_b"):
        if column not in schema.names:
            hint = nearest(column, schema.names)
            raise DataError(f"The column {column} is missing.", where=f"{pairs}, columns {', '.join(schema.names) or 'none'}", fix=hint or f"name the column {column}")
        kind = schema.field(column).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind)):
            raise DataError(f"The column {column} is {schema.field(column).type}, not text.", where=str(pairs), fix="write names as text")
    if "score" in schema.names:
        raise DataError("The file already has a column score.", where=str(pairs), fix="rename or drop that column first")
