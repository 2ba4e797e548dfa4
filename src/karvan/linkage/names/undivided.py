"""A Han or Hangul name without divisions against one in parts: its surname is the first character, and must answer to one part, the rest to the others; compiled."""

from __future__ import annotations

import numpy as np

from karvan.linkage.names.alignment import weigh
from karvan.linkage.names.compiled import compiled
from karvan.linkage.names.reading import END, FIRST, LENGTH, PARTS, SCRIPT, START

NOT_SO = -3.0       # where neither name is undivided, or the other has not two or three parts


@compiled
def halves_of_undivided(a, b, weights, rows, one, rest):  # pragma: no cover - compiled
    """How well the surname and how well the given name answer, by letter, in the division of the other name that fits best."""
    if a[2][PARTS] == 1 and a[1][0, FIRST] > 0 and 2 <= b[2][PARTS] <= 3:
        return halves(a, b, weights, rows, one, rest)
    if b[2][PARTS] == 1 and b[1][0, FIRST] > 0 and 2 <= a[2][PARTS] <= 3:
        return halves(b, a, weights, rows, one, rest)
    return NOT_SO, NOT_SO


@compiled
def halves(x, y, weights, rows, one, rest):  # pragma: no cover - compiled
    """Halves of the undivided name x against the parts of y. `one` and `rest` are scratch space."""
    lx, ix = x[0][0], x[1][0]
    ly, iy, hy = y
    first, length, script = ix[FIRST], ix[LENGTH], ix[SCRIPT]
    surname, given = NOT_SO, NOT_SO
    for m in range(first):
        one[m] = lx[m]
    one[first] = END
    for j in range(hy[PARTS]):
        s = weigh(one, first + 1, script, ly[j], iy[j, LENGTH], iy[j, SCRIPT], weights[:4], rows) / (max(first + 1, iy[j, LENGTH]) - 2)
        if s + 2.0 <= surname + given:
            continue
        rest[0] = START
        n = 1
        for other in range(hy[PARTS]):
            if other != j and n + iy[other, LENGTH] < rest.shape[0]:
                for m in range(1, iy[other, LENGTH] - 1):
                    rest[n] = ly[other, m]
                    n += 1
        rest[n] = END
        end = first - 1
        before = lx[end]
        lx[end] = START
        g = weigh(lx[end:length], length - end, script, rest, n + 1, iy[j, SCRIPT], weights[:4], rows) / (max(length - end, n + 1) - 2)
        lx[end] = before
        if s + g > surname + given:
            surname, given = max(s, NOT_SO), max(g, NOT_SO)
    return np.float32(surname), np.float32(given)
