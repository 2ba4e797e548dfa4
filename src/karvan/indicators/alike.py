"""Series that count the same in two tables: rounded apart, a reader would see two numbers for one thing.

A definition names its cells under `disclosure`: `{cells: NAME}`, or for some of its series `{cells: {SERIES: NAME}}`, with `fixed: {DIMENSION: CATEGORY}` where it counts one category of the other table. Cells
of one name, period and categories are rounded alike. What two definitions count in the same words is found here; what they say in other words, only the data show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from karvan.errors import nearest
from karvan.indicators.definition import Definition, Series
from karvan.tables import DIMENSIONS


@dataclass(frozen=True)
class Counted:
    """One series that is published as a count. `cells`: the name of its cells; `told`: the name that its definition gives, empty where it gives none."""

    definition: Definition
    series: Series
    cells: str
    told: str

    @property
    def policy(self) -> str:
        return str(self.definition.disclosure.get("policy", "counts"))

    @property
    def measure(self) -> tuple[str, ...]:
        """What is counted, in the words of the definition."""
        d, s = self.definition, self.series
        said = (d.count, d.counted_as, d.measure, s.dated, s.on, s.begins, s.ends, s.where, d.final, sorted(d.needs.items()), sorted(d.settings.items()))
        return tuple(" ".join(str(one).split()) for one in said)

    def __str__(self) -> str:
        return f"{self.definition.id}/{self.series.kind}" if self.series.kind else self.definition.id


def counted(definition: Definition) -> list[Counted]:
    """The series of an indicator that are published as counts."""
    if not definition.count or definition.quantiles or definition.share_of:
        return []
    cells = definition.disclosure.get("cells")
    found = []
    for s in definition.series:
        told = (cells.get(s.kind) if isinstance(cells, Mapping) else cells) or ""
        apart = f"/{s.kind}" if s.kind and not (told and isinstance(cells, Mapping)) else ""
        found.append(Counted(definition, s, f"{told or definition.id}{apart}", str(told)))
    return found


def published_apart(definitions: Iterable[Definition]) -> list[tuple[str, str, str]]:
    """Faults in how definitions name their cells: id of an indicator, what is wrong, what to do.

    A series or dimension that is none; a name that nothing else has; one name under two policies, or in tables without a common kind of period; and series that count the same, in the same words, under two names.
    """
    definitions = list(definitions)
    every = [one for d in definitions for one in counted(d)]
    names = sorted({one.told for one in every if one.told})
    faults = [fault for d in definitions for fault in _own_faults(d)]
    for d in definitions:
        for told in dict.fromkeys(one.told for one in counted(d) if one.told):
            mine = [one for one in counted(d) if one.told == told]
            others = [other for other in every if other.definition.id != d.id and other.cells in {one.cells for one in mine}]
            if not others:
                faults.append((d.id, f"Nothing else has cells called '{told}'.", nearest(told, [name for name in names if name != told]) or "leave `cells` out"))
            for other in others:
                if other.policy != mine[0].policy:
                    faults.append((d.id, f"{mine[0]} and {other} share cells under two policies, `{mine[0].policy}` and `{other.policy}`.", "give both the stricter one"))
                if not set(d.periods) & set(other.definition.periods):
                    faults.append((d.id, f"{mine[0]} and {other} have no period in common: {', '.join(d.periods)}; {', '.join(other.definition.periods)}.", "give them names of their own"))
            for dim in d.disclosure.get("fixed") or {}:
                if others and not any(dim in other.definition.dimensions for other in others):
                    faults.append((d.id, f"`fixed` names `{dim}`, which is no dimension of {' or '.join(map(str, others))}.", "take it out, or name the dimension of the other table"))
    first: dict[tuple[str, ...], Counted] = {}
    for one in every:
        other = first.setdefault(one.measure, one)
        if other.cells != one.cells and other.definition.id != one.definition.id:
            faults.append((one.definition.id, f"{one} counts the same as {other}, and would be rounded apart from it.", "name the cells of both alike: `disclosure: {policy: ..., cells: NAME}`; of one series among several `cells: {SERIES: NAME}`"))
    return list(dict.fromkeys(faults))


def _own_faults(definition: Definition) -> list[tuple[str, str, str]]:
    cells, fixed = definition.disclosure.get("cells"), definition.disclosure.get("fixed") or {}
    kinds = [s.kind for s in definition.series if s.kind]
    faults = [
        (definition.id, f"`cells` names the series `{kind}`, which {definition.id} does not have.", nearest(str(kind), kinds) or f"use one of {', '.join(kinds) or 'none: write `cells: NAME`'}")
        for kind in (cells if isinstance(cells, Mapping) else ()) if kind not in kinds
    ]  # fmt: skip
    for dim in fixed:
        if dim not in DIMENSIONS or dim in definition.dimensions:
            faults.append((definition.id, f"`fixed` names `{dim}`, which {'is a dimension of its own' if dim in definition.dimensions else 'is no dimension'}.", nearest(str(dim), list(DIMENSIONS)) or "take it out"))
    return faults
