"""What cannot be one person although names and dates agree: two births registered, two border points crossed at one time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.linkage.union import Groups

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
MINUTES_APART = 30      # two border points are not crossed within less; of 50,000 made-up residents and their visitors two did, in two years


def clashes(con: duckdb.DuckDBPyConnection, pairs: Iterable[tuple[float, int, int]]) -> list[tuple[int, int, str]]:
    """Nodes that cannot be one person, among those that the pairs could bring together, one by one or through others: (node, node, reason).

    Reads `prepared`, `node_of` and, where the connection has them, the records `civil_event` (births) and `crossing`.
    """
    import pyarrow as pa

    there = {name for (name,) in con.sql("select table_name from information_schema.tables where table_name in ('civil_event', 'crossing')").fetchall()}
    linked = sorted({node for _, *pair in pairs for node in pair})
    if not linked or len(there) < 2:
        return []
    place = {node: at for at, node in enumerate(linked)}
    groups = Groups(len(linked))
    for _, a, b in pairs:
        groups.join(place[a], place[b])
    components = [groups.root(at) for at in range(len(linked))]
    con.register("reach", pa.table({"node": pa.array(linked, pa.int64()), "component": pa.array(components, pa.int64())}))
    found = con.sql((HERE / "clashes.sql").read_text(encoding="utf-8").replace("$apart", str(60 * MINUTES_APART))).fetchall()
    con.unregister("reach")
    return found
