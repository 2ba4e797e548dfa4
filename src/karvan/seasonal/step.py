"""The step: published cells in, series without their season out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.country import Country, for_workspace
from karvan.errors import PackError
from karvan.seasonal import x13
from karvan.seasonal.adjust import Verdict, adjust, statistics
from karvan.seasonal.declared import declared, file_of
from karvan.seasonal.published import Series, series_of
from karvan.tables import TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

WRITES = ("seasonal_series", "seasonal_values")
ARROW = {"text": pa.string(), "real": pa.float64(), "whole": pa.int64()}


def verdicts(con: duckdb.DuckDBPyConnection, country: Country, indicator: str, *, by: Sequence[str] = (), held: dict[str, str] | None = None, kinds: Sequence[str] = ("month",)) -> list[Verdict]:
    """Adjust the published monthly (or quarterly) series of one indicator: the totals of its own series, each category along `by`, or what `held` names.

    Every verdict says why; those of an installation without the program say so.
    """
    feasts = declared(country).feasts
    flow = counted_over_time(country, indicator)
    missing = x13.program() is None
    found = series_of(con, indicator, by=by, held=held, kinds=kinds)
    if missing:
        return [Verdict(series, "program_missing") for series in found]
    with ThreadPoolExecutor(os.cpu_count()) as pool:     # the program runs by itself; this process only waits
        return list(pool.map(lambda series: adjust(series, country.calendar, feasts, flow=flow(series)), found))


def counted_over_time(country: Country, indicator: str) -> Callable[[Series], bool]:
    """Whether a series counts over its period (days of the week can matter), or what stands at the period's end."""
    said = country.indicators.get(indicator, {})
    at = {kind for kind, own in (said.get("series") or {}).items() if "at" in (own or {})}

    def flow(series: Series) -> bool:
        return "at" not in said and series.dims.get("kind") not in at

    return flow


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    """Adjust what the pack declares; returns how many series there are and what became of them."""
    country = for_workspace(ws)
    wanted = declared(country)
    con = ws.connect(memory="400MB")
    made: list[Verdict] = []
    try:
        there = {part.key for part in ws.version("safe_cubes", at=tx.base).parts}
        for place, (indicator, by) in enumerate(wanted.figures.items()):
            progress(indicator, place / len(wanted.figures))
            if indicator in there:
                made += verdicts(con, country, indicator, by=by)
        for table, rows in (("seasonal_series", [told(v) for v in made]), ("seasonal_values", [row for v in made for row in values_of(v)])):
            schema = pa.schema([(c.name, ARROW[c.type]) for c in TABLES[table].columns])
            con.register("made", pa.Table.from_pylist(rows, schema=schema))
            tx.write(table, con.sql(f"select * from made order by {', '.join(TABLES[table].key)}"))
            con.unregister("made")
    finally:
        con.close()
    return {"series": len(made)} | {reason: sum(v.reason == reason for v in made) for reason in sorted({v.reason for v in made})}


def told(verdict: Verdict) -> dict[str, Any]:
    """The row of `seasonal_series` of a verdict."""
    series, found = verdict.series, verdict.found
    row: dict[str, Any] = {
        "indicator": series.indicator, **series.dims, "frequency": series.kind, "first_period": series.periods[0], "last_period": series.periods[-1], "periods": len(series.periods),
        "verdict": verdict.reason, "detail": verdict.detail or None, "engine": None if verdict.reason == "program_missing" else x13.version(), "vintage": series.vintage,
    }  # fmt: skip
    if found is None:
        return row
    effects = " + ".join(effects_of(found.said))
    return row | dict(statistics(found)) | {"composition": "multiplicative" if found.multiplicative else "additive", "model": found.said.get("arimamdl", "(0 1 1)(0 1 1)"), "effects": effects or None}


def effects_of(said: Mapping[str, str]) -> list[str]:
    """Calendar effects and outliers that the program kept, by its own names.

    >>> effects_of({"1-Coefficient Trading Day$Weekday": "", "User-defined Holiday$ramazan": "", "AutoOutlier$AO2021.May": "", "MA$Seasonal$12$12": "", "q": ""})
    ['trading days', 'ramazan', 'AO2021.May']
    """
    found = []
    for name in said:
        group, _, own = name.partition("$")
        if "Trading Day" in group:
            found.append("trading days")
        elif group.startswith("User-defined") or group == "AutoOutlier":
            found.append(own)
    return list(dict.fromkeys(found))


def values_of(verdict: Verdict) -> list[dict[str, Any]]:
    """The rows of `seasonal_values` of a series that is adjusted; none of another."""
    series, found = verdict.series, verdict.found
    if found is None or not verdict.adjusted:
        return []
    parts = found.components
    return [
        {
            "indicator": series.indicator, "period": period, **series.dims, "value": series.values[n], "adjusted": parts["adjusted"][n], "trend": parts["trend"][n],
            "seasonal": parts["seasonal"][n], "calendar": parts["calendar"][n] if parts["calendar"] else None, "unit": series.unit, "vintage": series.vintage, "obs_status": series.statuses[n],
        }
        for n, period in enumerate(series.periods)
    ]  # fmt: skip


def also(ws: Workspace) -> str:
    """What the step depends on besides the cells: the declaration, the calendar, and the program."""
    country = for_workspace(ws)
    path = file_of(country)
    try:
        calendar = country.pack_hash("calendar", "indicators")
    except PackError:
        calendar = ""
    return "\n".join([path.read_text(encoding="utf-8") if path else "", calendar, x13.version()])


STEP = Step("seasonal", ("safe_cubes",), WRITES, work, also=also)
