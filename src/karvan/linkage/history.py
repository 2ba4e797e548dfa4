"""Merges and splits of persons: found by comparing two runs, and undone by a decision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError, nearest
from karvan.linkage.decisions import Decision, decide
from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    import duckdb

    from karvan.workspace import Transaction, Workspace

HERE = Path(__file__).parent


def view_undone(ws: Workspace, con: duckdb.DuckDBPyConnection, said: Sequence[Decision]) -> None:
    """Make a view `links_before_...` of the links before each merge that decisions take back, so that persons get their numbers back."""
    undone = sorted({one.undoes for one in said if one.undoes and one.answer == "different"})
    for name, commit in con.execute("select event_id, commit_before from person_events where event_id in (select unnest(?)) order by 1", [undone]).fetchall():
        ws.view(con, f"links_before_{name}", ws.version("links", at=ws.commit(commit)))


def find_events(ws: Workspace, tx: Transaction, con: duckdb.DuckDBPyConnection, said: Sequence[Decision]) -> int:
    """Write the merges and splits between `links` (before) and `new_links` as a part of `person_events` of its own; returns how many there are."""
    import pyarrow as pa

    before = tx.base.runs.get("link")
    changed = before is None or before.reads.get("identities") != ws.version("identities", at=tx.base).number
    new = said[int(before.notes.get("decisions", 0)) if before else 0 :]
    touched = {record: one.undoes for one in new for record in (*one.records_a, *one.records_b)}
    con.register("touched", pa.table({"record_id": pa.array(list(touched), pa.string()), "undoes": pa.array(list(touched.values()), pa.string())}))
    [(received,)] = con.sql("select max(received_on) from deliveries").fetchall()
    days = [date.fromisoformat(one.at[:10]) for one in new] + ([received] if received else [])
    text = (HERE / "person_events.sql").read_text(encoding="utf-8").replace("$commit", str(tx.base.number)).replace("$changed", str(changed).lower())
    con.execute(text.replace("$happened_on", f"'{max(days)}'" if days else "null"))
    con.unregister("touched")
    [(count,)] = con.sql("select count(*) from new_person_events").fetchall()
    if count:
        tx.write("person_events", con.sql("from new_person_events"), part=f"{tx.base.number:06d}")
    return count


def events(ws: Workspace) -> list[dict[str, Any]]:
    """Merges and splits so far, newest first, as rows of `person_events` with lists of persons."""
    con = ws.connect()
    try:
        answer = con.execute("select * from person_events order by commit_before desc, event_id")
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    finally:
        con.close()
    return [row | {side: json.loads(row[side]) for side in ("from_ids", "to_ids")} for row in rows]


def event(ws: Workspace, event_id: str) -> dict[str, Any]:
    """One event. Raises DataError if there is none."""
    known = {one["event_id"]: one for one in events(ws)}
    if event_id not in known:
        raise DataError(f"There is no event '{event_id}'.", where="person_events", fix=nearest(event_id, list(known)) or "see `karvan link events`")
    return known[event_id]


def undo(ws: Workspace, event_id: str, *, who: str, at: datetime, reason: str) -> list[Decision]:
    """Take a merge or split back: decisions, as of a senior reviewer, that the next run of linkage follows.

    The persons of a merge are told apart again, with the records that each had before and with the numbers that they had; those of a split are joined again.
    Returns the decisions made. Raises DataError if there is no such event, or its records are gone.
    """
    found = event(ws, event_id)
    merged = found["kind"] == "merge"
    con = ws.connect()
    try:
        ws.view(con, "links_before", ws.version("links", at=ws.commit(found["commit_before"])))
        rows = con.execute(
            f"""select {"b" if merged else "n"}.person_id, list(record_id order by record_id) from links_before b join links n using (record_id)
                where b.person_id in (select unnest(?)) and n.person_id in (select unnest(?)) group by 1 order by 1""",
            [found["from_ids"], found["to_ids"]],
        ).fetchall()
    finally:
        con.close()
    if len(rows) < 2:
        raise DataError(f"The event {event_id} no longer stands: its records are of one side only.", where="links", fix="see `karvan link events` for what became of them")
    answer = "different" if merged else "same"
    return [decide(ws, a, b, answer, who=who, at=at, reason=reason, senior=True, undoes=event_id) for (_, a), (_, b) in combinations(rows, 2)]


def figures_changed(ws: Workspace, event_id: str, *, published: bool = False) -> dict[str, Any]:
    """What a merge or split changed: the persons, and the cells of indicators that differ between the cubes before it and the first cubes made after it.

    Everything else that the same run brought (new records, other events) is in these cells too: an event alone has no cubes of its own.
    `published`: compares the figures as they leave disclosure control, for readers who see no others.

    Returns
    -------
    `event`, the row of `person_events`; `persons`, those before and after; `commit`, the first commit with new cubes (None: indicators have not been computed since);
    `first`: there were no figures before the event, so none can be compared; `cells`: rows of
    `indicator`, `period`, `cell` (dimension: category), `before`, `after`.

    Raises DataError if there is no such event.
    """
    found = event(ws, event_id)
    was = ws.commit(found["commit_before"])
    later = (ws.commit(number) for number in range(was.number + 1, ws.head().number + 1))
    table = "safe_cubes" if published else "cubes"
    now = next((commit for commit in later if commit.tables.get(table, 0) != was.tables.get(table, 0)), None)
    rows: list[tuple] = []
    if now and table in was.tables:
        con = ws.connect()
        try:
            for name, commit in (("cubes_before", was), ("cubes_after", now)):
                ws.view(con, table, ws.version(table, at=commit), as_name=name)
            of_cell = ", ".join(("indicator", "period", *DIMENSIONS))
            rows = con.execute(f"""
                with nothing as (select {", ".join(f"null::varchar as {name}" for name in DIMENSIONS)} limit 0),
                     both_sides as (
                         select *, value as was, null as is_now from cubes_before
                         union all by name select *, null as was, value as is_now from cubes_after
                         union all by name from nothing      -- dimensions that neither has
                     )
                select {of_cell}, max(was) as was, max(is_now) as is_now
                from both_sides group by {of_cell} having max(was) is distinct from max(is_now) order by all""").fetchall()
        finally:
            con.close()
    cells = [
        {"indicator": row[0], "period": row[1], "cell": {name: value for name, value in zip(DIMENSIONS, row[2:-2], strict=True) if value not in (None, "_T")}, "before": row[-2], "after": row[-1]}
        for row in rows
    ]  # fmt: skip
    return {"event": found, "persons": sorted({*found["from_ids"], *found["to_ids"]}), "commit": now.number if now else None, "first": table not in was.tables, "cells": cells}
