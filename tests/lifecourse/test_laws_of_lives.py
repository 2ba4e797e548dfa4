"""What holds for every life, however odd its records."""

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lives import FROM, UNTIL, Lives

from drawn import Drawn, table

CITIZENSHIPS = ["UTO", "TUR", "GEO", "XXA", None]


def any_records(seed: int, people: int = 40) -> dict[str, Drawn]:
    """Random records of some people: nothing in them needs to make sense."""
    chance = random.Random(seed)

    def day(low: int = -400, high: int = 2300) -> date:
        return FROM + timedelta(chance.randint(low, high))

    def later(from_on: date, most: int = 800) -> date | None:
        return chance.choice([None, from_on + timedelta(chance.randint(-5, most))])

    made = {
        "crossing": table("person_id | crossed_on | direction | citizenship | mode | purpose"),
        "permit": table("person_id | permit_no | kind | action | decision | decided_on | reason | applied_on | valid_from_on | valid_to_on | citizenship"),
        "visa": table("person_id | decision | purpose | submitted_on | valid_from_on | valid_to_on | citizenship | residence_country"),
        "registration": table("person_id | arrived_on | applied_on | registered_on | valid_until_on | deregistered_on | deregistration_reason | citizenship"),
        "resident": table("person_id | since_on | until_on | previous_country | next_country | citizenship | died_on"),
        "civil_event": table("person_id | event | event_on | mother_resident | citizenship"),
        "citizenship": table("person_id | file_type | previous_citizenship | new_citizenship | decision | submitted_on | decided_on | citizenship"),
        "case_event": table("person_id | procedure | case_no | event | event_on"),
        "decision": table("person_id | procedure | case_no | outcome | decided_on | leave_by_on | valid_to_on"),
    }
    for number in range(people):
        who, held = f"P{number:02}", chance.choice(CITIZENSHIPS)
        for _ in range(chance.randint(0, 8)):
            way, mode, purpose = chance.choice(["in", "out"]), chance.choice(["air", None]), chance.choice(["tourism", None])
            made["crossing"].rows.append((who, day(0, 2185), way, held, mode, purpose))
        for _ in range(chance.choice([0, 0, 1, 3])):
            start = day()
            kind = chance.choice(["temporary", "permanent"])
            outcome, action = chance.choice(["granted", "granted", "refused", "cancelled", None]), chance.choice(["issue", "extend", "cancel", None])
            reason = chance.choice(["work", "family", None])
            made["permit"].rows.append((who, "A", kind, action, outcome, later(start), reason, start, start, later(start), held))
        for _ in range(chance.choice([0, 1, 2])):
            start = day()
            made["visa"].rows.append((who, chance.choice(["granted", "refused"]), "tourism", start, start, later(start, 90), held, "TUR"))
        for _ in range(chance.choice([0, 1, 2])):
            start = day()
            made["registration"].rows.append((who, start, start, later(start, 20), later(start, 90), later(start), chance.choice(["left", None]), held))
        for _ in range(chance.choice([0, 1, 2])):
            start = day(-9000, 2300)
            came, went, died = chance.choice([None, "TUR"]), chance.choice([None, "RUS"]), chance.choice([None, None, day()])
            made["resident"].rows.append((who, start, later(start), came, went, held, died))
        if chance.random() < 0.3:
            made["civil_event"].rows.append((who, chance.choice(["birth", "death"]), day(), chance.choice([True, False, None]), held))
        for _ in range(chance.choice([0, 0, 0, 1, 2])):
            kind = chance.choice(["acquisition", "loss", "restoration"])
            made["citizenship"].rows.append((who, kind, chance.choice([held, "UTO", None]), chance.choice(["UTO", "GEO", None]), "granted", day(), day(), held))
        for _ in range(chance.choice([0, 0, 2])):
            case, procedure = chance.choice("xy"), chance.choice(["asylum", "irregular_stay"])
            made["case_event"].rows.append((who, procedure, case, chance.choice(["lodged", "appealed", "withdrawn", "found", "ordered", "left"]), day()))
            start = day()
            made["decision"].rows.append((who, procedure, case, chance.choice(["granted", "refused"]), start, later(start), later(start)))
    return made


def overlaps(spells, *, ends_inside: bool) -> list:
    """Pairs of spells, already in order, of which the second begins before the first has ended."""
    found = []
    for one, other in pairwise(spells):
        end = one["to_on"] or date.max
        start = other["from_on"] or date.min
        if (start <= end) if ends_inside else (start < end):
            found.append((one, other))
    return found


def by_person(rows, *keys):
    groups: dict = {}
    for row in rows:
        groups.setdefault(tuple(row[k] for k in keys), []).append(row)
    return [sorted(group, key=lambda r: r.get("from_on") or date.min) for group in groups.values()]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9))
def test_laws_of_every_life(seed):
    records = any_records(seed)
    lives = Lives(**records)
    presence = lives["presence_spells"].to_pylist()

    # Every admitted crossing up to the last day is in exactly one stay, unless it was read twice.
    ends = [r for spell in presence for r in (spell["in_record_id"], spell["out_record_id"]) if r]
    assert len(ends) == len(set(ends))
    assert len(ends) == len(records["crossing"].rows) - sum(r["spells"] for r in lives["repairs"].to_pylist() if r["repair"] == "read_twice")

    # Repaired stays follow one another: only the first may lack its beginning, only the last its end.
    for stays in by_person(presence, "person_id"):
        stays.sort(key=lambda s: s["spell_no"])
        for one, other in pairwise(stays):
            assert one["left_on"] is not None and other["entered_on"] is not None
            assert one["left_on"] <= other["entered_on"]
        for stay in stays:
            assert stay["entered_on"] is None or stay["left_on"] is None or stay["entered_on"] <= stay["left_on"]
            assert (stay["exit_imputed"] or stay["closed_by"] in ("death", "censored")) == (stay["out_record_id"] is None)

    # One status a day, one counted citizenship a day, one residence a day under each rule.
    for statuses in by_person(lives["status_spells"].to_pylist(), "person_id"):
        assert overlaps(statuses, ends_inside=True) == []
    for held in by_person([c for c in lives["citizenships"].to_pylist() if c["counted"]], "person_id"):
        assert overlaps(held, ends_inside=True) == []
    for spells in by_person(lives["residence_spells"].to_pylist(), "person_id", "rule"):
        assert overlaps(spells, ends_inside=False) == []
        for spell in spells:
            assert (spell["to_on"] is None) == (spell["ended_by"] is None)
            assert spell["from_on"] is None or spell["to_on"] is None or spell["from_on"] <= spell["to_on"]
            assert spell["final_on"] is None or spell["final_on"] <= UNTIL


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**9))
def test_the_order_of_rows_changes_nothing(seed):
    records = {name: Drawn(["record_id", *d.columns], [(f"{name}-{i}", *row) for i, row in enumerate(d.rows)]) for name, d in any_records(seed, 12).items()}
    crossing = records["crossing"]
    crossing.columns.append("crossed_at")
    crossing.rows = [(*row, datetime.combine(row[2], time(8))) for row in crossing.rows]
    shuffled = {name: Drawn(d.columns, random.Random(seed).sample(d.rows, len(d.rows))) for name, d in records.items()}
    one, other = Lives(**records), Lives(**shuffled)
    for name in one.tables:
        assert one[name].equals(other[name]), name


@pytest.mark.parametrize("observed_until", [date(2022, 3, 1), date(2024, 6, 30)])
def test_what_was_final_stays_so_when_more_days_are_observed(observed_until):
    """Without repairs and changing registers, a final decision is never revised by later crossings."""
    chance = random.Random(7)
    crossings = table("person_id | crossed_on | direction | record_id")
    for number in range(200):
        day, direction = FROM + timedelta(chance.randint(0, 300)), chance.choice(["in", "out"])
        while day < UNTIL:
            crossings.rows.append((f"P{number:03}", day, direction, f"{number}-{day}"))
            day, direction = day + timedelta(chance.choice([3, 30, 120, 125, 360, 500])), "out" if direction == "in" else "in"
    early = Lives(crossing=Drawn(crossings.columns, [r for r in crossings.rows if r[1] <= observed_until]), observed_until=observed_until)
    late = Lives(crossing=crossings)
    final = {tuple(row.items()) for row in late["residence_spells"].to_pylist() if row["rule"] == "UR-12/16"}
    begun = {(row["person_id"], row["from_on"]) for row in late["residence_spells"].to_pylist()}
    for row in early["residence_spells"].to_pylist():
        if row["final_on"] is None:
            continue
        if row["to_on"] is not None:
            assert tuple(row.items()) in final
        else:
            assert (row["person_id"], row["from_on"]) in begun
