"""Joining by union: which numbered things belong together."""

from __future__ import annotations


class Groups:
    """Numbers 0..n-1 in groups; the smallest number of a group is its root, whatever the order of joining.

    >>> groups = Groups(4)
    >>> groups.join(3, 1), groups.join(1, 3)
    (True, False)
    >>> [groups.root(i) for i in range(4)]
    [0, 1, 2, 1]
    """

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, i: int) -> int:
        parent = self.parent
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(self, a: int, b: int) -> bool:
        """Join two groups; False if they were one."""
        a, b = self.root(a), self.root(b)
        if a == b:
            return False
        if b < a:
            a, b = b, a
        self.parent[b] = a
        return True
