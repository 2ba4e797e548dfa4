"""How good the links are, as the quality page shows it: counts, pairs by probability, parameters, estimates from the sample."""

from __future__ import annotations

import math
from typing import Any

from karvan.linkage import Drawn, covered, estimate, labels_of, sample_of, spread
from karvan.workspace import Run, Workspace
from karvan_portal import source
from karvan_portal.linkage import words

BANDS = (0.0, 0.1, 0.5, 0.9, 0.99, 0.999)  # lower ends, as samples are drawn by
LIMITS = {"precision": (0.99, 0.95), "recall": (0.97, 0.90)}  # from good, from with care: QI-07
ENOUGH = 20  # labelled pairs before estimates are shown
FEW = 10  # labelled pairs of a group below which its estimates say next to nothing and are folded
SPREAD_LIMITS = (2.0, 5.0)  # percentage points between citizenship groups: QI-22


def counts(run: Run) -> list[dict[str, Any]]:
    """Records by the key that joined them, most first."""
    return [{"level": level, "records": n} for level, n in sorted(run.notes["levels"].items(), key=lambda one: -one[1])]


def bands() -> list[dict[str, Any]]:
    """Pairs by band of probability: how many, how many of them the links join, what the model expects."""
    ends = ", ".join(map(str, BANDS))
    return source.rows(f"""
        select list_max(list_filter([{ends}], lambda low: low <= probability)) as band, count(*) as pairs, count(*) filter (outcome = 'joined') as joined,
               count(*) filter (outcome = 'refused') as refused, avg(probability) as expected
        from link_pairs where probability is not null group by 1 order by 1 desc""")


def by_weight() -> list[dict[str, Any]]:
    """Pairs by whole bits of weight and by outcome; those that the name and birth key joins anyway are left out, there are so many."""
    return source.rows("""
        select cast(floor(match_weight) as integer) as weight, outcome = 'joined' as joined, count(*) as pairs
        from link_pairs where match_weight is not null and block <> 'name_birth' group by 1, 2 order by 1, 2""")


def parameters(model: dict[str, Any]) -> list[dict[str, Any]]:
    """m and u of each level of each comparison, and what it weighs."""
    found = []
    for comparison, title in words.COMPARISON.items():
        codes = [code for of, code in words.LEVEL if of == comparison and code != "missing"]
        for code, level in zip(codes, model.get(comparison, ()), strict=comparison in model):
            weight = math.log2(level["m"] / level["u"])
            found.append(
                {
                    "comparison": str(title),
                    "said": str(words.LEVEL[comparison, code]),
                    "short": str(words.SHORT[comparison, code]),
                    "m": level["m"],
                    "u": level["u"],
                    "weight": round(weight, 2),
                }
            )
    return found


def of_sample(ws: Workspace) -> dict[str, Any]:
    """The newest sample with its estimates."""
    drawn = sample_of(ws)
    labels = labels_of(ws, drawn)
    estimates = estimate(drawn, labels) if len(labels) >= ENOUGH else []
    shown = [e for e in estimates if e.value is not None]
    return {
        "drawn": drawn,
        "labelled": len(labels),
        "enough": ENOUGH,
        "covered": covered(drawn, labels),
        "overall": [graded(e) for e in shown if e.by == "all"],
        "groups": [grouped(shown, by) for by in ("citizenship", "script")],
        "least": FEW,
        "bands": {float(e.group): e for e in shown if e.by == "band"},
        "spreads": [
            {"measure": m, **found, "colour": colour(-found["points"], *(-x for x in SPREAD_LIMITS))} for m in LIMITS if (found := spread(estimates, m))
        ],
    }


def graded(one: Any) -> dict[str, Any]:
    """An estimate with the colour of its measure: by the estimate itself, as quality scores are."""
    limits = LIMITS.get(one.measure)
    return vars(one) | {"colour": colour(one.value, *limits) if limits else ""}


def colour(value: float, good: float, care: float) -> str:
    return "green" if value >= good else "amber" if value >= care else "red"


def by_group(shown: list[Any], by: str) -> list[dict[str, Any]]:
    """Groups of one kind, each with its measures."""
    found: dict[str, dict[str, Any]] = {}
    for one in shown:
        if one.by == by:
            found.setdefault(one.group, {"group": one.group})[one.measure] = graded(one)
    return [row | {"measures": [row.get(measure) for measure in LIMITS]} for row in found.values()]


def grouped(shown: list[Any], by: str) -> dict[str, Any]:
    """Groups of one kind: those with enough labels to say something, those with few, and where the scale of the former begins."""
    rows = by_group(shown, by)
    enough = [row for row in rows if row["f1"]["labelled"] >= FEW]
    return {
        "by": by,
        "enough": enough,
        "few": [row for row in rows if row["f1"]["labelled"] < FEW],
        "from": min((one["low"] for row in enough for one in row["measures"] if one), default=0.0),
    }


def strata(drawn: list[Drawn], labels: dict[tuple[str, str], bool]) -> list[dict[str, Any]]:
    """Strata of a sample: pairs there are, drawn, labelled."""
    found: dict[str, dict[str, Any]] = {}
    for pair in drawn:
        band, outcome, citizenship, script = pair.stratum.split(" ")
        row = found.setdefault(
            pair.stratum,
            {
                "band": float(band),
                "joined": outcome == "joined",
                "citizenship": citizenship,
                "script": script,
                "pairs": pair.stratum_pairs,
                "drawn": 0,
                "labelled": 0,
            },
        )
        row["drawn"] += 1
        row["labelled"] += (pair.record_a, pair.record_b) in labels
    return sorted(found.values(), key=lambda r: (-r["band"], not r["joined"], -r["pairs"]))
