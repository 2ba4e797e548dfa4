"""The compiled rules equal the slow reference, on drawn-by-lot histories: a few thousand here, a million in the slow test."""

import random
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from residence_reference import decide, most_days, pair
from residence_reference import residence as residence_reference

from karvan.lifecourse.residence import UR_6_12, UR_12_12, UR_12_16, Rule
from karvan.lifecourse.spells import presence, residence, rolling

DAY0 = date(2021, 1, 1)
HOURS = [0, 0, 0, 86_399_999_999, 43_200_000_000]
REAL_GAPS = [0, 0, 1, 7, 30, 89, 90, 91, 121, 122, 123, 182, 183, 242, 243, 364, 365, 366, 486, 487, 488]


def histories(chance: random.Random, people: int, gaps: list[int]) -> dict[int, list[tuple[int, str]]]:
    """Crossings (microsecond, direction) of people; one in eight has a crossing too many or too few."""
    made = {}
    for person in range(people):
        day, direction = chance.randint(0, 40), chance.choice(["in", "out"])
        crossings = []
        for _ in range(chance.randint(1, 8)):
            tie = 0 if chance.random() < 0.3 else len(crossings)
            crossings.append((day * 86_400_000_000 + chance.choice(HOURS) + tie, direction))
            day += chance.choice(gaps)
            direction = "out" if direction == "in" else "in"
        crossings.sort()
        if chance.random() < 0.06:
            del crossings[chance.randrange(len(crossings))]
        if crossings and chance.random() < 0.06:
            crossings.append(chance.choice(crossings) if chance.random() < 0.5 else (chance.randint(0, day + 1) * 86_400_000_000, chance.choice(["in", "out"])))
        if crossings:
            made[person] = crossings
    return made


def on(day: int | None) -> date | None:
    return None if day is None else DAY0 + timedelta(day)


def compare(seed: int, people: int, rule: Rule, gaps: list[int], days: int, window: int) -> int:
    """Walk histories through all three rules, fast and slow; returns how many were compared."""
    chance = random.Random(seed)
    until = chance.randint(10, sum(gaps) // len(gaps) * 6 + 10)
    lives = histories(chance, people, gaps)
    rows = [(person, moment, direction) for person, crossings in lives.items() for moment, direction in crossings]
    chance.shuffle(rows)
    epoch = int((datetime(2021, 1, 1) - datetime(1970, 1, 1)).total_seconds()) * 1_000_000
    crossings = pa.table({
        "person_id": pa.array([r[0] for r in rows]),
        "crossed_at": pa.array([r[1] + epoch for r in rows], pa.timestamp("us")),
        "direction": [r[2] for r in rows],
    })  # fmt: skip
    observed = on(until)

    paired = presence(crossings, observed_until=observed)
    stays: dict[int, list] = {}
    for row in paired.table.to_pylist():
        stays.setdefault(row["person_id"], []).append((row["entered_on"], row["left_on"]))
    aside = {row["person_id"]: row["reason"] for row in paired.aside.to_pylist()}
    expected_stays = {}
    for person, history in lives.items():
        expected = pair(history, until)
        if isinstance(expected, str):
            assert aside[person] == expected, history
            continue
        assert person not in aside
        assert stays.get(person, []) == [(on(a), on(b)) for a, b in expected], history
        if expected:
            expected_stays[person] = expected

    statuses = {person: chance.choice([True, False]) for person in expected_stays if chance.random() < 0.3}
    known = pa.table({"person_id": pa.array(list(statuses), pa.int64()), "resident": pa.array(list(statuses.values()), pa.bool_())})
    decided = residence(paired.table, rule=rule, observed_until=observed, initial=known)
    spells: dict[int, list] = {}
    for row in decided.table.to_pylist():
        spells.setdefault(row["person_id"], []).append((row["from_on"], row["to_on"], row["basis"], row["final_on"]))
    each: dict[int, list] = {}
    for row in decided.crossings.to_pylist():
        each.setdefault(row["person_id"], []).append((row["resident_after"], row["migration"], row["final_on"]))
    over = {row["person_id"]: (row["max_days"], row["first_exceeded_on"]) for row in rolling(paired.table, days=days, window=window, observed_until=observed).table.to_pylist()}
    for person, seen in expected_stays.items():
        moves = [move for a, b in seen for move in ((a, "in"), (b, "out")) if move[0] is not None]
        bridge = rule.bridge if rule.bridge >= 0 else None
        expected = decide(moves, initial=statuses.get(person), threshold=rule.threshold, tolerance=rule.tolerance, bridge=bridge)
        assert each[person] == [(one.after, one.migration, on(one.final)) if one.final <= until else (None, None, None) for one in expected], (rule, moves)
        wanted = residence_reference(moves, expected, until=until)
        assert spells.get(person, []) == [(on(a), on(b), basis, on(final)) for a, b, basis, final in wanted], (rule, moves)
        most, exceeded = most_days(seen, days=days, window=window, until=until)
        assert over[person] == (most, on(exceeded)), seen
    return len(lives)


@pytest.mark.parametrize("rule", [UR_12_16, UR_12_12, UR_6_12])
def test_real_rules_equal_the_reference(rule):
    assert compare(1, 400, rule, REAL_GAPS, 90, 180) > 300


def small(chance: random.Random) -> tuple[Rule, int, int]:
    """Rules of a few days decide at every border in a few days, so that many histories can be walked day by day."""
    threshold = chance.randint(1, 8)
    window = threshold + chance.randint(0, 6)
    bridge = chance.choice([-1, -1, 0, 1, 3])
    return Rule("small", threshold, threshold if bridge >= 0 else window, bridge), chance.randint(0, 6), chance.randint(1, 12)


def walk(seeds: range, people: int) -> int:
    compared = 0
    for seed in seeds:
        rule, days, window = small(random.Random(seed))
        compared += compare(seed, people, rule, [0, 0, 1, 1, 2, 3, 4, 5, 6, 8, 9, 14], days, window)
    return compared


def test_small_rules_equal_the_reference():
    assert walk(range(20), 200) > 3_000


@pytest.mark.slow
def test_a_million_histories_equal_the_reference():
    assert walk(range(1000, 1250), 4_100) >= 1_000_000
    for seed, rule in enumerate([UR_12_16, UR_12_12, UR_6_12], start=2):
        assert compare(seed, 5_000, rule, REAL_GAPS, 90, 180) > 4_500
