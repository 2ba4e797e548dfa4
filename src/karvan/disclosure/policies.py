"""Policies of disclosure control, by name; a definition of an indicator names one.

Source: the platform's catalogue of methods, SDC-01 (minimum frequency), SDC-06 (random rounding) and SDC-09 (percentages).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from karvan.errors import PackError, nearest


@dataclass(frozen=True)
class Policy:
    """How the cells of an indicator are made safe.

    `base`: counts are rounded at random to multiples of it, so that no count of 1 to base - 1, and no difference of two counts in
    that range, is ever seen. `least_denominator`: a ratio or quantile over fewer is withheld. base 0: published elsewhere, untouched.
    """

    name: str
    base: int
    least_denominator: int


POLICIES = {
    policy.name: policy
    for policy in (
        Policy("counts", base=5, least_denominator=30),
        Policy("protected", base=10, least_denominator=30),     # asylum, trafficking, detention: SDC-01 asks for 10 there
        Policy("public_source", base=0, least_denominator=0),
    )
}  # fmt: skip


def is_published(definition: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether an indicator is taken from published tables, or made only of such."""
    said = definition.get("from") or {}
    parts = [str(p).partition("/")[0] for role in ("plus", "minus", "over") for p in said.get(role) or ()]
    return "take" in definition or (bool(parts) and all(p in definitions and is_published(definitions[p], definitions) for p in parts))


def policy_of(definition: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> Policy:
    """The policy that a definition names; published tables are `public_source`, everything else `counts` unless it says more."""
    published = is_published(definition, definitions)
    said = definition.get("disclosure") or ("public_source" if published else "counts")
    name = said if isinstance(said, str) else said.get("policy", "counts")
    if name not in POLICIES:
        raise PackError(
            f"There is no disclosure policy '{name}'.",
            where=f"indicator {definition.get('id')}",
            fix=nearest(name, list(POLICIES)) or f"use one of {', '.join(POLICIES)}",
        )
    if name == "public_source" and not published:
        raise PackError(
            "Only figures that somebody else published may go untreated.", where=f"indicator {definition.get('id')}", fix="use `counts` or `protected`"
        )
    return POLICIES[name]


def family_of(definition: Mapping[str, Any]) -> str:
    """The name under which a cell is keyed: indicators that count the same things share it, so that a cell they share rounds alike."""
    said = definition.get("disclosure")
    return str(said.get("cells", definition["id"])) if isinstance(said, Mapping) else str(definition["id"])
