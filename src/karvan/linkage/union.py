"""Joining by union: which numbered things belong together."""

from __future__ import annotations

from karvan.linkage.apart import Sides, divided


class Groups:
    """Numbers in groups, each by itself at first; the smallest number of a group is its root, whatever the order of joining.

    `sides` keeps apart what must not come together: groups on different sides of a label never join.

    >>> groups = Groups()
    >>> groups.join(3, 1), groups.join(1, 3)
    (True, False)
    >>> [groups.root(i) for i in range(4)]
    [0, 1, 2, 1]
    >>> apart = Groups({0: {"decision D1": 0}, 1: {"decision D1": 1}})
    >>> apart.join(0, 2), apart.join(2, 1)
    (True, False)
    """

    def __init__(self, sides: Sides | None = None) -> None:
        self.parent: dict[int, int] = {}
        self.sides = {number: dict(labels) for number, labels in (sides or {}).items()}

    def root(self, i: int) -> int:
        parent = self.parent
        while (up := parent.get(i, i)) != i:
            parent[i] = parent.get(up, up)
            i = parent[i]
        return i

    def divided(self, a: int, b: int) -> str:
        """The label that keeps the groups of two numbers apart; empty if none does."""
        return divided(self.sides.get(self.root(a), {}), self.sides.get(self.root(b), {})) if self.sides else ""

    def join(self, a: int, b: int) -> bool:
        """Join two groups; False if they were one, or must not be."""
        a, b = self.root(a), self.root(b)
        if a == b or self.divided(a, b):
            return False
        if b < a:
            a, b = b, a
        self.parent[b] = a
        if b in self.sides:
            self.sides[a] = self.sides.get(a, {}) | self.sides.pop(b)
        return True
