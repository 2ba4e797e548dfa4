"""Endings of surnames: of men and women, and those that take the place of a Russian one; compiled."""

from __future__ import annotations

from karvan.linkage.names.alignment import weigh_stems
from karvan.linkage.names.compiled import compiled
from karvan.linkage.names.reading import ENDING, KIND, LENGTH, SCRIPT

MAN, WOMAN = 1, 2       # kinds of endings, as in -ov and in -ova
OWN_ENDING = 3          # kind of an ending that takes the place of a Russian one
SAME_STEM = 0.85        # of the usual weight of a letter, from which two surnames have one stem


@compiled
def ending_of(row, length, script, endings):  # pragma: no cover - compiled
    """The letters of a surname's ending and its kind: 1 as in -ov, 2 as in -ova, `OWN_ENDING` as in -li; nothing where it has none."""
    for e in range(endings.shape[0]):
        n = endings[e, 1]
        if endings[e, 0] == script and length - 2 > n:
            same = True
            for m in range(n):
                if row[length - 1 - n + m] != endings[e, 3 + m]:
                    same = False
                    break
            if same:
                return n, endings[e, 2]
    return 0, 0


@compiled
def gender_of_ending(row, length, script, endings):  # pragma: no cover - compiled
    """1 for an ending as in -ov, 2 for one as in -ova, 0 for others."""
    kind = ending_of(row, length, script, endings)[1]
    return 0 if kind == OWN_ENDING else kind


@compiled
def one_family(x, ix, y, iy, weights, rows):  # pragma: no cover - compiled
    """Whether two surnames are one family's, one of them without its Russian ending: Məmmədov, Məmmədli, Məmmədzadə."""
    if ix[KIND] == 0 or iy[KIND] == 0 or (ix[KIND] != OWN_ENDING and iy[KIND] != OWN_ENDING):
        return False
    m, n = ix[LENGTH] - ix[ENDING], iy[LENGTH] - iy[ENDING]
    if m < 5 or n < 5:
        return False
    return weigh_stems(x, m, ix[SCRIPT], y, n, iy[SCRIPT], weights[:4], rows) > SAME_STEM * (max(m, n) - 2)
