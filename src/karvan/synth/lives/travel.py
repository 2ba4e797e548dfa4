"""Who crosses the border beside visitors: people who move in and out, citizens who emigrate and return, and everybody's short trips."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.chance import NONE, YEAR, Ints, count, delay, month_starts, pick, year_of
from karvan.synth.lives.journeys import ABSENCE, KINDS, PERSON_BITS, STAY, Journeys
from karvan.synth.lives.movers import BORN_HERE, Movers, grounds
from karvan.synth.lives.people import MOVER, RESIDENT
from karvan.synth.lives.world import World

NEVER = PERSON_BITS - 1


def move_in_and_out(world: World, journeys: Journeys, movers: Movers) -> None:
    """The long stays of foreigners who come to live. Who is inside on the first day, or born inside, has only a way out.

    Whom a refused permit sent away before the first day is not inside on it, and crosses no border since.
    """
    gone = (movers.role != BORN_HERE) & (movers.leaves < world.start)
    world.people.inside_at_start[movers.person[gone]] = False
    residence = journeys.purposes.index("residence")
    nation = world.people.citizenship[movers.person]
    purpose = _purpose_of_ground(world, journeys)[movers.ground]
    inside = world.people.inside_at_start[movers.person] | (movers.role == BORN_HERE)
    comes = ~inside & ~gone
    journeys.add("movers", STAY, "move", movers.person[comes], movers.arrives[comes], movers.leaves[comes], nation[comes], purpose[comes])
    leaving = inside & (movers.leaves >= world.start)
    journeys.add(
        "movers",
        ABSENCE,
        "move",
        movers.person[leaving],
        movers.leaves[leaving],
        np.full(leaving.sum(), NEVER),
        nation[leaving],
        np.full(leaving.sum(), residence),
    )


def _purpose_of_ground(world: World, journeys: Journeys) -> Ints:
    stated = {"family": "private", "education": "education", "work": "labour", "other": "private"}
    words = [stated[world.settings["movers"]["grounds"][g]["reason"]] for g in grounds(world)]
    return np.array([journeys.purposes.index(w) if w in journeys.purposes else journeys.purposes.index("residence") for w in words])


def emigrate(world: World, journeys: Journeys) -> None:
    """Citizens who go abroad to live, alone or with family; some come back, some of these are sent back. Citizens abroad at the start may return."""
    s, rng, people, h = world.settings["emigration"], world.rng["emigrants"], world.people, world.habits.emigration
    starts, _ = month_starts(world.start, world.horizon)
    residents = people.kind == RESIDENT
    yearly = s["yearly_per_1000"] / 1000 * world.density("emigration") * residents.sum() * h.at_risk
    counts = count(rng, yearly / 12 * world.dated(s["levels"]).on(starts) / (1 + h.family_members * s["family_share"]))
    starts_of = np.array([int(k) for k in s["ages"]])
    spouse = np.full(len(people), -1)
    couples = world.couples
    spouse[couples.wife], spouse[couples.husband] = couples.husband, couples.wife
    gone = np.zeros(len(people), bool)
    chosen, when = [], []
    year = year_of(starts)
    for y in np.unique(year):
        months = np.repeat(starts[year == y], counts[year == y])
        opens_year = months.min() if len(months) else starts[year == y][0]
        age = (opens_year - people.born) / YEAR
        able = residents & ~gone & (age >= 0) & (people.alive_until() > opens_year + h.lives_on)
        group = np.searchsorted(starts_of, age, side="right") - 1
        able &= age < h.age_most
        where = np.flatnonzero(able)
        size = np.bincount(group[where], minlength=len(starts_of))
        weight = np.array(list(s["ages"].values()), dtype=float)[group[where]] / np.maximum(size[group[where]], 1)
        weight *= np.where(people.female[where], s["women"], 1 - s["women"])
        who = np.unique(where[pick(rng, weight, len(months))]) if len(where) else np.empty(0, np.int64)
        gone[who] = True
        chosen.append(who)
        when.append(rng.permutation(months)[: len(who)] + rng.integers(0, 28, len(who)))
    person, opens = np.concatenate(chosen), np.concatenate(when)
    country = world.choose_country("emigrants", s["destinations"], len(person))
    returns = rng.random(len(person)) < s["return_share"]
    closes = np.where(returns, opens + delay(rng, s["days_abroad"], len(person)), NEVER)
    # family: the spouse and children under 16 of some go on the same day and come back with them
    takes = rng.random(len(person)) < s["family_share"]
    wives = takes & (spouse[person] >= 0)
    with_spouse = np.flatnonzero(wives)
    parents = np.full(len(people), -1)
    parents[person[takes]] = np.flatnonzero(takes)
    parents[spouse[person[with_spouse]]] = with_spouse
    child = np.flatnonzero(residents & (people.mother >= 0))
    lead = parents[people.mother[child]]
    small = (lead >= 0) & (people.born[child] < opens[lead] - h.child_age_least) & (opens[lead] - people.born[child] < h.child_age_most * YEAR)
    child, lead = child[small], lead[small]
    journeys.add(
        "emigrants",
        ABSENCE,
        "emigration",
        np.concatenate([person, spouse[person[with_spouse]], child]),
        np.concatenate([opens, opens[with_spouse], opens[lead]]),
        np.concatenate([closes, closes[with_spouse], closes[lead]]),
        np.concatenate([country, country[with_spouse], country[lead]]),
        journeys.purposes.index("residence"),
    )
    _born_abroad(world, journeys)
    _compatriots(world, journeys)


def _born_abroad(world: World, journeys: Journeys) -> None:
    """Children of citizens who live abroad are born there, and come with the mother when she returns."""
    people, k = world.people, journeys.kept
    child = np.flatnonzero((people.kind == RESIDENT) & (people.mother >= 0) & (people.born >= world.start))
    child = child[~journeys.inside_on(people.mother[child], people.born[child])]
    away = np.flatnonzero(k["kind"] == KINDS.index("emigration"))
    away = away[np.lexsort((k["opens"][away], k["person"][away]))]
    keys = k["person"][away].astype(np.int64) * PERSON_BITS + k["opens"][away]
    place = away[np.clip(np.searchsorted(keys, people.mother[child].astype(np.int64) * PERSON_BITS + people.born[child], side="right") - 1, 0, None)]
    hers = k["person"][place] == people.mother[child]
    child, place = child[hers], place[hers]
    people.inside_at_start[child] = False
    people.born_country[child] = k["country"][place]
    world.born_abroad = child
    back = np.flatnonzero(k["closes"][place] < world.horizon)
    ways = {name: k[name][place[back]] for name in ("in_mode", "out_mode", "in_point", "out_point")}
    journeys.add(
        "emigrants",
        STAY,
        "return",
        child[back],
        k["closes"][place[back]],
        np.full(len(back), NEVER),
        k["country"][place[back]],
        journeys.purposes.index("residence"),
        **ways,
    )


def _compatriots(world: World, journeys: Journeys) -> None:
    """Nationals who live abroad on the first day: some return for good, others come to visit."""
    s, rng, h = world.settings["emigration"], world.rng["emigrants"], world.habits.emigration
    n = round(world.residents * world.settings["population"]["compatriots_abroad_share"])
    born = (world.start + world.habits.visitors.ages_after - world.ages("emigrants", s["compatriots_ages"], n)).astype(np.int32)
    born = np.minimum(born, world.start - h.compatriot_age_least)
    female = rng.random(n) < s["women"]
    country = world.choose_country("emigrants", s["destinations"], n)
    dual = rng.random(n) < h.compatriot_dual
    person = world.people.add(
        n,
        female=female,
        born=born,
        died=world.death_days("emigrants", female, born, np.full(n, world.start)),
        kind=MOVER,
        citizenship=world.national,
        number_from=born,
        culture=world.national,
        born_country=np.where(rng.random(n) < h.compatriot_born_here, world.national, country),
        second=np.where(dual, country, -1),
    )
    years = (world.horizon - world.start) / YEAR
    back = rng.random(n) < 1 - np.exp(-s["compatriots_return_yearly"] * years)
    opens = world.start + (rng.random(n) * (world.horizon - world.start)).astype(np.int64)
    journeys.add("emigrants", STAY, "return", person[back], opens[back], np.full(back.sum(), NEVER), country[back], journeys.purposes.index("residence"))
    region = world.choose_region("emigrants", "regions", n)
    world.people.region[person[back]] = region[back]


def trips(world: World, journeys: Journeys, movers: Movers) -> None:
    """Short journeys since `journeys_from`: citizens' trips abroad, visits home of emigrants, resident foreigners' trips, and their visits after they left."""
    _citizens_trips(world, journeys)
    _visits_home(world, journeys)
    _movers_trips(world, journeys, movers)
    _old_residents_visit(world, journeys, movers)
    _refugees_travel(world, journeys)


def _moments(world: World, rng: np.random.Generator, levels: dict[str, float], n: int) -> Ints:
    """Days since `journeys_from`, as dense as the levels say."""
    starts, month = month_starts(world.journeys_from, world.horizon)
    weight = world.dated(levels).on(starts) * np.array(world.settings["citizens"]["season"])[month - 1]
    return np.maximum(starts[pick(rng, weight, n)] + rng.integers(0, 30, n), world.journeys_from)


def _exposure(world: World, levels: dict[str, float]) -> float:
    """Years of full travel since `journeys_from`."""
    starts, _ = month_starts(world.journeys_from, world.horizon)
    return float(world.dated(levels).on(starts).sum() / 12)


def _citizens_trips(world: World, journeys: Journeys) -> None:
    s, rng, people, h = world.settings["citizens"], world.rng["trips"], world.people, world.habits.trips
    adult = np.flatnonzero((people.kind == RESIDENT) & (people.born < world.end - h.traveller_from_age * YEAR))
    traveller = adult[rng.random(len(adult)) < s["traveller_share"]]
    weight = np.exp(s["spread"] * rng.standard_normal(len(traveller)))
    n = round(s["trips_yearly"] * world.scale * world.density("citizens") * _exposure(world, s["levels"]) * h.planned_more)
    person = traveller[pick(rng, weight, n)]
    opens = _moments(world, rng, s["levels"], n)
    country = world.choose_country("trips", s["destinations"], n)
    length = delay(rng, s["lengths"], n)
    alive = (people.born[person] < opens) & (people.alive_until()[person] > opens + length)
    purpose = journeys.purpose(world.choose("trips", s["purposes"], n))
    journeys.add("trips", ABSENCE, "trip", person[alive], opens[alive], (opens + length)[alive], country[alive], purpose[alive])


def _visits_home(world: World, journeys: Journeys) -> None:
    """Citizens who live abroad come for weeks."""
    s, rng, people = world.settings["emigration"], world.rng["trips"], world.people
    k = journeys.kept
    away = (k["kind"] == 3) & (k["closes"] > world.journeys_from)
    person, country = k["person"][away], k["country"][away]
    opens, closes = np.maximum(k["opens"][away], world.journeys_from), np.minimum(k["closes"][away], world.horizon)
    abroad = np.flatnonzero((people.kind == MOVER) & (people.citizenship == world.national) & ~people.inside_at_start)
    person = np.concatenate([person, abroad])
    country = np.concatenate(
        [country, np.where(people.second[abroad] >= 0, people.second[abroad], world.choose_country("trips", s["destinations"], len(abroad)))]
    )
    opens = np.concatenate([opens, np.full(len(abroad), world.journeys_from)])
    closes = np.concatenate([closes, np.full(len(abroad), world.horizon)])
    visits = rng.poisson((closes - opens) / YEAR * s["visits_home_yearly"])
    again = np.repeat(np.arange(len(person)), visits)
    days = opens[again] + (rng.random(len(again)) * (closes - opens)[again]).astype(np.int64)
    days = days[(level := rng.random(len(again)) < np.minimum(world.dated(world.settings["citizens"]["levels"]).on(days), 1))]
    again = again[level]
    purpose = np.full(len(again), journeys.purposes.index("private"))
    journeys.add("trips", STAY, "home_visit", person[again], days, days + delay(rng, world.habits.emigration.home_visit, len(again)), country[again], purpose)


def _movers_trips(world: World, journeys: Journeys, movers: Movers) -> None:
    s, rng, people, h = world.settings["movers"], world.rng["trips"], world.people, world.habits.trips
    opens = np.maximum(movers.arrives, world.journeys_from)
    closes = np.minimum(np.minimum(movers.leaves, world.horizon), people.alive_until()[movers.person])
    expected = np.maximum(closes - opens - h.mover_days_free, 0) / YEAR * s["trips_yearly"]
    again = np.repeat(np.arange(len(movers)), rng.poisson(expected))
    days = opens[again] + h.mover_settles + (rng.random(len(again)) * (closes - opens - 2 * h.mover_settles)[again]).astype(np.int64)
    moves = rng.random(len(again)) < np.minimum(world.dated(world.settings["citizens"]["levels"]).on(days) + h.mover_level_more, 1)
    again, days = again[moves], days[moves]
    length = delay(rng, s["trip_lengths"], len(again))
    purpose = _purpose_of_ground(world, journeys)[movers.ground[again]]
    journeys.add("trips", ABSENCE, "trip", movers.person[again], days, days + length, people.citizenship[movers.person[again]], purpose)


def _refugees_travel(world: World, journeys: Journeys) -> None:
    rng, people, h = world.rng["trips"], world.people, world.habits.asylum
    who = np.flatnonzero(people.refugee_from != NONE)
    opens = np.maximum(people.refugee_from[who] + h.travel_after, world.journeys_from)
    again = np.repeat(who, rng.poisson(np.maximum(world.horizon - opens, 0) / YEAR * world.settings["asylum"]["travels_yearly"]))
    first = np.maximum(people.refugee_from[again] + h.travel_after, world.journeys_from)
    days = first + (rng.random(len(again)) * np.maximum(world.horizon - first, 1)).astype(np.int64)
    country = world.choose_country("trips", world.settings["citizens"]["destinations"], len(again))
    purpose = np.full(len(again), journeys.purposes.index("private"))
    journeys.add("trips", ABSENCE, "trip", again, days, days + delay(rng, h.trip_days, len(again)), country, purpose)


def _old_residents_visit(world: World, journeys: Journeys, movers: Movers) -> None:
    from karvan.synth.lives.visitors import allowed_days

    s, rng, people, h = world.settings["movers"], world.rng["trips"], world.people, world.habits.trips
    rows = np.flatnonzero((movers.leaves > world.start) & (movers.leaves < world.horizon))
    opens = np.maximum(movers.leaves[rows] + h.visit_after_leaving, world.journeys_from)
    closes = np.minimum(world.horizon, opens + h.visit_years * 365)
    expected = np.maximum(closes - opens, 0) / YEAR * s["comes_back_yearly"]
    again = np.repeat(np.arange(len(rows)), rng.poisson(expected))
    days = opens[again] + (rng.random(len(again)) * np.maximum(closes - opens, 1)[again]).astype(np.int64)
    moves = rng.random(len(again)) < np.minimum(world.dated(world.settings["visitors"]["levels"]).on(days), 1)
    person, days = movers.person[rows[again[moves]]], days[moves]
    nation = people.citizenship[person]
    allowed = allowed_days(world, nation, days)
    nights = np.minimum(delay(rng, h.visit_nights, len(days)), allowed - 1)
    purpose = journeys.purpose(world.choose("trips", s["comes_back_for"], len(days)))
    journeys.add("trips", STAY, "visit", person, days, days + nights, nation, purpose, lawful_to=days + allowed - 1, second=rng.integers(0, 28000, len(days)))
