"""The shape of a contract: whether each key holds the kind of thing that it must, before anybody asks what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from karvan.country.contract import custom
from karvan.errors import nearest

if TYPE_CHECKING:
    from karvan.country.mistakes import Reader

# What each key holds: a mapping, a list of mappings with these keys, or a plain value; with an example of how to write it.
MAPPINGS = {"constants": "{direction: in}", "derive": '{quota_year: "year(DECIDED)"}', "namespaces": '{k: "urn:x"}', "gates": "{rows: [0, 5000]}"}
LISTS = {
    "records": (("record",), "[{record: case_event}, {record: decision, when: ...}]"),
    "where": (("keep", "because"), '[{keep: "KIND <> \'test\'", because: test rows}]'),
    "checks": (("expression",), '[{expression: "A <= B", text: {en: ...}}]'),
}
PLAIN = {"record": str, "encoding": str, "delimiter": str, "sheet": str, "rows": str, "period": str, "file": str, "person_key": str, "observed_on": str, "opens_with": str, "completeness_by": str, "skip_rows": int, "header": bool}
WORDS = {str: "text", int: "a whole number", bool: "true or false"}
GATES = ("rows", "fill_drop_points", "code_miss_share", "check_digit_share", "by_chance")
TYPES = ("string", "integer", "number", "boolean", "date", "timestamp", "datetime", "time", "object", "array")
CLASSES = ("P0", "P1", "P2", "P3", "P4")
DATE_PARTS = "dmyYHMSjbBpfzIqu%-"


def check_shape(reader: Reader, odcs: Mapping[str, Any]) -> bool:
    """Say what is not built as it must be; whether the contract can be read all the same."""
    before = len(reader.mistakes)
    columns = odcs["schema"][0].get("properties") or []
    for place, column in enumerate(columns):
        _column(reader, ("schema", 0, "properties", place), column)
    for place, entry in enumerate(odcs["customProperties"]):
        if not isinstance(entry, Mapping) or "property" not in entry:
            reader.say(("customProperties", place), "This is no custom property.", "write `- property: karvan` with `value:` under it")
            return False
    own = custom(odcs).get("karvan")
    if isinstance(own, Mapping):
        at = ("customProperties", next(i for i, p in enumerate(odcs["customProperties"]) if p.get("property") == "karvan"), "value")
        _file(reader, at, own)
    return len(reader.mistakes) == before


def _column(reader: Reader, at: tuple[Any, ...], column: Any) -> None:
    if not isinstance(column, Mapping) or not column.get("name"):
        reader.say(at, "The column has no `name`.", "write `{name: NAME_IN_THE_FILE, logicalType: string, ...}`")
        return
    name = column["name"]
    said = column.get("customProperties") or []
    if not isinstance(said, list) or not all(isinstance(p, Mapping) and "property" in p and "value" in p for p in said):
        reader.say(at, f"Column '{name}': `customProperties` is no list of properties with values.", "write `customProperties: [{property: field, value: sex}, {property: date, value: iso}]`")
        return
    reader.one_of((*at, "logicalType"), column.get("logicalType"), TYPES, "logical type")
    reader.one_of((*at, "classification"), column.get("classification"), CLASSES, "class of sensitivity")
    own = custom(column)
    if own.get("codes") is not None and not isinstance(own["codes"], Mapping):
        reader.say(at, f"Column '{name}': `codes` is no list of values with what they become.", "write `{property: codes, value: {E: in, X: out}}`")
    wrong = [part for part in re.findall(r"%(.)", str(own.get("date") or "")) if part not in DATE_PARTS]
    if wrong:
        reader.say(at, f"Column '{name}': '%{wrong[0]}' is no part of a date.", "use %d day, %m month, %Y year, %H hour, %M minute, %S second")
    for key in ("start", "width"):
        if own.get(key) is not None and (not isinstance(own[key], int) or own[key] < 1):
            reader.say(at, f"Column '{name}': `{key}` is no whole number from 1.", f"write `{{property: {key}, value: 1}}`")


def _file(reader: Reader, at: tuple[Any, ...], own: Mapping[str, Any]) -> None:
    for key, example in MAPPINGS.items():
        if own.get(key) is not None and not isinstance(own[key], Mapping):
            reader.say((*at, key), f"`{key}` is no list of keys with values.", f"write `{key}: {example}`")
    for key, (needed, example) in LISTS.items():
        entries = own.get(key)
        if entries is not None and (not isinstance(entries, list) or not all(isinstance(e, Mapping) and all(n in e for n in needed) for e in entries)):
            reader.say((*at, key), f"`{key}` is no list of entries with {' and '.join(f'`{n}`' for n in needed)}.", f"write `{key}: {example}`")
    for key, kind in PLAIN.items():
        value = own.get(key)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            reader.say((*at, key), f"`{key}` is not {WORDS[kind]}.", f"write {WORDS[kind]} there")
    delimiter = own.get("delimiter")
    if isinstance(delimiter, str) and len(delimiter) != 1:
        reader.say((*at, "delimiter"), f"'{delimiter}' is not one character.", 'write `delimiter: ";"`, or "\\t" for a tab')
    if own.get("period") in ("day", "month", "year") and isinstance(own.get("file"), str) and "{period}" not in own["file"]:
        reader.say((*at, "file"), "The name of the file does not hold `{period}`, so no file could be told from another.", f"write {{period}} where the {own['period']} stands, or `period: edition`")
    gates = own.get("gates")
    if isinstance(gates, Mapping):
        for key, limit in gates.items():
            pair = isinstance(limit, list) and len(limit) == 2 and all(isinstance(n, int) for n in limit)
            if key not in GATES:
                reader.say((*at, "gates", key), f"There is no gate '{key}'.", nearest(str(key), list(GATES)) or f"use {', '.join(GATES)}")
            elif key == "rows" and not pair:
                reader.say((*at, "gates", key), "`rows` is not the least and the most rows.", "write `rows: [100, 5000]`")
            elif key != "rows" and (isinstance(limit, bool) or not isinstance(limit, int | float)):
                reader.say((*at, "gates", key), f"The limit of `{key}` is no number.", f"write `{key}: 5`")
