"""What a linkage of files did, for a reader."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from karvan.linkage.files import learning, settled
    from karvan.linkage.files.comparing import Comparison

Array = np.ndarray
Progress = Callable[[str, float], None]

BANDS = (0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1)


@dataclass
class Report:
    """What was done, for a reader."""

    rows: list[int]
    pairs_by_key: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    compared: int
    matches: float
    links: int
    bands: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    not_believed: list[str]
    kinds: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def bands(probabilities: Array) -> list[dict[str, Any]]:
    """Pairs by band of probability."""
    edges = [1.0000001, *BANDS]
    return [{"from": low, "pairs": int(((probabilities >= low) & (probabilities < high)).sum())} for high, low in zip(edges, BANDS)]


def parameters(comparisons: list[Comparison], learned: learning.Levels) -> list[dict[str, Any]]:
    """What was learned: for each level the share among one person's records, among two people's, and the weight in bits."""
    return [
        {"comparison": c.name, "level": label, "one_person": round(float(m[n]), 5), "two_people": round(float(u[n]), 7), "weight": round(float(np.log2(m[n] / u[n])), 2)}
        for c, m, u in zip(comparisons, learned.m, learned.u, strict=True)
        for n, label in enumerate(c.labels)
    ]


def described(kinds: settled.Kinds | None, patterns: learning.Patterns, comparisons: list[Comparison]) -> list[dict[str, Any]]:
    """The kinds of strangers that were found, by what they agree on."""
    if kinds is None:
        return []
    at = np.cumsum([0, *patterns.sizes])
    return [
        {"share": round(float(share), 3), "agree_on": {c.name: round(float(levels[at[n]]), 3) for n, c in enumerate(comparisons)}}
        for share, levels in sorted(zip(kinds.shares, kinds.levels, strict=True), key=lambda k: -k[0])
    ]


class Clock:
    """Seconds by stage; tells the progress of a run."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.spent, self.stage, self.since = progress, {}, "", time.perf_counter()  # type: ignore[var-annotated]

    def __call__(self, stage: str, done: float) -> None:
        now = time.perf_counter()
        if self.stage:
            self.spent[self.stage] = round(now - self.since, 3)
        self.stage, self.since = stage, now
        self.progress(stage, done)
