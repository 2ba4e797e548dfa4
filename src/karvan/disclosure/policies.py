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


@dataclass(frozen=True)
class Cells:
    """How the cells of an indicator are named for rounding. Cells of one name are rounded alike, in whatever table they stand.

    `family`: what is counted; its series stay apart. `of_series`: series that are counted elsewhere too, and the name there. `fixed`: categories that all of its things have, and that another
    table of the family has as a dimension.
    """

    family: str
    of_series: Mapping[str, str]
    fixed: Mapping[str, str]


def cells_of(definition: Mapping[str, Any]) -> Cells:
    """How a definition names its cells; by its own id where it does not say.

    >>> cells_of({"id": "A", "disclosure": {"policy": "counts", "cells": {"cohort": "immigrants"}}})
    Cells(family='A', of_series={'cohort': 'immigrants'}, fixed={})
    """
    said = definition.get("disclosure")
    said = said if isinstance(said, Mapping) else {}
    cells, fixed = said.get("cells") or definition["id"], dict(said.get("fixed") or {})
    return Cells(str(definition["id"]), dict(cells), fixed) if isinstance(cells, Mapping) else Cells(str(cells), {}, fixed)
