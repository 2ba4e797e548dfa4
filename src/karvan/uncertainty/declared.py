"""What a pack declares of uncertainty: the figures that get intervals with every run, and how far counts err beyond links and guesses.

Links and guesses can be drawn anew; people whom no record shows, registers that keep whoever left, and rules that decide wrongly cannot. How far they move a count has to be measured where the
truth is known: in a survey of coverage, or in a synthetic country. `uncertainty.yaml` of the pack says it by what is counted and how it is dated: `whole`, the
share of the count by which it errs as one; and `each`, the variance that each unit counted adds by itself. The variance of a count n is

    (whole n)^2 + each n
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError

if TYPE_CHECKING:
    from karvan.country import Country
    from karvan.indicators import Definition

FILE = "uncertainty.yaml"


@dataclass(frozen=True)
class Error:
    """How far a count errs: `whole` as a share of itself, `each` as variance for each unit counted.

    >>> round(Error(0.01, 0.02).variance(1000), 1)
    120.0
    """

    whole: float
    each: float

    def variance(self, count: float) -> float:
        """Variance of a count by what no draw can show."""
        return (self.whole * count) ** 2 + self.each * abs(count)


NONE = Error(0.0, 0.0)


@dataclass(frozen=True)
class Declared:
    """What the packs declare. `figures`: ids of indicators that get intervals with every run; `draws`: how many then; `errors`: by subject, dating and status (A final, P preliminary)."""

    figures: tuple[str, ...] = ()
    draws: int = 20
    errors: dict[tuple[str, str, str], Error] = field(default_factory=dict)

    def error(self, definition: Definition, status: str) -> Error:
        """How far the counts of an indicator err in a period of this status; not at all where nothing was measured."""
        dated = definition.series[0].dated if definition.series else ""
        return self.errors.get((definition.count or "", dated, "P" if status == "P" else "A"), NONE)


def declared(country: Country) -> Declared:
    """What the packs of a country declare; nothing where none does.

    Raises
    ------
    PackError
        An error of counts that is no number or below zero, or a key that is not known.
    """
    for pack in country.packs:
        path = pack.folder / FILE
        if path.exists():
            return read(read_yaml(path) or {}, str(path))
    return Declared()


def read(said: dict[str, Any], where: str) -> Declared:
    """A declaration as read from YAML.

    >>> found = read({"figures": ["FLW-01"], "errors": {"residence_spells": {"on": {"final": {"whole": 0.01, "each": 0.02}}}}}, "uncertainty.yaml")
    >>> found.figures, found.errors["residence_spells", "on", "A"]
    (('FLW-01',), Error(whole=0.01, each=0.02))
    """
    unknown = sorted(set(said) - {"figures", "draws", "errors", "measured"})
    if unknown:
        raise PackError(f"There is no key '{unknown[0]}'.", where=where, fix="use figures, draws, errors, measured")
    errors = {}
    for subject, by_dating in (said.get("errors") or {}).items():
        for dated, by_status in by_dating.items():
            for status, error in by_status.items():
                place = f"{where}, {subject}.{dated}.{status}"
                if status not in ("final", "preliminary") or dated not in ("at", "on", "during"):
                    raise PackError(f"'{dated}.{status}' is no dating and status.", where=place, fix="write at, on or during, and final or preliminary below it")
                values = [error.get("whole"), error.get("each")]
                if not all(isinstance(one, int | float) and one >= 0 for one in values):
                    raise PackError("An error of counts needs `whole` and `each`, numbers from 0.", where=place, fix="write {whole: 0.01, each: 0.02}")
                errors[subject, dated, "P" if status == "preliminary" else "A"] = Error(float(values[0]), float(values[1]))
    return Declared(tuple(said.get("figures") or ()), int(said.get("draws", 20)), errors)
