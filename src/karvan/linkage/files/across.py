"""Whole names compared across scripts by the learned comparison of names, where letters alone do not tell: Məmmədov, Мамедов, ممدوف.

The score of every two names that meet in a pair is reckoned once, batch by batch, and kept in the table `name_scores`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import duckdb

BATCH = 100_000
MIXED = 0.1         # share of names in letters other than Latin, from which the scripts of two files are taken to differ
ONE_SCRIPT = 0.9    # unless nearly all names of both are


def scripts_differ(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the names of `records` (`written`) are in several scripts, so that one person's may be in two."""
    shares = [share for (share,) in con.execute("select avg(regexp_matches(written, '[^\\x00-\\x{24F}]')::int) from records where written is not null group by side").fetchall()]
    return bool(shares) and max(shares) > MIXED and min(shares) < ONE_SCRIPT


def score_names(con: duckdb.DuckDBPyConnection, pairs: str) -> None:
    """Add to the table `name_scores` (a, b, score) the names that meet in the table `pairs` (l, r)."""
    from karvan.linkage.names import compare_names

    con.execute("create table if not exists name_scores (a varchar, b varchar, score float)")
    con.execute(f"""
        create or replace table names_met as
        select row_number() over () as n, a, b from (
            select distinct l.written as a, r.written as b from {pairs} p join records l on l.rid = p.l join records r on r.rid = p.r where l.written is not null and r.written is not null
        ) anti join name_scores using (a, b)
    """)
    [(met,)] = con.execute("select count(*) from names_met").fetchall()
    for start in range(0, met, BATCH):
        batch = con.execute(f"select n, a, b from names_met where n > {start} and n <= {start + BATCH}").fetchall()
        scores = compare_names([a for _, a, _ in batch], [b for _, _, b in batch])
        con.register("scored", {"n": np.array([n for n, _, _ in batch]), "score": np.asarray(scores, dtype=np.float32)})
        con.execute("insert into name_scores select a, b, score from scored join names_met using (n)")
        con.unregister("scored")
    con.execute("drop table names_met")
