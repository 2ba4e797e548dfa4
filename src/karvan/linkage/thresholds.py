"""The links under another threshold, for asking what the choice of the threshold changes. Meant for a copy of a workspace: what it writes is in force there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from karvan.linkage.decisions import decisions
from karvan.linkage.history import view_undone
from karvan.linkage.step import PARAMS, WRITTEN, link_people, match_keys, memory_for
from karvan.workspace import Progress, quiet

if TYPE_CHECKING:
    from karvan.workspace import Transaction, Workspace


def link_at(ws: Workspace, tx: Transaction, *, threshold: float, actor: str, progress: Progress = quiet) -> int:
    """Link as the step does, but join pairs from another probability up; returns how many persons there are.

    Opens the identity zone in the name of `actor`. The model, the match keys and people's decisions are those of the step.

    Examples
    --------
    ::

        with copy.lock(), copy.transaction() as tx:
            persons = link_at(copy, tx, threshold=0.8, actor="ssc")
    """
    said = decisions(ws)
    con = ws.connect(identity=f"links under a threshold of {threshold:g}", actor=actor, memory=memory_for(ws.version("identities", at=tx.base).rows), at=tx.base)
    try:
        view_undone(ws, con, said)
        notes = link_people(con, keys=replace(match_keys(ws), threshold=threshold), seed=PARAMS["seed"], progress=progress, said=said)
        for table, source in WRITTEN.items():
            tx.write(table, con.sql(f"from {source}"))
    finally:
        con.close()
    return int(notes["persons"])
