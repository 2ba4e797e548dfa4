"""Defects of procedures: numbers given anew, things entered twice, never closed, late, or as one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from karvan.synth.defects.hand import NONE, Hand, read_day, write_day
from karvan.synth.desk import PERIOD, PROFILES
from karvan.synth.sheet import Rows, Sheet


def new_number(sheet: Sheet, hand: Hand) -> Rows:
    """Q12. A new passport makes a new person: the system gives a new number (the border system always, others sometimes)."""
    column = sheet.column("register_no")
    if column is None or hand.rate >= 1:
        return NONE
    rows = sheet.has(column)
    documents = sheet.values("_doc", rows)
    chosen = hand.choose(documents)
    rows, documents = rows[chosen], [d for d, of in zip(documents, chosen, strict=True) if of]
    sheet.put(
        column,
        rows,
        [f"{v[:1]}9{sum(ord(c) * 31**i for i, c in enumerate(d or '')) % 10**7:07d}" for v, d in zip(sheet.values(column, rows), documents, strict=True)],
    )
    return rows


def keyed_twice(sheet: Sheet, hand: Hand) -> Rows:
    """Q13. The same application entered again under another number, at times with another spelling."""
    if len(sheet.contract.key) != 1:
        return NONE
    key = sheet.contract.key[0].column
    rows = hand.some(np.flatnonzero(~sheet.numbers("_second").astype(bool)))
    new = sheet.append(rows)
    for column in (key, "_key"):
        sheet.change(column, new, lambda v: f"{v}T")
    surname = sheet.column("surname")
    if surname:
        u = iter(hand.draw.random(len(new)))
        sheet.change(
            surname,
            np.intersect1d(new[hand.draw.random(len(new)) < hand.settings["ways"]["Q13"]["respelt"]], sheet.has(surname)),
            lambda v: hand.cultures.spelling.respell(v, "spelling", next(u)),
        )
    return new


def never_closed(sheet: Sheet, hand: Hand) -> Rows:
    """Q14. People leave and nobody closes their registration."""
    ended, why = sheet.field(field="deregistered_on"), sheet.field(field="deregistration_reason")
    if not ended:
        return NONE
    closed = sheet.has(ended.column)
    rows = closed[hand.choose(sheet.values("_key", closed))]
    for f in (ended, why):
        if f:
            sheet.put(f.column, rows, [None] * len(rows))
    keep = np.ones(len(sheet), bool)
    again = rows[sheet.numbers("_second").astype(bool)[rows]]
    keep[again] = False  # the file that would have said so never comes
    stay = np.setdiff1d(rows, again)
    new = np.cumsum(keep) - 1
    sheet.keep(keep)
    return new[stay]


def technical_gap(sheet: Sheet, hand: Hand) -> Rows:
    """Q15. Extensions begin some days after the old permit ends, or before."""
    start = sheet.field(field="valid_from_on")
    if not start:
        return NONE
    profile = PROFILES.get(start.date or "", start.date or "")
    action = sheet.field(field="action") or sheet.field(field="extension_no")
    rows = sheet.has(start.column)
    if action:
        extend = next((code for code, target in (action.codes or {}).items() if target == "extend"), None)
        values = sheet.values(action.column, rows)
        rows = rows[[(v == extend) if extend else v not in (None, "0") for v in values]]
    rows = hand.some(rows)
    first, below = hand.settings["ways"]["Q15"]["days"]
    shift = iter(hand.draw.integers(first, below, size=len(rows)))
    return sheet.change(start.column, rows, lambda v: write_day(d + timedelta(int(next(shift))), profile) if (d := read_day(v, profile)) else v)


def one_second(sheet: Sheet, hand: Hand) -> Rows:
    """Q21. After an outage a point enters hours of crossings at once: all carry the second of the entering."""
    when, where = sheet.field(field="crossed_at"), sheet.field(field="bcp")
    if not (when and where):
        return NONE
    places, stamps = sheet.columns[where.column].to_pylist(), sheet.columns[when.column].to_pylist()
    by_shift: dict[tuple[str, str], list[int]] = {}
    for i, (place, stamp) in enumerate(zip(places, stamps, strict=True)):
        by_shift.setdefault((place, stamp[:13]), []).append(i)  # day and the hour's first digits: an hour of one point
    chosen = [rows for rows, u in zip(by_shift.values(), hand.draw.random(len(by_shift)), strict=True) if u < hand.rate and len(rows) > 1]
    rows = np.array(sorted(i for group in chosen for i in group), np.int64)
    last = {i: max(stamps[j] for j in group) for group in chosen for i in group}
    sheet.put(when.column, rows, [last[i] for i in rows])
    return rows


def family_as_one(sheet: Sheet, hand: Hand) -> Rows:
    """Q22. A family written as one application: the members after the first are a number in a column."""
    member, case = sheet.field(field="member_no"), sheet.field(field="case_no")
    if not (member and case):
        return NONE
    cases = sheet.columns[case.column].to_pylist()
    first = np.array([m in (None, "1") for m in sheet.columns[member.column].to_pylist()], bool)
    of_chosen = np.array(hand.choose(cases), bool)
    families = {c for c, f in zip(cases, first, strict=True) if not f}
    touched = of_chosen & first & np.array([c in families for c in cases], bool)
    keep = ~of_chosen | first
    new = np.cumsum(keep) - 1
    sheet.keep(keep)
    return new[np.flatnonzero(touched)]


def late(sheet: Sheet, hand: Hand) -> Rows:
    """Q23. Rows that come in a later file than they should."""
    rows = hand.some(np.arange(len(sheet)))
    daily = sheet.contract.period == "day"
    first, below = hand.settings["ways"]["Q23"]["days_late" if daily else "days_late_of_a_month"]
    days = hand.draw.integers(first, below, size=len(rows))
    new = [d + timedelta(int(n)) for d, n in zip(_dates(sheet, rows), days, strict=True)]
    inside = np.array([d <= hand.window.last for d in new], bool)
    rows, new = rows[inside], [d for d, i in zip(new, inside, strict=True) if i]
    kind = sheet.columns["_delivered"].type
    sheet.put("_delivered", rows, [datetime(d.year, d.month, d.day) for d in new] if pa.types.is_timestamp(kind) else new)
    sheet.put("_period", rows, [d.strftime(PERIOD[sheet.contract.period]) for d in new])
    return rows


def _dates(sheet: Sheet, rows: Rows) -> list[date]:
    return [v.date() if isinstance(v, datetime) else v for v in sheet.values("_delivered", rows)]
