"""Defects that happen in the world and not in a file: how the registers would stand if they had not happened.

Lives make them, at the rates of `synth/lives.yaml`. Each function takes one of them back on the desk, before any file is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

Undo = Callable[["duckdb.DuckDBPyConnection"], None]


def record_every_crossing(con: duckdb.DuckDBPyConnection) -> None:
    """Q10. Crossings that nobody recorded: without them the border sees every one."""
    con.execute("update crossing set seen = true")


def leave_on_the_passport_of_entry(con: duckdb.DuckDBPyConnection) -> None:
    """Q11. In on one passport, out on another: without it, out on the one shown at the way in."""
    con.execute("""
        create or replace table crossing as
        select c.* replace (
            case when direction = 'out' and lag(direction) over w = 'in' then coalesce(lag(doc_no) over w, doc_no) else doc_no end as doc_no)
        from crossing c window w as (partition by person_no order by crossed_at, direction) order by c.rowid""")


def keep_the_first_number(con: duckdb.DuckDBPyConnection) -> None:
    """Q12. A new passport makes a new person in the border system: without it, the number of the first passport stays."""
    con.execute("""
        update papers set iamas_no = first_no
        from (select person_no, min(iamas_no) as first_no from papers group by person_no) f where f.person_no = papers.person_no""")


def end_permits_with_departure(con: duckdb.DuckDBPyConnection) -> None:
    """Q16. Permits that run on after their holder left for good: without it, they end on that day."""
    con.execute("""
        update permit set valid_to_on = left_on from
        (select person_no, max(to_on) as left_on from residence where ended_by = 'emigration' group by person_no having bool_and(to_on is not null)) r
        where r.person_no = permit.person_no and left_on between valid_from_on and valid_to_on""")
