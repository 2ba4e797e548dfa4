"""Clusters: nodes joined pair by pair, the surest first, and never into a person who cannot be.

What people decided comes before every score. A join is refused when the person would have two personal numbers, both another sex and another birth year or
given name, or stand on both sides of a decision or of something that cannot be (two births, two places at once). Because the surest pairs join
first, the pair that is refused is the weakest on the way between the two: an impossible cluster is cut at its weakest edge. It stays two people, with the reason.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from karvan.linkage.apart import DECISION, PERSONAL, divided
from karvan.linkage.circumstances import NAMESAKES
from karvan.linkage.numbers import names_differ

SURE = 1.0
DOUBTED = "what other records of the two show"
Doubts = Mapping[int, Mapping[int, float]]      # of a node, other nodes and the bits against the two being one person


class Traits(NamedTuple):
    """What the nodes of a cluster say, as far as it can contradict: values with the number of records behind them."""

    personal_nos: frozenset[str] = frozenset()
    sexes: Mapping[str, int] = {}
    birth_years: Mapping[int, int] = {}
    names: Mapping[tuple[str, str], int] = {}       # given names and surname
    sides: Mapping[str, int | str] = {}

    def against(self, other: Traits) -> str:
        """Why the two cannot be one person; empty if they can."""
        if label := self.kept_apart(other):
            return label
        if self.personal_nos and other.personal_nos and not self.personal_nos & other.personal_nos:
            return PERSONAL
        if differ(self.sexes, other.sexes) and differ(self.birth_years, other.birth_years):
            return "two sexes and two birth years"
        if differ(self.sexes, other.sexes) and self.names and other.names and names_differ(*most(self.names), *most(other.names)):
            return "two sexes and two names"
        return ""

    def kept_apart(self, other: Traits, *, only: str = "") -> str:
        """The decision or impossibility that keeps the two apart, without its number; empty if none does."""
        return divided(self.sides, other.sides, only=only).partition(" #")[0] if self.sides and other.sides else ""

    def and_also(self, other: Traits) -> Traits:
        """What both say together."""
        return Traits(
            self.personal_nos | other.personal_nos, added(self.sexes, other.sexes), added(self.birth_years, other.birth_years), added(self.names, other.names),
            {**self.sides, **other.sides} if self.sides or other.sides else {},
        )  # fmt: skip


def added(one: Mapping, other: Mapping) -> dict:
    return {value: one.get(value, 0) + other.get(value, 0) for value in [*one, *(v for v in other if v not in one)]}


def differ(one: Mapping, other: Mapping) -> bool:
    return bool(one and other) and most(one) != most(other)


def most(counted: Mapping) -> Any:
    """The most frequent value; of equally frequent ones the smaller."""
    return min(counted, key=lambda value: (-counted[value], value))


@dataclass
class Clusters:
    """The result: the cluster of each node, the weakest probability on each node's way into it, the pairs refused with why, and how often each reason."""

    of: dict[int, int]
    weakest: dict[int, float]
    cuts: list[tuple[int, int, float, str]]
    refused: Counter[str]


def cluster(traits: dict[int, Traits], pairs: Iterable[tuple[float, int, int]], decided: Iterable[tuple[int, int, str]] = (), doubts: Doubts | None = None, threshold: float = 0.0) -> Clusters:
    """Join nodes that were decided to be one person (node, node, label), then by pairs (probability, node, node) in falling probability.

    `doubts`: what circumstances of any two nodes say against one person holds of the clusters that they are in, so a pair must reach `threshold` with the worst of it. A cluster is named by its smallest node.

    >>> one, two, three = Traits(frozenset("A")), Traits(), Traits(frozenset("B"))
    >>> found = cluster({1: one, 2: two, 3: three}, [(0.9, 2, 3), (0.99, 1, 2)])
    >>> found.of, found.cuts
    ({1: 1, 2: 1, 3: 3}, [(2, 3, 0.9, 'two personal numbers')])
    >>> cluster({1: one, 2: two, 3: three}, [], decided=[(1, 3, "decision D1")]).of     # people may know better
    {1: 1, 2: 2, 3: 1}
    >>> cluster({1: Traits(), 2: Traits(), 3: Traits()}, [(0.99, 1, 2), (0.95, 2, 3)], doubts={1: {3: -5.0}, 3: {1: -5.0}}, threshold=0.9).of    # 1 and 3 show journeys that do not fit
    {1: 1, 2: 1, 3: 3}
    """
    members = {node: [node] for node in traits}
    of = {node: node for node in traits}
    weakest = dict.fromkeys(traits, SURE)
    kept = dict(traits)
    cuts: list[tuple[int, int, float, str]] = []
    by_people = [(SURE, left, right, True) for left, right, _ in decided]
    by_score = [(probability, left, right, False) for probability, left, right in sorted(pairs, key=lambda p: (-p[0], p[1], p[2]))]
    for probability, left, right, decision in (*by_people, *by_score):
        a, b = of[left], of[right]
        if a == b:
            continue
        reason = kept[a].kept_apart(kept[b], only=DECISION) if decision else kept[a].against(kept[b])
        if not reason and doubts and not decision:
            reason = doubted((left, right), members[a], members[b], of, doubts, probability, threshold)
        if reason:
            cuts.append((left, right, probability, reason))
            continue
        if (len(members[a]), -a) < (len(members[b]), -b):
            a, b = b, a                     # the smaller one joins the larger one: it is the one that walks
        for node in members[b]:
            of[node] = a
            weakest[node] = min(weakest[node], probability)
        members[a] += members.pop(b)
        kept[a] = kept[a].and_also(kept.pop(b))
    name = {a: min(nodes) for a, nodes in members.items()}
    return Clusters({node: name[a] for node, a in of.items()}, weakest, cuts, Counter(reason.partition(" D")[0] for *_, reason in cuts))


def doubted(pair: tuple[int, int], one: list[int], other: list[int], of: Mapping[int, int], doubts: Doubts, probability: float, threshold: float) -> str:
    """Why two clusters stay apart although a pair of theirs is probable; empty if nothing in their other records speaks against, or too little."""
    smaller, to = (one, of[other[0]]) if len(one) < len(other) else (other, of[one[0]])
    worst = min((bits for node in smaller for near, bits in doubts.get(node, {}).items() if of.get(near) == to and {node, near} != {*pair}), default=0.0)
    if worst == 0:
        return ""
    weight = min(math.log2(max(probability, 1e-9) / max(1 - probability, 1e-9)), NAMESAKES) + worst
    return DOUBTED if weight < math.log2(threshold / (1 - threshold)) else ""
