"""Limits and scores: a measure becomes 0 to 100 points and a colour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.errors import PackError, nearest

if TYPE_CHECKING:
    from karvan.country import Country

# Details that have limits of their own: precision and recall ask for more than F1 shows.
DETAIL_LIMITS = {("QI-07", "precision"): (99.0, 97.0), ("QI-07", "recall"): (95.0, 90.0)}


@dataclass(frozen=True)
class QualityIndicator:
    """One quality indicator: names by language, dimension, of what and how it is measured, unit, which way is better, two limits (None: not scored),
    and what it waits for where it could not be measured."""

    id: str
    names: Mapping[str, str]
    dimension: str
    of: str
    how: str
    unit: str
    better: str
    green: float | None = None
    amber: float | None = None
    waits_for: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.names["en"]


@cache
def quality_indicators() -> Mapping[str, QualityIndicator]:
    """Every quality indicator with its default limits, by id.

    >>> quality_indicators()["QI-11"].green
    1
    >>> len(quality_indicators())
    22
    """
    import yaml

    said = yaml.safe_load((Path(__file__).parent / "limits.yaml").read_text(encoding="utf-8"))
    return {key: QualityIndicator(key, entry.pop("name"), **entry) for key, entry in said.items()}


@dataclass(frozen=True)
class Scale:
    """The indicators with a country's limits, and the weights of its dimensions (1 where it says nothing)."""

    indicators: Mapping[str, QualityIndicator]
    weights: Mapping[str, float] = field(default_factory=dict)


def scale_of(country: Country) -> Scale:
    """Limits and weights as the packs set them in `quality/limits.yaml`; the defaults where they say nothing.

    Raises PackError where a pack names an indicator or a dimension that does not exist.
    """
    said: dict[str, Any] = country.quality.get("limits", {})
    known = dict(quality_indicators())
    for qi, limits in (said.get("limits") or {}).items():
        if qi not in known:
            raise PackError(f"There is no quality indicator '{qi}'.", where="quality/limits.yaml", fix=nearest(qi, list(known)) or "use QI-01 to QI-22")
        known[qi] = replace(known[qi], green=limits["green"], amber=limits["amber"])
    dimensions = sorted({qi.dimension for qi in known.values()})
    for dimension in said.get("weights") or {}:
        if dimension not in dimensions:
            raise PackError(f"There is no dimension '{dimension}'.", where="quality/limits.yaml", fix=nearest(dimension, dimensions) or f"use {', '.join(dimensions)}")
    return Scale(known, said.get("weights") or {})


def limits_of(qi: QualityIndicator, detail: str | None) -> tuple[float, float] | None:
    if (qi.id, detail) in DETAIL_LIMITS:
        return DETAIL_LIMITS[qi.id, str(detail)]
    return None if qi.green is None or qi.amber is None else (qi.green, qi.amber)


def colour(qi: QualityIndicator, measured: float | None, detail: str | None = None) -> str | None:
    """Green at or beyond the green limit, amber up to the other, then red; None where nothing is scored."""
    limits = limits_of(qi, detail)
    if measured is None or limits is None:
        return None
    sign = 1 if qi.better == "higher" else -1
    green, amber = limits
    return "green" if sign * measured >= sign * green else "amber" if sign * measured >= sign * amber else "red"


def score(qi: QualityIndicator, measured: float | None, detail: str | None = None) -> float | None:
    """Points: 80 at the green limit, 40 at the limit to red, linear between and beyond, kept within 0 and 100.

    >>> [score(quality_indicators()["QI-11"], share) for share in (0.0, 1.0, 3.0, 5.0, 9.0)]
    [90.0, 80.0, 60.0, 40.0, 0.0]
    """
    limits = limits_of(qi, detail)
    if measured is None or limits is None:
        return None
    green, amber = limits
    return max(0.0, min(100.0, 40 + 40 * (measured - amber) / (green - amber)))


def dimension_scores(scores: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    """Mean score of each dimension, from (id of the quality indicator, score) pairs."""
    found: dict[str, list[float]] = {}
    for qi, points in scores:
        if points is not None:
            found.setdefault(quality_indicators()[qi].dimension, []).append(points)
    return {dimension: sum(points) / len(points) for dimension, points in sorted(found.items())}


def source_score(dimensions: Mapping[str, float], weights: Mapping[str, float] | None = None) -> float | None:
    """Weighted geometric mean of the dimensions, so that one bad dimension is not hidden by the others; None without any.

    >>> round(source_score({"technical": 100.0, "time": 25.0}), 6)
    50.0
    >>> round(source_score({"technical": 100.0, "time": 25.0}, {"technical": 3}), 6)
    70.710678
    """
    weight = {d: float((weights or {}).get(d, 1)) for d in dimensions}
    if not sum(weight.values()):
        return None
    if any(points <= 0 and weight[d] for d, points in dimensions.items()):
        return 0.0
    return math.exp(sum(weight[d] * math.log(points) for d, points in dimensions.items() if weight[d]) / sum(weight.values()))
