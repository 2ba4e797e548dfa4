"""Crossings by lot for the benchmarks: people who come and go for ten years, in order of time as a border writes them down."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUP = 200_000      # people made at a time
SLICES = 20          # of the ten years: each is sorted by itself
SECONDS = 10 * 365 * 86_400
START = 1_483_228_800    # 2017-01-01
CROSSINGS_A_PERSON = 8.3
ROW = np.dtype([("at", "<i8"), ("person", "<i4"), ("outward", "?")])


def make(path: Path, people: int, *, seed: int = 1) -> int:
    """Write `person_id` (text), `crossed_at`, `direction` of so many people, about 8.3 crossings each; returns the rows."""
    chance = np.random.default_rng(seed)
    names = chance.permutation(people)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        slices = [open(Path(folder) / str(number), "wb") for number in range(SLICES)]  # noqa: SIM115
        for first in range(0, people, GROUP):
            rows = lives(chance, names[first : first + GROUP])
            place = np.minimum((rows["at"] - START) * SLICES // SECONDS, SLICES - 1)
            for number, file in enumerate(slices):
                rows[place == number].tofile(file)
        writer = None
        written = 0
        for file in slices:
            file.close()
            rows = np.fromfile(file.name, ROW)
            rows = rows[np.argsort(rows["at"], kind="stable")]
            text = np.char.mod("%09d", rows["person"]).astype("S9").view("S1").reshape(len(rows), 9)
            text = np.concatenate([np.full((len(rows), 1), b"P"), text], axis=1).tobytes()
            offsets = pa.py_buffer((np.arange(len(rows) + 1) * 10).astype(np.int32))
            table = pa.table({
                "person_id": pa.StringArray.from_buffers(len(rows), offsets, pa.py_buffer(text)),
                "crossed_at": pa.array(rows["at"] * 1_000_000).cast(pa.timestamp("us")),
                "direction": pa.array(["in", "out"]).take(pa.array(rows["outward"].astype(np.int8))),
            })  # fmt: skip
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=1_000_000)
            written += len(rows)
        writer.close()
    return written


def lives(chance: np.random.Generator, names: np.ndarray) -> np.ndarray:
    """Crossings of some people: short stays of most, long ones of some; one in eight is first seen going out."""
    crossings = np.minimum(chance.poisson(CROSSINGS_A_PERSON - 1, len(names)) + 1, 40)
    total = int(crossings.sum())
    starts = np.concatenate([[0], np.cumsum(crossings)[:-1]])
    place = np.arange(total) - np.repeat(starts, crossings)
    long = np.repeat(chance.random(len(names)) < 0.3, crossings)
    outward = (place + np.repeat(chance.random(len(names)) < 0.125, crossings)) % 2 == 1
    stay = chance.exponential(np.where(long, 200, 14) * 86_400.0)
    away = chance.exponential(np.where(long, 60, 400) * 86_400.0)
    wait = np.where(outward, stay, away).astype(np.int64) + 60    # what ended with this crossing
    wait[starts] = chance.integers(0, SECONDS // 3, len(names))
    since = np.cumsum(wait)
    at = since - np.repeat(since[starts] - wait[starts], crossings)
    rows = np.empty(total, ROW)
    rows["at"], rows["person"], rows["outward"] = START + at, np.repeat(names, crossings), outward
    return rows[at < SECONDS]
