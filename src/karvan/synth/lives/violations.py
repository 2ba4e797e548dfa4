"""Violations of foreigners who stay: how they are found, what is decided, who is detained, returned and banned, and who appeals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.synth.lives.book import PASSPORT, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, delay, numbers, pick
from karvan.synth.lives.journeys import Journeys
from karvan.synth.lives.movers import Movers
from karvan.synth.lives.permits import Holdings
from karvan.synth.lives.stays import VISIT
from karvan.synth.lives.world import World


@dataclass
class Found:
    """Violations found: one row each, in time."""

    person: Ints
    violation: Ints
    since: Ints
    found: Ints
    left: Ints


def violate(world: World, journeys: Journeys, movers: Movers, held: Holdings) -> None:
    """Write `case_event` and `decision` of irregular stay and return, status spells that follow, and keep bans for the border."""
    s, rng, h = world.settings["violations"], world.rng["violations"], world.habits.violations
    kinds = list(s["kinds"])
    found = _overstays(world, journeys, movers, held, kinds)
    n = len(found.person)
    outcomes = list(s["outcomes"])
    outcome = pick(rng, list(s["outcomes"].values()), n)
    at_exit = found.found >= found.left
    name = {o: i for i, o in enumerate(outcomes)}
    outcome = np.where(
        at_exit & ~np.isin(outcome, [name["fine"], name["entry_ban"]]), np.where(rng.random(n) < h.fined_at_exit, name["fine"], name["entry_ban"]), outcome
    )
    ordered = np.isin(outcome, [name["leave_48h"], name["expulsion"], name["fine_expulsion"]])
    absconds = ordered & (rng.random(n) < s["absconds"])
    expelled = np.isin(outcome, [name["expulsion"], name["fine_expulsion"]])
    detained = expelled & (rng.random(n) < s["detained_of_expelled"])
    held_days = delay(rng, s["detention_days"], n)
    # the day found is set back from the day of leaving, which the life has fixed: two days for an order, the detention for an expulsion
    back = np.where(detained, held_days, np.where(expelled, between(rng, h.found_before_expulsion, n), between(rng, h.found_before_order, n)))
    found_on = np.where(ordered & ~absconds, np.maximum(found.left - back, found.since + 1), found.found)
    found_on = np.where(at_exit, found.left, np.minimum(found_on, found.left))
    ok = (
        (found_on <= world.end)
        & (found_on >= world.start)
        & (found_on < world.people.alive_until()[found.person])
        & (found_on > world.people.born[found.person])
    )
    order = np.flatnonzero(ok)[np.lexsort((found.person[ok], found_on[ok]))]
    person, violation, left, found_on = found.person[order], found.violation[order], found.left[order], found_on[order]
    outcome, ordered, absconds, expelled, detained = outcome[order], ordered[order], absconds[order], expelled[order], detained[order]
    n = len(order)
    case = numbers("IS", np.arange(1, n + 1), 7)
    decided = np.minimum(found_on + between(rng, h.decided_after, n), np.maximum(left, found_on))
    leave_by = np.where(outcome == name["leave_48h"], decided + h.order_days, np.where(expelled, decided + h.expulsion_days, NONE))
    years = np.array([int(y) for y in s["ban_years"]])[pick(rng, list(s["ban_years"].values()), n)]
    banned = expelled | (outcome == name["entry_ban"])
    bodies, regions = world.choose("violations", s["bodies"], n), world.choose_region("violations", "foreign_regions", n)
    world.book.add(
        "decision",
        n,
        keep=decided <= world.end,
        person=person,
        which=PASSPORT,
        shown_on=decided,
        procedure="irregular_stay",
        case_no=case,
        instance="admin",
        outcome=Words(outcome, outcomes),
        decided_on=decided,
        valid_to_on=np.where(banned, decided + (years * YEAR).astype(np.int64), NONE),
        leave_by_on=leave_by,
        body=bodies,
        region=world.region(regions),
    )
    events = CaseEvents(world)
    nation = world.people.citizenship[person]
    events.add(person, case, "irregular_stay", "found", found_on, violation=Words(violation, kinds))
    events.add(person[ordered], case[ordered], "irregular_stay", "ordered", decided[ordered])
    places = s["places"]["detention"]
    d = np.flatnonzero(detained)
    where = Words(rng.integers(0, len(places), len(d)), places)
    events.add(person[d], case[d], "return", "detained", decided[d], place=where)
    events.add(person[d], case[d], "return", "released", np.where(absconds[d], decided[d] + held_days[order][d], np.maximum(left[d], decided[d])), place=where)
    goes = ordered & ~absconds
    assisted = rng.random(n) < s["assisted_share"]
    mode = np.where(expelled, np.where(assisted, 2, 1), np.where(assisted, 2, 0))
    events.add(
        person[goes],
        case[goes],
        "return",
        Words(np.where(expelled[goes], 1, 0), ["left", "returned"]),
        left[goes],
        return_mode=Words(mode[goes], ["voluntary", "enforced", "assisted"]),
        destination=world.country(nation[goes]),
    )
    _appeals(world, events, s, person, case, decided, np.flatnonzero((ordered | banned) & (rng.random(n) < s["appeal_share"])))
    world.book.add(
        "status",
        n,
        keep=ordered & (decided <= np.minimum(left, world.end)),
        person=person,
        status="ordered_to_leave",
        ground=Words(violation, kinds),
        from_on=decided,
        to_on=np.minimum(left, world.people.alive_until()[person]),
    )
    tries = np.flatnonzero(banned & (rng.random(n) < s["comes_back_early"]))
    world.bans = {
        "person": person[tries],
        "on": left[tries] + between(rng, h.banned_try_after, len(tries)),
        "until": decided[tries] + (years[tries] * YEAR).astype(np.int64),
    }


def _overstays(world: World, journeys: Journeys, movers: Movers, held: Holdings, kinds: list[str]) -> Found:
    """Overstays of visitors, irregular stays of movers, and other violations of foreigners who live here."""
    s, rng, k, h = world.settings["violations"], world.rng["violations"], journeys.kept, world.habits.violations
    overstay = kinds.index("overstay")
    v = np.flatnonzero((k["kind"] == VISIT) & (k["what"] == 0) & (k["closes"] > k["lawful_to"]) & (k["lawful_to"] > 0))
    v = v[rng.random(len(v)) < s["found_share"]]
    gap = k["closes"][v] - k["lawful_to"][v]
    inside = (rng.random(len(v)) < s["found_inside"]) & (gap > h.inside_from)
    found_v = np.where(inside, k["lawful_to"][v] + 1 + (rng.random(len(v)) * (gap - 2)).astype(np.int64), k["closes"][v])
    people = world.people
    end_of = np.minimum(movers.leaves, people.alive_until()[movers.person])
    m = np.flatnonzero(
        (held.irregular_from != NONE)
        & (held.irregular_from < end_of - h.irregular_from)
        & (held.irregular_from > world.start)
        & (held.irregular_from < world.end)
    )
    m = m[rng.random(len(m)) < s["found_share"]]
    found_m = held.irregular_from[m] + (rng.random(len(m)) * (end_of[m] - held.irregular_from[m])).astype(np.int64)
    other = [i for i, name in enumerate(kinds) if name != "overstay"]
    years = np.clip(np.minimum(end_of, world.end) - np.maximum(movers.arrives, world.start), 0, None) / YEAR
    o = np.flatnonzero(
        (rng.random(len(movers)) < 1 - np.exp(-s["non_overstay_yearly"] * years)) & (people.born[movers.person] < movers.arrives - h.age_least * YEAR)
    )
    since = np.maximum(movers.arrives[o], world.start)
    found_o = since + h.found_after + (rng.random(len(o)) * np.maximum(np.minimum(end_of[o], world.end) - since - h.found_after - 1, 1)).astype(np.int64)
    kind_o = np.array(other)[pick(rng, [list(s["kinds"].values())[i] for i in other], len(o))]
    never_national = people.national_from[movers.person[o]] == NONE
    o, found_o, kind_o, since = o[never_national], found_o[never_national], kind_o[never_national], since[never_national]
    return Found(
        np.concatenate([k["person"][v], movers.person[m], movers.person[o]]),
        np.concatenate([np.full(len(v) + len(m), overstay), kind_o]),
        np.concatenate([k["lawful_to"][v], held.irregular_from[m], since]),
        np.concatenate([found_v, found_m, found_o]),
        np.concatenate([k["closes"][v], movers.leaves[m], movers.leaves[o]]),
    )


class CaseEvents:
    """Case events of one procedure family."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add(self, person: Ints, case: Ints, procedure: str, event: str | Words, on: Ints, **more: object) -> None:
        on = np.asarray(on)
        keep = (on <= self.world.end) & (on <= self.world.people.alive_until()[person])
        self.world.book.add(
            "case_event",
            len(person),
            keep=keep,
            person=person,
            which=PASSPORT,
            shown_on=on,
            procedure=procedure,
            case_no=case,
            event=event,
            event_on=on,
            **more,
        )


def _appeals(world: World, events: CaseEvents, s: dict[str, Any], person: Ints, case: Ints, decided: Ints, who: Ints) -> None:
    rng, h = world.rng["violations"], world.habits.violations
    lodged = decided[who] + between(rng, h.appealed_after, len(who))
    answered = lodged + delay(rng, h.court_decides, len(who))
    events.add(person[who], case[who], "irregular_stay", "appealed", lodged)
    won = rng.random(len(who)) < s["appeal_won"]
    world.book.add(
        "decision",
        len(who),
        keep=(answered <= world.end) & (answered < world.people.alive_until()[person[who]]),
        person=person[who],
        which=PASSPORT,
        shown_on=answered,
        procedure="irregular_stay",
        case_no=case[who],
        instance="court1",
        outcome=Words(won.astype(int), ["upheld", "overturned"]),
        decided_on=answered,
        body=s["court"],
        region=world.region(np.full(len(who), world.regions.index(world.settings["capital_region"]))),
    )
