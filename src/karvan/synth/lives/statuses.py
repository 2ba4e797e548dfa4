"""Status spells that no procedure wrote, and true usual residence with its reason."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.book import Words
from karvan.synth.lives.chance import NONE, Ints
from karvan.synth.lives.journeys import STAY, Journeys
from karvan.synth.lives.movers import BORN_HERE, Movers, grounds
from karvan.synth.lives.people import MOVER
from karvan.synth.lives.permits import Holdings
from karvan.synth.lives.residence import spells
from karvan.synth.lives.world import REASONS, World


def write(world: World, journeys: Journeys, movers: Movers, held: Holdings) -> None:
    """Status spells that no procedure wrote: citizens, lawful visits, irregular stays."""
    p, k, book = world.people, journeys.kept, world.book
    lost = world.lost_on()
    citizen = np.flatnonzero((p.citizenship == world.national) & (p.born <= world.end))
    closes = np.where(lost[citizen] != NONE, lost[citizen] - 1, np.where(p.died[citizen] <= world.end, p.died[citizen], NONE))
    book.add(
        "status",
        len(citizen),
        person=citizen,
        status="citizen",
        from_on=np.maximum(p.born[citizen], world.start),
        to_on=closes,
        keep=(closes == NONE) | (closes >= world.start),
    )
    natural = np.flatnonzero((p.national_from != NONE) & (p.national_from <= world.end))
    book.add(
        "status",
        len(natural),
        person=natural,
        status="citizen",
        from_on=p.national_from[natural],
        to_on=np.where(p.died[natural] <= world.end, p.died[natural], NONE),
    )
    need = np.array([world.settings["countries"].get(c, {}).get("visa", "free") != "free" for c in world.countries])
    visits = np.flatnonzero((k["kind"] == 0) & (k["what"] == STAY) & (k["opens"] <= world.end) & (p.national_from[k["person"]] == NONE))
    person = k["person"][visits]
    death = p.alive_until()[person]
    until = np.minimum(np.minimum(k["closes"][visits], k["lawful_to"][visits]), death)
    purpose = Words(k["purpose"][visits], journeys.purposes)
    reason = reason_of_purpose(journeys)[k["purpose"][visits]]
    book.add(
        "status",
        len(visits),
        person=person,
        status=Words(need[p.citizenship[person]].astype(int), ["visa_free", "visa"]),
        ground=purpose,
        reason=Words(reason, REASONS),
        from_on=k["opens"][visits],
        to_on=until,
        keep=until >= k["opens"][visits],
    )
    over = k["lawful_to"][visits] + 1
    ends = np.minimum(k["closes"][visits], death)
    book.add(
        "status",
        len(visits),
        keep=(over <= ends) & (over <= world.end),
        person=person,
        status="irregular",
        ground="overstay",
        reason=Words(reason, REASONS),
        from_on=over,
        to_on=np.where(ends <= world.end, ends, NONE),
    )
    # movers: from arrival until the first permit, and after the last one where they stay on
    death = p.alive_until()[movers.person]
    first = np.full(len(p), 2**30)
    for rows in book.rows["status"]:
        if isinstance(rows.get("status"), Words) and "temporary" in rows["status"].names:
            np.minimum.at(first, rows["person"], rows["from_on"])
    ends = np.minimum(np.minimum(first[movers.person] - 1, movers.arrives + world.settings["registrations"]["free_days"] - 1), np.minimum(movers.leaves, death))
    came = (movers.role != BORN_HERE) & (movers.arrives >= world.start) & (movers.arrives <= world.end) & (ends >= movers.arrives)
    reason = np.array([REASONS.index(world.settings["movers"]["grounds"][g]["reason"]) for g in grounds(world)])[movers.ground]
    book.add(
        "status",
        len(movers),
        keep=came,
        person=movers.person,
        status=Words(need[p.citizenship[movers.person]].astype(int), ["visa_free", "visa"]),
        ground=Words(movers.ground, grounds(world)),
        reason=Words(reason, REASONS),
        from_on=movers.arrives,
        to_on=ends,
    )
    opens, ends = held.irregular_from, np.minimum(movers.leaves, death)
    late = (opens != NONE) & (opens <= world.end) & (opens <= ends) & (opens >= world.start)
    book.add(
        "status",
        len(movers),
        keep=late,
        person=movers.person,
        status="irregular",
        ground="overstay",
        reason=Words(reason, REASONS),
        from_on=np.maximum(opens, movers.arrives),
        to_on=np.where(ends <= world.end, ends, NONE),
    )


def reason_of_purpose(journeys: Journeys) -> Ints:
    named = {"education": "education", "science": "education", "labour": "work", "business": "work", "private": "family"}
    return np.array([REASONS.index(named.get(p, "other")) for p in journeys.purposes])


def usual_residence(world: World, journeys: Journeys, crossings: dict[str, Ints], movers: Movers) -> None:
    """Write `residence`."""
    p, k = world.people, journeys.kept
    initial = p.inside_at_start.copy()
    from_day = np.maximum(p.born.astype(np.int64), world.start)
    found = spells(crossings["person"], crossings["day"], crossings["inward"], initial=initial, died=p.alive_until(), from_day=from_day)
    reason = np.full(len(p), REASONS.index("other"))
    reason[movers.person] = np.array([REASONS.index(world.settings["movers"]["grounds"][g]["reason"]) for g in grounds(world)])[movers.ground]
    who = found["person"]
    national = (p.citizenship[who] == world.national) | ((p.national_from[who] != NONE) & (p.national_from[who] <= found["opens"]))
    of_in, of_out = found["in_crossing"], found["out_crossing"]
    came_by = crossings["interval"][np.maximum(of_in, 0)]
    visit = (of_in >= 0) & (k["kind"][came_by] == 0)
    by_purpose = reason_of_purpose(journeys)[k["purpose"][came_by]]
    words = np.where(national, -1, np.where(visit & (p.kind[who] != MOVER), by_purpose, reason[who]))
    keep = (found["opens"] <= world.end) & ((found["closes"] >= world.start) | (found["closes"] > 2**29)) & (found["closes"] > found["opens"])
    ended = found["closes"] <= world.end
    world.book.add(
        "residence",
        len(who),
        keep=keep,
        person=who,
        from_on=found["opens"],
        to_on=np.where(ended, found["closes"], NONE),
        previous_country=world.country(np.where(of_in >= 0, crossings["country"][np.maximum(of_in, 0)], -1)),
        next_country=world.country(np.where(ended & (of_out >= 0), crossings["country"][np.maximum(of_out, 0)], -1)),
        reason=Words(words, REASONS),
        ended_by=Words(np.where(ended, np.where(found["dead"], 1, 0), -1), ["emigration", "death"]),
    )
