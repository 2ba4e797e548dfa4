"""What a baseline study states, gathered from a workspace and its packs: facts without words, the same in every language.

The facts of an edition are kept with it, so that the study of the next year can say what changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.baseline import answers, plan
from karvan.baseline.tables import standing
from karvan.tables import TABLES
from karvan.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

HERE = Path(__file__).parent
PEOPLE = [name for name, table in TABLES.items() if table.kind == "record" and "doc_key" in table.column_names]


def gather(ws: Workspace, country: Country, *, dated: date) -> dict[str, Any]:
    """The facts of a study dated `dated`: sources, people, tables, maturity, plan. Plain values, ready for JSON.

    Nothing of the identity zone is read. `quality` of a source is None where no run has scored it.
    """
    con = ws.connect(memory=ws.memory(1000))
    try:
        levels, sets = people(con)
        rests = resting(country)
        sources = [source | {"linked_by": levels.get(source["feed"], {}), "rests": len(rests.get(source["feed"], []))} for source in sources_of(con, country)]
        found = {
            "dated": dated.isoformat(),
            "commit": ws.head().number,
            "synthetic": (ws.root / "truth").exists(),
            "until": _day(con.execute("select max(measured_until) from quality_scores").fetchone()),
            "institutions": {key: {"status": i.status, "systems": list(i.systems), "feeds": _feeds_of(country, key)} for key, i in _own(country).items()},
            "sources": sources,
            "overlap": overlap(sets),
            "tables": standing(con, country),
        }
    finally:
        con.close()
    found["maturity"] = answers.standing(ws, country)
    found["plan"] = plan.tracked(ws, plan.proposed(found, country))
    return found


def _own(country: Country) -> Mapping[str, Any]:
    """Institutions of the country's own pack: publishers of the world's tables take no part in the study."""
    return country.packs[0].institutions


def _feeds_of(country: Country, institution: str) -> list[str]:
    return [c.id for c in country.contracts.values() if c.institution == institution and c.pack == country.packs[0].id]


def _day(row: Any) -> str | None:
    return row[0].isoformat() if row and row[0] else None


def sources_of(con: duckdb.DuckDBPyConnection, country: Country) -> list[dict[str, Any]]:
    """Each feed that the country's own pack agrees on: what was delivered of it, the acts it rests on, its quality; also those that sent nothing."""
    rows = con.sql((HERE / "sources.sql").read_text(encoding="utf-8")).to_arrow_table().to_pylist()
    sent = {row["feed"]: row for row in rows}
    scores = quality(con)
    said = country.quality.get("sources", {})
    out = []
    for contract in country.contracts.values():
        if contract.pack != country.packs[0].id:
            continue
        row = sent.get(contract.id, {})
        out.append(
            {
                "feed": contract.id,
                "institution": contract.institution,
                "records": sorted({part.record for part in contract.records}),
                "format": contract.format,
                "frequency": contract.frequency or "",
                "latency_days": contract.latency_days,
                "fields": len(contract.fields),
                "personal": sum(f.sensitivity not in ("P0", "P1") for f in contract.fields),
                "legal": said.get(contract.id, {}).get("legal") or [],
                "described": contract.id in said,
                **{name: row.get(name, 0) for name in ("deliveries", "accepted", "held", "rows", "set_aside", "late", "timed")},
                "records_made": row.get("records", 0),
                **{name: row[name].isoformat() if row.get(name) else None for name in ("first_on", "complete_until_on", "furthest_on", "newest_on")},
                **scores.get(contract.id, {"score": None, "dimensions": {}, "measures": {}}),
            }
        )
    return out


def quality(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """By subject: the total, the score of each dimension, and each measure with its colour."""
    found: dict[str, dict[str, Any]] = {}
    rows = con.execute("select subject, qi, detail, measured, score, colour from quality_scores order by all").fetchall()
    for subject, qi, detail, measured, points, colour in rows:
        about = found.setdefault(subject, {"score": None, "dimensions": {}, "measures": {}})
        if qi == "SCORE" and detail is None:
            about["score"] = points
        elif qi == "SCORE":
            about["dimensions"][detail] = points
        elif detail is None or qi == "QI-13":
            about["measures"][qi if detail is None else f"{qi} {detail}"] = {"measured": measured, "score": points, "colour": colour}
    return found


def people(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, dict[str, int]], list[tuple[tuple[str, ...], int]]]:
    """By feed: records by the key that linked them. And the sets of feeds that know a person, with the number of people."""
    union = " union all ".join(f"select feed, record_id from {name}" for name in PEOPLE)
    levels: dict[str, dict[str, int]] = {}
    sets: list[tuple[tuple[str, ...], int]] = []
    for what, named, n in con.execute((HERE / "people.sql").read_text(encoding="utf-8").format(records=union)).fetchall():
        if what == "level":
            levels.setdefault(named[0], {})[named[1]] = n
        else:
            sets.append((tuple(named), n))
    return levels, sorted(sets)


def overlap(sets: list[tuple[tuple[str, ...], int]]) -> dict[str, dict[str, int]]:
    """People known to two feeds at once: by feed and feed; the diagonal is everyone a feed knows, `elsewhere` those known to any other feed too.

    >>> overlap([(("a", "b"), 3), (("a",), 1)])
    {'a': {'a': 4, 'b': 3, 'elsewhere': 3}, 'b': {'a': 3, 'b': 3, 'elsewhere': 3}}
    """
    found: dict[str, Counter[str]] = {}
    for feeds, n in sets:
        for feed in feeds:
            mine = found.setdefault(feed, Counter())
            mine.update(dict.fromkeys(feeds, n))
            mine["elsewhere"] += n if len(feeds) > 1 else 0
    return {feed: dict(sorted(counted.items())) for feed, counted in sorted(found.items())}


def resting(country: Country) -> dict[str, list[str]]:
    """By feed: the indicators whose figures rest on it."""
    from karvan.indicators import dictionary
    from karvan.indicators.window import feeds

    known = dictionary(country)
    out: dict[str, list[str]] = {}
    for definition in known.values():
        taken = set(definition.take.priority if definition.take else ())      # a figure of others rests on the sources that it names
        for feed in feeds(definition, known, country):
            if not taken or country.contracts[feed].constants.get("source") in taken:
                out.setdefault(feed, []).append(definition.id)
    return out
