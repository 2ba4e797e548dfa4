"""Files of an indicator's published cells, to take away."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from karvan_portal import source
from karvan_portal.statistics.table import dimensions_of

MEASURES = ("value", "unit", "vintage", "basis", "share_imputed", "share_unlinked", "quality", "obs_status", "treatment")


def columns(indicator: str) -> list[str]:
    return ["indicator", "period", *dimensions_of(indicator), *MEASURES]


def query(indicator: str, held: Mapping[str, str], by: str | None) -> tuple[str, list[Any]]:
    """The cells of a choice, or all cells of the indicator (`by` None), in their order, each with the label of made-up data."""
    listed = columns(indicator)
    fixed = "".join(f" and {d} = ?" for d in held) if by is not None else ""
    label = "basis = 'records'" if source.is_synthetic() else "false"
    order = ", ".join(c for c in listed if c not in MEASURES)
    return f"select {', '.join(listed)}, {label} as synthetic from safe_cubes where indicator = ?{fixed} order by {order}", [
        indicator,
        *(held.values() if by is not None else ()),
    ]


def as_csv(indicator: str, held: Mapping[str, str], by: str | None) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read it rightly; text that a spreadsheet would run is kept text."""
    found = source.rows(*query(indicator, held, by))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns(indicator), "synthetic"])
    for row in found:
        writer.writerow([harmless(v) for v in row.values()])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it.

    >>> harmless("=1+1"), harmless(-5.0), harmless("TUR")
    ("'=1+1", -5.0, 'TUR')
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def as_parquet(indicator: str, held: Mapping[str, str], by: str | None) -> bytes:
    select, params = query(indicator, held, by)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.parquet"
        source.connection().sql(select, params=params).write_parquet(str(path), compression="zstd")
        return path.read_bytes()
