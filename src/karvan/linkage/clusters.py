"""Clusters: nodes joined pair by pair, the surest first, and never into a person who cannot be.

A join is refused when the person would have two personal numbers, or both another sex and another birth year. The pair is counted with
its reason; it stays two people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Traits(NamedTuple):
    """What the nodes of a cluster say, as far as it can contradict: values with the number of records behind them."""

    personal_nos: frozenset[str] = frozenset()
    sexes: Mapping[str, int] = {}
    birth_years: Mapping[int, int] = {}

    def against(self, other: Traits) -> str:
        """Why the two cannot be one person; empty if they can."""
        if self.personal_nos and other.personal_nos and not self.personal_nos & other.personal_nos:
            return "two personal numbers"
        if differ(self.sexes, other.sexes) and differ(self.birth_years, other.birth_years):
            return "two sexes and two birth years"
        return ""

    def and_also(self, other: Traits) -> Traits:
        """What both say together."""
        return Traits(self.personal_nos | other.personal_nos, added(self.sexes, other.sexes), added(self.birth_years, other.birth_years))


def added(one: Mapping, other: Mapping) -> dict:
    return {value: one.get(value, 0) + other.get(value, 0) for value in [*one, *(v for v in other if v not in one)]}


def differ(one: Mapping, other: Mapping) -> bool:
    return bool(one and other) and most(one) != most(other)


def most(counted: Mapping) -> object:
    """The most frequent value; of equally frequent ones the smaller."""
    return min(counted, key=lambda value: (-counted[value], value))


@dataclass
class Clusters:
    """The result: the cluster of each node, the weakest probability on each node's way into it, and the joins refused."""

    of: dict[int, int]
    weakest: dict[int, float]
    refused: Counter[str]


def cluster(traits: dict[int, Traits], pairs: Iterable[tuple[float, int, int]]) -> Clusters:
    """Join nodes by pairs (probability, node, node) in falling probability; a cluster is named by its smallest node.

    >>> one, two, three = Traits(frozenset("A")), Traits(), Traits(frozenset("B"))
    >>> found = cluster({1: one, 2: two, 3: three}, [(0.9, 2, 3), (0.99, 1, 2)])
    >>> found.of, dict(found.refused)
    ({1: 1, 2: 1, 3: 3}, {'two personal numbers': 1})
    """
    members = {node: [node] for node in traits}
    of = {node: node for node in traits}
    weakest = dict.fromkeys(traits, 1.0)
    kept = dict(traits)
    refused: Counter[str] = Counter()
    for probability, left, right in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
        a, b = of[left], of[right]
        if a == b:
            continue
        reason = kept[a].against(kept[b])
        if reason:
            refused[reason] += 1
            continue
        if (len(members[a]), -a) < (len(members[b]), -b):
            a, b = b, a                     # the smaller one joins the larger one: it is the one that walks
        for node in members[b]:
            of[node] = a
            weakest[node] = min(weakest[node], probability)
        members[a] += members.pop(b)
        kept[a] = kept[a].and_also(kept.pop(b))
    name = {a: min(nodes) for a, nodes in members.items()}
    return Clusters({node: name[a] for node, a in of.items()}, weakest, refused)
