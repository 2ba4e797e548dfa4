"""How the quality of a source moved: over deliveries, over the years that its records are of, over runs of the line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.quality.limits import Scale, colour, score
from karvan.quality.measure import counted, mandatory_columns, of_feed
from karvan.quality.stability import DAY_OF

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

Row = dict[str, Any]
OF_YEARS = ("QI-03", "QI-08", "QI-16")


def of_deliveries(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Measures of each delivery."""
    found = con.execute((Path(__file__).parent / "history.sql").read_text(encoding="utf-8"))
    names = [d[0] for d in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def of_years(con: duckdb.DuckDBPyConnection, records: Iterable[str], country: Country) -> list[Row]:
    """Measures of the records of each year: what they break, fill and hold as keys."""
    out: list[Row] = []
    for record in (r for r in records if r in DAY_OF):
        mandatory = mandatory_columns(country, record)
        for row in counted(con, record, mandatory, day=DAY_OF[record]):
            year = row["year"]
            out += [
                {"about": "year", "name": str(year), "qi": m.qi, "subject": m.subject, "at_on": date(year, 12, 31), "measured": m.measured}
                for m in of_feed(row, mandatory)
                if m.detail is None and m.qi in OF_YEARS and m.measured is not None
            ]
    seen: dict[tuple[str, str, str], Row] = {}
    for row in out:      # a feed that makes records of several types: the worse of them
        key = (str(row["qi"]), str(row["subject"]), str(row["name"]))
        worse = max if row["qi"] == "QI-03" else min
        seen[key] = row if key not in seen else worse(seen[key], row, key=lambda r: r["measured"])
    return list(seen.values())


def of_run(rows: Iterable[Row], until: date) -> list[Row]:
    """The whole measures of this run."""
    return [
        {"about": "run", "name": until.isoformat(), "at_on": until, **{k: row[k] for k in ("qi", "subject", "measured", "score", "colour")}}
        for row in rows
        if row["detail"] is None and row["measured"] is not None
    ]


def runs_before(con: duckdb.DuckDBPyConnection, until: date) -> list[Row]:
    """What runs over earlier data found, as the table in force keeps it; a run over the same days replaces its row."""
    found = con.execute("select * from quality_history where about = 'run' and at_on < ?", [until])
    names = [d[0] for d in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def scored(rows: Iterable[Row], scale: Scale) -> list[Row]:
    return [row | {"score": score(qi, row["measured"]), "colour": colour(qi, row["measured"])} for row in rows if (qi := scale.indicators[row["qi"]])]
