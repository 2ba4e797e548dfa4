"""From evidence to a probability: boosted trees as plain arrays; compiled."""

from __future__ import annotations

import numpy as np

from karvan.linkage.names.compiled import compiled, compiled_maker
from karvan.linkage.names.evidence import evidence


@compiled
def log_odds(rows, roots, feature, split, left, value, depth, out):  # pragma: no cover - compiled
    """Sum of the leaves that each row of evidence falls into.

    Node `at` sends a row to `left[at]` when `row[feature[at]] <= split[at]`, else to the node after that; a leaf sends it to itself. All trees
    are walked `depth` steps, without a question in between: so a processor works on several rows at once.
    """
    for tree in range(roots.shape[0]):
        root = roots[tree]
        for k in range(rows.shape[0]):
            at = root
            for _ in range(depth):
                at = left[at] + np.int32(rows[k, feature[at]] > split[at])
            out[k] += value[at]


@compiled_maker
def score(codes_a, starts_a, codes_b, starts_b, reader, weights, forest, rows, out):  # pragma: no cover - compiled
    """Probabilities of pairs of names; 0 where a name has no letters. `rows` is scratch space for as many rows of evidence."""
    roots, feature, split, left, value, depth = forest
    n = starts_a.shape[0] - 1
    evidence(codes_a, starts_a, codes_b, starts_b, reader, weights, rows)
    out[:n] = 0
    log_odds(rows[:n], roots, feature, split, left, value, depth[0], out)
    for k in range(n):
        out[k] = 1.0 / (1.0 + np.exp(-out[k])) if rows[k, 2] >= 0 else 0.0
