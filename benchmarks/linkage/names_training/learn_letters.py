"""From pairs of names to weights of letters: the first half of the training."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import letters as abc
import numpy as np
import reading
import weights

from karvan.linkage.names import reading as k
from karvan.linkage.names.alignment import align, new_rows


class Reader:
    """Names as letters, read by the same code as at run time. `arrays` are a model's tables for reading (`NameModel.reader`)."""

    def __init__(self, arrays: tuple, alphabet: abc.Letters | None = None) -> None:
        self.arrays, self.alphabet = arrays, alphabet

    @classmethod
    def built(cls) -> Reader:
        """A reader from the letters of all scripts, before there is a model."""
        a = abc.build()
        words, word_flags = reading.words(a)
        return cls((a.kind, a.count, a.of, reading.twins(), a.korean, a.cantonese, words, word_flags), a)

    def name(self, text: str, view: int = k.AS_WRITTEN) -> tuple[list[tuple[int, np.ndarray]], np.ndarray, np.ndarray]:
        """Parts as (script, letters with marks), their facts, and the head."""
        codes = np.array([ord(c) for c in text] or [0], np.uint32)
        letter, info, head = read = k.new_name()
        k.read_name(codes, 0, len(text), view, self.arrays, read)
        parts = [(int(info[p, k.SCRIPT]), letter[p, : info[p, k.LENGTH]].copy()) for p in range(head[k.PARTS])]
        return parts, info, head


@dataclass
class LetterModel:
    units: weights.Units
    tables: np.ndarray       # script pair x unit x unit, int8
    norms: np.ndarray        # script pair: usual weight of one letter in the same name


def joined(parts: list[tuple[int, np.ndarray]]) -> tuple[int, np.ndarray] | None:
    """All parts as one, if of one script."""
    if not parts or len({s for s, _ in parts}) > 1:
        return None
    inner = np.concatenate([t[1:-1] for _, t in parts])[: k.PART_LETTERS]
    return parts[0][0], np.concatenate([[abc.START], inner, [abc.END]]).astype(np.uint8)


def learn_letters(reader: Reader, same: list[tuple[str, str]], parts: list[tuple[str, str, str, int]], common: list[tuple[str, str, str]], *, rounds: int = 2) -> LetterModel:
    """Learn the weights from pairs of whole names `same`, and from single parts in two scripts."""
    by_scripts: dict[tuple[int, int], list] = defaultdict(list)
    tokens: dict[int, list[np.ndarray]] = defaultdict(list)

    def add(one: tuple[int, np.ndarray], other: tuple[int, np.ndarray], weight: float) -> None:
        if one[0] > other[0]:
            one, other = other, one
        by_scripts[one[0], other[0]].append((one[1], other[1], weight))

    known: dict[str, list[tuple[int, np.ndarray]]] = defaultdict(list)
    for latin, native, _, count in parts:
        one, other = reader.name(latin)[0], reader.name(native)[0]
        if len(one) == len(other) == 1 and len(one[0][1]) >= 3 and len(other[0][1]) >= 3:
            add(one[0], other[0], 1.0 + np.log(count))
            known[latin].append(other[0])
            tokens[one[0][0]].append(one[0][1])
            tokens[other[0][0]].append(other[0][1])
    for spellings in known.values():                # two native spellings of one Latin one answer to each other
        for i, one in enumerate(spellings):
            for other in spellings[i + 1 : i + 4]:
                if one[0] != other[0]:
                    add(one, other, 0.5)
    for local, roman, _ in common:
        one, other = reader.name(local)[0], reader.name(roman)[0]
        if len(one) == len(other) == 1 and one[0][0] != other[0][0]:
            add(one[0], other[0], 2.0)
            tokens[one[0][0]].append(one[0][1])
    names = [(reader.name(a), reader.name(b), a, b) for a, b in same]
    for one, other, _, _ in names:
        for script, letters in one[0] + other[0]:
            tokens[script].append(letters)
    units = weights.Units(reader.alphabet, tokens)
    fixed = {pair: list(rows) for pair, rows in by_scripts.items()}
    chances = {}
    for s, t in weights.PAIRS:
        rows = fixed.get((s, t), [])
        chances[s, t] = weights.learn(units, s, t, [(a, b) for a, b, _ in rows], np.array([w for *_, w in rows]), rounds=4)
    tables = np.stack([weights.table(units, s, t, chances[s, t]) for s, t in weights.PAIRS])
    space, _ = new_rows()

    def weigh(one: tuple[int, np.ndarray], other: tuple[int, np.ndarray]) -> int:
        if one[0] > other[0]:
            one, other = other, one
        return align(one[1], len(one[1]), other[1], len(other[1]), one[0], other[0], weights.PAIR_NUMBER, tables, units.two, space)

    for _ in range(rounds):
        by_scripts = defaultdict(list, {pair: list(rows) for pair, rows in fixed.items()})
        for (one, _, head_a), (other, _, head_b), text_a, text_b in names:
            views = [(one, other)]
            if head_a[k.HAS_HAN] != head_b[k.HAS_HAN]:
                for view in (k.KOREAN, k.CANTONESE):
                    views.append((reader.name(text_a, view)[0] if head_a[k.HAS_HAN] else one, reader.name(text_b, view)[0] if head_b[k.HAS_HAN] else other))
            found = max((matched(a, b, weigh) for a, b in views), key=lambda rows: sum(w for *_, w in rows), default=[])
            for x, y, _ in found:
                add(x, y, 1.0)
        for s, t in weights.PAIRS:
            rows = by_scripts.get((s, t), [])
            if len(rows) > len(fixed.get((s, t), [])):
                chances[s, t] = weights.learn(units, s, t, [(a, b) for a, b, _ in rows], np.array([w for *_, w in rows]), start=chances[s, t], rounds=4)
        tables = np.stack([weights.table(units, s, t, chances[s, t]) for s, t in weights.PAIRS])
    norms = np.full(len(weights.PAIRS), 18.0, np.float32)
    for pair, rows in by_scripts.items():
        usual = [weigh((pair[0], a), (pair[1], b)) / (max(len(a), len(b)) - 2) for a, b, _ in rows[-4000:]]
        if len(usual) > 30:
            norms[weights.PAIR_NUMBER[pair]] = max(8.0, np.median(usual))
    return LetterModel(units, tables, norms)


def matched(one, other, weigh) -> list:
    """Parts of two names that answer to each other, best first; or the whole names, where one is written without divisions."""
    if not one or not other:
        return []
    rows = sorted(((weigh(x, y), i, j) for i, x in enumerate(one) for j, y in enumerate(other)), reverse=True)
    out, used_i, used_j = [], set(), set()
    for w, i, j in rows:
        if i not in used_i and j not in used_j and w > 6 * max(len(one[i][1]) - 2, len(other[j][1]) - 2):
            out.append((one[i], other[j], w))
            used_i.add(i)
            used_j.add(j)
    if len(one) != len(other):
        x, y = joined(one), joined(other)
        if x and y:
            w = weigh(x, y)
            if w > 7 * max(len(x[1]), len(y[1])) and w > sum(v for *_, v in out):
                return [(x, y, w)]
    return out
