"""What two people who are compared look like, learned from records that are settled.

Strangers of a block are not any two people: members of a household share a surname and an address, namesakes a whole name. Taking each column
by itself counts such agreement several times. Where a record has one sure partner, its other candidates are surely other people;
their patterns, as a mixture of a few kinds of strangers, say how often other people agree on what together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from karvan.linkage.files.learning import Levels, Patterns
from karvan.linkage.files.matching import Sides, compete

if TYPE_CHECKING:
    from karvan.linkage.files.comparing import Comparison

Array = np.ndarray

SURE = 0.95
KINDS = 8               # of strangers: by chance, of a household, namesakes, born on one day ...
ROUNDS = 40
AGAIN = 6               # times that the pairs of one file are weighed once more
SETTLED_AGAIN = 4       # times that pairs are weighed by what was settled: m learned in a crowd of namesakes is far off at first
ENOUGH = 300            # settled strangers to learn from
OLD = 0.5               # weight of m as learned before, against m among the matches found
MOST_OTHERS = 0.3       # share of the matches in one file whose given names differ, above which they are relatives
OLD_OF_ONE = 0.1        # the same in one file, where what was learned before has taken relatives for matches


@dataclass
class Kinds:
    """How strangers' pairs agree: the share of each kind, and what each pattern is worth."""

    shares: Array
    levels: Array       # one row a kind: shares of levels, comparison after comparison
    strangers: int
    believed: Array     # one row a pattern: how likely each kind is


def among_strangers(patterns: Patterns, learned: Levels, pairs: Array, seed: int) -> tuple[Array, Kinds]:
    """The logarithm of how often strangers who are compared show each pattern, as a mixture of kinds; `Kinds` says which are likely in each pattern.

    Parameters
    ----------
    pairs
        Settled strangers by pattern.
    """
    marks, at = patterns.marks, np.cumsum([0, *patterns.sizes])
    believed = np.random.default_rng(seed).dirichlet(np.full(KINDS, 0.3), len(pairs))
    levels = np.empty((KINDS, at[-1]))
    for _ in range(ROUNDS):
        weighed = believed * pairs[:, None]
        shares = (weighed.sum(0) + 1) / (weighed.sum() + KINDS)
        counted = weighed.T @ marks
        for n, size in enumerate(patterns.sizes):
            part = counted[:, at[n] : at[n + 1]] + 0.5 * size * learned.u[n] + 0.02
            part /= part.sum(1, keepdims=True)
            same = np.maximum(part[:, :1], learned.u[n][0])        # relatives agree by chance as well: pairs that do are not matches for that
            levels[:, at[n] : at[n + 1]] = np.hstack([same, part[:, 1:] * (1 - same) / (1 - part[:, :1])])
        weight = marks @ np.log(levels).T + np.log(shares)
        top = weight.max(1, keepdims=True)
        believed = np.exp(weight - top)
        total = believed.sum(1, keepdims=True)
        believed /= total
    return (top + np.log(total))[:, 0], Kinds(shares, levels, int(pairs.sum()), believed)


def among_matches(patterns: Patterns, learned: Levels, matches: Array, held: float = OLD) -> list[Array]:
    """m again, from the matches found (by pattern), held to what was learned before by a share of the weight."""
    marks, at = patterns.marks, np.cumsum([0, *patterns.sizes])
    counted = marks.T @ matches
    found = []
    for n, old in enumerate(learned.m):
        new = counted[at[n] : at[n + 1]] + old
        found.append(held * old + (1 - held) * new / new.sum())
    return found


def settled_strangers(found: Array, sides: Sides) -> Array:
    """Which pairs are surely of two people: one of them has a sure partner elsewhere, where that leaves no room for a second."""
    a_once, b_once = sides.one_row
    sure = found >= SURE
    lost = np.zeros(len(found), bool)
    for once, place in ((a_once, sides.r), (b_once, sides.l)):
        if once:
            has = np.zeros(place.max() + 1, bool)
            has[place[sure]] = True
            lost |= has[place]
    return lost & (found < 1 - SURE)


def weigh_again(patterns: Patterns, place: Array, frequency: Array, found: Array, sides: Sides, learned: Levels, beyond: Array, seed: int) -> tuple[Array, Kinds | None]:
    """Probabilities of the pairs once more, against strangers as they are, and again from what that settles. Unchanged where too few records are settled.

    Parameters
    ----------
    place
        Pattern of each pair.
    frequency
        What the frequency of its values adds to a pair's weight.
    beyond
        By pattern, pairs so unlike that they were set aside before: strangers too.
    """
    kinds = None
    for _ in range(SETTLED_AGAIN):
        lost = settled_strangers(found, sides)
        if lost.sum() < ENOUGH:
            break
        open_pairs = found < 0.5
        strangers = np.bincount(place[lost], minlength=len(patterns.codes)) * (open_pairs.sum() / lost.sum()) + beyond
        density, kinds = among_strangers(patterns, learned, strangers, seed)
        m = among_matches(patterns, learned, np.bincount(place, found, len(patterns.codes)))
        weight = patterns.marks @ np.log(np.concatenate(m)) - density
        odds = sides.free_odds(float(found.sum())) * sides.rows[0] * sides.rows[1] / max(strangers.sum(), 1)
        found, learned = compete(np.exp(np.clip(weight[place] + frequency, -40, 40)) * odds, sides), Levels(m, learned.u, learned.refused)
    return found, kinds


def by_chance(patterns: Patterns, learned: Levels, kinds: Kinds, frequent: list[bool]) -> Array:
    """By pattern, how much of what strangers agree on, where the frequency of values counts, is by chance: little between relatives, who share a surname whatever it is."""
    at = np.cumsum([0, *patterns.sizes])
    chance, said = np.zeros(len(patterns.codes)), np.zeros(len(patterns.codes))
    for n, counts in enumerate(frequent):
        if counts:
            same = patterns.levels[:, n] == 0
            share = np.minimum(1.0, learned.u[n][0] / kinds.levels[:, at[n]])
            chance += same * (kinds.believed @ share)
            said += same
    return np.divide(chance, said, out=np.ones(len(chance)), where=said > 0)


def weigh_one_file(
    patterns: Patterns, place: Array, frequency: Array, found: Array, sides: Sides, learned: Levels, beyond: Array, comparisons: list[Comparison], seed: int
) -> tuple[Array, Kinds | None]:
    """Probabilities of the pairs of one file, where nothing settles a pair: strangers are all pairs, as far as they are not believed to be one person, again and again.

    Where given names differ in more matches than can be, these are taken for strangers to begin with: twins and spouses, who agree on all the rest, may be more
    than the duplicates.
    """
    frequent = [bool(c.frequency) for c in comparisons]
    kinds = None
    for n, comparison in enumerate(comparisons):
        if comparison.name in ("given", "names"):
            differ = patterns.levels[place, n] == patterns.sizes[n] - 1
            if found[differ].sum() > MOST_OTHERS * found.sum():
                found = np.where(differ, 0.0, found)
    for _ in range(AGAIN):
        strangers = np.bincount(place, 1 - found, len(patterns.codes)) + beyond
        if strangers.sum() < ENOUGH:
            break
        density, kinds = among_strangers(patterns, learned, strangers, seed)
        m = among_matches(patterns, learned, np.bincount(place, found, len(patterns.codes)), held=OLD_OF_ONE)
        weight = patterns.marks @ np.log(np.concatenate(m)) - density
        rare = frequency * by_chance(patterns, learned, kinds, frequent)[place]
        found = compete(np.exp(np.clip(weight[place] + rare, -40, 40)) * found.sum() / strangers.sum(), sides)
    return found, kinds
