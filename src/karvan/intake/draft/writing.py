"""A draft as text: a contract in YAML, with what was seen and how sure each guess is beside it, and what a person must decide marked TODO."""

from __future__ import annotations

import json
import re
from pathlib import Path

from karvan.intake.bytes_in import inner_name
from karvan.intake.draft.meaning import Meaning
from karvan.intake.draft.properties import property_lines, quoted, usual_values
from karvan.intake.draft.record_type import Kind
from karvan.intake.draft.seen import Column, Look
from karvan.intake.draft.values import is_counter
from karvan.tables import TABLES


def written(look: Look, path: Path, feed: str, institution: str, taken: dict[str, Meaning], kind: Kind) -> str:
    """The draft as YAML."""
    key = likely_key(look, taken, kind)
    period, pattern = likely_period(inner_name(path))
    columns: list[str] = []
    for column in look.columns:
        columns += property_lines(column, taken.get(column.name), kind, key, look)
    tail = file_lines(look, taken, kind, period, pattern)
    decided = [line.split("TODO", 1)[1].strip(" :") for line in (*columns, *tail) if "# TODO" in line]
    head = [
        f"# Draft for {path.name}: {look.count:,} rows looked at. How sure each guess is stands beside it: sure, likely, guess.",
        f"# To decide ({len(decided) + len(look.doubts)}); the places are marked TODO below. What is a guess need not be right:",
        *(f"#  - the file: {doubt}" for doubt in look.doubts),
        *(f"#  - {text}" for text in decided),
        *(f"# Note: {remark}." for remark in look.remarks),
        "apiVersion: v3.1.0", "kind: DataContract", f"id: {feed}", f"name: {quoted(feed)}    # a name that people use", "version: 0.1.0", "status: draft",
        f"tenant: {institution}    # id of the institution in institutions.yaml", "domain: TODO    # border, residence, work, protection, ...",
        "description:", "  purpose: TODO why the platform may hold these data", "  limitations: TODO what the source leaves out", "  usage: TODO how often it comes",
        "schema:", f"  - name: {re.sub(r'[^a-z0-9_]+', '_', feed.split('.')[-1].lower())}", f"    physicalType: {look.form}", "    properties:",
    ]  # fmt: skip
    return "\n".join([*head, *columns, *tail]) + "\n"


def file_lines(look: Look, taken: dict[str, Meaning], kind: Kind, period: str, pattern: str) -> list[str]:
    """Service levels, and what the rows become."""
    frequency = {"day": "daily", "month": "monthly", "year": "yearly"}.get(period, "monthly")
    lines = [
        "slaProperties:", f"  - {{property: frequency, value: {frequency}}}", "  - {property: latency, value: 10, unit: d}    # days after the period until it is due",
        "customProperties:", "  - property: karvan", "    value:",
    ]  # fmt: skip
    if kind.record is None:
        lines += ["      # TODO record: no column was recognised; which of " + ", ".join(kind.others) + "?", "      record: TODO"]
    else:
        lines.append(f"      # {kind.how_sure}: {kind.record}, as {kind.why}; next: {', '.join(kind.others)}")
        if kind.how_sure == "guess":
            lines.append(f"      # TODO record: is a row {TABLES[kind.record].grain} ({kind.record})? else {', '.join(kind.others)}")
        lines += record_lines(look, kind)
    if look.form not in ("xlsx", "parquet"):
        lines.append(f"      encoding: {look.encoding}")
    if look.form == "csv":
        lines.append(f"      delimiter: {json.dumps(look.delimiter)}")
    if not look.header and look.form in ("csv", "xlsx"):
        lines.append("      header: false")
    if look.sheet:
        lines.append(f"      sheet: {quoted(look.sheet)}")
    if look.skip_rows:
        lines.append(f"      skip_rows: {look.skip_rows}")
    if look.rows:
        lines.append(f"      rows: {quoted(look.rows)}")
    if look.namespaces:
        lines.append(f"      namespaces: {json.dumps(dict(look.namespaces))}")
    if look.totals:
        name = next((c.name for c in look.columns if look.totals in (c.heading, c.name)), None)
        if name:
            keep = f'"{name}" is null or "{name}" <> \'{(look.total_word or "").replace(chr(39), chr(39) * 2)}\''
            lines += ["      # sure: rows at the end hold totals, no records; they are left out and counted", f"      where: [{{keep: {json.dumps(keep, ensure_ascii=False)}, because: row of totals}}]"]
    lines.append(f"      period: {period}    # day, month, year: each file covers one; snapshot, edition: each file replaces all before")
    if kind.record in ("resident", "organisation") and period != "edition":
        lines[-1] = lines[-1].replace(f"period: {period} ", "period: snapshot ")
        lines.insert(-1, f"      # TODO period: is each file the whole register (snapshot), or only what changed ({period})?")
    if period == "edition":
        lines[-1:] = ["      # TODO period: the name holds no day, month or year; if each file covers one, ask for it in the name, and write {period} there", lines[-1]]
    lines.append(f"      file: {quoted(pattern)}    # {{period}} stands for the period in the name")
    fills = set(kind.fills.values())
    person_key = "personal_no" if "identity.personal_no" in fills else "document" if "identity.doc_no" in fills else "register_no" if "identity.register_no" in fills else "none"
    note = "; with none, nothing here is ever linked to a person" if person_key == "none" else ""
    lines.append(f"      person_key: {person_key}    # personal_no, register_no, document, or none{note}")
    lines += ["      # TODO gates: how many rows does such a file usually have?", f"      gates: {{rows: [{max(0, look.count // 5)}, {max(10, look.count * 20)}], fill_drop_points: 5, code_miss_share: 0.01}}"]
    return lines


def record_lines(look: Look, kind: Kind) -> list[str]:
    """`record` or `records`, and the constants that a person must give."""
    constants = dict.fromkeys(kind.missing, "TODO")
    lines: list[str] = []
    if kind.procedure and "procedure" in constants:
        lines.append(f"      # likely: procedure {kind.procedure}, by the words of the file")
        constants["procedure"] = kind.procedure
    for name, value in constants.items():
        if value == "TODO":
            values = TABLES[kind.record or ""].column(name).values
            few = [f"{quoted(c.name)} ({shown.removeprefix('; its values: ')})" for c in look.columns if c.name not in kind.fills and (shown := usual_values(c))]
            lines.append(f"      # TODO {name}: every {kind.record} needs it and no column gives it: one of {', '.join(values) if values else 'your words'}; or map a column to it, and take this out" + (f" (columns of few values: {', '.join(few[:4])})" if few else ""))
    each = f", each: {quoted(look.each)}" if look.each else ""
    if kind.second:
        lodged = ", constants: {event: lodged}" if "event" not in (*kind.missing, *kind.fills.values()) else ""
        decided = next(name for name, field in kind.second.items() if field == "decided_on")
        when = json.dumps(f'"{decided}" is not null', ensure_ascii=False)
        fields = ", ".join(f"{field}: {quoted(name)}" for name, field in kind.second.items())
        lines += ["      records:", f"        - {{record: {kind.record}{each}{lodged}}}", f"        - {{record: decision{each}, when: {when}, fields: {{{fields}}}}}"]
    elif each:
        lines.append(f"      records: [{{record: {kind.record}{each}}}]")
    else:
        lines.append(f"      record: {kind.record}")
    if constants:
        lines.append("      constants: {" + ", ".join(f"{name}: {value}" for name, value in constants.items()) + "}")
    return lines


def likely_key(look: Look, taken: dict[str, Meaning], kind: Kind) -> str | None:
    """The column that numbers the rows for good: a number of a permit or application first, never one of a person, never a mere count of rows."""
    def rank(column: Column) -> int | None:
        fills = kind.fills.get(column.name, "")
        if not column.unique or column.date or column.number in ("number", "comma") or (fills.startswith("identity.") and fills != "identity.register_no"):
            return None
        if fills in ("key", "") and is_counter(column.present):
            return None
        return 0 if fills.endswith("_no") else 1 if fills == "key" else 2 if not any(c.isalpha() and c.islower() for v in column.present[:50] for c in v) else None

    ranked = [(r, place, c.name) for place, c in enumerate(look.columns) if (r := rank(c)) is not None]
    return min(ranked)[2] if ranked else None


def likely_period(name: str) -> tuple[str, str]:
    """Period and name pattern, from a day, month or year in the name.

    >>> likely_period("permits_2024-03.csv"), likely_period("list.csv")
    (('month', 'permits_{period}.csv'), ('edition', 'list.csv'))
    """
    day, month = r"(0[1-9]|[12]\d|3[01])", r"(0[1-9]|1[0-2])"
    for period, pattern in (("day", rf"(?<!\d)(19|20)\d\d[-_.]?{month}[-_.]?{day}(?!\d)"), ("day", rf"(?<!\d){day}\.{month}\.(19|20)\d\d(?!\d)"), ("month", rf"(?<!\d)(19|20)\d\d[-_.]?{month}(?!\d)"), ("month", rf"(?<!\d){month}\.(19|20)\d\d(?!\d)"), ("year", r"(?<!\d)(19|20)\d\d(?!\d)")):
        found = re.search(pattern, name)
        if found:
            return period, name[: found.start()] + "{period}" + name[found.end() :]
    return "edition", name
