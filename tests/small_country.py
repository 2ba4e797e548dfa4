"""A small country whose tables are drawn by a seed: people, stays, residence, statuses, applications, published figures.

No step before the indicators is run. Tests import the fixtures they use: `from small_country import cells`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from karvan import disclosure, indicators
from karvan.country import Country, for_workspace, load
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step

FIRST, UNTIL = date(2020, 7, 1), date(2026, 6, 30)
TYPES = {
    "text": pa.string(),
    "json": pa.string(),
    "whole": pa.int64(),
    "real": pa.float64(),
    "day": pa.date32(),
    "instant": pa.timestamp("us"),
    "yes_no": pa.bool_(),
}
MADE: list[Workspace] = []


def arrow(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table in the declared columns; what a row leaves out is null."""
    declared = TABLES[table].columns
    return pa.table({c.name: pa.array([row.get(c.name) for row in rows], TYPES[c.type]) for c in declared})


def fill(ws: Workspace, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Write tables of rows to a workspace in one commit."""
    with ws.lock(), ws.transaction() as tx:
        for name, rows in tables.items():
            tx.write(name, arrow(name, rows))


def drawn_tables(seed: int = 1, people: int = 600, feeds: dict[str, str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Tables of a little country of 2020-07 to 2026-06. The same seed gives the same rows."""
    r = random.Random(seed)
    days = (UNTIL - FIRST).days
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    record = iter(range(10**9))

    def number(kind: str) -> str:
        return f"{kind}-{next(record):07d}"

    def day(after: date = FIRST, most: int | None = None) -> date:
        return after + timedelta(days=r.randrange(max(1, min(most or days, (UNTIL - after).days + 1))))

    for n in range(people):
        pid = f"P{n:05d}"
        sex, year, month = r.choice(["F", "M", None]), r.choice([None, *range(1940, 2022)]), r.choice([None, *range(1, 13)])
        country = r.choice(["AZE", "AZE", "TUR", "TUR", "GEO", "RUS", "XXA", None])
        born = r.choice([country, country, "GEO", None])
        who = {"sex": sex, "birth_year": year, "birth_month": month, "citizenship": country, "birth_country": born}
        tables["persons"].append({"person_id": pid, **who, "records": 3, "weakest": 1.0})
        if country:
            changed = day() if r.random() < 0.05 else None
            tables["citizenships"].append(
                {"person_id": pid, "citizenship": country, "from_on": None, "to_on": changed - timedelta(days=1) if changed else None, "counted": True}
            )
            if changed:
                tables["citizenships"].append({"person_id": pid, "citizenship": "AZE", "from_on": changed, "to_on": None, "counted": True})
        # stays and crossings
        at, spell = day(most=400), 0
        while at < UNTIL and spell < 6:
            spell += 1
            until = at + timedelta(days=r.choice([0, 1, 2, 5, 12, 20, 60, 200, 700]))
            closed = "exit" if until <= UNTIL else "censored"
            closed = r.choice(["missing_exit", "presumed_left"]) if closed == "exit" and r.random() < 0.05 else closed
            left = until if until <= UNTIL else None
            mode, bcp, purpose = r.choice(["air", "road", "rail", None]), r.choice(["B1", "B2"]), r.choice(["tourism", "work", "study", None])
            in_id, out_id = number("crossing"), number("crossing")
            for direction, on, key in (("in", at, in_id), ("out", left if closed == "exit" else None, out_id)):
                if on:
                    tables["crossing"].append({"record_id": key, "feed": "az.sbs.crossings", "delivery_id": f"D{on:%Y%m}", "row_no": 1, **who, "direction": direction, "crossed_at": None,
                                               "crossed_on": on, "bcp": bcp, "mode": mode, "purpose": purpose, "decision": "admitted", "same_second": 1})  # fmt: skip
                    tables["links"].append({"record_id": key, "person_id": pid, "level": r.choice(["document", "name_birth", "alone"]), "probability": 1.0})
            tables["presence_spells"].append({"person_id": pid, "spell_no": spell, "entered_on": at, "left_on": left, "closed_by": closed, "entry_imputed": False,
                                              "exit_imputed": closed in ("missing_exit", "presumed_left"), "in_record_id": in_id, "out_record_id": out_id if closed == "exit" else None,
                                              "citizenship": country, "mode": mode, "bcp": bcp, "purpose": purpose})  # fmt: skip
            if r.random() < 0.6 and country != "AZE":
                tables["registration"].append({"record_id": number("registration"), "feed": "az.sms.registrations", "delivery_id": "D1", "row_no": 1, **who, "arrived_on": at,
                                               "applied_on": at + timedelta(days=r.randrange(20)), "registered_on": at + timedelta(days=r.randrange(25)), "channel": r.choice(["office", "online", None])})  # fmt: skip
                tables["links"].append({"record_id": tables["registration"][-1]["record_id"], "person_id": pid, "level": "document", "probability": 1.0})
            if r.random() < 0.1:
                tables["crossing"].append({"record_id": number("crossing"), "feed": "az.sbs.crossings", "delivery_id": f"D{at:%Y%m}", "row_no": 1, **who, "direction": "in", "crossed_at": None,
                                           "crossed_on": at, "bcp": bcp, "mode": mode, "decision": "refused", "refusal_ground": r.choice("ACEG"), "same_second": 1})  # fmt: skip
            at = until + timedelta(days=r.randrange(1, 300))
        # residence under the three rules
        for rule in ("UR-12/16", "UR-EXP", "UR-PRE"):
            start = None if r.random() < 0.4 else day()
            end = day(start or FIRST) if r.random() < 0.4 else None
            if end and start and end <= start:
                end = None
            first_in = tables["presence_spells"][-1]["in_record_id"]
            tables["residence_spells"].append({"person_id": pid, "from_on": start, "to_on": end, "rule": rule, "basis": r.choice(["observed", "observed", "register", "imputed"]), "final_on": UNTIL,
                                               "decided_by": first_in if start else None, "ended_by": r.choice(["emigration", "death", "deregistration"]) if end else None,
                                               "previous_country": r.choice(["TUR", "RUS", None]) if start else None, "next_country": r.choice(["TUR", "DEU", None]) if end else None,
                                               "reason": r.choice(["family", "work", "education", None])})  # fmt: skip
            if end and r.random() < 0.2 and end + timedelta(days=300) < UNTIL:
                tables["residence_spells"].append(
                    {"person_id": pid, "from_on": end + timedelta(days=200), "to_on": None, "rule": rule, "basis": "observed", "previous_country": "TUR"}
                )
        if r.random() < 0.05 and tables["residence_spells"][-1]["from_on"]:
            tables["events"].append(
                {
                    "person_id": pid,
                    "event": "birth",
                    "event_on": tables["residence_spells"][-1]["from_on"],
                    "imputed": False,
                    "record_id": number("civil_event"),
                }
            )
        # addresses
        if r.random() < 0.9:
            moved = day(FIRST + timedelta(days=1)) if r.random() < 0.3 else None
            tables["residence_regions"].append({"person_id": pid, "region": r.choice("AB"), "to_on": moved and moved - timedelta(days=1), "source": "register", "record_id": number("resident")})
            if moved:
                tables["residence_regions"].append({"person_id": pid, "region": "C", "from_on": moved, "source": "permit", "record_id": number("permit")})
        # statuses
        for k in range(r.randrange(3)):
            start = day()
            tables["status_spells"].append({"person_id": pid, "status": r.choice(["visa", "temporary", "permanent", "refugee", "asylum_seeker", "registered_stay"]), "reason": r.choice(["work", "family", None]),
                                            "from_on": start, "to_on": r.choice([None, start + timedelta(days=r.randrange(10, 400))]), "record_id": number("status") if k else None})  # fmt: skip
        # civil events
        if r.random() < 0.1:
            event = r.choice(["birth", "death"])
            key = number("civil_event")
            tables["civil_event"].append(
                {
                    "record_id": key,
                    "feed": "az.moj.civil",
                    "delivery_id": "D1",
                    "row_no": 1,
                    **who,
                    "event": event,
                    "event_on": day(),
                    "mother_resident": r.choice([True, False, None]),
                }
            )
            tables["links"].append({"record_id": key, "person_id": pid, "level": "personal_no", "probability": 1.0})
        applications(r, tables, who, number, day)
    enforcement(random.Random(seed + 1), tables)
    tables["observation"] = observations(r)
    for name, table in tables.items():
        key = TABLES[name].key
        table.sort(key=lambda row, key=key: tuple(str(row.get(k)) for k in key))
    return tables


def applications(r: random.Random, tables: dict[str, list[dict[str, Any]]], who: dict[str, Any], number: Any, day: Any) -> None:
    """What a person applied for, and what was decided."""
    outcome = ["granted", "granted", "refused", "withdrawn", None]
    for table, applied in (("visa", "submitted_on"), ("permit", "applied_on"), ("work_permit", "applied_on"), ("citizenship", "submitted_on")):
        if r.random() < 0.4:
            on, decision = day(), r.choice(outcome)
            decided = on + timedelta(days=r.randrange(60)) if decision else None
            if decided and decided > UNTIL:
                decided, decision = None, None
            row = {
                "record_id": number(table),
                "feed": f"az.{table}",
                "delivery_id": "D1",
                "row_no": 1,
                **who,
                applied: on,
                "decided_on": decided,
                "decision": decision,
            }
            row |= {"visa": {"channel": r.choice(["evisa", "consulate"]), "visa_class": "T"}, "permit": {"kind": r.choice(["temporary", "permanent"]), "action": "issue", "reason": "work", "channel": "online"},
                    "work_permit": {"industry": "F", "quota_year": on.year, "quota_cell": r.choice(["F", "I"]), "workers": 1}, "citizenship": {"file_type": "acquisition"}}[table]  # fmt: skip
            tables[table].append(row)
    if r.random() < 0.15:
        case, on = number("case"), day()
        place = {"feed": "az.sms.asylum", "delivery_id": "D1", "row_no": 1, **who, "procedure": "asylum", "case_no": case, "member_no": 1}
        tables["case_event"].append({"record_id": number("case_event"), **place, "event": "lodged", "event_on": on})
        decided = on + timedelta(days=r.randrange(30, 200))
        if decided <= UNTIL and r.random() < 0.8:
            tables["decision"].append(
                {"record_id": number("decision"), **place, "instance": "admin", "outcome": r.choice(["granted", "refused", "withdrawn"]), "decided_on": decided}
            )
            if r.random() < 0.3 and decided + timedelta(days=90) <= UNTIL:
                tables["decision"].append(
                    {
                        "record_id": number("decision"),
                        **place,
                        "instance": r.choice(["court1", "appeal"]),
                        "outcome": r.choice(["granted", "refused"]),
                        "decided_on": decided + timedelta(days=90),
                    }
                )


def enforcement(r: random.Random, tables: dict[str, list[dict[str, Any]]]) -> None:
    """People found, ordered to leave, detained and returned, and cases of readmission."""
    foreigners = [p for p in tables["persons"] if p["citizenship"] not in ("AZE", None)]
    for n, person in enumerate(r.sample(foreigners, 80)):
        on = FIRST + timedelta(days=r.randrange((UNTIL - FIRST).days - 100))
        who = {k: person[k] for k in ("sex", "birth_year", "birth_month", "citizenship", "birth_country")}
        place = {"feed": "az.sms.violations", "delivery_id": "D1", "row_no": 1, **who, "procedure": r.choice(["irregular_stay", "return"]), "case_no": f"V{n:04d}"}
        steps = [("found", 0), ("ordered", 3), ("detained", 5), ("released", 5 + r.randrange(60)), (r.choice(["left", "returned"]), 70)][: r.randrange(1, 6)]
        if n % 8 == 0:
            place["procedure"], steps = "readmission", [("requested", 0), ("transferred", 40)]
        for event, after in steps:
            key = f"violation-{len(tables['case_event']):07d}"
            more = {"place": "SMS", "violation": "overstay", "return_mode": "voluntary" if event in ("left", "returned") else None}
            tables["case_event"].append({"record_id": key, **place, "event": event, "event_on": on + timedelta(days=after), **more})
            tables["links"].append({"record_id": key, "person_id": person["person_id"], "level": "document", "probability": 1.0})


def ledgers(feeds: list[str], *, institution: str = "AAA") -> dict[str, list[dict[str, Any]]]:
    """One accepted delivery per feed that covers the whole time, and the days that are complete."""
    deliveries = [
        {"delivery_id": f"{feed}/1", "feed": feed, "institution": institution, "file": "f.csv", "sha256": "0" * 64, "contract_version": "1", "period_from_on": FIRST, "period_to_on": UNTIL,
         "received_on": UNTIL, "state": "accepted", "rows": 100, "rows_read": 98, "rows_duplicate": 1, "rows_superseded": 0, "rows_quarantined": 1, "rows_held": 0, "records": 98}
        for feed in feeds
    ]  # fmt: skip
    return {"deliveries": deliveries, "completeness": [{"feed": feed, "point": None, "first_on": FIRST, "complete_until_on": UNTIL} for feed in feeds]}


SOURCES = {  # source: feed, measure, kind of partner side, unit
    "UN_IMS_2024": ("world.un.migrant_stock_2024", "migrant_stock", "both", "person"),
    "UNHCR_POPULATION": ("world.unhcr.population", "refugees", "both", "person"),
    "UNHCR_APPLICATIONS": ("world.unhcr.asylum_applications", "asylum_applications", "both", "person"),
    "EUROSTAT_ASYLUM": ("world.eurostat.first_time_asylum", "first_time_asylum_applicants", "both", "person"),
    "EUROSTAT_FIRST_PERMITS": ("world.eurostat.first_permits", "first_permits", "area", "person"),
    "EUROSTAT_PERMITS": ("world.eurostat.valid_permits", "valid_permits", "both", "person"),
    "EUROSTAT_IMMIGRATION": ("world.eurostat.immigration", "immigration", "both", "person"),
    "ABEL_COHEN": ("world.abel_cohen.flows", "migration_flow_5y", "both", "person"),
    "WB_REMITTANCES": ("world.wb.remittances", "remittances", "both", "usd"),
    "UN_WPP_2024": ("world.un.wpp_2024", "net_migration", "area", "person"),
    "WB_WDI": ("world.wb.wdi", "net_migration population remittances_received remittances_paid gdp", "area", "usd"),
    "SSC_PERMANENT_MIGRATION": (
        "az.official.permanent_migration",
        "arrived_for_permanent_residence departed_for_permanent_residence net_permanent_migration",
        "area",
        "person",
    ),
}


def observations(r: random.Random) -> list[dict[str, Any]]:
    """Rows of published tables, a few per source, year, area and partner."""
    rows: list[dict[str, Any]] = []
    for source, (feed, measures, sides, unit) in SOURCES.items():
        sexes = ["F", "M"] if source in ("UN_IMS_2024", "EUROSTAT_ASYLUM") else [None]
        methods = ["da_min_open", "sd_rev_neg"] if source == "ABEL_COHEN" else [None]
        reasons = ["N", "R", "V"] if source == "UNHCR_APPLICATIONS" else [None]
        pairs = (
            [("AZE", p) for p in ("TUR", "GEO", "RUS")] + [(a, "AZE") for a in ("TUR", "DEU", "RUS", "_EU27")]
            if sides == "both"
            else [("AZE", None), ("TUR", None)]
        )
        for measure in measures.split():
            for year in ("2021", "2022", "2023"):
                for area, partner in pairs:
                    for sex in sexes:
                        for method in methods:
                            for reason in reasons:
                                rows.append({
                                    "record_id": f"o{len(rows):06d}", "feed": feed, "delivery_id": f"{feed}/1", "row_no": len(rows) + 1, "source": source, "measure": measure, "area": area,
                                    "partner": partner, "sex": sex, "method": method, "reason": reason, "period": None if source == "WB_REMITTANCES" else year, "period_kind": "flow",
                                    "unit": unit, "value": float(r.randrange(100_000)), "obs_status": r.choice(["A", "E"]), "citation": None,
                                })  # fmt: skip
    rows.append({"record_id": "o-idp", "feed": "world.unhcr.population", "delivery_id": "x", "row_no": 1, "source": "UNHCR_POPULATION", "measure": "internally_displaced", "area": "AZE", "partner": "AZE",
                 "period": "2022", "period_kind": "stock", "unit": "person", "value": 659000.0, "obs_status": "A"})  # fmt: skip
    for n, reason in enumerate(("citizen/detention/border", "refugee/asylum/decision")):
        rows.append({"record_id": f"o-complaint{n}", "feed": "az.omb.complaints", "delivery_id": "x", "row_no": n + 1, "source": "omb.complaints", "measure": "COMPLAINTS_RECEIVED", "area": "AZE",
                     "reason": reason, "period": "2023-05", "period_kind": "flow", "unit": "complaint", "value": 4.0 + n, "obs_status": "A"})  # fmt: skip
    return [row for row in rows if row["source"] != "WB_REMITTANCES" or row["row_no"] % 3 == 0]


@pytest.fixture(scope="session")
def drawn_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A country of 600 people drawn by a seed, with cubes and safe cubes; made once for all tests of a process."""
    if not MADE:
        ws = Workspace.create(tmp_path_factory.mktemp("drawn") / "w", packs=["az", "world"])
        fill(ws, whole_country())
        with ws.lock():
            run_step(ws, indicators.STEP)
            run_step(ws, disclosure.STEP)
        MADE.append(ws)
    return MADE[0]


def whole_country() -> dict[str, list[dict[str, Any]]]:
    """The drawn tables with ledgers of every feed that comes by day or month."""
    tables = drawn_tables() | ledgers([f for f, c in load(["az", "world"]).contracts.items() if c.period in ("day", "month")])
    return {name: rows for name, rows in tables.items() if rows}


@pytest.fixture(scope="session")
def drawn_country(drawn_workspace: Workspace) -> Country:
    return for_workspace(drawn_workspace)


@pytest.fixture
def cells(tmp_path: Path) -> Callable[..., dict[Any, float]]:
    """A function from tables of rows to the cells of an indicator: {(period, category, ...): value}, or the whole row of each."""
    made = iter(range(100))

    def compute(indicator: str, *dims: str, tables: dict[str, list[dict[str, Any]]], packs: tuple[str, ...] = ("az", "world"), whole_rows: bool = False) -> dict[Any, Any]:
        ws = Workspace.create(tmp_path / f"w{next(made)}", packs=list(packs))
        country = for_workspace(ws)
        feeds = [f for f, c in country.contracts.items() if c.period in ("day", "month") or c.records[0].record == "stay"]
        fill(ws, ledgers(feeds) | tables)
        table = indicators.compute(ws, indicator, country=country).to_arrow_table().to_pylist()
        known = indicators.dictionary(country)[indicator].dimensions
        found = {}
        for row in table:
            if all(row[d] == "_T" for d in known if d not in dims and d not in ("kind", "method")) and all(row[d] != "_T" for d in dims):
                found[(row["period"], *(row[d] for d in dims)) if dims else row["period"]] = row if whole_rows else row["value"]
        return found

    return compute
