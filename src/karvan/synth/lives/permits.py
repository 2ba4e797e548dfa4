"""Residence permits of those who come to live: asked for, decided, extended, refused, cancelled; permanent permits; naturalisation.

What the authority decides changes lives: a refused person leaves or stays on unlawfully, a permanent one stays longer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.synth.lives.book import NATIONAL, PASSPORT, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, delay, numbers, pick, working_days_after
from karvan.synth.lives.movers import CHILD, SETTLED, Movers, grounds, place_of
from karvan.synth.lives.world import REASONS, World

TEMPORARY, PERMANENT = 0, 1
ISSUE, EXTEND, REPLACE, CANCEL = range(4)
GRANTED, REFUSED, WITHDRAWN, CANCELLED = range(4)
ACTIONS = ["issue", "extend", "replace", "cancel"]
DECISIONS = ["granted", "refused", "withdrawn", "cancelled"]
MONTH = 30.4375


@dataclass
class Holdings:
    """What permits did to each mover's life, one entry per row of the movers."""

    permanent_from: Ints
    irregular_from: Ints
    national_from: Ints
    switch_on: Ints
    asked_on: Ints
    answered_on: Ints


def decide(world: World, movers: Movers) -> Holdings:
    """Run every mover's permits, round by round; writes `permit` and `citizenship` rows and status spells, changes `movers.leaves`."""
    s, rng, people, h = world.settings["permits"], world.rng["permits"], world.people, world.habits.permits
    n = len(movers)
    names = grounds(world)
    reason = np.array([REASONS.index(world.settings["movers"]["grounds"][g]["reason"]) for g in names])
    died = people.alive_until()[movers.person]
    student = movers.ground == place_of(world, "student_ground")
    switch_on = np.full(n, 2**30)
    switches = student & (rng.random(n) < s["student_to_work"])
    switch_on[switches] = movers.leaves[switches]
    movers.leaves[switches] += delay(rng, h.worker_stays, int(switches.sum()))
    never = [np.full(n, NONE) for _ in range(5)]
    held = Holdings(never[0], never[1], never[2], switch_on, never[3], never[4])
    settled = movers.role == SETTLED
    permanent_after = world.habits.movers.settled_permanent_after
    held.permanent_from[settled] = movers.arrives[settled] + permanent_after
    p = s["permanent"]
    permanent_days = int(p["years"] * YEAR)
    seeks = rng.random(n) < np.array([p["share"].get(g, 0) for g in names])[movers.ground]
    nationality = np.full(n, 2**30)
    _ask_nationality(world, held, nationality, np.flatnonzero(settled), np.maximum(held.permanent_from[settled], world.start - h.settled_asked_before))
    kind = np.where(settled, PERMANENT, TEMPORARY)
    lag = delay(rng, s["first_application_days"], n)
    applies = np.where(settled, movers.arrives + permanent_after + permanent_days, movers.arrives + lag)
    while True:  # the permanent permits of the settled began before the first day: bring their next extension to the simulated years
        old = settled & (applies < world.start)
        if not old.any():
            break
        applies[old] += permanent_days
    valid_to = np.where(settled, applies + h.settled_runs_on, NONE)
    first_grant = np.where(settled, held.permanent_from, NONE)
    round_no = np.where(settled, 1, 0)
    active = (rng.random(n) >= s["never_apply"]) | settled
    held.irregular_from[~active] = movers.arrives[~active] + world.settings["registrations"]["free_days"]
    rows: list[dict[str, Ints]] = []
    for _ in range(60):
        active &= (applies < np.minimum(movers.leaves, died) - h.last_before_leaving) & (applies < world.horizon) & (applies < nationality)
        i = np.flatnonzero(active)
        if not len(i):
            break
        applied = applies[i]
        asks_permanent = (
            (kind[i] == TEMPORARY) & seeks[i] & (first_grant[i] != NONE) & (applied - first_grant[i] >= p["after_years"] * YEAR - h.permanent_early)
        )
        perm = (kind[i] == PERMANENT) | asks_permanent
        express = ~perm & (rng.random(len(i)) < s["decision_working_days"]["express_share"])
        term = np.where(perm, s["permanent_working_days"], np.where(express, s["decision_working_days"]["express"], s["decision_working_days"]["standard"]))
        term = term - between(rng, h.decided_early, len(i))
        term = term + np.where(rng.random(len(i)) < s["decision_working_days"]["late_share"], between(rng, h.decided_late, len(i)), 0)
        decided = working_days_after(applied, term, world.holidays)
        chance = rng.random(len(i))
        refusal = np.where(asks_permanent, p["refused"], np.where(round_no[i] == 0, s["refused_first"], s["refused_later"]))
        decision = np.where(chance < refusal, REFUSED, np.where(chance < refusal + s["withdrawn_share"], WITHDRAWN, GRANTED))
        granted = decision == GRANTED
        ground = np.where(applied >= switch_on[i] - h.work_early, place_of(world, "work_permit_ground"), movers.ground[i])
        months = np.where(
            perm,
            p["years"] * 12,
            np.where(
                student[i] & (applied < switch_on[i] - h.work_early),
                _months(world, "student_months", len(i)),
                np.where(round_no[i] == 0, _months(world, "first_months", len(i)), _months(world, "later_months", len(i))),
            ),
        )
        starts = np.where((valid_to[i] != NONE) & (decided <= valid_to[i]) & ~asks_permanent, valid_to[i] + 1, decided)
        ends = (starts + months * MONTH).astype(np.int64) - 1
        rows.append(
            {
                "row": i,
                "kind": perm.astype(int),
                "action": np.where(round_no[i] == 0, ISSUE, np.where(asks_permanent, ISSUE, EXTEND)),
                "ground": ground,
                "applied": applied,
                "decided": decided,
                "decision": decision,
                "express": np.where(express, s["decision_working_days"]["express"], NONE),
                "from": np.where(granted, starts, NONE),
                "to": np.where(granted, ends, NONE),
            }
        )
        # what the decision does to the life
        g = i[granted]
        first_grant[g] = np.where(first_grant[g] == NONE, starts[granted], first_grant[g])
        becomes = i[granted & asks_permanent]
        held.permanent_from[becomes] = starts[granted & asks_permanent]
        people.number_from[movers.person[becomes]] = starts[granted & asks_permanent]
        kind[becomes] = PERMANENT
        _ask_nationality(world, held, nationality, becomes, starts[granted & asks_permanent])
        movers.leaves[becomes] += delay(rng, p["stay_on_days"], len(becomes))
        valid_to[g] = ends[granted]
        round_no[g] += 1
        late = rng.random(len(g)) < s["late_share"]
        applies[g] = np.where(late, ends[granted] + between(rng, h.asked_late, len(g)), ends[granted] - between(rng, h.asked_early, len(g)))
        failed_permanent = i[~granted & asks_permanent]
        seeks[failed_permanent] = False
        applies[failed_permanent] = np.maximum(
            decided[~granted & asks_permanent] + h.after_permanent_refusal, valid_to[failed_permanent] - h.permanent_refused_early
        )
        lost = ~granted & ~asks_permanent & (kind[i] == TEMPORARY)
        again = i[~granted & ~lost & ~asks_permanent]
        applies[again] = decided[~granted & ~lost & ~asks_permanent] + between(rng, h.asks_again, len(again))
        out = i[lost]
        if len(out):
            may_leave = decided[lost] + h.lawful_after_refusal
            lawful = np.maximum(np.where(valid_to[out] == NONE, may_leave, valid_to[out]), may_leave)
            stays_on = rng.random(len(out)) < h.stays_after_refusal
            movers.leaves[out] = np.minimum(
                movers.leaves[out], np.where(stays_on, lawful + delay(rng, h.stays_on, len(out)), lawful - between(rng, h.leaves_before_end, len(out)))
            )
            held.irregular_from[out] = lawful + 1
            active[out] = False
    held.national_from[:] = np.where(nationality < np.minimum(movers.leaves, died), nationality, NONE)
    people.national_from[movers.person] = held.national_from
    naturalised = held.national_from != NONE
    people.number_from[movers.person[naturalised]] = np.where(
        people.number_from[movers.person[naturalised]] == NONE, held.national_from[naturalised], people.number_from[movers.person[naturalised]]
    )
    movers.leaves[movers.role == CHILD] = _with_lead(world, movers, CHILD)
    _lapse(world, movers, held, valid_to)
    _write(world, movers, rows, reason, held)
    return held


def _months(world: World, which: str, n: int) -> Ints:
    weights = world.settings["permits"][which]
    return np.array([int(k) for k in weights])[pick(world.rng["permits"], list(weights.values()), n)]


def _with_lead(world: World, movers: Movers, role: int) -> Ints:
    """Children do not stay much longer than the principal."""
    h = world.habits.permits
    rows = np.flatnonzero(movers.role == role)
    return np.maximum(np.minimum(movers.leaves[rows], movers.leaves[movers.lead[rows]] + h.child_leaves_after), movers.arrives[rows] + h.child_stay_least)


def _lapse(world: World, movers: Movers, held: Holdings, valid_to: Ints) -> None:
    """Who stays beyond the last permit for longer than is tolerated is irregular from then."""
    tolerated = world.habits.permits.tolerated
    beyond = (valid_to != NONE) & (held.irregular_from == NONE) & (held.national_from == NONE) & (movers.leaves > valid_to + tolerated)
    held.irregular_from[beyond] = valid_to[beyond] + tolerated + 1


def _ask_nationality(world: World, held: Holdings, nationality: Ints, rows: Ints, since: Ints) -> None:
    """Some permanent residents ask for the citizenship once they may; sets when they ask, what is decided and when."""
    s, rng = world.settings["permits"]["naturalisation"], world.rng["citizenship"]
    asks = rng.random(len(rows)) < s["share"]
    submitted = since + int(s["after_years"] * YEAR) + (rng.exponential(s["wait_years"], len(rows)) * YEAR).astype(np.int64)
    decided = submitted + delay(rng, s["decision_days"], len(rows))
    granted = rng.random(len(rows)) >= s["refused"]
    held.asked_on[rows] = np.where(asks, submitted, NONE)
    held.answered_on[rows] = np.where(asks, decided, NONE)
    nationality[rows] = np.where(asks & granted, decided, 2**30)


def _write(world: World, movers: Movers, rows: list[dict[str, Ints]], reason: Ints, held: Holdings) -> None:
    s, rng, people, book, h = world.settings["permits"], world.rng["permits"], world.people, world.book, world.habits.permits
    names = grounds(world)
    joined = {k: np.concatenate([r[k] for r in rows]) for k in rows[0]}
    extra = _cancelled_and_replaced(world, movers, joined)
    joined = {k: np.concatenate([joined[k], *(e[k] for e in extra)]) for k in joined}
    order = np.lexsort((joined["row"], joined["applied"]))
    joined = {k: v[order] for k, v in joined.items()}
    row = joined["row"]
    number = np.arange(1, len(row) + 1)
    first_number = np.full(len(movers), -1)
    first_number[row[::-1]] = number[::-1]
    sponsor = np.where(movers.lead[row] >= 0, first_number[np.maximum(movers.lead[row], 0)], -1)
    sponsor = np.where(np.isin(joined["ground"], [names.index(world.settings["movers"]["family_ground"])]), sponsor, -1)
    adult = joined["applied"] - people.born[movers.person[row]] > world.habits.families.adult_age * YEAR
    keep = (joined["applied"] <= world.end) & (joined["applied"] >= world.start) & (joined["applied"] < people.alive_until()[movers.person[row]])
    decided_known = joined["decided"] <= world.end
    work = np.isin(reason[joined["ground"]], [REASONS.index("work")]) & adult
    book.add(
        "permit",
        len(row),
        keep=keep,
        person=movers.person[row],
        which=_passport_then(people, movers.person[row], joined["applied"]),
        shown_on=joined["applied"],
        permit_no=numbers("RP", number, 8),
        kind=Words(joined["kind"], ["temporary", "permanent"]),
        action=Words(joined["action"], ACTIONS),
        ground=Words(joined["ground"], names),
        reason=Words(reason[joined["ground"]], REASONS),
        applied_on=joined["applied"],
        decided_on=np.where(decided_known, joined["decided"], NONE),
        decision=Words(np.where(decided_known, joined["decision"], -1), DECISIONS),
        channel=world.choose("permits", s["channels"], len(row)),
        express_days=joined["express"],
        valid_from_on=np.where(decided_known, joined["from"], NONE),
        valid_to_on=np.where(decided_known, joined["to"], NONE),
        region=world.region(people.region[movers.person[row]]),
        occupation=Words(np.where(work, _occupations(world, len(row)), -1), list(world.settings["work"]["titles"])),
        education=Words(
            np.where(adult & (rng.random(len(row)) < h.education_known), pick(rng, list(s["education"].values()), len(row)), -1),
            [str(k) for k in s["education"]],
        ),
        family_of=np.where(sponsor > 0, numbers("RP", np.maximum(sponsor, 0), 8), b""),
    )
    _statuses(world, movers, joined, reason, held)


def _occupations(world: World, n: int) -> Ints:
    return world.rng["permits"].integers(0, len(world.settings["work"]["titles"]), n)


def _passport_then(people: object, person: Ints, days: Ints) -> Ints:
    national_from = people.national_from[person]  # type: ignore[attr-defined]
    return np.where((national_from != NONE) & (days >= national_from), NATIONAL, PASSPORT)


def _cancelled_and_replaced(world: World, movers: Movers, joined: dict[str, Ints]) -> list[dict[str, Ints]]:
    s, rng, h = world.settings["permits"], world.rng["permits"], world.habits.permits
    granted = joined["decision"] == GRANTED
    left = movers.leaves[joined["row"]]
    early = np.flatnonzero(granted & (left < joined["to"] - h.cancel_worth) & (left > joined["from"]) & (rng.random(len(left)) < s["cancelled_on_leaving"]))
    cancelled = {k: v[early].copy() for k, v in joined.items()}
    cancelled["action"][:] = CANCEL
    cancelled["applied"] = np.maximum(left[early] - between(rng, h.cancelled_before, len(early)), cancelled["from"] + 1)
    cancelled["decided"] = cancelled["applied"] + between(rng, h.cancelled_decided, len(early))
    cancelled["decision"][:] = CANCELLED
    cancelled["express"][:] = NONE
    cancelled["to"] = cancelled["decided"]
    years = (np.minimum(joined["to"], left) - joined["from"]) / YEAR
    lost = np.flatnonzero(granted & (years > h.replace_from) & (rng.random(len(left)) < s["replace_yearly"] * np.clip(years, 0, h.replace_years)))
    replaced = {k: v[lost].copy() for k, v in joined.items()}
    replaced["action"][:] = REPLACE
    span = np.minimum(replaced["to"], left[lost]) - replaced["from"] - h.replaced_after - 1
    replaced["applied"] = (replaced["from"] + h.replaced_after + rng.random(len(lost)) * span).astype(np.int64)
    replaced["decided"] = replaced["applied"] + between(rng, h.replaced_decided, len(lost))
    replaced["from"] = np.minimum(replaced["decided"], replaced["to"])
    return [cancelled, replaced]


def _statuses(world: World, movers: Movers, joined: dict[str, Ints], reason: Ints, held: Holdings) -> None:
    """True status spells of permit holders: each granted permit until it ends, is overtaken by a permanent one, naturalisation or death."""
    people, book = world.people, world.book
    granted = np.isin(joined["action"], [ISSUE, EXTEND]) & (joined["decision"] == GRANTED)
    row = joined["row"][granted]
    person = movers.person[row]
    kind, ground = joined["kind"][granted], joined["ground"][granted]
    opens, closes = joined["from"][granted], joined["to"][granted]
    permanent, national = held.permanent_from[row], held.national_from[row]
    closes = np.where((kind == TEMPORARY) & (permanent != NONE), np.minimum(closes, np.where(permanent == NONE, 2**30, permanent) - 1), closes)
    closes = np.minimum(closes, np.where(national == NONE, 2**30, national) - 1)
    cancelled = np.full(len(movers), 2**30)
    mask = joined["action"] == CANCEL
    cancelled[joined["row"][mask]] = joined["decided"][mask]
    closes = np.minimum(np.minimum(closes, cancelled[row]), people.alive_until()[person])
    keep = (closes >= opens) & (closes >= world.start) & (opens <= world.end)
    book.add(
        "status",
        len(row),
        keep=keep,
        person=person,
        status=Words(kind, ["temporary", "permanent"]),
        ground=Words(ground, grounds(world)),
        reason=Words(reason[ground], REASONS),
        from_on=opens,
        to_on=closes,
    )
    old = np.flatnonzero(movers.role == SETTLED)  # their permit of before the first day, until the first extension seen
    first = np.full(len(movers), 2**30)
    np.minimum.at(first, row, opens)
    until = np.minimum(
        np.minimum(first[old] - 1, people.alive_until()[movers.person[old]]), np.where(held.national_from[old] == NONE, 2**30, held.national_from[old] - 1)
    )
    until = np.minimum(until, world.start + int(world.settings["permits"]["permanent"]["years"] * YEAR) + world.habits.permits.permanent_early)
    book.add(
        "status",
        len(old),
        keep=until >= world.start,
        person=movers.person[old],
        status="permanent",
        ground=Words(movers.ground[old], grounds(world)),
        reason=Words(reason[movers.ground[old]], REASONS),
        from_on=np.full(len(old), world.start),
        to_on=until,
    )
