"""Stage two: nodes with the same name skeleton, whole birth date, sex and citizenship are one person.

Dates that registers put in where the day is unknown (1 January, 1 July, or what the pack says) carry too little to decide alone, and a name of one part too;
such nodes are left to the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from karvan.country.match_keys import MatchKeys

if TYPE_CHECKING:
    import duckdb

SAME = """
select list(node order by node) from {nodes}
where parts like '% %' and length(birth_date) = 10 and not list_contains({unknown}, right(birth_date, 5)) and sex is not null and citizenship is not null
group by parts, birth_date, sex, citizenship having count(*) > 1 order by 1
"""


def same_name_and_birth(con: duckdb.DuckDBPyConnection, nodes: str = "nodes", unknown_days: Sequence[str] = MatchKeys.unknown_days) -> list[tuple[int, int]]:
    """Pairs of nodes joined by the key: each node of a group with the first one. A birthday on one of `unknown_days` (month and day) decides nothing."""
    return [(group[0], other) for (group,) in con.sql(SAME.format(nodes=nodes, unknown=f"{list(unknown_days)}::varchar[]")).fetchall() for other in group[1:]]
