"""Mirror statistics: one movement or one group of people, as two sides count it.

Who leaves one country arrives in another, and both count. The pack names pairs of indicators (`quality/mirrors.yaml`), by which dimension they can be laid side by side, and the rule by which one of
the two figures is taken where a single one is needed. Only years for which both sides have figures are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from karvan.tables import DIMENSIONS

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
Cells = Literal["cubes", "safe_cubes"]
TOTAL, LEFT_OVER = "_T", "_"             # codes that begin so are no single country


def mirror_rows(con: duckdb.DuckDBPyConnection, pair: Mapping[str, Any], *, made_up: bool, cells: Cells = "safe_cubes") -> list[Row]:
    """Two indicators side by side, the newest year last; of each year first the total, then each code of the pair's dimension by size.

    Parameters
    ----------
    pair
        `own` and `mirror` (ids of indicators), `take` (`larger`, `own` or `mirror`: which figure is taken; `larger` if absent, as who is missed by one side may be seen by the other), and, where there is a dimension to compare by, `by`: its name, or `{own: name, mirror: name}`.
    made_up
        Whether the country is a made-up one: then figures counted from its records are not compared, with the real world's.
    cells
        What may be published, or untreated cells.

    Returns
    -------
    list of dict
        `year`, `code` (null: the total; of a pair with a dimension, over the codes that both sides have in that year), `own`, `mirror` (null: that side has no figure), `asymmetry`
        (|own - mirror| in per cent of their mean; null where one is missing or both are 0), `taken` (own or mirror; null where neither has a figure), `value` (what was taken).

    Notes
    -----
    Relative asymmetry as in the mirror comparisons of the European Statistical System; the choice of the larger figure follows the practice for emigrants, whom registers of origin miss.
    """
    own, mirror = (figures(con, cells, pair[side], dimension_of(pair, side)) for side in ("own", "mirror"))
    if made_up and "records" in {basis for side in (own, mirror) for _, basis in side.values()}:
        return []
    rule = pair.get("take", "larger")
    years = sorted({year for year, _ in own} & {year for year, _ in mirror})
    codes = {code for _, code in own} & {code for _, code in mirror}        # a place that one side never counts is no asymmetry
    rows = []
    for year in years:
        listed = [laid(year, code, own.get((year, code)), mirror.get((year, code)), rule) for code in codes if (year, code) in own or (year, code) in mirror]
        if "by" in pair:
            both = [row for row in listed if row["own"] is not None and row["mirror"] is not None]
            if not both:
                continue
            total = laid(year, None, (sum(row["own"] for row in both), ""), (sum(row["mirror"] for row in both), ""), rule)
            rows += [total, *sorted(listed, key=lambda row: (-(row["value"] or 0), row["code"]))]
        else:
            rows += listed
    return rows


def dimension_of(pair: Mapping[str, Any], side: str) -> str | None:
    by = pair.get("by")
    return by[side] if isinstance(by, Mapping) else by


def figures(con: duckdb.DuckDBPyConnection, cells: Cells, indicator: str, by: str | None) -> dict[tuple[str, str | None], tuple[float, str]]:
    """By year and code of a dimension (or null): the figure, all else together, and the basis it rests on. A stock of 1 January is of the year that begins."""
    rest = " and ".join(f"coalesce(\"{d}\", '{TOTAL}') = '{TOTAL}'" for d in DIMENSIONS if d != by)
    code = f'"{by}"' if by else "null"
    single = f"and not starts_with({code}, '{LEFT_OVER}')" if by else ""
    found = con.execute(
        f"""select left(period, 4), {code}, value, basis from {cells}
        where indicator = ? and {rest} {single} and value is not null and (length(period) = 4 or length(period) = 10 and period like '%-01-01') order by period""",
        [indicator],
    ).fetchall()
    return {(year, code): (value, basis) for year, code, value, basis in found}


def laid(year: str, code: str | None, own: tuple[float, str] | None, mirror: tuple[float, str] | None, rule: str) -> Row:
    """One row: what each side says, how far apart they are, and what is taken.

    >>> laid("2023", "DEU", (120.0, ""), (80.0, ""), "larger")
    {'year': '2023', 'code': 'DEU', 'own': 120.0, 'mirror': 80.0, 'asymmetry': 40.0, 'taken': 'own', 'value': 120.0}
    >>> laid("2023", "FRA", None, (80.0, ""), "own")["taken"]       # the other side, where the side of the rule has no figure
    'mirror'
    """
    said = {side: figure[0] for side, figure in (("own", own), ("mirror", mirror)) if figure is not None}
    preferred = max(said, key=lambda side: (said[side], side == "own")) if rule == "larger" and said else rule
    taken = preferred if preferred in said else next(iter(said), None)
    apart = 200 * abs(said["own"] - said["mirror"]) / sum(said.values()) if len(said) == 2 and sum(said.values()) > 0 else None
    return {"year": year, "code": code, "own": said.get("own"), "mirror": said.get("mirror"), "asymmetry": apart, "taken": taken, "value": said.get(taken) if taken else None}


def totals_of(rows: list[Row]) -> dict[str, float]:
    """Asymmetry of the totals by year, where both sides have one.

    >>> totals_of([laid("2023", None, (3.0, ""), (1.0, ""), "own"), laid("2023", "DEU", (3.0, ""), (1.0, ""), "own")])
    {'2023': 100.0}
    """
    return {row["year"]: row["asymmetry"] for row in rows if row["code"] is None and row["asymmetry"] is not None}


def typical(rows: list[Row]) -> float | None:
    """The median over the years of the asymmetry of totals; null where nothing is compared."""
    return median(found.values()) if (found := totals_of(rows)) else None
