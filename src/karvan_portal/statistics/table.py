"""A table page of one indicator: the choice that a reader made, the cells that answer it, laid out in rows and columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from karvan.errors import DataError
from karvan.tables import DIMENSIONS
from karvan_portal import source, words
from karvan_portal.statistics.dictionary import KINDS, period_kind

MOST_ROWS, MOST_COLUMNS = 15, 12
TOTAL, UNKNOWN = words.TOTAL, words.UNKNOWN
AT_THE_END = (UNKNOWN, "other", "_O", "_Z")
IN_ORDER_OF_CODE = ("age_group", "duration")


@dataclass(frozen=True)
class Cell:
    """One cell with what a reader must know of it. `low` and `high`: its published interval, None where there is none."""

    value: float | None
    period: str
    obs_status: str
    treatment: str
    explain: str
    low: float | None = None
    high: float | None = None

    @property
    def withheld(self) -> bool:
        return self.treatment == "withheld"

    @property
    def mark(self) -> str:
        """The letter beside the figure: provisional, break, estimated, missing."""
        return "" if self.obs_status == "A" else self.obs_status


@dataclass(frozen=True)
class Row:
    code: str
    label: str
    cells: tuple[Cell | None, ...]

    @property
    def is_total(self) -> bool:
        return self.code == TOTAL

    @property
    def latest(self) -> float | None:
        """Value in the last period shown."""
        last = self.cells[-1] if self.cells else None
        return last.value if last is not None else None


@dataclass(frozen=True)
class Filter:
    """One dimension that the reader can hold at a value."""

    dimension: str
    chosen: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TablePage:
    """What the page of an indicator shows."""

    indicator: str
    by: str
    breakdowns: tuple[tuple[str, str], ...]
    filters: tuple[Filter, ...]
    kind: str
    kinds: tuple[str, ...]
    periods: tuple[str, ...]
    all_periods: tuple[str, ...]
    since: str
    until: str
    rows: tuple[Row, ...]
    rows_left: int
    unit: str
    vintage: str
    basis: str
    quality: str | None
    share_imputed: float | None
    share_unlinked: float | None
    treatments: tuple[str, ...]
    marks: tuple[str, ...]
    held: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[tuple[str, str, bool], ...] = ()
    uncertainty: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_intervals(self) -> bool:
        return any(cell is not None and cell.low is not None for row in self.rows for cell in row.cells)

    @property
    def compared(self) -> tuple[str, ...]:
        """Codes of the groups that the reader picked to stand beside each other; none means all."""
        return tuple(code for code, _label, picked in self.groups if picked)

    @property
    def total(self) -> Row | None:
        return next((row for row in self.rows if row.is_total), None)


def dimensions_of(indicator: str) -> dict[str, list[str]]:
    """Dimensions of an indicator's cells, each with its codes. Raises DataError if the indicator has no cells."""
    listed = ", ".join(f"list(distinct {d} order by {d}) filter ({d} is not null) as {d}" for d in DIMENSIONS)
    found = source.one(f"select count(*) as cells, {listed} from safe_cubes where indicator = ?", [indicator])
    return {d: list(found[d]) for d in DIMENSIONS if found.get(d)}


def choose(
    indicator: str, asked: Mapping[str, str], *, only: Sequence[str] = (), order: Sequence[str] = (), share_of: str | None = None, every_row: bool = False
) -> TablePage | None:
    """The table that answers a reader's choice; None if the indicator has no cells yet.

    asked: `by` (dimension in rows), `periods` (kind of period), `since`, `until`, `all`, and any dimension held at a code. What is not
    there is left out, never guessed at. Without `by`, series that are never added up (`kind`, `method`) stand side by side.
    share_of: the dimension whose shares an indicator gives; it is the breakdown where the reader asks for none.
    only: codes of the rows to compare; the total stays beside them, and codes that are not there are left out.
    order: codes that come in an order of their own, as the series of a definition do.
    """
    codes = dimensions_of(indicator)
    kinds_there = {period_kind(row["period"]) for row in source.rows("select distinct period from safe_cubes where indicator = ?", [indicator])}
    if not kinds_there:
        return None
    kinds = tuple(k for k in KINDS if k in kinds_there)
    wanted = asked.get("periods", "")
    kind = wanted if wanted in kinds else kinds[0]
    side_by_side = next((d for d in ("kind", "method") if d in codes and TOTAL not in codes[d]), "")  # series that are never added up
    by = asked["by"] if asked.get("by") in codes else "" if "by" in asked else share_of if share_of in codes else side_by_side
    held = hold(codes, by, asked, order)
    cells = fetch(indicator, codes, by, held)
    all_periods = tuple(sorted({c["period"] for c in cells if period_kind(c["period"]) == kind}))
    since = asked.get("since", "") if asked.get("since", "") in all_periods else ""
    until = asked.get("until", "") if asked.get("until", "") in all_periods else ""
    periods = tuple(p for p in all_periods if (not since or p >= since) and (not until or p <= until))
    if not since:
        periods = periods[-MOST_COLUMNS:]
    cells = [c for c in cells if c["period"] in set(periods)]
    rows = lay_out(indicator, cells, by, held, periods, order)
    groups = tuple((r.code, r.label, r.code in only) for r in rows if not r.is_total) if by else ()
    if any(picked for _code, _label, picked in groups):
        rows = [r for r in rows if r.is_total or r.code in only]
    shown = rows if every_row or asked.get("all") else rows[: MOST_ROWS + 1]
    newest = [c for c in cells if c["period"] == periods[-1]] if periods else []
    main = next((c for c in newest if not by or c[by] == TOTAL), newest[0] if newest else {})
    return TablePage(
        indicator=indicator,
        by=by,
        breakdowns=tuple((d, words.dimension(d)) for d in codes if set(codes[d]) - {TOTAL}),
        filters=filters(codes, by, held, indicator),
        kind=kind,
        kinds=kinds,
        periods=periods,
        all_periods=all_periods,
        since=since,
        until=until,
        rows=tuple(shown),
        rows_left=len(rows) - len(shown),
        unit=str(main.get("unit") or ""),
        vintage=str(main.get("vintage") or ""),
        basis=str(main.get("basis") or ""),
        quality=main.get("quality"),
        share_imputed=main.get("share_imputed"),
        share_unlinked=main.get("share_unlinked"),
        treatments=tuple(sorted({str(c["treatment"]) for c in cells})),
        marks=tuple(sorted({str(c["obs_status"]) for c in cells if c["obs_status"] not in (None, "A")})),
        held=held,
        groups=groups,
        uncertainty={name: main[name] for name in ("period", "draws", "low", "high")} if main.get("low") is not None else {},
    )


def hold(codes: Mapping[str, list[str]], by: str, asked: Mapping[str, str], order: Sequence[str] = ()) -> dict[str, str]:
    """At which code each dimension outside the rows stands: as asked, else its total, else its first code (where no total exists)."""
    held = {}
    for dimension, known in codes.items():
        if dimension == by:
            continue
        wanted = asked.get(dimension, "")
        held[dimension] = wanted if wanted in known else TOTAL if TOTAL in known else next((c for c in order if c in known), known[0])
    return held


def fetch(indicator: str, codes: Mapping[str, list[str]], by: str, held: Mapping[str, str]) -> list[dict[str, Any]]:
    """The cells of a choice with their intervals, by period."""
    fixed = "".join(f" and {d} = ?" for d in held)
    listed = ", ".join(["period", *codes, "value", "unit", "vintage", "basis", "share_imputed", "share_unlinked", "quality", "obs_status", "treatment", "draws", "low", "high"])
    order = ", ".join(["period", *codes])
    return source.rows(f"select {listed} from ({with_intervals(codes)}) where indicator = ?{fixed} order by {order}", [indicator, *held.values()])


def with_intervals(codes: Mapping[str, list[str]]) -> str:
    """SQL of the published cells, each with `draws`, `low` and `high` of its published interval; null where it has none."""
    same = " and ".join(["i.indicator = s.indicator", "i.period = s.period", "i.value = s.value", *(f"i.{d} is not distinct from s.{d}" for d in codes)])
    return f"select s.*, i.draws, i.low, i.high from safe_cubes s left join safe_intervals i on {same}"


def filters(codes: Mapping[str, list[str]], by: str, held: Mapping[str, str], indicator: str) -> tuple[Filter, ...]:
    """Dimensions that can be held beside the rows: those with cells together with the chosen breakdown."""
    found = []
    for dimension, chosen in held.items():
        others = {d: c for d, c in held.items() if d != dimension}
        condition = "".join(f" and {d} = ?" for d in others) + (f" and {by} <> '{TOTAL}'" if by else "")
        there = [
            r["code"]
            for r in source.rows(
                f"select distinct {dimension} as code from safe_cubes where indicator = ?{condition} order by code", [indicator, *others.values()]
            )
        ]
        if set(there) - {TOTAL} and (len(there) > 1 or chosen not in there):
            found.append(Filter(dimension, chosen, tuple(sorted(((c, words.code(dimension, c)) for c in there), key=lambda o: place(dimension, *o)))))
    return tuple(found)


def place(dimension: str, code: str, label: str) -> tuple[int, int, str]:
    """Sort key of an option: total first, unknown last, ages by code, the rest by name."""
    rank = 0 if code == TOTAL else 2 if code in AT_THE_END else 1
    return (rank, first_number(code), code) if dimension in IN_ORDER_OF_CODE else (rank, 0, label.casefold())


def first_number(code: str) -> int:
    """The number that a band begins with; a band above everything comes after all.

    >>> sorted(["10-14", "85+", "5-9", ">90"], key=first_number)
    ['5-9', '10-14', '85+', '>90']
    """
    digits = re.match(r"\d+", code)
    return int(digits[0]) if digits else 10_000


def lay_out(indicator: str, cells: list[dict[str, Any]], by: str, held: Mapping[str, str], periods: tuple[str, ...], ranked: Sequence[str] = ()) -> list[Row]:
    """Rows of the table: the total, then codes by their newest value (ages and durations by code), then what is unknown."""
    of: dict[str, dict[str, Cell]] = {}
    for c in cells:
        code = str(c[by]) if by else TOTAL
        dims = {d: v for d, v in ({by: code} | dict(held) if by else dict(held)).items() if v != TOTAL}
        of.setdefault(code, {})[c["period"]] = Cell(
            c["value"], c["period"], c["obs_status"] or "A", c["treatment"], explain_address(indicator, c["period"], dims), c["low"], c["high"]
        )
    rows = [Row(code, label(by, code, held), tuple(found.get(p) for p in periods)) for code, found in of.items()]

    def order(row: Row) -> tuple[Any, ...]:
        rank = 0 if row.is_total else 2 if row.code in AT_THE_END else 1
        if row.code in ranked:
            return (rank, ranked.index(row.code), row.code)
        return (rank, first_number(row.code), row.code) if by in IN_ORDER_OF_CODE else (rank, -(row.latest or 0), row.code)

    return sorted(rows, key=order)


def label(by: str, code: str, held: Mapping[str, str]) -> str:
    if by:
        return words.code(by, code)
    special = [words.code(d, c) for d, c in held.items() if c != TOTAL]
    return ", ".join(special) or _("Total")


def explain_address(indicator: str, period: str, dims: Mapping[str, str]) -> str:
    """The page that walks a cell back."""
    address = reverse("statistics:explain", args=[indicator, period])
    return f"{address}?{urlencode(dims)}" if dims else address


def require_known(indicator: str, known: Mapping[str, Any] | set[str]) -> None:
    """Raise DataError for an indicator that neither the pack nor the cubes know."""
    from karvan.errors import nearest

    if indicator not in known:
        raise DataError(
            _("There is no indicator '%(id)s'.") % {"id": indicator}, fix=nearest(indicator, list(known)) or _("search in the list of the statistics desk")
        )
