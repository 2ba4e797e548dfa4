"""Unbiased random rounding, keyed by cell (SDC-06).

A count v becomes the multiple of the base below it or above it: above with probability (v mod base) / base, so that the mean is kept.
The draw is no random number but a keyed hash of what the cell is: its family, period and the categories that it fixes. Totals are
left out of the key, so that the same cell met in two overlapping tables, or asked for twice, is always rounded the same way, and
nobody can average the noise away. Without the workspace's key the draw cannot be recomputed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from karvan.disclosure.policies import Cells
from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    import numpy as np

DRAWS = 2**53


def key_for_rounding(secret: bytes) -> bytes:
    """A key of its own, made from the workspace's key, so that pseudonyms and roundings share no secret."""
    return hmac.digest(secret, b"karvan/disclosure/rounding", "sha256")


def draw(key: bytes, cell: str) -> float:
    """A number in [0, 1) that belongs to a cell.

    >>> draw(b"k", "FLW-01|2024|sex=F") == draw(b"k", "FLW-01|2024|sex=F")
    True
    """
    return (int.from_bytes(hmac.digest(key, cell.encode(), "sha256")[:8], "big") >> 11) / DRAWS


def draws(key: bytes, cells: Iterable[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three independent draws for each cell, from one hash: for its count, for what of it is imputed, for what is unlinked."""
    import numpy as np

    hashes = b"".join(hmac.digest(key, cell.encode(), "sha256") for cell in cells)
    numbers = (np.frombuffer(hashes, dtype=">u8").reshape(-1, 4) >> np.uint64(11)).astype("float64") / DRAWS
    return numbers[:, 0], numbers[:, 1], numbers[:, 2]


def rounded(value: float, base: int, u: float) -> float:
    """A value rounded to a multiple of `base`, up where the draw u is below its remainder's share.

    >>> rounded(7, 5, 0.39), rounded(7, 5, 0.41), rounded(10, 5, 0.0), rounded(-7, 5, 0.1)
    (10.0, 5.0, 10.0, -10.0)
    """
    size = abs(value)
    low = size // base * base
    up = base if u < (size - low) / base else 0
    return float(low + up) if value >= 0 else -float(low + up)


def rounded_sql(value: str, base: int, u: str) -> str:
    """The same as SQL over columns."""
    low = f"floor(abs({value}) / {base}) * {base}"
    return f"sign({value}) * ({low} + case when {u} < (abs({value}) - {low}) / {base} then {base} else 0 end)"


def cell_sql(cells: Cells, dims: Sequence[str]) -> str:
    """SQL for the text that names a cell: what is counted, period, and the categories it fixes.

    >>> cell_sql(Cells("residents", {}, {"citizenship": "XXA"}), ["sex"])
    "concat_ws('|', 'residents', period, case when sex <> '_T' then 'sex=' || sex end, 'citizenship=XXA')"
    """
    own = _name_sql(cells.family, cells.fixed, dims)
    if not cells.of_series:
        return own
    shared = (f"when {_text(kind)} then {_name_sql(name, cells.fixed, [d for d in dims if d != 'kind'])}" for kind, name in cells.of_series.items())
    return f"case kind {' '.join(shared)} else {own} end"


def _name_sql(family: str, fixed: Mapping[str, str], dims: Sequence[str]) -> str:
    said = [_text(f"{d}={fixed[d]}") if d in fixed else f"case when {d} <> '_T' then '{d}=' || {d} end" for d in DIMENSIONS if d in fixed or d in dims]
    return f"concat_ws('|', {', '.join([_text(family), 'period', *said])})"


def _text(said: str) -> str:
    return "'" + said.replace("'", "''") + "'"
