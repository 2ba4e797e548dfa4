"""Gates of a delivery: what would show that a whole file is wrong, not only some of its rows.

The limits are the contract's (row band, fall of a fill rate, share of unknown codes, share of failing check digits). A share is
over its limit only if it is so by more than chance: a file of forty rows with one unknown code is no case for stopping a feed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from karvan.country import Contract

DEFAULTS = {"fill_drop_points": 5.0, "code_miss_share": 0.01, "check_digit_share": 0.005, "by_chance": 0.001}
BEFORE = 30    # deliveries that a fill rate is compared with


@dataclass(frozen=True)
class Gate:
    """One gate of one delivery: what was found, what the limit is, and whether it passed."""

    name: str
    field: str | None
    found: float | str | None
    limit: float | str | None
    passed: bool


def judge(counts: dict[str, Any], before: Iterable[dict[str, Any]], contract: Contract) -> list[Gate]:
    """Judge one delivery by its counts.

    Parameters
    ----------
    counts
        `rows`; `fill`: {field: rows with a value}; `codes` and `digits`: {field: (values, misses)}.
    before
        Counts of the accepted deliveries before it, oldest first.
    """
    limits = DEFAULTS | dict(contract.gates)
    rows = counts["rows"]
    gates = []
    if limits.get("rows"):
        least, most = limits["rows"]
        gates.append(Gate("rows", None, rows, f"{least} to {most}", least <= rows <= most))
    past = list(before)[-BEFORE:]
    readable = counts.get("readable", rows)
    if rows:
        misfits = rows - readable
        gates.append(Gate("layout", None, round(misfits / rows, 4), 0.05, not over(misfits, rows, 0.05, limits["by_chance"])))
    earlier_rows = sum(p.get("readable", p["rows"]) for p in past)
    for field, filled in counts["fill"].items():
        if not readable:
            continue
        if not earlier_rows:
            gates.append(Gate("fill", field, round(filled / readable, 4), None, True))
            continue
        usual = sum(p["fill"].get(field, 0) for p in past) / earlier_rows
        floor = max(0.0, usual - limits["fill_drop_points"] / 100)
        gates.append(Gate("fill", field, round(filled / readable, 4), round(floor, 4), not over(readable - filled, readable, 1 - floor, limits["by_chance"])))
    for name, key, limit in (("codes", "codes", limits["code_miss_share"]), ("check_digit", "digits", limits["check_digit_share"])):
        for field, (values, misses) in counts[key].items():
            if values:
                gates.append(Gate(name, field, round(misses / values, 4), limit, not over(misses, values, limit, limits["by_chance"])))
    return gates


def over(count: int, total: int, share: float, by_chance: float) -> bool:
    """Whether `count` of `total` is more than `share`, and so many more that chance alone would do it less often than `by_chance`.

    >>> over(1, 40, 0.01, 0.001), over(9, 205, 0.01, 0.001), over(1100, 100000, 0.01, 0.001)
    (False, True, True)
    """
    if total == 0 or count / total <= share:
        return False
    if share <= 0:
        return True
    if share >= 1:
        return False
    expected = total * share
    if expected > 500:    # the normal approximation is close enough here, and the exact sum would begin below the smallest number
        return (count - 0.5 - expected) / math.sqrt(expected * (1 - share)) > 3.09
    tail, term = 0.0, math.exp(total * math.log1p(-share))
    for k in range(count):
        tail += term
        term *= (total - k) / (k + 1) * share / (1 - share)
    return 1 - tail < by_chance


def as_json(gates: list[Gate]) -> str:
    """What the ledger keeps; later deliveries are compared with it."""
    return json.dumps([vars(g) for g in gates], ensure_ascii=False)


def counts_of(row: dict[str, Any]) -> dict[str, Any]:
    """The counts of an earlier delivery, from its line in the ledger: as much of them as `judge` compares with."""
    gates = json.loads(row["gates"] or "[]")
    misfit_share = next((g["found"] for g in gates if g["name"] == "layout" and not isinstance(g["found"], str)), 0.0)
    readable = round(row["rows"] * (1 - misfit_share))
    return {"rows": row["rows"], "readable": readable, "fill": {g["field"]: g["found"] * readable for g in gates if g["name"] == "fill"}}
