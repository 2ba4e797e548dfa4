"""Names as numbered letters; compiled.

A name is read into a workspace: parts, each in one script, as numbered letters between a start and an end mark; facts of each part (script, length,
role); facts of the whole name.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from karvan.linkage.names.compiled import compiled, compiled_maker
from karvan.linkage.names.stale import forget_stale

forget_stale(Path(__file__).parent)     # all compiled modules here import this one

SCRIPTS = 12
LATIN, CYRILLIC, ARABIC, HEBREW, GREEK, GEORGIAN, ARMENIAN, HAN, KANA, HANGUL, THAI, DEVANAGARI = range(12)
LETTERS_MOST = 6
START, END = 1, 2
GAP, SKIP, COMMA, MODIFIER, CHEVRON, DIGIT = 100, 101, 102, 103, 104, 105

MOST_CHARS = 200        # characters of a name that are read
MOST_PARTS = 8
PART_LETTERS = 30       # letters of a part that are read, without its marks
WIDTH = PART_LETTERS + 2
WHOLE = 96              # letters of a whole name that are aligned

# What the rows of a name's workspace hold, part by part.
SCRIPT, LENGTH, FLAGS, STEM, FROM, TO, ORDER, NUMBER, KNOWN, FIRST, ENDING, KIND = range(12)
# FLAGS
INITIAL, PARTICLE, MARK_SON, MARK_DAUGHTER, FATHER_SON, FATHER_DAUGHTER, PLACEHOLDER = 1, 2, 4, 8, 16, 32, 64
MARK, FATHER = MARK_SON | MARK_DAUGHTER, FATHER_SON | FATHER_DAUGHTER
# HEAD: facts of the whole name
PARTS, COMMA_AT, CHARS, HAS_HAN = range(4)
HEAD = 4       # after these: letters of a part by script

AS_WRITTEN, KOREAN, CANTONESE = 0, 1, 2


@compiled
def read_name(codes, begins, last, view, reader, name):  # pragma: no cover - compiled
    """Read the characters `codes[begins:last]` into `name`; Han characters by `view`: as written, the Korean or the Cantonese way."""
    kind, count, letters, twin, korean, cantonese, words, word_flags = reader
    letter, info, head = name
    head[:] = 0
    seen = head[HEAD:]
    head[COMMA_AT] = -1
    head[CHARS] = last - begins
    end = min(last, begins + MOST_CHARS)
    part = 0
    i = begins
    chevrons = 0
    while i < end and part < MOST_PARTS:
        k = kind[codes[i]] if codes[i] < 65536 else GAP
        if k == CHEVRON:
            chevrons += 1
            if chevrons == 2 and head[COMMA_AT] < 0 and part > 0:
                head[COMMA_AT] = part
        elif k >= SCRIPTS:
            chevrons = 0
            if k == COMMA and head[COMMA_AT] < 0 and part > 0:
                head[COMMA_AT] = part
        if k >= SCRIPTS:
            i += 1
            continue
        chevrons = 0
        # one part: as far as letters go; its script is the one of most of its letters
        at = i
        seen[:] = 0
        east = k in (HAN, KANA, HANGUL)
        while i < end:
            k2 = kind[codes[i]] if codes[i] < 65536 else GAP
            if k2 in (SKIP, MODIFIER):
                i += 1
                continue
            if k2 == DIGIT and i + 1 < end and codes[i + 1] < 65536 and kind[codes[i + 1]] < SCRIPTS:
                i += 1          # 0 for O between letters: a reading machine's slip
                continue
            if k2 >= SCRIPTS:
                break
            if (east or k2 in (HAN, KANA, HANGUL)) and k2 != k:
                break
            seen[k2] += 1
            i += 1
        script = 0
        for s in range(SCRIPTS):
            if seen[s] > seen[script]:
                script = s
        if script == HAN:
            head[HAS_HAN] = 1
        n = 1
        row = letter[part]
        row[0] = START
        as_script = script
        read, first = 0, 0
        for j in range(at, i):
            c = codes[j]
            if c >= 65536:
                continue
            k2 = kind[c]
            if k2 == DIGIT:
                c = twin[c]
                k2 = kind[c]
            if k2 == MODIFIER:
                if script == HEBREW and n <= PART_LETTERS:
                    row[n] = letters[0x5F3, 0]
                    n += 1
                continue
            if k2 >= SCRIPTS:
                continue
            if k2 != script:
                c = twin[c]
                if c == 0 or kind[c] != script:
                    continue
            if script in (HAN, HANGUL):
                read += 1
                if read == 2:
                    first = n       # where the second character's letters begin
            if script == HAN and view == KOREAN and korean[c] != 0:
                c = korean[c]
                as_script = HANGUL
            if script == HAN and view == CANTONESE:
                as_script = LATIN
                for m in range(LETTERS_MOST):
                    if cantonese[c, m] != 0 and n <= PART_LETTERS:
                        row[n] = cantonese[c, m]
                        n += 1
                continue
            for m in range(count[c]):
                if n <= PART_LETTERS:
                    row[n] = letters[c, m]
                    n += 1
        # the Arabic article, which passports write apart or leave out
        if script == ARABIC and n > 5 and row[1] == letters[0x627, 0] and row[2] == letters[0x644, 0]:
            for m in range(3, n):
                row[m - 2] = row[m]
            n -= 2
        if n == 1:
            continue
        row[n] = END
        info[part, SCRIPT] = as_script
        info[part, LENGTH] = n + 1
        info[part, STEM] = n + 1
        info[part, FLAGS] = flags_of(row, n, as_script, words, word_flags, info, part)
        info[part, FROM] = at - begins
        info[part, TO] = i - begins
        info[part, FIRST] = first if read <= 4 else 0
        part += 1
    head[PARTS] = part
    # a patronymic in -ovich is one only beside other names; a placeholder is no name beside others
    for p in range(part):
        if part == 1 or (part == 2 and info[p, FLAGS] & FATHER_SON and not info[p, FLAGS] & FATHER_DAUGHTER):
            if info[p, STEM] != info[p, LENGTH]:
                info[p, FLAGS] &= ~FATHER
                info[p, STEM] = info[p, LENGTH]
    for p in range(1, part):
        if info[p, FLAGS] & MARK:
            info[p - 1, FLAGS] |= FATHER_SON if info[p, FLAGS] & MARK_SON else FATHER_DAUGHTER


@compiled
def flags_of(row, n, script, words, word_flags, info, part):  # pragma: no cover - compiled
    """Flags of a part that is a known word, or ends as a patronymic does (then the stem's length goes to `info`)."""
    flags = 0
    if n == 2:
        flags |= INITIAL
    for w in range(words.shape[0]):
        if words[w, 0] != script:
            continue
        length = words[w, 1]
        ending = word_flags[w] & FATHER
        if ending:
            if n - 1 < length + 2:
                continue
        elif n - 1 != length:
            continue
        same = True
        for m in range(length):
            if row[n - length + m] != words[w, 2 + m]:
                same = False
                break
        if same:
            flags |= word_flags[w]
            if ending:
                info[part, STEM] = n - length + 1
            break
    return flags


@compiled_maker
def new_name():  # pragma: no cover - compiled
    """A workspace for one name: letters, facts of parts, facts of the whole."""
    return np.zeros((MOST_PARTS, WIDTH), np.uint8), np.zeros((MOST_PARTS, 12), np.int32), np.zeros(HEAD + SCRIPTS, np.int32)
