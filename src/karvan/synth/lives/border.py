"""Crossings as records: the document shown, the visa behind the entry, who was turned back, what the register cannot see; customs declarations."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.book import NATIONAL, PASSPORT, RETURN_PAPER, SECOND, TRAVEL, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, count, delay, numbers, pick
from karvan.synth.lives.journeys import AIR, Journeys
from karvan.synth.lives.papers import keeps_old
from karvan.synth.lives.world import MODES, World


def cross(world: World, journeys: Journeys, crossings: dict[str, Ints], visa_no: Ints, readmitted: Ints) -> None:
    """Write `crossing`: admitted crossings, and attempts refused. `visa_no` and `readmitted` are per interval."""
    rng, people = world.rng["border"], world.people
    inside_time = crossings["day"] <= world.end
    c = {k: v[inside_time] for k, v in crossings.items()}
    n, person = len(c["day"]), c["person"]
    which = document_shown(world, person, c["day"], c["inward"], readmitted[c["interval"]])
    own_visa = c["inward"] & (visa_no[c["interval"]] > 0) & (c["what"] == 0)
    u = world.settings["journeys"]["unseen"]
    land = c["mode"] != AIR
    hidden = np.where(land, np.where(c["inward"], u["land_in"], u["land_out"]), u["other"])
    hidden = np.maximum(hidden, np.where(c["day"] - people.born[person] < u["child_age"] * YEAR, u["child"], 0))
    _write(
        world,
        journeys,
        person,
        which,
        c["day"],
        c["second"],
        c["inward"],
        c["mode"],
        c["point"],
        c["purpose"],
        np.where(own_visa, visa_no[c["interval"]], 0),
        np.zeros(n, bool),
        np.full(n, -1),
        rng.random(n) >= hidden,
    )
    _refused(world, journeys)


def document_shown(world: World, person: Ints, days: Ints, inward: Ints, sent_back: Ints) -> Ints:
    """Which document: dual nationals change between theirs, naturalised people move to the new one, refugees to the travel document."""
    rng, people, h = world.rng["border"], world.people, world.habits.border
    which = np.full(len(person), PASSPORT)
    chance = rng.random(len(person))
    dual = people.second[person] >= 0
    lives_abroad = people.kind[person] == 2
    gave_up = world.lost_on()[person]
    which = np.where(
        dual
        & (days >= world.second_from()[person])
        & ((chance < np.where(lives_abroad, h.second_passport_abroad, h.second_passport_here)) | ((gave_up != NONE) & (days >= gave_up))),
        SECOND,
        which,
    )
    national = (people.national_from[person] != NONE) & (days >= people.national_from[person] + h.new_passport_after)
    keeps = keeps_old(world)[person]
    which = np.where(national & ~(keeps & (chance < h.old_passport_share)), NATIONAL, which)
    refugee = (people.refugee_from[person] != NONE) & (days >= people.refugee_from[person])
    which = np.where(refugee, TRAVEL, which)
    return np.where(sent_back & inward, RETURN_PAPER, which)


def shown_citizenship(world: World, person: Ints, which: Ints) -> Ints:
    people = world.people
    return np.select([which == SECOND, np.isin(which, [NATIONAL, RETURN_PAPER])], [people.second[person], world.national], people.citizenship[person])


def _write(
    world: World,
    journeys: Journeys,
    person: Ints,
    which: Ints,
    days: Ints,
    seconds: Ints,
    inward: Ints,
    mode: Ints,
    point: Ints,
    purpose: Ints,
    visa: Ints,
    refused: Ints,
    ground: Ints,
    seen: Ints,
) -> None:
    s, rng = world.settings["journeys"], world.rng["border"]
    n = len(person)
    carriers = [f"{code}{100 + k}" for m in s["carriers"] for code in s["carriers"][m]["codes"] for k in range(s["carriers"][m]["numbers"])]
    first, at = {}, 0
    for m in s["carriers"]:
        first[m] = (at, len(s["carriers"][m]["codes"]) * s["carriers"][m]["numbers"])
        at += first[m][1]
    carrier = np.full(n, -1)
    for m, (begin, size) in first.items():
        where = mode == MODES.index(m)
        carrier[where] = begin + (rng.random(int(where.sum())) * size).astype(int)
    stated = np.where(rng.random(n) < world.habits.border.purpose_stated, purpose, -1)
    residence = journeys.purposes.index("residence")
    world.book.add(
        "crossing",
        n,
        person=person,
        which=which,
        shown_on=days,
        direction=Words(inward.astype(int), ["out", "in"]),
        crossed_at=days.astype(np.int64) * 86400 + seconds,
        crossed_on=days,
        bcp=Words(point, [p["code"] for p in s["points"]]),
        mode=Words(mode, MODES),
        carrier=Words(carrier, carriers),
        doc_type=True,
        purpose=Words(np.where(stated == residence, -1, stated), journeys.purposes),
        visa_no=np.where(visa > 0, numbers("V", np.maximum(visa, 0), 9), b""),
        decision=Words(refused.astype(int), ["admitted", "refused"]),
        refusal_ground=Words(ground, list(world.settings["visitors"]["refusal_grounds"])),
        citizenship=world.country(shown_citizenship(world, person, which)),
        seen=seen,
    )


def _refused(world: World, journeys: Journeys) -> None:
    """Attempts turned back: visitors some days before or long after a visit, and banned people who try again."""
    s, rng, k = world.settings["visitors"], world.rng["border"], journeys.kept
    visits = np.flatnonzero((k["kind"] == 0) & (k["what"] == 0))
    n = int(count(rng, np.array([len(visits) * s["refused_share"]]))[0])
    pickd = visits[rng.integers(0, len(visits), n)]
    person, days = k["person"][pickd], k["opens"][pickd] - delay(rng, world.habits.border.refused_before, n)
    ground = pick(rng, list(s["refusal_grounds"].values()), n)
    again = world.bans["on"] < world.bans["until"]
    banned, when = world.bans["person"][again], world.bans["on"][again]
    person, days = np.concatenate([person, banned]), np.concatenate([days, when])
    ground = np.concatenate([ground, np.full(len(banned), list(s["refusal_grounds"]).index("H"))])
    mode_point = np.concatenate([pickd, visits[rng.integers(0, len(visits), len(banned))]])
    ok = (
        (days >= world.journeys_from)
        & (days <= world.end)
        & ~journeys.inside_on(person, days)
        & ~journeys.inside_on(person, days - 1)
        & (days < world.people.alive_until()[person])
        & (days > world.people.born[person])
    )
    person, days, ground, mode_point = person[ok], days[ok], ground[ok], mode_point[ok]
    m = len(person)
    if m:
        _write(
            world,
            journeys,
            person,
            np.full(m, PASSPORT),
            days,
            rng.integers(0, 86400, m),
            np.ones(m, bool),
            k["in_mode"][mode_point],
            k["in_point"][mode_point],
            k["purpose"][mode_point],
            np.zeros(m, np.int64),
            np.ones(m, bool),
            ground,
            np.ones(m, bool),
        )


def declare(world: World, crossings: dict[str, Ints]) -> None:
    """Customs declarations of a share of the travellers."""
    s, rng = world.settings["border"], world.rng["border"]
    at = np.flatnonzero((crossings["day"] <= world.end) & (crossings["day"] >= world.journeys_from) & (rng.random(len(crossings["day"])) < s["declared_share"]))
    n = len(at)
    days = crossings["day"][at]
    goods = world.choose("border", s["goods"], n)
    is_vehicle = (np.array([g == "vehicle" for g in goods.names])[goods.codes]) & (crossings["mode"][at] == MODES.index("road")) & crossings["inward"][at]
    amount = np.round(np.exp(np.log(s["amounts"]["median"]) + s["amounts"]["sigma"] * rng.standard_normal(n)), 0)
    world.book.add(
        "declaration",
        n,
        person=crossings["person"][at],
        which=PASSPORT,
        shown_on=days,
        declared_on=days,
        bcp=Words(crossings["point"][at], [p["code"] for p in world.settings["journeys"]["points"]]),
        direction=Words(crossings["inward"][at].astype(int), ["out", "in"]),
        amount=amount,
        currency=world.choose("border", s["currencies"], n),
        goods_class=Words(np.where(np.array([g == "cash" for g in goods.names])[goods.codes], -1, goods.codes), goods.names),
        vehicle_due_on=np.where(is_vehicle, days + world.habits.border.vehicle_days, NONE),
    )
