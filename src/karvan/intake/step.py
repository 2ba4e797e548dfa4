"""The step: new deliveries of every feed in, records, identities, quarantine and ledgers out."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.country import Contract, Country, for_workspace
from karvan.intake import completeness, gates, settle
from karvan.intake.deliveries import Delivery, due_on, in_zone, superseded_by, without_bytes
from karvan.intake.readers import read
from karvan.intake.reading import Counts, Reading, set_pseudonym_key
from karvan.tables import TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace

if TYPE_CHECKING:
    import duckdb

READER = 2    # raise it when the same file would be read otherwise: every delivery is then read again
RECORDS = tuple(name for name, table in TABLES.items() if table.kind == "record")
SCHEMA = {
    name: pa.schema([(c.name, {"text": pa.string(), "json": pa.string(), "whole": pa.int64(), "real": pa.float64(), "day": pa.date32(), "yes_no": pa.bool_(), "instant": pa.timestamp("us")}[c.type]) for c in TABLES[name].columns])
    for name in ("deliveries", "completeness")
}  # fmt: skip


def fingerprint(ws: Workspace) -> str:
    """What the step depends on besides tables: the files in the extracts zone, the packs, and what was accepted by hand."""
    digest = hashlib.sha256(for_workspace(ws).pack_hash("contracts", "code_lists").encode())
    for path in sorted(ws.extracts.glob("*/*")):
        if path.is_file():
            about = path.stat()
            digest.update(f"{path.parent.name}/{path.name}:{about.st_size}:{about.st_mtime_ns}\n".encode())
    digest.update(f"{READER}".encode())
    for row in sorted(ledger(ws), key=lambda r: r["delivery_id"]):
        if row["accepted_by"]:
            digest.update(f"{row['delivery_id']}:{row['accepted_by']}\n".encode())
    return digest.hexdigest()


def ledger(ws: Workspace, feed: str | None = None) -> list[dict[str, Any]]:
    """Lines of the delivery ledger in force."""
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    version = ws.version("deliveries")
    for part, path in zip(version.parts, ws.paths(version), strict=True):
        if feed is None or part.key == feed:
            rows += pq.read_table(path).to_pylist()
    return rows


def contract_version(contract: Contract, country: Country) -> str:
    """Version of a contract with a short hash of all that reading by it depends on."""
    digest = hashlib.sha256(f"{READER} {country.zone.key}".encode())
    digest.update(contract.path.read_bytes() if contract.path and contract.path.exists() else repr(contract).encode())
    for name in sorted({f.code_list for f in contract.fields if f.code_list}):
        digest.update(repr([(c.code, c.target, c.valid_from, c.valid_to) for c in country.code_list(name)]).encode())
    return f"{contract.version}+{digest.hexdigest()[:8]}"


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read what is new in every feed and write what it changes."""
    country = for_workspace(ws)
    known: dict[str, list[dict[str, Any]]] = {}
    for row in ledger(ws):
        known.setdefault(row["feed"], []).append(row)
    contracts = [c for c in country.contracts.values() if (ws.extracts / c.id).is_dir() or c.id in known]
    total = sum(f.stat().st_size for c in contracts for f in (ws.extracts / c.id).glob("*") if f.is_file()) or 1
    done = 0
    con = ws.connect(identity="intake: read deliveries", memory=params.get("memory", "900MB"))
    notes: dict[str, Any] = {"feeds": len(contracts), "read": 0, "held": 0, "superseded": 0}
    try:
        set_pseudonym_key(con, ws.pseudonym_key())
        for contract in contracts:
            size = sum(f.stat().st_size for f in (ws.extracts / contract.id).glob("*") if f.is_file())

            def report(part: float, *, contract: Contract = contract, size: int = size, before: int = done) -> None:
                progress(contract.name or contract.id, min(0.99, (before + part * size) / total))

            lines = run_feed(ws, tx, con, contract, country, known.get(contract.id, []), report)
            if lines is not None:
                notes["read"] += lines["read"]
            done += size
        states = [row for table in (tx.parts.get("deliveries") or {}).values() for row in _rows(ws, table.file)]
        notes["held"] = sum(row["state"] == "held" for row in states)
        notes["superseded"] = sum(row["state"] == "superseded" for row in states)
        notes["rows_set_aside"] = sum((row["rows_quarantined"] or 0) + (row["rows_held"] or 0) for row in states)
    finally:
        con.close()
    return notes


def _rows(ws: Workspace, file: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    return pq.read_table(ws.folder("deliveries") / "data" / file).to_pylist()


def run_feed(
    ws: Workspace, tx: Transaction, con: duckdb.DuckDBPyConnection, contract: Contract, country: Country, known: list[dict[str, Any]], report: Any
) -> dict[str, int] | None:
    """Read one feed's new deliveries and write its parts; None if there is nothing new."""
    version = contract_version(contract, country)
    lines = {row["delivery_id"]: row for row in known}
    files = {d.delivery_id: d for d in in_zone(ws, contract, {row["delivery_id"]: row["file"] for row in known})}
    everything = sorted([*files.values(), *(without_bytes(row, contract) for key, row in lines.items() if key not in files)], key=lambda d: d.order)
    if not everything:
        return None
    seq_of = {d.delivery_id: seq for seq, d in enumerate(everything)}

    def due(delivery: Delivery) -> bool:
        line = lines.get(delivery.delivery_id)
        if delivery.path is None:
            return False
        return line is None or line["contract_version"] != version or (line["state"] == "held" and line["accepted_by"] is not None)

    in_force = {key for key, row in lines.items() if row["state"] == "accepted"}
    fresh = {d.delivery_id for d in everything if due(d)}
    if not fresh:
        return None

    reading = Reading(con, contract, country, lambda table: ws.folder(table) / "data")
    verdicts: dict[str, list[gates.Gate]] = {}
    held: set[str] = {key for key, row in lines.items() if row["state"] == "held" and key not in fresh}
    read_now: set[str] = set()
    size = max(1, sum(files[k].path.stat().st_size for k in fresh))  # type: ignore[union-attr, misc]
    seen = 0
    while True:
        replaced = superseded_by([d for d in everything if d.delivery_id not in held], contract)
        lost = {key for key in replaced if key in in_force}
        if lost:    # rows that gave way to those of a replaced delivery come back: read their deliveries again
            fresh |= {key for key in in_force - lost if key in files and (lines[key]["rows_duplicate"] or lines[key]["rows_superseded"])}
        pending = [d for d in everything if d.delivery_id in fresh - read_now - held and d.delivery_id not in replaced]
        if not pending:
            break
        for delivery in pending:
            reading.take(seq_of[delivery.delivery_id], delivery)
            read_now.add(delivery.delivery_id)
            seen += delivery.path.stat().st_size    # type: ignore[union-attr]
            report(min(0.9, 0.9 * seen / size))
        reading.flush()
        held |= judge_all(everything, read_now, seq_of, reading, lines, held, verdicts, contract)
    replaced = superseded_by([d for d in everything if d.delivery_id not in held], contract)

    outcome = settle.settle(
        ws, tx, con, reading, everything, seq_of,
        new=read_now - held - set(replaced), kept=in_force - read_now - set(replaced) - held, gone=(set(replaced) | held) & in_force | (read_now & in_force),
    )  # fmt: skip
    rows = []
    for delivery in everything:
        key = delivery.delivery_id
        before = lines.get(key)
        line: dict[str, Any] = {
            "delivery_id": key, "feed": contract.id, "institution": contract.institution, "file": delivery.file, "sha256": delivery.sha256,
            "contract_version": version if key in fresh or before is None else before["contract_version"],
            "period_from_on": delivery.period_from, "period_to_on": delivery.period_to,
            "received_on": before["received_on"] if before else delivery.received_on, "due_on": due_on(delivery, contract),
            "gates": gates.as_json(verdicts[key]) if key in verdicts else before["gates"] if before else "[]",
            "accepted_by": before["accepted_by"] if before else None,
        }  # fmt: skip
        count = dict.fromkeys(("rows_read", "rows_duplicate", "rows_superseded", "rows_quarantined", "rows_held", "records"), 0)
        if key in replaced:
            total = before["rows"] if before else count_rows(delivery, contract)
            line |= count | {"state": "superseded", "rows": total, "rows_superseded": total}
        elif key in held:
            total = reading.counts[seq_of[key]].rows if key in read_now else before["rows"]    # type: ignore[index]
            line |= count | {"state": "held", "rows": total, "rows_held": total}
        elif key in read_now:
            line |= {"state": "accepted", "rows": reading.counts[seq_of[key]].rows} | outcome[key]
        else:
            assert before is not None
            line |= {name: before[name] for name in (*count, "rows", "state")}
            for name, change in outcome.get(key, {}).items():
                line[name] += change
        rows.append(line)
    names = SCHEMA["deliveries"].names
    tx.write("deliveries", pa.Table.from_pylist([{n: r[n] for n in names} for r in rows], schema=SCHEMA["deliveries"]), part=contract.id)
    complete = completeness.of_feed(ws, tx, con, contract, country, rows)
    tx.write("completeness", pa.Table.from_pylist(complete, schema=SCHEMA["completeness"]), part=contract.id)
    reading.drop()
    report(1.0)
    return {"read": len(read_now)}


def judge_all(
    everything: list[Delivery], read_now: set[str], seq_of: dict[str, int], reading: Reading, lines: dict[str, dict[str, Any]], held: set[str],
    verdicts: dict[str, list[gates.Gate]], contract: Contract,
) -> set[str]:  # fmt: skip
    """Judge the deliveries read now, in their order, each against the accepted ones before it; gives those to be held."""
    stopped: set[str] = set()
    before: list[dict[str, Any]] = []
    for delivery in everything:
        key = delivery.delivery_id
        if key not in read_now:
            if key in lines and lines[key]["state"] == "accepted":
                before.append(gates.counts_of(lines[key]))
            continue
        counts: Counts = reading.counts[seq_of[key]]
        if counts.unreadable is not None:
            wrong = counts.unreadable
            verdicts[key] = [gates.Gate("readable", None, wrong.what, "; ".join(t for t in (wrong.where, wrong.fix) if t), False)]
            stopped.add(key)
            continue
        verdict = [gates.Gate("file_name", None, delivery.file, contract.file, delivery.fits_name), *gates.judge(counts.plain(), before, contract)]
        verdicts[key] = verdict
        accepted = key in lines and lines[key]["accepted_by"] is not None
        if all(g.passed for g in verdict) or accepted:
            before.append(counts.plain())
        else:
            stopped.add(key)
    return stopped


def count_rows(delivery: Delivery, contract: Contract) -> int:
    """Rows of a delivery that is not read, because a later one has replaced it."""
    from karvan.errors import DataError

    rows = 0
    each = any(p.each for p in contract.records)
    try:
        for piece in read(delivery.path, contract):    # type: ignore[arg-type]
            rows += len(set(piece.table["row_no"].to_pylist())) if each else piece.table.num_rows
    except DataError:
        return rows
    return rows


STEP = Step(name="intake", reads=(), writes=(*RECORDS, "identities", "deliveries", "completeness", "quarantine"), work=work, also=fingerprint)


def held_reasons(line: dict[str, Any]) -> list[dict[str, Any]]:
    """The gates that a delivery failed."""
    return [g for g in json.loads(line["gates"] or "[]") if not g["passed"]]
