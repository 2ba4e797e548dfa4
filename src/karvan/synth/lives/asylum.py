"""Families who ask for asylum: arrival, case, interview, decision, appeal, and what they do then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.synth.lives.book import PASSPORT, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, count, delay, month_starts, numbers, pick, repeat_index
from karvan.synth.lives.journeys import STAY, Journeys
from karvan.synth.lives.people import MOVER
from karvan.synth.lives.violations import CaseEvents
from karvan.synth.lives.world import World

RELATIONS = ["principal", "spouse", "child", "parent", "other"]


@dataclass
class Cases:
    """One row per person in a case."""

    person: Ints
    case: Ints
    member: Ints
    lodged: Ints
    decided: Ints
    final: Ints
    refugee: Ints


def seek_asylum(world: World, journeys: Journeys) -> Cases:
    """Simulate the cases; writes `case_event`, `decision` and status, and the stays of the people."""
    s, rng, people, h = world.settings["asylum"], world.rng["asylum"], world.people, world.habits.asylum
    starts, _ = month_starts(world.start, world.horizon)
    mean = 1 + s["family_share"] * sum(int(k) * v for k, v in s["members"].items()) / sum(s["members"].values())
    counts = count(rng, s["yearly_persons"] * world.scale * world.density("asylum") / 12 * world.dated(s["levels"]).on(starts) / mean)
    case_arrives = starts[repeat_index(counts)] + rng.integers(0, 28, int(counts.sum()))
    cases = len(case_arrives)
    alone_minor = rng.random(cases) < s["unaccompanied_share"]
    family = ~alone_minor & (rng.random(cases) < s["family_share"])
    extra = np.where(family, np.array([int(k) for k in s["members"]])[pick(rng, list(s["members"].values()), cases)], 0)
    origin = world.choose_country("asylum", s["origins"], cases)
    # principals
    female = rng.random(cases) < s["women"]
    age = np.where(alone_minor, (h.minor_age_least * YEAR + rng.random(cases) * h.minor_age_range * YEAR), world.ages("asylum", s["ages"], cases)).astype(
        np.int64
    )
    region = world.choose_region("asylum", "foreign_regions", cases)
    first = people.add(
        cases,
        female=female,
        born=case_arrives - age,
        died=world.death_days("asylum", female, case_arrives - age, case_arrives),
        kind=MOVER,
        citizenship=origin,
        born_country=origin,
        culture=origin,
        region=region,
    )
    # members: the first of a family is the spouse (if there is one), the others children
    case_of = np.repeat(np.arange(cases), extra)
    place = np.concatenate([np.arange(k) for k in extra]) if len(extra) else np.empty(0, int)
    spouse = (place == 0) & (rng.random(len(case_of)) < h.spouse_share)
    has_spouse = np.full(cases, -1)
    lead = first[case_of]
    m_female = np.where(spouse, ~people.female[lead], rng.random(len(case_of)) < world.habits.families.girls_share)
    m_age = np.where(spouse, case_arrives[case_of] - people.born[lead] + np.where(m_female, -1, 1) * between(rng, h.spouse_age_gap, len(case_of)), 0)
    m_age = np.where(spouse, np.maximum(m_age, h.spouse_age_least * YEAR), 0).astype(np.int64)
    m_born = case_arrives[case_of] - m_age
    oldest = np.minimum(case_arrives[case_of] - people.born[lead] - h.spouse_age_least * YEAR, h.child_age_most * YEAR)
    m_born = np.where(
        spouse, m_born, case_arrives[case_of] - (np.maximum(oldest, h.child_age_range_least) * rng.random(len(case_of))).astype(np.int64) - h.child_age_least
    )
    ids = people.add(
        len(case_of),
        female=m_female,
        born=m_born,
        died=world.death_days("asylum", m_female, m_born, case_arrives[case_of]),
        kind=MOVER,
        citizenship=origin[case_of],
        born_country=origin[case_of],
        culture=origin[case_of],
        region=region[case_of],
    )
    has_spouse[case_of[spouse]] = ids[spouse]
    child = ~spouse
    other = has_spouse[case_of[child]]
    old_enough = (other >= 0) & (people.born[ids[child]] - people.born[np.maximum(other, 0)] > h.other_parent_age * YEAR)
    other = np.where(old_enough, other, -1)
    lead_woman = people.female[lead[child]]
    people.mother[ids[child]] = np.where(lead_woman, lead[child], other)
    people.father[ids[child]] = np.where(lead_woman, other, lead[child])
    couples = world.couples
    a, b = first[case_of[spouse]], ids[spouse]
    wed = np.maximum(np.maximum(people.born[a], people.born[b]) + h.wed_age, case_arrives[case_of[spouse]] - h.wed_before)
    couples.add(np.where(people.female[a], a, b), np.where(people.female[a], b, a), np.minimum(wed, case_arrives[case_of[spouse]]).astype(np.int64))
    person = np.concatenate([first, ids])
    case = np.concatenate([np.arange(cases), case_of])
    member = np.concatenate([np.ones(cases, int), place + 2])
    relation = np.concatenate([np.zeros(cases, int), np.where(spouse, 1, 2)])
    minor = np.concatenate([alone_minor, np.zeros(len(case_of), bool)])
    return _procedure(world, journeys, person, case, member, relation, minor, case_arrives, origin)


def _procedure(world: World, journeys: Journeys, person: Ints, case: Ints, member: Ints, relation: Ints, minor: Ints, arrives: Ints, origin: Ints) -> Cases:
    s, rng, people, h = world.settings["asylum"], world.rng["asylum"], world.people, world.habits.asylum
    n = len(arrives)
    places, outcomes = list(s["places"]), list(s["outcomes"])
    place = pick(rng, list(s["places"].values()), n)
    at_border = np.array([p == s["border_place"] for p in places])[place]
    lodged = arrives + np.where(at_border, 0, delay(rng, h.lodged_after, n))
    registered = lodged + rng.integers(0, s["register_days"] + 1, n)
    interviewed = registered + delay(rng, s["interview_days"], n)
    decided = interviewed + delay(rng, s["decision_days"], n)
    outcome = pick(rng, list(s["outcomes"].values()), n)
    name = {o: i for i, o in enumerate(outcomes)}
    refused = np.isin(outcome, [name["refused"], name["inadmissible"]])
    appeals = refused & (rng.random(n) < s["appeal_share"])
    appealed = decided + between(rng, h.appealed_after, n)
    answered = appealed + delay(rng, s["appeal_days"], n)
    won = appeals & (rng.random(n) < s["appeal_won"])
    refugee = (outcome == name["refugee"]) | won
    withdrawn = outcome == name["discontinued"]
    final = np.where(appeals, answered, decided)
    goes = np.where(refugee, rng.random(n) < h.refugee_leaves, rng.random(n) < s["leaves_after_refusal"])
    before_the_end = decided - between(rng, h.withdrawn_leaves_before, n)
    after_the_end = final + np.where(refugee, h.refugee_stays, h.refused_stays) + delay(rng, h.leaves_after, n)
    leaves = np.where(goes, np.where(withdrawn, before_the_end, after_the_end), 2**20)
    leaves = np.maximum(leaves, np.maximum(interviewed, lodged) + h.stay_least)
    of = case
    journeys.add("asylum", STAY, "asylum", person, arrives[of], leaves[of], origin[of], np.full(len(person), journeys.purposes.index("residence")))
    people.refugee_from[person] = np.where(refugee[of], final[of], NONE)
    numbers_ = numbers("A", np.arange(1, n + 1), 6)[of]
    events = CaseEvents(world)
    more: dict[str, Any] = {
        "member_no": member,
        "relation": Words(relation, RELATIONS),
        "origin_country": world.country(origin[of]),
        "unaccompanied_minor": minor,
    }

    def note(event: str, on: Ints, where: Ints, **extra: Any) -> None:
        rows = np.flatnonzero(where[of])
        columns = {k: Words(v.codes[rows], v.names) if isinstance(v, Words) else v[rows] for k, v in {**more, **extra}.items()}
        events.add(person[rows], numbers_[rows], "asylum", event, on[of][rows], **columns)

    everyone = np.ones(n, bool)
    note("lodged", lodged, everyone, place=Words(place[of], places))
    note("registered", registered, everyone)
    note("interviewed", interviewed, ~withdrawn)
    note("withdrawn", decided, withdrawn)
    note("appealed", appealed, appeals)
    for on, rows, instance, result in (
        (decided[of], everyone[of], "admin", outcome[of]),
        (answered[of], appeals[of], "court1", np.where(won, name["refugee"], name["refused"])[of]),
    ):
        keep = rows & (on <= world.end) & (on < people.alive_until()[person])
        world.book.add(
            "decision",
            len(person),
            keep=keep,
            person=person,
            which=PASSPORT,
            shown_on=on,
            procedure="asylum",
            case_no=numbers_,
            member_no=member,
            instance=instance,
            outcome=Words(result, outcomes),
            decided_on=on,
            valid_to_on=np.where(result == name["refugee"], on + int(h.refugee_years * YEAR), NONE),
            origin_country=world.country(origin[of]),
            body=s["body"] if instance == "admin" else s["court"],
            region=world.region(np.full(len(person), world.regions.index(world.settings["capital_region"]))),
        )
    ends = np.minimum(np.minimum(final[of] - 1, leaves[of]), people.alive_until()[person])
    world.book.add(
        "status",
        len(person),
        keep=(ends >= lodged[of]) & (lodged[of] <= world.end),
        person=person,
        status="asylum_seeker",
        ground="asylum",
        reason="other",
        from_on=lodged[of],
        to_on=ends,
    )
    keep = refugee[of] & (final[of] <= world.end) & (final[of] < people.alive_until()[person])
    ends = np.minimum(leaves[of], people.alive_until()[person])
    world.book.add(
        "status",
        len(person),
        keep=keep & (ends >= final[of]),
        person=person,
        status="refugee",
        ground="asylum",
        reason="other",
        from_on=final[of],
        to_on=np.where(ends > world.end + h.status_open_beyond, NONE, ends),
    )
    return Cases(person, case, member, lodged[of], decided[of], final[of], refugee[of])
