"""A small country of the tests: one pack in a temporary folder, contracts written where a test needs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from karvan import intake
from karvan.country import for_workspace
from karvan.workspace import Run, Workspace, run_step

CODES = """code,name_en,valid_from,valid_to,maps_to
AAA,Aland,,,
BBB,Beland,,,
CCC,Celand,2010-01-01,,
OLD,Oldland,,1991-12-26,AAA
"""


def contract(feed: str, columns: list[dict[str, Any]], *, form: str = "csv", latency: int = 2, **karvan: Any) -> dict[str, Any]:
    """A contract as YAML would give it: columns are {name, ...properties of the standard, **custom}."""
    standard = ("name", "logicalType", "required", "primaryKey", "classification")
    properties = []
    for column in columns:
        own = [{"property": k, "value": v} for k, v in column.items() if k not in standard]
        properties.append({"logicalType": "string", **{k: v for k, v in column.items() if k in standard}, **({"customProperties": own} if own else {})})
    return {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": feed, "name": feed, "version": "1.0.0", "status": "active", "tenant": "BOR",
        "schema": [{"name": "rows", "physicalType": form, "properties": properties}],
        "slaProperties": [{"property": "latency", "value": latency, "unit": "d"}],
        "customProperties": [{"property": "karvan", "value": {"person_key": "document", **karvan}}],
    }  # fmt: skip


CROSSINGS = [
    {"name": "NO", "primaryKey": True, "required": True},
    {"name": "WAY", "required": True, "field": "direction", "codes": {"E": "in", "X": "out"}},
    {"name": "AT", "logicalType": "timestamp", "required": True, "field": "crossed_at", "date": "%d.%m.%Y %H:%M"},
    {"name": "POINT", "field": "bcp"},
    {"name": "DOC", "identity": "doc_no"},
    {"name": "SURNAME", "identity": "surname"},
    {"name": "BORN", "identity": "birth_date", "date": "%d.%m.%Y", "partial": True},
    {"name": "CIT", "field": "citizenship", "identity": "citizenship", "code_list": "states"},
]
GATES = {"rows": [0, 1000]}


def crossings(**change: Any) -> dict[str, Any]:
    said = {"record": "crossing", "delimiter": ";", "period": "day", "file": "crossings_{period}.csv", "gates": GATES, "completeness_by": "bcp"} | change
    return contract("t.bor.crossings", CROSSINGS, **said)


def land(root: Path, *contracts: Mapping[str, Any], zone: str = "Asia/Tashkent", texts: Mapping[str, Any] | None = None) -> Workspace:
    """A workspace whose only pack has these contracts."""
    pack = root / "packs" / "t"
    for folder in ("contracts", "code_lists", "texts"):
        (pack / folder).mkdir(parents=True, exist_ok=True)
    (pack / "pack.yaml").write_text(f"id: t\nnames: {{en: Testland}}\nzone: {zone}\nlanguages: [en, ru]\ncitizenship: AAA\n", encoding="utf-8")
    (pack / "code_lists" / "states.csv").write_text(CODES, encoding="utf-8")
    if texts:
        (pack / "texts" / "intake.yaml").write_text(yaml.safe_dump(dict(texts), allow_unicode=True), encoding="utf-8")
    for one in contracts:
        write_contract(root, one)
    return Workspace.create(root / "ws", packs=["t"], packs_folder=root / "packs")


def write_contract(root: Path, one: Mapping[str, Any]) -> None:
    (root / "packs" / "t" / "contracts" / f"{one['id']}.yaml").write_text(yaml.safe_dump(dict(one), allow_unicode=True, sort_keys=False), encoding="utf-8")


def deliver(ws: Workspace, feed: str, name: str, content: str | bytes, *, encoding: str = "utf-8") -> Path:
    folder = ws.extracts / feed
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


HEADER = "NO;WAY;AT;POINT;DOC;SURNAME;BORN;CIT"


def csv_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def run(ws: Workspace) -> Run | None:
    with ws.lock():
        return run_step(ws, intake.STEP)


def lines(ws: Workspace, feed: str = "t.bor.crossings") -> dict[str, dict[str, Any]]:
    """The ledger of a feed by file name."""
    found = {row["file"]: row for row in intake.ledger(ws, feed)}
    for row in found.values():
        assert row["rows"] == sum(row[f"rows_{k}"] for k in ("read", "duplicate", "superseded", "quarantined", "held")), row
    return found


def ask(ws: Workspace, query: str) -> list[tuple[Any, ...]]:
    con = ws.connect(identity="test")
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def rows_of(ws: Workspace, query: str) -> Any:
    con = ws.connect(identity="test")
    try:
        return con.sql(query).to_arrow_table()
    finally:
        con.close()


def checked(ws: Workspace, feed: str, path: Path, **options: Any) -> intake.Checked:
    country = for_workspace(ws)
    return intake.check(path, country.contracts[feed], country, **options)
