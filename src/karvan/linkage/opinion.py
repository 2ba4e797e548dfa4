"""A second opinion on names: where skeletons disagree, the names as written are compared across scripts, and the weight of the pair follows.

Skeletons are quick and blunt: they take a lost first letter for another surname, and two surnames of one given name for a marriage. `compare_names` reads both names letter by letter. What
its answer is worth depends on what the skeletons said; the weights, in bits, are in `model.json` under `second_opinion`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karvan.linkage.comparisons import COMPARISONS

if TYPE_CHECKING:
    import duckdb

ASKED_FROM = 0.0005     # pairs below are out of reach of any second opinion
ALIKE, UNLIKE = "alike", "unlike"


def make_ready() -> None:
    """Compile the comparison of names beside other work: the first time on a machine it takes half a minute of one processor."""
    from threading import Thread

    def ask() -> None:
        from karvan.linkage.names import compare_names

        compare_names(["A"], ["B"])

    Thread(target=ask, daemon=True).start()


def second_opinion(con: duckdb.DuckDBPyConnection, opinion: dict[str, Any], *, floor: float) -> int:
    """Ask for the names of pairs in `scored_pairs` whose skeletons disagree, and give the pairs their new weights; pairs below `floor` go.

    Reads `blocked`. Fills the column `name_score` of the pairs asked for. Encoded names are compared by their filters alone. Returns how many pairs were asked for.
    """
    import pyarrow as pa

    name = next(comparison for comparison in COMPARISONS if comparison.name == "name")
    con.execute(f"""
        create or replace temp table opinion_pairs as
        select * from (
            select a, b, written_l, written_r, {name.level_sql} as level
            from scored_pairs
            join (select columns('(.+)') as "\\1_l" from blocked) on node_l = a
            join (select columns('(.+)') as "\\1_r" from blocked) on node_r = b
            where written_l is not null and written_r is not null
        ) where level in ({", ".join(f"'{level}'" for level in opinion["alike"])}) order by a, b""")
    pairs = con.sql("select written_l, written_r, level from opinion_pairs order by a, b").fetchall()
    if pairs:
        from karvan.linkage.names import compare_names

        scores = compare_names([one for one, *_ in pairs], [other for _, other, _ in pairs]).round(4)
        shifts = [opinion[ALIKE if score >= opinion["from"] else UNLIKE][level] for score, (*_, level) in zip(scores, pairs, strict=True)]
        con.register("opinions", pa.table({"place": pa.array(range(1, len(pairs) + 1), pa.int64()), "score": pa.array(scores, pa.float64()), "shift": pa.array(shifts, pa.float64())}))
        con.execute("""
            update scored_pairs set name_score = o.score, match_weight = round(match_weight + o.shift, 4),
                   probability = round(1 / (1 + pow(2, -(match_weight + o.shift))), 6)
            from (select a, b, row_number() over (order by a, b) as place from opinion_pairs) k join opinions o using (place)
            where k.a = scored_pairs.a and k.b = scored_pairs.b""")
        con.unregister("opinions")
    con.execute("delete from scored_pairs where probability < ?", [floor])
    con.execute("drop table opinion_pairs")
    return len(pairs)
