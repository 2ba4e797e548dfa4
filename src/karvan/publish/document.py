"""A publication as data: chapters of blocks, every number in them bound to a published cell.

The outline is a YAML file of the pack (`profile/profile.yaml`). Texts stand there in each language, with bindings in double braces:

    {{FLW-01 $year}}                          the value of a cell
    {{FLW-01 $year citizenship=TUR}}          of one category
    {{FLW-03 2018 signed}}                    with its sign
    {{=year}}                                 a variable of the outline

Nothing is typed in by hand: a new run of the line is a new edition of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from karvan.country import Country
from karvan.errors import PackError
from karvan.publish import charts
from karvan.publish.cells import Cell, Cells
from karvan.publish.wording import category, number, percent, when

BINDING = re.compile(r"\{\{\s*(.+?)\s*\}\}")
LANGUAGES = ("az", "en", "ru")


@dataclass
class Document:
    """A publication in one language, ready to be drawn as HTML or PDF."""

    title: str
    subtitle: str
    lang: str
    synthetic: bool
    watermark: str
    vintage: str
    chapters: list[dict[str, Any]]
    words: dict[str, str]
    cells: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)


def assemble(outline: dict[str, Any], cells: Cells, country: Country, *, lang: str, synthetic: bool, sources: list[dict[str, Any]] | None = None) -> Document:
    """Make the document of an outline in one language from the published cells.

    `sources` says of each feed: feed, deliveries, held, complete_until, and its measures by colour (green, amber, red); drawn by the block `sources`.

    Raises PackError where the outline names a block, a variable or a dimension that does not exist. A cell that was never computed
    is drawn as a dash and listed in `missing`.
    """
    maker = _Maker(outline, cells, country, lang, sources or [])
    chapters = [maker.chapter(chapter) for chapter in outline["chapters"]]
    words = {key: maker.said(text) for key, text in outline["words"].items()}
    vintages = sorted({cell.vintage for cell in cells.bound.values() if cell.basis == "records" and cell.vintage})
    entries = [maker.entry(place, cell) for place, cell in enumerate(cells.bound.values(), start=1)]
    missing = [cell.key for cell in cells.bound.values() if cell.value is None]
    return Document(
        maker.said(outline["title"]), maker.plain(outline["subtitle"]), lang, synthetic, words["watermark"] if synthetic else "",
        vintages[-1] if vintages else "", chapters, words, entries, missing, citations(cells, country),
    )  # fmt: skip


def citations(cells: Cells, country: Country) -> list[str]:
    """How the published sources behind the bound cells are cited, each once, in the words of their contracts."""
    used = {cell.vintage for cell in cells.bound.values() if cell.basis == "observations"}
    return sorted({c.citation for c in country.contracts.values() if c.citation and c.constants.get("source") in used})


def span(cell: Cell, lang: str) -> str:
    """The interval of a cell in the reader's language; nothing where it has none.

    >>> span(Cell("FLW-01", "2024", {}, 440.0, "persons", low=420.0, high=460.0), "en"), span(Cell("FLW-01", "2024", {}, 440.0), "en")
    ('420 – 460', '')
    """
    return "" if cell.low is None or cell.high is None else f"{number(cell.low, cell.unit, lang)} – {number(cell.high, cell.unit, lang)}"


class _Maker:
    def __init__(self, outline: dict[str, Any], cells: Cells, country: Country, lang: str, sources: list[dict[str, Any]]) -> None:
        self.cells, self.country, self.lang, self.feeds, self.outline = cells, country, lang, sources, outline
        self.variables = {name: self._variable(name, rule) for name, rule in outline.get("variables", {}).items()}

    # -- words and numbers -------------------------------------------------------------------------------------------

    def said(self, text: Any) -> str:
        """A text in this language: a mapping by language, or the same in all."""
        if isinstance(text, dict):
            if self.lang not in text:
                raise PackError(f"A text has no '{self.lang}'.", where=str(text)[:80], fix="write it in every language of the pack")
            return str(text[self.lang]).strip()
        return str(text)

    def runs(self, text: Any) -> list[dict[str, str]]:
        """A text as a list of runs: words, and numbers with the anchor of their cell."""
        out: list[dict[str, str]] = []
        at = 0
        said = self.said(text)
        for found in BINDING.finditer(said):
            out.append({"t": said[at : found.start()]})
            out.append(self._bound(found.group(1)))
            at = found.end()
        out.append({"t": said[at:]})
        return [run for run in out if run["t"]]

    def plain(self, text: Any) -> str:
        return "".join(run["t"] for run in self.runs(text))

    def when(self, period: str) -> str:
        return when(period, self.lang, self.country)

    def shown(self, cell: Cell, *, signed: bool = False) -> dict[str, str]:
        shown = {"t": number(cell.value, cell.unit, self.lang, signed=signed), "cell": self.cells.bind(cell)}
        if cell.obs_status in ("P", "B", "E") and cell.value is not None:
            shown["status"] = cell.obs_status
        if cell.low is not None and cell.high is not None:
            shown["range"] = span(cell, self.lang)
        return shown

    def _bound(self, binding: str) -> dict[str, str]:
        if binding.startswith("="):
            return {"t": self._value(binding[1:].strip(), binding)}
        words = binding.split()
        dims = dict(word.split("=", 1) for word in words[1:] if "=" in word)
        flags = {word for word in words[2:] if "=" not in word}
        if len(words) < 2 or flags - {"signed"}:
            raise PackError(f"The binding '{binding}' cannot be read.", where="profile outline", fix="write {{INDICATOR PERIOD dimension=category}}")
        cell = self.cells.get(words[0], self._period(words[1]), {k: self._period(v) for k, v in dims.items()})
        return self.shown(cell, signed="signed" in flags)

    def _value(self, name: str, where: str) -> str:
        if name not in self.variables:
            raise PackError(f"The outline has no variable '{name}'.", where=where, fix=f"define it under `variables`; there are {', '.join(self.variables)}")
        return self.variables[name]

    def _period(self, word: str) -> str:
        return self._value(word[1:], word) if word.startswith("$") else word

    def _variable(self, name: str, rule: Any) -> str:
        """A variable of the outline: a fixed text, or a period found in the cubes."""
        if not isinstance(rule, dict):
            return str(rule)
        periods = [p for p in self.cells.periods(rule["indicator"], grain=rule.get("grain", "year")) if self.cells.get(rule["indicator"], p, rule.get("dims")).obs_status in rule.get("status", "ABEP")]
        back = int(rule.get("back", 0))
        return periods[-1 - back] if len(periods) > back else "–"

    # -- blocks ------------------------------------------------------------------------------------------------------

    def chapter(self, chapter: dict[str, Any]) -> dict[str, Any]:
        return {"id": chapter["id"], "title": self.plain(chapter["title"]), "blocks": [self.block(b) for b in chapter["blocks"]]}

    def block(self, block: dict[str, Any]) -> dict[str, Any]:
        (kind, body), *rest = block.items()
        makers = {"text": self.text, "note": self.note, "facts": self.facts, "table": self.table, "line": self.line, "bars": self.bars, "map": self.map, "heading": self.heading, "sources": self.sources}
        if rest or kind not in makers:
            raise PackError(f"The outline has no block '{kind}'.", where=str(block)[:80], fix=f"use one of {', '.join(makers)}")
        return makers[kind](body)

    def heading(self, body: Any) -> dict[str, Any]:
        return {"kind": "heading", "text": self.plain(body)}

    def text(self, body: Any) -> dict[str, Any]:
        return {"kind": "text", "runs": self.runs(body)}

    def note(self, body: Any) -> dict[str, Any]:
        return {"kind": "note", "runs": self.runs(body)}

    def facts(self, body: list[dict[str, Any]]) -> dict[str, Any]:
        return {"kind": "facts", "items": [{"label": self.plain(i["label"]), "runs": self.runs(i["value"]), "note": self.plain(i.get("note", ""))} for i in body]}

    def indicator_name(self, indicator: str) -> str:
        definition = self.country.indicators.get(indicator)
        return self.said(definition["name"]) if definition else indicator

    def _row(self, named: str, periods: list[str], dims: dict[str, str] | None) -> tuple[str, list[Cell]]:
        """One indicator over periods: `FLW-01`, or one of its categories as `ADM-03 method=median`."""
        indicator, *words = named.split()
        own = dict(word.split("=", 1) for word in words)
        label = ", ".join([self.indicator_name(indicator), *(category(d, code, self.lang, self.country) for d, code in own.items())])
        return label, [self.cells.get(indicator, period, (dims or {}) | own) for period in periods]

    def table(self, body: dict[str, Any]) -> dict[str, Any]:
        """Rows are indicators (`indicators`) or the largest categories of one (`indicator`, `by`, `top`); columns are periods."""
        lead = body["indicator"] if "by" in body else body["indicators"][0].split()[0]
        periods = self._periods(body, lead)
        if "by" in body:
            largest = self.cells.by(lead, periods[-1], body["by"], body.get("dims"))[: int(body.get("top", 10))] if periods else []
            rows = [(category(body["by"], c.dims[body["by"]], self.lang, self.country), [self.cells.get(lead, p, c.dims) for p in periods]) for c in largest]
        else:
            rows = [self._row(named, periods, body.get("dims")) for named in body["indicators"]]
        return {
            "kind": "table",
            "caption": self.plain(body["title"]),
            "columns": [self.when(p) for p in periods],
            "rows": [{"label": label, "cells": [self.shown(c, signed=body.get("signed", False)) for c in row]} for label, row in rows],
            "note": self.plain(body.get("note", "")),
        }

    def sources(self, body: dict[str, Any]) -> dict[str, Any]:
        """The feeds of the country's institutions: who sends what, how far it is complete, how good it is."""
        columns = [self.said(body["columns"][key]) for key in ("deliveries", "held", "complete_until", "quality")]
        rows = []
        for feed in self.feeds:
            contract = self.country.contracts.get(feed["feed"])
            if contract is None or contract.institution not in self.country.institutions:
                continue
            measures = " ".join(f"{feed[colour]} {self.said(self.outline['words'][f'quality_{colour}'])}" for colour in ("green", "amber", "red") if feed[colour])
            institution = self.country.institutions[contract.institution].name(self.lang)
            named = self.country.text(f"feed.{contract.id}", self.lang) if f"feed.{contract.id}" in self.country.texts else contract.name
            said = [number(feed["deliveries"], "", self.lang), number(feed["held"], "", self.lang), str(feed["complete_until"] or "–"), measures or "–"]
            rows.append({"label": f"{named} ({institution})", "cells": [{"t": text} for text in said]})
        return {"kind": "table", "caption": self.plain(body["title"]), "columns": columns, "rows": rows, "note": self.plain(body.get("note", ""))}

    def line(self, body: dict[str, Any]) -> dict[str, Any]:
        """Lines over time: `indicators`, or the largest categories of one indicator."""
        lead = body["indicator"] if "by" in body else body["indicators"][0].split()[0]
        periods = self._periods(body, lead)
        series: list[tuple[str, list[Cell]]]
        if "by" in body:
            at = self._period(body.get("ranked_at", periods[-1])) if periods else ""
            ranked = self.cells.by(lead, at, body["by"], body.get("dims"))[: int(body.get("top", 5))]
            series = [(category(body["by"], c.dims[body["by"]], self.lang, self.country), [self.cells.get(lead, p, c.dims) for p in periods]) for c in ranked]
        else:
            series = [self._row(named, periods, body.get("dims")) for named in body["indicators"]]
        points = [{"series": name, "period": self.when(c.period), "value": c.value} for name, row in series for c in row if c.value is not None]
        return self._drawing(body, charts.lines(points, unit=self.plain(body.get("unit", "")), breaks=body.get("breaks", {}), lang=self.lang) if points else "")

    def bars(self, body: dict[str, Any]) -> dict[str, Any]:
        """Bars of the categories of one indicator in one period."""
        period = self._period(str(body["period"]))
        largest = self.cells.by(body["indicator"], period, body["by"], body.get("dims"))
        largest = [c for c in largest if c.value][: int(body.get("top", 12))]
        for cell in largest:
            self.cells.bind(cell)
        points = [{"category": category(body["by"], c.dims[body["by"]], self.lang, self.country), "value": c.value} for c in largest]
        return self._drawing(body, charts.bars(points, unit=self.plain(body.get("unit", "")), lang=self.lang) if points else "")

    def map(self, body: dict[str, Any]) -> dict[str, Any]:
        """A map of the world or of the country's regions, shaded by the categories of one indicator."""
        period = self._period(str(body["period"]))
        found = [c for c in self.cells.by(body["indicator"], period, body["by"], body.get("dims")) if c.value]
        for cell in found[:15]:
            self.cells.bind(cell)
        values = {c.dims[body["by"]]: float(c.value or 0) for c in found}
        labels = {code: category(body["by"], code, self.lang, self.country) for code in values}
        return self._drawing(body, charts.shaded_map(self.country.geography.geojson(body["over"]), values, labels, lang=self.lang) if values else "", note=self.country.geography.note(self.lang))

    def _drawing(self, body: dict[str, Any], svg: str, *, note: str = "") -> dict[str, Any]:
        said = " ".join(text for text in (self.plain(body.get("note", "")), note) if text)
        return {"kind": "drawing", "caption": self.plain(body["title"]), "svg": svg, "note": said}

    def _periods(self, body: dict[str, Any], indicator: str) -> list[str]:
        if isinstance(body.get("periods"), list):
            return [self._period(str(p)) for p in body["periods"]]
        return self.cells.periods(indicator, grain=body.get("grain", "year"))[-int(body.get("last", 6)) :]

    # -- the annex ---------------------------------------------------------------------------------------------------

    def entry(self, place: int, cell: Cell) -> dict[str, Any]:
        """One line of the annex: what the number is, and how to ask for its explanation."""
        definition = self.country.indicators.get(cell.indicator, {})
        named = ", ".join(category(d, v, self.lang, self.country) for d, v in sorted(cell.dims.items()))
        return {
            "anchor": f"cell-{place}",
            "ask": f"karvan explain {cell.key}",
            "indicator": cell.indicator,
            "period": cell.period,
            "when": self.when(cell.period),
            "dims": cell.dims,
            "name": self.indicator_name(cell.indicator) + (f": {named}" if named else ""),
            "says": self.said(definition["says"]) if definition.get("says") else "",
            "value": number(cell.value, cell.unit, self.lang),
            "range": span(cell, self.lang),
            "vintage": cell.vintage,
            "basis": cell.basis,
            "obs_status": cell.obs_status,
            "treatment": cell.treatment,
            "imputed": percent(cell.share_imputed, self.lang),
            "unlinked": percent(cell.share_unlinked, self.lang),
            "quality": cell.quality or "",
        }
