"""The reviewer's desk: which pairs to look at, what a pair shows, how far reviewers agree, what another threshold would change.

Nothing here opens the identity zone but `explain_pair`, and that leaves a line in the audit log with the reviewer's name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.country.match_keys import MatchKeys
from karvan.errors import DataError
from karvan.linkage.comparisons import COMPARISONS, MISSING
from karvan.linkage.decisions import Decision, decisions, standing
from karvan.linkage.opinion import ALIKE, UNLIKE

if TYPE_CHECKING:
    import duckdb

    from karvan.workspace import Workspace

REVIEWERS = 2               # people who answer a pair independently
LOW, HIGH = 0.02, 0.999     # probabilities between which a pair is worth a look
FIELDS = (
    "record_type", "feed", "observed_on", "surname", "given_names", "patronymic", "full_name", "birth_date", "sex", "citizenship", "birth_country", "birth_place",
    "doc_type", "doc_no", "doc_issuer", "personal_no", "region", "address",
)  # fmt: skip


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
            seen = explain_pair(ws, pair.record_a, pair.record_b, actor="ssc")
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


@dataclass(frozen=True)
class Field:
    """One field of both records as written; `same` is None where a side does not say."""

    field: str
    a: str | None
    b: str | None
    same: bool | None


@dataclass(frozen=True)
class Compared:
    """One comparison (or the `second_opinion` on names): its level, what the level says in bits (for above 0, against below), and in words."""

    comparison: str
    level: str
    weight: float
    words: str


@dataclass(frozen=True)
class Explanation:
    """Why two records are, or are not, taken for one person. `prior` and `rarity` are the parts of the weight that no single comparison carries."""

    record_a: str
    record_b: str
    person_a: str
    person_b: str
    fields: tuple[Field, ...]
    comparisons: tuple[Compared, ...]
    prior: float
    rarity: float | None
    match_weight: float | None
    probability: float | None
    outcome: str
    reason: str | None
    decision: str | None
    answers: tuple[Decision, ...]
    words: tuple[str, ...]


def explain_pair(ws: Workspace, record_a: str, record_b: str, *, actor: str) -> Explanation:
    """What two records show side by side, what each comparison says for or against one person, and what came of it, in words.

    Opens the identity zone in the name of `actor`, with a line in the audit log.

    Raises
    ------
    DataError
        A record is not known, or nothing is linked yet.

    Examples
    --------
    ::

        >> print("\\n".join(explain_pair(ws, "r12", "r77", actor="ssc").words))
        The names differ by a slip or a swap: 9.3 bits for one person.
        The birth dates are the same day: 13.9 bits for one person.
        ...
        Together 17.1 bits, a probability of 0.999993: one person, joined.
    """
    record_a, record_b = sorted((record_a, record_b))
    run = ws.head().runs.get("link")
    if run is None:
        raise DataError("Nothing is linked yet.", where=str(ws.root), fix="run `karvan link run` first")
    con = ws.connect(identity=f"review of one pair of records: {record_a} {record_b}", actor=actor, memory="500MB")
    try:
        records = {row[0]: row[1:] for row in con.execute(
            f"select record_id, person_id, {', '.join(FIELDS)} from identities join links using (record_id) where record_id in (?, ?)", [record_a, record_b]).fetchall()}  # fmt: skip
        for record in (record_a, record_b):
            if record not in records:
                raise DataError(f"No linked record has the id {record[:40]!r}.", where="identities", fix="take the ids from `karvan link review`")
        kept = con.execute(
            f"select probability, match_weight, outcome, reason, decision, name_score, {', '.join(c.name for c in COMPARISONS)} from link_pairs where record_a = ? and record_b = ?",
            [record_a, record_b]).fetchone()  # fmt: skip
        levels = dict(zip((c.name for c in COMPARISONS), kept[6:], strict=True)) if kept else levels_of(con, record_a, record_b)
    finally:
        con.close()
    (person_a, *values_a), (person_b, *values_b) = records[record_a], records[record_b]
    fields = tuple(
        Field(name, None if a is None else str(a), None if b is None else str(b), None if a is None or b is None else a == b)
        for name, a, b in zip(FIELDS, values_a, values_b, strict=True) if a is not None or b is not None
    )  # fmt: skip
    model = run.notes["model"]
    compared = tuple(said_by(comparison.name, levels[comparison.name], model) for comparison in COMPARISONS)
    if kept and kept[5] is not None:
        compared += (opinion_of(levels["name"], kept[5]),)
    prior = math.log2(model["prior"] / (1 - model["prior"])) if model["prior"] else 0.0
    probability, weight, outcome, reason, decision = kept[:5] if kept else (None, None, "joined" if person_a == person_b else "below_threshold", None, None)
    rarity = None if weight is None else round(weight - prior - sum(c.weight for c in compared), 2)
    answers = tuple(one for one in decisions(ws) if record_a in one.records_a + one.records_b and record_b in one.records_a + one.records_b)
    found = Explanation(
        record_a, record_b, person_a, person_b, fields, compared, round(prior, 2), rarity, weight, probability, outcome, reason, decision, answers, ()
    )  # fmt: skip
    return Explanation(**vars(found) | {"words": tuple(in_words(found, compared_by_model=kept is not None))})


def levels_of(con: duckdb.DuckDBPyConnection, record_a: str, record_b: str) -> dict[str, str]:
    """Levels of agreement of two records by themselves, for a pair that no block key brought together."""
    from karvan.linkage.prepare import prepare

    con.execute("create or replace temp table two as select * from identities where record_id in (?, ?)", [record_a, record_b])
    prepare(con, "two")
    levels = ", ".join(f"{c.level_sql} as {c.name}" for c in COMPARISONS)
    row = con.execute(f"""
        with forms as (select *, birth_pair(birth_date) as birth_pair from prepared)
        select {levels} from (select columns('(.+)') as "\\1_l" from forms where rid = 0), (select columns('(.+)') as "\\1_r" from forms where rid = 1)""").fetchone()
    return dict(zip((c.name for c in COMPARISONS), row or (), strict=True))


WORDS = {
    ("name", "same"): "The names are the same once brought to one spelling",
    ("name", "same_keys"): "The names sound alike, or surname and given name stand in each other's place",
    ("name", "similar"): "The names differ by a slip, or by a slip and a swap",
    ("name", "cut"): "One name is cut or lacks a part of the other",
    ("name", "given_of_woman"): "The given names agree, the surnames do not, and one of the two is a woman",
    ("name", "given"): "The given names agree, the surnames do not",
    ("name", "surname"): "The surnames agree, the given names do not",
    ("name", "other"): "The names disagree",
    ("birth", "same_day"): "The birth dates are the same day",
    ("birth", "same_inexact"): "The birth dates are the same, but only a part of the date or a first of January",
    ("birth", "swapped"): "Day and month of birth stand in each other's place",
    ("birth", "less_exact"): "The birth years are the same and one date is less exact",
    ("birth", "one_digit"): "The birth dates differ in one digit",
    ("birth", "same_year"): "The birth dates differ within one year",
    ("birth", "other"): "The birth years differ",
    ("sex", "same"): "The sexes are the same",
    ("sex", "other"): "The sexes differ",
    ("origin", "same_citizenship"): "The citizenships are the same",
    ("origin", "same_country"): "The countries of birth are the same, or one is the citizenship of the other",
    ("origin", "other"): "Citizenship and country of birth differ",
    ("patronymic", "same"): "The fathers' names are the same",
    ("patronymic", "similar"): "The fathers' names are similar",
    ("patronymic", "other"): "The fathers' names differ",
}
MISSING_WORDS = {
    "name": "One side has no name", "birth": "One side has no birth date", "sex": "One side does not say the sex",
    "origin": "One side says neither citizenship nor country of birth", "patronymic": "One side has no father's name",
}  # fmt: skip
OUTCOMES = {"joined": "one person, joined", "below_threshold": "two persons, too little for one", "refused": "two persons, the join was refused"}


def said_by(comparison: str, level: str, model: dict[str, Any]) -> Compared:
    """What the level of a comparison says by the model of the run."""
    if level == MISSING:
        return Compared(comparison, level, 0.0, f"{MISSING_WORDS[comparison]}: this says nothing either way.")
    codes = next(c.codes for c in COMPARISONS if c.name == comparison)
    known = model[comparison][codes.index(level)]
    weight = round(math.log2(known["m"] / known["u"]), 2)
    return Compared(comparison, level, weight, f"{WORDS[comparison, level]}: {abs(weight):.1f} bits {'for' if weight >= 0 else 'against'} one person.")


def opinion_of(level: str, score: float) -> Compared:
    """What the second opinion on names said, given the level of the skeletons."""
    known = json.loads((Path(__file__).parent / "model.json").read_text(encoding="utf-8"))["second_opinion"]
    alike = score >= known["from"]
    weight = known[ALIKE if alike else UNLIKE][level]
    words = f"Read letter by letter across scripts, the names as written are {'alike' if alike else 'not alike'} (score {score:.2f})"
    return Compared("second_opinion", ALIKE if alike else UNLIKE, weight, f"{words}: {abs(weight):.1f} bits {'for' if weight >= 0 else 'against'} one person.")


def in_words(found: Explanation, *, compared_by_model: bool) -> Iterable[str]:
    yield from (c.words for c in found.comparisons)
    if found.rarity is not None and abs(found.rarity) >= 0.05:
        rare = "rarer" if found.rarity > 0 else "more frequent"
        yield f"Name and citizenship are {rare} than those of most: {abs(found.rarity):.1f} bits {'for' if found.rarity > 0 else 'against'} one person."
    if found.match_weight is None:
        yield "Number, name and birth or a decision brought the two together; the model did not score them." if compared_by_model else "No block key brought the two together, or the model gave them less than one in a hundred."
    else:
        yield f"Before any comparison, {abs(found.prior):.1f} bits {'against' if found.prior < 0 else 'for'}: few pairs are one person."
        yield f"Together {found.match_weight:.1f} bits, a probability of {found.probability:.6g}: {OUTCOMES[found.outcome]}{f' ({found.reason})' if found.reason else ''}."
    if found.decision:
        yield f"People decided: {found.decision}."


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
