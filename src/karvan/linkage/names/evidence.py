"""What speaks for and against two names being one person's, as a row of numbers; compiled.

The parts of the two names are aligned with each other, the best pairs are taken, and what is left over is counted by its role: a patronymic
that one side lacks is no conflict, a given name that disagrees is.
"""

from __future__ import annotations

import numpy as np

from karvan.linkage.names import parts as p
from karvan.linkage.names.alignment import new_rows, weigh
from karvan.linkage.names.compiled import compiled, compiled_maker
from karvan.linkage.names.reading import (
    AS_WRITTEN,
    CANTONESE,
    COMMA_AT,
    END,
    FATHER,
    FATHER_DAUGHTER,
    FATHER_SON,
    FLAGS,
    HAS_HAN,
    INITIAL,
    KOREAN,
    LENGTH,
    MARK,
    NUMBER,
    ORDER,
    PARTICLE,
    PARTS,
    PLACEHOLDER,
    SCRIPT,
    START,
    WHOLE,
    WIDTH,
    new_name,
    read_name,
)
from karvan.linkage.names.undivided import halves_of_undivided

# Weights are in usual weights of a letter of that pair of scripts; a rate is a weight by letter, so about 1 where two spellings are one name.
EVIDENCE = (
    "script_a", "script_b", "parts_a", "parts_b", "letters_a", "letters_b",
    "whole", "whole_rate", "turned_rate", "best_whole", "best_whole_rate",
    "matched", "matched_weight", "matched_worst_rate", "matched_best_rate", "matched_mean_rate", "matched_share_a", "matched_share_b",
    "left_a", "left_b", "left_parts_a", "left_parts_b", "left_both", "left_best_rate",
    "first_rate", "last_rate", "father", "father_rate", "gender", "initial_agrees", "initial_differs",
    "order", "rarity_matched", "rarity_rarest", "rarity_left", "joined", "cut", "lowest_side", "view", "matched_worst_weight",
    "deepest_loss", "deepest_loss_father", "losses", "same_script", "written_alike", "written_otherwise", "met", "never_met", "undivided_surname", "undivided_given",
)  # fmt: skip
WIDTH_OF_EVIDENCE = len(EVIDENCE)
BEST_WHOLE_RATE, MATCHED_MEAN_RATE, VIEW = EVIDENCE.index("best_whole_rate"), EVIDENCE.index("matched_mean_rate"), EVIDENCE.index("view")
LISTED_OTHERWISE = 9.0      # what two names left over say that are listed as two, as if each were met eight thousand times and never as the other
BETTER = 0.1        # by which another reading of Han characters must fit better to be taken
FITS = 0.95         # a reading that fits so well is not tried otherwise


@compiled_maker
def new_scratch():  # pragma: no cover - compiled
    """Working space of `compare_read`."""
    return new_rows(), np.zeros(WHOLE, np.uint8), np.zeros(WHOLE, np.uint8), np.zeros(2 * WIDTH, np.uint8), p.new_pairing()


@compiled
def lay_whole(name, turned, out):  # pragma: no cover - compiled
    """The parts in a row without divisions, given names before the surname; `turned` 1 moves the last part first, 2 the first last.

    Patronymics stay out. Returned are the script, the length and the number of parts.
    """
    letter, info, head = name
    order = info[:, ORDER]
    n = 0
    for at in range(head[PARTS]):
        part = (at + max(head[COMMA_AT], 0)) % head[PARTS]
        if not info[part, FLAGS] & (MARK | FATHER | PLACEHOLDER):
            order[n] = part
            n += 1
    if n == 0:
        for part in range(head[PARTS]):
            order[part] = part
        n = head[PARTS]
    script = info[order[0], SCRIPT]
    length = 1
    out[0] = START
    for at in range(n):
        part = order[(at + (n - 1 if turned == 1 else turned // 2)) % n]
        if info[part, SCRIPT] == script:
            for m in range(1, info[part, LENGTH] - 1):
                if length < WHOLE - 1:
                    out[length] = letter[part, m]
                    length += 1
    out[length] = END
    return script, length + 1, n


@compiled
def whole_rows(a, b, weights, rows, whole_a, whole_b, out):  # pragma: no cover - compiled
    """Evidence of the names as undivided rows, as they stand and turned by one part."""
    sa, ma, ca = lay_whole(a, 0, whole_a)
    sb, mb, cb = lay_whole(b, 0, whole_b)
    long = max(ma, mb) - 2
    straight = weigh(whole_a, ma, sa, whole_b, mb, sb, weights[:4], rows)
    turned = -9.0 * long
    for turn in range(1, min(max(ca, cb), 3)):
        if ca >= cb:
            sa, ma, _ = lay_whole(a, turn, whole_a)
        else:
            sb, mb, _ = lay_whole(b, turn, whole_b)
        turned = max(turned, weigh(whole_a, ma, sa, whole_b, mb, sb, weights[:4], rows))
    best = max(straight, turned)
    out[6], out[7], out[8], out[9], out[10] = straight, straight / long, max(turned / long, -3.0), best, best / long


@compiled
def left_over(name, taken, weights):  # pragma: no cover - compiled
    """Letters in all; letters, parts and rarity left without a partner, of parts that are names."""
    letter, info, head = name
    every = left = left_parts = 0
    seldom = 0.0
    for i in range(head[PARTS]):
        if info[i, FLAGS] & (MARK | PARTICLE | PLACEHOLDER | INITIAL):
            continue
        every += info[i, LENGTH] - 2
        if not taken[i] and not info[i, FLAGS] & FATHER:
            left += info[i, LENGTH] - 2
            left_parts += 1
            seldom += p.rarity_of(letter[i], info[i, LENGTH], info[i, SCRIPT], weights[4], weights[5])
    return every, left, left_parts, seldom


@compiled
def count_parts(name):  # pragma: no cover - compiled
    """Parts but the words that say son or daughter."""
    n = 0
    for i in range(name[2][PARTS]):
        n += not name[1][i, FLAGS] & MARK
    return n


@compiled
def fathers_of(name):  # pragma: no cover - compiled
    """Whether a name has a father's name, and whether it says son or daughter."""
    flags = 0
    for i in range(name[2][PARTS]):
        flags |= name[1][i, FLAGS]
    return flags & FATHER != 0, flags & FATHER_SON != 0, flags & FATHER_DAUGHTER != 0


@compiled
def part_at(place, head):  # pragma: no cover - compiled
    """The part that stands at a place when given names stand before the surname."""
    return (place + head[COMMA_AT]) % head[PARTS] if head[COMMA_AT] > 0 else place


@compiled
def compare_read(a, b, weights, scratch, out):  # pragma: no cover - compiled
    """Fill `out` with the evidence of two names that were read; which parts were taken together stays in `scratch[4][2]`."""
    (rows, falls), whole_a, whole_b, joint, (weight, rate, match, taken_a, taken_b, found) = scratch
    ia, ha = a[1], a[2]
    ib, hb = b[1], b[2]
    na, nb = ha[PARTS], hb[PARTS]
    out[:] = 0
    match[:], taken_a[:], taken_b[:] = 0, 0, 0
    p.clear(found)
    whole_rows(a, b, weights, rows, whole_a, whole_b, out)
    p.weigh_parts(a, b, weights, rows, weight, rate)

    father_a, son_a, daughter_a = fathers_of(a)
    father_b, son_b, daughter_b = fathers_of(b)
    parts_a, parts_b = count_parts(a), count_parts(b)
    if parts_a > parts_b:
        p.join_parts(0, a, b, weights, rows, falls, joint, weight, rate, match, taken_a, taken_b, found)
    elif parts_b > parts_a:
        p.join_parts(1, b, a, weights, rows, falls, joint, weight, rate, match, taken_a, taken_b, found)
    p.pair_parts(a, b, father_a and father_b, weights, falls, weight, rate, match, taken_a, taken_b, found)
    p.find_cut(0, a, b, weights, rows, match, taken_a, taken_b, found)
    p.find_cut(1, b, a, weights, rows, match, taken_a, taken_b, found)
    p.find_initials(0, a, b, weights, rows, match, taken_a, taken_b, found)
    p.find_initials(1, b, a, weights, rows, match, taken_a, taken_b, found)

    all_a, left_a, left_parts_a, seldom_a = left_over(a, taken_a, weights)
    all_b, left_b, left_parts_b, seldom_b = left_over(b, taken_b, weights)
    left_rate = -2.0
    father_rate = found[p.FATHER_RATE]
    for i in range(na):
        for j in range(nb):
            if not taken_a[i] and not taken_b[j] and not (ia[i, FLAGS] | ib[j, FLAGS]) & (FATHER | PARTICLE | MARK):
                left_rate = max(left_rate, rate[i, j])
            if not taken_a[i] and not taken_b[j] and ia[i, NUMBER] >= 0 and ib[j, NUMBER] >= 0:
                found[p.NEVER_MET] = LISTED_OTHERWISE
            if found[p.FATHER_RATE] < -8.0 and ia[i, FLAGS] & FATHER and ib[j, FLAGS] & FATHER:
                father_rate = max(father_rate, rate[i, j])
    matched = found[p.COUNT]
    out[0], out[1] = ia[0, SCRIPT], ib[0, SCRIPT]
    out[2], out[3], out[4], out[5] = parts_a, parts_b, all_a, all_b
    out[11], out[12] = matched, found[p.TOTAL]
    out[13], out[14], out[15], out[39] = -1.0, -1.0, -1.0, -1.0
    if matched:
        out[13], out[14], out[15], out[39] = found[p.WORST], found[p.TOP], found[p.RATES] / matched, found[p.LEAST]
    out[16], out[17] = 1.0 - left_a / max(1, all_a), 1.0 - left_b / max(1, all_b)
    out[18], out[19], out[20], out[21] = left_a, left_b, left_parts_a, left_parts_b
    out[22], out[23] = min(left_parts_a, left_parts_b), left_rate
    out[24] = max(rate[part_at(0, ha), part_at(0, hb)], -2.0)
    out[25] = max(rate[part_at(na - 1, ha), part_at(nb - 1, hb)], -2.0)
    out[26], out[27] = int(father_a) + int(father_b), max(father_rate, -2.0)
    out[28] = found[p.GENDER] + 2 * ((son_a and daughter_b) or (daughter_a and son_b))
    out[29], out[30], out[31] = found[p.AGREE], found[p.DIFFER], found[p.INVERSIONS]
    out[32], out[33], out[34] = found[p.RARITY], found[p.RAREST], seldom_a + seldom_b
    out[35], out[36], out[37] = found[p.JOINS], found[p.CUT], min(out[16], out[17])
    out[40], out[41], out[42] = found[p.LOSS], found[p.LOSS_FATHER], found[p.LOSSES]
    out[48], out[49] = halves_of_undivided(a, b, weights, rows, whole_a, whole_b)
    out[46], out[47] = found[p.MET], found[p.NEVER_MET]
    out[43], out[44], out[45] = ia[0, SCRIPT] == ib[0, SCRIPT], found[p.ALIKE], matched - found[p.ALIKE]


@compiled
def comes_after(codes_a, first_a, last_a, codes_b, first_b, last_b):  # pragma: no cover - compiled
    for i in range(min(last_a - first_a, last_b - first_b)):
        if codes_a[first_a + i] != codes_b[first_b + i]:
            return codes_a[first_a + i] > codes_b[first_b + i]
    return last_a - first_a > last_b - first_b


@compiled_maker
def evidence(codes_a, starts_a, codes_b, starts_b, reader, weights, out):  # pragma: no cover - compiled
    """Evidence of pairs of names: row k of `out` for name k of both sides; a row of -1 where a name has no letters."""
    a, b, scratch = new_name(), new_name(), new_scratch()
    row = np.zeros(out.shape[1], np.float32)
    for k in range(starts_a.shape[0] - 1):
        # the same two names give the same row in either order
        turn = comes_after(codes_a, starts_a[k], starts_a[k + 1], codes_b, starts_b[k], starts_b[k + 1])
        one, from_one, to_one = (codes_b, starts_b[k], starts_b[k + 1]) if turn else (codes_a, starts_a[k], starts_a[k + 1])
        other, from_other, to_other = (codes_a, starts_a[k], starts_a[k + 1]) if turn else (codes_b, starts_b[k], starts_b[k + 1])
        for view in (AS_WRITTEN, KOREAN, CANTONESE):
            han_one, han_other = a[2][HAS_HAN], b[2][HAS_HAN]
            if view != AS_WRITTEN and (han_one == han_other or max(out[k, BEST_WHOLE_RATE], out[k, MATCHED_MEAN_RATE]) >= FITS):
                break       # both or neither are written in Han characters, or one reading does
            if view == AS_WRITTEN or han_one:
                read_name(one, from_one, to_one, view, reader, a)
            if view == AS_WRITTEN or han_other:
                read_name(other, from_other, to_other, view, reader, b)
            if a[2][PARTS] == 0 or b[2][PARTS] == 0:
                out[k] = -1
                break
            compare_read(a, b, weights, scratch, row)
            row[VIEW] = view
            if view == AS_WRITTEN or max(row[BEST_WHOLE_RATE], row[MATCHED_MEAN_RATE]) > max(out[k, BEST_WHOLE_RATE], out[k, MATCHED_MEAN_RATE]) + BETTER:
                out[k] = row
