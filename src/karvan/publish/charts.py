"""Charts and maps as SVG, drawn offline from published cells. The same drawing goes into HTML and PDF."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from karvan.publish.wording import number

# Colours of Okabe and Ito (2008): told apart by people who see colours differently.
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555"]
SHADES = ["#dbe9f4", "#b0d0e8", "#7fb2d9", "#4a8fc4", "#1f6aa5", "#0b4a7d"]
EMPTY = "#efefef"
FONT = "DejaVu Sans, Noto Sans, Arial, sans-serif"
CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "white",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "gridColor": "#e6e6e6", "domainColor": "#999", "tickColor": "#999"},
    "legend": {"labelFontSize": 11, "orient": "top", "title": None, "labelLimit": 420},
    "range": {"category": PALETTE},
}


def lines(points: list[dict[str, Any]], *, unit: str, breaks: dict[str, Any], lang: str) -> str:
    """Lines over periods. `points` have series, period, value; `breaks` names periods at which the series breaks."""
    order = list(dict.fromkeys(p["series"] for p in points))
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": points},
            "mark": {"type": "line", "point": {"size": 28}, "strokeWidth": 2},
            "encoding": {
                "x": {"field": "period", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True, "labelSeparation": 8}},
                "y": {"field": "value", "type": "quantitative", "title": unit or None},
                "color": {"field": "series", "type": "nominal", "sort": order},
            },
        }
    ]
    layers[0]["encoding"]["color"]["legend"] = {"columns": 1 if max(map(len, order)) > 40 else 3}
    known = {p["period"] for p in points}
    marks = [{"period": str(p), "why": (t[lang] if isinstance(t, dict) else t)} for p, t in breaks.items() if str(p) in known]
    if marks:
        layers.append({"data": {"values": marks}, "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#666"}, "encoding": {"x": {"field": "period", "type": "ordinal"}}})
        layers.append({"data": {"values": marks}, "mark": {"type": "text", "align": "right", "dx": -4, "y": 8, "fontSize": 10, "color": "#555"}, "encoding": {"x": {"field": "period", "type": "ordinal"}, "text": {"field": "why"}}})
    return _svg({"width": 560, "height": 220, "layer": layers}, lang)


def bars(points: list[dict[str, Any]], *, unit: str, lang: str) -> str:
    """Horizontal bars, in the order given. `points` have category, value."""
    encoding = {"y": {"field": "category", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 220, "domain": False, "ticks": False}}, "x": {"field": "value", "type": "quantitative", "title": unit or None}}
    layers = [
        {"mark": {"type": "bar", "color": PALETTE[0]}},
        {"mark": {"type": "text", "align": "left", "dx": 3, "fontSize": 10}, "encoding": {"text": {"field": "said"}}},
    ]
    points = [p | {"said": number(round(p["value"]) if abs(p["value"]) >= 1000 else p["value"], unit, lang)} for p in points]
    return _svg({"width": 430, "height": {"step": 19}, "data": {"values": points}, "encoding": encoding, "layer": layers}, lang)


def _svg(spec: dict[str, Any], lang: str) -> str:
    import vl_convert

    spec = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": CONFIG | {"locale": {"number": _number_locale(lang)}}, **spec}
    return vl_convert.vegalite_to_svg(json.dumps(spec))


def _number_locale(lang: str) -> dict[str, Any]:
    marks = {"en": (".", ","), "ru": (",", "\u00a0"), "az": (",", "\u00a0")}
    decimal, thousands = marks.get(lang, marks["en"])
    return {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}


def shaded_map(geography: dict[str, Any], values: dict[str, float], labels: dict[str, str], *, lang: str, width: int = 640) -> str:
    """A plain SVG map: areas shaded by the rank of their value in six classes of equal size.

    `geography` is GeoJSON whose features carry the code in property `code` (else `iso_a3_eh` or `iso_3166_2`).
    Plate carrée, cut to the features; the drawing makes no claim on borders.
    """
    features = geography["features"]
    rings = {id(f): _rings(f["geometry"]) for f in features}
    xs = [x for f in features for ring in rings[id(f)] for x, _ in ring]
    ys = [y for f in features for ring in rings[id(f)] for _, y in ring if y > -60]
    west, east, south, north = min(xs), max(xs), min(ys), max(ys)
    stretch = 1.0 if east - west > 180 else 1.3
    scale = width / (east - west)
    height = (north - south) * scale * stretch
    classes = classed(values)
    paths = []
    for feature in features:
        code = area_code(feature["properties"])
        fill = EMPTY if code not in values else SHADES[classes[code]]
        path = "".join(
            "M" + "L".join(f"{(x - west) * scale:.1f},{(north - max(y, south)) * scale * stretch:.1f}" for x, y in ring) + "Z" for ring in rings[id(feature)]
        )
        name = labels.get(code) or str(feature["properties"].get("name") or feature["properties"].get("name_az") or code)
        title = escape(f"{name}: {number(values[code], '', lang)}" if code in values else name)
        paths.append(f'<path d="{path}" fill="{fill}" stroke="#fff" stroke-width="0.5"><title>{title}</title></path>')
    key = _map_key(values, classes, lang, below=height + 8)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 34:.0f}" width="{width}" height="{height + 34:.0f}" role="img">{"".join(paths)}{key}</svg>'


def classed(values: dict[str, float]) -> dict[str, int]:
    """The class of each area, by the rank of its value: six classes of equal size; equal values share a class.

    >>> classed({"A": 5, "B": 10, "C": 10, "D": 400})
    {'A': 0, 'B': 1, 'C': 1, 'D': 4}
    """
    ranked = sorted(values.values())
    return {code: min(len(SHADES) - 1, sum(v < value for v in ranked) * len(SHADES) // len(ranked)) for code, value in values.items()}


def _map_key(values: dict[str, float], classes: dict[str, int], lang: str, *, below: float) -> str:
    """What each shade stands for: from the least to the greatest value that has it."""
    drawn, x = [], 4.0
    for shade in sorted(set(classes.values())):
        inside = [values[code] for code, one in classes.items() if one == shade]
        low, high = number(min(inside), "", lang), number(max(inside), "", lang)
        said = low if low == high else f"{low}–{high}"
        drawn.append(f'<rect x="{x:.0f}" y="{below:.0f}" width="14" height="12" fill="{SHADES[shade]}"/>')
        drawn.append(f'<text x="{x + 19:.0f}" y="{below + 10:.0f}" font-family="{FONT}" font-size="11" fill="#333">{said}</text>')
        x += 34 + 6.6 * len(said)
    return "".join(drawn)


def area_code(properties: dict[str, Any]) -> str:
    for name in ("code", "iso_a3_eh", "iso_3166_2", "adm0_a3"):
        if properties.get(name) and properties[name] != "-99":
            return str(properties[name])
    return ""


def _rings(geometry: dict[str, Any]) -> list[list[tuple[float, float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[(p[0], p[1]) for p in ring] for polygon in polygons for ring in polygon]
