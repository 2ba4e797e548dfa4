"""How good the links are, from the pairs that reviewers labelled (QI-07), and whether that differs by citizenship (QI-22)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from karvan.quality.measure import Measure

if TYPE_CHECKING:
    import duckdb

SUBJECT = "linkage"
ENOUGH_LABELS = 50          # of the whole sample
ENOUGH_OF_A_GROUP = 20      # of one citizenship

LABELLED = """
with decided as (select answer, unnest(from_json(records_a, '["VARCHAR"]')) as record_a, records_b from link_decisions where answer in ('same', 'different')),
     pairs as (select answer, record_a, unnest(from_json(records_b, '["VARCHAR"]')) as record_b from decided),
     both_ways as (select answer, record_a, record_b from pairs union select answer, record_b, record_a from pairs),
     newest as (select * from link_sample where sample_id = (select max(sample_id) from link_sample)),
     labelled as (select n.*, b.answer = 'same' as is_same from newest as n join both_ways as b using (record_a, record_b))
select stratum, any_value(stratum_pairs), citizenship, count(*) as labelled, count(*) filter (joined and is_same) as joined_same,
       count(*) filter (joined) as joined, count(*) filter (is_same) as same
from labelled group by stratum, citizenship order by all
"""


def links(con: duckdb.DuckDBPyConnection) -> list[Measure]:
    """QI-07 with precision and recall, and the QI-22 of linkage; nothing while too few pairs are labelled.

    Each labelled pair stands for the pairs of its stratum. The intervals are on the linkage desk; here is what is scored.
    """
    rows = con.execute(LABELLED).fetchall()
    if sum(row[3] for row in rows) < ENOUGH_LABELS:
        return []
    labelled: dict[str, int] = {}
    for stratum, _pairs, _citizenship, n, *_rest in rows:
        labelled[stratum] = labelled.get(stratum, 0) + n
    weighted = [(row[2], row[3], *(row[1] / labelled[row[0]] * count for count in row[4:])) for row in rows]
    found = scores_of(row[2:] for row in weighted)
    out = [Measure("QI-07", SUBJECT, detail, 100 * value, sum(row[3] for row in rows)) for detail, value in found.items()]
    groups = {}
    for citizenship in {row[0] for row in weighted}:
        mine = [row for row in weighted if row[0] == citizenship]
        if sum(row[1] for row in mine) >= ENOUGH_OF_A_GROUP and (f1 := scores_of(row[2:] for row in mine).get(None)) is not None:
            groups[citizenship] = 100 * f1
    if len(groups) > 1:
        out.append(Measure("QI-22", SUBJECT, None, max(groups.values()) - min(groups.values()), len(groups)))
        out += [Measure("QI-22", SUBJECT, citizenship, f1, 1) for citizenship, f1 in sorted(groups.items())]
    return out


def scores_of(rows: Iterable[tuple[float, ...]]) -> dict[str | None, float]:
    """F1 (without a detail), precision and recall, from weighted counts of pairs: joined and the same, joined, the same.

    >>> scores_of([(90.0, 100.0, 90.0)])
    {None: 0.9473684210526315, 'precision': 0.9, 'recall': 1.0}
    """
    right, joined, same = (sum(column) for column in zip(*rows, strict=True))
    if not joined or not same:
        return {}
    precision, recall = right / joined, right / same
    return {None: 2 * right / (joined + same), "precision": precision, "recall": recall}
