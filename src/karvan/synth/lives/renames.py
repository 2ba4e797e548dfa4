"""Changes of name: wives who take their husband's family name, and citizens who give theirs another form; the act, and new papers after it."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.book import Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, delay
from karvan.synth.lives.people import RESIDENT
from karvan.synth.lives.registers import acts
from karvan.synth.lives.world import World

CAUSES = ["marriage", "reform"]


def change_names(world: World) -> None:
    """Write `name_changes` and, for citizens who live here, the acts; `papers.issue` gives them new documents. One change is enough for a life."""
    wife, husband, wed = _marriages(world)
    own, on = _reforms(world, wife)
    person, spouse = np.concatenate([wife, own]), np.concatenate([husband, np.full(len(own), -1)])
    changed, cause = np.concatenate([wed, on]), np.repeat([0, 1], [len(wife), len(own)])
    people, rng = world.people, world.rng["names"]
    ok = (changed <= world.end) & (changed < people.alive_until()[person])
    person, spouse, changed, cause = person[ok], spouse[ok], changed[ok], cause[ok]
    n = len(person)
    papers = changed + delay(rng, world.habits.names.new_papers_after, n)
    papers = np.where((papers <= world.end) & (papers < people.alive_until()[person]), papers, NONE)
    here = (people.kind[person] == RESIDENT) & (people.citizenship[person] == world.national) & (changed >= world.start)
    world.renamed = {"person": person, "papers": papers}
    world.book.add(
        "name_changes",
        n,
        person=person,
        changed_on=changed,
        cause=Words(cause, CAUSES),
        spouse_no=np.where(spouse >= 0, spouse + 1, NONE),
        papers_on=papers,
        act=here,
    )
    acts(world, person[here], "name_change", changed[here], rng)


def _marriages(world: World) -> tuple[Ints, Ints, Ints]:
    """Wives who take the name of a husband of their own culture, and the day."""
    couples, people, rng = world.couples, world.people, world.rng["names"]
    order = np.lexsort((couples.wife, couples.begun))
    wife, husband, begun = couples.wife[order], couples.husband[order], couples.begun[order]
    takes = (rng.random(len(order)) < world.settings["names"]["takes_husbands_name"]) & (people.culture[wife] == people.culture[husband])
    takes &= begun < np.minimum(people.alive_until()[wife], people.alive_until()[husband])
    wife, husband, begun = wife[takes], husband[takes], begun[takes]
    _, first = np.unique(wife, return_index=True)
    return wife[first], husband[first], begun[first] + between(rng, world.habits.names.after_wedding, len(first))


def _reforms(world: World, taken: Ints) -> tuple[Ints, Ints]:
    """Grown citizens who change the form of their family name, and the day."""
    people, rng, s = world.people, world.rng["names"], world.settings["names"]
    since = np.maximum(world.start, people.born + int(world.habits.families.adult_age * YEAR))
    years = np.clip(world.end - since, 0, None) / YEAR
    may = (people.kind == RESIDENT) & (people.citizenship == world.national)
    may[taken] = False
    who = np.flatnonzero(may & (rng.random(len(people)) < 1 - np.exp(-s["reform_yearly"] * years)))
    return who, since[who] + (rng.random(len(who)) * (world.end - since[who])).astype(np.int64)
