"""Person numbers that stay: a person keeps the number that most of their records had in the run before."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256


def person_ids(
    first_record: dict[int, str], overlap: list[tuple[int, int, str]], restored: list[tuple[int, int, str]] | None = None, *, taken: Collection[str] = ()
) -> dict[int, str]:
    """Give every cluster its person_id.

    Parameters
    ----------
    first_record
        The earliest record_id of each cluster.
    overlap
        (records, cluster, old person_id): how many records of a cluster carried an old number.
    restored
        The same with the numbers of persons whose merge was undone: a cluster that kept no number gets back the one it had before.
    taken
        Numbers that others have.

    Returns
    -------
    One person_id per cluster. The largest overlap chooses first; a number is given once. A cluster without an old number gets one
    derived from its earliest record, so that a first run gives the same numbers anywhere.

    >>> person_ids({1: "r1", 2: "r9"}, [(5, 1, "Pold"), (2, 2, "Pold")])[1]
    'Pold'
    """
    given: dict[int, str] = {}
    used: set[str] = set()
    for chosen in (overlap, restored or []):
        for _, cluster, old in sorted(chosen, key=lambda o: (-o[0], o[2], o[1])):
            if cluster not in given and old not in used:
                given[cluster] = old
                used.add(old)
    used |= {*taken, *(old for _, _, old in overlap)}      # a number of someone else, now joined away, is not given to a new person
    for cluster in sorted(first_record):
        if cluster not in given:
            given[cluster] = fresh(first_record[cluster], used)
            used.add(given[cluster])
    return given


def fresh(record_id: str, used: set[str]) -> str:
    attempt = 0
    while (number := "P" + sha256(f"{record_id}#{attempt}".encode() if attempt else record_id.encode()).hexdigest()[:15].upper()) in used:
        attempt += 1
    return number
