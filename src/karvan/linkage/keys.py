"""Stage two: nodes with the same name skeleton, whole birth date, sex and citizenship are one person.

Dates that registers put in where the day is unknown (1 January, 1 July, or what the pack says) carry too little to decide alone, and a name of one part too; and where very many people of a
citizenship bear one name, two of them may be born on one day. Such nodes are left to the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from karvan.country.match_keys import MatchKeys

if TYPE_CHECKING:
    import duckdb

DAYS = 22_000           # on which the bearers of a name were born: sixty years
NAMESAKES = 0.003       # other bearers to be expected on the same day, at most: one in a hundred of the pairs that the key finds there, where three in ten people have a second node
SAME = f"""
with found as (
    select parts, sex, citizenship, list(node order by node) as nodes from {{nodes}}
    where parts like '% %' and length(birth_date) = 10 and not list_contains({{unknown}}, right(birth_date, 5)) and sex is not null and citizenship is not null
    group by parts, birth_date, sex, citizenship having count(*) > 1
),
bearers as (
    select parts, sex, citizenship, count(distinct birth_date) as dates from {{among}} semi join found using (parts, sex, citizenship) where length(birth_date) = 10
    group by parts, sex, citizenship
)
select nodes from found join bearers using (parts, sex, citizenship) where (dates - 1) / {DAYS} <= {NAMESAKES} order by 1
"""


def same_name_and_birth(con: duckdb.DuckDBPyConnection, nodes: str = "nodes", among: str = "nodes", unknown_days: Sequence[str] = MatchKeys.unknown_days) -> list[tuple[int, int]]:
    """Pairs of nodes joined by the key: each node of a group with the first one. A birthday on one of `unknown_days` (month and day) decides nothing; `among` are the nodes that show how many bear a name."""
    return [(group[0], other) for (group,) in con.sql(SAME.format(nodes=nodes, among=among, unknown=f"{list(unknown_days)}::varchar[]")).fetchall() for other in group[1:]]
