"""Stage one: records of the same number are records of one person, unless that is impossible.

A number is a document with its issuer, a personal number, or the person's number in an office's own register. A parent's passport used by
a child, or a number typed wrong that hits another person's, must not join people: two profiles under one number stay apart when two of
sex, birth year and given name disagree and the birth year is not the same. A number under which very many people stand is a placeholder and joins
nobody; what people decided keeps records apart too. Every time is kept with its reason.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from karvan.linkage.apart import DECISION, Sides, numbered_sides, sides_of
from karvan.linkage.encode.received import BITS, UNLIKE, unlike
from karvan.linkage.union import Groups

if TYPE_CHECKING:
    import duckdb
    import numpy as np

NUMBERS = ("personal_no", "register_no", "document")
TOO_MANY = 25       # birth years and given names under one number; more is a placeholder that someone typed
PROFILES = """
create or replace temp table profiles as
select row_number() over (order by first_rid) - 1 as pid, * from (
    select profile, any_value(personal_no) as personal_no, any_value(register_key) as register_no, any_value(document) as document, any_value(sex) as sex,
           any_value(birth_year) as birth_year, any_value(given) as given, any_value(surname) as surname, count(*) as records, min(rid) as first_rid
    from prepared group by profile)
"""
# Documents that differ only in letters that machines confuse, of one issuer, with the same whole birth date: the check fields agree.
CONFUSED = """
create or replace temp table confused as
select list(pid order by pid) as pids from (
    select min(p.pid) as pid, r.doc_issuer || ':' || translate(r.doc_no, 'OIBSL', '01851') as folded, birth_date
    from prepared r join profiles p using (profile)
    where length(birth_date) = 10 and regexp_matches(r.doc_no, '[OIBSL0185]')
    group by r.document, folded, birth_date)
group by folded, birth_date having count(*) > 1 order by 1
"""

# Profiles under one number, each with the first of them; `hard` where they may be more than one person.
SHARED = f"""
create or replace temp table shared_numbers as
with held as ({" union all ".join(f"select '{number}' as kind, {number} as number, pid, sex, birth_year, personal_no from profiles where {number} is not null" for number in NUMBERS)}),
     shared as (
         select kind, number, min(pid) as first_pid,
                count(*) > {TOO_MANY} or coalesce(min(sex) <> max(sex), false) or coalesce(min(birth_year) <> max(birth_year), false) as hard
         from held group by kind, number having count(*) > 1)
select pid, first_pid, hard from held join shared using (kind, number)
union all select unnest(pids), pids[1], true from confused
"""
# Groups in which all is not clear: they are read one by one.
HARD = """
create or replace temp table hard as
select pid from components where component in (
    select component from components join shared_numbers using (pid) where hard
    union all select component from components semi join sided using (pid)
    union all select component from components join profiles using (pid) group by 1 having min(personal_no) <> max(personal_no))
"""
# Profiles of which a decision or a source says something that keeps groups apart.
SIDED = """
create or replace temp table sided as
select distinct pid from profiles join (select profile from prepared where own is not null union all select profile from prepared semi join decided using (rid)) using (profile)
"""
HARD_PROFILES = "select pid, personal_no, register_no, document, sex, birth_year, given, surname, records from profiles semi join hard using (pid) order by pid"


def join_by_number(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make the temporary tables `node_of` (rid, node), records joined by number, and `number_cuts` (rid_a, rid_b, reason). Reads `prepared`, `decided`.

    Returns how many profiles were kept apart although they share a number, by number and reason.
    """
    import pyarrow as pa

    con.execute(PROFILES)
    con.execute(CONFUSED)
    con.execute(SHARED)
    nodes = nodes_at_first(con)
    rows = {pid: tuple(row) for pid, *row in con.sql(HARD_PROFILES).fetchall()}
    sides: Sides = numbered_sides(con)
    for pid, labels in sides_of(con, "(select rid, pid from prepared join profiles using (profile))", "pid").items():
        sides[pid] = sides.get(pid, {}) | labels
    groups = Groups(sides)
    apart: Counter[str] = Counter()
    cuts: list[tuple[int, int, str]] = []
    for at, number in enumerate(NUMBERS):
        holders: dict[str, list[int]] = {}
        for pid, row in rows.items():
            if row[at] is not None:
                holders.setdefault(row[at], []).append(pid)
        for pids in holders.values():
            if len({rows[pid][4:6] for pid in pids}) > TOO_MANY:
                apart[f"{number}: one number of more than {TOO_MANY} people, taken for none"] += len(pids)
            elif len(pids) > 1:
                cuts += join_agreeing(pids, rows, groups, number)
    for (pids,) in con.sql("select pids from confused order by pids").fetchall():        # all of them are hard
        cuts += join_agreeing(pids, rows, groups, "document read alike")
    apart.update(reason for _, _, reason in cuts)
    for pid in rows:
        nodes[pid] = groups.root(pid)
    con.register("pid_node", pa.table({"pid": pa.array(range(len(nodes)), pa.int64()), "node": nodes}))
    con.execute("create or replace temp table node_of as select r.rid, n.node from prepared r join profiles p using (profile) join pid_node n using (pid)")
    con.unregister("pid_node")
    con.register("cut_pids", pa.table({"a": pa.array([a for a, _, _ in cuts], pa.int64()), "b": pa.array([b for _, b, _ in cuts], pa.int64()), "reason": pa.array([r for *_, r in cuts], pa.string())}))
    con.execute("""
        create or replace temp table number_cuts as
        select a.first_rid as rid_a, b.first_rid as rid_b, reason from cut_pids c join profiles a on a.pid = c.a join profiles b on b.pid = c.b order by all""")
    con.unregister("cut_pids")
    return dict(sorted(apart.items()))


def nodes_at_first(con: duckdb.DuckDBPyConnection) -> np.ndarray:
    """The node of each profile where all who share a number can be one person. Makes `hard` (pid): the profiles of the other groups, each its own node so far."""
    import numpy as np
    import pyarrow as pa

    from karvan.linkage.kernels import components

    [(count,)] = con.sql("select count(*) from profiles").fetchall()
    shared = con.sql("select pid, first_pid from shared_numbers").to_arrow_table()
    nodes = components(count, shared["pid"].to_numpy(), shared["first_pid"].to_numpy())
    together = np.flatnonzero(np.bincount(nodes, minlength=count)[nodes] > 1)
    con.register("components", pa.table({"pid": together, "component": nodes[together]}))
    con.execute(SIDED)
    con.execute(HARD)
    con.unregister("components")
    hard = con.sql("select pid from hard").to_arrow_table()["pid"].to_numpy()
    nodes[hard] = hard
    return nodes


def join_agreeing(pids: list[int], rows: dict[int, tuple], groups: Groups, number: str) -> list[tuple[int, int, str]]:
    """Join each profile to the first more frequent one that it can be the same person as; returns those kept apart from all of these (leader, profile, why)."""
    leaders: list[int] = []
    cuts = []
    for pid in sorted(pids, key=lambda p: (-rows[p][7], p)):
        for leader in leaders:
            reason = groups.divided(leader, pid) or impossible(rows[leader], rows[pid])
            if not reason:
                groups.join(leader, pid)
                break
        else:
            if leaders:
                cuts.append((leaders[0], pid, f"{number}: {DECISION if reason.startswith(DECISION) else reason}"))
            if len(leaders) < 20:
                leaders.append(pid)
    return cuts


def impossible(a: tuple, b: tuple) -> str:
    """Why two profiles under one number are two people; empty if they can be one."""
    reasons = []
    if a[3] and b[3] and a[3] != b[3]:
        reasons.append("sex")
    if a[4] and b[4] and a[4] != b[4]:
        reasons.append("birth year")
    same_year = a[4] and a[4] == b[4]       # then another sex and name are a slip of the office, not a child in a parent's passport
    if reasons and not same_year and names_differ(a[5], a[6], b[5], b[6]):
        reasons.append("given name")
    return " and ".join(reasons) if len(reasons) > 1 else ""


@lru_cache(maxsize=100_000)
def names_differ(given_a: str | None, surname_a: str | None, given_b: str | None, surname_b: str | None) -> bool:
    """Whether two given names are surely not spellings, cuts or swaps of one."""
    from rapidfuzz.distance import JaroWinkler

    from karvan.linkage.names import key

    if not given_a or not given_b:
        return False
    if BITS in given_a and BITS in given_b:
        return unlike(given_a, given_b) > UNLIKE
    a, b = given_a.split()[0], given_b.split()[0]
    if a.startswith(b) or b.startswith(a) or key(a) == key(b) or a in (surname_b or "").split() or b in (surname_a or "").split():
        return False
    return JaroWinkler.similarity(a, b) < 0.8
