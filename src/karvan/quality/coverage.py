"""What a source misses, judged by another source: undercoverage (QI-09) and coverage by two lists (QI-12). And heaping of years of birth (QI-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from karvan.errors import PackError
from karvan.expressions import to_duckdb
from karvan.quality.measure import Measure
from karvan.tables import TABLES

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

Z = 1.959964
ENOUGH_PEOPLE = 50      # of the benchmark; fewer say nothing of a share
ENOUGH_YEARS = 500      # people whose years of birth are looked at
FIRST_AGE, AGES = 23, 40


def coverage(con: duckdb.DuckDBPyConnection, country: Country) -> list[Measure]:
    """QI-09 and QI-12 of the pairs of lists that the pack names (`quality/coverage.yaml`); the pair is the detail, and the worst of a feed is its whole.

    Raises PackError where a pair names no record type, or an expression that cannot be read.
    """
    found: list[Measure] = []
    for name, pair in country.quality.get("coverage", {}).items():
        source, benchmark = (people_of(pair[side], country, where=f"quality/coverage.yaml, {name}") for side in ("source", "benchmark"))
        row = con.execute(
            f"with s as ({source}), b as ({benchmark}) "
            "select (select count(*) from s), (select count(*) from b), (select count(*) from s join b using (person_id))"
        ).fetchone()
        n1, n2, both = row or (0, 0, 0)
        if n2 < ENOUGH_PEOPLE or not n1:
            continue
        feed = pair["source"]["feed"]
        found.append(Measure("QI-09", feed, name, 100 * (1 - both / n2), n2))
        if pair.get("independent"):
            low, share, high = chapman(n1, n2, both)
            found += [Measure("QI-12", feed, detail, 100 * value, n2) for detail, value in ((name, share), ("low", low), ("high", high))]
    for qi, worst in (("QI-09", max), ("QI-12", min)):
        named: dict[str, list[Measure]] = {}
        for m in found:
            if m.qi == qi and m.detail not in ("low", "high"):
                named.setdefault(m.subject, []).append(m)
        found += [worst(many, key=lambda m: m.measured or 0.0)._replace(detail=None) for many in named.values()]
    return found


def people_of(side: Mapping[str, Any], country: Country, *, where: str) -> str:
    """SQL of the distinct people of a list."""
    record = side["record"]
    if record not in TABLES or TABLES[record].kind != "record":
        raise PackError(f"There is no record type '{record}'.", where=where, fix="name one of docs/reference/tables.md")
    names = {c: f'r."{c}"' for c in TABLES[record].column_names}
    literal = "'" + country.national.replace("'", "''") + "'" if "national" in str(side["where"]) else "null"
    condition = to_duckdb(str(side["where"]), names | {"national": literal}, where=where, known=[*names, "national"])
    feed = str(side["feed"]).replace("'", "''")
    return f"select distinct l.person_id from {record} as r join links as l using (record_id) where r.feed = '{feed}' and ({condition})"


def chapman(n1: int, n2: int, both: int) -> tuple[float, float, float]:
    """Coverage of the first of two lists with its 95 per cent interval: n1 / N, N by Chapman (1951), variance by Seber (1970); within 0 and 1.

    >>> [round(x, 3) for x in chapman(900, 1000, 880)]
    [0.877, 0.88, 0.883]
    """
    whole = (n1 + 1) * (n2 + 1) / (both + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - both) * (n2 - both) / ((both + 1) ** 2 * (both + 2))
    half = Z * variance**0.5
    share, low, high = n1 / whole, n1 / (whole + half), n1 / max(n1, whole - half)
    return min(1.0, low), min(1.0, share), min(1.0, high)


def years_of_birth(con: duckdb.DuckDBPyConnection, records: list[str], year: int) -> list[Measure]:
    """QI-06 of each feed that gives years of birth: Whipple's index over the people who are 23 to 62 in a year."""
    union = " union all ".join(f"select feed, record_id, birth_year from {record} where birth_year is not null" for record in records)
    first = year - FIRST_AGE - AGES + 1
    found = con.execute(
        f"with people as (select distinct r.feed, l.person_id, r.birth_year from ({union}) as r join links as l using (record_id) where birth_year between ? and ?) "
        "select feed, count(*), count(*) filter (birth_year % 5 = 0) from people group by feed order by feed",
        [first, first + AGES - 1],
    ).fetchall()
    return [Measure("QI-06", feed, None, whipple(n, round_ones), n) for feed, n, round_ones in found if n >= ENOUGH_YEARS]


def whipple(people: int, round_ones: int) -> float:
    """Whipple's index beyond chance: years that end in 0 or 5 against one fifth, less two standard errors; 100 where there is no surplus.

    >>> whipple(10_000, 2_000), whipple(10_000, 2_050), round(whipple(10_000, 3_000), 1), whipple(10_000, 10_000)
    (100.0, 100.0, 146.0, 496.0)
    """
    share, chance = round_ones / people, 2 * (0.2 * 0.8 / people) ** 0.5
    return 100 + 500 * max(0.0, share - 0.2 - chance)
