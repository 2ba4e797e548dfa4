"""Limits and scores: a measure becomes 0 to 100 points and a colour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class QualityIndicator:
    """One quality indicator: its name, dimension and unit, which way is better, and its two limits (None: measured, not scored)."""

    id: str
    name: str
    dimension: str
    unit: str
    better: str
    green: float | None = None
    amber: float | None = None


@cache
def quality_indicators() -> Mapping[str, QualityIndicator]:
    """Every quality indicator measured so far, by id.

    >>> quality_indicators()["QI-11"].green
    1
    """
    import yaml

    said = yaml.safe_load((Path(__file__).parent / "limits.yaml").read_text(encoding="utf-8"))
    return {key: QualityIndicator(key, **entry) for key, entry in said.items()}


def colour(qi: QualityIndicator, measured: float | None) -> str | None:
    """Green at or beyond the green limit, amber up to the other, then red; None where nothing is scored."""
    if measured is None or qi.green is None or qi.amber is None:
        return None
    sign = 1 if qi.better == "higher" else -1
    return "green" if sign * measured >= sign * qi.green else "amber" if sign * measured >= sign * qi.amber else "red"


def score(qi: QualityIndicator, measured: float | None) -> float | None:
    """Points: 80 at the green limit, 40 at the limit to red, linear between and beyond, kept within 0 and 100.

    >>> [score(quality_indicators()["QI-11"], share) for share in (0.0, 1.0, 3.0, 5.0, 9.0)]
    [90.0, 80.0, 60.0, 40.0, 0.0]
    """
    if measured is None or qi.green is None or qi.amber is None:
        return None
    return max(0.0, min(100.0, 40 + 40 * (measured - qi.amber) / (qi.green - qi.amber)))


def dimension_scores(scores: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    """Mean score of each dimension, from (id of the quality indicator, score) pairs."""
    found: dict[str, list[float]] = {}
    for qi, points in scores:
        if points is not None:
            found.setdefault(quality_indicators()[qi].dimension, []).append(points)
    return {dimension: sum(points) / len(points) for dimension, points in sorted(found.items())}


def source_score(dimensions: Mapping[str, float]) -> float | None:
    """Geometric mean of the dimensions, so that one bad dimension is not hidden by the others; None without any.

    >>> source_score({"technical": 100.0, "time": 25.0})
    50.0
    """
    if not dimensions:
        return None
    return math.prod(dimensions.values()) ** (1 / len(dimensions))
