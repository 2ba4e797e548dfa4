"""What kind of record a file holds, and which column of the record each of its columns fills."""

from __future__ import annotations

from dataclasses import dataclass, field

from karvan.intake.draft.meaning import Meaning
from karvan.intake.draft.seen import Look
from karvan.intake.draft.terms import fields_of, find, fold, read
from karvan.tables import EVERY_RECORD, TABLES

TYPES = {name: table for name, table in TABLES.items() if table.kind == "record"}
OWN = {c.name for c in EVERY_RECORD}
MADE = ("same_second", "decision", "crossed_on")    # filled by intake where a contract is silent
IN_BOTH = ("sex", "citizenship", "birth_country", "region")    # stand in the record and beside the identity


@dataclass
class Kind:
    """The record type with the reasons for it, the runner-up, and what each column fills: `field`, `identity.<column>` or `key`."""

    record: str | None
    how_sure: str
    why: str
    others: list[str]
    fills: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    procedure: str | None = None
    second: dict[str, str] = field(default_factory=dict)    # columns of a second record of the same row: the decision of a case


def kind_of(look: Look, taken: dict[str, Meaning], name: str) -> Kind:
    """The record type that headings, values and the file's own words speak for."""
    scores: dict[str, float] = dict.fromkeys(TYPES, 0.0)
    reasons: dict[str, list[str]] = {t: [] for t in TYPES}
    for meaning in taken.values():
        fields = fields_of(meaning.concept)
        for t in TYPES:
            place = next((i for i, f in enumerate(fields) if f in TYPES[t].column_names), None)
            if place is not None:
                like = sum(fields[place] in table.column_names for table in TYPES.values())    # a column that few types have says more
                scores[t] += meaning.weight / like * (1.0 if place == 0 else 0.5)
                if like <= 2:
                    reasons[t].append(f"has {meaning.concept.replace('_', ' ')}")
    for text, weight in [(name, 1.2), *((w, 1.2) for w in look.words), *((c.heading, 0.3) for c in look.columns)]:
        named = find(text, "records")
        for match in named:
            if match.letters == named[0].letters:
                scores[match.concept] += weight
                reasons[match.concept].append(f"'{match.term}' is said")
    concepts = {m.concept for m in taken.values()}
    clock = any(c.clock and taken[c.name].concept == "crossing_time" for c in look.columns if c.name in taken)
    scores["crossing"] += (1.0 if {"crossing_time", "direction"} <= concepts else 0.0) + (0.6 if clock else 0.0)
    for t in TYPES:
        scores[t] -= 0.2 * len(missing_of(t, filled(t, taken)))
    ranked = sorted(scores.items(), key=lambda s: -s[1])
    best, second = ranked[:2]
    if best[1] <= 0.1 or not taken:
        return Kind(None, "guess", "nothing in it says what a row is", list(TYPES))
    gap = best[1] - second[1]
    fills = filled(best[0], taken)
    made = Kind(best[0], "sure" if gap > 1.2 else "likely" if gap > 0.5 else "guess", ", ".join(dict.fromkeys(reasons[best[0]][:4])) or "most columns fit", [t for t, _ in ranked[1:4]], fills, missing_of(best[0], fills))
    if "procedure" in TABLES[best[0]].column_names:
        made.procedure = procedure_of([name, *look.words, *(c.heading for c in look.columns)])
    if best[0] == "case_event":
        made.second = {n: f for n, m in taken.items() if n not in fills for f in fields_of(m.concept) if f in ("decided_on", "outcome")}
        made.second = made.second if len(made.second) == 2 else {}
        if made.second and any(m.concept == "application_day" and fills.get(n) == "event_on" for n, m in taken.items()):
            made.missing = [c for c in made.missing if c != "event"]
    return made


def filled(record: str, taken: dict[str, Meaning]) -> dict[str, str]:
    """What each column fills in a record of this type; the surer first, each place once."""
    made: dict[str, str] = {}
    own = set(TABLES[record].column_names) - OWN
    for name, meaning in sorted(taken.items(), key=lambda item: -item[1].weight):
        for wanted in fields_of(meaning.concept):
            if (wanted in own or wanted.startswith("identity.") or wanted == "key") and wanted not in made.values():
                made[name] = wanted
                break
    return made


def missing_of(record: str, fills: dict[str, str]) -> list[str]:
    """Columns that a record of this type cannot be without and that nothing fills."""
    return [c.name for c in TABLES[record].columns if c.null == "never" and c.name not in OWN and c.name not in MADE and c.name not in fills.values()]


def procedure_of(texts: list[str]) -> str | None:
    """The procedure that a file's words speak of."""
    said = " ".join(f" {fold(t)}" for t in texts)
    for words in read("values")["procedure"].values():
        for procedure, written in words.items():
            if any(f" {fold(str(w))}" in said or (not str(w).isascii() and fold(str(w)) in said) for w in written):
                return procedure
    return None
