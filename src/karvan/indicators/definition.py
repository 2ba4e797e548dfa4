"""An indicator's definition: a YAML file of a pack, read into a frozen object and checked word by word.

What a definition can say is listed in docs/how-to/new-indicator.md. Three kinds of value exist:

- counted: things of a subject (`count`), dated by a day (`on`), present at a moment (`at`) or summed over time (`during`);
- derived: a sum of other indicators, over a sum of other indicators (`from`);
- taken: cells of tables that somebody else published (`take`).
"""


from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from karvan.errors import PackError, nearest
from karvan.tables import DIMENSIONS

PERIODS = ("year", "quarter", "month", "day")
WORDS = frozenset({
    "id", "name", "says", "covers", "count", "measure", "quantiles", "of", "ended_when", "series", "on", "at", "during", "begins", "ends", "where", "by", "pairs", "unit", "period",
    "estimate", "ready_after", "from", "interval", "share_of", "take", "breaks", "needs", "quality", "disclosure", "must_hold", "source", "waits_for", "counted_as", "settings",
})  # fmt: skip
SERIES_WORDS = frozenset({"on", "at", "during", "begins", "ends", "where"})
HOLDS = frozenset({"no_cell_below_zero", "totals_add_up", "between_0_and_100"})


@dataclass(frozen=True)
class Series:
    """One thing counted: when it counts, and which rows. `kind` names it where an indicator has several."""

    kind: str | None
    dated: Literal["on", "at", "during"]
    on: str
    begins: str
    ends: str
    where: str


@dataclass(frozen=True)
class Part:
    """Another indicator in a formula; with `kind`, one of its series."""

    id: str
    kind: str | None = None

    @classmethod
    def read(cls, text: str) -> Part:
        name, _, kind = text.partition("/")
        return cls(name, kind or None)

    def __str__(self) -> str:
        return f"{self.id}/{self.kind}" if self.kind else self.id


@dataclass(frozen=True)
class Formula:
    """times * (sum of plus - sum of minus) / sum of over; without `over`, the sum alone."""

    plus: tuple[Part, ...]
    minus: tuple[Part, ...] = ()
    over: tuple[Part, ...] = ()
    over_rule: str | None = None
    times: float = 1.0
    absolute: bool = False
    final_only: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(dict.fromkeys((*self.plus, *self.minus, *self.over)))


@dataclass(frozen=True)
class Take:
    """Cells of published tables: which rows, which source speaks first where two give one cell, and where the series breaks."""

    where: str
    priority: tuple[str, ...] = ()
    total: str | tuple[str, ...] = "sum"
    combine: Literal["sum", "one"] = "one"
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """One indicator. See docs/reference/indicators.md for all of them."""

    id: str
    name: Mapping[str, str]
    says: Mapping[str, str]
    population: Mapping[str, str]
    leaves_out: tuple[Mapping[str, str], ...]
    unit: str
    counted_as: str
    by: tuple[str, ...]
    pairs: tuple[tuple[str, ...], ...]
    periods: tuple[str, ...]
    count: str | None = None
    measure: str = "1"
    quantiles: tuple[float, ...] = ()
    of: str = ""
    ended_when: str = ""    # quantiles of durations: which are seen to their end; the others count as longer (Kaplan-Meier)
    series: tuple[Series, ...] = ()
    formula: Formula | None = None
    interval: str | None = None
    take: Take | None = None
    share_of: str | None = None
    final: str | None = None
    preliminary: str | None = None
    ready_after: int = 0
    breaks: tuple[str, ...] = ()     # periods from which a change of law or source makes the series another one
    needs: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    quality: tuple[str, ...] = ()
    disclosure: Mapping[str, Any] = field(default_factory=dict)
    must_hold: tuple[str, ...] = ()
    source: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    waits_for: Mapping[str, str] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension of its cells, in the order of the table `cubes`."""
        named = set(self.by) | ({"kind"} if any(s.kind for s in self.series) else set()) | ({"method"} if self.quantiles else set())
        return tuple(d for d in DIMENSIONS if d in named)

    @property
    def is_ratio(self) -> bool:
        return bool(self.share_of or (self.formula and (self.formula.over or self.formula.over_rule)))

    def title(self, lang: str) -> str:
        return in_language(self.name, lang)


def in_language(text: str | Mapping[str, str], lang: str) -> str:
    """A text in a language; where it lacks that one, in English, else in the first it has. A plain text, as a proper title, is its own.

    >>> in_language({"en": "Entries", "ru": "Въезды"}, "ru"), in_language({"ro": "Intrări"}, "ru"), in_language("UNHCR", "ru")
    ('Въезды', 'Intrări', 'UNHCR')
    """
    return text if isinstance(text, str) else text.get(lang) or text.get("en") or next(iter(text.values()), "")


def read_definition(raw: Mapping[str, Any], *, where: str = "", languages: Sequence[str] = ()) -> Definition:
    """Read one definition. Raises PackError that names the file and every word that is wrong in it.

    Each of its texts must be in all of `languages`: those that its pack declares. Without them, in at least one.

    Examples
    --------
    >>> d = read_definition({
    ...     "id": "TMP-01", "name": {"en": "Entries"}, "says": {"en": "Entries of foreigners."},
    ...     "covers": {"population": {"en": "foreigners"}, "leaves_out": []}, "count": "crossing", "on": "crossed_on", "where": "direction = 'in'",
    ...     "by": ["sex"], "unit": "crossings", "period": "month"})
    >>> d.series[0].dated, d.dimensions
    ('on', ('sex',))
    """
    name = str(raw.get("id", "?"))
    place = where or f"indicator {name}"
    wrong: list[str] = []
    for word in raw:
        if word not in WORDS:
            wrong.append(f"`{word}` is not a word of a definition; {nearest(word, sorted(WORDS)) or 'leave it out'}")
    for word in ("id", "name", "says", "covers", "by", "unit", "period"):
        if word not in raw:
            wrong.append(f"`{word}` is missing")
    covers = raw.get("covers") or {}
    left_out = covers.get("leaves_out") or ()
    for place, word, text in (("name", "name", raw.get("name")), ("says", "says", raw.get("says")), ("covers", "covers.population", covers.get("population"))):
        if place in raw:
            _texts(word, text, languages, wrong)
    for number, text in enumerate(left_out, 1):
        _texts(f"covers.leaves_out, line {number},", text, languages, wrong)
    if "waits_for" in raw:
        _texts("waits_for", raw["waits_for"], languages, wrong)
    for word, text in (raw.get("source") or {}).items():
        if not isinstance(text, str):
            _texts(f"source.{word}", text, languages, wrong)
    if sum(k in raw for k in ("count", "from", "take")) != 1:
        wrong.append("it must have exactly one of `count`, `from`, `take`")
    by = tuple(raw.get("by") or ())
    pairs = tuple(tuple(pair) for pair in raw.get("pairs") or ())
    for dim in {*by, *(d for pair in pairs for d in pair), *filter(None, [raw.get("share_of")])}:
        if dim not in DIMENSIONS:
            wrong.append(f"`{dim}` is not a dimension; {nearest(dim, list(DIMENSIONS)) or 'see docs/reference/tables.md'}")
    for pair in pairs:
        for dim in pair:
            if dim not in by and dim != "kind":
                wrong.append(f"`pairs` names `{dim}`, which is not in `by`")
    periods = raw.get("period") or ()
    periods = (periods,) if isinstance(periods, str) else tuple(periods)
    for period in periods:
        if period not in PERIODS and not (period == "as_published" and "take" in raw):
            wrong.append(f"`{period}` is not a period; use one of {', '.join(PERIODS)}")
    for check in raw.get("must_hold") or ():
        if check not in HOLDS:
            wrong.append(f"`must_hold` does not know `{check}`; it knows {', '.join(sorted(HOLDS))}")
    series = _series(raw, wrong) if "count" in raw else ()
    formula = _formula(raw["from"], wrong) if "from" in raw else None
    take = _take(raw["take"], wrong) if "take" in raw else None
    disclosure = _policy(raw, wrong)
    if "ended_when" in raw and "quantiles" not in raw:
        wrong.append("`ended_when` needs `quantiles` and `of`: the duration that it says was seen to its end")
    if "interval" in raw:
        if raw["interval"] not in ("wilson", "survival"):
            wrong.append(f"`interval` is `wilson` or `survival`, not `{raw['interval']}`")
        if raw["interval"] == "survival":
            if "ended_when" not in raw:
                wrong.append("`interval: survival` needs `quantiles` of durations with `ended_when`")
        elif formula is None or not formula.over or formula.minus or formula.absolute:
            wrong.append("`interval` needs a share: `from` with `plus` and `over`, and what is above a part of what is below")
    if wrong:
        raise PackError(
            f"The definition of {name} has {len(wrong)} fault{'s' * (len(wrong) > 1)}:\n- " + "\n- ".join(wrong),
            where=place,
            fix="mend the file; docs/how-to/new-indicator.md shows a whole one",
        )
    estimate = raw.get("estimate") or {}
    return Definition(
        id=name, name=dict(raw["name"]), says=dict(raw["says"]), population=dict(covers["population"]), leaves_out=tuple(dict(text) for text in left_out),
        unit=str(raw["unit"]), counted_as=str(raw.get("counted_as", "person" if raw["unit"] == "persons" else "record")),
        by=by, pairs=pairs, periods=periods, count=raw.get("count"), measure=str(raw.get("measure", "1")),
        quantiles=tuple(float(q) for q in raw.get("quantiles") or ()), of=str(raw.get("of", "")), ended_when=str(raw.get("ended_when", "")), series=series, formula=formula, interval=raw.get("interval"), take=take, share_of=raw.get("share_of"),
        final=estimate.get("final"), preliminary=estimate.get("preliminary"), ready_after=_days(raw.get("ready_after", 0)), needs=dict(raw.get("needs") or {}), breaks=tuple(str(b) for b in raw.get("breaks") or ()),
        settings=dict(raw.get("settings") or {}), quality=tuple(raw.get("quality") or ()), disclosure=disclosure, must_hold=tuple(raw.get("must_hold") or ()),
        source=dict(raw.get("source") or {}), waits_for=dict(raw.get("waits_for") or {}),
    )  # fmt: skip


def _texts(word: str, text: Any, languages: Sequence[str], wrong: list[str]) -> None:
    if not isinstance(text, Mapping) or not text:
        wrong.append(f"`{word}` must be a text in each language, as in {{{', '.join(f'{lang}: ...' for lang in languages or ('en',))}}}")
        return
    wrong.extend(f"`{word}` has no text in `{lang}`, one of the pack's languages" for lang in languages if not text.get(lang))


def _policy(raw: Mapping[str, Any], wrong: list[str]) -> dict[str, Any]:
    said = raw.get("disclosure") or {}
    said = {"policy": said} if isinstance(said, str) else dict(said)
    for word in said:
        if word not in ("policy", "cells", "fixed"):
            wrong.append(f"`disclosure` does not know `{word}`; it knows policy, cells, fixed")
    return said


def _days(text: Any) -> int:
    return int(str(text).split()[0])


def _series(raw: Mapping[str, Any], wrong: list[str]) -> tuple[Series, ...]:
    if "series" not in raw:
        return (_one_series(None, raw, wrong),)
    shared = {k: raw[k] for k in SERIES_WORDS if k in raw}
    return tuple(_one_series(kind, _joined(shared, own or {}), wrong) for kind, own in raw["series"].items())


def _joined(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(shared) | dict(own)
    if shared.get("where") and own.get("where"):
        joined["where"] = f"({shared['where']}) and ({own['where']})"
    return joined


def _one_series(kind: str | None, raw: Mapping[str, Any], wrong: list[str]) -> Series:
    dated = [word for word in ("on", "at", "during") if word in raw]
    if len(dated) != 1:
        wrong.append(f"{'series ' + kind if kind else 'it'} must have exactly one of `on`, `at`, `during`")
        dated = ["on"]
    how = dated[0]
    if how in ("at", "during") and not (raw.get("begins") and raw.get("ends")):
        wrong.append(f"`{how}` needs `begins` (first day that counts) and `ends` (first day that no longer counts)")
    if how == "at" and raw["at"] not in ("start", "end"):
        wrong.append(f"`at` is `start` or `end` of the period, not `{raw['at']}`")
    if how == "during" and raw["during"] != "period":
        wrong.append(f"`during` is `period`, not `{raw['during']}`")
    return Series(kind, how, str(raw.get(how, "")), str(raw.get("begins", "")), str(raw.get("ends", "")), str(raw.get("where", "true")))  # type: ignore[arg-type]


def _formula(raw: Mapping[str, Any], wrong: list[str]) -> Formula:
    for word in raw:
        if word not in ("plus", "minus", "over", "over_rule", "times", "absolute", "final_only"):
            wrong.append(f"`from` does not know `{word}`; it knows plus, minus, over, over_rule, times, absolute, final_only")
    if not raw.get("plus"):
        wrong.append("`from` needs `plus`: the indicators that are added")
    parts = {word: tuple(Part.read(str(p)) for p in raw.get(word) or ()) for word in ("plus", "minus", "over")}
    return Formula(
        parts["plus"],
        parts["minus"],
        parts["over"],
        raw.get("over_rule"),
        float(raw.get("times", 1)),
        bool(raw.get("absolute", False)),
        bool(raw.get("final_only", False)),
    )


def _take(raw: Mapping[str, Any], wrong: list[str]) -> Take:
    for word in raw:
        if word not in ("where", "priority", "total", "combine", "breaks"):
            wrong.append(f"`take` does not know `{word}`; it knows where, priority, total, combine, breaks")
    if not raw.get("where"):
        wrong.append("`take` needs `where`: which published rows")
    return Take(
        str(raw.get("where", "true")),
        tuple(raw.get("priority") or ()),
        _total(raw.get("total", "sum")),
        raw.get("combine", "one"),
        tuple(str(b) for b in raw.get("breaks") or ()),
    )


def _total(said: Any) -> str | tuple[str, ...]:
    """`sum`, `published`, or the list of dimensions that are added up."""
    return tuple(said) if isinstance(said, list) else str(said)
