"""The step of the line: identities in, links and persons out, with the evidence that decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from karvan.country import for_workspace
from karvan.country.match_keys import MatchKeys
from karvan.linkage.apart import decided_sides
from karvan.linkage.circumstances import weigh_circumstances
from karvan.linkage.decisions import Decision, decisions, decisions_file, standing
from karvan.linkage.evidence import compare, keep_decisions, name_nodes
from karvan.linkage.history import find_events, view_undone
from karvan.linkage.keys import same_name_and_birth
from karvan.linkage.model import FLOOR, Engine, score_pairs
from karvan.linkage.numbers import join_by_number
from karvan.linkage.opinion import make_ready
from karvan.linkage.people import make_people
from karvan.linkage.prepare import prepare
from karvan.workspace import Progress, Step, Transaction, Workspace

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
PARAMS = {"seed": 1}
# The tables of the step, and the temporary tables that hold their content.
WRITTEN = {
    "links": "new_links", "persons": "new_persons", "link_pairs": "evidence", "link_cuts": "cuts", "link_decisions": "held_decisions", "link_nodes": "node_state",
    "link_numbers": "number_state",
}  # fmt: skip


def link(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress, *, engine: Engine | None = None) -> dict[str, Any]:
    """Write `links`, `persons` and what decided them from `identities`; the numbers of the links in force are kept where they fit."""
    make_ready()
    said = decisions(ws)
    con = ws.connect(identity="link records of one person", memory=memory_for(ws.version("identities", at=tx.base).rows), at=tx.base)
    try:
        view_undone(ws, con, said)
        notes = link_people(con, keys=match_keys(ws), seed=params["seed"], progress=progress, said=said, engine=engine)
        for table, source in WRITTEN.items():
            tx.write(table, con.sql(f"from {source}"))
        notes["events"] = find_events(ws, tx, con, said)
    finally:
        con.close()
    return notes


def memory_for(records: int) -> str:
    """What the engine may hold for so many records; more goes to disk. Arrays and names being read come on top, about as much again."""
    return f"{600 + records // 2500} MB"


def match_keys(ws: Workspace) -> MatchKeys:
    """What joins the records of a person, as the workspace's packs say."""
    return for_workspace(ws).match_keys if ws.packs else MatchKeys()


def link_people(con: duckdb.DuckDBPyConnection, *, seed: int, progress: Progress, keys: MatchKeys | None = None, said: Sequence[Decision] = (), engine: Engine | None = None) -> dict[str, Any]:
    """Make the tables `new_links` and `new_persons` on a connection that has `identities` and the `links` of the run before.

    Beside them stand those of `WRITTEN`. `keys` are the match keys of the country, `said` the decisions of people, `engine` what scores pairs instead of DuckDB.

    Returns notes: records, nodes, clusters, pairs by level, what was kept apart or refused and why, the model, and seconds by stage.
    """
    clock, keys = Clock(), keys or MatchKeys()
    holding = standing(said)
    progress("names to skeletons", 0.02)
    records = prepare(con, keys=keys)
    decided_sides(con, holding)
    clock.mark("names")
    progress("numbers", 0.25)
    apart = join_by_number(con)
    con.execute((HERE / "nodes.sql").read_text(encoding="utf-8"))
    clock.mark("numbers")
    progress("keys", 0.4)
    keyed = same_name_and_birth(con, unknown_days=keys.unknown_days)
    clock.mark("keys")
    progress("model", 0.45)
    scored = score_pairs(con, keyed=len(keyed), threshold=keys.threshold, seed=seed, engine=engine)
    clock.mark("model")
    progress("clusters", 0.8)
    name_nodes(con)
    compare(con, keyed)
    circumstances = weigh_circumstances(con, floor=FLOOR)
    refused = make_people(con, threshold=keys.threshold)
    keep_decisions(con, holding)
    clock.mark("people")
    return {
        "records": records,
        "nodes": count(con, "nodes"),
        "persons": count(con, "new_persons"),
        "pairs": {"name_birth": len(keyed)} | scored.compared,
        "large_blocks": scored.large,
        "parameters": scored.parameters,
        "threshold": keys.threshold,
        "keys": repr(keys),
        "model": scored.model | circumstances | {"prior": scored.prior},
        "kept_apart": apart,
        "refused": dict(sorted(refused.items())),
        "decisions": len(said),
        "levels": dict(con.sql("select level, count(*) from new_links group by 1 order by 1").fetchall()),
        "seconds": clock.marks,
    }


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return con.sql(f"select count(*) from {table}").fetchall()[0][0]


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.marks: dict[str, float] = {}
        self.last = monotonic()

    def mark(self, stage: str) -> None:
        now = monotonic()
        self.marks[stage], self.last = round(now - self.last, 2), now


def letters_model_keys_and_decisions(ws: Workspace) -> str:
    """What the result depends on besides tables and code: the letter tables, the shipped parameters and model of names, the pack's match keys, and what people decided."""
    files = [HERE / "model.json", *sorted((HERE / "transliteration").glob("*.csv")), decisions_file(ws)]
    names = sha256((HERE / "names" / "model.npz").read_bytes()).hexdigest()
    return repr(match_keys(ws)) + names + "".join(path.read_text(encoding="utf-8") for path in files if path.exists())


STEP = Step(
    "link", reads=("identities", "crossing", "civil_event", "case_event", "decision", "permit"), writes=(*WRITTEN, "person_events"), work=link, params=PARAMS, also=letters_model_keys_and_decisions,
)  # fmt: skip


def step_on(engine: str, master: str = "") -> Step:
    """The step with the pairs scored by another engine: `duckdb`, or `spark` with the address of a cluster (nothing: the processors of this machine).

    The links are the same, so a step that was run on one engine is not run again on the other. Raises SetupError where Spark is not there.
    """
    if engine == "duckdb":
        return STEP
    from karvan.linkage.spark import predict_on_spark
    from karvan.workspace.spark import HERE_ONLY, needs_spark

    needs_spark()

    def link_on_spark(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
        return link(ws, tx, params, progress, engine=predict_on_spark(master or HERE_ONLY, ws.root / ".tmp"))

    return replace(STEP, work=link_on_spark)
