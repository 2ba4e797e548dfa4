"""What registers of persons hold: people, addresses, marriages, civil status acts, the population register."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.book import IDENTITY, PASSPORT, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, delay, numbers
from karvan.synth.lives.journeys import ABSENCE, STAY, Journeys
from karvan.synth.lives.movers import BORN_HERE, Movers
from karvan.synth.lives.people import KINDS, RESIDENT
from karvan.synth.lives.world import World


def write_people(world: World) -> None:
    p, book, n = world.people, world.book, len(world.people)
    book.add(
        "people",
        n,
        person=np.arange(n),
        sex=Words(p.female.astype(int), ["M", "F"]),
        born_on=p.born,
        born_country=world.country(p.born_country),
        died_on=np.where(p.died <= world.end, p.died, NONE),
        culture=world.country(p.culture),
        mother_no=np.where(p.mother >= 0, p.mother.astype(np.int64) + 1, NONE),
        father_no=np.where(p.father >= 0, p.father.astype(np.int64) + 1, NONE),
        kind=Words(p.kind, KINDS),
        keep=p.born <= world.end,
    )


def unions(world: World) -> None:
    """Marriages with their ends, and the civil acts of marriage, divorce, birth and death."""
    couples, p, rng = world.couples, world.people, world.rng["register"]
    death = np.minimum(p.alive_until()[couples.wife], p.alive_until()[couples.husband])
    divorced = (couples.ended != NONE) & (couples.ended < death)
    ends = np.where(divorced, couples.ended, death)
    keep = (couples.begun <= world.end) & (couples.begun < death)
    order = np.lexsort((couples.wife, couples.begun))
    order = order[keep[order]]
    wife, husband, begun, ends, divorced = couples.wife[order], couples.husband[order], couples.begun[order], ends[order], divorced[order]
    world.book.add("unions", len(order), person_a=wife + 1, person_b=husband + 1, from_on=begun, to_on=np.where(ends <= world.end, ends, NONE))
    here = (p.kind[wife] == RESIDENT) | (p.kind[husband] == RESIDENT)
    in_time = here & (begun >= world.start)
    for spouse in (wife, husband):
        acts(world, spouse[in_time], "marriage", begun[in_time], rng)
        over = here & divorced & (ends >= world.start) & (ends <= world.end)
        acts(world, spouse[over], "divorce", ends[over], rng)


def acts(world: World, person: Ints, event: str, on: Ints, rng: np.random.Generator, abroad: Ints | None = None, mother_resident: Ints | None = None) -> None:
    """Write civil status acts of one kind. Births and deaths are registered some days later, the others on the day."""
    lag = world.settings["population"]["registration_lag"]
    n = len(person)
    registered = on + (0 if event in ("marriage", "divorce", "name_change") else delay(rng, lag, n))
    region = np.where(world.people.region[person] >= 0, world.people.region[person], world.regions.index(world.settings["capital_region"]))
    first = sum(r["_n"] for r in world.book.rows["civil_event"])
    abroad = np.zeros(n, bool) if abroad is None else abroad
    more = {} if mother_resident is None else {"mother_resident": mother_resident}
    world.book.add(
        "civil_event",
        n,
        keep=(on <= world.end) & (registered <= world.end),
        person=person,
        which=np.where(world.people.citizenship[person] == world.national, IDENTITY, PASSPORT),
        shown_on=on,
        act_no=numbers("CA", first + np.arange(1, n + 1), 8),
        event=event,
        event_on=on,
        registered_on=registered,
        region=world.region(np.where(abroad, -1, region)),
        registered_abroad=abroad,
        **more,
    )


def births_and_deaths(world: World, journeys: Journeys, movers: Movers) -> None:
    p, rng = world.people, world.rng["register"]
    born_abroad = world.born_abroad
    here = np.flatnonzero(
        (p.born >= world.start) & (p.born <= world.end) & ((p.kind == RESIDENT) | np.isin(np.arange(len(p)), movers.person[movers.role == BORN_HERE]))
    )
    abroad = np.isin(here, born_abroad)
    registered = ~abroad | (rng.random(len(here)) < world.settings["population"]["born_registered_abroad"])
    here, abroad = here[registered], abroad[registered]
    acts(world, here, "birth", p.born[here], rng, abroad, ~abroad)
    dead = np.flatnonzero((p.died != NONE) & (p.died <= world.end) & (p.died >= world.start))
    inside = journeys.inside_on(dead, p.died[dead])
    national = (p.kind[dead] == RESIDENT) | (p.citizenship[dead] == world.national)
    known_abroad = ~inside & national & (rng.random(len(dead)) < world.habits.registers.death_abroad_known)
    chosen = inside | known_abroad
    acts(world, dead[chosen], "death", p.died[dead[chosen]], rng, known_abroad[chosen])


def population_register(world: World, journeys: Journeys) -> None:
    """Write `resident`, `addresses`: nationals where they are registered, which emigration seldom changes."""
    p, s, rng, k, h = world.people, world.settings["emigration"], world.rng["register"], journeys.kept, world.habits.registers
    n = len(p)
    couples = world.couples
    marital = np.zeros(n, int)
    for who, partner in ((couples.wife, couples.husband), (couples.husband, couples.wife)):
        ok = couples.begun <= world.end
        state = np.where(couples.ended[ok] != NONE, np.where(couples.ended[ok] <= world.end, 2, 1), np.where(p.alive_until()[partner[ok]] <= world.end, 3, 1))
        marital[who[ok]] = state
    natural = (p.national_from != NONE) & (p.national_from <= world.end)
    born_abroad = np.zeros(n, bool)
    born_abroad[world.born_abroad] = True
    returned = np.flatnonzero((k["what"] == STAY) & (k["kind"] == 5) & (k["opens"] <= world.end))
    since = np.where(p.kind == RESIDENT, p.born.astype(np.int64), NONE)
    since = np.where(natural, p.national_from, since)
    since[born_abroad] = NONE
    origin = np.full(n, -1)
    since[k["person"][returned]] = k["opens"][returned] + between(rng, h.return_registered, len(returned))
    origin[k["person"][returned]] = k["country"][returned]
    moved = np.where(
        rng.random(n) < s_moves(world) * np.clip((world.end - np.maximum(world.start, since)) / YEAR, 0, 15),
        np.maximum(world.start, since)
        + h.move_after
        + (rng.random(n) * np.maximum(world.end - np.maximum(world.start, since) - 2 * h.move_after, 1)).astype(np.int64),
        NONE,
    )
    new_region = world.choose_region("register", "regions", n)
    away = np.flatnonzero((k["what"] == ABSENCE) & (k["kind"] == 3) & (k["opens"] <= world.end))
    tells = away[rng.random(len(away)) < s["deregister_share"]]
    until, next_country, again = np.full(n, NONE), np.full(n, -1), np.full(n, NONE)
    until[k["person"][tells]] = k["opens"][tells] + between(rng, h.emigration_told, len(tells))
    next_country[k["person"][tells]] = k["country"][tells]
    back = np.where(k["closes"][tells] <= world.end, k["closes"][tells] + between(rng, h.back_registered, len(tells)), NONE)
    again[k["person"][tells]] = back
    moved = np.where(until != NONE, NONE, moved)
    moved = np.where((moved != NONE) & (moved < p.alive_until()), moved, NONE)
    who = np.flatnonzero((since != NONE) & (since <= world.end) & (since < p.alive_until()))
    died = np.where(p.died <= world.end, p.died, NONE)
    region = p.region.astype(np.int64)
    region[who] = np.where(region[who] >= 0, region[who], world.choose_region("register", "regions", len(who)))
    marital_words = ["single", "married", "divorced", "widowed"]

    def write(rows: Ints, since_on: Ints, until_on: Ints, where: Ints, previous: Ints, following: Ints, reason: Words) -> None:
        ok = (since_on <= world.end) & (since_on < p.alive_until()[rows])
        age = (world.end - p.born[rows]) / YEAR
        world.book.add(
            "resident",
            len(rows),
            keep=ok,
            person=rows,
            which=IDENTITY,
            shown_on=np.maximum(since_on, p.born[rows] + 1),
            since_on=since_on,
            until_on=np.where(until_on <= world.end, until_on, NONE),
            region=world.region(where),
            previous_country=world.country(previous),
            next_country=world.country(following),
            reason=reason,
            marital_status=Words(np.where(age >= h.marital_from_age, marital[rows], 0), marital_words),
            died_on=died[rows],
        )
        closes = np.where(until_on != NONE, until_on, died[rows])
        world.book.add(
            "addresses",
            len(rows),
            keep=ok,
            person=rows,
            region=world.region(where),
            from_on=np.maximum(since_on, p.born[rows]),
            to_on=np.where((closes != NONE) & (closes <= world.end), closes, NONE),
        )

    reasons = ["birth", "naturalisation", "return", "move", "emigration"]
    why = np.where(natural[who], 1, np.where(origin[who] >= 0, 2, np.where(until[who] != NONE, 4, 0)))
    write(
        who,
        since[who],
        np.where(moved[who] != NONE, moved[who], until[who]),
        region[who],
        origin[who],
        np.where(until[who] != NONE, next_country[who], -1),
        Words(why, reasons),
    )
    movers_ = who[moved[who] != NONE]
    write(
        movers_,
        moved[movers_],
        np.full(len(movers_), NONE),
        new_region[movers_],
        np.full(len(movers_), -1),
        np.full(len(movers_), -1),
        Words(np.full(len(movers_), 3), reasons),
    )
    home = who[(again[who] != NONE) & (until[who] != NONE)]
    write(home, again[home], np.full(len(home), NONE), region[home], next_country[home], np.full(len(home), -1), Words(np.full(len(home), 2), reasons))


def s_moves(world: World) -> float:
    return float(world.settings["population"]["internal_moves_yearly"])


def foreign_addresses(world: World, movers: Movers) -> None:
    p = world.people
    closes = np.minimum(movers.leaves, p.alive_until()[movers.person])
    national = p.national_from[movers.person]
    closes = np.where((national != NONE) & (national < closes), national - 1, closes)
    keep = (movers.arrives <= world.end) & (closes >= world.start) & (closes > movers.arrives)
    world.book.add(
        "addresses",
        len(movers),
        keep=keep,
        person=movers.person,
        region=world.region(p.region[movers.person]),
        from_on=movers.arrives,
        to_on=np.where(closes <= world.end, closes, NONE),
    )
