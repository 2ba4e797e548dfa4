"""The step: ledgers, records and life courses in, quality scores out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.quality import history
from karvan.quality.coverage import coverage, years_of_birth
from karvan.quality.limits import Scale, colour, dimension_scores, quality_indicators, scale_of, score, source_score
from karvan.quality.links import links
from karvan.quality.measure import Measure, fairness, mandatory_columns, of_record_type
from karvan.quality.metadata import metadata
from karvan.quality.stability import stability
from karvan.tables import TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

RECORDS = (
    "crossing", "stay", "visa", "registration", "permit", "work_permit", "case_event", "decision", "citizenship", "resident", "document", "civil_event",
    "contract", "service",
)  # fmt: skip
PEOPLE = [record for record in RECORDS if "doc_key" in TABLES[record].column_names]
EVERY_FEED, BY_ROWS = "every feed", "weighted by rows"
TOTAL = "SCORE"
# Indicators whose details (fields, rules, pairs of lists, variables) are themselves in the unit of the limits.
DETAILED = ("QI-02", "QI-03", "QI-04", "QI-07", "QI-08", "QI-09", "QI-11", "QI-12", "QI-17")
NO_SCORE = ("low", "high")
FLAGS = ("QI-15",)      # a break may be the world's doing: it is shown, and takes no points


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    """Write `quality_scores` and `quality_history`."""
    from karvan.country import for_workspace

    country = for_workspace(ws)
    scale = scale_of(country)
    con = ws.connect(memory=ws.memory(1000))
    try:
        until = measured_until(con)
        rows = scored(measure(con, country, until, progress), until, scale)
        earlier = history.runs_before(con, until)
        past = [*history.of_deliveries(con), *history.of_years(con, RECORDS, country)]
    finally:
        con.close()
    tx.write("quality_scores", table_of("quality_scores", rows))
    tx.write("quality_history", table_of("quality_history", [*earlier, *history.of_run(rows, until), *history.scored(past, scale)]))
    return {"scored": sum(row["score"] is not None for row in rows)}


def table_of(name: str, rows: list[dict[str, Any]]) -> Any:
    """Rows as an Arrow table with the columns that are declared, in the order of the key."""
    import pyarrow as pa

    kinds = {"real": pa.float64(), "day": pa.date32(), "text": pa.string()}
    schema = pa.schema([(c.name, kinds[c.type]) for c in TABLES[name].columns])
    ordered = sorted(rows, key=lambda row: [str(row.get(k) or "") for k in TABLES[name].key])
    return pa.Table.from_pylist(ordered, schema=schema)


def measured_until(con: duckdb.DuckDBPyConnection) -> date:
    """Last day that the data cover: of the ledger, of the crossings, or the day of the last delivery."""
    said = con.execute(
        "select coalesce((select min(complete_until_on) from completeness where feed in (select distinct feed from crossing)),"
        " (select max(crossed_on) from crossing), (select max(coalesce(period_to_on, received_on)) from deliveries), date '1970-01-01')"
    ).fetchall()
    return said[0][0]


def measure(con: duckdb.DuckDBPyConnection, country: Country, until: date, progress: Progress = quiet) -> list[Measure]:
    """Every measure of every feed, and of the life course."""
    here = Path(__file__).parent
    found = [Measure(*row) for row in con.execute((here / "deliveries.sql").read_text(encoding="utf-8")).fetchall()]
    for place, record in enumerate(RECORDS):
        progress(record, place / len(RECORDS))
        mandatory = mandatory_columns(country, record)
        found += [*of_record_type(con, record, mandatory), *fairness(con, record, mandatory)]
    found += [*years_of_birth(con, PEOPLE, until.year), *coverage(con, country), *stability(con), *links(con)]
    found += metadata(country, {row[0] for row in con.execute("select distinct feed from deliveries where state = 'accepted'").fetchall()})
    found += [Measure(*row) for row in con.execute((here / "lives.sql").read_text(encoding="utf-8"), {"until": until}).fetchall()]
    return pooled([m for m in found if m.measured is not None])


def pooled(measures: list[Measure]) -> list[Measure]:
    """One measure where a feed makes records of several types: the mean, by their weights.

    >>> [m.measured for m in pooled([Measure("QI-16", "f", None, 0.9, 30), Measure("QI-16", "f", None, 0.5, 10)])]
    [0.8]
    """
    together: dict[tuple[str, str, str | None], list[Measure]] = {}
    for m in measures:
        together.setdefault((m.qi, m.subject, m.detail), []).append(m)
    return [
        found[0] if len(found) == 1 or not (weight := sum(m.weight for m in found)) else Measure(*key, sum(m.weight * (m.measured or 0.0) for m in found) / weight, weight)
        for key, found in together.items()
    ]


def scored(measures: list[Measure], until: date, scale: Scale | None = None) -> list[dict[str, Any]]:
    """Rows of `quality_scores`: each measure with points and colour, a total per source with its dimensions, and all feeds together."""
    scale = scale or Scale(quality_indicators())
    rows = [row_of(m, until, scale) for m in measures]
    for subject in sorted({m.subject for m in measures}):
        dimensions = dimension_scores((r["qi"], r["score"]) for r in rows if r["subject"] == subject and r["detail"] is None and r["qi"] != TOTAL)
        total = source_score(dimensions, scale.weights)
        if total is not None:
            rows.append(total_row(subject, None, total, until))
            rows += [total_row(subject, dimension, points, until) for dimension, points in dimensions.items()]
    for qi in scale.indicators:
        parts = [m for m in measures if m.qi == qi and m.detail is None]
        weight = sum(m.weight for m in parts)
        if weight:
            rows.append(row_of(Measure(qi, EVERY_FEED, BY_ROWS, sum(m.weight * (m.measured or 0.0) for m in parts) / weight, weight), until, scale))
    return sorted(rows, key=lambda r: (r["qi"], r["subject"], r["detail"] or ""))


def row_of(m: Measure, until: date, scale: Scale) -> dict[str, Any]:
    qi = scale.indicators[m.qi]
    plain = m.detail in (None, BY_ROWS) or (m.qi in DETAILED and m.detail not in NO_SCORE)
    points, tone = (score(qi, m.measured, m.detail), colour(qi, m.measured, m.detail)) if plain else (None, None)
    if m.qi in FLAGS:
        points, tone = None, tone and ("green" if tone == "green" else "amber")
    return {"qi": m.qi, "subject": m.subject, "detail": m.detail, "measured": m.measured, "score": points, "colour": tone, "measured_until": until}


def total_row(subject: str, dimension: str | None, points: float, until: date) -> dict[str, Any]:
    tone = "green" if points >= 80 else "amber" if points >= 40 else "red"
    return {"qi": TOTAL, "subject": subject, "detail": dimension, "measured": points, "score": points, "colour": tone, "measured_until": until}


def packs(ws: Workspace) -> str:
    from karvan.country import for_workspace

    here = Path(__file__).parent
    return for_workspace(ws).pack_hash("contracts", "quality") + "".join((here / name).read_text(encoding="utf-8") for name in ("limits.yaml", "sense.yaml"))


# `link_sample` is looked at too, and does not count as an input: a sample that nobody labelled says nothing, and a label is a new row of `link_decisions`.
READS = ("deliveries", "completeness", *RECORDS, "links", "link_decisions", "events", "presence_spells", "residence_spells")
STEP = Step("quality", READS, ("quality_scores", "quality_history"), work, also=packs)
