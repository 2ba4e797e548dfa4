"""What the statistics desk knows of each indicator: its definition, and what figures there are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from karvan.errors import KarvanError
from karvan_portal import source, words

if TYPE_CHECKING:
    from karvan.indicators import Definition


@dataclass(frozen=True)
class Entry:
    """One indicator in the list: what it is called, and its newest figure with the series that leads to it."""

    id: str
    definition: Definition | None
    unit: str
    basis: str
    periods: tuple[str, ...] = ()
    values: tuple[float | None, ...] = ()
    quality: str | None = None
    obs_status: str | None = None
    vintage: str | None = None
    has_cells: bool = False

    @property
    def family(self) -> str:
        return self.id.split("-")[0]

    @property
    def name(self) -> str:
        return self.definition.title(source.language()) if self.definition else self.id

    @property
    def says(self) -> str:
        return source.in_language(self.definition.says) if self.definition else ""

    @property
    def period(self) -> str | None:
        return self.periods[-1] if self.periods else None

    @property
    def value(self) -> float | None:
        return self.values[-1] if self.values else None

    @property
    def before(self) -> tuple[str, float | None] | None:
        return (self.periods[-2], self.values[-2]) if len(self.periods) > 1 else None

    @property
    def spark(self) -> list[float | None]:
        return list(self.values[-12:])

    @property
    def series(self) -> tuple[str, ...]:
        """Its series, in the order of the definition."""
        return tuple(s.kind for s in self.definition.series if s.kind) if self.definition else ()

    @property
    def waits_for(self) -> str:
        return source.in_language(self.definition.waits_for) if self.definition else ""


def definitions() -> dict[str, Definition]:
    """Definitions of the pack by id; none where the pack cannot be read."""
    from karvan.indicators import dictionary

    try:
        found: dict[str, Definition] = dictionary(source.country())
    except KarvanError:
        return {}
    return found


def entries() -> list[Entry]:
    """Every indicator that the pack defines or that has figures, by id."""
    known = definitions()
    with_cells = {
        row["indicator"]: row
        for row in source.rows("select indicator, any_value(unit) as unit, any_value(basis) as basis from safe_cubes group by indicator order by indicator")
    }
    series = headline_series()
    found = []
    for name in sorted({*known, *with_cells}):
        definition, cells = known.get(name), with_cells.get(name)
        rows = series.get(name, [])
        last = rows[-1] if rows else {}
        found.append(
            Entry(
                name,
                definition,
                str(cells["unit"] if cells else definition.unit if definition else ""),
                str(cells["basis"] if cells else "observations" if definition and definition.take else "records"),
                tuple(r["period"] for r in rows),
                tuple(r["value"] for r in rows),
                last.get("quality"),
                last.get("obs_status"),
                last.get("vintage"),
                cells is not None,
            )
        )
    return found


def headline_series() -> dict[str, list[dict[str, Any]]]:
    """For each indicator the series of its grand total, in its longest kind of period (years before months before days).

    An indicator whose cells have no grand total (two series side by side) has no headline.
    """
    from karvan.tables import DIMENSIONS

    all_total = " and ".join(f"({d} is null or {d} = '{words.TOTAL}')" for d in DIMENSIONS)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in source.rows(f"select indicator, period, value, unit, vintage, quality, obs_status from safe_cubes where {all_total} order by indicator, period"):
        found.setdefault(row["indicator"], []).append(row)
    return {name: longest_kind(rows) for name, rows in found.items()}


def refusal(indicator: str) -> str:
    """Why the last run did not compute an indicator, in the reader's language; nothing if it did."""
    from karvan.indicators import refusal as because

    known = definitions()
    run = source.workspace().head().runs.get("indicators")
    refused = run.notes.get("refused") if run else None
    if indicator not in known or not isinstance(refused, dict) or indicator not in refused:
        return ""
    return because(known[indicator], known, source.country(), source.language()) or _("its sources have delivered nothing yet")


KINDS = ("year", "span", "quarter", "month", "day", "other")


def period_kind(period: str) -> str:
    """What kind of period a text names.

    >>> [period_kind(p) for p in ("2024", "2024-03", "2024-Q1", "2024-03-31", "2015/2019")]
    ['year', 'month', 'quarter', 'day', 'span']
    """
    if "/" in period:
        return "span"
    if "Q" in period:
        return "quarter"
    return {4: "year", 7: "month", 10: "day"}.get(len(period), "other")


def longest_kind(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = {period_kind(row["period"]) for row in rows}
    kind = next((k for k in KINDS if k in kinds), "other")
    return [row for row in rows if period_kind(row["period"]) == kind]


def search(found: Iterable[Entry], wanted: str) -> list[Entry]:
    """Entries whose id, name or definition, in any language, holds every word asked for; those that have it in their name come first.

    Letters are compared without their marks, and long words without their ending, so that `muraciet` and `беженцев` find what they mean.
    """
    asked = [word[:-2] if len(word) > 6 else word for word in folded(wanted).split()]

    def place(entry: Entry) -> int | None:
        d = entry.definition
        name = folded(" ".join([entry.id, *(d.name.values() if d else ())]))
        rest = folded(" ".join([*d.says.values(), *d.population.values()] if d else []))
        return 0 if all(word in name for word in asked) else 1 if all(word in name or word in rest for word in asked) else None

    placed = [(place(entry), entry) for entry in found]
    return [entry for at in (0, 1) for where, entry in placed if where == at]


def folded(text: str) -> str:
    """A text for comparing: small letters, without marks.

    >>> folded("İMMİQRANTLAR"), folded("Müraciət"), folded("Лица, ищущие убежище"), folded("приём")
    ('immiqrantlar', 'muraciet', 'лица, ищущие убежище', 'прием')
    """
    marked = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("ə", "e"))
    return "".join(c for c in marked if not unicodedata.combining(c))
