"""Why two names were taken for one person's, or not, in words."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from karvan.linkage.letters import upper
from karvan.linkage.names import evidence as ev
from karvan.linkage.names import parts as p
from karvan.linkage.names import reading as k
from karvan.linkage.names.compare import compare_names, known, packed
from karvan.linkage.names.forms import skeleton, surname_skeleton
from karvan.linkage.names.model import shipped

WEAK = 0.6      # of the usual weight of a letter: below this, parts answer in part only


@dataclass(frozen=True)
class Reason:
    """One finding: a rule, the parts it speaks of as written (empty where none), and the share of the usual weight where letters were weighed."""

    rule: str
    part_a: str = ""
    part_b: str = ""
    strength: float | None = None


@dataclass(frozen=True)
class NameMatch:
    """The score of two names with its reasons.

    `aligned` are parts taken together and by which rule, `left` parts without a partner, `against` what speaks against one person.
    `str()` says it in words, in `language`.
    """

    score: float
    threshold: float
    same: bool
    aligned: tuple[Reason, ...]
    left: tuple[Reason, ...]
    against: tuple[Reason, ...]
    language: str

    def __str__(self) -> str:
        if not self.aligned and not self.left and not self.against:
            return text("empty", self.language)
        head = text("same" if self.same else "different", self.language, score=f"{self.score:.3f}", threshold=f"{self.threshold:.2f}")
        rows = [
            "  " + text(r.rule, self.language, a=r.part_a or r.part_b, b=r.part_b, strength=f"{100 * (r.strength or 0):.0f} %")
            for r in (*self.aligned, *self.against, *self.left)
        ]
        return "\n".join([head, *rows])

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"words": str(self)}


def explain_name_match(a: str | None, b: str | None, *, language: str = "en") -> NameMatch:
    """Say which parts of two names were aligned, by which rule, and what disagreed.

    Examples
    --------
    >>> print(explain_name_match("Əliyeva Leyla Rasim qızı", "Алиева, Лейла"))    # doctest: +ELLIPSIS
    The names answer to each other: score 0.9..., taken as one person's from 0....
      Əliyeva = Алиева: the same by the letter tables
      Leyla = Лейла: the same by the letter tables
      Rasim qızı: a patronymic that the other side leaves out, which is no conflict
    """
    model = shipped()
    score = float(compare_names([a], [b])[0])
    one, other = (unicodedata.normalize("NFC", known(x, side)[: k.MOST_CHARS * 2]) for x, side in ((a, "a"), (b, "b")))
    read = best_reading(one, other)
    if read is None:
        return NameMatch(0.0, model.threshold, False, (), (), (), language)
    view, info_a, info_b, match, rates = read
    parts_a, parts_b = written(one, info_a), written(other, info_b)
    aligned, used_a, used_b = aligned_parts(parts_a, parts_b, info_a, info_b, match, rates)
    if view:
        aligned.append(Reason("korean" if view == k.KOREAN else "cantonese"))
    left, against = left_over(parts_a, parts_b, info_a, info_b, used_a, used_b)
    return NameMatch(score, model.threshold, score >= model.threshold, tuple(aligned), tuple(left), tuple(against), language)


def best_reading(one: str, other: str):
    """The reading of Han characters that fits best, with the facts of the parts, which were taken together, and their rates; None without letters."""
    model = shipped()
    codes_a, starts_a = packed([one], "a")
    codes_b, starts_b = packed([other], "b")
    best = None
    reached = -99.0
    for view in (k.AS_WRITTEN, k.KOREAN, k.CANTONESE):
        a, b, scratch, row = k.new_name(), k.new_name(), ev.new_scratch(), np.zeros(ev.WIDTH_OF_EVIDENCE, np.float32)
        k.read_name(codes_a, 0, starts_a[1], view, model.reader, a)
        k.read_name(codes_b, 0, starts_b[1], view, model.reader, b)
        if not a[2][k.PARTS] or not b[2][k.PARTS] or (view and (a[2][k.HAS_HAN] == b[2][k.HAS_HAN] or reached >= ev.FITS)):
            break
        ev.compare_read(a, b, model.weights, scratch, row)
        fit = max(row[ev.BEST_WHOLE_RATE], row[ev.MATCHED_MEAN_RATE])
        if best is None or fit > reached + ev.BETTER:
            _weight, rate, match = scratch[4][:3]
            best, reached = (view, a[1][: a[2][k.PARTS]], b[1][: b[2][k.PARTS]], match, rate), fit
    return best


def written(name: str, info: np.ndarray) -> list[str]:
    return [name[row[k.FROM] : row[k.TO]].strip("'’ʼʻ`´ ") for row in info]


def aligned_parts(parts_a, parts_b, info_a, info_b, match, rates) -> tuple[list[Reason], set[int], set[int]]:
    """The parts taken together, in the order of the first name, and their numbers."""
    out: list[Reason] = []
    used_a: set[int] = set()
    used_b: set[int] = set()
    for i in range(len(parts_a)):
        for j in range(len(parts_b)):
            how = match[i, j]
            if not how or i in used_a or j in used_b:
                continue
            with_i = [x for x in range(len(parts_a)) if match[x, j] == how] if how == p.JOINED else [i]
            with_j = [y for y in range(len(parts_b)) if match[i, y] == how] if how == p.JOINED else [j]
            used_a.update(with_i)
            used_b.update(with_j)
            a, b = " ".join(parts_a[x] for x in with_i), " ".join(parts_b[y] for y in with_j)
            listed = info_a[i, k.NUMBER] >= 0 and info_a[i, k.NUMBER] == info_b[j, k.NUMBER]
            out.append(rule_of(a, b, info_a[i, k.FLAGS], info_b[j, k.FLAGS], how, float(rates[i, j]), listed=bool(listed)))
    return out, used_a, used_b


def rule_of(a: str, b: str, flags_a: int, flags_b: int, how: int, rate: float, *, listed: bool) -> Reason:
    """By which rule two parts were taken together; `listed`: they stand in the list of one name's forms."""
    if how != p.ALONE:
        return Reason({p.JOINED: "joined", p.CUT_OFF: "cut", p.INITIAL_OF: "initial"}[how], a, b)
    if flags_a & k.FATHER and flags_b & k.FATHER:
        return Reason("patronymic", a, b, round(rate, 2))
    if (flags_a | flags_b) & k.PARTICLE:
        return Reason("particle", a, b)
    if upper(a) == upper(b):
        return Reason("identical", a, b)
    if skeleton(a) and skeleton(a) == skeleton(b):
        return Reason("tables", a, b)
    if surname_skeleton(a) and surname_skeleton(a) == surname_skeleton(b):
        return Reason("gender_ending", a, b)
    if rate == float(np.float32(p.KNOWN_RATE)):
        return Reason("known" if listed else "family_ending", a, b)
    return Reason("learned" if rate >= WEAK else "weak", a, b, round(rate, 2))


def left_over(parts_a, parts_b, info_a, info_b, used_a, used_b) -> tuple[list[Reason], list[Reason]]:
    """Parts without a partner, and what they say against one person."""
    left: list[Reason] = []
    against: list[Reason] = []
    names: dict[str, list[str]] = {"a": [], "b": []}
    fathers: dict[str, list[str]] = {"a": [], "b": []}
    children: dict[str, set[int]] = {"a": set(), "b": set()}
    for side, parts, info, used in (("a", parts_a, info_a, used_a), ("b", parts_b, info_b, used_b)):
        for at, part in enumerate(parts):
            flags = info[at, k.FLAGS]
            if flags & k.FATHER:
                children[side].add(int(flags & k.FATHER))
            if flags & k.MARK or at in used:
                continue
            if flags & k.FATHER:
                marked = at + 1 < len(parts) and info[at + 1, k.FLAGS] & k.MARK
                fathers[side].append(f"{part} {parts[at + 1]}" if marked else part)
            elif flags & (k.INITIAL | k.PARTICLE | k.PLACEHOLDER):
                left.append(Reason("left_other", part if side == "a" else "", part if side == "b" else ""))
            else:
                names[side].append(part)
    against += [Reason("disagree", x, y) for x, y in zip(names["a"], names["b"], strict=False)]
    against += [Reason("other_father", x, y) for x, y in zip(fathers["a"], fathers["b"], strict=False)]
    for rule, rest, paired in (("left_name", names, min(map(len, names.values()))), ("left_patronymic", fathers, min(map(len, fathers.values())))):
        left += [Reason(rule, x, "") for x in rest["a"][paired:]] + [Reason(rule, "", x) for x in rest["b"][paired:]]
    if children["a"] and children["b"] and not children["a"] & children["b"]:
        against.append(Reason("gender"))
    return left, against


@cache
def texts() -> dict[str, dict[str, str]]:
    return json.loads(Path(__file__).with_name("texts.json").read_text(encoding="utf-8"))


def text(rule: str, language: str, **values: str) -> str:
    found = texts()[rule]
    return found.get(language, found["en"]).format(**values)
