"""Presence spells: border crossings, paired.

A border register holds crossings; statistics need stays. Nothing is guessed here: a crossing that the register missed stays
visible as `closed_by = 'missing_exit'` or an empty `entered_on`, so that repair (see `karvan.lifecourse.repair`) is a separate,
counted step. A refused entry is an event and no presence.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from karvan.errors import DataError
from karvan.lifecourse import sql
from karvan.workspace import new_connection

CARRIED = ("citizenship", "mode", "bcp", "purpose")


def presence_spells(crossings: Any, *, observed_until: date) -> pa.Table:
    """Pair each person's crossings, in order, into spells of presence.

    Parameters
    ----------
    crossings
        An Arrow table, one row per admitted crossing: `person_id`, `crossed_on` (day in the pack's zone; the day that counts),
        `direction` ('in', 'out'); optional `crossed_at` (UTC; the day's order is that of the rows where it is absent),
        `record_id`, `citizenship`, `mode`, `bcp`, `purpose`.
    observed_until
        Last day that the deliveries cover without a gap, inclusive.

    Returns
    -------
    The columns of `presence_spells`, one row per spell: `spell_no` (from 1), `entered_on` (null: inside before the first crossing
    seen), `left_on` (null: not seen leaving), `closed_by` ('exit', 'missing_exit', 'censored'). Every crossing is in exactly one
    spell. Of crossings in the same instant those come first that let entries and exits alternate, as in `karvan spells`.

    Raises
    ------
    DataError
        A crossing later than `observed_until`.

    Examples
    --------
    >>> seen = pa.table({"person_id": ["P1", "P1"], "crossed_on": [date(2026, 1, 12), date(2026, 3, 2)], "direction": ["in", "out"]})
    >>> presence_spells(seen, observed_until=date(2026, 3, 31)).select(["spell_no", "entered_on", "left_on", "closed_by"]).to_pylist()
    [{'spell_no': 1, 'entered_on': datetime.date(2026, 1, 12), 'left_on': datetime.date(2026, 3, 2), 'closed_by': 'exit'}]
    """
    with new_connection(threads=1) as con:
        con.register("given", pa.table(crossings))
        names = {row[0] for row in con.execute("describe given").fetchall()}
        extra = [f"cast(null as varchar) as {name}" for name in CARRIED if name not in names]
        if "crossed_at" not in names:
            extra.append("cast(crossed_on as timestamp) + to_microseconds(row_number() over ()) as crossed_at")
        if "record_id" not in names:
            extra.append("'row ' || row_number() over () as record_id")
        con.execute(f"create temp table crossings as select {', '.join(['*', *extra])} from given")
        late = con.execute("select count(*), min_by(record_id, crossed_on) from crossings where crossed_on > $1", [observed_until]).fetchall()[0]
        if late[0]:
            raise DataError(
                f"{late[0]:,} crossings are later than {observed_until}, the last day covered.",
                where=str(late[1]),
                fix="check the period of the delivery, or pass the last day that is complete",
            )
        sql.make(con, "spells", "presence.sql")
        return con.sql("from spells order by person_id, spell_no").to_arrow_table()
