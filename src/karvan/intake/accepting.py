"""Accepting a held delivery: a decision of a person, with a reason, kept with the delivery."""

from __future__ import annotations

import pyarrow as pa

from karvan.errors import DataError, nearest
from karvan.intake.step import SCHEMA, held_reasons, ledger
from karvan.workspace import Workspace, audit


def accept(ws: Workspace, delivery_id: str, *, by: str, reason: str) -> None:
    """Accept a delivery that the gates hold; the next run reads it.

    Raises DataError if there is no such delivery, it is not held, it cannot be read at all, or nobody or no reason is given.
    """
    rows = ledger(ws)
    row = next((r for r in rows if r["delivery_id"] == delivery_id), None)
    if row is None:
        raise DataError(f"There is no delivery '{delivery_id}'.", fix=nearest(delivery_id, [r["delivery_id"] for r in rows]) or "see `karvan feed list --deliveries`")
    if row["state"] != "held":
        raise DataError(f"The delivery is {row['state']}, not held.", where=delivery_id, fix="nothing is to be done")
    if not by.strip() or not reason.strip():
        raise DataError("Who accepts it, and why, must be said.", where=delivery_id, fix="give --by and --why")
    unreadable = [g for g in held_reasons(row) if g["name"] == "readable"]
    if unreadable:
        raise DataError(f"The file cannot be read, so it cannot be accepted: {unreadable[0]['found']}", where=row["file"], fix="ask for the file again, or correct the contract")
    with ws.lock(), ws.transaction() as tx:
        mine = [r | {"accepted_by": f"{by.strip()}: {reason.strip()}"} if r["delivery_id"] == delivery_id else r for r in ledger(ws, row["feed"])]
        tx.write("deliveries", pa.Table.from_pylist(mine, schema=SCHEMA["deliveries"]), part=row["feed"])
    audit.append(ws.audit_log, actor=by.strip(), act="accept", subject=delivery_id, purpose=reason.strip())
