"""Pairs of nodes against the truth: how many of one person any block key brought together, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def pairs_of_nodes(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Recall of blocking and what each key found. Reads `link_nodes`, `link_pairs` and `scored` (record_id, person_id, person_no).

    Returns
    -------
    One row by key, and a row `all`: `pairs` kept in `link_pairs`, `of_one_person` among them in truth, `joined`, `joined_wrongly`. The row `all` has also `true_pairs`, the pairs
    of nodes of one person in truth, `apart_and_not_found` (neither kept as a pair nor joined through others), and `recall`, the share of the true pairs that were found.
    """
    con.execute("create or replace temp table node_truth as select n.record_id, n.person_id, s.person_no from link_nodes n join scored s using (record_id)")
    con.execute("""
        create or replace temp table pair_truth as
        select p.block, p.outcome, a.person_no = b.person_no as one from link_pairs p join node_truth a on a.record_id = p.record_a join node_truth b on b.record_id = p.record_b""")
    answer = con.execute("""
        select coalesce(block, 'all') as block, count(*) as pairs, count(*) filter (one) as of_one_person, count(*) filter (outcome = 'joined') as joined,
               count(*) filter (outcome = 'joined' and not one) as joined_wrongly
        from pair_truth group by rollup(block) order by block is null, block""")
    names = [column[0] for column in answer.description]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    [(true, not_found)] = con.execute("""
        with pairs as (
            select a.record_id as one, b.record_id as other, a.person_id = b.person_id as joined
            from node_truth a join node_truth b on a.person_no = b.person_no and a.record_id < b.record_id
        )
        select count(*), count(*) filter (not joined and p.record_a is null) from pairs left join link_pairs p on p.record_a = one and p.record_b = other""").fetchall()
    if rows:
        rows[-1] |= {"true_pairs": true, "apart_and_not_found": not_found, "recall": 1 - not_found / true if true else None}
    return rows
