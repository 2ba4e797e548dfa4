"""The drawings of a baseline study, as plain SVG that goes into HTML and PDF alike: flows, overlap of people, levels of maturity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

INK, SOFT, LINE, ACCENT, TINT = "#1c2733", "#5b6b7a", "#c3ced8", "#0b4a7d", "#eef3f7"
FONT = "DejaVu Sans, Noto Sans, Arial, sans-serif"
ROW = 30


def _svg(width: float, height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'font-family="{FONT}" font-size="11"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, said: str, *, anchor: str = "start", colour: str = INK, weight: str = "normal", size: float = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}" font-size="{size:g}">{escape(said)}</text>'


def flows(sources: Sequence[Mapping[str, Any]], *, title: str, platform: str) -> str:
    """Institutions, the sources that they send, and how many indicators rest on each.

    `sources` in the order of their institutions: `institution`, `source` and `note` as the reader sees them, `delivers`, `rests`.
    The width of a line grows with the number of indicators; a broken line is a source of which nothing was delivered.
    """
    width, left, middle, right = 900.0, 270.0, 340.0, 680.0
    height = 26 + ROW * len(sources) + 8
    most = max((s["rests"] for s in sources), default=0) or 1
    parts: list[str] = []
    groups: dict[str, list[float]] = {}
    for place, source in enumerate(sources):
        groups.setdefault(source["institution"], []).append(26 + ROW * place + ROW / 2)
    end = height / 2
    for institution, places in groups.items():
        centre = sum(places) / len(places)
        parts += [f'<path d="M{left},{centre:.1f} C{left + 40},{centre:.1f} {middle - 40},{y:.1f} {middle},{y:.1f}" fill="none" stroke="{LINE}" stroke-width="1.5"/>' for y in places]
        for line, words in enumerate(lines := wrapped(institution, 34)):
            parts.append(_text(left - 8, centre + 4 + 13 * (line - (len(lines) - 1) / 2), words, anchor="end", weight="bold", size=10))
    for place, source in enumerate(sources):
        y = 26 + ROW * place + ROW / 2
        thick = 1 + 7 * source["rests"] / most
        dash = "" if source["delivers"] else ' stroke-dasharray="5 4"'
        colour = ACCENT if source["delivers"] else SOFT
        parts.append(f'<path d="M{right},{y:.1f} C{right + 70},{y:.1f} {right + 60},{end:.1f} {right + 130},{end:.1f}" fill="none" stroke="{colour}" stroke-opacity="0.45" stroke-width="{thick:.1f}"{dash}/>')
        parts.append(f'<rect x="{middle}" y="{y - 13:.1f}" width="{right - middle}" height="26" rx="3" fill="{TINT}" stroke="{colour}"{dash}/>')
        parts.append(_text(middle + 8, y - 1, clipped(source["source"], 43)))
        parts.append(_text(middle + 8, y + 10, source["note"], colour=SOFT, size=9))
        parts.append(_text(right - 8, y + 4, str(source["rests"]), anchor="end", colour=colour, weight="bold"))
    parts.append(f'<rect x="{right + 130}" y="{end - 40:.1f}" width="84" height="80" rx="4" fill="{ACCENT}"/>')
    parts += [_text(right + 172, end + 4 + 13 * (n - (len(words) - 1) / 2), said, anchor="middle", colour="#fff", weight="bold") for words in [wrapped(platform, 12)] for n, said in enumerate(words)]
    return _svg(width, height, parts, title)


def overlap(shares: Mapping[str, Mapping[str, float]], names: Mapping[str, str], *, title: str) -> str:
    """A matrix of shares, 0 to 100: of the people of a row, those that the column knows too."""
    feeds = list(shares)
    left, top, side = 250.0, 150.0, 40.0
    width, height = left + side * len(feeds) + 60, top + 22 * len(feeds) + 8
    parts = []
    for place, feed in enumerate(feeds):
        x, y = left + side * place, top + 22 * place
        parts.append(f'<g transform="translate({x + side / 2 + 4:.1f},{top - 8:.1f}) rotate(-48)">{_text(0, 0, clipped(names[feed], 26), size=10)}</g>')
        parts.append(_text(left - 8, y + 15, clipped(names[feed], 38), anchor="end", size=10))
        for column, other in enumerate(feeds):
            x, share = left + side * column, shares[feed].get(other, 0.0)
            if other == feed:
                parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{side - 1}" height="21" fill="#e3e7eb"/>')
                continue
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{side - 1}" height="21" fill="{ACCENT}" fill-opacity="{0.04 + 0.82 * share / 100:.2f}"/>')
            said = "0" if not share else "<1" if share < 1 else f"{share:.0f}"
            parts.append(_text(x + side / 2, y + 15, said, anchor="middle", colour="#fff" if share > 50 else INK, size=10))
    return _svg(width, height, parts, title)


def levels(rows: Sequence[tuple[str, float | None]], *, title: str, decimal: str) -> str:
    """Bars of mean levels, 1 to 5; a section that nobody answered has none."""
    left, width = 260.0, 640.0
    step = (width - left - 50) / 4
    parts = [_text(left + step * (n - 1), 12, str(n), anchor="middle", colour=SOFT) for n in range(1, 6)]
    parts += [f'<line x1="{left + step * (n - 1):.1f}" y1="18" x2="{left + step * (n - 1):.1f}" y2="{22 + 26 * len(rows)}" stroke="{LINE}"/>' for n in range(1, 6)]
    for place, (name, mean) in enumerate(rows):
        y = 24 + 26 * place
        parts.append(_text(left - 10, y + 14, clipped(name, 40), anchor="end"))
        if mean is not None:
            parts.append(f'<rect x="{left}" y="{y}" width="{max(2.0, step * (mean - 1)):.1f}" height="18" fill="{ACCENT}"/>')
            parts.append(_text(left + step * (mean - 1) + 7, y + 14, f"{mean:.1f}".replace(".", decimal), weight="bold"))
    return _svg(width, 30 + 26 * len(rows), parts, title)


def wrapped(said: str, most: int) -> list[str]:
    """Words in lines of at most so many letters, where a word allows it.

    >>> wrapped("Ministry of Labour and Social Protection", 20)
    ['Ministry of Labour', 'and Social', 'Protection']
    """
    lines = [""]
    for word in said.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def clipped(said: str, most: int) -> str:
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"
