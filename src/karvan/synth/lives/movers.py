"""People who come to live in the country: principals by ground, their families, and how long they mean to stay."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from karvan.synth.lives.chance import YEAR, Ints, between, count, delay, month_starts, pick, pick_by, repeat_index, spread
from karvan.synth.lives.people import MOVER, RESIDENT
from karvan.synth.lives.world import World

PRINCIPAL, SPOUSE, CHILD, BORN_HERE, SETTLED = range(5)


@dataclass
class Movers:
    """One row per foreigner who comes to live: columns of equal length. `lead` is the row of the principal of a family member."""

    person: Ints
    ground: Ints
    arrives: Ints
    leaves: Ints
    lead: Ints
    role: Ints

    def __len__(self) -> int:
        return len(self.person)

    def extend(self, other: Movers) -> None:
        for f in fields(self):
            setattr(self, f.name, np.concatenate([getattr(self, f.name), getattr(other, f.name)]))


def grounds(world: World) -> list[str]:
    return list(world.settings["movers"]["grounds"])


def place_of(world: World, role: str) -> int:
    """Place of the ground that the settings name for a role (`work_permit_ground`, `student_ground`, `family_ground`, `relative_ground`)."""
    return grounds(world).index(world.settings["movers"][role])


def come(world: World) -> Movers:
    """All foreigners who ever come to live, with families; adds them to the people."""
    movers = _principals(world)
    movers.extend(_settled(world))
    movers.extend(_spouses(world, movers))
    movers.extend(_children(world, movers))
    movers.extend(_born_here(world, movers))
    _marry_locals(world, movers)
    world.people.inside_at_start[movers.person[(movers.arrives < world.start) & (movers.leaves >= world.start)]] = True
    return movers


def _column(world: World, name: str) -> Ints:
    return np.array([world.settings["movers"]["grounds"][g][name] for g in grounds(world)])


def _principals(world: World) -> Movers:
    s, rng, h = world.settings["movers"], world.rng["movers"], world.habits.movers
    starts, month = month_starts(world.start - h.before_start, world.horizon)
    shares = np.array([world.settings["countries"][c]["movers"] for c in world.listed], dtype=float)
    mixes = np.array([[s["mixes"][world.settings["countries"][c]["mix"]].get(g, 0) for g in grounds(world)] for c in world.listed], dtype=float)
    mixes /= mixes.sum(axis=1, keepdims=True)
    child_mean = sum(int(k) * v for k, v in s["children"].items()) / sum(s["children"].values())
    family = 1 + (mixes * (_column(world, "spouse") + _column(world, "children") * child_mean)).sum(axis=1)
    season = np.array(s["season"]) / sum(s["season"])
    yearly = s["yearly"] * world.scale * world.density("movers") * world.dated(s["levels"]).on(starts) * season[month - 1]
    counts = count(rng, yearly[None, :] * (shares / shares.sum() / family)[:, None])
    flat = repeat_index(counts.ravel())
    country, at = flat // len(starts), flat % len(starts)
    n = len(flat)
    arrives = starts[at] + (rng.random(n) * 28).astype(np.int64)
    ground = pick_by(rng, mixes, country)
    years = np.array([s["grounds"][g]["years"] for g in grounds(world)])
    stay = spread(rng, years[ground, 0] * YEAR, years[ground, 1], n, h.stay_least, h.stay_most * YEAR)
    seasonal = (ground == place_of(world, "work_permit_ground")) & (rng.random(n) < world.settings["work"]["seasonal_share"])
    stay = np.where(seasonal, between(rng, h.seasonal_stay, n), stay)
    leaves = arrives + stay
    keep = leaves >= world.start
    country, arrives, leaves, ground = country[keep], arrives[keep], leaves[keep], ground[keep]
    n = len(country)
    age = np.empty(n, np.int64)
    for g, name in enumerate(grounds(world)):
        where = ground == g
        age[where] = world.ages("movers", s["grounds"][name]["ages"], int(where.sum()))
    female = rng.random(n) < _column(world, "women")[ground]
    born = arrives - age
    nation = np.array([world.number[c] for c in world.listed], np.int16)[country]
    kin = np.array([world.settings["countries"][c].get("kin", 0) for c in world.listed])[country]
    own_kin = rng.random(n) < kin
    person = world.people.add(
        n,
        female=female,
        born=born,
        died=world.death_days("movers", female, born, arrives),
        kind=MOVER,
        citizenship=nation,
        born_country=np.where(
            own_kin & (rng.random(n) < h.kin_born_in_country),
            world.national,
            np.where(
                rng.random(n) < h.born_elsewhere, world.choose_country("movers", {c: world.settings["countries"][c]["movers"] for c in world.listed}, n), nation
            ),
        ),
        culture=np.where(own_kin, world.national, nation),
        region=world.choose_region("movers", "foreign_regions", n),
    )
    return Movers(person, ground, arrives, leaves, np.full(n, -1), np.full(n, PRINCIPAL, np.int8))


def _settled(world: World) -> Movers:
    """Foreigners who came long before the first day and live on permanent permits."""
    s, rng, h = world.settings["movers"]["settled"], world.rng["movers"], world.habits.movers
    n = round(world.residents * s["share"])
    nation = world.choose_country("movers", s["by"], n)
    female = rng.random(n) < s["women"]
    born = world.start - world.ages("movers", s["ages"], n)
    arrives = np.maximum(world.start - between(rng, h.settled_arrived_before, n), born + 1)
    leaves = world.start + (rng.exponential(1 / s["leave_yearly"], n) * YEAR).astype(np.int64) + h.settled_leave_after
    kin = np.array([world.settings["countries"].get(c, {}).get("kin", 0) for c in world.countries])[nation]
    person = world.people.add(
        n,
        female=female,
        born=born,
        died=world.death_days("movers", female, born, np.full(n, world.start)),
        kind=MOVER,
        citizenship=nation,
        born_country=nation,
        culture=np.where(rng.random(n) < kin, world.national, nation),
        region=world.choose_region("movers", "foreign_regions", n),
        number_from=np.maximum(arrives + h.settled_permanent_after, born),
    )
    ground = np.full(n, grounds(world).index(world.settings["movers"]["relative_ground"]))
    return Movers(person, ground, arrives, leaves, np.full(n, -1), np.full(n, SETTLED, np.int8))


def _family(world: World, movers: Movers, lead: Ints, role: int, female: Ints, born: Ints, **more: Any) -> Movers:
    """Family members of these principals: some come with them, the others later."""
    s, rng, people, h = world.settings["movers"], world.rng["families"], world.people, world.habits.movers
    lag = np.where(rng.random(len(lead)) < s["family_lag"]["together"], 0, delay(rng, s["family_lag"], len(lead)))
    arrives = np.maximum(movers.arrives[lead] + lag, born + h.newborn_waits)
    leaves = np.where(rng.random(len(lead)) < h.leaves_together, movers.leaves[lead], movers.leaves[lead] - between(rng, h.leaves_earlier, len(lead)))
    keep = (leaves - arrives > h.family_stay_least) & (people.alive_until()[movers.person[lead]] > arrives) & (leaves >= world.start)
    lead, arrives, leaves, female, born = (a[keep] for a in (lead, arrives, leaves, female, born))
    columns = {k: v[keep] for k, v in more.items()}
    leader = movers.person[lead]
    person = world.people.add(
        len(lead),
        female=female,
        born=born,
        died=world.death_days("families", female, born, arrives),
        kind=MOVER,
        citizenship=people.citizenship[leader],
        born_country=people.citizenship[leader],
        culture=people.culture[leader],
        region=people.region[leader],
        **columns,
    )
    return Movers(person, np.full(len(lead), grounds(world).index(s["family_ground"])), arrives, leaves, lead, np.full(len(lead), role, np.int8))


def _spouses(world: World, movers: Movers) -> Movers:
    rng, people, h = world.rng["families"], world.people, world.habits.movers
    share = _column(world, "spouse")[movers.ground]
    age = (movers.arrives - people.born[movers.person]) / YEAR
    lead = np.flatnonzero((movers.role == PRINCIPAL) & (age > h.spouse_from_age) & (rng.random(len(movers)) < share))
    female = ~people.female[movers.person[lead]]
    born = people.born[movers.person[lead]] + np.where(female, 1, -1) * between(rng, h.spouse_age_gap, len(lead))
    born = np.minimum(born, movers.arrives[lead] - h.spouse_age_least * 365)
    added = _family(world, movers, lead, SPOUSE, female, born)
    leader = movers.person[added.lead]
    wed = np.maximum(
        np.maximum(people.born[leader], people.born[added.person]) + h.wed_age, movers.arrives[added.lead] - between(rng, h.wed_before_arrival, len(leader))
    )
    wife = np.where(people.female[added.person], added.person, leader)
    world.couples.add(wife, np.where(people.female[added.person], leader, added.person), np.minimum(wed, added.arrives).astype(np.int64))
    return added


def _children(world: World, movers: Movers) -> Movers:
    s, rng, people, h = world.settings["movers"], world.rng["families"], world.people, world.habits.movers
    age = (movers.arrives - people.born[movers.person]) / YEAR
    wants = (movers.role == PRINCIPAL) & (age > h.parent_from_age) & (rng.random(len(movers)) < _column(world, "children")[movers.ground])
    spouse = np.full(len(movers), -1)
    is_spouse = np.flatnonzero(movers.role == SPOUSE)
    spouse[movers.lead[is_spouse]] = movers.person[is_spouse]
    wants &= (spouse >= 0) | people.female[movers.person]
    parents = np.flatnonzero(wants)
    sizes = np.array([int(k) for k in s["children"]])[pick(rng, list(s["children"].values()), len(parents))]
    lead = np.repeat(parents, sizes)
    order = np.concatenate([np.arange(k) for k in sizes]) if len(sizes) else np.empty(0, int)
    leader, other = movers.person[lead], spouse[lead]
    mother = np.where(people.female[leader], leader, other)
    father = np.where(people.female[leader], other, leader)
    youngest = np.maximum(people.born[mother], np.where(father >= 0, people.born[father], -(10**6)))
    born = np.maximum(movers.arrives[lead] - between(rng, h.child_born_before, len(lead)), youngest + h.parent_age_least * 365) + order * h.sibling_gap
    born = np.minimum(np.minimum(born, movers.arrives[lead] + h.newborn_waits), people.born[mother] + h.mother_age_most)
    ok = born < np.minimum(people.alive_until()[mother], np.where(father >= 0, people.alive_until()[father], 2**30))
    return _family(
        world, movers, lead[ok], CHILD, (rng.random(len(lead)) < world.habits.families.girls_share)[ok], born[ok], mother=mother[ok], father=father[ok]
    )


def _born_here(world: World, movers: Movers) -> Movers:
    """Children born in the country to foreign couples who live there."""
    s, rng, people, h = world.settings["movers"], world.rng["families"], world.people, world.habits.movers
    rows = np.flatnonzero(movers.role == SPOUSE)
    lead = movers.lead[rows]
    wife_is_spouse = people.female[movers.person[rows]]
    mother = np.where(wife_is_spouse, movers.person[rows], movers.person[lead])
    father = np.where(wife_is_spouse, movers.person[lead], movers.person[rows])
    opens = np.maximum(np.maximum(movers.arrives[rows], movers.arrives[lead]), world.start) + h.births_begin
    closes = np.minimum(np.minimum(movers.leaves[rows], movers.leaves[lead]), world.horizon)
    years = np.maximum(closes - opens, 0) / YEAR
    births = rng.poisson(np.minimum(years, h.births_years_most) * s["birth_yearly"])
    again = np.repeat(np.arange(len(rows)), np.minimum(births, h.births_most))
    born = (opens[again] + rng.random(len(again)) * (closes - opens)[again]).astype(np.int64)
    age = (born - people.born[mother[again]]) / YEAR
    dies = np.minimum(people.alive_until()[mother[again]], people.alive_until()[father[again]])
    ok = (age > h.parent_age_least) & (age < h.birth_age_most) & (dies > born + 1)
    first = np.full(len(rows), -(10**6))
    for place in np.flatnonzero(ok):  # a few hundred births: keep a year between siblings
        if born[place] - first[again[place]] < h.birth_gap_least and born[place] >= first[again[place]] - h.birth_gap_least:
            ok[place] = False
        else:
            first[again[place]] = born[place]
    again, born = again[ok], born[ok]
    n = len(born)
    female = rng.random(n) < world.habits.families.girls_share
    head = movers.person[lead[again]]
    person = people.add(
        n,
        female=female,
        born=born,
        died=world.death_days("families", female, born, born),
        kind=MOVER,
        citizenship=people.citizenship[head],
        born_country=world.national,
        culture=people.culture[head],
        region=people.region[head],
        mother=mother[again],
        father=father[again],
    )
    leaves = np.minimum(movers.leaves[rows[again]], movers.leaves[lead[again]])
    people.inside_at_start[person] = True  # inside from birth: their first crossing, if any, is outward
    ground = np.full(n, grounds(world).index(s["family_ground"]))
    return Movers(person, ground, born, np.maximum(leaves, born + h.newborn_stays), lead[again], np.full(n, BORN_HERE, np.int8))


def _marry_locals(world: World, movers: Movers) -> None:
    """Some single movers marry a citizen, mostly those who came as relatives of one."""
    s, rng, people, h = world.settings["movers"], world.rng["families"], world.people, world.habits.movers
    taken = np.zeros(len(people), bool)
    couples = world.couples
    taken[couples.wife] = True
    taken[couples.husband] = True
    relative = movers.ground == grounds(world).index(s["relative_ground"])
    age = (movers.arrives - people.born[movers.person]) / YEAR
    wants = (
        (movers.role == PRINCIPAL)
        & ~taken[movers.person]
        & (age > h.marries_from_age)
        & (age < h.marries_until_age)
        & (rng.random(len(movers)) < np.where(relative, h.relative_marries, s["local_marriage_share"]))
    )
    rows = np.flatnonzero(wants & (movers.arrives > world.start - h.marries_came_after))
    locals_ = np.flatnonzero((people.kind == RESIDENT) & (people.citizenship == world.national) & ~taken[: len(people)])
    for women in (True, False):
        mine = rows[people.female[movers.person[rows]] == women]
        theirs = locals_[people.female[locals_] != women]
        theirs = theirs[np.argsort(people.born[theirs], kind="stable")]
        mine = mine[np.argsort(people.born[movers.person[mine]], kind="stable")]
        place = np.searchsorted(people.born[theirs], people.born[movers.person[mine]])
        place = _one_each(place, len(theirs))
        ok = place >= 0
        me, they = movers.person[mine[ok]], theirs[place[ok]]
        wed = movers.arrives[mine[ok]] + np.where(relative[mine[ok]], -between(rng, h.relative_wed_before, ok.sum()), between(rng, h.wed_after, ok.sum()))
        good = np.abs(people.born[me] - people.born[they]) < world.habits.families.couple_age_limit * YEAR
        good &= (wed > people.born[they] + h.local_wed_age) & (wed > people.born[me] + h.local_wed_age)
        good &= (wed < people.alive_until()[they]) & (wed < people.alive_until()[me]) & (wed < movers.leaves[mine[ok]])
        me, they, wed = me[good], they[good], wed[good]
        couples.add(np.where(women, me, they), np.where(women, they, me), wed.astype(np.int64))


def _one_each(place: Ints, size: int) -> Ints:
    """Distinct places: each at or after the one wanted, in order; -1 where none is left."""
    shifted = place - np.arange(len(place))
    distinct = np.maximum.accumulate(shifted) + np.arange(len(place)) if len(place) else place
    return np.where(distinct < size, distinct, -1)
