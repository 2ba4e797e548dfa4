"""A second opinion on names: where skeletons disagree, the names as written are compared across scripts, and the weight of the pair follows.

Skeletons are quick and blunt: they take a lost first letter for another surname, and two surnames of one given name for a marriage. `compare_names` reads both names letter by letter. What
its answer is worth depends on what the skeletons said; the weights, in bits, are in `model.json` under `second_opinion`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.linkage.comparisons import COMPARISONS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

HERE = Path(__file__).parent
ASKED_FROM = 0.0005     # pairs below are out of reach of any second opinion
ALIKE, UNLIKE = "alike", "unlike"
AT_ONCE = 200_000       # pairs whose names are in memory together
NAME = next(comparison for comparison in COMPARISONS if comparison.name == "name")
OPINIONS = "create or replace temp table opinions (a bigint, b bigint, level varchar, score double)"


def make_ready() -> None:
    """Compile the comparison of names beside other work: the first time on a machine it takes half a minute of one processor."""
    from threading import Thread

    def ask() -> None:
        from karvan.linkage.names import compare_names

        compare_names(["A"], ["B"])

    Thread(target=ask, daemon=True).start()


@cache
def worth() -> dict[str, Any]:
    """What a second opinion is worth, in bits, by what the skeletons said; `from`: the score from which names are alike."""
    return json.loads((HERE / "model.json").read_text(encoding="utf-8"))["second_opinion"]


def doubted(pairs: str, nodes: str) -> str:
    """A query for the pairs (`a`, `b`) whose skeletons disagree where a second opinion is worth something: `a`, `b`, `level`, and both names as written.

    `pairs` is a table or bracketed query with `a` and `b`, `nodes` one with the columns of nodes.
    """
    sides = ", ".join(f"{side}.{column} as {column}_{side}" for side in "lr" for column in ("written", *NAME.columns))
    return f"""
        select a, b, level, written_l, written_r from (
            select a, b, written_l, written_r, {NAME.level_sql} as level
            from (select p.a, p.b, {sides} from {pairs} p join {nodes} l on l.node = p.a join {nodes} r on r.node = p.b)
            where written_l is not null and written_r is not null)
        where level in ({", ".join(f"'{level}'" for level in worth()[ALIKE])})"""


def read_again(pairs: pa.Table) -> pa.Table:
    """The names of doubted pairs, read letter by letter: a row of `opinions` for each."""
    import pyarrow as pa

    from karvan.linkage.names import compare_names

    scores = compare_names(pairs["written_l"], pairs["written_r"]).round(4)
    return pairs.select(["a", "b", "level"]).append_column("score", pa.array(scores, pa.float64()))


def second_opinion(con: duckdb.DuckDBPyConnection, *, floor: float) -> None:
    """Ask for the names of pairs in `scored_pairs` whose skeletons disagree, and give the pairs their new weights; pairs below `floor` go.

    Reads `blocked`. Fills the column `name_score` of the pairs asked for. Encoded names are compared by their filters alone.
    """
    con.execute("create or replace temp table doubted as " + doubted("scored_pairs", "blocked"))
    con.execute(OPINIONS)
    [(pairs,)] = con.sql("select count(*) from doubted").fetchall()
    for first in range(0, pairs, AT_ONCE):
        batch = con.sql(f"select * from doubted where rowid >= {first} and rowid < {first + AT_ONCE}").to_arrow_table()
        con.register("said_again", read_again(batch))
        con.execute("insert into opinions select a, b, level, score from said_again")
        con.unregister("said_again")
    con.execute("drop table doubted")
    weigh(con, floor=floor)


def weigh(con: duckdb.DuckDBPyConnection, *, floor: float) -> None:
    """Give the pairs of `scored_pairs` the weights that follow from `opinions`; pairs below `floor` go."""
    bits = {said: " ".join(f"when '{level}' then {weight}::double" for level, weight in worth()[said].items()) for said in (ALIKE, UNLIKE)}
    con.execute(f"""
        create or replace temp table scored_pairs as
        with shifted as (
            select p.*, o.score, p.match_weight + case when o.score >= {worth()["from"]}::double then case o.level {bits[ALIKE]} end else case o.level {bits[UNLIKE]} end end as weight
            from scored_pairs p left join opinions o using (a, b)
        ),
        weighed as (
            select a, b, coalesce(round(1 / (1 + pow(2, -weight)), 6), probability) as probability, coalesce(round(weight, 4), match_weight) as match_weight, block, score as name_score
            from shifted
        )
        from weighed where probability >= {floor}::double order by a, b""")
    con.execute("drop table opinions")
