"""The page of text that explains a figure, in a language of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from karvan.indicators.compiler import TOTAL
from karvan.indicators.definition import in_language
from karvan.indicators.wording import COLOUR, STATUS, STEP, TREATMENT, WORDS, number, percent, unit_name

if TYPE_CHECKING:
    from karvan.indicators.explanation import Explanation, FeedState, StepRun


def page(e: Explanation, lang: str) -> str:
    """An explanation as text, from the figure down to the deliveries."""

    def word(key: str) -> str:
        return WORDS[key][lang]

    def line(key: str, text: str) -> str:
        return f"{word(key)}: {text}"

    def said(text: str | Mapping[str, str]) -> str:
        return in_language(text, lang)

    cell = ", ".join([e.period, *(f"{d}={word('total') if v == TOTAL else v}" for d, v in e.dims.items())])
    unit = unit_name(e.unit, lang)
    lines = [f"{e.indicator}  {said(e.name)}", line("cell", cell), line("value", f"{number(e.value, lang)} {unit}")]
    if e.untreated is not None:
        lines.append(line("untreated", f"{number(e.untreated, lang)} {unit}"))
    if e.interval:
        lines.append(line("interval_survival" if "method" in e.dims else "interval", f"{number(e.interval[0], lang)} – {number(e.interval[1], lang)} {unit}"))
    if e.uncertainty:
        rests = word("from_draws").format(n=e.uncertainty.draws) + (f", {word('with_rounding')}" if e.untreated is None else "")
        lines.append(line("uncertainty", f"{number(e.uncertainty.low, lang)} – {number(e.uncertainty.high, lang)} {unit}; {rests}"))
    colour = COLOUR[e.quality][lang] if e.quality else word("not_scored")
    lines += [
        line("status", STATUS[e.obs_status][lang]),
        line("vintage" if e.basis == "records" else "edition", e.vintage),
        "",
        line("meaning", said(e.says)),
        line("covers", said(e.population)),
        *([line("leaves_out", "; ".join(map(said, e.leaves_out)))] if e.leaves_out else []),
        line("formula", e.formula[lang]),
        line("standard", ", ".join(map(said, e.source.values()))),
        "",
        line("treatment", TREATMENT[e.treatment][lang]),
        line("quality", f"{colour}{' (' + ', '.join(e.quality_asked) + ')' if e.quality_asked else ''}"),
    ]
    if e.basis == "records":
        lines += [line("imputed", percent(e.share_imputed, lang)), line("unlinked", percent(e.share_unlinked, lang))]
    lines += ["", word("steps"), *(_step(step, lang) for step in e.steps)]
    lines += ["", word("deliveries"), *(_feed(feed, e.quality_asked, lang) for feed in e.feeds)]
    if e.rows:
        lines += ["", word("rows")]
        lines += [
            f"  {r.feed}, {word('row')} {r.row_no}: {' '.join(filter(None, [r.partner, '->' if r.partner and r.area else None, r.area, r.period]))}"
            f" = {number(r.value, lang)} {unit_name(r.unit, lang)}. {r.citation or ''}".rstrip()
            for r in e.rows
        ]
        if e.rows_in_all > len(e.rows):
            lines.append(f"  ... {e.rows_in_all - len(e.rows)} {word('more')}")
    lines += ["", word("query"), str(e.query)]
    return "\n".join(lines) + "\n"


def _step(step: StepRun, lang: str) -> str:
    counts = (("in", step.rows_in), ("out", step.rows_out), ("aside", step.rows_set_aside))
    told = ", ".join(f"{WORDS[key][lang]} {number(float(rows), lang)}" for key, rows in counts)
    wrote = ", ".join(f"{table} v{version} ({number(float(step.rows_of[table]), lang)})" for table, version in sorted(step.writes.items()))
    return f"  {STEP.get(step.step, {}).get(lang, step.step)}: {told} -> {wrote}"


def _feed(feed: FeedState, asked: tuple[str, ...], lang: str) -> str:
    if not feed.deliveries:
        return f"  {feed.feed}: {WORDS['nothing_sent'][lang]}"

    def counted(key: str, rows: int) -> str:
        return f"{WORDS[key][lang]} {number(float(rows), lang)}"

    held = f", {counted('held', feed.held)}" if feed.held else ""
    scores = ", ".join(f"{qi}: {COLOUR[colour][lang]}" for qi, colour in feed.quality.items() if qi in asked)
    return (
        f"  {feed.feed} ({feed.institution}): {number(float(feed.deliveries), lang)}{held}, {counted('read', feed.rows_read)}/{number(float(feed.rows), lang)}, "
        f"{counted('quarantined', feed.rows_quarantined)}, {feed.first_on or ''}..{feed.last_on or ''} [{feed.content}] {scores}".rstrip()
    )
