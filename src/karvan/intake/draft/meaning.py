"""What each column is: headings and values are weighed together, and each guess says how sure it is and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from karvan.country import Country
from karvan.intake.draft.countries import Sign
from karvan.intake.draft.kinds import days_of
from karvan.intake.draft.seen import Column, Look
from karvan.intake.draft.terms import Match, fields_of, find, fold, letters_found
from karvan.intake.draft.values import CODED, codes_for, signs_of

SURE, LIKELY, LEAST = 0.85, 0.55, 0.25
NUMBERS = ("wage", "amount", "fee", "age", "quota_year", "member_number", "workers", "stay_days", "hours", "value")
NAMES = ("surname", "given_names", "patronymic", "full_name")
NUMBERED = ("document_number", "personal_number", "permit_number", "work_permit_number", "application_number", "case_number", "visa_number", "contract_number", "register_number")
COUNTRIES = ("citizenship", "birth_country", "origin_country", "residence_country", "document_issuer", "country")


@dataclass
class Meaning:
    """What a column is taken for: concept, weight (0 to 1), reasons, and the codes or list that its values are of."""

    concept: str
    weight: float
    why: str
    codes: Mapping[str, str] | None = None
    code_list: str | None = None

    @property
    def how_sure(self) -> str:
        return "sure" if self.weight >= SURE else "likely" if self.weight >= LIKELY else "guess"


def meanings(look: Look, country: Country | None) -> dict[str, Meaning]:
    """The meaning of each column that has one, by its name. A concept is given once, to the column that fits it best."""
    called = {c.name: headings(c, look, country) for c in look.columns}
    language = spoken(called.values())
    weighed: list[tuple[float, int, str, Meaning]] = []
    for place, column in enumerate(look.columns):
        signs = signs_of(column, country)
        for match in called[column.name]:
            made = by_heading(column, match, signs)
            if language == match.language:
                made.weight += 0.01
            weighed.append((made.weight, -place, column.name, made))
        weighed += [(s.strength, -place, column.name, Meaning(s.concept, s.strength, s.why, s.codes, s.code_list)) for s in signs]
    taken: dict[str, Meaning] = {}
    for weight, _, name, made in sorted(weighed, key=lambda w: (-w[0], -w[1])):
        if weight >= LEAST and name not in taken and made.concept not in {m.concept for m in taken.values()}:
            taken[name] = made
    days_left(look.columns, taken)
    direction_left(look.columns, taken)
    return taken


# -- headings ------------------------------------------------------------------------------------------------------------


def headings(column: Column, look: Look, country: Country | None) -> list[Match]:
    """Terms in a heading; of a path, in its last steps, where the steps before do not hold the term already."""
    if re.fullmatch(r"(column_|c)\d+", column.heading):
        return []
    steps = [re.sub(r"^\w+:|^@", "", s) for s in re.split(r"[./]", column.path)] if column.path else [*column.above, column.heading]
    found: dict[str, Match] = {}
    for size in range(1, min(3, len(steps)) + 1):
        text, before = " ".join(steps[-size:]), " ".join(steps[-size:-1])
        for match in [*find(text, "columns"), *hinted(text, country)]:
            if (match.concept not in found or match.letters > found[match.concept].letters) and not (before and letters_found(match.term, fold(before))):
                found[match.concept] = match
    return sorted(found.values(), key=lambda m: -m.letters)


def hinted(heading: str, country: Country | None) -> list[Match]:
    """Columns that the packs' own words (`intake.hint.<column>`, patterns) find in a heading."""
    made = []
    for key, words in (country.texts if country else {}).items():
        if key.startswith("intake.hint."):
            for language, pattern in words.items():
                said = re.search(pattern, fold(heading)) or re.search(pattern, heading.lower())
                if said:
                    made.append(Match(concept_of(key.removeprefix("intake.hint.")), said[0], language, len(said[0].replace(" ", "")), min(1.0, len(said[0]) / len(heading))))
    return made


def concept_of(column: str) -> str:
    from karvan.intake.draft.terms import read

    return next((concept for concept, said in read("columns").items() if said["fields"][0] == column), column)


def spoken(called: Iterable[list[Match]]) -> str | None:
    """The language that most headings are in."""
    votes: Counter[str] = Counter()
    for matches in called:
        if matches:
            votes.update({m.language for m in matches if m.letters == matches[0].letters})
    return votes.most_common(1)[0][0] if votes else None


def by_heading(column: Column, match: Match, signs: list[Sign]) -> Meaning:
    """The weight of a heading: how much of it the term is, and whether the values bear it out."""
    weight = 0.62 if match.share >= 0.9 else 0.56 if match.share >= 0.5 else 0.45
    weight += min(match.letters, 20) * 0.002    # the longer term says more
    why = f"its heading says {match.concept.replace('_', ' ')}" + (f" ({match.language})" if match.language != "en" else "")
    same = next((s for s in signs if s.concept == match.concept), None)
    codes, code_list = (same.codes, same.code_list) if same else (None, None)
    if match.concept in COUNTRIES and not same:
        shared = next((s for s in signs if s.concept == "citizenship"), None)
        codes, code_list, same = (shared.codes, shared.code_list, shared) if shared else (None, None, None)
    speaks = bears_out(column, match.concept, signs, same)
    if speaks is True:
        weight += 0.3
        why += f", and {same.why}" if same else ", and its values fit"
    elif speaks is False:
        weight -= 0.35
        why += ", but its values do not fit"
    if codes is None and match.concept in CODED.values():
        field = next(f for f, c in CODED.items() if c == match.concept)
        codes = codes_for(column, field)[0]
        codes = {v: codes.get(v, "TODO") for v in sorted(set(column.present))} if column.distinct <= 40 else None
    return Meaning(match.concept, weight, why, codes, code_list)


def bears_out(column: Column, concept: str, signs: list[Sign], same: Sign | None) -> bool | None:
    """Whether values bear a heading out; None where they say nothing."""
    day = is_day(concept)
    if not column.present:
        return None
    if day and column.number in ("integer", "number") and all(20_000 <= float(v) <= 60_000 for v in column.present if re.fullmatch(r"[\d.]+", v)):
        column.date = "excel_serial"
        return True
    if day or column.date:
        if concept == "birth_date" and column.date:
            return True if same or column.partial or not column.clock else None
        return bool(column.date) and day
    if same:
        return True
    if concept in NUMBERS:
        return column.number is not None
    if concept in NAMES:
        return any(s.concept in NAMES for s in signs) or (None if column.distinct < 8 and not any(c.isdigit() for v in column.present for c in v) else False)
    if concept in NUMBERED:
        return sum(any(c.isdigit() for c in v) for v in column.present) > 0.8 * len(column.present) and (column.distinct > 0.3 * len(column.present) or None)
    if concept == "own_number":
        return True if column.unique else None
    return False if concept in CODED.values() and column.distinct > 60 else None


def is_day(concept: str) -> bool:
    first = fields_of(concept)[0]
    return first.endswith(("_on", "_at", "birth_date"))


# -- what is left ----------------------------------------------------------------------------------------------------------


def days_left(columns: list[Column], taken: dict[str, Meaning]) -> None:
    """Days that nothing names are told apart by their order: applied, decided, valid from, valid to."""
    left = [(median(d.timestamp() for d in days), days, c) for c in columns if c.date and c.date != "excel_serial" and c.distinct > 1 and c.name not in taken and (days := days_of(c))]
    left.sort(key=lambda entry: entry[0])
    free = {m.concept for m in taken.values()}
    if "birth_date" in free and 0 < len(left) < 3 and (max(left[0][1]) - min(left[0][1])).days > 3 * 365:
        left.sort(key=lambda entry: -round(entry[2].filled, 1))    # all were registered once, some are no more
        for concept, (_, _, column) in zip(("since_day", "until_day"), left, strict=False):
            taken[column.name] = Meaning(concept, 0.35, "its values are days over many years" + (", later than the others" if concept == "until_day" else ""))
        return
    later = len(left) > 1 and left[-1][0] - left[0][0] > 60 * 86400
    order = ["application_day", "decision_day", "valid_from"][: len(left) - later] + ["valid_to"] * later
    if len(left) == 1:
        order = ["event_day"]
    for concept, (_, _, column) in zip(order, left, strict=False):
        if concept not in free:
            where = "the latest, beyond the others" if concept == "valid_to" else "the only days left" if len(left) == 1 else f"number {order.index(concept) + 1} in time"
            taken[column.name] = Meaning(concept, 0.35, f"of the days that no heading names they are {where}")


def direction_left(columns: list[Column], taken: dict[str, Meaning]) -> None:
    """Beside a time, the only column of two values that nothing names may say which way."""
    concepts = {m.concept for m in taken.values()}
    two = [c for c in columns if c.name not in taken and c.distinct == 2 and c.filled > 0.98 and not c.number]
    if "crossing_time" in concepts and "direction" not in concepts and len(two) == 1:
        taken[two[0].name] = Meaning("direction", 0.3, "it has two values, beside a time", dict.fromkeys(sorted(set(two[0].present)), "TODO"))
