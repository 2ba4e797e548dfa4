"""One column of a draft as text: its property of the schema, below what was seen and guessed of it and what is to be decided."""

from __future__ import annotations

import json
import re
from collections import Counter

from karvan.intake.draft.kinds import ISO
from karvan.intake.draft.meaning import Meaning
from karvan.intake.draft.record_type import IN_BOTH, Kind
from karvan.intake.draft.seen import Column, Look
from karvan.intake.draft.values import is_counter
from karvan.tables import TABLES


def property_lines(column: Column, meaning: Meaning | None, kind: Kind, key: str | None, look: Look) -> list[str]:
    """One property of the schema, below what was seen and guessed of it."""
    fills = kind.fills.get(column.name)
    bare = (fills or "").removeprefix("identity.")
    target = next((c for c in TABLES[kind.record].columns if c.name == fills), None) if kind.record else None
    counter = column.name != key and fills in ("key", None) and is_counter(column.present)
    own: list[str] = []
    if counter:
        own.append("{property: drop, value: true}")
    elif fills and not fills.startswith("identity.") and fills != "key":
        own.append(f"{{property: field, value: {bare}}}")
    if fills and not counter and (fills.startswith("identity.") or bare in IN_BOTH):
        own.append(f"{{property: identity, value: {bare}}}")
    if fills == "employer":
        own.append("{property: pseudonym, value: employer}")
    if column.date:
        own.append(f"{{property: date, value: {quoted(ISO.get(column.date, column.date))}}}")
        own += ["{property: partial, value: true}"] if column.partial else []
    if column.number == "comma" and not column.date:
        own.append('{property: decimal, value: ","}')
    coded, todo = code_properties(column, meaning, fills or kind.second.get(column.name), target)
    own += coded
    if column.start:
        own += [f"{{property: start, value: {column.start}}}", f"{{property: width, value: {column.width}}}"]
    if column.path and column.path != column.name:
        own.append(f"{{property: path, value: {quoted(column.path)}}}")
    parts = [f"name: {quoted(column.name)}", f"logicalType: {logical_type(column, coded, column.name == key, target, look)}"]
    needed = target is not None and target.null == "never"
    if column.name == key:
        parts.append("primaryKey: true")
        if not fills:
            own.insert(0, "{property: field, value: key}")
    if (needed or column.name == key) and column.filled == 1.0:
        parts.append("required: true")
    parts.append(f"classification: {'P2' if fills is None or fills.startswith('identity.') or (target is not None and target.sensitivity != 'P1') else 'P1'}")
    heading = ", ".join([*column.above, column.heading])
    if heading not in (column.name, "") and not column.path and not re.fullmatch(r"c\d+", heading):
        parts.append(f"description: {quoted(heading)}")
    if own:
        parts.append(f"customProperties: [{', '.join(own)}]")
    return [*(f"      # {line}" for line in said_of(column, meaning, fills, kind, key, todo, counter)), f"      - {{{', '.join(parts)}}}"]


def said_of(column: Column, meaning: Meaning | None, fills: str | None, kind: Kind, key: str | None, todo: str, counter: bool) -> list[str]:
    """What is said above a column: how sure the guess is and why, how it is filled, and what to decide."""
    seen = f"{column.filled:.0%} filled, {column.distinct:,} different"
    shown = usual_values(column) if meaning is None or not fills else ""
    name = quoted(column.name)
    lines = []
    if column.name == key:
        seen += "; taken for the row's own number" + ("" if meaning and fills else ", as it is always there and never the same twice")
    if counter:
        lines.append(f"likely: it counts the rows of the file and says nothing of the record, so it is dropped; {seen}")
    elif meaning and fills:
        lines.append(f"{meaning.how_sure}: {fills}, as {meaning.why}; {seen}")
        if meaning.how_sure == "guess":
            lines.append(f"TODO column {name}: is it {fills}? {meaning.why}")
    elif meaning and column.name in kind.second:
        lines.append(f"{meaning.how_sure}: {kind.second[column.name]} of a second record, the decision, as {meaning.why}; {seen}")
    elif meaning and column.name == key:
        lines.append(f"{meaning.how_sure}: {meaning.concept.replace('_', ' ')}, as {meaning.why}; {seen}")
    elif meaning:
        lines.append(f"{meaning.how_sure}: {meaning.concept.replace('_', ' ')}, as {meaning.why}; {seen}")
        lines.append(f"TODO column {name}: {kind.record or 'the record type'} has no free column for {meaning.concept.replace('_', ' ')}; map it to another, drop it, or leave it to `extra`{shown}")
    else:
        lines.append(f"not recognised; {seen}")
        if column.name != key:
            lines.append(f"TODO column {name}: what is it? map it (field, identity), drop it ({{property: drop, value: true}}), or leave it to `extra`{shown}")
    if todo:
        lines.append(f"TODO column {name}: {todo}")
    return lines


def usual_values(column: Column) -> str:
    """The values of a column that are few and come often, so that they name nobody."""
    counts = Counter(column.present)
    if not counts or len(counts) > 12 or len(column.present) < 10 * len(counts):
        return ""
    return "; its values: " + ", ".join(v[:30] for v, _ in counts.most_common(8)) + (", ..." if len(counts) > 8 else "")


def code_properties(column: Column, meaning: Meaning | None, fills: str | None, target: object) -> tuple[list[str], str]:
    """The codes or the code list of a column, and what is to be decided about them."""
    if meaning is None or fills is None or column.date or fills == "key":
        return [], ""
    allowed: tuple[str, ...] = getattr(target, "values", ())
    if fills in ("identity.sex",):
        allowed = ("F", "M", "X")
    codes = dict(meaning.codes or {})
    if allowed and column.distinct <= 40 and column.present:
        different = sorted(set(column.present))
        if not codes and set(different) <= set(allowed):
            return [], ""
        codes = {v: codes.get(v, "TODO") for v in different}
        codes = {v: c if c in allowed else "TODO" for v, c in codes.items()}
    if codes:
        left = [v for v, c in codes.items() if c == "TODO"]
        said = f"what do {', '.join(left[:8])}{' ...' if len(left) > 8 else ''} mean? write one of {', '.join(allowed) or 'the codes of the list countries'} for each, or null" if left else ""
        return ["{property: codes, value: {" + ", ".join(f"{quoted(v)}: {quoted(c)}" for v, c in codes.items()) + "}}"], said
    return ([f"{{property: code_list, value: {meaning.code_list}}}"] if meaning.code_list and not (fills.startswith("identity.") and fills not in ("identity.doc_type", "identity.doc_issuer")) else []), ""


def logical_type(column: Column, coded: list[str], is_key: bool, target: object, look: Look) -> str:
    if look.totals in (column.heading, column.name):    # a word stands among its numbers
        return "string"
    if column.date:
        return "timestamp" if column.clock else "date"
    if coded or is_key or getattr(target, "type", "") == "text":
        return "string"
    return {"integer": "integer", "number": "number", "comma": "number"}.get(column.number or "", "string")


def quoted(text: str) -> str:
    """Text as YAML: plain where that is safe, else in quotes."""
    return text if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in ("yes", "no", "true", "false", "null", "on", "off", "y", "n") else json.dumps(text, ensure_ascii=False)
