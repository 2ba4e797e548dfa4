"""What agreement says, learned from the two files alone: m, how often records of one person agree, and u, how often records of two people do.

Pairs with the same levels in every comparison are one pattern, so that everything is learned from a table of patterns, however many pairs
there are. u comes from pairs drawn by lot; m by expectation maximisation inside each block key, for the comparisons that the key does not rest on.

Source: Fellegi and Sunter, 1969; Winkler, 2000 (frequencies); Sadinle, 2017 (comparison levels and one-to-one matching).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from karvan.linkage.files.across import score_names
from karvan.linkage.files.blocking import Key
from karvan.linkage.files.comparing import Comparison, joined

if TYPE_CHECKING:
    import duckdb

Array = np.ndarray

DRAWN_PAIRS = 120_000
DRAWN_NAMES = 40_000    # where names are compared across scripts, which takes longer
SMALLEST = 1e-7
NEVER_SEEN = 2e-4       # m of a level that no match has shown: nothing is impossible between two records of one person
USUAL_SAME = 0.88       # what is taken for m of full agreement until the data say otherwise
AS_GOOD_AS = 20.0       # matches that this is worth
TEACHING_PAIRS = 50     # a key with fewer pairs teaches nothing
ROUNDS = 60
STILL = 1e-5
MOST_DIFFERENT = 0.35   # m of disagreement above this makes no sense: the key taught its strangers


@dataclass
class Levels:
    """m and u by comparison, and what was not believed."""

    m: list[Array]
    u: list[Array]
    refused: list[str] = field(default_factory=list)

    def weight(self, patterns: Patterns) -> Array:
        """By pattern, the logarithm of how much likelier it is between records of one person."""
        return patterns.marks @ np.concatenate([np.log(m / u) for m, u in zip(self.m, self.u, strict=True)])


@dataclass
class Patterns:
    """Every combination of levels that occurs: `levels` (one row a pattern, -1 where not said), by key the pairs of each, and of all keys together."""

    codes: Array
    levels: Array
    pairs: Array
    by_key: list[Array]
    sizes: list[int]

    def with_codes(self, codes: Array) -> Patterns:
        """The same patterns and some more, of which no pair was counted."""
        every = np.union1d(self.codes, codes)
        at = np.searchsorted(every, self.codes)
        pairs = np.zeros(len(every))
        pairs[at] = self.pairs
        return Patterns(every, levels_of(every, self.sizes), pairs, [], self.sizes)

    @property
    def marks(self) -> Array:
        """One column for each level of each comparison: 1 where the pattern has it."""
        marks = np.zeros((len(self.levels), sum(self.sizes)))
        start = 0
        for n, size in enumerate(self.sizes):
            said = np.flatnonzero(self.levels[:, n] >= 0)
            marks[said, start + self.levels[said, n]] = 1
            start += size
        return marks


def usual(size: int) -> Array:
    """m before anything is learned: full agreement mostly, the rest shared out."""
    return np.array([USUAL_SAME, *([(1 - USUAL_SAME) / (size - 1)] * (size - 1))])


def code_sql(comparisons: list[Comparison]) -> str:
    """A pattern as one number, its levels in a mixed radix."""
    code = "0::bigint"
    for comparison in comparisons:
        code = f"({code} * {len(comparison.labels) + 1} + {comparison.sql} + 1)"
    return code


def levels_of(codes: Array, sizes: list[int]) -> Array:
    levels = np.empty((len(codes), len(sizes)), dtype=np.int64)
    rest = codes.copy()
    for n in range(len(sizes) - 1, -1, -1):
        levels[:, n] = rest % (sizes[n] + 1) - 1
        rest //= sizes[n] + 1
    return levels


def patterns_of(con: duckdb.DuckDBPyConnection, table: str, comparisons: list[Comparison], keys: int) -> Patterns:
    """The patterns of a table of compared pairs (`code`, `keys`)."""
    said = con.execute(f"select code, keys, count(*) as n from {table} group by code, keys order by code, keys").fetchnumpy()
    sizes = [len(c.labels) for c in comparisons]
    codes, place = np.unique(np.asarray(said["code"], dtype=np.int64), return_inverse=True)
    bits, n = np.asarray(said["keys"], dtype=np.int64), np.asarray(said["n"], dtype=float)
    by_key = [np.bincount(place, n * (bits >> key & 1), len(codes)) for key in range(keys)]
    return Patterns(codes, levels_of(codes, sizes), np.bincount(place, n, len(codes)), by_key, sizes)


def shares_among_all(con: duckdb.DuckDBPyConnection, comparisons: list[Comparison], *, two: bool, seed: int) -> list[Array]:
    """By comparison, the share of each level among all possible pairs: full agreement counted, the other levels from pairs drawn by lot."""
    across = any(c.across for c in comparisons)
    con.execute("create or replace temp table typical as select rid, side, row_number() over (partition by side order by rid) - 1 as n from records where typical")
    sizes = dict(con.execute("select side, count(*) from typical group by side").fetchall())
    first, second, other = sizes[0], sizes[1] if two else sizes[0], 1 if two else 0
    con.execute(f"""
        create or replace temp table drawn as
        select distinct x.rid as l, y.rid as r from range({DRAWN_NAMES if across else DRAWN_PAIRS}) t(i)
        join typical x on x.side = 0 and x.n = hash(i, {seed}, 1) % {first} join typical y on y.side = {other} and y.n = hash(i, {seed}, 2) % {second} where x.rid <> y.rid
    """)
    if across:
        score_names(con, "drawn")
    con.execute(f"create or replace temp table drawn_compared as select {code_sql(comparisons)} as code, 0 as keys from {joined(comparisons, 'drawn')}")
    drawn = patterns_of(con, "drawn_compared", comparisons, 0)
    con.execute("drop table typical; drop table drawn; drop table drawn_compared")
    found = []
    for n, comparison in enumerate(comparisons):
        level = drawn.levels[:, n]
        counts = np.bincount(level[level >= 0], drawn.pairs[level >= 0], drawn.sizes[n]) + 0.25
        share = counts / counts.sum()
        if comparison.frequency:
            exact = same_share(con, comparison.frequency, two=two)
            share[1:] *= (1 - exact) / share[1:].sum()
            share[0] = exact
        found.append(share)
    return found


def same_share(con: duckdb.DuckDBPyConnection, column: str, *, two: bool) -> float:
    """Share of all possible pairs that have the same value in a column, among those where both say something."""
    counts = f"select count(*) filter (side = 0)::double as a, count(*) filter (side = 1)::double as b from records where typical and {column} is not null group by {column}"
    pairs, possible = ("sum(a * b)", "sum(a) * sum(b)") if two else ("sum(a * (a - 1))", "sum(a) * (sum(a) - 1)")
    [(same, of)] = con.execute(f"select {pairs}, {possible} from ({counts})").fetchall()
    return min(max((same or 0) / of, SMALLEST), 1 - SMALLEST) if of else 0.5


def strangers(among_all: list[Array], m: list[Array], matches: float, possible: float) -> list[Array]:
    """u: what is left of the shares among all pairs when the matches hidden in them are taken out. In small files they are many."""
    hidden = min(matches / max(possible, 1), 0.9)
    found = []
    for share, of_match in zip(among_all, m, strict=True):
        left = np.maximum((share - hidden * of_match) / (1 - hidden), np.maximum(share / 20, max(SMALLEST, 1 / max(possible, 1))))
        found.append(left / left.sum())
    return found


def learn(patterns: Patterns, comparisons: list[Comparison], keys: list[Key], among_all: list[Array], *, expected: float, possible: float) -> Levels:
    """m and u for every comparison.

    Parameters
    ----------
    among_all
        Shares of levels among all possible pairs.
    expected, possible
        Matches that there may be at most, and pairs.
    """
    marks = patterns.marks
    at = np.cumsum([0, *patterns.sizes])
    m = [usual(size) for size in patterns.sizes]
    u = strangers(among_all, m, 0.5 * expected, possible)
    for _ in range(2):
        taught = [AS_GOOD_AS * usual(size) for size in patterns.sizes]
        refused = []
        for key, pairs in zip(keys, patterns.by_key, strict=True):
            used = {part.column for part in key.parts}
            used |= {"given", "surname"} if "names" in used else set()
            free = [n for n, comparison in enumerate(comparisons) if not set(comparison.uses) & used]
            if len(free) < 2 or pairs.sum() < TEACHING_PAIRS:
                continue
            inside, matches = maximise(marks, at, pairs, free, u)
            for n in free:
                if sensible(inside[n], u[n]):
                    taught[n] += inside[n] * matches
                else:
                    refused.append(f"{comparisons[n].name} in {key.name}")
        m = [np.maximum(t / t.sum(), NEVER_SEEN) for t in taught]
        m = [t / t.sum() for t in m]
        u = strangers(among_all, m, 0.7 * expected, possible)
    return Levels(m, u, refused)


def maximise(marks: Array, at: Array, pairs: Array, free: list[int], u: list[Array]) -> tuple[dict[int, Array], float]:
    """Expectation maximisation inside one block: m of the comparisons it does not rest on, with u held; and the matches found."""
    m = {n: usual(len(u[n])) for n in free}
    share = 0.3
    for _ in range(ROUNDS):
        weight = np.full(len(pairs), np.log(share / (1 - share)))
        for n in free:
            weight += marks[:, at[n] : at[n + 1]] @ np.log(m[n] / u[n])
        believed = pairs / (1 + np.exp(-np.clip(weight, -50, 50)))
        before, share = share, float(np.clip(believed.sum() / pairs.sum(), SMALLEST, 1 - SMALLEST))
        for n in free:
            counted = marks[:, at[n] : at[n + 1]].T @ believed + usual(len(u[n]))
            m[n] = counted / counted.sum()
        if abs(share - before) < STILL:
            break
    return m, share * float(pairs.sum())


def sensible(m: Array, u: Array) -> bool:
    """Whether what was learned says what it must: full agreement speaks for one person, disagreement against, and few matches disagree.

    >>> sensible(np.array([0.9, 0.1]), np.array([0.1, 0.9]))
    True
    >>> sensible(np.array([0.4, 0.6]), np.array([0.1, 0.9]))     # learned in a block of strangers
    False
    """
    return bool(m[0] > u[0] and m[-1] < u[-1] and m[-1] < MOST_DIFFERENT)
