"""What changed between two editions of the study, from their facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Changes between two editions: sources that came or went, totals by a point or more, colours, completeness, tables, maturity, status of measures.

    Each change has `kind`, what it is about, and the value `before` and `now` (None where there was or is none).
    """
    return [*_sources(before, now), *_tables(before, now), *_maturity(before, now), *_plan(before, now)]


def _sources(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    old, new = ({s["feed"]: s for s in facts["sources"]} for facts in (before, now))
    out = []
    for feed in old.keys() | new.keys():
        if feed not in old or feed not in new:
            kind = "new_source" if feed in new else "gone_source"
            out.append({"kind": kind, "feed": feed, "before": None, "now": None})
            continue
        a, b = old[feed], new[feed]
        if None in (a["score"], b["score"]) or round(a["score"]) != round(b["score"]):
            if a["score"] != b["score"]:
                out.append({"kind": "score", "feed": feed, "before": a["score"], "now": b["score"]})
        for qi in sorted(a["measures"].keys() & b["measures"].keys()):
            was, is_now = a["measures"][qi]["colour"], b["measures"][qi]["colour"]
            if was != is_now and was and is_now:
                out.append({"kind": "colour", "feed": feed, "qi": qi, "before": was, "now": is_now})
        if a["complete_until_on"] != b["complete_until_on"]:
            out.append({"kind": "complete", "feed": feed, "before": a["complete_until_on"], "now": b["complete_until_on"]})
    return sorted(out, key=lambda c: (c["feed"], c["kind"], c.get("qi", "")))


def _tables(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    old, new = before["tables"], now["tables"]
    pairs = ((name, old.get(name, {}).get("state"), table["state"]) for name, table in new.items())
    return [{"kind": "table", "table": name, "before": was, "now": state} for name, was, state in pairs if was != state]


def _maturity(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    old, new = before["maturity"], now["maturity"]
    out: list[dict[str, Any]] = []
    if old["submitted"] != new["submitted"]:
        out.append({"kind": "submitted", "before": old["submitted"], "now": new["submitted"]})
    for section, mean in new["sections"].items():
        if old["sections"].get(section) != mean:
            out.append({"kind": "section", "section": section, "before": old["sections"].get(section), "now": mean})
    return out


def _plan(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    was = {m["id"]: m["status"] for m in before["plan"]}
    return [{"kind": "measure", "measure": m, "before": was.get(m["id"]), "now": m["status"]} for m in now["plan"] if was.get(m["id"], "proposed") != m["status"]]
