"""What cannot be one person although names and dates agree: two births registered, two border points crossed at one time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.linkage.circumstances import CIRCUMSTANCES, find_levels
from karvan.linkage.evidence import Pairs

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
MOST_NODES = 30         # of one group whose circumstances are looked at pair by pair
MINUTES_APART = 30      # two border points are not crossed within less; of 50,000 made-up residents and their visitors two did, in two years


def clashes(con: duckdb.DuckDBPyConnection, pairs: Pairs | Iterable[tuple[float, int, int]]) -> list[tuple[int, int, str]]:
    """Nodes that cannot be one person, among those that the pairs could bring together, one by one or through others: (node, node, reason).

    Reads `prepared`, `node_of` and, where the connection has them, the records `civil_event` (births) and `crossing`.
    """
    import numpy as np
    import pyarrow as pa

    from karvan.linkage.kernels import components

    there = {name for (name,) in con.sql("select table_name from information_schema.tables where table_name in ('civil_event', 'crossing')").fetchall()}
    sides = pairs[1:] if isinstance(pairs, Pairs) else np.array([pair for _, *pair in pairs], np.int64).reshape(-1, 2).T
    linked, place = np.unique(np.concatenate(sides), return_inverse=True)
    if not len(linked):
        return []
    a, b = np.split(place, 2)
    con.register("reach", pa.table({"node": linked, "component": components(len(linked), a, b)}))
    found = con.sql((HERE / "clashes.sql").read_text(encoding="utf-8").replace("$apart", str(60 * MINUTES_APART))).fetchall() if len(there) == 2 else []
    find_levels(con, f"""
        select a.node as a, b.node as b from reach a join reach b on a.component = b.component and a.node < b.node
        where a.component in (select component from reach group by 1 having count(*) between 3 and {MOST_NODES})""")
    for one in CIRCUMSTANCES:
        for level, reason in one.impossible:
            found += con.execute(f"select a, b, ? from level_of_{one.name} where level = ? order by a, b", [reason, level]).fetchall()
    con.unregister("reach")
    return found
