"""Nationals who live in the country: ages, couples, children, births, marriages, addresses, contracts are told from here."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.chance import NONE, YEAR, Ints, between, day, pick, year_of
from karvan.synth.lives.people import RESIDENT
from karvan.synth.lives.world import World


def settle(world: World) -> None:
    """The people of the first day, with parents of the young and couples; then births and marriages, year by year."""
    _first_people(world)
    _first_couples(world)
    _parents_of_the_young(world)
    _years(world)


def _first_people(world: World) -> None:
    s, rng, people = world.settings["population"], world.rng["natives"], world.people
    n = round(world.residents * s["nationals_share"])
    groups = [("F", i) for i in range(21)] + [("M", i) for i in range(21)]
    drawn = pick(rng, [*s["ages"]["F"], *s["ages"]["M"]], n)
    drawn.sort()
    female = np.array([g[0] == "F" for g in groups])[drawn]
    age = np.array([g[1] * 5 for g in groups])[drawn] + rng.random(n) * 5
    order = rng.permutation(n)
    female, age = female[order], age[order]
    born = (world.start - age * YEAR).astype(np.int32)
    people.add(
        n,
        female=female,
        born=born,
        died=world.death_days("natives", female, born, np.full(n, world.start)),
        born_country=_birth_countries(world, age),
        culture=world.national,
        kind=RESIDENT,
        citizenship=world.national,
        region=world.choose_region("natives", "regions", n),
        inside_at_start=True,
        number_from=born,
        second=_second_citizenships(world, n),
    )


def _birth_countries(world: World, age: Ints) -> Ints:
    s, rng = world.settings["population"]["born_abroad"], world.rng["natives"]
    out = np.full(len(age), world.national, np.int16)
    for weights, where in ((s["under_40"], np.flatnonzero(age < 40)), (s["over_40"], np.flatnonzero(age >= 40))):
        codes = np.array([world.number[c] for c in weights] + [world.national], np.int16)
        out[where] = codes[pick(rng, [*weights.values(), 1 - sum(weights.values())], len(where))]
    return out


def _second_citizenships(world: World, n: int) -> Ints:
    s, rng = world.settings["population"], world.rng["natives"]
    return np.where(rng.random(n) < s["dual_share"], world.choose_country("natives", s["second"], n), -1).astype(np.int16)


def _match(world: World, women: Ints, men: Ints, part: str) -> tuple[Ints, Ints]:
    """Pair women with men a few years older: both sorted by age with some noise."""
    rng, people, gap, h = world.rng[part], world.people, world.settings["population"]["marriage"]["age_gap"], world.habits.families
    n = min(len(women), len(men))
    women, men = rng.permutation(women)[:n], rng.permutation(men)[:n]
    by_age_w = women[np.argsort(people.born[women] + rng.normal(0, h.couple_age_noise, n))]
    by_age_m = men[np.argsort(people.born[men] + rng.normal(0, h.couple_age_noise, n))]
    fits = np.abs(people.born[by_age_w] - people.born[by_age_m] - gap * YEAR) < h.couple_age_limit * YEAR
    return by_age_w[fits], by_age_m[fits]


def _first_couples(world: World) -> None:
    s, rng, people, h = world.settings["population"]["marriage"], world.rng["natives"], world.people, world.habits.families
    age = (world.start - people.born) / YEAR
    steps = list(s["married_at_start"].items())
    share = np.select([age < s["from_age"], *[age < limit for limit, _ in steps]], [0, *[p for _, p in steps]], 0)
    married = rng.random(len(people)) < share
    wife, husband = _match(world, np.flatnonzero(married & people.female), np.flatnonzero(married & ~people.female), "natives")
    youngest = np.maximum(people.born[wife], people.born[husband])
    since = np.minimum(
        youngest + ((s["from_age"] + rng.exponential(h.first_marriage_wait, len(wife))) * YEAR),
        world.start - 1 - between(rng, h.married_before_start, len(wife)),
    )
    world.couples.add(wife, husband, np.maximum(since, youngest + h.marriage_age * YEAR))


def _parents_of_the_young(world: World) -> None:
    """Give the young of the first day a married mother some twenty to forty years older, and her husband."""
    rng, people, couples, h = world.rng["families"], world.people, world.couples, world.habits.families
    children = np.flatnonzero(world.start - people.born < h.children_until * YEAR)
    order = np.argsort(people.born[couples.wife], kind="stable")
    mothers_born = people.born[couples.wife][order]
    wanted = people.born[children] - (
        (h.mother_age_least + np.clip(rng.gamma(h.mother_age_shape, h.mother_age_scale, len(children)), 0, h.mother_age_range)) * YEAR
    )
    low, high = np.searchsorted(mothers_born, wanted - h.mother_age_slack), np.searchsorted(mothers_born, wanted + h.mother_age_slack)
    found = high > low
    place = order[low[found] + (rng.random(found.sum()) * (high - low)[found]).astype(np.int64)]
    children = children[found]
    father_ok = people.born[children] - people.born[couples.husband[place]] > h.father_age_least * YEAR
    people.mother[children] = couples.wife[place]
    people.father[children] = np.where(father_ok, couples.husband[place], -1)
    people.region[children] = people.region[couples.wife[place]]


def _years(world: World) -> None:
    """Births and marriages from the first day to the horizon, a year at a time."""
    s, rng, people, couples, h = world.settings["population"], world.rng["natives"], world.people, world.couples, world.habits.families
    fertility, by_age = world.dated(s["total_fertility"]), np.array(s["fertility_by_age"]) / 100
    first_year = int(year_of(np.array([world.start]))[0])
    for year in range(first_year, int(year_of(np.array([world.horizon]))[0]) + 1):
        opens, closes = max(day(f"{year}-01-01"), world.start), min(day(f"{year}-12-31"), world.horizon)
        share = (closes - opens + 1) / YEAR
        dies = people.alive_until()
        # births: the yearly rate of the age group, three times higher for the married, scaled so that the whole keeps the total fertility
        age = (opens - people.born) / YEAR
        women = np.flatnonzero(people.female & (age >= 15) & (age < 50) & (dies > closes) & (people.kind == RESIDENT))
        husband_of = np.full(len(people), -1)
        lasting = (couples.ended == NONE) | (couples.ended > closes)
        husband_of[couples.wife[lasting]] = couples.husband[lasting]
        married = husband_of[women] >= 0
        group = ((age[women] - 15) // 5).astype(int)
        rate = fertility.on(np.array([opens]))[0] * by_age[group] / 5 * share
        for g in range(7):
            inside = group == g
            m = married[inside].mean() if inside.any() else 0
            rate[inside] *= np.where(married[inside], 1, h.unmarried_fertility) / max(m + h.unmarried_fertility * (1 - m), 0.05)
        mothers = women[rng.random(len(women)) < rate]
        n = len(mothers)
        born = (opens + rng.random(n) * (closes - opens)).astype(np.int32)
        female = rng.random(n) >= s["boys_share"]
        twin = np.flatnonzero(rng.random(n) < s["twins_share"])
        other = np.where(rng.random(len(twin)) < h.twins_alike, female[twin], rng.random(len(twin)) >= s["boys_share"])
        mothers, born, female = np.concatenate([mothers, mothers[twin]]), np.concatenate([born, born[twin]]), np.concatenate([female, other])
        n = len(mothers)
        fathers = np.where((husband_of[mothers] >= 0) & (dies[husband_of[mothers]] > born - h.father_alive_before_birth), husband_of[mothers], -1)
        people.add(
            n,
            female=female,
            born=born,
            died=world.death_days("natives", female, born, born),
            born_country=world.national,
            culture=world.national,
            kind=RESIDENT,
            citizenship=world.national,
            region=people.region[mothers],
            mother=mothers,
            father=fathers,
            number_from=born,
            inside_at_start=True,
        )
        # marriages and divorces
        dies = people.alive_until()
        age = (opens - people.born) / YEAR
        single = (age >= s["marriage"]["from_age"]) & (age < s["marriage"]["to_age"]) & (dies > closes) & (people.kind == RESIDENT)
        single[couples.wife[lasting]] = False
        single[couples.husband[lasting]] = False
        ready = single & (rng.random(len(people)) < s["marriage"]["yearly_rate"] * share)
        wife, husband = _match(world, np.flatnonzero(ready & people.female), np.flatnonzero(ready & ~people.female), "natives")
        couples.add(wife, husband, (opens + rng.random(len(wife)) * (closes - opens)).astype(np.int64))
        ends = np.flatnonzero(lasting)
        ends = ends[rng.random(len(ends)) < s["marriage"]["divorce_yearly"] * share]
        couples.ended[ends] = np.maximum((opens + rng.random(len(ends)) * (closes - opens)).astype(np.int64), couples.begun[ends] + h.divorce_after)
