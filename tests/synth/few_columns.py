"""Sheets of a few columns, to damage."""

from __future__ import annotations

import pyarrow as pa

from karvan.country.contract import contract_from
from karvan.synth.sheet import Sheet


def sheet_of(n: int, properties: list[dict], *, period: str = "month", encoding: str = "utf-8", **columns: object) -> Sheet:
    """A sheet of `n` rows: one value for a column is written in every row. Hidden columns have plain defaults."""
    from datetime import date

    contract = contract_from(
        {
            "id": "x.feed",
            "schema": [{"physicalType": "csv", "properties": properties}],
            "customProperties": [{"property": "karvan", "value": {"record": "permit", "period": period, "encoding": encoding, "file": "x_{period}.csv"}}],
        }
    )
    filled = {
        "_key": [f"K{i}" for i in range(n)],
        "_period": "2024-03",
        "_delivered": date(2024, 3, 15),
        "_second": False,
        "_arabic": True,
        "_father": "Reza",
        "_doc": "D1",
        "_born": date(1980, 2, 3),
        **columns,
    }
    missing = {p["name"]: None for p in properties if p["name"] not in filled}
    return Sheet(
        contract,
        pa.table(
            {
                k: pa.array(v if isinstance(v, list) else [v] * n, pa.string() if v is None or isinstance(v, str) else None)
                for k, v in {**filled, **missing}.items()
            }
        ),
    )


def column(name: str, *, key: bool = False, type: str = "string", **custom: object) -> dict:
    """A property of a contract."""
    return {"name": name, "logicalType": type, "primaryKey": key, "customProperties": [{"property": k, "value": v} for k, v in custom.items()]}
