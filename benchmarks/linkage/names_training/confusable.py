"""Names that look or sound alike and are not the same: Elnur and Elman, Johnson and Jackson."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache

import numpy as np
import weights
from learn_letters import LetterModel, Reader
from reading import listed_names

from karvan.linkage.names.alignment import align, new_rows
from karvan.linkage.names.forms import skeleton

LEAST_COUNT = 3             # spellings met less often may be slips
ALIKE, THE_SAME = 0.15, 0.66    # share of the usual weight by letter; above that, two spellings may be one name
TRIED, KEPT = 200, 6


class Confusable:
    """Finds, for a name part, another name part of the same script that is close to it.

    Two spellings with a counterpart in common, in any other script, are variants of one name and are never offered as different names.
    """

    def __init__(self, reader: Reader, model: LetterModel, parts: list[tuple[str, str, str, int]], seed: int) -> None:
        self.reader, self.model = reader, model
        self.rng = random.Random(seed)
        self.rows, _ = new_rows()
        self.counterparts: dict[str, set[str]] = defaultdict(set)
        self.pool: dict[tuple[int, int], list[tuple[str, np.ndarray]]] = defaultdict(list)
        known: dict[str, int] = defaultdict(int)
        for latin, native, _, count in parts:
            self.counterparts[latin].add(native)
            self.counterparts[native].add(latin)
            known[latin] += count
            known[native] += count
        for text in sorted(t for t, count in known.items() if count >= LEAST_COUNT and len(t) > 2):
            read = reader.name(text)[0]
            if len(read) == 1:
                self.pool[read[0][0], int(read[0][1][1])].append((text, read[0][1]))
        self.other = cache(self._other)
        self.listed: dict[int, list[tuple[int, str, np.ndarray]]] = defaultdict(list)      # by script, spellings with the number of their name
        self.number: dict[str, int] = {}
        for number, line in enumerate(listed_names()):
            for text in line:
                [(script, letters)] = reader.name(text)[0]
                self.listed[script].append((number, text, letters))
                self.number[text.lower()] = number
        self.listed_other = cache(self._listed_other)

    def _other(self, part: str) -> tuple[str, ...]:
        read = self.reader.name(part)[0]
        if len(read) != 1:
            return ()
        script, letters = read[0]
        pool = self.pool.get((script, int(letters[1])), [])
        norm = self.model.norms[weights.PAIR_NUMBER[script, script]]
        found = []
        for text, other in self.rng.sample(pool, min(TRIED, len(pool))):
            weight = align(letters, len(letters), other, len(other), script, script, weights.PAIR_NUMBER, self.model.tables, self.model.units.two, self.rows)
            rate = weight / norm / (max(len(letters), len(other)) - 2)
            if ALIKE < rate < THE_SAME and skeleton(text) != skeleton(part) and not self.counterparts.get(part.lower(), set()) & self.counterparts[text]:
                found.append((rate, text))
        return tuple(text for _, text in sorted(found, reverse=True)[:KEPT])

    def _listed_other(self, part: str) -> tuple[str, ...]:
        """Names of another line of the list that are near a listed one, however near."""
        number, read = self.number.get(part.lower()), self.reader.name(part)[0]
        if number is None or len(read) != 1:
            return ()
        script, letters = read[0]
        norm = self.model.norms[weights.PAIR_NUMBER[script, script]]
        found = []
        for line, text, other in self.listed[script]:
            if line != number:
                weight = align(letters, len(letters), other, len(other), script, script, weights.PAIR_NUMBER, self.model.tables, self.model.units.two, self.rows)
                rate = weight / norm / (max(len(letters), len(other)) - 2)
                if rate > ALIKE:
                    found.append((rate, text))
        return tuple(text for _, text in sorted(found, reverse=True)[:KEPT])

    def of_the_list(self, part: str) -> str | None:
        """Another name of the list that is near a listed one, or None."""
        found = self.listed_other(part)
        return self.rng.choice(found) if found else None

    def __call__(self, part: str) -> str | None:
        """One of the close ones, or None."""
        found = self.other(part)
        return self.rng.choice(found).capitalize() if found else None
