"""Draws and days: small vectorised pieces that every part of the simulation uses.

Days are whole numbers since 1970-01-01; `NONE` is a day that does not exist. Every part gets its own generator, spawned from the
seed by the part's place in a fixed list, so a change in one part leaves the others as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
NONE = -(2**31)
YEAR = 365.25
PARTS = (
    "natives",
    "families",
    "emigrants",
    "trips",
    "visitors",
    "movers",
    "permits",
    "work",
    "visas",
    "registrations",
    "violations",
    "asylum",
    "citizenship",
    "services",
    "border",
    "documents",
    "organisations",
    "register",
    "contracts",
    "names",
)


def generators(seed: int) -> dict[str, np.random.Generator]:
    """One independent generator per part of the simulation."""
    return {part: np.random.Generator(np.random.PCG64(child)) for part, child in zip(PARTS, np.random.SeedSequence(seed).spawn(len(PARTS)), strict=True)}


def day(value: date | str) -> int:
    """Day number of a date.

    >>> day("1970-01-02")
    1
    """
    moment = date.fromisoformat(value) if isinstance(value, str) else value
    return moment.toordinal() - 719163


def pick(rng: np.random.Generator, weights: Sequence[float] | Ints, n: int) -> Ints:
    """`n` positions drawn with these weights."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(cumulative / cumulative[-1], rng.random(n), side="right").astype(np.int32)


def pick_by(rng: np.random.Generator, table: Ints, rows: Ints) -> Ints:
    """For each row number, a column of `table` drawn with that row's weights."""
    chance = rng.random(len(rows))
    cumulative = np.cumsum(table, axis=1)
    cumulative = cumulative / np.maximum(cumulative[:, -1:], 1e-12)
    out = np.empty(len(rows), np.int32)
    for row in np.unique(rows):
        where = rows == row
        out[where] = np.searchsorted(cumulative[row], chance[where], side="right")
    return np.minimum(out, table.shape[1] - 1)


def spread(rng: np.random.Generator, median: Any, sigma: Any, n: int, low: float = 0, high: float = 1e6) -> Ints:
    """Whole numbers of days, lognormal around a median, cut to [low, high]."""
    return np.clip(np.exp(np.log(median) + sigma * rng.standard_normal(n)), low, high).astype(np.int32)


def delay(rng: np.random.Generator, setting: Mapping[str, float], n: int) -> Ints:
    """Whole numbers of days as a setting {median, sigma, least, most} spreads them: lognormal, cut at both ends."""
    return spread(rng, setting["median"], setting["sigma"], n, setting.get("least", 0), setting.get("most", 1e6))


def between(rng: np.random.Generator, ends: Sequence[int], n: int) -> Ints:
    """Whole numbers as a setting [from, below] spreads them: evenly."""
    return rng.integers(ends[0], ends[1], n)


def count(rng: np.random.Generator, expected: Any) -> Ints:
    """Whole numbers whose mean is `expected`, as even as can be (no Poisson noise on levels)."""
    expected = np.asarray(expected, dtype=float)
    return (np.floor(expected) + (rng.random(expected.shape) < expected - np.floor(expected))).astype(np.int64)


def repeat_index(counts: Ints) -> Ints:
    """0 repeated counts[0] times, 1 repeated counts[1] times, and so on."""
    return np.repeat(np.arange(len(counts)), counts)


def numbers(prefix: str, values: Ints, digits: int) -> Ints:
    """Fixed-width numbers with a prefix, as an array of bytes (a quarter of the memory of text).

    >>> numbers("RP", np.array([7, 12]), 4).tolist()
    [b'RP0007', b'RP0012']
    """
    values = np.asarray(values, dtype=np.int64)
    grid = np.empty((len(values), len(prefix) + digits), np.uint8)
    grid[:, : len(prefix)] = np.frombuffer(prefix.encode(), np.uint8)
    rest = values.copy()
    for place in range(digits - 1, -1, -1):
        grid[:, len(prefix) + place] = 48 + rest % 10
        rest //= 10
    return grid.view(f"S{len(prefix) + digits}").ravel()


@dataclass(frozen=True)
class Dated:
    """A value that changes on given days, as the pack writes it: {2018-01-01: 1.1, 2020-03-01: 0.1}."""

    days: Ints
    values: Ints

    @classmethod
    def read(cls, entries: dict[Any, float]) -> Dated:
        ordered = sorted((day(key if isinstance(key, (date, str)) else str(key)), value) for key, value in entries.items())
        return cls(np.array([d for d, _ in ordered]), np.array([v for _, v in ordered], dtype=float))

    def on(self, days: Ints) -> Ints:
        return self.values[np.clip(np.searchsorted(self.days, days, side="right") - 1, 0, None)]


def month_starts(first: int, last: int) -> tuple[Ints, Ints]:
    """First days of the months that touch [first, last], and the number of the month (1 to 12) of each."""
    months = np.arange(np.datetime64(first, "D").astype("datetime64[M]"), np.datetime64(last, "D").astype("datetime64[M]") + 1)
    return months.astype("datetime64[D]").astype(np.int64), (months.astype(int) % 12 + 1).astype(np.int64)


def year_of(days: Ints) -> Ints:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def working_days_after(days: Ints, steps: Ints, holidays: Ints) -> Ints:
    """The day `steps` working days after each day (weekends and the pack's holidays left out)."""
    moved = np.busday_offset(np.asarray(days).astype("datetime64[D]"), steps, roll="forward", holidays=holidays.astype("datetime64[D]"))
    return moved.astype("datetime64[D]").astype(np.int64).astype(np.int32)
