"""What lists of names in two scripts know: which spellings are met as one name, and which never are; compiled.

A spelling is known as itself and by the spellings of the other script that it is met with, each with its share. Leyla is met as Лейла and Lala as Лала, so
that the two are other names, however near their letters.
"""

from __future__ import annotations

import numpy as np

from karvan.linkage.names.compiled import compiled


@compiled
def plain_key(row, length, script, plain):  # pragma: no cover - compiled
    """A number for a part without its marks: Aydın is Aydin, Şahin is Shahin. `plain[letter]` are up to two Latin letters, 0 for none."""
    key = np.uint64(1469598103934665603) ^ np.uint64(script)
    for m in range(1, length - 1):
        if script == 0:
            for letter in plain[row[m]]:
                if letter != 0:
                    key = (key ^ np.uint64(letter)) * np.uint64(1099511628211)
        else:
            key = (key ^ np.uint64(row[m])) * np.uint64(1099511628211)
    return key


@compiled
def known_number(row, length, script, weights):  # pragma: no cover - compiled
    """The place of a part among the spellings known; -1 where it is not."""
    keys, buckets = weights[10], weights[15]
    key = plain_key(row, length, script, weights[9])
    bucket = key >> np.uint64(48)
    for at in range(buckets[bucket], buckets[bucket + np.uint64(1)]):
        if keys[at] == key:
            return at
    return -1


@compiled
def told(one, other, weights):  # pragma: no cover - compiled
    """What the lists say of two known spellings: above 0, up to 1, the share with which they are met as one name; below 0 that they never are, the more the
    oftener both are met; 0 where one is not known."""
    if one < 0 or other < 0:
        return 0.0
    if one == other:
        return 1.0
    first, names, share, often = weights[11], weights[12], weights[13], weights[14]
    i, j, best = first[one], first[other], 0.0
    while i < first[one + 1] and j < first[other + 1]:
        if names[i] == names[j]:
            best = max(best, min(share[i], share[j]))
            i += 1
            j += 1
        elif names[i] < names[j]:
            i += 1
        else:
            j += 1
    return best if best > 0 else -min(often[one], often[other])
