"""How far a source is described (QI-20), and how far its definitions are from the standard (QI-17)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.quality.measure import Measure

if TYPE_CHECKING:
    from karvan.country import Contract, Country


@cache
def concepts() -> Mapping[str, Mapping[str, str]]:
    """The 21 concepts of the Euro SDMX Metadata Structure with their names by language."""
    import yaml

    return yaml.safe_load((Path(__file__).parent / "concepts.yaml").read_text(encoding="utf-8"))


def described(contract: Contract, country: Country) -> dict[str, bool]:
    """Of each concept: whether contract or pack fill it for a source.

    Contact, release policy and cost are filled only by the pack (`contact`, `release`, `cost` of the feed in `quality/sources.yaml`): no contract says them.
    """
    said: Mapping[str, object] = country.quality.get("sources", {}).get(contract.id, {})
    pairs = [pair for pair in country.quality.get("coverage", {}).values() if contract.id in (pair["source"]["feed"], pair["benchmark"]["feed"])]
    filled: dict[str, object] = {
        "contact": said.get("contact"),
        "metadata_update": contract.version,
        "statistical_presentation": said.get("covers") or contract.purpose,
        "unit_of_measure": said.get("unit"),
        "reference_period": contract.period,
        "institutional_mandate": said.get("legal"),
        "confidentiality": all(f.sensitivity for f in contract.fields),
        "release_policy": said.get("release"),
        "frequency": contract.frequency,
        "dissemination_format": contract.format,
        "accessibility_of_documentation": contract.path,
        "quality_management": contract.gates,
        "relevance": contract.purpose,
        "accuracy": said.get("limits") or contract.limitations,
        "timeliness": contract.latency_days,
        "comparability": country.quality.get("definitions", {}).get(contract.id),
        "coherence": pairs,
        "cost_and_burden": said.get("cost"),
        "data_revision": contract.usage,
        "statistical_processing": contract.records,
        "comment": contract.limitations,
    }
    return {concept: bool(filled[concept]) for concept in concepts()}


def metadata(country: Country, feeds: set[str]) -> list[Measure]:
    """QI-20 and QI-17 of the feeds that delivered; a concept that is not filled is a detail with 0."""
    out = []
    for contract in country.contracts.values():
        if contract.id not in feeds or contract.pack != country.packs[0].id:
            continue
        filled = described(contract, country)
        out.append(Measure("QI-20", contract.id, None, 100 * sum(filled.values()) / len(filled), len(filled)))
        out += [Measure("QI-20", contract.id, concept, 0.0, 1) for concept, there in filled.items() if not there]
        judged = country.quality.get("definitions", {}).get(contract.id) or []
        if judged:
            out.append(Measure("QI-17", contract.id, None, sum(one["distance"] for one in judged) / len(judged), len(judged)))
            out += [Measure("QI-17", contract.id, str(one["variable"]), float(one["distance"]), 1) for one in judged]
    return out
