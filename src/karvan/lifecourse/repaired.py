"""Crossings by themselves, with the repairs of the life-course step: missing ends put in, flagged and counted.

The step's own queries are run (see `repair.sql` and docs/explanation/life-course.md) with no other record than the crossings, so that the medians of
the stays seen decide where a permit or a register would. What a pack adds is which citizenship is the national one, and how long a visa-free stay may be.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from karvan.lifecourse import pairing
from karvan.lifecourse.queries import CARRIED
from karvan.lifecourse.stays import aside, local
from karvan.lifecourse.step import life_courses, visa_free_days
from karvan.tables import RECORD_TYPES, TABLES

if TYPE_CHECKING:
    import duckdb

    from karvan.lifecourse.people import People

NOBODY = "---"     # no citizenship: without a pack nobody is a national


def repaired(con: duckdb.DuckDBPyConnection, people: People, *, observed_until: date, zone: str | None, pack: str | None) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Stays as `presence_spells` has them, the repairs by stratum (table `repairs`), and the people whose crossings cannot be read.

    `people` are all of them, with `moment`, and `record_id` and the columns `CARRIED` where the crossings have them.
    """
    moments = people.rows["moment"].to_numpy()
    days = pairing.days_of(moments if zone is None else local(moments, zone))
    unreadable = np.select([moments & 3 == pairing.NO_TIME, moments & 3 == pairing.NO_DIRECTION, days < pairing.FIRST_DAY], [pairing.WITHOUT_TIME, pairing.UNKNOWN_DIRECTION, pairing.BEFORE_1900], pairing.KEPT)
    who = np.repeat(np.arange(len(people.names)), np.diff(people.starts))
    reasons, broke = np.zeros(len(people.names), np.int8), np.zeros(len(people.names), np.int64)
    for row in np.flatnonzero(unreadable)[::-1]:    # the first one says why
        reasons[who[row]], broke[who[row]] = unreadable[row], row
    record = people.rows.get("record_id", pa.nulls(len(who), pa.string()))
    times = pa.array(moments >> 2, mask=moments & 3 == pairing.NO_TIME).cast(pa.timestamp("us"))
    out = aside(people.names, reasons, broke, lambda rows: {"crossed_at": times.take(pa.array(rows)), "record_id": record.take(pa.array(rows))})

    readable = pa.table({
        "row": pa.array(np.arange(len(who))),
        "person": pa.array(who),
        "crossed_at": times,
        "crossed_on": pa.array(days).cast(pa.date32()),
        "direction": pa.array(["in", "out"]).take(pa.array((moments & 1).astype(np.int8))),
        **{name: people.rows[name] for name in CARRIED if name in people.rows},
    }).filter(pa.array(reasons[who] == pairing.KEPT))  # fmt: skip
    for name in (*RECORD_TYPES, "links"):
        con.execute(f"create temp table {name} as {TABLES[name].empty_select()}")
    con.register("readable", readable)
    con.execute("insert into crossing by name select * exclude (row, person), lpad(row::varchar, 12, '0') as record_id, 'admitted' as decision from readable")
    con.execute("insert into links by name select lpad(row::varchar, 12, '0') as record_id, lpad(person::varchar, 12, '0') as person_id, 'document' as level, 1 as probability from readable")
    [(first,)] = con.execute("select coalesce(min(crossed_on), $1) from crossing", [observed_until]).fetchall()
    national, params = NOBODY, {}
    if pack:
        from karvan.country import load

        country = load([pack])
        national, params = country.national, visa_free_days(country, observed_until, {"visa_free_cap": "V20"})
    made = life_courses(con, observed_from=first, observed_until=observed_until, national=national, params=params)["tables"]
    named = pa.table({"person": pa.array(np.arange(len(people.names))), "person_id": people.names})
    con.register("named", named)
    con.register("recorded", pa.table({"row": pa.array(np.arange(len(who))), "record_id": record}))
    spells = con.sql(f"""
        select n.person_id, s.spell_no, s.entered_on, s.left_on, s.closed_by, s.entry_imputed, s.exit_imputed, i.record_id as in_record_id, o.record_id as out_record_id
        from {made["presence_spells"]} s
        join named n on n.person = s.person_id::bigint
        left join recorded i on i.row = s.in_record_id::bigint
        left join recorded o on o.row = s.out_record_id::bigint
        order by n.person, s.spell_no
    """).to_arrow_table()
    return spells, con.sql(f"from {made['repairs']} order by all").to_arrow_table(), out
