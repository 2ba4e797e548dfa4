"""A small workspace for the portal's tests: an invented country, tables written directly, no agency's file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from karvan.tables import TABLES
from karvan.workspace import Transaction, Workspace, new_connection

HERE = Path(__file__).parent


def written(con: duckdb.DuckDBPyConnection, tx: Transaction, table: str, rows: Sequence[Mapping[str, Any]], *, part: str = "all") -> None:
    """Write rows given as dictionaries; columns that a row leaves out are null."""
    declared = TABLES[table]
    con.execute(f"create or replace temp table wanted as {declared.empty_select()}")
    for row in rows:
        con.execute(f"insert into wanted ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    tx.write(table, con.sql(f"select * from wanted order by {', '.join(declared.key)}"), part=part)


def empty(root: Path) -> Workspace:
    return Workspace.create(root, packs=["tiny"], packs_folder=HERE / "pack")


def tinyland(root: Path) -> Workspace:
    """Two indicators over four years, deliveries in every state, a quarantine, scores."""
    ws = empty(root)
    (ws.root / "truth").mkdir()
    con = new_connection(memory="300MB", threads=1)
    with ws.lock(), ws.transaction() as tx:
        written(con, tx, "safe_cubes", entries_cells("safe_cubes"))
        written(con, tx, "cubes", entries_cells("cubes"))
        written(con, tx, "safe_vintages", vintages())
        written(con, tx, "safe_provisional", provisional())
        written(con, tx, "deliveries", deliveries())
        written(
            con,
            tx,
            "completeness",
            [
                {"feed": "tiny.bor.crossings", "point": p, "first_on": "2021-01-01", "complete_until_on": d}
                for p, d in (("A1", "2025-01-12"), ("B2", "2024-12-31"))
            ],
        )
        written(
            con,
            tx,
            "quality_scores",
            [
                {"qi": "QI-01", "subject": "tiny.bor.crossings", "measured": 0.31, "score": 20.0, "colour": "red", "measured_until": "2024-12-31"},
                {
                    "qi": "QI-02",
                    "subject": "tiny.bor.crossings",
                    "detail": "sex",
                    "measured": 0.98,
                    "score": 96.0,
                    "colour": "green",
                    "measured_until": "2024-12-31",
                },
            ],
        )
        written(
            con,
            tx,
            "quarantine",
            [
                {
                    "delivery_id": "d-2024-12",
                    "feed": "tiny.bor.crossings",
                    "file": "crossings_2024-12.csv",
                    "row_no": n,
                    "reason": "bad_date",
                    "field": "TARIX",
                    "found": "31.02.2024",
                    "expected": "a day, dd.mm.yyyy",
                    "raw": f"{n};G;31.02.2024",
                }
                for n in (7, 12, 19)
            ]
            + [
                {
                    "delivery_id": "d-2024-12",
                    "feed": "tiny.bor.crossings",
                    "file": "crossings_2024-12.csv",
                    "row_no": n,
                    "reason": "not_understood",
                    "field": "MEQSED",
                    "found": "xyz",
                    "expected": "a code of purposes",
                    "raw": f"{n};G;01.12.2024;xyz",
                }
                for n in (7, 30, 31)
            ],
        )
    return ws


def entries_cells(table: str) -> list[dict[str, Any]]:
    """Entries by sex and citizenship, and their totals; the last year is provisional."""
    cells = []
    shared = {
        "indicator": "TMP-01",
        "unit": "crossings",
        "vintage": "2024-12-31",
        "basis": "records",
        "share_imputed": 0.02,
        "share_unlinked": 0.01,
        "quality": "amber",
    }
    more = {"treatment": "rounded"} if table == "safe_cubes" else {}
    for place, year in enumerate(("2021", "2022", "2023", "2024")):
        for sex, s in (("F", 2), ("M", 3), ("_T", 5)):
            for citizenship, c in (("XTB", 3), ("XTC", 1), ("unknown", 1), ("_T", 5)):
                value = float((1000 + 100 * place) * s * c)
                cells.append(
                    {**shared, **more, "period": year, "sex": sex, "citizenship": citizenship, "value": value, "obs_status": "P" if year == "2024" else "A"}
                )
    return cells


def vintages() -> list[dict[str, Any]]:
    """Entries of three years as they stood on four days: first figures are 40 too high, and final after a year."""
    final = {"2021": 5000.0, "2022": 5500.0, "2023": 6000.0}
    return [
        {"indicator": "TMP-01", "vintage_on": f"{day}-12-31", "period": year, "sex": "_T", "citizenship": "_T", "value": value + (40 if str(day) == year else 0), "unit": "crossings",
         "obs_status": "P" if str(day) == year else "A", "treatment": "rounded"}
        for year, value in final.items() for day in range(int(year), 2024)
    ]  # fmt: skip


def provisional() -> list[dict[str, Any]]:
    """A year that waits, and a month of which so few crossings are open that only its value is told."""
    row = {"indicator": "TMP-01", "decided": 3000.0, "value": 6010.0, "final_on": "2025-05-01", "known_on": "2023-12-31"}
    return [row | {"period": "2023", "open": 4200.0, "standard_error": 31.0, "low": 5940.0, "high": 6080.0}, row | {"period": "2023-02", "decided": 100.0, "value": 105.0}]


def deliveries() -> list[dict[str, Any]]:
    shared = {"sha256": "0" * 64, "contract_version": "1.0.0", "rows_duplicate": 0, "rows_superseded": 0, "rows_held": 0}
    border = {**shared, "feed": "tiny.bor.crossings", "institution": "bor"}
    gates = json.dumps(
        [
            {"name": "rows", "field": None, "found": 100, "limit": "500 to 9000", "passed": False},
            {"name": "codes", "field": "CITIZENSHIP", "found": 0.001, "limit": 0.01, "passed": True},
        ]
    )
    return [
        {
            **border,
            "delivery_id": "d-2024-12",
            "file": "crossings_2024-12.csv",
            "period_from_on": "2024-12-01",
            "period_to_on": "2024-12-31",
            "received_on": "2025-01-20",
            "due_on": "2025-01-05",
            "state": "accepted",
            "rows": 1000,
            "rows_read": 997,
            "rows_quarantined": 3,
            "records": 997,
        },
        {
            **border,
            "delivery_id": "d-2025-01",
            "file": "crossings_2025-01.csv",
            "period_from_on": "2025-01-01",
            "period_to_on": "2025-01-31",
            "received_on": "2025-02-03",
            "due_on": "2025-02-05",
            "state": "held",
            "rows": 100,
            "rows_read": 0,
            "rows_quarantined": 0,
            "rows_held": 100,
            "records": 0,
            "gates": gates,
        },
        {
            **shared,
            "feed": "tiny.mig.permits",
            "institution": "mig",
            "delivery_id": "d-permits",
            "file": "permits.csv",
            "received_on": "2025-01-04",
            "due_on": "2025-01-05",
            "state": "accepted",
            "rows": 50,
            "rows_read": 50,
            "rows_quarantined": 0,
            "records": 50,
        },
    ]


def with_extracts(root: Path) -> Workspace:
    """The invented country before its first run: a year of crossings as files; one row has an impossible date, one file is too short."""
    ws = empty(root)
    (ws.root / "truth").mkdir()
    folder = ws.extracts / "tiny.bor.crossings"
    folder.mkdir(parents=True)
    for month in range(1, 13):
        lines = ["NO;WAY;AT;POINT;SEX;CITIZENSHIP;DOC_NO;ISSUER;BORN"]
        for person in range(10):
            who = f"{'FM'[person % 2]};{('XTB', 'XTC')[person % 3 == 0]};P{person:05d};{('XTB', 'XTC')[person % 3 == 0]};{person + 1:02d}.05.19{70 + person}"
            lines.append(f"{month:02d}{person}I;I;{person + 1:02d}.{month:02d}.2024 10:{person:02d}:00;A1;{who}")
            lines.append(f"{month:02d}{person}O;O;{person + 11:02d}.{month:02d}.2024 18:{person:02d}:00;A1;{who}")
        if month == 6:
            lines.append("069X;I;31.06.2024 10:00:00;A1;F;XTB;P00099;XTB;01.05.1980")
        (folder / f"crossings_2024-{month:02d}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    short = "NO;WAY;AT;POINT;SEX;CITIZENSHIP;DOC_NO;ISSUER;BORN\n250I;I;02.01.2025 10:00:00;A1;F;XTB;P00000;XTB;01.05.1970\n"
    (folder / "crossings_2025-01.csv").write_text(short, encoding="utf-8")  # one row, where the contract expects at least five: held
    return ws


def with_uncertain_pairs(root: Path) -> Workspace:
    """The invented country with people about whom the model is not sure, linked: spellings slip, and birth dates share no more than the year."""
    from karvan.linkage import STEP
    from karvan.workspace import run_step

    ws = empty(root)
    (ws.root / "truth").mkdir()
    rows: list[dict[str, Any]] = []
    for n, (surname, slip, given) in enumerate(PEOPLE):
        who = {"record_type": "crossing", "feed": "tiny.bor.crossings", "delivery_id": "d", "sex": "M", "given_names": given}
        citizenship = ("XTB", "XTC")[n % 2]
        rows += [
            {**who, "record_id": f"r{n}a{k}", "surname": surname, "birth_date": f"19{60 + n}-03-1{n % 5}", "citizenship": citizenship, "doc_no": f"A{n:06d}", "doc_issuer": citizenship,
             "observed_on": f"2024-0{k + 1}-05"} for k in range(2)
        ]  # fmt: skip
        rows.append({**who, "record_id": f"r{n}b", "surname": slip, "birth_date": f"19{60 + n}-11-2{n % 5}", "citizenship": citizenship, "doc_no": f"B{n:06d}", "doc_issuer": citizenship, "observed_on": "2024-06-07"})  # fmt: skip
    con = new_connection(memory="300MB", threads=1)
    with ws.lock():
        with ws.transaction() as tx:
            written(con, tx, "identities", rows)
            written(con, tx, "completeness", [{"feed": "tiny.bor.crossings", "point": "A1", "first_on": "2024-01-01", "complete_until_on": "2024-12-31"}])
        run_step(ws, STEP)
    return ws


PEOPLE = (
    ("HILLMARK", "HILMARCK", "ORSON"), ("BRANDEL", "BRANDLE", "TOBIN"), ("Карстен", "KARSTIN", "LEVAN"), ("DORVALE", "DORVALL", "RASMUS"), ("ELKWOOD", "ELKVOD", "MIRO"),
    ("FENWICK", "FENVIK", "ODRAN"), ("GARLAND", "GERLAND", "PAVEL"), ("HOLBEIN", "HOLBAIN", "ANSEL"),
)  # fmt: skip


def published(ws: Workspace, women: float, men: float) -> None:
    """Figures of one indicator as they leave disclosure control."""
    con = new_connection(memory="300MB", threads=1)
    cells = [
        {"indicator": "TMP-01", "period": "2024", "sex": sex, "citizenship": "_T", "value": value, "unit": "crossings", "vintage": "2024-12-31", "basis": "records", "treatment": "rounded",
         "obs_status": "A"} for sex, value in (("F", women), ("M", men))
    ]  # fmt: skip
    with ws.lock(), ws.transaction() as tx:
        written(con, tx, "safe_cubes", cells)
