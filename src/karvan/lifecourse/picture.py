"""One person's history as a picture: crossings, presence, statuses and residence under each rule, on one line of time (SVG).

For the specification, for training and for whoever reviews a case. The same rows give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

Rows = Sequence[Mapping[str, Any]]

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 960, 132, 24, 46, 42, 16
INK, SOFT, LINE, PAPER = "#1d2528", "#56626a", "#ddd8cd", "#ffffff"
INSIDE, HELD, RESIDENT = "#0f6a71", "#c4662a", "#5a63a8"
WORDS = {
    "en": {
        "crossings": "crossings", "presence": "presence", "status": "status", "in": "in", "out": "out", "observed": "complete through",
        "final": "final on", "undecided": "undecided", "imputed": "put in by a repair", "arrow": "goes on, or began before",
    },
    "az": {
        "crossings": "keçidlər", "presence": "ölkədə olma", "status": "status", "in": "giriş", "out": "çıxış", "observed": "məlumatların son tam günü",
        "final": "qərarın qətiləşdiyi gün", "undecided": "hələ müəyyən deyil", "imputed": "bərpa ilə əlavə edilib", "arrow": "davam edir və ya əvvəl başlayıb",
    },
    "ru": {
        "crossings": "пересечения", "presence": "пребывание", "status": "статус", "in": "въезд", "out": "выезд", "observed": "данные полны по",
        "final": "решение окончательно", "undecided": "ещё не решено", "imputed": "восстановлено", "arrow": "продолжается или началось раньше",
    },
}  # fmt: skip


def picture(presence: Rows, residence: Rows, *, statuses: Rows = (), rules: Sequence[str] = (), observed_until: date | None = None, title: str = "", lang: str = "en") -> str:
    """Draw one person's stays, statuses and spells of residence.

    Parameters
    ----------
    presence
        Rows of `presence_spells` of one person: `entered_on`, `left_on`, optional `entry_imputed`, `exit_imputed`.
    residence
        Rows of `residence_spells` of the same person, under any number of rules: each rule gets a line, and so do `rules` without a spell.
    statuses
        Rows of `status_spells`: `status`, `from_on`, `to_on`.
    observed_until
        Last day that is complete, drawn as a line across.
    lang
        Language of the words: en, az, ru.

    >>> svg = picture([{"entered_on": date(2022, 3, 1), "left_on": None}], [], observed_until=date(2024, 3, 1))
    >>> svg.startswith("<svg") and "2023" in svg
    True
    """
    words = WORDS[lang]
    first, last = days_shown([*presence, *residence, *statuses], observed_until)
    scale = Scale(first, last, open_until=observed_until + timedelta(1) if observed_until else last)
    rules = list(dict.fromkeys([*rules, *(row["rule"] for row in residence)]))
    lines = [words["crossings"], words["presence"], *([words["status"]] if statuses else []), *rules]
    height = TOP + ROW * len(lines) + 44
    drawn = [years(scale, TOP + ROW * len(lines))]
    if observed_until:
        x = scale.x(observed_until + timedelta(1))
        drawn.append(f'<line x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{TOP + ROW * len(lines)}" stroke="{INK}" stroke-dasharray="3 3"/>')
        drawn.append(f'<text x="{x}" y="{TOP - 13}" text-anchor="end" fill="{SOFT}">{words["observed"]} {observed_until}</text>')
    for place, name in enumerate(lines):
        y = TOP + ROW * place + ROW // 2
        drawn.append(f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end" fill="{INK}">{escape(name)}</text>')
        if place == 0:
            drawn += [crossing(scale, y, row[end], inward, bool(row.get(put_in)), words) for row in presence for end, inward, put_in in ENDS if row[end]]
        elif place == 1:
            drawn += [bar(scale, y, row["entered_on"], row["left_on"], INSIDE, said(row["entered_on"], row["left_on"])) for row in presence]
        elif name == words["status"]:
            drawn += [held(scale, y, row) for row in statuses]
        else:
            drawn += [resident(scale, y, row, words) for row in residence if row["rule"] == name]
    drawn.append(legend(height - 12, words))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="system-ui, Noto Sans, sans-serif" font-size="12" role="img">'
        f"<title>{escape(title or words['presence'])}</title>{PATTERN}"
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>'
        + (f'<text x="{LEFT}" y="18" font-size="13" font-weight="600" fill="{INK}">{escape(title)}</text>' if title else "")
        + "".join(drawn)
        + "</svg>\n"
    )


ENDS = (("entered_on", True, "entry_imputed"), ("left_on", False, "exit_imputed"))
PATTERN = (
    f'<defs><pattern id="open" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="{PAPER}"/>'
    f'<rect width="2.4" height="6" fill="{RESIDENT}"/></pattern></defs>'
)


class Scale:
    """From days to places on the line. What is open is drawn to `open_until`."""

    def __init__(self, first: date, last: date, *, open_until: date) -> None:
        self.first, self.last, self.open_until = first, last, open_until

    def x(self, day: date) -> float:
        share = (day - self.first).days / (self.last - self.first).days
        return round(LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT), 1)


def days_shown(rows: Rows, observed_until: date | None) -> tuple[date, date]:
    """First and last day of the picture, with some room on either side."""
    days = [row[name] for row in rows for name in ("entered_on", "left_on", "from_on", "to_on", "final_on") if row.get(name)]
    days += [observed_until] if observed_until else []
    days = days or [date(2000, 1, 1)]
    room = max((max(days) - min(days)).days // 16, 30)
    return min(days) - timedelta(room), max(days) + timedelta(room)


def years(scale: Scale, bottom: int) -> str:
    """A line at each first of January, and of quarters where few years are shown."""
    months = (1,) if (scale.last - scale.first).days > 365 * 6 else (1, 4, 7, 10)
    drawn = []
    for year in range(scale.first.year, scale.last.year + 1):
        for month in months:
            day = date(year, month, 1)
            if scale.first <= day <= scale.last:
                x = scale.x(day)
                drawn.append(f'<line x1="{x}" x2="{x}" y1="{TOP if month == 1 else bottom - 4}" y2="{bottom}" stroke="{LINE}"/>')
                if month == 1:
                    drawn.append(f'<text x="{x}" y="{bottom + 14}" text-anchor="middle" fill="{SOFT}">{year}</text>')
    return "".join(drawn) + f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}" stroke="{SOFT}"/>'


def crossing(scale: Scale, y: int, day: date, inward: bool, imputed: bool, words: Mapping[str, str]) -> str:
    """A triangle, in the upper half and pointing down for in, in the lower half and pointing up for out; hollow where a repair put it in."""
    y += -7 if inward else 7
    x, way = scale.x(day), 1 if inward else -1
    fill = PAPER if imputed else INK
    return (
        f'<path d="M{round(x - 5, 1)} {y - 5 * way}h10l-5 {10 * way}z" fill="{fill}" stroke="{INK}"><title>{words["in" if inward else "out"]} {day}'
        f"{', ' + words['imputed'] if imputed else ''}</title></path>"
    )


def bar(scale: Scale, y: int, start: date | None, end: date | None, fill: str, title: str, label: str = "") -> str:
    """A bar from a day up to another; an arrow at an end that is not known."""
    x0, x1 = scale.x(start or scale.first), scale.x(end or scale.open_until)
    wide = round(max(x1 - x0, 2), 1)
    top = y - BAR // 2
    hatched = fill.startswith("url")
    edge = f' stroke="{RESIDENT if hatched else PAPER}"'
    arrow = RESIDENT if hatched else fill
    parts = [f'<rect x="{x0}" y="{top}" width="{wide}" height="{BAR}" fill="{fill}"{edge}><title>{escape(title)}</title></rect>']
    if start is None:
        parts.append(f'<path d="M{x0} {top}v{BAR}l-8 {-BAR // 2}z" fill="{arrow}"/>')
    if end is None:
        parts.append(f'<path d="M{x1} {top}v{BAR}l8 {-BAR // 2}z" fill="{arrow}"/>')
    if label and wide > 8 * len(label):
        parts.append(f'<text x="{round(x0 + 6, 1)}" y="{y + 4}" fill="{PAPER}">{escape(label)}</text>')
    return "".join(parts)


def held(scale: Scale, y: int, row: Mapping[str, Any]) -> str:
    """A status: its last day counts, so the bar ends a day later."""
    end = row["to_on"] + timedelta(1) if row["to_on"] else None
    return bar(scale, y, row["from_on"], end, HELD, f"{row['status']}: {said(row['from_on'], row['to_on'])}", row["status"].replace("_", " "))


def resident(scale: Scale, y: int, row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A spell of residence, hatched where undecided; a dot on the day on which its last decision was final."""
    undecided = row["basis"] == "undecided"
    title = f"{row['rule']}: {said(row['from_on'], row['to_on'])}{', ' + words['undecided'] if undecided else ''}"
    drawn = bar(scale, y, row["from_on"], row["to_on"], "url(#open)" if undecided else RESIDENT, title)
    if row.get("final_on"):
        drawn += f'<circle cx="{scale.x(row["final_on"])}" cy="{y}" r="4" fill="{PAPER}" stroke="{INK}" stroke-width="1.5"><title>{words["final"]} {row["final_on"]}</title></circle>'
    return drawn


def said(start: date | None, end: date | None) -> str:
    return f"{start or '...'} to {end or '...'}"


def legend(y: int, words: Mapping[str, str]) -> str:
    """What the marks mean, in one line."""
    x = LEFT
    drawn = []
    for mark, name in (
        (f'<path d="M{{x}} {y - 9}h10l-5 10z" fill="{INK}"/>', "in"),
        (f'<path d="M{{x}} {y + 1}h10l-5 -10z" fill="{INK}"/>', "out"),
        (f'<circle cx="{{m}}" cy="{y - 4}" r="4" fill="{PAPER}" stroke="{INK}" stroke-width="1.5"/>', "final"),
        (f'<rect x="{{x}}" y="{y - 9}" width="12" height="10" fill="url(#open)" stroke="{RESIDENT}"/>', "undecided"),
        (f'<path d="M{{x}} {y - 9}v10l9 -5z" fill="{SOFT}"/>', "arrow"),
    ):
        drawn.append(mark.format(x=x, m=x + 6) + f'<text x="{x + 18}" y="{y}" fill="{SOFT}">{escape(words[name])}</text>')
        x += 18 + 7 * len(words[name]) + 26
    return "".join(drawn)
