"""The reference page of quality indicators, made from their declarations."""

from __future__ import annotations

from karvan.quality.limits import DETAIL_LIMITS, quality_indicators

HEAD = """<!-- Made from src/karvan/quality/limits.yaml by `karvan reference`; do not edit. -->
# Quality indicators

Every quality indicator (QI), what it is measured of and how, and its default limits. A pack may set other limits and the weights of dimensions in
`quality/limits.yaml`. 80 points at the green limit, 40 at the limit to red, linear between and beyond, within 0 and 100; a dimension is the mean of its
indicators, a source the geometric mean of its dimensions. How the measures came about: [How good are the sources](../explanation/quality.md).
"""


def page() -> str:
    """The page, in Markdown: a table of all, then each with its wording in the other languages and what it waits for."""
    lines = [HEAD, "| id | name | dimension | of | unit | green | red beyond |", "| --- | --- | --- | --- | --- | --- | --- |"]
    known = quality_indicators()
    for qi in known.values():
        limits = ("–", "–") if qi.green is None else (f"{'≥' if qi.better == 'higher' else '≤'} {qi.green:g}", f"{qi.amber:g}")
        lines.append(f"| [{qi.id}](#{qi.id.lower()}) | {qi.name} | {qi.dimension} | {qi.of} | {qi.unit.replace('_', ' ')} | {' | '.join(limits)} |")
    for qi in known.values():
        others = "; ".join(text for lang, text in qi.names.items() if lang != "en")
        lines += ["", f"## {qi.id}", "", f"**{qi.name}** ({others}).", "", f"- Of: {qi.of}", f"- How: {qi.how}"]
        own = [f"{detail} ≥ {green:g} / {amber:g}" for (name, detail), (green, amber) in DETAIL_LIMITS.items() if name == qi.id]
        lines += [f"- Limits of details: {', '.join(own)}"] if own else []
        lines += [f"- Waits for: {qi.waits_for['en']}"] if qi.waits_for else []
    return "\n".join(lines) + "\n"
