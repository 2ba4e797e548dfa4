"""What speaks for and against two records being of one person: each comparison with its level and its weight, down to the probability, and the same in words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.linkage.circumstances import CIRCUMSTANCES, NAMESAKES, Circumstance, bits_of, names_agree
from karvan.linkage.comparisons import COMPARISONS, MISSING
from karvan.linkage.opinion import ALIKE, UNLIKE

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Compared:
    """One comparison, one circumstance, the `second_opinion` on names, or that `namesakes` are not rare: its level, what the level says in bits (for above 0, against below), and in words."""

    comparison: str
    level: str
    weight: float
    words: str


@dataclass(frozen=True)
class Weighed:
    """The evidence on a pair, in bits, and what came of it.

    `prior` and `rarity` are the parts of the weight that no single comparison carries. `match_weight` and `probability` are null where the model
    did not score the pair, `block` where no key brought it together. `outcome`: joined, below_threshold or refused, with the `reason`; `decision`: what people decided.
    """

    comparisons: tuple[Compared, ...]
    prior: float
    rarity: float | None
    match_weight: float | None
    probability: float | None
    block: str | None
    outcome: str
    reason: str | None
    decision: str | None

    @property
    def words(self) -> tuple[str, ...]:
        """The whole in sentences that add up."""
        return tuple(in_words(self))


def weigh(con: duckdb.DuckDBPyConnection, record_a: str, record_b: str, *, model: dict[str, Any], one_person: bool) -> Weighed:
    """The evidence on a pair as the run kept it; of a pair that the run did not keep, from its records alone. Reads `link_pairs`, and `identities` for the latter."""
    names = [c.name for c in (*COMPARISONS, *CIRCUMSTANCES)]
    kept = con.execute(
        f"select probability, match_weight, block, outcome, reason, decision, name_score, {', '.join(names)} from link_pairs where record_a = ? and record_b = ?", [record_a, record_b]
    ).fetchone()
    unscored = (None, None, None, "joined" if one_person else "below_threshold", None, None, None)
    probability, weight, block, outcome, reason, decision, name_score = kept[:7] if kept else unscored
    levels = dict(zip(names, kept[7:], strict=True)) if kept else levels_of(con, record_a, record_b)
    compared = tuple(said_by(c.name, levels[c.name], model) for c in COMPARISONS)
    if name_score is not None:
        compared += (opinion_of(levels["name"], name_score),)
    prior = math.log2(model["prior"] / (1 - model["prior"])) if model["prior"] else 0.0
    circumstances = tuple(shown_by(c, levels[c.name], model, alike=names_agree(levels["name"], name_score)) for c in CIRCUMSTANCES if levels[c.name] not in (MISSING, None))
    shift = sum(c.weight for c in circumstances)
    rarity = None if weight is None else round(weight - prior - sum(c.weight for c in compared) - shift, 2)
    if weight is not None and shift < 0 and abs(weight - shift - NAMESAKES) < 0.01:
        rarity, most = None, round(NAMESAKES - prior - sum(c.weight for c in compared), 2)
        compared += (Compared("namesakes", "at_most", most, f"Something speaks against, and namesakes born on one day are not as rare as that: {abs(most):.1f} bits {'for' if most >= 0 else 'against'} one person."),)
    compared += circumstances
    return Weighed(compared, round(prior, 2), rarity, weight, probability, block, outcome, reason, decision)


def levels_of(con: duckdb.DuckDBPyConnection, record_a: str, record_b: str) -> dict[str, str]:
    """Levels of agreement of two records by themselves, for a pair that no block key brought together."""
    from karvan.linkage.prepare import prepare

    con.execute("create or replace temp table two as select * from identities where record_id in (?, ?)", [record_a, record_b])
    prepare(con, "two")
    levels = ", ".join(f"{c.level_sql} as {c.name}" for c in COMPARISONS)
    row = con.execute(f"""
        with forms as (select *, birth_pair(birth_date) as birth_pair from prepared)
        select {levels} from (select columns('(.+)') as "\\1_l" from forms where rid = 0), (select columns('(.+)') as "\\1_r" from forms where rid = 1)""").fetchone()
    return dict(zip((c.name for c in COMPARISONS), row or (), strict=True)) | dict.fromkeys((c.name for c in CIRCUMSTANCES), MISSING)


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
    ("journeys", "alternate"): "Documents of two states are used by turns, and the journeys fit together",
    ("journeys", "renewed"): "A document of one state is used after the other, as when it is renewed",
    ("journeys", "in_turn"): "The journeys fit together",
    ("journeys", "gap"): "The journeys fit together if one crossing was not recorded",
    ("journeys", "contradict_once"): "One enters while the other is inside, or leaves while the other is outside",
    ("journeys", "contradict"): "The journeys cannot be those of one person",
    ("journeys", "at_once"): "Two documents of one state and kind are in use at once",
    ("family", "one_member"): "Both stand in one place of a case",
    ("family", "two_members"): "They stand in one case as two members, or one is the sponsor of the other",
    ("address", "same"): "An address is the same",
    ("address", "other"): "The addresses differ",
    ("birth_place", "same"): "The place of birth is the same",
    ("birth_place", "other"): "The places of birth differ",
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


def shown_by(one: Circumstance, level: str, model: dict[str, Any], *, alike: bool) -> Compared:
    """What a circumstance says; of people whose names disagree, a place that relatives share says nothing."""
    weight = bits_of(one, model[one.name])[level]
    if one.of_relatives and weight > 0 and not alike:
        return Compared(one.name, level, 0.0, f"{WORDS[one.name, level]}: of relatives this says nothing.")
    return Compared(one.name, level, weight, f"{WORDS[one.name, level]}: {abs(weight):.1f} bits {'for' if weight >= 0 else 'against'} one person.")


def opinion_of(level: str, score: float) -> Compared:
    """What the second opinion on names said, given the level of the skeletons."""
    known = json.loads((Path(__file__).parent / "model.json").read_text(encoding="utf-8"))["second_opinion"]
    alike = score >= known["from"]
    weight = known[ALIKE if alike else UNLIKE][level]
    words = f"Read letter by letter across scripts, the names as written are {'alike' if alike else 'not alike'} (score {score:.2f})"
    return Compared("second_opinion", ALIKE if alike else UNLIKE, weight, f"{words}: {abs(weight):.1f} bits {'for' if weight >= 0 else 'against'} one person.")


def in_words(found: Weighed) -> Iterator[str]:
    yield from (c.words for c in found.comparisons)
    if found.rarity is not None and abs(found.rarity) >= 0.05:
        rare = "rarer" if found.rarity > 0 else "more frequent"
        yield f"Name and citizenship are {rare} than those of most: {abs(found.rarity):.1f} bits {'for' if found.rarity > 0 else 'against'} one person."
    if found.match_weight is not None:
        yield f"Before any comparison, {abs(found.prior):.1f} bits {'against' if found.prior < 0 else 'for'}: few pairs are one person."
        yield f"Together {found.match_weight:.1f} bits, a probability of {found.probability:.6g}: {OUTCOMES[found.outcome]}{f' ({found.reason})' if found.reason else ''}."
    elif found.block:
        yield "Number, name and birth or a decision brought the two together; the model did not score them."
    else:
        yield "No block key brought the two together, or the model gave them less than one in a hundred."
    if found.decision:
        yield f"People decided: {found.decision}."
