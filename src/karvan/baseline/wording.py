"""The words of a study in one language, from `words.yaml`; names of sources, institutions and acts from the packs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.baseline.answers import questionnaire
from karvan.errors import PackError
from karvan.publish.wording import number
from karvan.quality import QualityIndicator, quality_indicators

if TYPE_CHECKING:
    from karvan.country import Country

NO_FIGURE = "–"
SHOWN = 10      # tables named in one measure


@cache
def words() -> Mapping[str, Any]:
    """Every text of the study, in every language it is written in."""
    import yaml

    return yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))


class Words:
    """Says things of a study in one language.

    >>> from karvan.country import load
    >>> Words(load(["world"]), "en")("fact", "of", n=19)
    'of 19 agreed'
    """

    def __init__(self, country: Country, lang: str) -> None:
        self.country, self.lang = country, lang
        self.words = words()

    def __call__(self, *keys: str, **values: Any) -> str:
        found: Any = self.words
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                raise PackError(f"The study has no words for '{' '.join(keys)}'.", where="baseline/words.yaml", fix="add them in every language")
            found = found[key]
        said = self.said(found)
        return said.format(**values) if values else said

    def said(self, told: Mapping[str, str] | str) -> str:
        """A text in several languages, in this one."""
        if isinstance(told, str):
            return told
        if self.lang not in told:
            raise PackError(f"A text of the study has no '{self.lang}'.", where=str(told)[:80], fix="write it in every language of the pack, or ask for another language")
        return str(told[self.lang]).strip()

    def number(self, value: Any) -> str:
        return number(None if value is None else float(value), "", self.lang)

    def percent(self, share: float | None) -> str:
        return NO_FIGURE if share is None else f"{number(round(share, 1), '%', self.lang)}\u00a0%"

    def feed(self, feed: str) -> str:
        key = f"feed.{feed}"
        return self.country.text(key, self.lang) if key in self.country.texts else self.country.contracts[feed].name if feed in self.country.contracts else feed

    def institution(self, key: str) -> str:
        return self.country.institutions[key].name(self.lang) if key in self.country.institutions else key

    def frequency(self, name: str) -> str:
        return self("frequency", name) if name in self.words["frequency"] else name or NO_FIGURE

    def record(self, name: str) -> str:
        return self("record", name) if name in self.words["record"] else name.replace("_", " ")

    def dimension(self, name: str) -> str:
        return self("dimension", name)

    def qi(self, name: str) -> str:
        return self.said(quality_indicators()[name].names)

    def measured(self, qi: str, value: float | None) -> str:
        """A measure in its unit."""
        shown = number(None if value is None else round(value, 2 if abs(value) < 10 else 1), "", self.lang)
        return f"{shown}\u00a0%" if quality_indicators()[qi].unit == "%" and value is not None else shown

    def limits(self, qi: QualityIndicator) -> str:
        return NO_FIGURE if qi.green is None else f"{'≥' if qi.better == 'higher' else '≤'} {number(qi.green, '', self.lang)} / {number(qi.amber, '', self.lang)}"

    # -- cells with a colour --------------------------------------------------------------------------------------------

    def coloured(self, colour: str) -> dict[str, str]:
        return {"t": self("colour", colour), "colour": colour}

    def points(self, points: float | None) -> dict[str, str]:
        if points is None:
            return {"t": NO_FIGURE, "colour": ""}
        return {"t": f"{math.floor(points)}", "colour": "green" if points >= 80 else "amber" if points >= 40 else "red"}

    def judged(self, measure: Mapping[str, Any] | None, qi: str) -> dict[str, str]:
        return {"t": self.measured(qi, measure["measured"]), "colour": measure["colour"] or ""} if measure else {"t": NO_FIGURE, "colour": ""}

    def status(self, name: str) -> dict[str, str]:
        return {"t": self("status", name), "colour": "green" if name == "confirmed" else "amber"}

    def level(self, mean: float | None) -> str:
        return NO_FIGURE if mean is None else number(round(mean, 1), "level", self.lang)

    # -- sentences ---------------------------------------------------------------------------------------------------------

    def act(self, one: Mapping[str, Any], acts: Mapping[str, Any]) -> str:
        act = acts[one["act"]]
        return ", ".join(part for part in (self.said(act["name"]), self("article", article=one["article"]) if one.get("article") else "") if part)

    def dated(self, told: str) -> str:
        """Number and day of an act, without the English `of`."""
        return told.replace("of ", "", 1) if self.lang != "en" else told

    def tables(self, names: list[str]) -> str:
        more = f" {self('and_more', n=len(names) - SHOWN)}" if len(names) > SHOWN else ""
        return ", ".join(names[:SHOWN]) + more

    def measure(self, m: Mapping[str, Any]) -> str:
        """What a measure of the plan asks for."""
        told: dict[str, Any] = dict(m["values"])
        words: dict[str, Any] = {"institution": self.institution(m["institution"])}
        if "feed" in told:
            words["source"] = self.feed(told["feed"])
        if "qi" in told:
            words |= {"qi": self.qi(told["qi"]), "measured": self.measured(told["qi"], told["measured"])}
        if "feeds" in told:
            words["feeds"] = told["feeds"]
        if "tables" in told:
            words["tables"] = self.tables(told["tables"])
        if "record" in told:
            words["record"] = self.record(told["record"])
        if "question" in told:
            words["question"] = self.said(questionnaire(self.country)["questions"][told["question"]]["ask"])
            words["institutions"] = ", ".join(self.institution(key) for key in told["institutions"])
        return self("measure", m["kind"], **words)

    def change(self, one: Mapping[str, Any]) -> str:
        """What changed."""
        words = {"source": self.feed(one["feed"])} if "feed" in one else {}
        if one["kind"] == "colour":
            words["qi"] = self.qi(one["qi"])
        if one["kind"] == "table":
            words["table"] = f"{one['table']} {self.said(self.country.quality['tables'][one['table']]['name'])}"
        if one["kind"] == "section":
            words["section"] = self.said(questionnaire(self.country)["sections"][one["section"]])
        if one["kind"] == "measure":
            words["what"] = self.measure(one["measure"])
        return self("change", one["kind"], **words)

    def value(self, one: Mapping[str, Any], told: Any) -> Any:
        """A value before or after a change, as its kind is read."""
        if told is None:
            return NO_FIGURE
        if one["kind"] == "score":
            return self.points(told)
        if one["kind"] == "colour":
            return self.coloured(told)
        if one["kind"] == "table":
            return {"t": self("state", told), "colour": {"made": "green", "source": "red"}.get(told, "amber")}
        if one["kind"] == "measure":
            return self("plan_status", told)
        if one["kind"] == "section":
            return self.level(told)
        return self.number(told) if isinstance(told, int | float) else str(told)
