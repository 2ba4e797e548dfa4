"""What templates of the linkage desk can say."""

from __future__ import annotations

from typing import Any

from django import template

from karvan_portal import words as common
from karvan_portal.linkage import words

register = template.Library()
register.filter("bits", words.bits)
register.filter("probability", words.probability)
register.filter("fine_share", words.fine_share)
register.filter("pair_citizenship", words.citizenship)
register.filter("pair_script", words.script)

KINDS: dict[str, dict[Any, Any]] = {
    "answer": words.ANSWER,
    "block": words.BLOCK,
    "cause": words.CAUSE,
    "comparison": words.COMPARISON,
    "event": words.EVENT,
    "field": words.FIELD,
    "link_level": words.LINK_LEVEL,
    "measure": words.MEASURE,
    "verdict": words.VERDICT,
    "why": words.WHY,
}


@register.filter
def said(value: Any, kind: str) -> str:
    """A word of the desk: answer, block, cause, comparison, event, field, link_level, measure, verdict, why."""
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
