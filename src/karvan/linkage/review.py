"""The reviewer's desk: which pairs to look at, how far reviewers agree, what another threshold would join. Nothing here opens the identity zone: `sides` does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from karvan.country.match_keys import MatchKeys
from karvan.linkage.comparisons import COMPARISONS
from karvan.linkage.decisions import decisions, standing

if TYPE_CHECKING:
    from karvan.workspace import Workspace

REVIEWERS = 2               # people who answer a pair independently
LOW, HIGH = 0.02, 0.999     # probabilities between which a pair is worth a look


@dataclass(frozen=True)
class Candidate:
    """A pair to be looked at. `levels`: level of agreement by comparison; `answers`: what other reviewers answered is kept from the reviewer, only how many did."""

    record_a: str
    record_b: str
    person_a: str
    person_b: str
    probability: float | None
    match_weight: float | None
    levels: dict[str, str]
    outcome: str
    reason: str | None
    answers: int
    why: str


def review_queue(ws: Workspace, *, reviewer: str, limit: int = 20, low: float = LOW, high: float = HIGH) -> list[Candidate]:
    """Pairs for a reviewer, the most useful first: those on which people contradict each other, those that one other person answered, those nearest the threshold.

    A pair that the reviewer has answered or skipped does not come back to them, one that `REVIEWERS` people agreed on comes to nobody.

    Parameters
    ----------
    reviewer
        Who will answer; the same name that `decide` gets as `who`.
    low, high
        Probabilities between which a pair is offered. Pairs that a rule joined or refused against their score are offered whatever it is.

    Examples
    --------
    ::

        for pair in review_queue(ws, reviewer="ssc", limit=10):
            seen = open_pair(ws, pair.record_a, pair.record_b, actor="ssc", purpose="clerical review")
            ...
            decide(ws, pair.record_a, pair.record_b, "same", who="ssc", at=now)
    """
    said = decisions(ws)
    holding = {(one.records_a, one.records_b): one for one in standing(said)}
    answered: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = {}
    for one in said:
        people = answered.setdefault(one.pair, set())
        (people.add if one.answer != "skip" or one.who == reviewer else people.discard)(one.who)
    con = ws.connect()
    try:
        threshold = threshold_weight(ws)
        rows = con.execute(
            f"""select record_a, record_b, person_a, person_b, probability, match_weight, {", ".join(c.name for c in COMPARISONS)}, outcome, reason
                from link_pairs where probability between ? and ? or (outcome = 'refused' and probability > ?)
                order by abs(coalesce(match_weight, 0) - ?), record_a, record_b""",
            [low, high, low, threshold],
        ).fetchall()
    finally:
        con.close()
    urgent: tuple[list[Candidate], list[Candidate], list[Candidate]] = ([], [], [])
    for record_a, record_b, person_a, person_b, probability, weight, *levels, outcome, reason in rows:
        pair = ((record_a,), (record_b,))
        people, held = answered.get(pair, set()), holding.get(pair)
        contradicting = held is not None and held.contradicting and held.rule != "senior"
        if reviewer in people or (held and held.rule == "senior") or (len(people) >= REVIEWERS and not contradicting):
            continue
        place = 0 if contradicting else 1 if people else 2
        if place == 2 and len(urgent[2]) >= limit:
            continue
        why = ("people contradict each other", "one person answered, a second is asked", "near the threshold" if outcome != "refused" else "refused although its score is high")[place]
        by_level = dict(zip((c.name for c in COMPARISONS), levels, strict=True))
        urgent[place].append(Candidate(record_a, record_b, person_a, person_b, probability, weight, by_level, outcome, reason, len(people), why))
    return [candidate for candidates in urgent for candidate in candidates][:limit]


def threshold_weight(ws: Workspace) -> float:
    """The threshold of the run in force, in bits."""
    run = ws.head().runs.get("link")
    threshold = run.notes["threshold"] if run else MatchKeys.threshold
    return math.log2(threshold / (1 - threshold))


def agreement(ws: Workspace) -> dict[str, Any]:
    """How far reviewers agree, over pairs that at least two of them answered with `same` or `different`.

    The latest answer of each counts; settlements by a senior are left out, as a senior has seen the answers.

    Returns
    -------
    `pairs`, `agreed` (share of pairs of answers that are equal), `kappa` (Cohen's, over all pairs of answers; None where chance alone gives agreement),
    `contradicting` (pairs with both answers).

    Source: Cohen, J. (1960), "A coefficient of agreement for nominal scales".
    """
    answers: dict[Any, dict[str, str]] = {}
    for one in decisions(ws):
        if not one.undoes and not one.senior:       # a settlement has seen both answers
            answers.setdefault(one.pair, {})[one.who] = one.answer
    firm = [{who: answer for who, answer in by.items() if answer in ("same", "different")} for by in answers.values()]
    twice = [sorted(by.items()) for by in firm if len(by) > 1]
    both = [(a[1] == "same", b[1] == "same") for by in twice for at, a in enumerate(by) for b in by[at + 1 :]]
    if not both:
        return {"pairs": 0, "agreed": None, "kappa": None, "contradicting": 0}
    agreed = sum(a == b for a, b in both) / len(both)
    same_a, same_b = sum(a for a, _ in both) / len(both), sum(b for _, b in both) / len(both)
    chance = same_a * same_b + (1 - same_a) * (1 - same_b)
    kappa = None if chance == 1 else round((agreed - chance) / (1 - chance), 4)
    return {"pairs": len(twice), "agreed": round(agreed, 4), "kappa": kappa, "contradicting": sum(len(set(dict(by).values())) > 1 for by in twice)}


THRESHOLDS = (0.2, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99, 0.999)


def trade_off(ws: Workspace, thresholds: Sequence[float] = THRESHOLDS) -> list[dict[str, Any]]:
    """What each threshold would join, by the model's own probabilities: pairs of nodes joined, of these not one person, and pairs of one person left apart.

    Returns rows of `threshold`, `joined`, `expected_wrong`, `expected_missed` (among pairs kept in `link_pairs`), `precision`, `recall`. The model's probabilities are
    estimates; a sample that people decided says how good they are.
    """
    con = ws.connect()
    try:
        rows = con.execute(
            """select t, count(*) filter (p >= t), sum(1 - p) filter (p >= t), sum(p) filter (p < t), sum(p) filter (p >= t), sum(p)
               from (select unnest(?) as t), (select probability as p from link_pairs where probability is not null) group by t order by t""",
            [list(thresholds)],
        ).fetchall()
    finally:
        con.close()
    return [
        {"threshold": t, "joined": n, "expected_wrong": round(wrong or 0, 1), "expected_missed": round(missed or 0, 1),
         "precision": round(right / n, 5) if n else None, "recall": round((right or 0) / of, 5) if of else None}
        for t, n, wrong, missed, right, of in rows
    ]  # fmt: skip
