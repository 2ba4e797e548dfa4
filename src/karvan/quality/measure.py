"""Measures over the records themselves: sense, fill, birthdays, keys. Nothing of the identity zone is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from karvan.tables import TABLES

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

ENOUGH_BIRTHS = 200
# Month is all that leaves the identity zone. Surplus births in January and July, beyond chance, are taken to be the first of the month.
JANUARY, JULY = 31 / 365.25, 31 / 365.25


class Measure(NamedTuple):
    """One measure: which QI, of what (feed or step), in which detail (None: the whole), the value, and how many rows it rests on."""

    qi: str
    subject: str
    detail: str | None
    measured: float | None
    weight: float


@cache
def sense() -> Mapping[str, Mapping[str, str]]:
    """Rules of sense by record type and name."""
    import yaml

    return yaml.safe_load((Path(__file__).parent / "sense.yaml").read_text(encoding="utf-8"))


def mandatory_columns(country: Country, record: str) -> dict[str, set[str]]:
    """For each feed, the columns of a record type that it has to fill: required by its contract, or saying who the record speaks of."""
    out: dict[str, set[str]] = {}
    for contract in country.contracts.values():
        if all(part.record != record for part in contract.records):
            continue
        columns = {f.field for f in contract.fields if f.field and (f.required or f.field in ("sex", "citizenship"))}
        if any(f.identity == "birth_date" for f in contract.fields):
            columns.add("birth_year")
        out[contract.id] = columns
    return out


def of_record_type(con: duckdb.DuckDBPyConnection, record: str, mandatory: Mapping[str, Iterable[str]]) -> list[Measure]:
    """Measures of each feed that fills a record type; `mandatory` gives the columns that each feed has to fill."""
    return [measure for row in counted(con, record, mandatory) for measure in of_feed(row, mandatory)]


def counted(con: duckdb.DuckDBPyConnection, record: str, mandatory: Mapping[str, Iterable[str]], *, day: str = "") -> list[dict[str, Any]]:
    """Counts behind the measures of a record type, a row for each feed; with `day`, an expression of a day, for each feed and year."""
    names = TABLES[record].column_names
    wanted = sorted({column for columns in mandatory.values() for column in columns if column in names})
    rules = sense().get(record, {})
    cells = ["count(*) as n"]
    cells += [f'count("{column}") as "fill {column}"' for column in wanted]
    cells += [f'count(*) filter (not ({rule})) as "rule {name}"' for name, rule in rules.items()]
    if rules:
        cells.append(f"count(*) filter (not ({' and '.join(f'coalesce({rule}, true)' for rule in rules.values())})) as broken")
    if "doc_key" in names:
        cells += ["count(*) filter (doc_key is not null or personal_key is not null) as keyed", "count(birth_month) as births"]
        cells += ["count(*) filter (birth_month = 1) as january", "count(*) filter (birth_month = 7) as july"]
    of_year, known = (f", year({day}) as year", f" where {day} is not null") if day else ("", "")
    found = con.execute(f"select feed{of_year}, {', '.join(cells)} from {record}{known} group by all order by all")
    heads = [d[0] for d in found.description or []]
    return [dict(zip(heads, row, strict=True)) for row in found.fetchall()]


def of_feed(row: Mapping[str, Any], mandatory: Mapping[str, Iterable[str]]) -> list[Measure]:
    feed, n = row["feed"], row["n"]
    out = []
    filled = {column: 100 * row[f"fill {column}"] / n for column in sorted(mandatory.get(feed, ())) if f"fill {column}" in row}
    if filled:
        out.append(Measure("QI-08", feed, None, sum(filled.values()) / len(filled), n))
        out += [Measure("QI-08", feed, column, share, n) for column, share in filled.items()]
    if "broken" in row:
        out.append(Measure("QI-03", feed, None, 1000 * row["broken"] / n, n))
        out += [Measure("QI-03", feed, name[5:], 1000 * count / n, n) for name, count in row.items() if name.startswith("rule ")]
    if "keyed" in row:
        out.append(Measure("QI-16", feed, None, 100 * row["keyed"] / n, n))
        if row["births"] >= ENOUGH_BIRTHS:
            out.append(Measure("QI-05", feed, None, heaping(row["births"], row["january"], row["july"]), row["births"]))
    return out


ENOUGH_OF_A_GROUP = 100


def fairness(con: duckdb.DuckDBPyConnection, record: str, mandatory: Mapping[str, Iterable[str]]) -> list[Measure]:
    """QI-22 of each feed that fills a record type: mean fill of its mandatory columns by citizenship, largest less smallest in points."""
    names = TABLES[record].column_names
    out: list[Measure] = []
    for feed, columns in sorted(mandatory.items()):
        wanted = sorted({column for column in columns if column in names and column != "citizenship"})
        if "citizenship" not in names or not wanted:
            continue
        fill = " + ".join(f'count("{column}")' for column in wanted)
        groups = con.execute(
            f"select citizenship, 100.0 * ({fill}) / ({len(wanted)} * count(*)), count(*) from {record} where feed = ? and citizenship is not null "
            f"group by citizenship having count(*) >= {ENOUGH_OF_A_GROUP} order by citizenship",
            [feed],
        ).fetchall()
        if len(groups) > 1:
            shares = [share for _, share, _ in groups]
            out.append(Measure("QI-22", feed, None, max(shares) - min(shares), sum(n for *_, n in groups)))
            out += [Measure("QI-22", feed, citizenship, share, n) for citizenship, share, n in groups if share in (max(shares), min(shares))]
    return out


def heaping(births: int, january: int, july: int) -> float:
    """How many times more birthdays fall on 1 January and 1 July than chance gives, judged by months.

    The surplus of each month over its share of the year, less two standard errors, is put on its first day; two days of 365.25 are expected.

    >>> heaping(births=100_000, january=8_487, july=8_487)
    1.0
    >>> round(heaping(births=100_000, january=18_487, july=8_487), 1)
    18.9
    """
    surplus = 0.0
    for seen, expected in ((january, JANUARY), (july, JULY)):
        chance = 2 * (expected * (1 - expected) / births) ** 0.5
        surplus += max(0.0, seen / births - expected - chance)
    return 1 + surplus / (2 / 365.25)
