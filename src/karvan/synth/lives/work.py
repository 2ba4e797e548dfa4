"""Work of foreigners and nationals: work permits with their quota, and employment contracts."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.book import IDENTITY, PASSPORT, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, day, delay, numbers, pick, pick_by, working_days_after, year_of
from karvan.synth.lives.movers import PRINCIPAL, Movers, grounds, place_of
from karvan.synth.lives.people import RESIDENT
from karvan.synth.lives.permits import Holdings
from karvan.synth.lives.world import World


class Employers:
    """Employers of the country: industry and region of each."""

    def __init__(self, world: World) -> None:
        s, rng = world.settings["work"], world.rng["work"]
        n = max(world.habits.work.employers_least, round(world.residents / 1000 * s["employers_per_1000"]))
        self.industries = list(s["industries"])
        self.industry = pick(rng, list(s["industries"].values()), n)
        self.region = world.choose_region("work", "foreign_regions", n)
        self.size = np.exp(rng.standard_normal(n))
        self.numbers = numbers("E", np.arange(1, n + 1), 6)

    def draw(self, rng: np.random.Generator, n: int) -> Ints:
        return pick(rng, self.size, n)


def work(world: World, movers: Movers, held: Holdings) -> Employers:
    """Write `work_permit` rows and the contracts of foreigners."""
    employers = Employers(world)
    rng, names = world.rng["work"], grounds(world)
    reason = np.array([world.settings["movers"]["grounds"][g]["reason"] == "work" for g in names])
    permit_ground = place_of(world, "work_permit_ground")
    works = (movers.role == PRINCIPAL) & (reason[movers.ground] | (held.switch_on < 2**29))
    rows = np.flatnonzero(works & (movers.leaves >= world.start))
    begins = np.where(held.switch_on[rows] < 2**29, held.switch_on[rows], movers.arrives[rows])
    employer = employers.draw(rng, len(rows))
    occupations = sorted(world.settings["work"]["titles"])
    table = np.array([[world.settings["work"]["occupations"].get(i, {}).get(o, 0) for o in occupations] for i in employers.industries], dtype=float)
    table[table.sum(axis=1) == 0] = 1
    occupation = pick_by(rng, table, employers.industry[employer])
    wage = np.round(np.exp(np.log(world.settings["work"]["wages"]["median"]) + world.settings["work"]["wages"]["sigma"] * rng.standard_normal(len(rows))), -1)
    holders = (movers.ground[rows] == permit_ground) | (held.switch_on[rows] < 2**29)
    first_permit = _permits(world, movers, rows, begins, employer, employers, occupation, occupations, wage, holders, held)
    _contracts_of_foreigners(world, movers, rows, begins, employer, employers, occupation, occupations, wage, first_permit)
    return employers


def _permits(
    world: World,
    movers: Movers,
    rows: Ints,
    begins: Ints,
    employer: Ints,
    employers: Employers,
    occupation: Ints,
    occupations: list[str],
    wage: Ints,
    holders: Ints,
    held: Holdings,
) -> Ints:
    """Chain of yearly permits for each holder; returns the number of the first permit granted to each row (0 for none)."""
    s, rng, people, h = world.settings["work"], world.rng["work"], world.people, world.habits.work
    i = np.flatnonzero(holders)
    refused_first = rng.random(len(i)) < s["refused"]
    applied = begins[i] - between(rng, h.asked_before, len(i))
    columns: dict[str, list[Ints]] = {k: [] for k in ("at", "applied", "decided", "decision", "from", "to", "extension")}

    def note(at: Ints, **values: Ints) -> None:
        for key, value in {"at": at, **values}.items():
            columns[key].append(np.broadcast_to(value, (len(at),)))

    terms = np.array([int(k) for k in s["decision_working_days"]])
    weights = list(s["decision_working_days"].values())
    no = i[refused_first]
    earlier = applied[refused_first] - between(rng, h.refused_before, len(no))
    note(
        no,
        applied=earlier,
        decided=working_days_after(earlier, terms[pick(rng, weights, len(no))], world.holidays),
        decision=np.full(len(no), 1),
        **{"from": np.full(len(no), NONE), "to": np.full(len(no), NONE)},
        extension=np.full(len(no), NONE),
    )
    extension, leaves = np.zeros(len(rows), np.int64), movers.leaves[rows]
    leaves = np.minimum(leaves, np.where(held.national_from[rows] == NONE, 2**30, held.national_from[rows]))
    starts = np.maximum(begins[i], applied + h.begins_after)
    for _ in range(30):
        decided = np.minimum(working_days_after(applied, terms[pick(rng, weights, len(i))] - 1, world.holidays), starts)
        seasonal = np.clip(leaves[i] - starts, *h.seasonal_days)
        length = np.where(leaves[i] - begins[i] < h.seasonal_below, seasonal, h.permit_days)
        ends = starts + length
        note(
            i,
            applied=applied,
            decided=decided,
            decision=np.zeros(len(i), np.int64),
            **{"from": starts, "to": ends},
            extension=np.where(extension[i] == 0, NONE, extension[i]),
        )
        extension[i] += 1
        more = (leaves[i] > ends + h.extension_worth) & (ends < world.horizon)
        i, ends = i[more], ends[more]
        if not len(i):
            break
        applied = ends - between(rng, h.extended_before, len(i))
        late = rng.random(len(i)) < h.late_share
        starts = ends + 1 + np.where(late, between(rng, h.late_gap, len(i)), 0)
    c = {k: np.concatenate(v) for k, v in columns.items()}
    order = np.lexsort((c["at"], c["applied"]))
    c = {k: v[order] for k, v in c.items()}
    at = c["at"]
    person, n = movers.person[rows[at]], len(c["at"])
    number = np.arange(1, n + 1)
    first = np.zeros(len(rows), np.int64)
    granted = c["decision"] == 0
    first[at[granted][::-1]] = number[granted][::-1]
    region = employers.region[employer[at]]
    rule = world.settings.get("outside_quota", {})
    free_regions = [world.regions.index(r) for r in rule.get("regions", []) if r in world.regions]
    outside = (np.isin(region, free_regions) & (c["applied"] >= day(str(rule.get("from", "2999-01-01"))))) | ((at * 7919) % 100 >= s["quota_share"] * 100)
    industry = employers.industry[employer[at]]
    cells = [f"{x}|{r}" for x in employers.industries for r in world.regions]
    ended = granted & ((leaves[at] < c["to"] - h.ended_worth) & (leaves[at] > c["from"])) & ((at * 104729) % 10 < h.ended_notified * 10)
    exempt = _exempt(world, movers, rows, at)
    known = c["decided"] <= world.end
    keep = (c["applied"] >= world.start) & (c["applied"] <= world.end) & (c["applied"] < people.alive_until()[person])
    world.book.add(
        "work_permit",
        n,
        keep=keep,
        person=person,
        which=PASSPORT,
        shown_on=c["applied"],
        work_permit_no=numbers("WP", number, 7),
        employer=employers.numbers[employer[at]],
        industry=Words(industry, employers.industries),
        occupation=Words(occupation[at], occupations),
        occupation_title=Words(occupation[at], [world.settings["work"]["titles"][o] for o in occupations]),
        region=world.region(region),
        workers=np.full(n, 1),
        applied_on=c["applied"],
        decided_on=np.where(known, c["decided"], NONE),
        decision=Words(np.where(known, c["decision"], -1), ["granted", "refused"]),
        valid_from_on=np.where(known, c["from"], NONE),
        valid_to_on=np.where(known, c["to"], NONE),
        terminated_on=np.where(ended & (leaves[at] <= world.end), leaves[at], NONE),
        extension_no=c["extension"],
        quota_year=np.where(outside | (c["from"] == NONE), NONE, year_of(np.maximum(c["from"], 0))),
        quota_cell=Words(np.where(outside, -1, industry * len(world.regions) + region), cells),
        exempt_ground=exempt,
        wage_month=wage[at],
    )
    return first


def _exempt(world: World, movers: Movers, rows: Ints, at: Ints) -> Words:
    names, exempt = grounds(world), world.settings["work"]["exempt"]
    labels = sorted(set(exempt.values()))
    code = np.array([labels.index(exempt[g]) if g in exempt else -1 for g in names])
    return Words(code[movers.ground[rows[at]]], labels)


def _contracts_of_foreigners(
    world: World,
    movers: Movers,
    rows: Ints,
    begins: Ints,
    employer: Ints,
    employers: Employers,
    occupation: Ints,
    occupations: list[str],
    wage: Ints,
    first: Ints,
) -> None:
    s, rng, people, h = world.settings["contracts"], world.rng["contracts"], world.people, world.habits.work
    person = movers.person[rows]
    starts = begins + between(rng, h.contract_after, len(rows))
    ends = np.minimum(movers.leaves[rows] - between(rng, h.contract_ends_before, len(rows)), people.alive_until()[person])
    keep = (rng.random(len(rows)) < s["foreign_declared"]) & (ends > starts + h.contract_least)
    _contract_rows(
        world,
        keep,
        person,
        starts,
        ends,
        employers.numbers[employer],
        employers.industry[employer],
        employers,
        occupation,
        occupations,
        employers.region[employer],
        wage,
        np.where(first > 0, numbers("WP", first, 7), b""),
        PASSPORT,
    )


def contracts_of_nationals(world: World, employers: Employers) -> None:
    """Employment contracts of nationals of working age."""
    s, rng, people, h = world.settings["contracts"], world.rng["contracts"], world.people, world.habits.work
    people_n = np.flatnonzero(people.kind == RESIDENT)
    rate = s["yearly_starts_per_adult"]
    years = (world.end - world.start) / YEAR
    per = rng.poisson(rate * years, len(people_n))
    running = rng.random(len(people_n)) < s["running_at_start"]
    person = np.concatenate([np.repeat(people_n, per), people_n[running]])
    starts = np.concatenate(
        [world.start + (rng.random(per.sum()) * (world.end - world.start)).astype(np.int64), world.start - between(rng, h.running_since, int(running.sum()))]
    )
    ends = starts + delay(rng, s["days"], len(starts))
    age = (starts - people.born[person]) / YEAR
    ends = np.minimum(ends, people.alive_until()[person])
    keep = (age >= h.ages[0]) & (age < h.ages[1]) & (ends > starts) & (ends >= world.start)
    employer = employers.draw(rng, len(person))
    occupations = sorted(world.settings["work"]["titles"])
    wage = np.round(np.exp(np.log(world.settings["work"]["wages"]["national_median"]) + h.national_wage_sigma * rng.standard_normal(len(person))), -1)
    _contract_rows(
        world,
        keep,
        person,
        starts,
        ends,
        employers.numbers[employer],
        employers.industry[employer],
        employers,
        rng.integers(0, len(occupations), len(person)),
        occupations,
        np.where(people.region[person] >= 0, people.region[person], employers.region[employer]),
        wage,
        None,
        IDENTITY,
    )


def _contract_rows(
    world: World,
    keep: Ints,
    person: Ints,
    starts: Ints,
    ends: Ints,
    employer_no: Ints,
    industry: Ints,
    employers: Employers,
    occupation: Ints,
    occupations: list[str],
    region: Ints,
    wage: Ints,
    work_permit: Ints | None,
    which: int,
) -> None:
    s, rng, h = world.settings["contracts"], world.rng["contracts"], world.habits.work
    keep = keep & (starts <= world.end)
    n, base = len(person), len(world.book.column("contract", "starts")) if world.book.rows["contract"] else 0
    ended = ends <= world.end
    grounds_ = world.choose("contracts", s["grounds"], n)
    world.book.add(
        "contract",
        n,
        keep=keep,
        person=person,
        which=which,
        shown_on=starts,
        starts=starts,
        contract_no=numbers("EC", base + np.arange(1, n + 1) + (0 if which == PASSPORT else 10**7), 8),
        employer=employer_no,
        industry=Words(industry, employers.industries),
        occupation=Words(occupation, occupations),
        region=world.region(region),
        concluded_on=starts - between(rng, h.concluded_before, n),
        effective_from_on=starts,
        terminated_on=np.where(ended, ends, NONE),
        termination_ground=Words(np.where(ended, grounds_.codes, -1), grounds_.names),
        wage_month=wage,
        hours_week=np.where(rng.random(n) < h.full_time_share, float(h.full_time), float(h.part_time)),
        work_permit_no=work_permit,
    )
