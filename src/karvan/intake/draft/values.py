"""What values say of themselves, whatever their heading: codes of sex, direction and decision, countries, numbers, names, days.

Each sign names a concept (`terms/columns.yaml`), says how strong it is (0 to 1), and why.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from statistics import median

from karvan.country import Country
from karvan.intake.draft.countries import Sign, country_signs
from karvan.intake.draft.kinds import days_of
from karvan.intake.draft.seen import Column
from karvan.intake.draft.terms import fold, read, words_for

# Columns that `terms/values.yaml` has words for, and the concept of each.
CODED = {"sex": "sex", "direction": "direction", "decision": "decision", "mode": "transport", "kind": "permit_kind", "action": "action", "entries": "entries", "channel": "channel", "relation": "relation", "event": "event", "marital_status": "marital_status"}
# Code lists that packs have, and the concept of each.
LISTS = {"bcp": "border_point", "regions": "region", "occupations": "occupation", "industries": "industry", "education": "education", "doc_types": "document_type", "purposes": "purpose", "visa_classes": "visa_class", "permit_grounds": "ground", "violations": "violation", "decisions": "decision", "needs": "need", "sex": "sex"}  # fmt: skip


def signs_of(column: Column, country: Country | None) -> list[Sign]:
    """All that the values of one column may be, strongest first."""
    if not column.present:
        return []
    found = day_signs(column) if column.date else [*coded_signs(column), *country_signs(column, country), *list_signs(column, country), *number_signs(column), *name_signs(column)]
    return sorted(found, key=lambda s: -s.strength)


# -- codes ---------------------------------------------------------------------------------------------------------------


def coded_signs(column: Column) -> list[Sign]:
    made = []
    for field, concept in CODED.items():
        codes, share, language = codes_for(column, field)
        words = set(codes.values())
        if codes and share >= 0.6 and (len(words) > 1 or max(map(len, codes)) > 3) and column.distinct <= 40:
            spoken = any(len(fold(w)) > 3 or (not w.isascii() and len(w) > 1) for w in codes)
            strength = (0.75 if spoken else 0.5) * share - (0.0 if len(words) > 1 else 0.25)
            if column.distinct == 2 and len(words) == 2 and field in ("sex", "direction"):
                strength += 0.1
            made.append(Sign(concept, strength, f"its values are words for {field.replace('_', ' ')} ({language})", codes))
    return made


def codes_for(column: Column, field: str) -> tuple[dict[str, str], float, str]:
    """The values of a column that stand for words of a field in one language, with their share of its different values."""
    different = sorted(set(column.present))
    best: tuple[dict[str, str], float, str] = ({}, 0.0, "")
    if not different or len(different) > 60:
        return best
    for language, words in words_for(field).items():
        codes = {v: words[fold(v)] for v in different if fold(v) in words}
        share = len(codes) / len(different)
        if (share, len(set(codes.values()))) > (best[1], len(set(best[0].values()))):
            best = (codes, share, language)
    return best


def list_signs(column: Column, country: Country | None) -> list[Sign]:
    """Code lists of the packs that nearly all values stand in; bare numbers stand in too many to say anything."""
    if country is None or column.distinct < 2:
        return []
    values, made = column.present, []
    for name, concept in LISTS.items():
        listed = country.code_lists.get(name)
        if listed is not None and len(listed) > 1:
            share = sum(v in listed for v in values) / len(values)
            bare = all(v.isdigit() for v in values)
            by_chance = column.distinct < 5 and all(len(v) < 3 for v in values)    # a few letters stand in many lists
            if share >= 0.95:
                made.append(Sign(concept, 0.2 if bare else 0.35 if by_chance else 0.65, f"its values are codes of the list {name}", code_list=name))
    return made


# -- numbers and names -----------------------------------------------------------------------------------------------------


def number_signs(column: Column) -> list[Sign]:
    values, made = column.present, []
    shapes = Counter(shape(v) for v in values)
    common, times = shapes.most_common(1)[0]
    share, various = times / len(values), column.distinct / len(values)
    lengths = Counter(len(v) for v in values)
    alike = lengths.most_common(1)[0][1] / len(values)
    if is_counter(values):
        made.append(Sign("own_number", 0.5, "it counts the rows of the file"))
    elif various > 0.95 and share > 0.6 and re.search(r"9.*[-/].*9|A+[-/]9", common):
        made.append(Sign("permit_number", 0.45, f"its values are all different and built like numbers of a file ({common[:20]})"))
    elif various > 0.95 and is_series(values):
        made.append(Sign("application_number", 0.45, f"its values follow each other like numbers given out one by one ({common[:20]})"))
    elif various > 0.6 and all(v.isdigit() for v in values) and alike > 0.95 and 10 <= len(values[0]) <= 14:
        made.append(Sign("personal_number", 0.45, f"its values are {len(values[0])} digits, nearly all different"))
    elif various > 0.6 and sum(n for s, n in shapes.items() if re.fullmatch(r"A{0,3}9{6,9}A?", s)) > 0.9 * len(values) and any(v[0].isalpha() for v in values):
        made.append(Sign("document_number", 0.5, f"its values are built like numbers of passports ({common})"))
    elif various > 0.6 and all(v.isdigit() for v in values) and alike > 0.95 and 7 <= len(values[0]) <= 9:
        made.append(Sign("document_number", 0.3, f"its values are {len(values[0])} digits, nearly all different"))
    if all(re.fullmatch(r"[0-9]\d{3}", v) for v in values) and various < 0.9 and column.distinct > 1 and not all(1990 <= int(v) <= 2040 for v in values):
        made.append(Sign("occupation", 0.35, "its values are numbers of four digits, as in ISCO-08"))
    if values and all(re.fullmatch(r"20\d\d", v) for v in values):
        made.append(Sign("quota_year", 0.3, "its values are years"))
    if column.number in ("number", "comma") or (column.number == "integer" and max(len(v) for v in values) >= 3 and median(int(v) for v in values) > 100 and various < 0.99):
        if not all(re.fullmatch(r"(19|20)\d\d", v) for v in values):
            made.append(Sign("wage", 0.3, "its values are amounts"))
    if set(values) <= currencies() and len(values) > 2:
        made.append(Sign("currency", 0.6, "its values are codes of currencies"))
    if sum(len(v) > 14 and any(c.isdigit() for c in v) and any(c.isalpha() for c in v) and " " in v for v in values) > 0.7 * len(values):
        made.append(Sign("address", 0.5, "its values are long, of words and numbers, like addresses"))
    return made


@cache
def currencies() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def shape(text: str) -> str:
    """How a value is built: A a letter, 9 a digit, other signs as they are.

    >>> shape("WP-00012")
    'AA-99999'
    """
    return "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in text[:40])


def is_counter(values: list[str]) -> bool:
    """Whether values count the rows: each one more than the one before.

    >>> is_counter(["1", "2", "3"]), is_counter(["11", "7", "8"])
    (True, False)
    """
    if len(values) < 3 or not all(re.fullmatch(r"0*\d{1,9}\.?", v) for v in values):
        return False
    numbers = [int(v.rstrip(".")) for v in values]
    steps = sum(b - a == 1 for a, b in pairwise(numbers))
    return numbers[0] in (0, 1) and steps >= 0.95 * (len(numbers) - 1)


def is_series(values: list[str]) -> bool:
    """Whether values end in numbers that mostly grow from row to row, by small steps, after the same beginning."""
    parts = [re.fullmatch(r"(\D*)(\d{2,12})", v) for v in values]
    if len(values) < 3 or not all(parts) or len({p[1] for p in parts if p}) > 2:
        return False
    numbers = [int(p[2]) for p in parts if p]
    steps = [b - a for a, b in pairwise(numbers)]
    return sum(0 < s < 100 for s in steps) > 0.8 * len(steps)


def name_signs(column: Column) -> list[Sign]:
    """Names of people: words of letters, many different ones. Which part of a name they are is seen from words and endings."""
    values = column.present
    spoken = sum(bool(re.fullmatch(r"[^\W\d_][^\W\d_'’ʻʼ`. -]*(?:[ '’ʻʼ`.-]+[^\W\d_]+)*[.]?", v)) for v in values)
    various = column.distinct / len(values)
    if spoken < 0.95 * len(values) or (column.distinct < 8 and various < 0.9) or median(len(v) for v in values) < 2 or column.distinct < 3:
        return []
    if all(v.isupper() and v.isascii() and len(v) <= 4 for v in values):
        return []
    ends = tuple(str(e) for e in read("values")["patronymics"])
    if sum(fold(v).endswith(tuple(fold(e) for e in ends)) for v in values) > 0.6 * len(values) and all(" " not in v.strip() or fold(v).endswith(tuple(fold(e) for e in ends)) for v in values[:50]):
        return [Sign("patronymic", 0.55, "its values end like patronymics")]
    words = median(len(v.split()) for v in values)
    strength = 0.45 if various > 0.15 else 0.25
    if words >= 2:
        return [Sign("full_name", strength, "its values are of two or more words of letters, many different ones, like whole names")]
    return [Sign("surname", strength + 0.05 * round(various, 1), "its values are words of letters, many different ones, like names"), Sign("given_names", strength, "its values are words of letters, like names")]


# -- days ----------------------------------------------------------------------------------------------------------------


def day_signs(column: Column) -> list[Sign]:
    """Birth dates lie far back and far apart. What other days are is seen only beside each other: see `meaning`."""
    days = sorted(days_of(column))
    if not days:
        return []
    years = [d.year for d in days]
    spread = years[int(0.95 * (len(years) - 1))] - years[int(0.05 * (len(years) - 1))]
    if column.clock:
        return [Sign("crossing_time", 0.45, "its values are days with a time")]
    if spread >= 15 and median(years) < years[-1] and median(years) <= 2012 and years[0] < 2005:
        return [Sign("birth_date", 0.6, f"its values are days from {years[0]} to {years[-1]}, far apart like birth dates")]
    return []
