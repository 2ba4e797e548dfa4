"""What templates can say: figures, days, words, badges, addresses with one choice changed."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from karvan_portal import source, vocabulary, words

register = template.Library()

register.filter("figure", words.figure)
register.filter("measure", words.measure)
register.filter("share", words.share)
register.filter("day", words.day)
register.filter("to", words.span)
register.filter("period", words.period)
register.filter("dimension", words.dimension)
register.filter("unit", words.unit)
register.filter("expected", words.expected)
register.filter("institution", source.institution_name)
register.filter("feed_name", source.feed_name)
register.filter("rounding_base", source.rounding_base)
register.filter("text", source.in_language)


@register.filter
def less(value: float) -> str:
    """A fall as a positive percentage."""
    return words.share(abs(value))


@register.filter
def points(value: float) -> str:
    """A change in percentage points, without its sign."""
    return words.figure(abs(value), 1)


@register.filter
def signed(value: float, decimals: int | None = None) -> str:
    """A change with its sign."""
    return ("+" if value > 0 else "") + words.figure(value, decimals)


@register.filter
def code(value: Any, dimension: str) -> str:
    return words.code(dimension, value)


@register.filter
def treated(treatment: str, indicator: str) -> str:
    """What disclosure control did to a figure of an indicator, with the base of its rounding."""
    base = source.rounding_base(indicator)
    return _("rounded to base %(base)s") % {"base": base} if treatment == "rounded" and base else word(treatment, "treatment")


@register.filter
def word(value: Any, kind: str) -> str:
    """A word of the platform's own vocabulary: state, step, treatment, obs_status, colour, act, detail."""
    known: dict[str, Any] = {
        "state": vocabulary.STATE,
        "step": vocabulary.STEP,
        "treatment": vocabulary.TREATMENT,
        "obs_status": vocabulary.OBS_STATUS,
        "colour": vocabulary.COLOUR,
        "act": vocabulary.ACT,
        "detail": vocabulary.DETAIL,
    }[kind]
    return str(known.get(value, value or ""))


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own query string with some choices changed; an empty value removes one."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag
def sparkline(values: list[float | None], width: int = 120, height: int = 32) -> SafeString:
    """A small line of a series; decoration only, its figures stand beside it."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = min(v for _, v in known), max(v for _, v in known)
    spread = (high - low) or 1
    step = (width - 8) / max(1, len(values) - 1)
    points = [(4 + i * step, height - 4 - (v - low) / spread * (height - 8)) for i, v in known]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2.6"/></svg>',
        width,
        height,
        width,
        height,
        line,
        f"{x:.1f}",
        f"{y:.1f}",
    )


@register.filter
def cut_t(value: Any) -> str:
    """An ISO instant with a blank for its T."""
    return str(value).replace("T", " ")


@register.simple_tag
def adds_up(counts: dict[str, Any]) -> SafeString:
    """Where the rows of deliveries went: a bar, and the same in words and figures."""
    parts = [
        ("read", _("read"), counts.get("read")),
        ("duplicate", _("duplicate"), counts.get("duplicate")),
        ("superseded", _("superseded"), counts.get("superseded")),
        ("quarantined", _("set aside"), counts.get("quarantined")),
        ("held", _("held"), counts.get("rows_held")),
    ]
    total = sum(n or 0 for _name, _said, n in parts) or 1
    x, bars = 0.0, []
    for name, _said, n in parts:
        width = 1000 * (n or 0) / total
        if n:
            bars.append(format_html('<rect class="part-{}" x="{}" y="0" width="{}" height="14"/>', name, f"{x:.2f}", f"{max(width, 3):.2f}"))
        x += width
    listed = format_html_join("", '<li class="part-{}"><strong>{}</strong> {}</li>', ((name, words.figure(n or 0), said) for name, said, n in parts if n))
    return format_html(
        '<svg class="bar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg><ul class="parts">{}</ul>',
        SafeString("".join(bars)),
        listed,
    )


@register.filter
def whole(value: float) -> str:
    return words.figure(round(value))


@register.filter
def plain(value: Any) -> str:
    """A found or allowed value of a gate: a figure, a band, or text."""
    if isinstance(value, list | tuple):
        return " – ".join(words.figure(v) for v in value)
    return words.figure(value)


@register.filter
def gate(name: str) -> str:
    return str(vocabulary.GATE.get(name, name.replace("_", " ")))


@register.filter
def reason(name: str) -> str:
    """A reason in plain words."""
    return words.reason(name)


@register.filter
def quality_name(name: str) -> str:
    """A quality indicator in words."""
    from karvan.quality import quality_indicators

    return _("Overall score") if name == "SCORE" else source.in_language(quality_indicators()[name].names) if name in quality_indicators() else name


@register.filter
def progress_words(message: str) -> str:
    """A line of progress with the step in the reader's language."""
    step, _colon, rest = message.partition(":")
    told = str(vocabulary.PROGRESS.get(rest.strip(), rest.strip()))
    return f"{vocabulary.STEP.get(step, step)}{': ' + told if told else ''}"
