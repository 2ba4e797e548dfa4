"""Numbers, periods and categories in the reader's language."""

from __future__ import annotations

import math

from karvan.country import Country

NO_FIGURE = "–"
GROUPS = {"az": "\u00a0", "ru": "\u00a0"}  # thousands stand apart by a space, as the statistical offices print them; CLDR has a full stop for az
# Code lists of the packs that name the categories of a dimension.
LISTS = {"purpose": "purposes", "bcp": "bcp", "region": "regions", "decision": "decisions"}


def number(value: float | None, unit: str, lang: str, *, signed: bool = False) -> str:
    """A value as a reader of that language writes it.

    >>> number(1234567.0, "person", "en"), number(12.345, "per 1,000", "en"), number(-37559.0, "person", "en", signed=True), number(None, "person", "en")
    ('1,234,567', '12.3', '−37,559', '–')
    >>> [number(1234567.0, "person", lang).split() for lang in ("az", "ru")], number(1234.5, "per 1,000", "az"), number(12.5, "per 1,000", "az")
    ([['1', '234', '567'], ['1', '234', '567']], '1\xa0234', '12,5')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NO_FIGURE
    from babel.numbers import format_decimal

    whole = abs(value) >= 1000 or float(value).is_integer()
    locale = lang if lang != "az" else "az_Latn"
    text = format_decimal(abs(value), format="#,##0" if whole else "#,##0.0", locale=locale)
    if lang in GROUPS:
        from babel.numbers import get_group_symbol

        text = text.replace(get_group_symbol(locale), GROUPS[lang])
    sign = "−" if value < 0 and text.strip("0., ") else ("+" if signed and value > 0 else "")
    return sign + text


def percent(share: float | None, lang: str) -> str:
    """A share as a percentage with one decimal at most; nothing where there is none.

    >>> percent(0.0213, "en"), percent(0.0213, "ru"), percent(None, "az")
    ('2.1\xa0%', '2,1\xa0%', '')
    """
    return "" if share is None else f"{number(round(100 * share, 1), 'percent', lang)}\u00a0%"


def when(period: str, lang: str, country: Country) -> str:
    """A period as a reader sees it: a span with an en dash, the undated in words."""
    if period == "undated" and "category.undated" in country.texts:
        return country.text("category.undated", lang)
    return period.replace("/", "–")


def category(dimension: str, code: str, lang: str, country: Country) -> str:
    """Name of a category of a dimension: from the pack's texts and code lists; a code without a name stays a code."""
    for key in (f"category.{dimension}.{code}", f"category.{code}"):
        if key in country.texts:
            return country.text(key, lang)
    listed = LISTS.get(dimension)
    if listed in country.code_lists and code in country.code_list(listed):
        return country.code_list(listed).name(code, lang)
    if dimension in ("citizenship", "birth_country", "previous_country", "next_country", "partner", "area"):
        return country_name(code, lang) or code
    return code


def country_name(code: str, lang: str) -> str | None:
    """Name of a country by its ISO 3166-1 alpha-3 code, from the Unicode CLDR; None for codes that are no country."""
    from babel import Locale

    alpha2 = alpha3_to_alpha2().get(code)
    return Locale.parse(lang if lang != "az" else "az_Latn").territories.get(alpha2) if alpha2 else None


def alpha3_to_alpha2() -> dict[str, str]:
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    return {old: new[0] for old, new in aliases.items() if len(old) == 3 and old.isalpha() and len(new) == 1 and len(new[0]) == 2}
