"""The second line of a monthly series: what the last step of the line says of its season."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from karvan.tables import DIMENSIONS
from karvan_portal import source, vocabulary
from karvan_portal.statistics.table import TablePage


@dataclass(frozen=True)
class Season:
    """What became of the series shown: `verdict` is `adjusted`, or why it is not; `values` the adjusted figures by period."""

    verdict: str
    engine: str
    model: str
    effects: str
    q: float | None
    values: Mapping[str, float]

    @property
    def adjusted(self) -> bool:
        return self.verdict == "adjusted"

    @property
    def why(self) -> str:
        """Why it is not adjusted, in the reader's language; empty where it is."""
        return str(vocabulary.NOT_ADJUSTED.get(self.verdict, ""))


def season(page: TablePage) -> Season | None:
    """The verdict on the one series that a page shows; None for several series, years, and what nobody asked to adjust."""
    if page.by or page.kind not in ("month", "quarter"):
        return None
    at, codes = same_series(page.held)
    told = source.one(f"select verdict, engine, model, effects, q from seasonal_series where indicator = ? and frequency = ? and {at}", [page.indicator, page.kind, *codes])
    if not told:
        return None
    values = source.rows(f"select period, adjusted from seasonal_values where indicator = ? and {at}", [page.indicator, *codes])
    return Season(told["verdict"], told["engine"] or "", told["model"] or "", told["effects"] or "", told["q"], {row["period"]: row["adjusted"] for row in values})


def same_series(held: Mapping[str, str]) -> tuple[str, list[str]]:
    """The condition for one series, and its parameters: each dimension at the code where it is held; none, where the indicator does not have it."""
    named = [d for d in DIMENSIONS if d in held]
    return " and ".join(f"{d} = ?" if d in held else f"{d} is null" for d in DIMENSIONS), [held[d] for d in named]
