"""What the data can carry: the days covered, the feeds behind an indicator, and when one must be refused."""


from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from karvan.errors import PackError
from karvan.indicators.compiler import subject_of
from karvan.indicators.definition import Definition, in_language
from karvan.indicators.periods import Window
from karvan.indicators.wording import REFUSAL

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country


def record_types(definition: Definition, dictionary: dict[str, Definition]) -> tuple[str, ...]:
    """The record types that an indicator rests on; of a derived one, those of its parts. The first one leads: its days are the window."""
    if definition.take:
        return ("observation",)
    what = subject_of(definition)
    if what is not None:
        return what.rests_on
    parts = definition.formula.parts if definition.formula else ()
    return tuple(dict.fromkeys(t for part in parts if part.id in dictionary for t in record_types(dictionary[part.id], dictionary)))


def basis(definition: Definition, dictionary: dict[str, Definition]) -> Literal["records", "observations"]:
    """Whether an indicator rests on agencies' records or on tables published elsewhere."""
    return "observations" if record_types(definition, dictionary) == ("observation",) else "records"


def national(country: Country) -> str | None:
    """Citizenship code of nationals; None where no pack is a country's."""
    try:
        return country.national
    except PackError:
        return None


def feeds(definition: Definition, dictionary: dict[str, Definition], country: Country) -> list[str]:
    """Ids of the contracts whose records an indicator rests on, the leading record type first."""
    types = record_types(definition, dictionary)
    return list(dict.fromkeys(f for kind in types for f, c in country.contracts.items() if any(p.record == kind for p in c.records)))


def leading_feeds(definition: Definition, dictionary: dict[str, Definition], country: Country) -> list[str]:
    types = record_types(definition, dictionary)[:1]
    return [f for f, c in country.contracts.items() if any(p.record in types for p in c.records)]


def window(con: duckdb.DuckDBPyConnection, named: list[str]) -> Window | None:
    """Days that all of these feeds cover without a gap; None if nothing was delivered.

    The ledger of completeness speaks first: from the first day of the whole feed, where it has such a line, to the last one of its slowest point, as in the life courses. A feed that
    keeps no such ledger is taken as covered from its first accepted delivery to its last.
    """
    found = con.execute(
        """
        with wanted as (select unnest($feeds) as feed),
        whole as (select feed, min(first_on) as first_on, max(complete_until_on) as until_on from completeness where point is null and feed in (select feed from wanted) group by feed),
        points as (select feed, min(first_on) as first_on, min(complete_until_on) as until_on from completeness where point is not null and feed in (select feed from wanted) group by feed),
        sent as (select feed, min(period_from_on) as first_on, max(period_to_on) as until_on from deliveries where state = 'accepted' and feed in (select feed from wanted) group by feed),
        known as (
            select w.feed, coalesce(whole.first_on, points.first_on, sent.first_on) as first_on, coalesce(least(whole.until_on, points.until_on), sent.until_on) as until_on
            from wanted as w left join whole using (feed) left join points using (feed) left join sent using (feed)
        )
        select max(first_on), min(until_on) from known where first_on is not null and until_on is not null
        """,
        {"feeds": named},
    ).fetchall()
    first, until = found[0]
    return Window(first, until) if first and until else None


def refusal(definition: Definition, dictionary: dict[str, Definition], country: Country, lang: str = "en") -> str | None:
    """Why an indicator cannot be computed on this country's sources, in words of a language of the platform; None if it can."""

    def because(key: str, **values: str) -> str:
        return REFUSAL[key][lang].format(**values)

    if definition.waits_for:
        return because("waits", what=in_language(definition.waits_for, lang))
    without = next((rule for said in definition.needs.values() if (rule := str(said["rule"]).partition(".")[0]) not in country.rules), None)
    if without:
        return because("no_rule", rule=without)
    if definition.formula:
        for part in definition.formula.parts:
            if part.id not in dictionary:
                return because("no_part", part=part.id)
            why = refusal(dictionary[part.id], dictionary, country, lang)
            if why:
                return because("part", part=part.id, why=why)
        rule = (definition.formula.over_rule or "").partition(".")[0]
        return because("no_rule", rule=rule) if rule and rule not in country.rules else None
    said = " ".join([*(s.where for s in definition.series), definition.take.where if definition.take else ""])
    if "national" in said and national(country) is None:
        return because("no_nation")
    if definition.take:
        return None if leading_feeds(definition, dictionary, country) else because("no_observations")
    what = subject_of(definition)
    assert what is not None
    leading = what.rests_on[:1]
    sources = [c for c in country.contracts.values() if any(p.record in leading for p in c.records)]
    if not sources:
        return because("no_records", record=leading[0])
    if definition.counted_as == "person" and all(c.person_key == "none" for c in sources):
        return because("no_key", feeds=", ".join(c.id for c in sources))
    return None
