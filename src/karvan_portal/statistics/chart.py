"""Charts as Vega-Lite specifications. They are drawn by the page's own script; the same figures stand in the table below each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from karvan_portal import words
from karvan_portal.statistics.table import Row, TablePage

MOST_LINES, MOST_BARS = 6, 12


def chart(page: TablePage, title: str) -> dict[str, Any] | None:
    """The chart that fits a table: a line over time for the total, bars of the newest period for a breakdown; None without figures."""
    if page.by:
        rows = [row for row in page.rows if not row.is_total]
        return ordered_bars(page, rows) if rows and page.periods else None
    row = page.rows[0] if page.rows else None
    known = [c for c in (row.cells if row else ()) if c is not None and c.value is not None]
    return over_time(page, known) if len(known) > 1 else None


def over_time(page: TablePage, cells: list[Any]) -> dict[str, Any]:
    values = [{"period": c.period, "value": c.value, "said": f"{words.figure(c.value)} {words.unit(page.unit)}", "firm": c.obs_status != "P", "status": str(words.OBS_STATUS.get(c.obs_status, ""))} for c in cells]
    x = {"field": "period", "type": "ordinal", "axis": {"title": None, "labelAngle": 0, "labelOverlap": True}}
    y = {"field": "value", "type": "quantitative", "axis": {"title": words.unit(page.unit), "tickCount": 5, "format": "~s" if max(abs(c.value) for c in cells) >= 10_000 else ""}}
    tooltip = [{"field": "period", "title": _("Period")}, {"field": "said", "title": _("Value")}, {"field": "status", "title": _("Status")}]
    return {
        "height": 280,
        "data": {"values": values},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "area", "opacity": 0.09}},
            {"mark": {"type": "line", "strokeWidth": 2.5}},
            {"mark": {"type": "point", "size": 60, "strokeWidth": 2, "filled": False}, "encoding": {"fill": {"condition": {"test": "datum.firm", "value": "series"}, "value": "paper"}, "tooltip": tooltip}},
        ],
    }


def ordered_bars(page: TablePage, rows: list[Row]) -> dict[str, Any]:
    shown = rows[: 30 if page.by in ("age_group", "duration") else MOST_BARS]
    values = [{"label": r.label, "value": r.latest, "said": words.figure(r.latest)} for r in shown if r.latest is not None]
    y = {"field": "label", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 190, "ticks": False, "domain": False}}
    x = {"field": "value", "type": "quantitative", "axis": {"title": f"{words.unit(page.unit)}, {page.periods[-1]}", "tickCount": 5}}
    return {
        "height": {"step": 26},
        "data": {"values": values},
        "encoding": {"y": y, "x": x, "tooltip": [{"field": "label", "title": words.dimension(page.by)}, {"field": "said", "title": _("Value")}]},
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.72}, "cornerRadiusEnd": 2}},
            {"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {"text": {"field": "said"}}},
        ],
    }
