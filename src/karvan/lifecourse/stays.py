"""Stays of whole people as arrays: made of crossings, or read from a table of spells; the form in which the rules take them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from karvan.lifecourse import kernel, pairing
from karvan.lifecourse.columns import column, values, words
from karvan.lifecourse.people import People

REASONS = (    # in order of their numbers in `pairing`, from 1
    "two_entries", "two_exits", "same_crossing_twice", "unknown_direction", "no_time", "before_1900",
    "no_end", "no_beginning", "overlap", "backwards", "no_crossing",
)  # fmt: skip
NO_PERSON = "no_person"


@dataclass
class Stays:
    """The stays `starts[p]:starts[p + 1]` of each person `names[p]`; days since 1970, BEFORE and NEVER where an end was not seen."""

    names: pa.Array
    starts: np.ndarray
    entered: np.ndarray
    left: np.ndarray
    died: np.ndarray
    entry_imputed: np.ndarray
    exit_imputed: np.ndarray
    in_record: pa.Array | None = None
    out_record: pa.Array | None = None

    def persons(self) -> pa.Array:
        """Whose each stay is."""
        return self.names.take(column(np.repeat(np.arange(len(self.names)), np.diff(self.starts))))

    def only(self, chosen: np.ndarray) -> Stays:
        """The same without the people who are not chosen; none of these has a stay."""
        if chosen.all():
            return self
        return replace(self, names=self.names.filter(column(chosen)), starts=np.append(self.starts[:-1][chosen], self.starts[-1]))


def day(days: np.ndarray, absent: Any) -> pa.Array:
    """Days as dates; null where they are `absent`."""
    return column(days, days == absent, pa.date32())


def aside(names: pa.Array, reasons: np.ndarray, broke: np.ndarray, at: Callable[[np.ndarray], dict[str, pa.Array]]) -> pa.Table:
    """The people set aside: `person_id`, `reason`, and the columns that `at` gives of the rows where it broke."""
    chosen = np.flatnonzero(reasons != pairing.KEPT)
    return pa.table({"person_id": names.take(column(chosen)), "reason": words(reasons[chosen] - 1, *REASONS), **at(broke[chosen])})


def paired(people: People, until: int, zone: str | None) -> tuple[Stays, pa.Table, int, np.ndarray]:
    """Crossings paired into stays, the people set aside, the crossings later than `until`, and the day of each person's first of these (NEVER: none). `zone` where times are instants."""
    moments = values(people.rows["moment"])
    days = pairing.days_of(moments if zone is None else local(moments, zone))
    reasons, broke, starts, entered, left, in_row, out_row, late, next_late = pairing.pair(people.starts, moments, days, np.int32(until))
    record = people.rows.get("record_id")
    out = aside(people.names, reasons, broke, lambda rows: told(people, rows, zone))
    no = np.zeros(len(entered), np.bool_)
    return Stays(people.names, starts, entered, left, no, no, no, ends(record, in_row), ends(record, out_row)), out, int(late), next_late


def of_nobody(people: People, zone: str | None) -> pa.Table:
    """Crossings without a person, one by one, as `aside` has people."""
    n = len(people.rows["moment"])
    return pa.table({"person_id": pa.nulls(n, people.names.type), "reason": words(np.zeros(n, np.int8), NO_PERSON), **told(people, np.arange(n), zone)})


def told(people: People, rows: np.ndarray, zone: str | None) -> dict[str, pa.Array]:
    """What is said of crossings that are set aside: their times and their records."""
    moments = values(people.rows["moment"])[rows]
    times = column(moments >> 2, moments & 3 == pairing.NO_TIME, pa.timestamp("us", "UTC" if zone else None))
    record = people.rows.get("record_id")
    return {"crossed_at": times, "record_id": pa.nulls(len(rows), pa.string()) if record is None else record.take(column(rows))}


def ends(record: pa.Array | None, rows: np.ndarray) -> pa.Array | None:
    return None if record is None else record.take(column(rows, rows < 0))


def local(moments: np.ndarray, zone: str) -> np.ndarray:
    """Moments that are instants, as moments of the zone's clock."""
    there = pc.local_timestamp(column(moments >> 2, kind=pa.timestamp("us", zone)))
    return values(there.cast(pa.int64())) << 2


def read(people: People) -> Stays:
    """Stays from the rows of `spells_query`."""
    entered, left, died, entry_imputed, exit_imputed = pairing.unpack(values(people.rows["stay"]))
    return Stays(people.names, people.starts, entered, left, died, entry_imputed, exit_imputed, people.rows.get("in_record_id"), people.rows.get("out_record_id"))


def spells_table(stays: Stays, record_type: pa.DataType) -> pa.Table:
    """The columns of `presence_spells`, one row per stay."""
    n = len(stays.entered)
    number = np.arange(1, n + 1) - np.repeat(stays.starts[:-1], np.diff(stays.starts))
    closed = np.where(stays.died, 2, (stays.left == kernel.NEVER).astype(np.int8))
    return pa.table({
        "person_id": stays.persons(),
        "spell_no": column(number),
        "entered_on": day(stays.entered, kernel.BEFORE),
        "left_on": day(stays.left, kernel.NEVER),
        "closed_by": words(closed, "exit", "censored", "death"),
        "entry_imputed": column(stays.entry_imputed),
        "exit_imputed": column(stays.exit_imputed),
        "in_record_id": pa.nulls(n, record_type) if stays.in_record is None else stays.in_record,
        "out_record_id": pa.nulls(n, record_type) if stays.out_record is None else stays.out_record,
    })  # fmt: skip


def due_table(names: pa.Array, due: np.ndarray) -> pa.Table:
    """`person_id`, `due_on`: the people of whom more may be known on a day to come (not NEVER) although nothing new is seen of them."""
    chosen = np.flatnonzero(due != kernel.NEVER)
    return pa.table({"person_id": names.take(column(chosen)), "due_on": day(due[chosen], kernel.NEVER)})
