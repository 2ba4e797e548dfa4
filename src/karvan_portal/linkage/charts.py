"""Charts of the quality page as Vega-Lite specifications; the same figures stand in the table below each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from karvan_portal import words as common

NAME_WIDTH = 0.05  # of the width of the trade-off chart: points nearer to each other share a name
PLAIN = {"domain": False, "ticks": False, "labelPadding": 6}


def weights_of_pairs(rows: list[dict[str, Any]], threshold: float) -> dict[str, Any] | None:
    """Pairs by the weight of their evidence: joined above the line, apart below it."""
    if not rows:
        return None
    joined, apart = _("one person"), _("two people")
    values = [
        {"from": r["weight"], "to": r["weight"] + 1, "kind": joined if r["joined"] else apart, "pairs": r["pairs"], "said": common.figure(r["pairs"])}
        for r in rows
    ]
    x = {
        "field": "from",
        "type": "quantitative",
        "bin": {"binned": True, "step": 1},
        "axis": {**PLAIN, "title": _("Weight of the evidence, bits"), "tickCount": 8},
    }
    return {
        "height": 240,
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "binSpacing": 1},
                "encoding": {
                    "x": x,
                    "x2": {"field": "to"},
                    "y": {"field": "pairs", "type": "quantitative", "axis": {**PLAIN, "title": _("Pairs"), "tickCount": 4}},
                    "color": {"field": "kind", "type": "nominal", "sort": [joined, apart], "legend": {"orient": "top", "title": None}},
                    "tooltip": [{"field": "from", "title": _("Bits from")}, {"field": "kind", "title": _("Links")}, {"field": "said", "title": _("Pairs")}],
                },
            },
            {
                "data": {"values": [{"at": threshold}]},
                "mark": {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 1.5, "color": "ink"},
                "encoding": {"x": {"field": "at", "type": "quantitative"}},
            },
        ],
    }


def trade_off(rows: list[dict[str, Any]], threshold: float) -> dict[str, Any] | None:
    """Precision against recall as the threshold rises; the threshold in force is filled."""
    known = [r for r in rows if r["precision"] is not None and r["recall"] is not None]
    if len(known) < 2:
        return None
    low, high = min(r["recall"] for r in known), max(r["recall"] for r in known)
    named: list[float] = []
    for row in sorted(known, key=lambda r: (r["threshold"] != threshold, -r["threshold"])):
        if all(abs(row["recall"] - at) >= (high - low) * NAME_WIDTH for at in named):
            named.append(row["recall"])
    values = [
        {
            "recall": r["recall"],
            "precision": r["precision"],
            "threshold": common.figure(r["threshold"], 3),
            "name": common.figure(r["threshold"], 3) if r["recall"] in named else "",
            "order": r["threshold"],
            "used": r["threshold"] == threshold,
            "wrong": common.figure(r["expected_wrong"], 1),
            "missed": common.figure(r["expected_missed"], 1),
        }
        for r in known
    ]
    axis = {**PLAIN, "tickCount": 5, "format": ".2%"}
    return {
        "height": 280,
        "data": {"values": values},
        "encoding": {
            "x": {"field": "recall", "type": "quantitative", "scale": {"zero": False, "padding": 24}, "axis": {**axis, "title": _("Recall, expected")}},
            "y": {"field": "precision", "type": "quantitative", "scale": {"zero": False, "padding": 16}, "axis": {**axis, "title": _("Precision, expected")}},
            "order": {"field": "order"},
        },
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}},
            {
                "mark": {"type": "point", "size": 70, "strokeWidth": 2, "filled": False, "opacity": 1},
                "encoding": {
                    "fill": {"condition": {"test": "datum.used", "value": "series"}, "value": "paper"},
                    "tooltip": [
                        {"field": "threshold", "title": _("Threshold")},
                        {"field": "wrong", "title": _("Wrongly joined, expected")},
                        {"field": "missed", "title": _("Missed, expected")},
                    ],
                },
            },
            {"mark": {"type": "text", "align": "left", "dx": 8, "dy": -8}, "encoding": {"text": {"field": "name"}}},
        ],
    }


def match_weights(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What each level of each comparison weighs: right of 0 for one person, left against."""
    values = [{"label": f"{r['comparison']}: {r['short']}", "weight": r["weight"], "said": common.figure(r["weight"], 1)} for r in rows]
    low, high = min(v["weight"] for v in values), max(v["weight"] for v in values)
    room = (high - low) * NAME_WIDTH
    return {
        "height": 24 * len(values) + 4,
        "data": {"values": values},
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 300, "ticks": False, "domain": False}},
            "x": {
                "field": "weight",
                "type": "quantitative",
                "scale": {"domain": [low - room, high + room]},
                "axis": {**PLAIN, "title": _("Bits: against one person, and for"), "titleAnchor": "end", "tickCount": 6},
            },
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": {"band": 0.7}},
                "encoding": {"color": {"condition": {"test": "datum.weight < 0", "value": "against"}, "value": "series"}},
            },
            # Beside 0, on the side that the bar leaves free: at the end of a bar a number would cover the names where the window is narrow.
            {"transform": [{"filter": "datum.weight >= 0"}], "mark": {"type": "text", "align": "right", "dx": -5}, "encoding": {"x": {"datum": 0}, "text": {"field": "said"}}},
            {"transform": [{"filter": "datum.weight < 0"}], "mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {"x": {"datum": 0}, "text": {"field": "said"}}},
        ],
    }
