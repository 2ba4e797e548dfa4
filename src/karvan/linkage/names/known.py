"""Given names that are listed as one: other languages' forms of it, and its short forms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from karvan.linkage.names import reading as k
from karvan.linkage.names.compare import packed
from karvan.linkage.names.model import shipped
from karvan.linkage.names.parts import name_number


def name_numbers(names: Sequence[str]) -> np.ndarray:
    """For each name of one part the number of the name that it is listed as a form of; -1 where it is not listed.

    >>> bill, william, anna = name_numbers(["bill", "William", "Anna"])
    >>> bool(bill == william), bool(bill == anna)
    (True, False)
    """
    model = shipped()
    codes, starts = packed(list(names), "a")
    letter, info, head = read = k.new_name()
    out = np.full(len(names), -1)
    for n in range(len(names)):
        k.read_name(codes, starts[n], starts[n + 1], k.AS_WRITTEN, model.reader, read)
        if head[k.PARTS] == 1:
            out[n] = name_number(letter[0], info[0, k.LENGTH], info[0, k.SCRIPT], *model.weights[7:9])
    return out
