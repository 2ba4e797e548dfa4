"""What templates of the linkage desk can say."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from karvan_portal import words as common
from karvan_portal.linkage import rooms, words

register = template.Library()
register.filter("bits", words.bits)
register.filter("probability", words.probability)
register.filter("fine_share", words.fine_share)
register.filter("pair_citizenship", words.citizenship)
register.filter("pair_script", words.script)
register.filter("room_progress", rooms.progress)
register.filter("refused", words.refused)

KINDS: dict[str, dict[Any, Any]] = {
    "answer": words.ANSWER,
    "block": words.BLOCK,
    "cause": words.CAUSE,
    "comparison": words.COMPARISON,
    "event": words.EVENT,
    "field": words.FIELD,
    "link_level": words.LINK_LEVEL,
    "measure": words.MEASURE,
    "outcome": words.OUTCOME,
    "verdict": words.VERDICT,
    "why": words.WHY,
}


@register.filter
def said(value: Any, kind: str) -> str:
    """A word of the desk: a kind of `KINDS`."""
    return str(KINDS[kind].get(value, value or ""))


@register.filter
def coded(value: str, field: str) -> str:
    """A value of a field with the name of its code."""
    if field == "sex":
        return str(words.SEX.get(value, value))
    dimension = {"citizenship": "citizenship", "birth_country": "birth_country", "region": "region"}.get(field)
    named = common.code(dimension, value) if dimension else value
    return f"{named} ({value})" if named != value else named


@register.filter
def of(counts: Any, key: str) -> Any:
    """The count of one key; 0 where there is none."""
    return counts.get(key, 0)


@register.filter
def change(value: float) -> str:
    """A relative change as a percentage; a rise without a sign."""
    return common.share(value)


@register.filter
def room_said(message: str) -> str:
    """What a room said when it failed, first line first, in the reader's language where the desk has the words."""
    first, *rest = message.splitlines() or [""]
    return rooms.said(first) or "\n".join([first, *rest])


@register.simple_tag
def weight_bar(weight: float) -> SafeString:
    """A weight as a bar, left of the middle against one person and right of it for; the figure stands beside it."""
    width = min(abs(weight), words.MOST_BITS) / words.MOST_BITS * 40
    return format_html(
        '<svg class="weight-bar {}" viewBox="0 0 80 10" width="80" height="10" aria-hidden="true" focusable="false"><rect x="{}" y="1" width="{}" height="8"/><path d="M40 0V10"/></svg>',
        "against" if weight < 0 else "for",
        f"{40 - width if weight < 0 else 40:.1f}",
        f"{width:.1f}",
    )


@register.simple_tag
def difference(before: float | None, after: float | None) -> str:
    """A difference with its sign; a dash where a side has no value."""
    if before is None or after is None:
        return "–"
    small = 0 < abs(after - before) < 0.01
    return f"{'+' if after > before else ''}{common.figure(after - before, 5 if small else None)}"


@register.simple_tag
def interval_bar(one: dict[str, Any], start: float) -> SafeString:
    """An estimate as a point on its interval, on a scale from `start` to 1; the figures stand beside it."""
    low, value, high = (2 + 96 * max(0.0, one[name] - start) / (1 - start) if start < 1 else 98.0 for name in ("low", "value", "high"))
    return format_html(
        '<svg class="interval-bar" viewBox="0 0 100 10" width="100" height="10" aria-hidden="true" focusable="false"><path d="M{} 5H{}"/><circle cx="{}" cy="5" r="3"/></svg>',
        f"{low:.1f}",
        f"{high:.1f}",
        f"{value:.1f}",
    )
