"""Checking rules of law: a source, a status, and values with the day since which they hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from karvan.country.mistakes import Mistake, Reader
from karvan.country.pack import Pack

RULE_KEYS = ("title", "source", "confidence", "status", "values", "questions", "needs", "decide", "examples", "signed_by")
RULE_STATUS = ("draft", "unverified", "signed")
VALUE_KEYS = ("unit", "since", "until", "except")


def check_rules(pack: Pack, languages: list[str], mistakes: list[Mistake]) -> None:
    for path in pack.files("rules"):
        reader = Reader(path, mistakes)
        if reader.content is None or not reader.mapping((), reader.content, "A file of rules"):
            continue
        for rule, entry in reader.content.items():
            if not reader.mapping((rule,), entry, f"Rule {rule}"):
                continue
            reader.known((rule,), entry, RULE_KEYS, required=("title", "source", "status"))
            if entry.get("title"):
                reader.names((rule, "title"), entry["title"], languages)
            reader.one_of((rule, "status"), entry.get("status"), RULE_STATUS, "status of a rule")
            if entry.get("status") == "signed" and not entry.get("signed_by"):
                reader.say((rule,), f"Rule {rule} is signed by nobody.", "add `signed_by:`, or make it unverified")
            for name, dated in (entry.get("values") or {}).items():
                _check_value(reader, (rule, "values", name), dated)


def _check_value(reader: Reader, keys: tuple[Any, ...], dated: Any) -> None:
    if not reader.mapping(keys, dated, "A value"):
        return
    reader.known(keys, dated, VALUE_KEYS, required=("unit", "since"))
    for day, said in (dated.get("since") or {}).items():
        if not isinstance(day, date):
            reader.say((*keys, "since", day), f"'{day}' is no day.", "write the first day of the value as YYYY-MM-DD")
        if not isinstance(said, dict) or "value" not in said or not said.get("source"):
            reader.say((*keys, "since", day), "A value needs `value` and `source`.", 'write `{value: 15, source: "act, date, address"}`')
    for place, said in enumerate(dated.get("except") or []):
        if "value" not in said or not said.get("source"):
            reader.say((*keys, "except", place), "An exception needs `value` and `source`.", "write `{citizenship: XXX, value: 30, source: ...}`")
