"""What agencies hear of stays: visas before them, registrations within them, violations and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.synth.lives.book import PASSPORT, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, delay, numbers, pick, working_days_after
from karvan.synth.lives.journeys import Journeys
from karvan.synth.lives.movers import Movers
from karvan.synth.lives.permits import Holdings
from karvan.synth.lives.world import World

VISIT, MOVE = 0, 1


def visas(world: World, journeys: Journeys) -> Ints:
    """Write `visa`: one application behind each stay that needs one, and some that were refused or never used. Returns the number per interval (0: none)."""
    s, rng, k, people, h = world.settings["visas"], world.rng["visas"], journeys.kept, world.people, world.habits.visas
    need = np.array([world.settings["countries"].get(c, {}).get("visa", "free") for c in world.countries])
    person = k["person"]
    stays = (k["what"] == 0) & np.isin(k["kind"], [VISIT, MOVE]) & (need[people.citizenship[person]] != "free") & (people.national_from[person] == NONE)
    used = np.flatnonzero(stays)
    lead = delay(rng, s["lead_days"], len(used))
    extra = used[rng.random(len(used)) < s["unused_share"] + s["refused_share"]]
    who = np.concatenate([used, extra])
    n, m = len(who), len(used)
    opens = np.concatenate([k["opens"][used], k["opens"][extra] - between(rng, h.unused_before, len(extra))])
    lead = np.concatenate([lead, between(rng, h.unused_lead, len(extra))])
    move = k["kind"][who] == MOVE
    consular = (need[people.citizenship[person[who]]] == "consular") | move | (rng.random(n) < s["consular_from_evisa_countries"])
    airport = ~consular & (k["in_mode"][who] == 0) & (rng.random(n) < s["channels"]["airport"] / sum(s["channels"].values()))
    channel = np.where(consular, 2, np.where(airport, 1, 0))
    submitted = np.where(airport, opens, opens - np.maximum(lead, np.where(consular, h.consular_least, h.online_least)))
    urgent = ~airport & ~consular & (rng.random(n) < s["urgent_share"])
    term = np.where(consular, s["consular_working_days"], np.where(urgent, 0, s["decision_working_days"]))
    decided = np.where(
        airport,
        opens,
        np.minimum(
            working_days_after(submitted, np.maximum(term - between(rng, h.decided_early, n), 0), world.holidays),
            np.concatenate([k["opens"][used], np.full(len(extra), 2**30)]),
        ),
    )
    refused = np.arange(n) >= m
    refused &= rng.random(n) < s["refused_share"] / (s["refused_share"] + s["unused_share"])
    multiple = (rng.random(n) < h.multiple_share) & consular
    ok = (
        (submitted >= world.journeys_from - h.known_before)
        & (submitted <= world.end)
        & (submitted > people.born[person[who]])
        & (submitted < people.alive_until()[person[who]])
    )
    number = np.arange(1, n + 1)
    known = decided <= world.end
    company = k["company"][who] if "company" in k else np.full(n, -1)
    days = np.where(move, s["long_stay_days"], s["stay_days"])
    validity = np.where(multiple, h.multiple_days, s["validity_days"])
    purpose = np.where(k["purpose"][who] == journeys.purposes.index("residence"), journeys.purposes.index("private"), k["purpose"][who])
    fee = np.select([consular, airport, urgent], [s["fees"]["consulate"], s["fees"]["airport"], s["fees"]["urgent"]], s["fees"]["evisa"]).astype(float)
    granted = known & ~refused
    world.book.add(
        "visa",
        n,
        keep=ok,
        person=person[who],
        which=PASSPORT,
        shown_on=submitted,
        application_no=numbers("V", number, 9),
        channel=Words(channel, ["evisa", "airport", "consulate"]),
        visa_class="ordinary",
        entries=Words(np.where(multiple, 1, 0), ["single", "multiple"]),
        purpose=Words(purpose, journeys.purposes),
        residence_country=world.country(
            np.where(rng.random(n) < h.residence_of_citizenship, people.citizenship[person[who]], people.born_country[person[who]])
        ),
        occupation=world.choose("visas", s["occupations"], n),
        group_no=np.where((company >= 0) & ~refused, numbers("G", np.maximum(company, 0), 8), b""),
        urgent=urgent,
        submitted_on=submitted,
        decided_on=np.where(known, decided, NONE),
        decision=Words(np.where(known, refused.astype(int), -1), ["granted", "refused"]),
        valid_from_on=np.where(granted, decided, NONE),
        valid_to_on=np.where(granted, decided + validity - 1, NONE),
        stay_days=np.where(granted, days, NONE),
        fee_amount=fee,
        fee_currency=s["fees"]["currency"],
    )
    out = np.zeros(len(person), np.int64)
    out[used] = np.where(ok[:m], number[:m], 0)
    return out


def registrations(world: World, journeys: Journeys) -> None:
    """Write `registration` for stays longer than the limit in force (some late, some never), and for some shorter ones."""
    s, rng, k, people, h = world.settings["registrations"], world.rng["registrations"], journeys.kept, world.people, world.habits.registrations
    rows = np.flatnonzero((k["what"] == 0) & np.isin(k["kind"], [VISIT, MOVE]) & (k["opens"] <= world.end) & (people.national_from[k["person"]] == NONE))
    person, opens, closes = k["person"][rows], k["opens"][rows], k["closes"][rows]
    limit = world.dated(s["limits"]).on(opens).astype(np.int64)
    for code, days in s.get("limit_by_citizenship", {}).items():
        limit = np.where(people.citizenship[person] == world.number[code], days, limit)
    owes = closes - opens >= limit
    n = len(rows)
    chance = rng.random(n)
    never = chance < s["never"]
    late = ~never & (chance < s["never"] + s["late"])
    short = ~owes & (rng.random(n) < s["also_below_limit"])
    applied = np.where(short, opens + np.minimum(between(rng, h.short_after, n), closes - opens), opens + 1 + (rng.random(n) * (limit - 1)).astype(np.int64))
    applied = np.where(owes & late, opens + limit + delay(rng, h.late_by, n), applied)
    does = ((owes & ~never) | short) & (applied <= closes) & (applied <= world.end) & (applied < people.alive_until()[person])
    registered = working_days_after(applied, between(rng, h.registered_after, n), world.holidays)
    lawful = np.where(k["lawful_to"][rows] > 0, k["lawful_to"][rows], opens + s["free_days"] - 1) if "lawful_to" in k else opens + s["free_days"] - 1
    closed = rng.random(n) < s["closed"]
    closes_on = np.minimum(closes, opens + h.closed_most) + between(rng, h.closed_after, n)
    moving = k["kind"][rows] == MOVE
    reason = np.where(moving, 2, np.where(rng.random(n) < h.reason_left, 0, np.where(rng.random(n) < h.reason_moved, 1, 3)))
    hosts = world.choose("registrations", s["hosts"], n)
    own = people.region[person]
    region = np.where(own >= 0, own, world.choose_region("registrations", "foreign_regions", n))
    closed &= closes_on <= world.end
    world.book.add(
        "registration",
        n,
        keep=does,
        person=person,
        which=PASSPORT,
        shown_on=opens,
        arrived_on=opens,
        applied_on=applied,
        registered_on=np.where(registered <= world.end, registered, NONE),
        channel=world.choose("registrations", s["channels"], n),
        host_type=hosts,
        region=world.region(region),
        valid_until_on=lawful,
        deregistered_on=np.where(closed, closes_on, NONE),
        deregistration_reason=Words(np.where(closed, reason, -1), ["left", "moved", "status_change", "unknown"]),
    )
    world.book.add(
        "status",
        n,
        keep=does & (registered <= np.minimum(np.minimum(closes, lawful), np.minimum(people.alive_until()[person], world.end))),
        person=person,
        status="registered_stay",
        ground=Words(k["purpose"][rows], journeys.purposes),
        from_on=registered,
        to_on=np.minimum(np.minimum(closes, lawful), people.alive_until()[person]),
    )


@dataclass
class Found:
    """Violations found: one row each, in time."""

    person: Ints
    violation: Ints
    since: Ints
    found: Ints
    left: Ints


def violations(world: World, journeys: Journeys, movers: Movers, held: Holdings) -> None:
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
