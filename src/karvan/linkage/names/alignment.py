"""How likely two rows of letters are one name; compiled.

Two rows are aligned letter by letter, one or two letters at a time; each step has a weight learned for its pair of scripts (log-likelihood
ratio of "one name" to "chance", in tenths). The best alignment's sum is the weight of the two rows.
"""

from __future__ import annotations

import numpy as np

from karvan.linkage.names.compiled import compiled, compiled_maker
from karvan.linkage.names.reading import END, WHOLE, WIDTH

NOT_FOUND = 255
FAR = -100_000
STEP, TWO_STEPS = np.uint64(1), np.uint64(2)


@compiled_maker
def new_rows():  # pragma: no cover - compiled
    """Scratch space for `align` and for `deepest_loss`."""
    return np.zeros((4, WHOLE + 3), np.int32), np.zeros((9, 2 * WIDTH + 1), np.int32)


@compiled
def align(x, m, y, n, sx, sy, pairs, tables, two, rows):  # pragma: no cover - compiled
    """Weight, in tenths, of the best alignment of letters x[:m] with y[:n] of scripts sx <= sy.

    `tables[pairs[sx, sy]]` has the weights by unit of x and unit of y; unit 0 is nothing, unit 255 no unit (a weight so low that it is never
    taken); `two[script, a, b]` numbers two letters as one unit. `rows` is scratch space of 4 x (WHOLE + 3); column 0 is a margin.
    """
    table = tables[pairs[sx, sy]]
    two_x, two_y = two[sx], two[sy]
    nothing = table[0]
    pair_y = rows[3]
    first = rows[0]
    third = rows[2]
    first[0] = FAR
    first[1] = 0
    third[0] = third[1] = FAR
    rows[1, 0] = FAR
    pair_y[0] = NOT_FOUND
    length = np.uint64(n)
    for j in range(n):
        first[j + 2] = first[j + 1] + nothing[y[j]]
        third[j + 2] = FAR
        if j > 0:
            pair_y[j] = two_y[y[j - 1], y[j]]
    for i in range(m):
        now, before, twice = rows[(i + 1) % 3], rows[i % 3], rows[(i + 2) % 3]
        a = x[i]
        one = table[a]
        both = table[two_x[x[i - 1], a] if i > 0 else NOT_FOUND]
        gone = np.int32(one[0])
        left = np.int32(before[1] + gone)
        now[1] = left
        j = np.uint64(0)        # an index that cannot be negative needs no check
        while j < length:
            b = y[j]
            best = max(np.int32(before[j + STEP] + np.int32(one[b])), np.int32(twice[j + STEP] + np.int32(both[b])))
            best = max(best, np.int32(before[j + TWO_STEPS] + gone))
            best = max(best, np.int32(before[j] + np.int32(one[np.uint8(pair_y[j])])))
            left = max(best, np.int32(left + np.int32(nothing[b])))
            now[j + TWO_STEPS] = left
            j += STEP
    return rows[m % 3, n + 1]


@compiled
def deepest_loss(x, m, y, n, sx, sy, pairs, tables, two, rows):  # pragma: no cover - compiled
    """The largest loss in a row along the best alignment: small where spellings differ here and there, large where two names only begin alike.

    As `align`, of which each cell also remembers the highest sum on its way and the deepest fall below it. `rows` is scratch space of 9 x (2 * WIDTH + 1).
    """
    totals, peaks, losses = rows[0:3], rows[3:6], rows[6:9]
    table = tables[pairs[sx, sy]]
    two_x, two_y = two[sx], two[sy]
    for i in range(m + 1):
        now, before, twice = i % 3, (i + 2) % 3, (i + 1) % 3
        a = x[i - 1] if i > 0 else 0
        pair_x = two_x[x[i - 2], a] if i > 1 else NOT_FOUND
        for j in range(n + 1):
            if i == 0 and j == 0:
                totals[0, 0] = peaks[0, 0] = losses[0, 0] = 0
                continue
            best, row, column = FAR, now, j
            if i > 0:
                best, row, column = totals[before, j] + table[a, 0], before, j
            if j > 0:
                b = y[j - 1]
                step = totals[now, j - 1] + table[0, b]
                if step > best:
                    best, row, column = step, now, j - 1
                if i > 0:
                    step = totals[before, j - 1] + table[a, b]
                    if step > best:
                        best, row, column = step, before, j - 1
                    if pair_x != NOT_FOUND:
                        step = totals[twice, j - 1] + table[pair_x, b]
                        if step > best:
                            best, row, column = step, twice, j - 1
                    if j > 1:
                        pair_y = two_y[y[j - 2], b]
                        if pair_y != NOT_FOUND:
                            step = totals[before, j - 2] + table[a, pair_y]
                            if step > best:
                                best, row, column = step, before, j - 2
            peak = max(peaks[row, column], best)
            totals[now, j] = best
            peaks[now, j] = peak
            losses[now, j] = max(losses[row, column], peak - best)
    return losses[m % 3, n]


@compiled
def weigh(x, m, sx, y, n, sy, core, rows):  # pragma: no cover - compiled
    """Weight of two rows of letters of any two scripts, in usual weights of a letter of that pair. `core` are the first four of a model's weights."""
    pairs, tables, two, norms = core
    if sx <= sy:
        return align(x, m, y, n, sx, sy, pairs, tables, two, rows) / norms[pairs[sx, sy]]
    return align(y, n, x, m, sy, sx, pairs, tables, two, rows) / norms[pairs[sx, sy]]


@compiled
def weigh_stems(x, m, sx, y, n, sy, core, rows):  # pragma: no cover - compiled
    """`weigh` of the first letters of two parts, as if the parts ended there."""
    end_x, end_y = x[m - 1], y[n - 1]
    x[m - 1] = y[n - 1] = END
    weight = weigh(x, m, sx, y, n, sy, core, rows)
    x[m - 1], y[n - 1] = end_x, end_y
    return weight


@compiled
def loss_of_stems(x, m, sx, y, n, sy, core, rows):  # pragma: no cover - compiled
    """`deepest_loss` of the first letters of two parts, in usual weights of a letter."""
    pairs, tables, two, norms = core
    end_x, end_y = x[m - 1], y[n - 1]
    x[m - 1] = y[n - 1] = END
    if sx <= sy:
        loss = deepest_loss(x, m, y, n, sx, sy, pairs, tables, two, rows)
    else:
        loss = deepest_loss(y, n, x, m, sy, sx, pairs, tables, two, rows)
    x[m - 1], y[n - 1] = end_x, end_y
    return loss / norms[pairs[sx, sy]]
