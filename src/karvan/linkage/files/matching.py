"""From how much a pair agrees to how probable it is, when records compete: a record has at most one partner in a file with one row a person.

A pair's odds are those of two records that are still free; belief propagation over the graph of pairs then lets every record's candidates compete.
On a tree this is exact; elsewhere close. Where a side may have several rows of a person, only the other side's records choose.

Source: Bayati, Shah and Sharma, 2008; Sadinle, 2017 (the prior of a matching).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

ROUNDS = 14
SECOND = 0.1            # chance that a person has a second entry where rows are told together by a number: some lack it, some have another's
FEWEST_FREE = 0.01      # share of a file that is taken to have no partner at least


@dataclass
class Sides:
    """Pairs as places in the two files, the files' rows (those that are typical), and whether a person has one row in them."""

    l: Array  # noqa: E741
    r: Array
    rows: tuple[float, float]
    one_row: tuple[bool, bool]
    second: tuple[float, float] = (0.0, 0.0)     # chance of a second entry all the same

    def free_odds(self, matches: float) -> float:
        """Odds before comparing that two records without a partner are one person: matches among the pairs of free records."""
        free = [max(rows - matches, FEWEST_FREE * rows) if one else rows for rows, one in zip(self.rows, reversed(self.one_row), strict=True)]
        return max(matches, 0.5) / (free[0] * free[1])


def compete(odds: Array, sides: Sides) -> Array:
    """The probability of each pair when the candidates of a record compete.

    Two candidates of one record, one a hundred times likelier than the other:

    >>> sides = Sides(np.array([0, 1]), np.array([0, 0]), (2, 1), (True, True))
    >>> compete(np.array([100.0, 1.0]), sides).round(2).tolist()
    [0.98, 0.01]
    """
    second_a, second_b = sides.second
    a_once, b_once = sides.one_row      # a has one row a person: a record of b has at most one partner in a
    if not a_once and not b_once:
        return odds / (1 + odds)
    if not b_once:
        return odds / (1 + np.bincount(sides.r, odds, int(sides.rows[1]))[sides.r])
    if not a_once:
        return odds / (1 + np.bincount(sides.l, odds, int(sides.rows[0]))[sides.l])
    from_l, from_r = odds.copy(), odds.copy()
    for _ in range(ROUNDS):
        at_l, at_r = np.bincount(sides.l, from_r, int(sides.rows[0])), np.bincount(sides.r, from_l, int(sides.rows[1]))
        next_l = odds * (second_b + (1 - second_b) / (1 + np.maximum(at_l[sides.l] - from_r, 0)))
        next_r = odds * (second_a + (1 - second_a) / (1 + np.maximum(at_r[sides.r] - from_l, 0)))
        from_l, from_r = (from_l + next_l) / 2, (from_r + next_r) / 2
    both = from_l * from_r / odds
    return both / (1 + both)


def settle(weight: Array, sides: Sides, *, expected: float) -> tuple[Array, float]:
    """Probabilities of the pairs and the number of matches, each from the other until they stand still.

    Parameters
    ----------
    weight
        Logarithm of how much likelier the agreement of a pair is between records of one person than between two people.
    expected
        The number of matches to begin with.
    """
    likely = np.exp(np.clip(weight, -40, 40))
    matches = expected
    for _ in range(30):
        found = compete(likely * sides.free_odds(matches), sides)
        before, matches = matches, float(found.sum())
        if abs(matches - before) < 0.001 * max(matches, 1):
            break
    return found, matches
