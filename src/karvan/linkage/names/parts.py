"""Which parts of two names answer to each other; compiled.

A name is a tuple of letters, facts of parts and facts of the whole (`reading.new_name`). `taken_a`, `taken_b` mark parts that have a partner;
`match[i, j]` tells how part i of the first name and part j of the second were taken together; sums go to `found`.
"""

from __future__ import annotations

import numpy as np

from karvan.linkage.names.alignment import loss_of_stems, weigh, weigh_stems
from karvan.linkage.names.compiled import compiled, compiled_maker
from karvan.linkage.names.endings import MAN, OWN_ENDING, WOMAN, ending_of, one_family
from karvan.linkage.names.reading import (
    CHARS,
    COMMA_AT,
    ENDING,
    FATHER,
    FLAGS,
    INITIAL,
    KIND,
    KNOWN,
    LENGTH,
    MARK,
    MOST_PARTS,
    NUMBER,
    PARTICLE,
    PARTS,
    SCRIPT,
    STEM,
)
from karvan.linkage.names.vocabulary import known_number, told

LEAST_RATE = 0.3        # of the usual weight of a letter: a pair of parts below this answers by chance
KNOWN_RATE = 0.85       # of two spellings that are listed as one name
OTHER_RATE = 0.2        # of two spellings that are listed as two names: they are not taken together
CUT_AT = 28             # names of this many characters may have been cut by a document's zone
ALONE, JOINED, CUT_OFF, INITIAL_OF = 1, 2, 3, 4     # how parts were taken together

# What `found` holds
COUNT, TOTAL, RATES, WORST, TOP, LEAST, JOINS, CUT, RARITY, RAREST, LOSS, LOSSES, LOSS_FATHER, FATHER_RATE, INVERSIONS, GENDER, AGREE, DIFFER, ALIKE, MET, NEVER_MET = range(21)
FOUND = 21


@compiled
def clear(found):  # pragma: no cover - compiled
    found[:] = 0
    found[WORST], found[TOP], found[LEAST], found[FATHER_RATE] = 9.0, -9.0, 99.0, -9.0


@compiled
def add(found, weight, rate, seldom, share):  # pragma: no cover - compiled
    """Count a pair of parts; what is seldom counts by the share that agrees."""
    found[COUNT] += 1
    found[TOTAL] += weight
    found[RATES] += rate
    found[WORST], found[TOP], found[LEAST] = min(found[WORST], rate), max(found[TOP], rate), min(found[LEAST], weight)
    found[RARITY] += seldom * share
    found[RAREST] = max(found[RAREST], seldom * share)


@compiled
def spelling_key(row, length, script):  # pragma: no cover - compiled
    """A number for the letters of a part, for looking it up among spellings known to be one name."""
    key = np.uint64(1469598103934665603) ^ np.uint64(script)
    for m in range(1, length - 1):
        key = (key ^ np.uint64(row[m])) * np.uint64(1099511628211)
    return key


@compiled
def name_number(row, length, script, spellings, names):  # pragma: no cover - compiled
    """The number of the name that a spelling is known to be of; -1 for spellings not listed. `spellings` are sorted keys."""
    key = spelling_key(row, length, script)
    at = np.searchsorted(spellings, key)
    return names[at] if at < spellings.shape[0] and spellings[at] == key else -1


@compiled
def weigh_parts(a, b, weights, rows, weight, rate):  # pragma: no cover - compiled
    """Weight of each part with each, patronymics by their stems; and the same by letter. Spellings known to be one name answer well."""
    weight[:], rate[:] = -99.0, -9.0
    la, ia, ha = a
    lb, ib, hb = b
    for i in range(ha[PARTS]):
        ia[i, NUMBER] = name_number(la[i], ia[i, LENGTH], ia[i, SCRIPT], weights[7], weights[8])
        ia[i, KNOWN] = known_number(la[i], ia[i, LENGTH], ia[i, SCRIPT], weights)
        ia[i, ENDING], ia[i, KIND] = ending_of(la[i], ia[i, LENGTH], ia[i, SCRIPT], weights[6])
    for j in range(hb[PARTS]):
        ib[j, NUMBER] = name_number(lb[j], ib[j, LENGTH], ib[j, SCRIPT], weights[7], weights[8])
        ib[j, KNOWN] = known_number(lb[j], ib[j, LENGTH], ib[j, SCRIPT], weights)
        ib[j, ENDING], ib[j, KIND] = ending_of(lb[j], ib[j, LENGTH], ib[j, SCRIPT], weights[6])
    for i in range(ha[PARTS]):
        for j in range(hb[PARTS]):
            if not (ia[i, FLAGS] | ib[j, FLAGS]) & MARK:
                m, n = ia[i, STEM], ib[j, STEM]
                weight[i, j] = weigh_stems(la[i], m, ia[i, SCRIPT], lb[j], n, ib[j, SCRIPT], weights[:4], rows)
                rate[i, j] = weight[i, j] / (max(m, n) - 2)
                if ia[i, NUMBER] >= 0 and ib[j, NUMBER] >= 0 and ia[i, NUMBER] != ib[j, NUMBER]:
                    rate[i, j] = min(rate[i, j], OTHER_RATE)
                    weight[i, j] = min(weight[i, j], OTHER_RATE * (max(m, n) - 2))
                    continue
                listed = ia[i, NUMBER] >= 0 and ia[i, NUMBER] == ib[j, NUMBER]
                if rate[i, j] < KNOWN_RATE and (listed or ((ia[i, KIND] == OWN_ENDING or ib[j, KIND] == OWN_ENDING) and one_family(la[i], ia[i], lb[j], ib[j], weights, rows))):
                    rate[i, j] = KNOWN_RATE
                    weight[i, j] = KNOWN_RATE * (max(m, n) - 2)


@compiled
def rarity_of(row, length, script, sound_class, rarity):  # pragma: no cover - compiled
    """How rare a part is: minus the log of the share of parts with its consonants."""
    code = np.uint32(2166136261)
    before = 0
    for m in range(1, length - 1):
        c = sound_class[script, row[m]]
        if c != 0 and c != before:
            code = np.uint32((code ^ np.uint32(c)) * np.uint32(16777619))
        before = c
    return rarity[code % np.uint32(rarity.shape[0])]


@compiled
def take(side, i, j, how, match, taken_a, taken_b):  # pragma: no cover - compiled
    """Take part i of one name and part j of the other together; `side` 0: i is of the first name."""
    if side == 0:
        taken_a[i] = taken_b[j] = 1
        match[i, j] = how
    else:
        taken_b[i] = taken_a[j] = 1
        match[j, i] = how


@compiled
def join_parts(side, x, y, weights, rows, falls, joint, weight, rate, match, taken_a, taken_b, found):  # pragma: no cover - compiled
    """Two parts of x that are one part of y. `weight` and `rate` are of the first name by the second."""
    lx, ix, hx = x
    ly, iy, hy = y
    taken_x, taken_y = (taken_a, taken_b) if side == 0 else (taken_b, taken_a)
    for i in range(hx[PARTS] - 1):
        for j in range(hy[PARTS]):
            if (ix[i, FLAGS] | ix[i + 1, FLAGS] | iy[j, FLAGS]) & (MARK | FATHER) or taken_x[i] or taken_x[i + 1] or taken_y[j]:
                continue
            if side == 0:
                alone, alike = max(weight[i, j], weight[i + 1, j]), max(rate[i, j], rate[i + 1, j])
            else:
                alone, alike = max(weight[j, i], weight[j, i + 1]), max(rate[j, i], rate[j, i + 1])
            if alike > 0.75 or ix[i, SCRIPT] != ix[i + 1, SCRIPT]:
                continue
            n = ix[i, LENGTH] - 1
            for m in range(n):
                joint[m] = lx[i, m]
            for m in range(1, ix[i + 1, LENGTH]):
                joint[n] = lx[i + 1, m]
                n += 1
            w = weigh(joint, n, ix[i, SCRIPT], ly[j], iy[j, LENGTH], iy[j, SCRIPT], weights[:4], rows)
            r = w / (max(n, iy[j, LENGTH]) - 2)
            if r > 0.5 and w > alone + 1.0:
                found[JOINS] += 1
                loss = loss_of_stems(joint, n, ix[i, SCRIPT], ly[j], iy[j, LENGTH], iy[j, SCRIPT], weights[:4], falls)
                found[LOSS] = max(found[LOSS], loss)
                found[LOSSES] += loss
                add(found, w, r, rarity_of(ly[j], iy[j, LENGTH], iy[j, SCRIPT], weights[4], weights[5]), 1.0)
                take(side, i, j, JOINED, match, taken_a, taken_b)
                take(side, i + 1, j, JOINED, match, taken_a, taken_b)


@compiled
def place(at, head):  # pragma: no cover - compiled
    """The place of a part when given names stand before the surname, as far as a comma tells."""
    return (at - head[COMMA_AT] + head[PARTS]) % head[PARTS] if head[COMMA_AT] > 0 else at


@compiled
def alike(x, y, length):  # pragma: no cover - compiled
    same = True
    for m in range(length):
        same &= x[m] == y[m]
    return same


@compiled
def pair_parts(a, b, both_fathers, weights, falls, weight, rate, match, taken_a, taken_b, found):  # pragma: no cover - compiled
    """Take parts together, the surest first. Where both names have a father's name, it answers to a father's name alone."""
    la, ia, ha = a
    lb, ib, hb = b
    while True:
        i, j, w = -1, -1, 0.0
        for p in range(ha[PARTS]):
            for q in range(hb[PARTS]):
                if not taken_a[p] and not taken_b[q] and rate[p, q] >= LEAST_RATE and weight[p, q] > w:
                    if not both_fathers or (ia[p, FLAGS] & FATHER != 0) == (ib[q, FLAGS] & FATHER != 0):
                        i, j, w = p, q, weight[p, q]
        if i < 0:
            return
        take(0, i, j, ALONE, match, taken_a, taken_b)
        loss = 0.0
        if rate[i, j] != np.float32(KNOWN_RATE):
            loss = loss_of_stems(la[i], ia[i, STEM], ia[i, SCRIPT], lb[j], ib[j, STEM], ib[j, SCRIPT], weights[:4], falls)
        if ia[i, FLAGS] & FATHER and ib[j, FLAGS] & FATHER:
            found[FATHER_RATE], found[LOSS_FATHER] = rate[i, j], loss
            continue
        if (ia[i, FLAGS] | ib[j, FLAGS]) & PARTICLE:
            continue
        if ia[i, NUMBER] < 0 or ib[j, NUMBER] < 0:
            met = told(ia[i, KNOWN], ib[j, KNOWN], weights)
            found[MET] += max(met, 0.0)
            found[NEVER_MET] = max(found[NEVER_MET], -met)
        for p in range(ha[PARTS]):
            for q in range(hb[PARTS]):
                if match[p, q] == ALONE and (place(p, ha) - place(i, ha)) * (place(q, hb) - place(j, hb)) < 0:
                    found[INVERSIONS] += 1
        found[LOSS] = max(found[LOSS], loss)
        found[LOSSES] += loss
        seldom = min(rarity_of(la[i], ia[i, STEM], ia[i, SCRIPT], weights[4], weights[5]), rarity_of(lb[j], ib[j, STEM], ib[j, SCRIPT], weights[4], weights[5]))
        add(found, w, rate[i, j], seldom, min(rate[i, j], 1.0))
        found[ALIKE] += ia[i, SCRIPT] == ib[j, SCRIPT] and ia[i, STEM] == ib[j, STEM] and alike(la[i], lb[j], ia[i, STEM])
        found[GENDER] += ia[i, KIND] + ib[j, KIND] == MAN + WOMAN and ia[i, KIND] != OWN_ENDING and ib[j, KIND] != OWN_ENDING


@compiled
def find_cut(side, x, y, weights, rows, match, taken_a, taken_b, found):  # pragma: no cover - compiled
    """The last part of a long name, where a document's zone may have cut it, as the beginning of a part of y."""
    lx, ix, hx = x
    ly, iy, hy = y
    if hx[CHARS] < CUT_AT:
        return
    taken_x, taken_y = (taken_a, taken_b) if side == 0 else (taken_b, taken_a)
    last = hx[PARTS] - 1
    if taken_x[last] or ix[last, LENGTH] < 3:
        found[CUT] = max(found[CUT], 1)
        return
    for j in range(hy[PARTS]):
        if taken_y[j] or iy[j, FLAGS] & MARK:
            continue
        m = ix[last, LENGTH] - 1
        best = -9.0
        for n in range(max(2, m - 1), min(iy[j, LENGTH] - 1, m + 2) + 1):
            best = max(best, weigh(lx[last], m, ix[last, SCRIPT], ly[j], n, iy[j, SCRIPT], weights[:4], rows) / (max(m, n) - 1))
        if best > 0.6:
            found[CUT] = 2
            take(side, last, j, CUT_OFF, match, taken_a, taken_b)
            return


@compiled
def find_initials(side, x, y, weights, rows, match, taken_a, taken_b, found):  # pragma: no cover - compiled
    """Initials of x and the parts of y that begin with them."""
    lx, ix, hx = x
    ly, iy, hy = y
    taken_x, taken_y = (taken_a, taken_b) if side == 0 else (taken_b, taken_a)
    for i in range(hx[PARTS]):
        if not ix[i, FLAGS] & INITIAL or taken_x[i]:
            continue
        others = 0
        for j in range(hy[PARTS]):
            if taken_y[j] or iy[j, FLAGS] & (MARK | PARTICLE):
                continue
            others += 1
            w = -99.0
            for n in range(2, min(4, iy[j, LENGTH])):
                w = max(w, weigh(lx[i], 2, ix[i, SCRIPT], ly[j], n, iy[j, SCRIPT], weights[:4], rows))
            if w > 0.4:
                found[AGREE] += 1
                take(side, i, j, INITIAL_OF, match, taken_a, taken_b)
                others = 0
                break
        found[DIFFER] += others > 0


@compiled_maker
def new_pairing():  # pragma: no cover - compiled
    """Weights, rates and matches of parts; marks of parts taken; sums."""
    return (
        np.zeros((MOST_PARTS, MOST_PARTS), np.float32), np.zeros((MOST_PARTS, MOST_PARTS), np.float32), np.zeros((MOST_PARTS, MOST_PARTS), np.int8),
        np.zeros(MOST_PARTS, np.int8), np.zeros(MOST_PARTS, np.int8), np.zeros(FOUND, np.float64),
    )  # fmt: skip
