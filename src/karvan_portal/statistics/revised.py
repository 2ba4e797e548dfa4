"""What the page of revisions knows of one figure: its vintages, how far it was revised, what its newest figures will become. All of it is worked out of published vintages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from karvan.revisions import nowcast, revision_sizes
from karvan.tables import DIMENSIONS
from karvan_portal import source, words
from karvan_portal.statistics.chart import MOST_LINES, named_lines
from karvan_portal.statistics.table import Cell, Row

FEW = 100      # rounded to 5, figures below this say nothing of a revision in per cent
MOST_VINTAGES = 12


@dataclass(frozen=True)
class Revised:
    """One period of the triangle: its figure in each vintage (None: not there yet), and from the first to the newest final one. `step` and `percent` are None before it is final."""

    period: str
    cells: tuple[dict[str, Any] | None, ...]
    step: float | None
    percent: float | None


@dataclass(frozen=True)
class Story:
    """How the totals of one series were revised. `mean` and `mean_absolute` are over the periods that are final, in the unit; in per cent (`..._percent`) only where no figure is small."""

    indicator: str
    kind: str | None
    unit: str
    vintages: tuple[date, ...]
    periods: tuple[Revised, ...]
    expected: tuple[dict[str, Any], ...]
    mean: float | None
    mean_absolute: float | None
    mean_percent: float | None
    mean_absolute_percent: float | None
    revised: int

    @property
    def shown(self) -> tuple[date, ...]:
        """Vintages that have a column: the newest dozen."""
        return self.vintages[-MOST_VINTAGES:]


def revised_indicators() -> list[str]:
    """Ids of the indicators whose vintages are kept."""
    return [row["indicator"] for row in source.rows("select distinct indicator from safe_vintages order by 1")]


def kinds(indicator: str) -> list[str | None]:
    """The series of an indicator, None where it has but one."""
    return [row["kind"] for row in source.rows("select distinct kind from safe_vintages where indicator = ? order by 1", [indicator])]


def story(indicator: str, kind: str | None = None) -> Story:
    """Everything told of one series; an empty story where no vintage is kept."""
    select = f"select vintage_on, indicator, period, {', '.join(DIMENSIONS)}, value, obs_status, dated_on, unit, treatment from safe_vintages where indicator = ? and kind is not distinct from ? and method is not distinct from (select min(method) from safe_vintages where indicator = ?)"
    rows = source.rows(f"{select} order by period, vintage_on", [indicator, kind, indicator])
    vintages = tuple(sorted({row["vintage_on"] for row in rows}))
    if not rows:
        return Story(indicator, kind, "", (), (), (), None, None, None, None, 0)
    given = as_arrow(rows)
    at = {(row["period"], row["vintage_on"]): row for row in rows}
    told = {  # periods that were seen before they were final: from the first figure to the newest final one
        row["period"]: (row["final"] - row["first"], row["revision_percent"] if min(abs(row["first"]), abs(row["final"])) >= FEW else None)
        for row in revision_sizes(given).to_pylist() if row["first"] is not None and at[row["period"], row["first_on"]]["obs_status"] == "P"
    }  # fmt: skip
    shown = vintages[-MOST_VINTAGES:]
    periods = tuple(
        Revised(period, tuple(at.get((period, day)) for day in shown), *told.get(period, (None, None)))
        for period in sorted({row["period"] for row in rows if row["vintage_on"] in shown})
    )
    steps = [step for step, _percent in told.values()]
    percents = [percent for _step, percent in told.values() if percent is not None]
    whole = len(percents) == len(steps)
    return Story(
        indicator, kind, rows[0]["unit"], vintages, periods, tuple(row for row in nowcast(given).to_pylist() if row["nowcast"] is not None),
        mean(steps), mean([abs(one) for one in steps]), mean(percents) if whole else None, mean([abs(one) for one in percents]) if whole else None, len(steps),
    )  # fmt: skip


def as_arrow(rows: list[dict[str, Any]]) -> pa.Table:
    """Vintages as `karvan.revisions` takes them."""
    kinds_of = {"vintage_on": pa.date32(), "dated_on": pa.date32(), "value": pa.float64()}
    return pa.table({name: pa.array([row[name] for row in rows], kinds_of.get(name, pa.string())) for name in ("vintage_on", "indicator", "period", *DIMENSIONS, "value", "obs_status", "dated_on")})


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def provisional(told: Story) -> dict[str, Any]:
    """Provisional migrations of `years`, each beside the figure of the newest vintage, and of `months`; `withheld`: something of them is. Empty where none are kept."""
    rows = source.rows("select * exclude (indicator) from safe_provisional where indicator = ? order by period", [told.indicator])
    newest = {one.period: one.cells[-1]["value"] for one in told.periods if one.cells[-1]}
    return {
        "years": [row | {"published": newest.get(row["period"])} for row in rows if len(row["period"]) == 4],
        "months": [row for row in rows if len(row["period"]) == 7],
        "withheld": any(row["open"] is None for row in rows),
    }


def chart(told: Story) -> dict[str, Any] | None:
    """One line for each of the newest periods: its figure in each vintage. None where nothing can have moved."""
    lines = [
        Row(one.period, words.period(one.period), tuple(Cell(cell["value"], words.day(cell["vintage_on"]), cell["obs_status"], cell["treatment"], "") for cell in one.cells if cell))
        for one in told.periods[-MOST_LINES:]
    ]
    return named_lines(lines, told.unit, _("Period"), _("Vintage"), zero=False) if len(told.shown) > 1 and lines else None
