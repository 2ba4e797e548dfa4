"""Charts as Vega-Lite specifications. They are drawn by the page's own script; the same figures stand in the table below each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from karvan_portal import vocabulary, words
from karvan_portal.statistics.table import Row, TablePage

MOST_LINES, MOST_BARS = 6, 12
LABEL_HEIGHT = 0.06  # of the height of a chart of lines


def chart(page: TablePage, kind: str = "", adjusted: Mapping[str, float] | None = None) -> dict[str, Any] | None:
    """The chart that fits a table; None without figures.

    A total is a line over time, with a dashed line of the `adjusted` figures of its periods where there are any. A breakdown is bars of the newest period, or lines over time where the reader asks for `time`.
    """
    if page.by:
        rows = [row for row in page.rows if not row.is_total and any(c is not None and c.value is not None for c in row.cells)]
        if not rows or not page.periods:
            return None
        return lines(page, rows) if kind == "time" and len(page.periods) > 1 else ordered_bars(page, rows)
    row = page.rows[0] if page.rows else None
    known = [c for c in (row.cells if row else ()) if c is not None and c.value is not None]
    return over_time(page, known, adjusted or {}) if len(known) > 1 else None


def period_axis() -> dict[str, Any]:
    return {"title": None, "labelAngle": 0, "labelOverlap": True, "labelSeparation": 10, "labelPadding": 6, "ticks": False}


def value_axis(unit: str, title: str = "") -> dict[str, Any]:
    return {"title": title or words.unit(unit), "tickCount": 5, "format": ",.3~f", "domain": False, "ticks": False, "labelPadding": 6}


def over_time(page: TablePage, cells: list[Any], adjusted: Mapping[str, float]) -> dict[str, Any]:
    values = [
        {
            "period": words.period(c.period),
            "value": c.value,
            "said": f"{words.measure(c.value, page.unit)} {words.unit(page.unit)}",
            "firm": c.obs_status != "P",
            "status": str(vocabulary.OBS_STATUS.get(c.obs_status, "")),
        }
        | ({"adjusted": adjusted[c.period], "adjusted_said": f"{words.measure(round(adjusted[c.period]), page.unit)} {words.unit(page.unit)}"} if c.period in adjusted else {})
        for c in cells
    ]
    x = {"field": "period", "type": "ordinal", "axis": period_axis()}
    y = {"field": "value", "type": "quantitative", "axis": value_axis(page.unit)}
    tooltip = [{"field": "period", "title": _("Period")}, {"field": "said", "title": _("Value")}, {"field": "status", "title": _("Status")}]
    return {
        "height": 280,
        "data": {"values": values},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "area", "opacity": 0.09}},
            {"mark": {"type": "line", "strokeWidth": 2.5}},
            {
                "mark": {"type": "point", "size": 60, "strokeWidth": 2, "filled": False, "opacity": 1},
                "encoding": {"fill": {"condition": {"test": "datum.firm", "value": "series"}, "value": "paper"}, "tooltip": tooltip},
            },
            *([dashed(page)] if adjusted else []),
        ],
    }


def dashed(page: TablePage) -> dict[str, Any]:
    """The line of the adjusted figures: dashed, and of another colour."""
    tooltip = [{"field": "period", "title": _("Period")}, {"field": "adjusted_said", "title": _("Without the season")}]
    return {
        "mark": {"type": "line", "strokeWidth": 2.5, "strokeDash": [7, 4], "stroke": "against"},
        "encoding": {"y": {"field": "adjusted", "type": "quantitative", "axis": value_axis(page.unit)}, "tooltip": tooltip},
    }


def ordered_bars(page: TablePage, rows: list[Row]) -> dict[str, Any]:
    shown = rows[: 30 if page.by in ("age_group", "duration") else MOST_BARS]
    values = [{"label": r.label, "value": r.latest, "said": words.measure(r.latest, page.unit)} for r in shown if r.latest is not None]
    y = {"field": "label", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 250, "ticks": False, "domain": False}}
    x = {"field": "value", "type": "quantitative", "axis": value_axis(page.unit, f"{words.unit(page.unit)}, {words.period(page.periods[-1])}")}
    return {
        "height": 28 * len(values) + 2,
        "data": {"values": values},
        "encoding": {"y": y, "x": x, "tooltip": [{"field": "label", "title": words.dimension(page.by)}, {"field": "said", "title": _("Value")}]},
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.72}, "cornerRadiusEnd": 2}},
            {"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {"text": {"field": "said"}}},
        ],
    }


def lines(page: TablePage, rows: list[Row]) -> dict[str, Any]:
    """The largest categories over time."""
    return named_lines(rows[:MOST_LINES], page.unit, words.dimension(page.by), _("Period"))


def named_lines(rows: Sequence[Row], unit: str, what: str, along: str, *, zero: bool = True) -> dict[str, Any]:
    """Lines over time, each named at its end: no legend, and no meaning by colour alone. `what` the lines are, `along` what they run; without `zero`, the axis begins near the lowest figure."""
    names = [r.label for r in rows]
    values = [
        {"label": r.label, "period": words.period(c.period), "value": c.value, "said": words.measure(c.value, unit)} for r in rows for c in r.cells if c is not None and c.value is not None
    ]
    colour = {"field": "label", "type": "nominal", "legend": None, "sort": names}
    x = {"field": "period", "type": "ordinal", "axis": period_axis()}
    y = {"field": "value", "type": "quantitative", "axis": value_axis(unit)} | ({} if zero else {"scale": {"zero": False}})
    tooltip = [{"field": "label", "title": what}, {"field": "period", "title": along}, {"field": "said", "title": _("Value")}]
    known = [v["value"] for v in values]
    span = None if zero or not known else max(known) - min(known)
    return {
        "height": 320,
        "data": {"values": values},
        "encoding": {"x": x, "y": y, "color": colour},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2.25}, "encoding": {"strokeDash": {"field": "label", "legend": None, "sort": names}}},
            {
                "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1},
                "encoding": {"tooltip": tooltip, "shape": {"field": "label", "legend": None, "sort": names}},
            },
            {
                "data": {"values": label_places(rows, max((v["period"] for v in values), default=""), span)},
                "mark": {"type": "text", "align": "left", "dx": 9, "limit": 220},
                "encoding": {"y": {"field": "place", "type": "quantitative"}, "text": {"field": "label"}},
            },
        ],
        "padding": {"right": 20, "left": 5, "top": 5, "bottom": 5},
    }


def label_places(rows: Sequence[Row], period: str, span: float | None = None) -> list[dict[str, Any]]:
    """Where the name of each line stands: at its last value, or just below the name above it, so that names never cover each other. `span` is what the axis shows; from 0 without it.

    >>> [round(p["place"]) for p in label_places([Row("a", "A", ()), Row("b", "B", ())], "2024")]
    []
    """
    ends = sorted(((r.latest, r.label) for r in rows if r.latest is not None), key=lambda e: (-e[0], e[1]))
    highest = max((c.value for r in rows for c in r.cells if c is not None and c.value is not None), default=0.0)
    gap = (highest if span is None else span) * LABEL_HEIGHT
    placed: list[dict[str, Any]] = []
    for value, name in ends:
        place = min(value, placed[-1]["place"] - gap) if placed else value
        placed.append({"label": name, "period": period, "place": place})
    below = 0.0 if span is not None else -placed[-1]["place"] if placed and placed[-1]["place"] < 0 <= min(v for v, _name in ends) else 0.0
    return [p | {"place": p["place"] + below} for p in placed]
