"""Joining by union over whole arrays: for the many that come together without anything against it. Import it inside functions: it brings Numba."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True)
def components(size, a, b):
    """Of the numbers 0..size-1, joined pair by pair (a[k], b[k]): the smallest number that each comes together with.

    >>> components(4, np.array([3]), np.array([1])).tolist()
    [0, 1, 2, 1]
    """
    parent = np.arange(size)
    for k in range(len(a)):
        x, y = root(parent, a[k]), root(parent, b[k])
        if x < y:
            parent[y] = x
        elif y < x:
            parent[x] = y
    for i in range(size):
        parent[i] = root(parent, i)
    return parent


@njit(cache=True)
def joined(size, a, b, probability):
    """Numbers 0..size-1 joined in the order given: the smallest number that each comes together with, and the weakest probability on its way there.

    As `karvan.linkage.clusters.cluster` joins where nothing is refused: the smaller cluster walks, of equal ones that of the later name.

    >>> of, weakest = joined(4, np.array([1, 2]), np.array([2, 3]), np.array([0.99, 0.9]))
    >>> of.tolist(), weakest.tolist()
    ([0, 1, 1, 1], [1.0, 1.0, 0.99, 0.9])
    """
    of, members, following, last = np.arange(size), np.ones(size, np.int64), np.full(size, -1, np.int64), np.arange(size)
    weakest = np.ones(size)
    for k in range(len(a)):
        stays, walks = of[a[k]], of[b[k]]
        if stays == walks:
            continue
        if members[stays] < members[walks] or (members[stays] == members[walks] and stays > walks):
            stays, walks = walks, stays
        i = walks
        while i >= 0:
            of[i] = stays
            weakest[i] = min(weakest[i], probability[k])
            i = following[i]
        following[last[stays]] = walks      # its members, first to last, follow those that stay
        last[stays] = last[walks]
        members[stays] += members[walks]
    smallest = np.full(size, size, np.int64)
    for i in range(size):
        smallest[of[i]] = min(smallest[of[i]], i)
    for i in range(size):
        of[i] = smallest[of[i]]
    return of, weakest
