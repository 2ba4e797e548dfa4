"""What the data desk shows of quality: the vector of each feed, the measures of one with their history, and what is not measured yet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from karvan.quality import QualityIndicator, concepts, quality_indicators, scale_of
from karvan_portal import source, vocabulary, words
from karvan_portal.accounts import rights
from karvan_portal.accounts.models import Account

DIMENSIONS = ("technical", "accuracy", "completeness", "time", "integrability", "coherence", "accessibility", "relevance", "fairness")
WIDTH, HEIGHT, EDGE = 280, 56, 4


@dataclass(frozen=True)
class Trend:
    """A line of a measure over months or years: its points and limits in the coordinates of a drawing, and what it says in words."""

    line: str
    green: float | None
    amber: float | None
    first: str
    last: str
    lowest: float
    highest: float
    newest: float


def names(qi: str) -> str:
    """What a quality indicator is called in the reader's language; its id where nobody knows it."""
    known = quality_indicators()
    return source.in_language(known[qi].names) if qi in known else qi


def vectors(feeds: list[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """The dimensions that any of the feeds has; and the feeds with their total and the score of each, weakest first, without those that no run has scored."""
    found = source.rows("select subject as feed, detail, score from quality_scores where qi = 'SCORE' and subject in (select unnest(?))", [feeds])
    by_feed: dict[str, dict[str | None, float]] = {}
    for row in found:
        by_feed.setdefault(row["feed"], {})[row["detail"]] = row["score"]
    shown = [d for d in DIMENSIONS if any(d in given for given in by_feed.values())]
    out = [{"feed": feed, "total": points(given.get(None)), "dimensions": [points(given.get(d)) for d in shown]} for feed, given in by_feed.items()]
    return shown, sorted(out, key=lambda row: (row["total"]["score"] if row["total"] else 101, row["feed"]))


def points(score: float | None) -> dict[str, Any] | None:
    """A score as it is shown, in whole points; rounded down, so that no number reaches a limit that the score itself does not."""
    return None if score is None else {"score": math.floor(score), "colour": "green" if score >= 80 else "amber" if score >= 40 else "red"}


def feeds_of(account: Account) -> list[str]:
    """Feeds whose quality the account may see in detail: its own, or all for the operator."""
    condition, params = rights.deliveries_filter(account)
    return [row["feed"] for row in source.rows(f"select distinct feed from deliveries where {condition} order by feed", params)]


def measures(feed: str) -> list[dict[str, Any]]:
    """Measures of a feed, weakest first: the whole, its details, its limits, and how it moved."""
    scale = scale_of(source.country()).indicators
    rows = source.rows("select qi, detail, measured, score, colour from quality_scores where subject = ? and qi <> 'SCORE' order by qi, score nulls last, detail", [feed])
    months = source.rows(
        "select qi, cast(date_trunc('month', at_on) as date) as at_on, avg(measured) as measured from quality_history "
        "where subject = ? and about = 'delivery' group by all order by all",
        [feed],
    )
    years = source.rows("select qi, name as at_on, measured from quality_history where subject = ? and about = 'year' order by qi, name", [feed])
    out = []
    for qi in dict.fromkeys(row["qi"] for row in rows):
        own = [row for row in rows if row["qi"] == qi]
        whole = next((row for row in own if row["detail"] is None or (qi, row["detail"]) == ("QI-13", "p50")), own[0])
        series = [row for row in months if row["qi"] == qi] or [row for row in years if row["qi"] == qi]
        out.append(
            {
                "qi": scale[qi],
                "name": names(qi),
                "whole": whole,
                "said": said(scale[qi], whole["measured"]),
                "details": [row | {"name": detail(feed, qi, row["detail"]), "said": month(row["measured"]) if row["detail"] == "month" else said(scale[qi], row["measured"])} for row in own if row is not whole],
                "trend": trend(scale[qi], series),
            }
        )
    rank = {"red": 0, "amber": 1, "green": 2, None: 3}
    return sorted(out, key=lambda m: (rank[m["whole"]["colour"]], m["whole"]["score"] if m["whole"]["score"] is not None else 101, m["qi"].id))


def said(qi: QualityIndicator, measured: float | None) -> str:
    """A measure in its unit."""
    return f"{words.figure(measured, 2 if measured is not None and abs(measured) < 10 else 1)}{words.NARROW}%" if qi.unit == "%" else words.figure(measured)


def of_delivery(delivery_id: str) -> list[dict[str, Any]]:
    """What was measured of one delivery, weakest first; nothing before a run has looked at it."""
    scale = scale_of(source.country()).indicators
    rows = source.rows("select qi, measured, score, colour from quality_history where about = 'delivery' and name = ? order by score nulls last, qi", [delivery_id])
    return [row | {"name": names(row["qi"]), "said": said(scale[row["qi"]], row["measured"])} for row in rows]


def detail(feed: str, qi: str, name: str) -> str:
    """What a detail of a measure is called: a pair of lists, a variable, a concept, a citizenship; else a word of the platform, or the code itself."""
    told = source.country().quality
    if qi in ("QI-09", "QI-12") and name in told.get("coverage", {}):
        return source.in_language(told["coverage"][name].get("why") or {}) or name
    if qi == "QI-17" and (judged := next((one for one in told.get("definitions", {}).get(feed) or [] if one["variable"] == name), None)):
        return f"{source.in_language(judged.get('name') or {}) or name} ({source.in_language(judged.get('why') or {})})"
    if qi == "QI-20":
        return source.in_language(concepts().get(name) or {}) or name
    return words.code("citizenship", name) if qi == "QI-22" else str(vocabulary.DETAIL.get(name, name))


def month(number: float) -> str:
    """A month kept as a number.

    >>> month(202301.0)
    '2023-01'
    """
    return f"{number // 100:.0f}-{number % 100:02.0f}"


def trend(qi: QualityIndicator, series: list[dict[str, Any]]) -> Trend | None:
    """The line of a series of two points or more, drawn between its own ends and the limits near them."""
    if len(series) < 2:
        return None
    values = [float(row["measured"]) for row in series]
    low, high = min(values), max(values)
    near = [limit for limit in (qi.green, qi.amber) if limit is not None and low - (high - low or 1) <= limit <= high + (high - low or 1)]
    bottom, top = min([low, *near]), max([high, *near])
    spread = (top - bottom) or 1.0

    def y(value: float) -> float:
        return round(HEIGHT - EDGE - (value - bottom) / spread * (HEIGHT - 2 * EDGE), 1)

    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    line = " ".join(f"{EDGE + place * step:.1f},{y(value)}" for place, value in enumerate(values))
    green, amber = (y(limit) if limit in near else None for limit in (qi.green, qi.amber))
    first, last = (str(row["at_on"])[:7] for row in (series[0], series[-1]))
    return Trend(line, green, amber, first, last, low, high, values[-1])


def waiting() -> list[dict[str, str]]:
    """Quality indicators that nothing in this workspace could be measured by yet, with what each waits for."""
    there = {row["qi"] for row in source.rows("select distinct qi from quality_scores union select distinct qi from figure_quality")}
    return [{"qi": qi.id, "name": names(qi.id), "waits_for": source.in_language(qi.waits_for)} for qi in quality_indicators().values() if qi.id not in there]


def of_figure(indicator: str) -> list[dict[str, Any]]:
    """What is measured of a figure itself: mirrors and balance."""
    scale = scale_of(source.country()).indicators
    rows = source.rows("select qi, detail, measured, colour from figure_quality where indicator = ? and (detail is null or not regexp_matches(detail, '[0-9]{4}$')) order by qi, detail", [indicator])
    pairs = source.country().quality.get("mirrors", {})
    return [row | {"name": names(row["qi"]), "said": said(scale[row["qi"]], row["measured"]), "why": source.in_language(pairs.get(row["detail"], {}).get("why") or {})} for row in rows]
