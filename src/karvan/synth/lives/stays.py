"""What agencies hear of stays: visas before them, registrations within them."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.book import PASSPORT, Words
from karvan.synth.lives.chance import NONE, Ints, between, delay, numbers, working_days_after
from karvan.synth.lives.journeys import Journeys
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
