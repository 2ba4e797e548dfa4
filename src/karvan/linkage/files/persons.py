"""Rows of one file that are one person by a number that only that file has: they are matched as one, by the best that any of them says.

A number alone is not believed (numbers are lent and mistyped): a row joins where its names agree with those that most rows of the number have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from karvan.linkage.files.learning import Patterns, levels_of

if TYPE_CHECKING:
    import duckdb

Array = np.ndarray

MOST_ROWS = 50          # rows of one number; a number that more have is no person's
NOT_SAID = 99


def make_entities(con: duckdb.DuckDBPyConnection, roles: dict[str, str]) -> Array:
    """The entity of every record, by `rid`: the first `rid` of its person in its file. Reads `person` of the table `records`."""
    said = {name: name in roles for name in ("given", "surname", "middle", "birth_date")}
    agree = []
    if said["given"]:
        agree.append("jaro_winkler_similarity(r.given, m.given) >= 0.8 or starts_with(r.given, m.given) or starts_with(m.given, r.given)")
    if said["birth_date"]:
        agree.append("r.birth_date = m.birth_date")
    if said["middle"] and said["surname"]:
        agree.append("r.middle = m.middle and jaro_winkler_similarity(r.surname, m.surname) >= 0.85")
    if not said["given"] and said["surname"]:
        agree.append("jaro_winkler_similarity(r.surname, m.surname) >= 0.85")
    names = "".join(f", {name}" for name, there in said.items() if there)
    con.execute(f"""
        create or replace temp table entities as
        with counted as (select side, person{names}, count(*) as n, min(rid) as first from records where person is not null group by all),
        numbers as (
            select * from counted qualify row_number() over (partition by side, person order by n desc, first) = 1 and sum(n) over (partition by side, person) between 2 and {MOST_ROWS}
        ),
        joined as (select r.rid, r.side, r.person from records r join numbers m using (side, person) where coalesce({' or '.join(f'({a})' for a in agree) or 'true'}, false))
        select r.rid, case when j.rid is null then r.rid else min(j.rid) over (partition by j.side, j.person) end as entity
        from records r left join joined j on j.rid = r.rid order by r.rid
    """)
    return np.asarray(con.execute("select entity from entities order by rid").fetchnumpy()["entity"])


def pool(l: Array, r: Array, codes: Array, frequency: Array, weight: Array, patterns: Patterns) -> tuple[Array, Array, Array, Array]:  # noqa: E741
    """Pairs of rows as pairs of entities: every comparison at the surest level that any pair of their rows has.

    Returns the entities, the pattern and the frequency's weight of each pair.
    """
    order = np.lexsort((-weight, r, l))
    l, r, codes, frequency = l[order], r[order], codes[order], frequency[order]  # noqa: E741
    starts = np.flatnonzero(np.r_[True, (l[1:] != l[:-1]) | (r[1:] != r[:-1])])
    levels = levels_of(codes, patterns.sizes)
    best = np.minimum.reduceat(np.where(levels < 0, NOT_SAID, levels), starts)
    best[best == NOT_SAID] = -1
    pooled = np.zeros(len(best), np.int64)
    for n, size in enumerate(patterns.sizes):
        pooled = pooled * (size + 1) + best[:, n] + 1
    return l[starts], r[starts], pooled, frequency[starts]
