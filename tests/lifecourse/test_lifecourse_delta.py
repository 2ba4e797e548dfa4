"""New records and new days: run after run, only the persons concerned are worked out, and every table is that of one full run."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pytest
from test_laws_of_lives import any_records

from drawn import ARROW
from karvan.lifecourse import STEP, delta
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step

FIRST, LAST = date(2020, 7, 1), date(2026, 6, 30)


def told(seed: int, people: int) -> dict[str, list[dict]]:
    """Random records of some people, and `links`: nothing in them needs to make sense."""
    made: dict[str, list[dict]] = {"links": []}
    for name, rows in any_records(seed, people).items():
        made[name] = []
        for number, cells in enumerate(rows.rows):
            row = dict(zip(rows.columns, cells, strict=True))
            record = f"{name}-{number}"
            made["links"].append({"record_id": record, "person_id": row.pop("person_id"), "level": "document", "probability": 1.0})
            if name == "crossing":
                row |= {"decision": "admitted", "crossed_at": datetime.combine(row["crossed_on"], time(8))}
            made[name].append({"record_id": record, "feed": "f", **row})
    return made


def deliver(ws: Workspace, records: dict[str, list[dict]], until: date) -> None:
    """Put records in the place of those there are, in parts of a year, as read through a day."""
    rows = records | {"completeness": [{"feed": "f", "first_on": FIRST, "complete_until_on": until}], "persons": [{"person_id": person} for person in {row["person_id"] for row in records["links"]}]}
    with ws.lock(), ws.transaction() as tx:
        for name, all_rows in rows.items():
            for year in {0, *range(2019, 2028)} if name == "crossing" else {0}:
                some = [row for row in all_rows if name != "crossing" or row["crossed_on"].year == year]
                schema = pa.schema([(c.name, ARROW[c.type]) for c in TABLES[name].columns])
                tx.write(name, pa.Table.from_pylist(some, schema=schema), part=f"f/{year}" if name == "crossing" else "all")


def tables_of(ws: Workspace) -> dict[str, list[tuple]]:
    con = ws.connect(threads=1)
    return {name: con.sql(f"select {', '.join(TABLES[name].column_names)} from {name} order by all").fetchall() for name in STEP.writes}


def changed(records: dict[str, list[dict]], later: dict[str, list[dict]], chance: random.Random, share: float) -> None:
    """Bring some of what is still to come, correct and withdraw a little, and give a record to another person."""
    for name in records:
        if name == "links":
            continue
        come = [row for row in later[name] if chance.random() < share]
        later[name] = [row for row in later[name] if row not in come]
        records[name] += come
        if records[name] and chance.random() < 0.3:
            records[name].pop(chance.randrange(len(records[name])))
        if name == "permit" and records[name]:
            records[name][chance.randrange(len(records[name]))]["valid_to_on"] = LAST + timedelta(chance.randint(-900, 900))
    one = chance.choice(records["links"])
    one["person_id"] = chance.choice(records["links"])["person_id"]


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_delta_after_delta_is_one_full_run(tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    monkeypatch.setattr(delta, "TOO_MANY", 10)      # however many are concerned
    step = replace(STEP, params=STEP.params | {"least_exits": 5, "compared": chance.choice([["UR-12/12"], STEP.params["compared"]])})
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    later = told(seed, 120)
    records = {name: [] if name != "links" else rows for name, rows in later.items()}
    changed(records, later, chance, 0.9)
    until, used = LAST - timedelta(chance.randint(30, 150)), 0
    for _ in range(4):
        deliver(ws, records, until)
        with ws.lock():
            used += "everybody" not in run_step(ws, step).notes["recomputed"]
        until += timedelta(chance.choice([0, 1, 10]))
        changed(records, later, chance, 0.2)
    deliver(ws, records, until)
    with ws.lock():
        run = run_step(ws, step)
    found = tables_of(ws)
    with ws.lock():
        whole = run_step(ws, step, force=True)
    assert whole.notes["recomputed"]["everybody"] == "asked for"
    for name, rows in tables_of(ws).items():
        assert found[name] == rows, name
    assert {k: v for k, v in run.notes.items() if k != "recomputed"} == {k: v for k, v in whole.notes.items() if k != "recomputed"}
    assert used == 3 or "UR-SOL" in step.params["compared"]      # signs of life of so few people weigh otherwise after every delivery


def person(number: int, *, day: date, way: str) -> dict:
    return {"record_id": f"{way}-{number}", "feed": "f", "crossed_on": day, "crossed_at": datetime.combine(day, time(8)), "direction": way, "decision": "admitted", "citizenship": "TUR"}


def country(last: date) -> dict[str, list[dict]]:
    """Forty visitors, one every tenth day of 2024, who stay five days; crossings through a day."""
    rows = [person(n, day=date(2024, 1, 1) + timedelta(10 * n + (5 if way == "out" else 0)), way=way) for n in range(40) for way in ("in", "out")]
    rows = [row for row in rows if row["crossed_on"] <= last]
    return {"crossing": rows, "links": [{"record_id": row["record_id"], "person_id": f"P{row['record_id'].split('-')[1].zfill(2)}", "level": "document", "probability": 1.0} for row in rows]}


def runs(ws: Workspace, *days: date) -> list[dict]:
    found = []
    for day in days:
        deliver(ws, country(day), day)
        with ws.lock():
            found.append(run_step(ws, STEP).notes["recomputed"])
    return found


def test_a_day_concerns_those_who_cross_and_those_for_whom_something_falls_due(tmp_path):
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    first, left, nothing, due = runs(ws, *(date(2024, 9, day) for day in range(11, 15)))
    assert first["everybody"] == "first run"
    assert left["records"] == 1 and nothing["persons"] == 0
    assert (due["persons"], due["records"], due["days"]) == (2, 0, 2)      # nobody crosses; of two it is decided now that they did not come to live here
    parts = ws.version("presence_spells").parts
    assert [part.key for part in parts] == ["all", "changed"] and sum(part.rows for part in parts) == ws.connect().sql("select count(*) from presence_spells").fetchall()[0][0]


def test_other_parameters_and_a_new_year_concern_everybody(tmp_path):
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    assert [note.get("everybody") for note in runs(ws, date(2024, 12, 29), date(2024, 12, 30), date(2024, 12, 31))] == ["first run", None, "a year has ended: signs of life are told by year"]
    with ws.lock():
        told = run_step(ws, replace(STEP, params=STEP.params | {"bridge_days": 31})).notes["recomputed"]
    assert told["everybody"] == "other code, packs or parameters than in the last run"


def test_where_more_differs_than_fits_in_memory_everybody_is_worked_out(tmp_path, monkeypatch):
    """Nothing is left of what was begun."""
    ws = Workspace.create(tmp_path / "ws", packs=["az"])

    def full(ws, tx, con, *_):
        tx.write("presence_spells", con.sql("from presence_spells limit 0"))
        con.execute("set temp_directory = ''")
        con.execute("set memory_limit = '2MB'")
        con.execute("create temp table differ_links as select range, hash(range) from range(10000000)")

    runs(ws, date(2024, 9, 11))
    monkeypatch.setattr("karvan.lifecourse.step.change", full)
    (told,) = runs(ws, date(2024, 9, 12))
    assert told["everybody"] == "more differs from the last run than fits in memory"
    found = tables_of(ws)
    with ws.lock():
        run_step(ws, STEP, force=True)
    assert found == tables_of(ws) and found["presence_spells"]
