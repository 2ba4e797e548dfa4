"""Cells of published cubes, as a text, a table or a chart binds them.

Publishing reads `safe_cubes` and `safe_intervals` and nothing else: there is no way from here to an untreated value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from karvan.errors import PackError, nearest
from karvan.tables import DIMENSIONS
from karvan.workspace import Workspace

TOTAL = "_T"
WITH_INTERVALS = f"""
select s.*, i.low, i.high from safe_cubes s left join safe_intervals i
on i.indicator = s.indicator and i.period = s.period and i.value = s.value and {" and ".join(f"i.{d} is not distinct from s.{d}" for d in DIMENSIONS)}"""


def grain_of(period: str) -> str:
    """Whether a period is a year, a month, a day, or a span of years.

    >>> [grain_of(p) for p in ("2024", "2024-03", "2024-03-31", "2015/2019")]
    ['year', 'month', 'day', 'span']
    """
    if "/" in period:
        return "span"
    return {4: "year", 7: "month", 10: "day"}.get(len(period), "span")


@dataclass(frozen=True)
class Cell:
    """One published cell: what it counts, its value, and how far it may be trusted. `low` and `high`: its published interval, None where there is none."""

    indicator: str
    period: str
    dims: dict[str, str]
    value: float | None
    unit: str = ""
    vintage: str = ""
    basis: str = ""
    obs_status: str = "M"
    treatment: str = ""
    share_imputed: float | None = None
    share_unlinked: float | None = None
    quality: str | None = None
    low: float | None = None
    high: float | None = None

    @property
    def key(self) -> str:
        """The cell as a person would ask for it: `FLW-01 2024 citizenship=TUR`."""
        return " ".join([self.indicator, self.period, *(f"{k}={v}" for k, v in sorted(self.dims.items()))])


@dataclass
class Cells:
    """The published cells of a workspace, read once, and a register of those that a document binds."""

    rows: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, Any]]
    bound: dict[str, Cell] = field(default_factory=dict)

    @classmethod
    def read(cls, ws: Workspace) -> Cells:
        con = ws.connect()
        table = con.sql(WITH_INTERVALS).to_arrow_table().to_pylist()
        rows: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, Any]] = {}
        for row in table:
            named = tuple(sorted((d, row[d]) for d in DIMENSIONS if row[d] not in (None, TOTAL)))
            rows[(row["indicator"], row["period"], named)] = row
        return cls(rows)

    def periods(self, indicator: str, *, grain: str = "year") -> list[str]:
        """Periods of one grain (year, month, day, span) for which the indicator has any cell, in order."""
        return sorted({period for (name, period, _) in self.rows if name == indicator and grain_of(period) == grain})

    def get(self, indicator: str, period: str, dims: dict[str, str] | None = None) -> Cell:
        """A cell by its name; one that was never computed has no value and status M (missing)."""
        dims = {k: v for k, v in (dims or {}).items() if v != TOTAL}
        unknown = [d for d in dims if d not in DIMENSIONS]
        if unknown:
            raise PackError(f"There is no dimension '{unknown[0]}'.", where=f"{indicator} {period}", fix=nearest(unknown[0], list(DIMENSIONS)))
        row = self.rows.get((indicator, period, tuple(sorted(dims.items()))))
        if row is None:
            return Cell(indicator, period, dims, None)
        return Cell(
            indicator, period, dims, row["value"], row["unit"], row["vintage"], row["basis"], row["obs_status"], row["treatment"],
            row["share_imputed"], row["share_unlinked"], row["quality"], row.get("low"), row.get("high"),
        )  # fmt: skip

    def bind(self, cell: Cell) -> str:
        """Note that a document shows this cell; returns its anchor."""
        self.bound.setdefault(cell.key, cell)
        return f"cell-{list(self.bound).index(cell.key) + 1}"

    def by(self, indicator: str, period: str, dimension: str, dims: dict[str, str] | None = None) -> list[Cell]:
        """Cells of one period along one dimension, largest first; other dimensions as given, else in total."""
        fixed = {k: v for k, v in (dims or {}).items() if v != TOTAL}
        wanted = set(fixed) | {dimension}
        found = [
            self.get(name, at, dict(named))
            for (name, at, named) in self.rows
            if name == indicator and at == period and {d for d, _ in named} == wanted and all(dict(named)[d] == v for d, v in fixed.items())
        ]
        return sorted(found, key=lambda c: (-(c.value or 0), c.dims[dimension]))
