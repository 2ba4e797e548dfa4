"""Records that must not come together: what people decided, and what cannot be (two births, two places at once).

Each such finding is a label with two sides. A group that stands on one side of a label may not join one that stands on the other. That way a
finding about two whole persons costs no more than one about two records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from karvan.linkage.decisions import Standing

if TYPE_CHECKING:
    import duckdb

Sides = dict[int, dict[str, int | str]]     # of each group: the side on which it stands, by label
DECISION = "decision"
PERSONAL = "two personal numbers"
OWN = "select distinct {group}, split_part(own, chr(31), 1), split_part(own, chr(31), 2) from prepared join {groups} where own is not null order by all"


def divided(one: Mapping[str, int | str], other: Mapping[str, int | str], *, only: str = "") -> str:
    """The label on whose two sides they stand; empty if there is none. `only`: what the label must begin with.

    >>> divided({"decision D1": 0}, {"decision D1": 1, "decision D2": 0})
    'decision D1'
    """
    if len(other) < len(one):
        one, other = other, one
    return next((label for label, side in one.items() if other.get(label, side) != side and label.startswith(only)), "")


def decided_sides(con: duckdb.DuckDBPyConnection, standing: Iterable[Standing]) -> None:
    """Make the temporary table `decided` (label, answer, side, rid): the records of the decisions that say `same` or `different`. Reads `prepared`."""
    import pyarrow as pa

    rows = [
        (f"{DECISION} {one.decisions[-1]}", one.answer, side, record)
        for one in standing if one.answer in ("same", "different")
        for side, records in enumerate((one.records_a, one.records_b)) for record in records
    ]  # fmt: skip
    columns = zip(*rows, strict=True) if rows else ([], [], [], [])
    table = {name: pa.array(list(values), kind) for (name, kind), values in zip(
        (("label", pa.string()), ("answer", pa.string()), ("side", pa.int32()), ("record_id", pa.string())), columns, strict=True)}  # fmt: skip
    con.register("said", pa.table(table))
    con.execute("create or replace temp table decided as select label, answer, side, rid from said join prepared using (record_id) order by all")
    con.unregister("said")
    # Records of both sides that are alike in everything are told apart here, or no later stage could.
    alike = "select label, profile from decided join prepared using (rid) where answer = 'different' group by 1, 2 having count(distinct side) > 1"
    if con.sql(f"{alike} limit 1").fetchall():
        con.execute(f"""
            create or replace temp table prepared as
            select p.* replace (coalesce(hash(p.profile, o.label), p.profile) as profile)
            from prepared p left join (
                select rid, min(label) as label from decided join prepared using (rid) semi join ({alike}) using (label, profile) where side = 1 group by rid
            ) o using (rid) order by rid""")


def sides_of(con: duckdb.DuckDBPyConnection, groups: str, group: str) -> Sides:
    """Which sides of `different` decisions the groups stand on. `groups`: a table or bracketed query with `rid` and the column `group`."""
    found: Sides = {}
    for number, label, side in con.sql(f"select distinct {group}, label, side from decided join {groups} using (rid) where answer = 'different' order by all").fetchall():
        found.setdefault(number, {})[label] = side
    return found


def numbered_sides(con: duckdb.DuckDBPyConnection) -> Sides:
    """Sides of the profiles in `hard` by numbers of which a person has one. Reads `prepared`, `profiles`, `hard`."""
    found: Sides = {}
    for pid, number in con.sql("select pid, personal_no from profiles semi join hard using (pid) where personal_no is not null order by pid").fetchall():
        found[pid] = {PERSONAL: number}
    for pid, label, value in con.sql(OWN.format(group="pid", groups="(from profiles semi join hard using (pid)) using (profile)")).fetchall():
        found.setdefault(pid, {})[label] = value
    return found


def own_sides(con: duckdb.DuckDBPyConnection, sides: Sides) -> Sides:
    """Add to the sides of nodes what their sources have once for a person. Reads `prepared`, `node_of`."""
    for node, label, value in con.sql(OWN.format(group="node", groups="node_of using (rid)")).fetchall():
        sides.setdefault(node, {})[label] = value
    return sides


def joined_by_decision(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int, str]]:
    """Pairs of nodes that `same` decisions join (node, node, label): each node that a decision names with its first. Reads `decided`, `node_of`."""
    nodes = con.sql("""
        select label, list(distinct node order by node) from decided join node_of using (rid) where answer = 'same' group by 1 having count(distinct node) > 1 order by 1""")
    return [(first, other, label) for label, (first, *others) in nodes.fetchall() for other in others]


def with_sides(sides: Sides, more: Sequence[tuple[int, int, str]]) -> Sides:
    """Sides, and pairs (node, node, label) that cannot be one person."""
    for number, (a, b, label) in enumerate(more):
        sides.setdefault(a, {})[f"{label} #{number}"] = 0
        sides.setdefault(b, {})[f"{label} #{number}"] = 1
    return sides
