"""A sample of pairs for estimating precision and recall, and the estimates: overall and by citizenship, script and probability.

The frame is every pair that `link_pairs` keeps and nobody decided before: pairs that a block key brought together and that the model gives one in a hundred or more. Recall
is of the pairs of one person in this frame; a pair that no key brought together is in no sample. Strata are a band of probability, joined or not, a citizenship
group and the scripts; pairs are drawn from each without replacement, more where the model is less sure.

Estimates weight each labelled pair by the pairs it stands for (Horvitz and Thompson, 1952). Precision and recall are ratios of two such totals; their variance is that
of the linearised ratio in each stratum with its finite population correction (Cochran, 1977, 6.13 and 5.4). The interval is Wilson's with the effective
number of pairs, the smaller of Kish's and the one that the variance gives, because near 0 and 1 a symmetric interval would leave the scale
(Franco, Little, Louis and Slud, 2019, "Comparative study of confidence intervals for proportions in complex sample surveys", J. Surv. Stat. Methodol. 7).
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.errors import DataError
from karvan.intervals import Z
from karvan.linkage.decisions import decisions, standing
from karvan.linkage.groups import UNKNOWN, Group, group_of_pair, groups_of_pairs

if TYPE_CHECKING:
    from karvan.workspace import Workspace

BANDS = (0.0, 0.1, 0.5, 0.9, 0.99, 0.999)   # lower ends
GROUPS = 6          # citizenships with a group of their own; the rest is `other`
SMALLEST = 20       # pairs of a stratum; smaller ones of a band are put together
LEAST = 2           # pairs drawn from a stratum, so that its variance can be seen
ENOUGH = 20         # labelled pairs of a group before it is compared with others
SURE = 0.02         # variance that even a sure stratum is taken to have: the model may be wrong about itself


@dataclass(frozen=True)
class Drawn:
    """One pair of a sample, as it was when it was drawn. `stratum_pairs`: pairs of the frame in its stratum."""

    sample_id: str
    place: int
    record_a: str
    record_b: str
    stratum: str
    stratum_pairs: int
    band: float
    citizenship: str
    script: str
    probability: float
    joined: bool


@dataclass(frozen=True)
class Estimate:
    """One estimate with its 95 per cent interval. `by`: all, citizenship, script or band; `labelled`: pairs it rests on; `effective`: simple random pairs that would say as much. Value null: no such pair labelled."""

    by: str
    group: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    labelled: int
    effective: float | None


def draw_sample(ws: Workspace, *, size: int, seed: int, actor: str) -> list[Drawn]:
    """Draw a stratified sample of pairs and keep it in the table `link_sample`. Call it under `ws.lock()`.

    Opens the identity zone in the name of `actor` for the scripts of names.

    Raises
    ------
    DataError
        There are no pairs to draw from, or too few are asked for.
    """
    con = ws.connect()
    try:
        rows = con.sql("""
            select record_a, record_b, probability, outcome = 'joined' from link_pairs where probability is not null and decision is null order by record_a, record_b""").fetchall()  # fmt: skip
    finally:
        con.close()
    if not rows:
        raise DataError("There are no pairs to draw from.", where="link_pairs", fix="run `karvan link run` first")
    groups, nobody = groups_of_pairs(ws, actor=actor), Group(UNKNOWN, UNKNOWN)
    frame = []
    for a, b, probability, joined in rows:
        group = group_of_pair(groups.get(a, nobody), groups.get(b, nobody))
        frame.append(Drawn("", 0, a, b, "", 0, band_of(probability), group.citizenship, group.script, probability, joined))
    drawn = draw_from(frame, size=size, seed=seed, sample_id=f"S{ws.head().number:06d}")
    keep(ws, drawn)
    return drawn


def draw_from(frame: Sequence[Drawn], *, size: int, seed: int, sample_id: str) -> list[Drawn]:
    """Draw from a frame: strata, pairs from each, in an order by lot that mixes the strata."""
    strata: dict[str, list[Drawn]] = {}
    for pair, stratum in zip(frame, strata_of(frame), strict=True):
        strata.setdefault(stratum, []).append(pair)
    spread = {name: math.sqrt(max(float(np.mean([p.probability * (1 - p.probability) for p in pairs])), SURE)) for name, pairs in strata.items()}
    wanted = allocate({name: len(pairs) for name, pairs in strata.items()}, spread, size)
    lot = np.random.default_rng(seed)
    drawn = [
        replace(pairs[at], sample_id=sample_id, stratum=name, stratum_pairs=len(pairs))
        for name, pairs in sorted(strata.items())
        for at in sorted(lot.choice(len(pairs), wanted[name], replace=False))
    ]
    return [replace(drawn[at], place=place) for place, at in enumerate(lot.permutation(len(drawn)), start=1)]


def band_of(probability: float) -> float:
    """The lower end of the band of a probability.

    >>> band_of(0.9), band_of(0.45), band_of(1.0)
    (0.9, 0.1, 0.999)
    """
    return max(low for low in BANDS if low <= probability)


def strata_of(frame: Sequence[Drawn]) -> list[str]:
    """The stratum of each pair: band, joined or not, citizenship group, script; small ones of a band and outcome are put together."""
    frequent = {c for c, _ in Counter(p.citizenship for p in frame).most_common(GROUPS)}
    fine = [f"{p.band:g} {'joined' if p.joined else 'apart'} {p.citizenship if p.citizenship in frequent else 'other'} {p.script}" for p in frame]
    count = Counter(fine)
    return [name if count[name] >= SMALLEST else " ".join(name.split(" ")[:2]) + " other any" for name in fine]


def allocate(sizes: Mapping[str, int], spread: Mapping[str, float], size: int) -> dict[str, int]:
    """How many to draw from each stratum: `LEAST` of each, then one by one where it lowers the variance most (Wright, 2012, the exact form of Neyman's allocation).

    >>> allocate({"sure": 1000, "unsure": 1000, "tiny": 1}, {"sure": 0.1, "unsure": 0.5, "tiny": 0.5}, 17)
    {'sure': 3, 'unsure': 13, 'tiny': 1}
    """
    taken = {name: min(n, LEAST) for name, n in sizes.items()}
    left = size - sum(taken.values())
    if left < 0:
        raise DataError(f"{size} pairs are too few for {len(sizes)} strata.", where="link_sample", fix=f"draw {sum(taken.values())} pairs or more")

    def worth(name: str) -> float:
        return sizes[name] * spread[name] / math.sqrt(taken[name] * (taken[name] + 1))

    queue = [(-worth(name), name) for name in sizes if taken[name] < sizes[name]]
    heapq.heapify(queue)
    while left and queue:
        _, name = heapq.heappop(queue)
        taken[name], left = taken[name] + 1, left - 1
        if taken[name] < sizes[name]:
            heapq.heappush(queue, (-worth(name), name))
    return taken


def keep(ws: Workspace, drawn: Sequence[Drawn]) -> None:
    import pyarrow as pa

    con = ws.connect()
    try:
        con.register("drawn", pa.table({name: [getattr(pair, name) for pair in drawn] for name in Drawn.__dataclass_fields__}))
        with ws.transaction() as tx:
            tx.write("link_sample", con.sql("select * from drawn order by sample_id, record_a, record_b"), part=drawn[0].sample_id)
    finally:
        con.close()


def sample_of(ws: Workspace, sample_id: str = "") -> list[Drawn]:
    """The pairs of a sample in the order of their lot; of the newest where none is named. Empty where none was drawn."""
    con = ws.connect()
    try:
        rows = con.execute(
            f"select {', '.join(Drawn.__dataclass_fields__)} from link_sample where sample_id = coalesce(nullif(?, ''), (select max(sample_id) from link_sample)) order by place", [sample_id]
        ).fetchall()  # fmt: skip
    finally:
        con.close()
    return [Drawn(*row) for row in rows]


def labels_of(ws: Workspace, drawn: Sequence[Drawn]) -> dict[tuple[str, str], bool]:
    """What people's decisions, as they hold, say of the pairs of a sample: one person or not. A pair that nobody decided, or that stands at `unsure`, is left out."""
    wanted = {(pair.record_a, pair.record_b) for pair in drawn}
    holding = {(one.records_a[0], one.records_b[0]): one.answer for one in standing(decisions(ws)) if len(one.records_a) == len(one.records_b) == 1}
    return {pair: answer == "same" for pair, answer in holding.items() if pair in wanted and answer in ("same", "different")}


def estimate(drawn: Sequence[Drawn], labels: Mapping[tuple[str, str], bool]) -> list[Estimate]:
    """Precision, recall and F1 of the links, overall and by citizenship and script, and the share of one person's pairs by band of probability.

    Pairs without a label are taken to be like the labelled ones of their stratum; what of the frame lies in strata without any is not estimated (`covered`).

    Examples
    --------
    ::

        drawn = sample_of(ws)
        for one in estimate(drawn, labels_of(ws, drawn)):
            print(one.by, one.group, one.measure, one.value, one.low, one.high)
    """
    units = [Unit(pair, labels[pair.record_a, pair.record_b]) for pair in drawn if (pair.record_a, pair.record_b) in labels]
    count = Counter(unit.pair.stratum for unit in units)
    found = []
    for by, of in GROUPINGS.items():
        for group in sorted({of(pair) for pair in drawn}, key=lambda g: (-sum(of(p) == g for p in drawn), g)):
            for measure, (top, below) in MEASURES.items() if by != "band" else (("share_same", SHARE_SAME),):
                found.append(Estimate(by, group, measure, *ratio(units, count, lambda u, group=group, of=of: of(u.pair) == group, top, below)))  # type: ignore[misc]
    return found


@dataclass(frozen=True)
class Unit:
    """A labelled pair."""

    pair: Drawn
    same: bool


Count = Callable[[Unit], float]
GROUPINGS: dict[str, Callable[[Drawn], str]] = {"all": lambda p: "", "citizenship": lambda p: p.citizenship, "script": lambda p: p.script, "band": lambda p: f"{p.band:g}"}
MEASURES: dict[str, tuple[Count, Count]] = {
    "precision": (lambda u: u.same and u.pair.joined, lambda u: u.pair.joined),
    "recall": (lambda u: u.same and u.pair.joined, lambda u: u.same),
    "f1": (lambda u: 2.0 * (u.same and u.pair.joined), lambda u: u.pair.joined + u.same),
}
SHARE_SAME: tuple[Count, Count] = (lambda u: u.same, lambda u: 1.0)


def ratio(
    units: Sequence[Unit], count: Mapping[str, int], among: Callable[[Unit], bool], top: Count, below: Count
) -> tuple[float | None, float | None, float | None, int, float | None]:
    """The ratio of two weighted totals over a group, its interval, the pairs below the line, and how many simple random pairs would say as much.

    `count` are the labelled pairs of each stratum, of the group or not: a group is a part of the strata that chance filled.
    """
    weight = {unit.pair.stratum: unit.pair.stratum_pairs / count[unit.pair.stratum] for unit in units}
    mine = [unit for unit in units if among(unit) and below(unit)]
    total = sum(weight[u.pair.stratum] * below(u) for u in mine)
    if not mine:
        return None, None, None, 0, None
    value = sum(weight[u.pair.stratum] * top(u) for u in mine) / total
    by_stratum: dict[str, list[float]] = {}
    for unit in mine:
        by_stratum.setdefault(unit.pair.stratum, []).append(weight[unit.pair.stratum] * (top(unit) - value * below(unit)) / total)
    variance, open_ = 0.0, False
    sizes = {unit.pair.stratum: unit.pair.stratum_pairs for unit in units}
    for stratum, residuals in by_stratum.items():
        n, size = count[stratum], sizes[stratum]
        if n >= size:
            continue
        open_ = True
        mean = sum(residuals) / n       # the others of the stratum are 0
        squares = sum((r - mean) ** 2 for r in residuals) + (n - len(residuals)) * mean**2
        variance += (1 - n / size) * (n / (n - 1) * squares if n > 1 else residuals[0] ** 2)
    if not open_:
        return value, value, value, len(mine), None
    effective = sum(weight[u.pair.stratum] for u in mine) ** 2 / sum(weight[u.pair.stratum] ** 2 for u in mine)
    if variance > 0 and 0 < value < 1:
        effective = min(effective, value * (1 - value) / variance)
    return value, *wilson(value, effective), len(mine), round(effective, 1)


def wilson(share: float, cases: float) -> tuple[float, float]:
    """The 95 per cent score interval of a share of so many cases (Wilson, 1927).

    >>> [round(end, 4) for end in wilson(0.8, 10)]
    [0.4902, 0.9433]
    """
    middle, half = share + Z**2 / (2 * cases), Z * math.sqrt(share * (1 - share) / cases + Z**2 / (4 * cases**2))
    return max((middle - half) / (1 + Z**2 / cases), 0.0), min((middle + half) / (1 + Z**2 / cases), 1.0)


def covered(drawn: Sequence[Drawn], labels: Mapping[tuple[str, str], bool]) -> float | None:
    """Share of the frame that lies in strata with a labelled pair; null without a sample."""
    sizes = {pair.stratum: pair.stratum_pairs for pair in drawn}
    seen = {pair.stratum for pair in drawn if (pair.record_a, pair.record_b) in labels}
    return sum(n for stratum, n in sizes.items() if stratum in seen) / sum(sizes.values()) if sizes else None


def spread(estimates: Sequence[Estimate], measure: str, by: str = "citizenship") -> dict[str, Any] | None:
    """The difference between the best and the worst group in percentage points, over groups with `ENOUGH` labelled pairs; None where fewer than two have them."""
    known = [(one.value, one.group) for one in estimates if one.by == by and one.measure == measure and one.value is not None and one.labelled >= ENOUGH]
    if len(known) < 2:
        return None
    (worst, worst_group), (best, best_group) = min(known), max(known)
    return {"points": round(100 * (best - worst), 2), "best": best_group, "worst": worst_group}
