"""What the desk says of comparisons, fields, blocks and outcomes, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from karvan.linkage import Opened, Weighed
from karvan_portal import source, words

COMPARISON = {
    "name": gettext_lazy("Name"),
    "birth": gettext_lazy("Birth date"),
    "sex": gettext_lazy("Sex"),
    "origin": gettext_lazy("Origin"),
    "patronymic": gettext_lazy("Father's name"),
    "journeys": gettext_lazy("Journeys"),
    "family": gettext_lazy("Family"),
    "address": gettext_lazy("Address"),
    "birth_place": gettext_lazy("Place of birth"),
}
BESIDE = {"second_opinion": gettext_lazy("Name, read letter by letter"), "namesakes": gettext_lazy("Coincidence")}

LEVEL = {
    ("name", "same"): gettext_lazy("The names are the same once brought to one spelling"),
    ("name", "same_keys"): gettext_lazy("The names sound alike, or surname and given name stand in each other's place"),
    ("name", "similar"): gettext_lazy("The names differ by a slip, or by a slip and a swap"),
    ("name", "cut"): gettext_lazy("One name is cut or lacks a part of the other"),
    ("name", "given_of_woman"): gettext_lazy("The given names agree, the surnames do not, and one of the two is a woman"),
    ("name", "given"): gettext_lazy("The given names agree, the surnames do not"),
    ("name", "surname"): gettext_lazy("The surnames agree, the given names do not"),
    ("name", "other"): gettext_lazy("The names disagree"),
    ("name", "missing"): gettext_lazy("One side has no name"),
    ("birth", "same_day"): gettext_lazy("The birth dates are the same day"),
    ("birth", "same_inexact"): gettext_lazy("The birth dates are the same, but only a part of the date or a first of January"),
    ("birth", "swapped"): gettext_lazy("Day and month of birth stand in each other's place"),
    ("birth", "less_exact"): gettext_lazy("The birth years are the same and one date is less exact"),
    ("birth", "one_digit"): gettext_lazy("The birth dates differ in one digit"),
    ("birth", "same_year"): gettext_lazy("The birth dates differ within one year"),
    ("birth", "other"): gettext_lazy("The birth years differ"),
    ("birth", "missing"): gettext_lazy("One side has no birth date"),
    ("sex", "same"): gettext_lazy("The sexes are the same"),
    ("sex", "other"): gettext_lazy("The sexes differ"),
    ("sex", "missing"): gettext_lazy("One side does not say the sex"),
    ("origin", "same_citizenship"): gettext_lazy("The citizenships are the same"),
    ("origin", "same_country"): gettext_lazy("The countries of birth are the same, or one is the citizenship of the other"),
    ("origin", "other"): gettext_lazy("Citizenship and country of birth differ"),
    ("origin", "missing"): gettext_lazy("One side says neither citizenship nor country of birth"),
    ("patronymic", "same"): gettext_lazy("The fathers' names are the same"),
    ("patronymic", "similar"): gettext_lazy("The fathers' names are similar"),
    ("patronymic", "other"): gettext_lazy("The fathers' names differ"),
    ("patronymic", "missing"): gettext_lazy("One side has no father's name"),
    ("journeys", "alternate"): gettext_lazy("Documents of two states are used by turns, and the journeys fit together"),
    ("journeys", "renewed"): gettext_lazy("A document of one state is used after the other, as when it is renewed"),
    ("journeys", "in_turn"): gettext_lazy("The journeys fit together"),
    ("journeys", "gap"): gettext_lazy("The journeys fit together if one crossing was not recorded"),
    ("journeys", "contradict_once"): gettext_lazy("One enters while the other is inside, or leaves while the other is outside"),
    ("journeys", "contradict"): gettext_lazy("The journeys cannot be those of one person"),
    ("journeys", "at_once"): gettext_lazy("Two documents of one state and kind are in use at once"),
    ("family", "one_member"): gettext_lazy("Both stand in one place of a case"),
    ("family", "two_members"): gettext_lazy("They stand in one case as two members, or one is the sponsor of the other"),
    ("address", "same"): gettext_lazy("An address is the same"),
    ("address", "other"): gettext_lazy("The addresses differ"),
    ("birth_place", "same"): gettext_lazy("The place of birth is the same"),
    ("birth_place", "other"): gettext_lazy("The places of birth differ"),
    ("namesakes", "at_most"): gettext_lazy("Something speaks against, and namesakes born on one day are not as rare as names and dates say"),
    ("second_opinion", "alike"): gettext_lazy("Across scripts the names as written are alike"),
    ("second_opinion", "unlike"): gettext_lazy("Across scripts the names as written are not alike"),
}

FIELD = {
    "surname": gettext_lazy("Surname"),
    "given_names": gettext_lazy("Given names"),
    "patronymic": gettext_lazy("Father's name"),
    "full_name": gettext_lazy("Full name"),
    "birth_date": gettext_lazy("Birth date"),
    "sex": gettext_lazy("Sex"),
    "citizenship": gettext_lazy("Citizenship"),
    "birth_country": gettext_lazy("Country of birth"),
    "birth_place": gettext_lazy("Place of birth"),
    "personal_no": gettext_lazy("Personal number"),
    "document": gettext_lazy("Document"),
    "register": gettext_lazy("Number in a register"),
    "region": gettext_lazy("Region"),
    "address": gettext_lazy("Address"),
}

VERDICT = {
    "same": gettext_lazy("the same"),
    "spelling": gettext_lazy("another spelling"),
    "partly": gettext_lazy("differs in part"),
    "other": gettext_lazy("other numbers"),
    "differs": gettext_lazy("differs"),
    "one_side": gettext_lazy("one side only"),
}

BLOCK = {
    "block_birth": gettext_lazy("birth date"),
    "block_names_year": gettext_lazy("names and birth year"),
    "block_surname_year": gettext_lazy("surname and birth year"),
    "block_given_year": gettext_lazy("given name and birth year"),
    "block_names": gettext_lazy("names and citizenship"),
    "name_birth": gettext_lazy("same name and birth"),
    "decision": gettext_lazy("a decision"),
}

SCRIPT = {
    "latin": gettext_lazy("Latin"),
    "cyrillic": gettext_lazy("Cyrillic"),
    "arabic": gettext_lazy("Arabic"),
    "georgian": gettext_lazy("Georgian"),
    "armenian": gettext_lazy("Armenian"),
    "hebrew": gettext_lazy("Hebrew"),
    "han": gettext_lazy("Han"),
    "hangul": gettext_lazy("Hangul"),
    "devanagari": gettext_lazy("Devanagari"),
    "thai": gettext_lazy("Thai"),
    "unknown": gettext_lazy("not known"),
}

SEX = {"F": gettext_lazy("female"), "M": gettext_lazy("male"), "X": gettext_lazy("other or unspecified")}

ANSWER = {
    "same": gettext_lazy("Same person"),
    "different": gettext_lazy("Different people"),
    "unsure": gettext_lazy("Unsure"),
    "skip": gettext_lazy("Skip"),
}

SORT = {
    "use": gettext_lazy("most useful first"),
    "uncertain": gettext_lazy("nearest to even odds"),
    "high": gettext_lazy("highest probability"),
    "low": gettext_lazy("lowest probability"),
}

WHY = {
    "people contradict each other": gettext_lazy("people contradict each other"),
    "one person answered, a second is asked": gettext_lazy("one person answered, a second is asked"),
    "near the threshold": gettext_lazy("near the threshold"),
    "refused although its score is high": gettext_lazy("refused although its score is high"),
    "sample": gettext_lazy("of the sample"),
    "skipped": gettext_lazy("you passed it over"),
}

OUTCOME = {
    "joined": gettext_lazy("one person"),
    "below_threshold": gettext_lazy("two people: too little for one"),
    "refused": gettext_lazy("two people: the join was refused"),
}

MOST_BITS = 20  # a bar of a weight is full

LINK_LEVEL = {
    "personal_no": gettext_lazy("personal number"),
    "register_no": gettext_lazy("number in a register"),
    "document": gettext_lazy("document"),
    "name_birth": gettext_lazy("same name and birth"),
    "model": gettext_lazy("the model"),
    "decision": gettext_lazy("a decision"),
    "alone": gettext_lazy("the only record of its node"),
}

EVENT = {"merge": gettext_lazy("merge"), "split": gettext_lazy("split")}
CAUSE = {"decision": gettext_lazy("people decided"), "records": gettext_lazy("new or changed records"), "method": gettext_lazy("another method")}
MEASURE = {
    "precision": gettext_lazy("Precision"),
    "recall": gettext_lazy("Recall"),
    "f1": gettext_lazy("F1"),
    "share_same": gettext_lazy("Share of one person"),
}


def citizenship(code: str) -> str:
    return _("several citizenships") if code == "several" else words.code("citizenship", code)


def script(name: str) -> str:
    """Scripts of a pair: one, or two with a plus.

    >>> script("arabic+latin")
    'Arabic and Latin'
    """
    return _(" and ").join(str(SCRIPT.get(one, one)) for one in name.split("+"))


def bits(value: float | None) -> str:
    """A weight with its sign."""
    return "" if value is None else f"{'+' if value > 0 else ''}{words.figure(value, 1)}"


def probability(value: float | None) -> str:
    """A probability with three decimals, or five where it takes them to tell it from 1."""
    if value is None:
        return "–"
    text = f"{value:.3f}" if value < 0.9995 else f"{value:.5f}"
    return text.replace(".", words.SEPARATORS.get(source.language(), (",", "."))[1])


def fine_share(value: float | None) -> str:
    """A share as a percentage with two decimals: the links err in the second."""
    return "–" if value is None else f"{100 * value:.2f}{words.NARROW}%".replace(".", words.SEPARATORS.get(source.language(), (",", "."))[1])


def names(seen: Opened) -> dict[str, Any] | None:
    """How the names of both sides answer to each other: the score in a sentence (`head`), and which parts do, by which rule (`lines`)."""
    if seen.names is None:
        return None
    head, *lines = str(seen.names).splitlines()
    return {"head": head, "lines": [line.strip() for line in lines]}


def weighed(found: Weighed) -> list[dict[str, Any]]:
    """The explanation of a pair: what each comparison says in words, with its weight, down to the sum."""
    lines = [
        {"what": COMPARISON.get(c.comparison) or BESIDE[c.comparison], "said": LEVEL[c.comparison, c.level], "weight": c.weight, "silent": c.level == "missing"}
        for c in found.comparisons
    ]
    if found.rarity is not None and abs(found.rarity) >= 0.05:
        rarer = _("Name and citizenship are rarer than those of most") if found.rarity > 0 else _("Name and citizenship are more frequent than those of most")
        lines.append({"what": _("Frequency"), "said": rarer, "weight": found.rarity, "silent": False})
    lines.append({"what": _("Before"), "said": _("Few pairs are one person, before anything is compared"), "weight": found.prior, "silent": False})
    return lines


SHORT = {
    ("name", "same"): gettext_lazy("the same"),
    ("name", "same_keys"): gettext_lazy("alike or swapped"),
    ("name", "similar"): gettext_lazy("a slip"),
    ("name", "cut"): gettext_lazy("cut"),
    ("name", "given_of_woman"): gettext_lazy("given name, a woman"),
    ("name", "given"): gettext_lazy("given name only"),
    ("name", "surname"): gettext_lazy("surname only"),
    ("name", "other"): gettext_lazy("disagree"),
    ("birth", "same_day"): gettext_lazy("same day"),
    ("birth", "same_inexact"): gettext_lazy("same, inexact"),
    ("birth", "swapped"): gettext_lazy("day and month swapped"),
    ("birth", "less_exact"): gettext_lazy("one less exact"),
    ("birth", "one_digit"): gettext_lazy("one digit"),
    ("birth", "same_year"): gettext_lazy("same year"),
    ("birth", "other"): gettext_lazy("disagree"),
    ("sex", "same"): gettext_lazy("the same"),
    ("sex", "other"): gettext_lazy("disagree"),
    ("origin", "same_citizenship"): gettext_lazy("same citizenship"),
    ("origin", "same_country"): gettext_lazy("same country of birth"),
    ("origin", "other"): gettext_lazy("disagree"),
    ("patronymic", "same"): gettext_lazy("the same"),
    ("patronymic", "similar"): gettext_lazy("alike"),
    ("patronymic", "other"): gettext_lazy("disagree"),
    ("journeys", "alternate"): gettext_lazy("two states by turns"),
    ("journeys", "renewed"): gettext_lazy("a document renewed"),
    ("journeys", "in_turn"): gettext_lazy("fit together"),
    ("journeys", "gap"): gettext_lazy("one crossing missing"),
    ("journeys", "contradict_once"): gettext_lazy("contradict once"),
    ("journeys", "contradict"): gettext_lazy("contradict"),
    ("journeys", "at_once"): gettext_lazy("two documents at once"),
    ("family", "one_member"): gettext_lazy("one place in a case"),
    ("family", "two_members"): gettext_lazy("two members"),
    ("address", "same"): gettext_lazy("the same"),
    ("address", "other"): gettext_lazy("disagree"),
    ("birth_place", "same"): gettext_lazy("the same"),
    ("birth_place", "other"): gettext_lazy("disagree"),
}

REFUSED = {
    "two personal numbers": gettext_lazy("two personal numbers"),
    "two sexes and two birth years": gettext_lazy("two sexes and two birth years"),
    "two sexes and two names": gettext_lazy("two sexes and two given names"),
    "decision": gettext_lazy("a decision"),
    "two journeys at once": gettext_lazy("two journeys at once"),
    "two documents in use at once": gettext_lazy("two documents in use at once"),
    "two members of one family": gettext_lazy("two members of one family"),
    "what other records of the two show": gettext_lazy("what other records of the two show"),
}


def refused(reason: str) -> str:
    """Why a join was refused; linkage's own words where the desk has none.

    >>> refused("decision D000275"), refused("two personal numbers")
    ('decision D000275', 'two personal numbers')
    """
    if reason.startswith("decision "):
        return _("decision %(id)s") % {"id": reason.removeprefix("decision ")}
    return str(REFUSED.get(reason, reason))
