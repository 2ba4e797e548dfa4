"""Given names that are listed as one: other languages' forms of it, and its short forms."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

import numpy as np

from karvan.linkage.names.model import shipped

LATIN = 0       # the script's number, as in `reading`
WHOLE = 0xFFFFFFFFFFFFFFFF


def name_numbers(names: Sequence[str]) -> np.ndarray:
    """For each name in plain Latin letters the number of the name that it is listed as a form of; -1 where it is not listed, has another letter or several parts.

    Looked up by the key of `parts.spelling_key`, without the compiled code: loading that costs more than the names of a file.

    >>> bill, william, anna, both = name_numbers(["bill", "William", "Anna", "Anna Maria"])
    >>> bool(bill == william), bool(bill == anna), int(both)
    (True, False, -1)
    """
    model = shipped()
    _, count, letters = model.reader[:3]
    spellings, numbers = model.weights[7:9]
    read = {c: [int(letters[ord(c), m]) for m in range(count[ord(c)])] for c in ascii_letters}
    keys = np.zeros(len(names), np.uint64)
    plain = np.zeros(len(names), bool)
    for n, name in enumerate(names):
        if name.isascii() and name.isalpha():
            key = 1469598103934665603 ^ LATIN
            for c in name:
                for letter in read[c]:
                    key = (key ^ letter) * 1099511628211 & WHOLE
            keys[n], plain[n] = key, True
    at = np.minimum(np.searchsorted(spellings, keys), len(spellings) - 1)
    return np.where(plain & (spellings[at] == keys), numbers[at], -1)
