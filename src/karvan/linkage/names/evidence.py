"""What speaks for and against two names being one person's, as a row of numbers; compiled.

The parts of the two names are aligned with each other (`kernels.align`), the best pairs are taken, and what is left over is counted by
its role: a patronymic that one side lacks is no conflict, a given name that disagrees is.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from karvan.linkage.names.kernels import (
    AS_WRITTEN,
    CANTONESE,
    CHARS,
    COMMA_AT,
    END,
    FATHER,
    FATHER_DAUGHTER,
    FATHER_SON,
    FLAGS,
    HAS_HAN,
    HEAD,
    INITIAL,
    KOREAN,
    LENGTH,
    MARK,
    MOST_PARTS,
    PARTICLE,
    PARTS,
    PLACEHOLDER,
    SCRIPT,
    START,
    STEM,
    WHOLE,
    WIDTH,
    align,
    deepest_loss,
    read_name,
)  # fmt: skip

EVIDENCE = (
    "script_a", "script_b", "parts_a", "parts_b", "letters_a", "letters_b",
    "whole", "whole_rate", "turned_rate", "best_whole", "best_whole_rate",
    "matched", "matched_weight", "matched_worst_rate", "matched_best_rate", "matched_mean_rate", "matched_share_a", "matched_share_b",
    "left_a", "left_b", "left_parts_a", "left_parts_b", "left_both", "left_best_rate",
    "first_rate", "last_rate", "father", "father_rate", "gender", "initial_agrees", "initial_differs",
    "order", "rarity_matched", "rarity_rarest", "rarity_left", "joined", "cut", "lowest_side", "view", "matched_worst_weight",
    "deepest_loss", "deepest_loss_father", "losses",
)  # fmt: skip
WIDTH_OF_EVIDENCE = len(EVIDENCE)
LEAST_RATE = 0.3        # a pair of parts below this answers by chance
CUT_AT = 28             # names of this many characters may have been cut by a document's zone
ENDINGS = 4


@njit(cache=True, nogil=True)
def lay_whole(letter, info, head, turned, out):  # pragma: no cover - compiled
    """The parts in a row without divisions, given names before the surname; `turned` moves the last part first. Patronymics stay out."""
    order = np.empty(MOST_PARTS, np.int64)
    n = 0
    comma = head[COMMA_AT]
    for at in range(head[PARTS]):
        p = at
        if comma > 0:
            p = at + comma
            if p >= head[PARTS]:
                p -= head[PARTS]
        if not info[p, FLAGS] & (MARK | FATHER | PLACEHOLDER):
            order[n] = p
            n += 1
    if n == 0:
        for p in range(head[PARTS]):
            order[n] = p
            n += 1
    script = info[order[0], SCRIPT]
    length = 1
    out[0] = START
    for at in range(n):
        if turned == 1:
            p = order[n - 1] if at == 0 else order[at - 1]
        elif turned == 2:
            p = order[0] if at == n - 1 else order[at + 1]
        else:
            p = order[at]
        if info[p, SCRIPT] == script:
            for m in range(1, info[p, LENGTH] - 1):
                if length < WHOLE - 1:
                    out[length] = letter[p, m]
                    length += 1
    out[length] = END
    return script, length + 1, n


@njit(cache=True, nogil=True)
def weigh(x, m, sx, y, n, sy, pairs, tables, two, rows):  # pragma: no cover - compiled
    if sx <= sy:
        return align(x, m, y, n, sx, sy, pairs, tables, two, rows)
    return align(y, n, x, m, sy, sx, pairs, tables, two, rows)


@njit(cache=True, nogil=True)
def loss_of(x, m, s, y, n, t, pairs, tables, two, norms, falls):  # pragma: no cover - compiled
    """Deepest loss between two parts or stems, in usual weights of a letter."""
    totals, peaks, losses = falls
    end_x, end_y = x[m - 1], y[n - 1]
    x[m - 1] = y[n - 1] = END
    loss = deepest_loss(x, m, y, n, s, t, pairs, tables, two, totals, peaks, losses) if s <= t else deepest_loss(y, n, x, m, t, s, pairs, tables, two, totals, peaks, losses)
    x[m - 1], y[n - 1] = end_x, end_y
    return loss / norms[pairs[s, t]]


@njit(cache=True, nogil=True)
def new_scratch():  # pragma: no cover - compiled
    """Working space of `compare_read`."""
    falls = (np.zeros((3, WIDTH + 1), np.int32), np.zeros((3, WIDTH + 1), np.int32), np.zeros((3, WIDTH + 1), np.int32))
    return np.zeros((4, WHOLE + 3), np.int32), np.zeros(WHOLE, np.uint8), np.zeros(WHOLE, np.uint8), np.zeros(2 * WIDTH, np.uint8), falls


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def gender_of_ending(row, length, script, endings):  # pragma: no cover - compiled
    """1 for an ending as in -ov, 2 for one as in -ova, 0 for others."""
    for e in range(endings.shape[0]):
        n = endings[e, 1]
        if endings[e, 0] == script and length - 2 > n:
            same = True
            for m in range(n):
                if row[length - 1 - n + m] != endings[e, 3 + m]:
                    same = False
                    break
            if same:
                return endings[e, 2]
    return 0


@njit(cache=True, nogil=True)
def compare_read(la, ia, ha, lb, ib, hb, pairs, tables, two, norms, sound_class, rarity, endings, scratch, match, out):  # pragma: no cover - compiled
    """Fill `out` with the evidence of two names that were read; `match[i, j]` tells which parts were taken together (1 whole, 2 joined, 3 cut)."""
    rows, whole_a, whole_b, joint, falls = scratch
    loss_worst, loss_father, loss_sum = 0.0, 0.0, 0.0
    na, nb = ha[PARTS], hb[PARTS]
    out[:] = 0
    match[:] = 0

    # the whole rows
    sa, ma, ca = lay_whole(la, ia, ha, 0, whole_a)
    sb, mb, cb = lay_whole(lb, ib, hb, 0, whole_b)
    long = max(ma, mb) - 2
    norm = norms[pairs[sa, sb]]
    whole = weigh(whole_a, ma, sa, whole_b, mb, sb, pairs, tables, two, rows) / norm
    best = whole
    turned = -9.0 * long
    if ca > 1 or cb > 1:
        if ca >= cb:
            for turn in range(1, 2 if ca == 2 else 3):
                sa, ma, ca = lay_whole(la, ia, ha, turn, whole_a)
                turned = max(turned, weigh(whole_a, ma, sa, whole_b, mb, sb, pairs, tables, two, rows) / norm)
        else:
            for turn in range(1, 2 if cb == 2 else 3):
                sb, mb, cb = lay_whole(lb, ib, hb, turn, whole_b)
                turned = max(turned, weigh(whole_a, ma, sa, whole_b, mb, sb, pairs, tables, two, rows) / norm)
        best = max(best, turned)

    # part with part
    weight = np.full((MOST_PARTS, MOST_PARTS), -99.0, np.float32)
    rate = np.full((MOST_PARTS, MOST_PARTS), -9.0, np.float32)
    for i in range(na):
        if ia[i, FLAGS] & MARK:
            continue
        for j in range(nb):
            if ib[j, FLAGS] & MARK:
                continue
            m, n = ia[i, STEM], ib[j, STEM]
            end_i, end_j = la[i, m - 1], lb[j, n - 1]
            la[i, m - 1] = END
            lb[j, n - 1] = END
            s, t = ia[i, SCRIPT], ib[j, SCRIPT]
            w = weigh(la[i], m, s, lb[j], n, t, pairs, tables, two, rows) / norms[pairs[s, t]]
            la[i, m - 1] = end_i
            lb[j, n - 1] = end_j
            weight[i, j] = w
            rate[i, j] = w / (max(m, n) - 2)
    taken_a = np.zeros(MOST_PARTS, np.int64)
    taken_b = np.zeros(MOST_PARTS, np.int64)
    matched = 0
    total = 0.0
    worst, top, mean, least = 9.0, -9.0, 0.0, 99.0
    joins = 0
    cut = 0
    rarity_matched, rarest = 0.0, 0.0
    real_a = real_b = 0
    for i in range(na):
        real_a += not ia[i, FLAGS] & MARK
    for j in range(nb):
        real_b += not ib[j, FLAGS] & MARK

    # two parts on one side that are one part on the other
    if real_a != real_b:
        more_a = real_a > real_b
        for i in range((na if more_a else nb) - 1):
            for j in range(nb if more_a else na):
                fi = ia[i, FLAGS] | ia[i + 1, FLAGS] if more_a else ib[i, FLAGS] | ib[i + 1, FLAGS]
                fj = ib[j, FLAGS] if more_a else ia[j, FLAGS]
                if (fi | fj) & (MARK | FATHER):
                    continue
                if (taken_a[i] or taken_a[i + 1] or taken_b[j]) if more_a else (taken_b[i] or taken_b[i + 1] or taken_a[j]):
                    continue
                alone = max(weight[i, j], weight[i + 1, j]) if more_a else max(weight[j, i], weight[j, i + 1])
                if (max(rate[i, j], rate[i + 1, j]) if more_a else max(rate[j, i], rate[j, i + 1])) > 0.75:
                    continue
                x, xi = (la, ia) if more_a else (lb, ib)
                y, yi = (lb, ib) if more_a else (la, ia)
                if xi[i, SCRIPT] != xi[i + 1, SCRIPT]:
                    continue
                n = 0
                for m in range(xi[i, LENGTH] - 1):
                    joint[n] = x[i, m]
                    n += 1
                for m in range(1, xi[i + 1, LENGTH]):
                    joint[n] = x[i + 1, m]
                    n += 1
                w = weigh(joint, n, xi[i, SCRIPT], y[j], yi[j, LENGTH], yi[j, SCRIPT], pairs, tables, two, rows) / norms[pairs[xi[i, SCRIPT], yi[j, SCRIPT]]]
                r = w / (max(n, yi[j, LENGTH]) - 2)
                if r > 0.5 and w > alone + 1.0:
                    joins += 1
                    matched += 1
                    total += w
                    mean += r
                    worst, top, least = min(worst, r), max(top, r), min(least, w)
                    seldom = rarity_of(y[j], yi[j, LENGTH], yi[j, SCRIPT], sound_class, rarity)
                    rarity_matched += seldom
                    rarest = max(rarest, seldom)
                    if more_a:
                        taken_a[i] = taken_a[i + 1] = taken_b[j] = 1
                        match[i, j] = match[i + 1, j] = 2
                    else:
                        taken_b[i] = taken_b[i + 1] = taken_a[j] = 1
                        match[j, i] = match[j, i + 1] = 2

    inversions = 0
    father_rate = -9.0
    father = 0
    fathers_a = fathers_b = 0
    for i in range(na):
        fathers_a += (ia[i, FLAGS] & FATHER) != 0
    for j in range(nb):
        fathers_b += (ib[j, FLAGS] & FATHER) != 0
    if fathers_a and fathers_b:
        father = 2
    elif fathers_a or fathers_b:
        father = 1
    place_a = np.empty(MOST_PARTS, np.int64)
    place_b = np.empty(MOST_PARTS, np.int64)
    for i in range(na):
        place_a[i] = (i - ha[COMMA_AT] + na) % na if ha[COMMA_AT] > 0 else i
    for j in range(nb):
        place_b[j] = (j - hb[COMMA_AT] + nb) % nb if hb[COMMA_AT] > 0 else j
    gender = 0
    while True:
        at_i, at_j, w = -1, -1, 0.0
        for i in range(na):
            if taken_a[i]:
                continue
            for j in range(nb):
                if taken_b[j] or rate[i, j] < LEAST_RATE:
                    continue
                # a father's name answers to a father's name; to another part only where it is the only father's name
                fa, fb = ia[i, FLAGS] & FATHER, ib[j, FLAGS] & FATHER
                if (fa != 0) != (fb != 0) and father == 2:
                    continue
                if weight[i, j] > w:
                    at_i, at_j, w = i, j, weight[i, j]
        if at_i < 0:
            break
        taken_a[at_i] = taken_b[at_j] = 1
        match[at_i, at_j] = 1
        r = rate[at_i, at_j]
        loss = loss_of(la[at_i], ia[at_i, STEM], ia[at_i, SCRIPT], lb[at_j], ib[at_j, STEM], ib[at_j, SCRIPT], pairs, tables, two, norms, falls)
        if ia[at_i, FLAGS] & FATHER and ib[at_j, FLAGS] & FATHER:
            father_rate = r
            loss_father = loss
            continue
        if (ia[at_i, FLAGS] | ib[at_j, FLAGS]) & PARTICLE:
            continue
        for i in range(na):
            for j in range(nb):
                if match[i, j] == 1 and (place_a[i] - place_a[at_i]) * (place_b[j] - place_b[at_j]) < 0:
                    inversions += 1
        matched += 1
        total += w
        mean += r
        loss_worst = max(loss_worst, loss)
        loss_sum += loss
        worst, top, least = min(worst, r), max(top, r), min(least, w)
        seldom = min(rarity_of(la[at_i], ia[at_i, STEM], ia[at_i, SCRIPT], sound_class, rarity), rarity_of(lb[at_j], ib[at_j, STEM], ib[at_j, SCRIPT], sound_class, rarity))
        rarity_matched += seldom * min(max(r, 0.0), 1.0)
        rarest = max(rarest, seldom * min(max(r, 0.0), 1.0))
        ga = gender_of_ending(la[at_i], ia[at_i, LENGTH], ia[at_i, SCRIPT], endings)
        gb = gender_of_ending(lb[at_j], ib[at_j, LENGTH], ib[at_j, SCRIPT], endings)
        if ga and gb and ga != gb:
            gender += 1

    # a document's zone may have cut the last part as written
    for side in range(2):
        h = ha if side == 0 else hb
        if h[CHARS] < CUT_AT:
            continue
        last = h[PARTS] - 1
        x, xi = (la, ia) if side == 0 else (lb, ib)
        y, yi = (lb, ib) if side == 0 else (la, ia)
        if (taken_a[last] if side == 0 else taken_b[last]) or xi[last, LENGTH] < 3:
            cut = max(cut, 1)
            continue
        for j in range(hb[PARTS] if side == 0 else ha[PARTS]):
            if (taken_b[j] if side == 0 else taken_a[j]) or yi[j, FLAGS] & MARK:
                continue
            m, s, t = xi[last, LENGTH] - 1, xi[last, SCRIPT], yi[j, SCRIPT]
            reach = min(yi[j, LENGTH] - 1, m + 2)
            found = -9.0
            for n in range(max(2, m - 1), reach + 1):
                found = max(found, weigh(x[last], m, s, y[j], n, t, pairs, tables, two, rows) / norms[pairs[s, t]] / (max(m, n) - 1))
            if found > 0.6:
                cut = 2
                if side == 0:
                    taken_a[last] = taken_b[j] = 1
                    match[last, j] = 3
                else:
                    taken_b[last] = taken_a[j] = 1
                    match[j, last] = 3
                break

    # an initial answers to the first letter of a part
    agrees = differs = 0
    for side in range(2):
        x, xi, nx = (la, ia, na) if side == 0 else (lb, ib, nb)
        y, yi, ny = (lb, ib, nb) if side == 0 else (la, ia, na)
        for i in range(nx):
            if not xi[i, FLAGS] & INITIAL or (taken_a[i] if side == 0 else taken_b[i]):
                continue
            candidates = 0
            for j in range(ny):
                if (taken_b[j] if side == 0 else taken_a[j]) or yi[j, FLAGS] & (MARK | PARTICLE):
                    continue
                candidates += 1
                s, t = xi[i, SCRIPT], yi[j, SCRIPT]
                w = -99.0
                for n in range(2, min(4, yi[j, LENGTH])):
                    w = max(w, weigh(x[i], 2, s, y[j], n, t, pairs, tables, two, rows) / norms[pairs[s, t]])
                if w > 0.4:
                    agrees += 1
                    if side == 0:
                        taken_a[i] = taken_b[j] = 1
                        match[i, j] = 4
                    else:
                        taken_b[i] = taken_a[j] = 1
                        match[j, i] = 4
                    candidates = 0
                    break
            if candidates:
                differs += 1

    # what is left over
    left_a, left_b, parts_left_a, parts_left_b, all_a, all_b, left_rarity = 0, 0, 0, 0, 0, 0, 0.0
    for i in range(na):
        if ia[i, FLAGS] & (MARK | PARTICLE | PLACEHOLDER | INITIAL):
            continue
        all_a += ia[i, LENGTH] - 2
        if not taken_a[i] and not ia[i, FLAGS] & FATHER:
            left_a += ia[i, LENGTH] - 2
            parts_left_a += 1
            left_rarity += rarity_of(la[i], ia[i, LENGTH], ia[i, SCRIPT], sound_class, rarity)
    for j in range(nb):
        if ib[j, FLAGS] & (MARK | PARTICLE | PLACEHOLDER | INITIAL):
            continue
        all_b += ib[j, LENGTH] - 2
        if not taken_b[j] and not ib[j, FLAGS] & FATHER:
            left_b += ib[j, LENGTH] - 2
            parts_left_b += 1
            left_rarity += rarity_of(lb[j], ib[j, LENGTH], ib[j, SCRIPT], sound_class, rarity)
    best_left = -2.0
    for i in range(na):
        for j in range(nb):
            if not taken_a[i] and not taken_b[j] and not (ia[i, FLAGS] | ib[j, FLAGS]) & (FATHER | PARTICLE | MARK):
                best_left = max(best_left, rate[i, j])
    if father == 2 and father_rate < -8.0:
        for i in range(na):
            for j in range(nb):
                if ia[i, FLAGS] & FATHER and ib[j, FLAGS] & FATHER:
                    father_rate = max(father_rate, rate[i, j])
    son = daughter = 0
    for i in range(na):
        son |= (ia[i, FLAGS] & FATHER_SON) != 0
        daughter |= (ia[i, FLAGS] & FATHER_DAUGHTER) != 0
    for j in range(nb):
        if (ib[j, FLAGS] & FATHER_DAUGHTER and son) or (ib[j, FLAGS] & FATHER_SON and daughter):
            gender += 2
    first_i = last_i = first_j = last_j = 0
    for i in range(na):
        if place_a[i] == 0:
            first_i = i
        if place_a[i] == na - 1:
            last_i = i
    for j in range(nb):
        if place_b[j] == 0:
            first_j = j
        if place_b[j] == nb - 1:
            last_j = j

    out[0], out[1] = ia[0, SCRIPT], ib[0, SCRIPT]
    out[2], out[3] = real_a, real_b
    out[4], out[5] = all_a, all_b
    out[6], out[7], out[8] = whole, whole / long, max(turned / long, -3.0)
    out[9], out[10] = best, best / long
    out[11], out[12] = matched, total
    out[13], out[14], out[15] = (worst, top, mean / matched) if matched else (-1.0, -1.0, -1.0)
    out[16], out[17] = 1.0 - left_a / max(1, all_a), 1.0 - left_b / max(1, all_b)
    out[18], out[19], out[20], out[21] = left_a, left_b, parts_left_a, parts_left_b
    out[22], out[23] = min(parts_left_a, parts_left_b), best_left
    out[24], out[25] = max(rate[first_i, first_j], -2.0), max(rate[last_i, last_j], -2.0)
    out[26], out[27] = father, max(father_rate, -2.0)
    out[28], out[29], out[30] = gender, agrees, differs
    out[31] = inversions
    out[32], out[33], out[34] = rarity_matched, rarest, left_rarity
    out[35], out[36] = joins, cut
    out[37] = min(out[16], out[17])
    out[39] = least if matched else -1.0
    out[40], out[41], out[42] = loss_worst, loss_father, loss_sum


@njit(cache=True, nogil=True)
def read_both(codes_a, first_a, last_a, codes_b, first_b, last_b, view_a, view_b, reader, la, ia, ha, lb, ib, hb):  # pragma: no cover - compiled
    kind, count, letters, twin, korean, cantonese, words, word_flags = reader
    read_name(codes_a, first_a, last_a, view_a, kind, count, letters, twin, korean, cantonese, words, word_flags, la, ia, ha)
    read_name(codes_b, first_b, last_b, view_b, kind, count, letters, twin, korean, cantonese, words, word_flags, lb, ib, hb)


@njit(cache=True, nogil=True)
def comes_after(codes_a, first_a, last_a, codes_b, first_b, last_b):  # pragma: no cover - compiled
    for i in range(min(last_a - first_a, last_b - first_b)):
        if codes_a[first_a + i] != codes_b[first_b + i]:
            return codes_a[first_a + i] > codes_b[first_b + i]
    return last_a - first_a > last_b - first_b


@njit(cache=True, nogil=True)
def evidence(codes_a, starts_a, codes_b, starts_b, reader, weights, out):  # pragma: no cover - compiled
    """Evidence of pairs of names: row k of `out` for name k of both sides; a row of -1 where a name has no letters."""
    pairs, tables, two, norms, sound_class, rarity, endings = weights
    la, lb = np.zeros((MOST_PARTS, WIDTH), np.uint8), np.zeros((MOST_PARTS, WIDTH), np.uint8)
    ia, ib = np.zeros((MOST_PARTS, 6), np.int32), np.zeros((MOST_PARTS, 6), np.int32)
    ha, hb = np.zeros(HEAD, np.int32), np.zeros(HEAD, np.int32)
    match = np.zeros((MOST_PARTS, MOST_PARTS), np.int8)
    scratch = new_scratch()
    row = np.zeros(out.shape[1], np.float32)
    for k in range(starts_a.shape[0] - 1):
        # the same two names give the same row in either order
        turn = comes_after(codes_a, starts_a[k], starts_a[k + 1], codes_b, starts_b[k], starts_b[k + 1])
        one, from_one, to_one = (codes_b, starts_b[k], starts_b[k + 1]) if turn else (codes_a, starts_a[k], starts_a[k + 1])
        other, from_other, to_other = (codes_a, starts_a[k], starts_a[k + 1]) if turn else (codes_b, starts_b[k], starts_b[k + 1])
        for view in (AS_WRITTEN, KOREAN, CANTONESE):
            han_one = han_other = 0
            if view != AS_WRITTEN:
                if ha[HAS_HAN] == hb[HAS_HAN]:
                    break
                han_one, han_other = ha[HAS_HAN], hb[HAS_HAN]
            read_both(one, from_one, to_one, other, from_other, to_other, view * han_one, view * han_other, reader, la, ia, ha, lb, ib, hb)
            if ha[PARTS] == 0 or hb[PARTS] == 0:
                if view == AS_WRITTEN:
                    out[k] = -1
                    break
                continue
            compare_read(la, ia, ha, lb, ib, hb, pairs, tables, two, norms, sound_class, rarity, endings, scratch, match, row)
            row[38] = view
            if view == AS_WRITTEN or max(row[10], row[15]) > max(out[k, 10], out[k, 15]) + 0.1:
                out[k] = row
