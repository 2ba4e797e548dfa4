"""Quality of the figures themselves: mirrors (QI-18), the balance of the population (QI-19), how many of those asked for are made (QI-21).

It reads cubes, and so runs after the indicators; what the sources of a figure are worth is in `quality_scores`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.quality.limits import Scale, colour, scale_of, score
from karvan.quality.mirrors import figures, mirror_rows, totals_of, typical
from karvan.quality.step import table_of
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

BALANCE = "FLW-07"
Row = dict[str, Any]


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    """Write `figure_quality`."""
    from karvan.country import for_workspace

    country = for_workspace(ws)
    con = ws.connect(memory=ws.memory(1000))
    try:
        rows = [*mirrors(con, country, made_up=(ws.root / "truth").exists()), *balance(con), *asked_for(con, country)]
    finally:
        con.close()
    tx.write("figure_quality", table_of("figure_quality", scored(rows, scale_of(country))))
    return {"measured": len(rows)}


def mirrors(con: duckdb.DuckDBPyConnection, country: Country, *, made_up: bool) -> list[Row]:
    """QI-18 of each pair of the pack: the asymmetry of its totals in each common year, and the median over the years."""
    out: list[Row] = []
    for name, pair in country.quality.get("mirrors", {}).items():
        rows = mirror_rows(con, pair, made_up=made_up, cells="cubes")
        if (measured := typical(rows)) is not None:
            out.append({"indicator": pair["own"], "qi": "QI-18", "detail": name, "measured": measured})
            out += [{"indicator": pair["own"], "qi": "QI-18", "detail": f"{name} {year}", "measured": share} for year, share in totals_of(rows).items()]
    return out


def balance(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """QI-19 of each final year, and of the newest."""
    years = {year: value for (year, _), (value, _basis) in figures(con, "cubes", BALANCE, None).items()}
    rows: list[Row] = [{"indicator": BALANCE, "qi": "QI-19", "detail": year, "measured": value} for year, value in years.items()]
    return [*rows, {"indicator": BALANCE, "qi": "QI-19", "detail": None, "measured": years[max(years)]}] if years else []


def asked_for(con: duckdb.DuckDBPyConnection, country: Country) -> list[Row]:
    """QI-21: of the indicators that the profile of the pack binds, those that have a figure."""
    outline = next((p.folder / "profile" / "profile.yaml" for p in country.packs if (p.folder / "profile" / "profile.yaml").exists()), None)
    wanted = bound(outline) & set(country.indicators) if outline else set()
    if not wanted:
        return []
    there = {row[0] for row in con.execute("select distinct indicator from cubes where value is not null").fetchall()}
    return [{"indicator": None, "qi": "QI-21", "detail": None, "measured": 100 * len(wanted & there) / len(wanted)}]


def bound(outline: Path) -> set[str]:
    """Ids of indicators that an outline names."""
    return set(re.findall(r"\b[A-Z]{3}-[A-Z0-9]+\b", outline.read_text(encoding="utf-8")))


def scored(rows: list[Row], scale: Scale) -> list[Row]:
    return [row | {"score": score(scale.indicators[row["qi"]], row["measured"]), "colour": colour(scale.indicators[row["qi"]], row["measured"])} for row in rows]


def packs(ws: Workspace) -> str:
    from karvan.country import for_workspace

    outlines = [p.folder / "profile" / "profile.yaml" for p in for_workspace(ws).packs]
    said = "".join(path.read_text(encoding="utf-8") for path in outlines if path.exists())
    return for_workspace(ws).pack_hash("quality") + said + str((ws.root / "truth").exists()) + (Path(__file__).parent / "limits.yaml").read_text(encoding="utf-8")


FIGURES = Step("figure_quality", ("cubes",), ("figure_quality",), work, also=packs)
