"""Countries among values: by codes of three letters, of two, or by their names in many languages (Unicode CLDR)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from karvan.country import Country
from karvan.intake.draft.seen import Column
from karvan.intake.draft.terms import fold, languages

COUNTRY_CONCEPTS = (("citizenship", 0.0), ("origin_country", -0.15), ("birth_country", -0.15), ("residence_country", -0.2), ("document_issuer", -0.2))


@dataclass(frozen=True)
class Sign:
    """One thing that values say: the concept, how strongly (0 to 1), why; the codes in place or the list that they are of."""

    concept: str
    strength: float
    why: str
    codes: Mapping[str, str] | None = None
    code_list: str | None = None


def country_signs(column: Column, country: Country | None) -> list[Sign]:
    """Countries by codes of three or two letters, or by their names in one of the languages that Unicode CLDR knows."""
    different = Counter(column.present)
    if column.number or len(different) > 260:
        return []
    known = three_letters()
    listed = country.code_lists.get("countries") if country else None
    count = sum(different.values())
    if sum(n for v, n in different.items() if v in known or (listed is not None and v in listed)) >= 0.95 * count and all(len(v) <= 3 for v in different):
        how = Sign("", 0.75, "its values are countries, by codes of three letters", code_list="countries" if listed else None)
    elif sum(n for v, n in different.items() if v in two_letters()) >= 0.95 * count:
        here = country is not None and "countries_iso2" in country.code_lists
        how = Sign("", 0.65, "its values are countries, by codes of two letters", None if here else {v: two_letters().get(v, "TODO") for v in sorted(different)}, "countries_iso2" if here else None)
    else:
        names = {v: country_names().get(fold(v)) for v in different}
        if sum(n for v, n in different.items() if names[v]) < 0.8 * count:
            return []
        how = Sign("", 0.75, "its values are names of countries; only those seen stand here, a name that comes later is remarked upon", {v: names[v] or "TODO" for v in sorted(different)})
    few = (0.0, 0.5, 0.2)[len(different)] if len(different) < 3 else 0.0    # one or two values are countries by chance
    return [Sign(concept, max(0.05, how.strength + less - few), how.why, how.codes, how.code_list) for concept, less in COUNTRY_CONCEPTS]


@cache
def two_letters() -> dict[str, str]:
    """Codes of two letters to codes of three (Unicode CLDR)."""
    from babel.core import get_global

    pairs = [(two[0], three) for three, two in get_global("territory_aliases").items() if len(three) == 3 and three.isalpha() and len(two) == 1 and len(two[0]) == 2]
    # Of two codes, the one that begins alike is today's: the other is of a state that is gone.
    return dict(sorted(pairs, key=lambda pair: (pair[1].startswith(pair[0]), [-ord(c) for c in pair[1]])))


def three_letters() -> frozenset[str]:
    return frozenset(two_letters().values())


@cache
def country_names() -> dict[str, str]:
    """Names of countries in the languages of the terms, folded, to codes of three letters (Unicode CLDR)."""
    from babel import Locale, UnknownLocaleError

    names: dict[str, str] = {}
    for language in languages():
        try:
            territories = Locale.parse(language).territories
        except UnknownLocaleError:
            continue
        for two, name in territories.items():
            if two in two_letters():
                names.setdefault(fold(name), two_letters()[two])
    return names
