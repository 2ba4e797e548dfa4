"""What a rule's value was on a day, for whom, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from karvan.country import Country
from karvan.errors import PackError, nearest

UNITS = ("hour", "day", "working_day", "month", "year", "person", "share", "amount", "count")


@dataclass(frozen=True)
class RuleValue:
    """A value of law on a day. `status` is `unverified` until a named lawyer has signed the rule; whoever shows it says so."""

    value: float | int | str
    unit: str
    source: str
    status: str
    rule: str
    name: str
    since: date
    article: str = ""
    confidence: str = ""
    title: Mapping[str, str] | None = None


def value(rule: str, *, on: date, country: Country, name: str | None = None, **facts: Any) -> RuleValue:
    """The value of a rule in force on a day.

    Parameters
    ----------
    rule
        Id of the rule in the pack, as `R02`.
    on
        The day asked about.
    name
        Which of the rule's values; may be left out where it has one, or one named `standard`.
    facts
        What is known of the case, for exceptions: `citizenship="KAZ"`.

    Raises
    ------
    PackError
        No such rule or value, or none in force on that day.
    """
    entry = _rule(rule, country)
    name = name or _only(rule, entry)
    dated = entry["values"].get(name)
    if dated is None:
        raise PackError(
            f"Rule {rule} has no value '{name}'.", where="rules/", fix=nearest(name, list(entry["values"])) or f"use one of {', '.join(entry['values'])}"
        )
    first = [day for day in sorted(dated["since"]) if day <= on]
    if not first or (dated.get("until") and on > dated["until"]):
        raise PackError(
            f"Rule {rule} has no value '{name}' in force on {on}.",
            where=f"rules/, `{rule}`",
            fix="add the value with its first day and source, or ask for another day",
        )
    chosen = {"since": first[-1], **dated["since"][first[-1]]}
    for exception in dated.get("except") or []:
        if _applies(exception, on, facts):
            chosen |= {key: exception[key] for key in ("value", "unit", "source", "confidence") if key in exception}
    return RuleValue(
        value=chosen["value"],
        unit=chosen.get("unit", dated["unit"]),
        source=chosen.get("source", ""),
        status=entry.get("status", "unverified"),
        rule=rule,
        name=name,
        since=chosen["since"],
        article=f"{entry['source'].get('act', '')} {entry['source'].get('article', '')}".strip(),
        confidence=chosen.get("confidence", entry.get("confidence", "")),
        title=entry.get("title"),
    )


def _rule(rule: str, country: Country) -> Mapping[str, Any]:
    if rule not in country.rules:
        raise PackError(f"There is no rule '{rule}'.", where="rules/", fix=nearest(rule, list(country.rules)) or "add it to a file of the pack's rules/")
    return country.rules[rule]


def _only(rule: str, entry: Mapping[str, Any]) -> str:
    names = list(entry["values"])
    if len(names) == 1 or "standard" in names:
        return "standard" if "standard" in names else names[0]
    raise PackError(f"Rule {rule} has several values: {', '.join(names)}.", fix="say which, with name=")


def _applies(exception: Mapping[str, Any], on: date, facts: Mapping[str, Any]) -> bool:
    """An exception applies where every fact it names is known and equal, within its own dates."""
    about = {k: v for k, v in exception.items() if k not in ("value", "unit", "source", "confidence", "since", "until")}
    within = exception.get("since", date.min) <= on <= exception.get("until", date.max)
    return within and bool(about) and all(facts.get(key) == wanted for key, wanted in about.items())
