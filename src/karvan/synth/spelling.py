"""Spellings: how one name part is written by other hands, drawn from real variants.

Every draw comes from the pack's tables of variants that real offices, newspapers and encyclopedias wrote of the same people; where a
part is not in them, from what changed inside those variants. No transliteration standard is applied here, so nothing here mirrors
the tables by which records are linked.
"""

from __future__ import annotations

import csv
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from itertools import accumulate
from pathlib import Path

_NO_ACCENT = str.maketrans(
    {"ı": "i", "ł": "l", "Ł": "L", "ß": "ss", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ə": "a", "Ə": "A", "ð": "d", "þ": "th", "ŋ": "n"}
)


def plain(text: str) -> str:
    """A Latin name in the letters A to Z that every passport printer has.

    >>> plain("Yıldız"), plain("Ruòxī")
    ('Yildiz', 'Ruoxi')
    """
    return "".join(c for c in unicodedata.normalize("NFD", text.translate(_NO_ACCENT)) if not unicodedata.combining(c))


class Spelling:
    """Variants of single name parts by kind: spelling, local, roman, cyrillic.

    Draws take a number `u` in [0, 1) instead of a generator, so that equal inputs always give equal spellings.
    """

    def __init__(self, folder: Path) -> None:
        self._forms = _weighted(folder / "variants.csv")
        self._rules: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for kind, written, also, count in _rows(folder / "rewrites.csv"):
            self._rules[kind].append((written, also, int(count)))

    def respell(self, name: str, kind: str, u: float) -> str:
        """Another way to write a name; the name itself where nothing in the variants fits it.

        The parts of a name (spaces, hyphens) are respelt one by one; the first that can change, changes.
        """
        for separator in (" ", "-"):
            if separator in name:
                parts = name.split(separator)
                for at, part in enumerate(parts):
                    changed = self.respell(part, kind, u)
                    if changed != part:
                        return separator.join([*parts[:at], changed, *parts[at + 1 :]])
                return name
        low = name.lower()
        listed = self._forms.get((kind, low))
        if listed and u < 0.8:
            return _cased(_pick(listed, u / 0.8), name)
        fitting = [(a, b, n) for a, b, n in self._rules[kind] if a in low]
        if not fitting:
            return name
        total = list(accumulate(n for _, _, n in fitting))
        spot = u * total[-1]
        written, also, _count = fitting[min(bisect_right(total, spot), len(fitting) - 1)]
        places = [i for i in range(len(low)) if low.startswith(written, i)]
        at = places[int(spot * 7919) % len(places)]
        return _cased(low[:at] + also + low[at + len(written) :], name)

    def local(self, name: str, u: float) -> str:
        """A foreign name as a local clerk hears it: known form, or up to two changes into the office's letters."""
        once = self.respell(name, "local", u)
        return once if ("local", name.lower()) in self._forms or u < 0.5 else self.respell(once, "local", (u * 31) % 1)

    def cyrillic(self, name: str, u: float) -> str | None:
        """A name in Cyrillic letters, every part of it known from real pairs; None where one is not."""
        parts = []
        for part in name.replace("-", " ").lower().split():
            listed = self._forms.get(("cyrillic", part))
            man = self._forms.get(("cyrillic", part[:-1])) if part.endswith("a") else None
            if listed:
                form = _pick(listed, u)
            elif man:
                form = _pick(man, u) + "а"
            else:
                return None
            parts.append(form[:1].upper() + form[1:])
        return " ".join(parts) if parts else None


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def _weighted(path: Path) -> dict[tuple[str, str], list[tuple[str, int]]]:
    forms: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for kind, written, also, count in _rows(path):
        forms[kind, written].append((also, int(count)))
    return dict(forms)


def _pick(listed: list[tuple[str, int]], u: float) -> str:
    total = list(accumulate(n for _, n in listed))
    return listed[min(bisect_right(total, u * total[-1]), len(listed) - 1)][0]


def _cased(low: str, like: str) -> str:
    if like.isupper():
        return low.upper()
    return low[:1].upper() + low[1:] if like[:1].isupper() else low
