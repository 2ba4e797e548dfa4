"""Foreign visitors: who comes, how often, in which season, for what, for how long, and who stays beyond the lawful end."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.chance import Ints, between, count, day, delay, month_starts, pick_by, repeat_index, spread
from karvan.synth.lives.journeys import STAY, Journeys
from karvan.synth.lives.people import VISITOR
from karvan.synth.lives.world import World


def visit(world: World, journeys: Journeys) -> None:
    """Plan all visits of foreigners and write them into the journeys (kind `visit`, with `lawful_to` and `company`)."""
    s, rng = world.settings["visitors"], world.rng["visitors"]
    country, opens = _arrivals(world)
    person = _who(world, country)
    parties = list(s["purposes"])
    names = sorted({p for party in parties for p in s["purposes"][party]})
    table = np.array([[s["purposes"][party].get(p, 0) for p in names] for party in parties], dtype=float)
    party_of = np.array([parties.index(world.settings["countries"][c]["party"]) for c in world.listed])
    purpose = pick_by(rng, table, party_of[country])
    n = len(person)
    median = np.array([s["lengths"][p][0] for p in names])[purpose]
    sigma = np.array([s["lengths"][p][1] for p in names])[purpose]
    allowed = allowed_days(world, np.array([world.number[c] for c in world.listed])[country], opens)
    nights = np.minimum(spread(rng, median, sigma, n, 0, world.habits.visitors.nights_most), allowed - 1)
    nights = np.where(rng.random(n) < s["day_trip_share"], 0, nights)
    student = np.array([p == "education" for p in names])[purpose]
    overstays = rng.random(n) < np.where(student, s["student_overstay_share"], s["overstay_share"])
    beyond = delay(rng, s["overstay_days"], n)
    nights = np.where(overstays, allowed - 1 + beyond, nights)
    numbers = np.array([journeys.purposes.index(p) for p in names])[purpose]
    nation = np.array([world.number[c] for c in world.listed])[country]
    order = np.lexsort((opens, person))  # companions are drawn among neighbours, so work in a fixed order
    person, opens, nights, numbers, nation, allowed, country = (a[order] for a in (person, opens, nights, numbers, nation, allowed, country))
    shared = _together(world, person, nation, country, opens, nights, numbers)
    journeys.add("visitors", STAY, "visit", person, opens, opens + nights, nation, numbers, lawful_to=opens + allowed - 1, **shared)


def _arrivals(world: World) -> tuple[Ints, Ints]:
    """Citizenship (place in the pack's list) and day of every arrival."""
    s, rng = world.settings["visitors"], world.rng["visitors"]
    starts, month = month_starts(world.journeys_from, world.horizon)
    closed_from = min(day(str(c["from"])) for c in world.settings["journeys"]["closures"]) if world.settings["journeys"]["closures"] else world.horizon
    shares = np.array([world.settings["countries"][c]["visits"] for c in world.listed], dtype=float)
    shares /= shares.sum(axis=0)
    season = np.array([s["seasons"][world.settings["countries"][c]["season"]] for c in world.listed], dtype=float)
    season /= season.sum(axis=1, keepdims=True)
    yearly = s["arrivals_yearly"] * world.scale * world.density("visitors") * world.dated(s["levels"]).on(starts)
    expected = yearly[None, :] * season[:, month - 1] * np.where(starts >= closed_from, shares[:, 1:], shares[:, :1])
    counts = count(rng, expected)
    flat = repeat_index(counts.ravel())
    country, at = flat // len(starts), flat % len(starts)
    length = np.diff(np.append(starts, starts[-1] + 31))
    return country, np.maximum(starts[at] + (rng.random(len(flat)) * length[at]).astype(np.int64), world.journeys_from)


def _who(world: World, country: Ints) -> Ints:
    """The person behind each visit: a few come often, most once or twice. Adds the visitors to the people."""
    s, rng, h = world.settings["visitors"], world.rng["visitors"], world.habits.visitors
    visits = np.bincount(country, minlength=len(world.listed))
    pool = np.maximum(np.ceil(visits / s["visits_per_person"]), 1).astype(np.int64)
    home = repeat_index(pool)
    weight = np.exp(s["repeat_spread"] * rng.standard_normal(len(home)))
    first = np.concatenate([[0], np.cumsum(pool)])
    total = np.concatenate([[0], np.cumsum(weight)])
    drawn = total[first[country]] + rng.random(len(country)) * (total[first[country + 1]] - total[first[country]])
    member = np.clip(np.searchsorted(total, drawn, side="right") - 1, first[country], first[country + 1] - 1)
    used = np.unique(member)
    n = len(used)
    women = np.array([world.settings["countries"][c]["women"] for c in world.listed])
    kin = np.array([world.settings["countries"][c].get("kin", 0) for c in world.listed])
    nation = np.array([world.number[c] for c in world.listed], np.int16)[home[used]]
    female = rng.random(n) < women[home[used]]
    born = (world.deliveries_from + h.ages_after - world.ages("visitors", s["ages"], n)).astype(np.int32)
    latest = world.journeys_from - h.born_before
    born = np.where(born > latest, latest - between(rng, h.born_earlier, n), born)
    ids = world.people.add(
        n,
        female=female,
        born=born,
        died=world.death_days("visitors", female, born, np.full(n, world.journeys_from)),
        kind=VISITOR,
        citizenship=nation,
        born_country=np.where(
            rng.random(n) < h.born_at_home,
            nation,
            np.where(
                rng.random(n) < kin[home[used]],
                world.national,
                world.choose_country("visitors", {c: world.settings["countries"][c]["movers"] for c in world.listed}, n),
            ),
        ),
        culture=np.where(rng.random(n) < kin[home[used]], world.national, nation),
    )
    place = np.full(len(home), -1)
    place[used] = ids
    return place[member]


def allowed_days(world: World, nation: Ints, opens: Ints) -> Ints:
    """Days of lawful stay on entry: the visa's, or the visa-free limit, for each citizenship."""
    free, visa = world.settings["registrations"]["free_days"], world.settings["visas"]["stay_days"]
    days = np.full(len(world.countries), free)
    for code, entry in world.settings["countries"].items():
        days[world.number[code]] = entry.get("free_days", free if entry["visa"] == "free" else visa)
    return days[nation]


def _together(world: World, person: Ints, nation: Ints, country: Ints, opens: Ints, nights: Ints, purpose: Ints) -> dict[str, Ints]:
    """Make some visits repeat the visit before in the list of their country and month: same days, way and group."""
    from karvan.synth.lives.journeys import ways

    rng, h = world.rng["visitors"], world.habits.visitors
    n = len(person)
    by_day = np.lexsort((person, opens // h.companions_within, country))
    joined = rng.random(n) < world.settings["visitors"]["companions"]
    joined[0] = False
    same = np.zeros(n, bool)
    same[1:] = (
        (country[by_day][1:] == country[by_day][:-1])
        & (person[by_day][1:] != person[by_day][:-1])
        & (np.abs(opens[by_day][1:] - opens[by_day][:-1]) <= h.companions_within)
    )
    follows = joined & same
    leader_place = np.maximum.accumulate(np.where(follows, 0, np.arange(n)))
    leader = by_day[leader_place]
    company = np.full(n, -1, np.int64)
    group_size = np.bincount(leader_place, minlength=n)
    grouped = group_size[leader_place] > 1
    company[by_day[grouped]] = leader_place[grouped]
    way = ways(world, "visitors", nation, opens, opens + nights)
    second = rng.integers(0, 86400, n)
    target = by_day[follows]
    source = leader[follows]
    for values in (opens, nights, purpose, second, *way.values()):
        values[target] = values[source]
    second = np.where(nights == 0, second // 3, second)
    second[target] = np.minimum(second[target] + 1 + between(rng, h.companions_apart, len(target)), 86000)
    return {"company": company, "second": second, **way}
