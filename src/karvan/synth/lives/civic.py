"""Citizenship files, services, diaspora organisations and complaints."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.asylum import Cases
from karvan.synth.lives.book import PASSPORT, Words
from karvan.synth.lives.chance import NONE, YEAR, Ints, between, count, delay, month_starts, numbers, pick, repeat_index
from karvan.synth.lives.journeys import Journeys
from karvan.synth.lives.movers import CHILD, SPOUSE, Movers
from karvan.synth.lives.people import MOVER
from karvan.synth.lives.permits import Holdings
from karvan.synth.lives.violations import CaseEvents
from karvan.synth.lives.world import World


def citizenship_files(world: World, journeys: Journeys, movers: Movers, held: Holdings) -> None:
    """Naturalisation, restoration, affiliation checks, and loss by those who settled abroad."""
    s, rng, people, h = world.settings["citizenship"], world.rng["citizenship"], world.people, world.habits.citizenship
    asked = np.flatnonzero(
        (held.asked_on != NONE)
        & (held.asked_on < np.minimum(movers.leaves, people.alive_until()[movers.person]))
        & (held.answered_on < people.alive_until()[movers.person])
    )
    person = movers.person[asked]
    granted = people.national_from[person] != NONE
    kin = (people.culture[person] == world.national) & (rng.random(len(asked)) < s["restoration_share"])
    _files(
        world,
        person,
        Words(np.where(kin, 1, 0), ["acquisition", "restoration"]),
        Words(np.where(kin, 1, 0), ["naturalisation", "restoration"]),
        people.citizenship[person],
        np.where(granted, world.national, -1),
        held.asked_on[asked],
        held.answered_on[asked],
        np.where(granted, 0, 1),
    )
    # checks of affiliation: foreigners and stateless people who bear the country's names, and returned compatriots
    may = np.flatnonzero((people.culture == world.national) & (people.kind == MOVER) & ~np.isin(np.arange(len(people)), person))
    submitted = world.start + rng.integers(0, world.end - world.start, len(may))
    answered = submitted + delay(rng, h.affiliation_answered, len(may))
    here = journeys.inside_on(may, submitted) | (rng.random(len(may)) < h.affiliation_abroad)
    may_ask = np.flatnonzero(here & (submitted > people.born[may] + h.affiliation_age) & (answered < people.alive_until()[may]))
    expected = s["affiliation_yearly"] * world.scale * world.density("determinations") * (world.end - world.start) / YEAR
    asks = rng.permutation(may_ask)[: int(count(rng, np.array([expected]))[0])]
    who, submitted, answered = may[asks], submitted[asks], answered[asks]
    results = list(s["affiliation_results"])
    national = people.citizenship[who] == world.national
    result = np.where(national, results.index("granted"), pick(rng, list(s["affiliation_results"].values()), len(who)))
    _files(
        world,
        who,
        "affiliation_check",
        "affiliation",
        people.citizenship[who],
        np.full(len(who), -1),
        submitted,
        answered,
        result,
        results,
    )
    _losses(world, journeys)


def _files(
    world: World,
    person: Ints,
    file_type: str | Words,
    basis: str | Words,
    before: Ints,
    after: Ints,
    submitted: Ints,
    decided: Ints,
    decision: Ints,
    results: list[str] | None = None,
) -> None:
    n, known = len(person), decided <= world.end
    keep = (submitted >= world.start) & (submitted <= world.end)
    first = sum(r["_n"] for r in world.book.rows["citizenship"]) + 1
    kind = {"acquisition": "AC", "affiliation_check": "AF", "loss": "LO"}.get(file_type if isinstance(file_type, str) else "acquisition", "AC")
    world.book.add(
        "citizenship",
        n,
        keep=keep,
        person=person,
        which=PASSPORT,
        shown_on=submitted,
        file_no=numbers(kind, first + np.arange(n), 6),
        file_type=file_type,
        basis=basis,
        previous_citizenship=world.country(before),
        new_citizenship=world.country(np.where(known, after, -1)),
        submitted_on=submitted,
        decided_on=np.where(known, decided, NONE),
        decision=Words(np.where(known, decision, -1), results or ["granted", "refused"]),
    )


def _losses(world: World, journeys: Journeys) -> None:
    s, rng, people, k, h = world.settings["citizenship"], world.rng["citizenship"], world.people, journeys.kept, world.habits.citizenship
    settled = np.flatnonzero((k["kind"] == 3) & (k["closes"] > world.end) & (k["opens"] < world.end - h.loss_settled))
    settled = settled[rng.random(len(settled)) < s["loss_share"]]
    who = k["person"][settled]
    who, first = np.unique(who, return_index=True)
    settled = settled[first]
    submitted = k["opens"][settled] + h.loss_after + between(rng, h.loss_later, len(who))
    decided = submitted + delay(rng, h.loss_decided, len(who))
    ok = (submitted < world.end) & (decided < people.alive_until()[who]) & (people.second[who] < 0)
    who, submitted, decided, to = who[ok], submitted[ok], decided[ok], k["country"][settled][ok]
    known = decided <= world.end
    world.lost = {"person": who[known], "on": decided[known]}
    people.second[who[known]] = to[known]
    _files(world, who, "loss", Words(np.full(len(who), -1), ["none"]), np.full(len(who), world.national), to, submitted, decided, np.zeros(len(who), int))


def services(world: World, journeys: Journeys, movers: Movers, cases: Cases) -> None:
    """Referrals to language, housing, health and other services."""
    s, rng, people, h = world.settings["services"], world.rng["services"], world.people, world.habits.services
    family = np.isin(movers.role, [SPOUSE, CHILD])
    k = journeys.kept
    back = np.flatnonzero((k["kind"] == 3) & (k["closes"] <= world.end) & (k["opens"] < k["closes"] - h.returned_after))
    end_of = np.minimum(movers.leaves, world.end)
    groups = [
        (cases.person, "asylum_seeker", cases.lodged + between(rng, h.offered_asylum, len(cases.person)), s["share"]["asylum"], cases.final),
        (
            cases.person[cases.refugee],
            "refugee",
            cases.final[cases.refugee] + between(rng, h.offered_refugee, int(cases.refugee.sum())),
            s["share"]["refugee"],
            np.full(int(cases.refugee.sum()), world.end),
        ),
        (movers.person[family], "temporary", movers.arrives[family] + between(rng, h.offered_family, int(family.sum())), s["share"]["family"], end_of[family]),
        (
            movers.person[~family],
            "temporary",
            movers.arrives[~family] + between(rng, h.offered_other, int((~family).sum())),
            s["share"]["other"],
            end_of[~family],
        ),
        (k["person"][back], "citizen", k["closes"][back] + between(rng, h.offered_returned, len(back)), s["share"]["returned"], np.full(len(back), world.end)),
    ]
    number = 0
    for person, status, offered, share, until in groups:
        repeat = np.where(rng.random(len(person)) < share, 1 + (rng.random(len(person)) < h.twice_share), 0)
        row = repeat_index(repeat)
        offered = offered[row] + between(rng, h.offered_apart, len(row))
        person = person[row]
        started = offered + between(rng, h.started_after, len(row))
        closed = started + delay(rng, h.closed_after, len(row))
        outcome = world.choose("services", s["outcomes"], len(row))
        starts = (outcome.codes != outcome.names.index("declined")) & (started <= world.end)
        ends = (closed <= world.end) & ((outcome.codes == outcome.names.index("declined")) | starts)
        language = [s["languages"].get(c, "") for c in world.countries]
        speaks = np.array(language)[people.citizenship[person]]
        with_interpreter = (status != "citizen") & (rng.random(len(row)) < h.interpreter_share)
        region = np.where(people.region[person] >= 0, people.region[person], world.choose_region("services", "foreign_regions", len(row)))
        keep = (offered <= np.minimum(until[row], world.end)) & (offered < people.alive_until()[person]) & (offered > world.start)
        world.book.add(
            "service",
            len(row),
            keep=keep,
            person=person,
            which=PASSPORT,
            shown_on=offered,
            referral_no=numbers("SR", number + np.arange(1, len(row) + 1), 7),
            status_at_referral=status,
            need=world.choose("services", s["needs"], len(row)),
            region=world.region(region),
            provider=world.choose("services", s["providers"], len(row)),
            offered_on=offered,
            started_on=np.where(starts, started, NONE),
            closed_on=np.where(ends, closed, NONE),
            outcome=Words(np.where(ends, outcome.codes, -1), outcome.names),
            interpreter_language=np.where(with_interpreter, speaks, ""),
        )
        number += len(row)


def readmissions(world: World, journeys: Journeys) -> Ints:
    """Citizens sent back under an agreement: writes `case_event` and `decision`; returns which intervals end so."""
    s, rng, k, h = world.settings["emigration"], world.rng["emigrants"], journeys.kept, world.habits.readmission
    from_there = np.isin(k["country"], [world.number[c] for c in s["readmission_from"]])
    back = (k["kind"] == 3) & (k["closes"] <= world.end) & from_there & (rng.random(len(k["kind"])) < s["readmitted_share"])
    rows = np.flatnonzero(back)
    person, on = k["person"][rows], k["closes"][rows]
    alive = on < world.people.alive_until()[person]
    rows, person, on = rows[alive], person[alive], on[alive]
    case = numbers("RA", np.arange(1, len(rows) + 1), 6)
    requested = on - between(rng, h.requested_before, len(rows))
    events = CaseEvents(world)
    host = world.country(k["country"][rows])
    events.add(person, case, "readmission", "requested", requested, origin_country=world.national_code, destination=world.national_code)
    events.add(person, case, "readmission", "transferred", on, origin_country=world.national_code, destination=world.national_code, return_mode="enforced")
    world.book.add(
        "decision",
        len(rows),
        person=person,
        which=PASSPORT,
        shown_on=requested,
        procedure="readmission",
        case_no=case,
        instance="admin",
        outcome="granted",
        decided_on=requested + between(rng, h.decided_after, len(rows)),
        origin_country=host,
        body=s["readmission_body"],
    )
    marked = np.zeros(len(k["kind"]), bool)
    marked[rows] = True
    return marked


def organisations(world: World) -> None:
    """Organisations abroad, with made-up names."""
    s, rng, h = world.settings["organisations"], world.rng["organisations"], world.habits.organisations
    n = s["total"]
    forms, host = world.choose("organisations", s["forms"], n), world.choose_country("organisations", s["hosts"], n)
    names = np.array([s["names"][forms.names[f]].format(n=i + 1) for i, f in enumerate(forms.codes)])
    founded = rng.integers(h.founded_from, int(str(world.settings["time"]["end"])[:4]), n)
    city = np.array([f"{world.countries[h]} city {1 + int(9 * u * u)}" for h, u in zip(host, rng.random(n), strict=True)])
    world.book.add(
        "organisation",
        n,
        organisation_no=numbers("DO", np.arange(1, n + 1), 5),
        name=names,
        country=world.country(host),
        city=city,
        form=forms,
        founded_year=founded,
        members=np.round(np.exp(np.log(h.members_median) + h.members_sigma * rng.standard_normal(n))),
        last_contact_on=world.end - delay(rng, h.contact_before, n),
    )


def complaints(world: World) -> None:
    """Counts of complaints by month; nobody stands behind a row."""
    s, rng = world.settings["complaints"], world.rng["organisations"]
    starts, _ = month_starts(world.start, world.end)
    who, rights, stages = (list(s[k]) for k in ("complainants", "rights", "stages"))
    n = rng.poisson(s["yearly"] / 12, len(starts))
    month = repeat_index(n)
    cell = np.stack(
        [
            month,
            pick(rng, list(s["complainants"].values()), len(month)),
            pick(rng, list(s["rights"].values()), len(month)),
            pick(rng, list(s["stages"].values()), len(month)),
        ],
        axis=1,
    )
    cells, received = np.unique(cell, axis=0, return_counts=True)
    periods = [str(np.datetime64(int(d), "D"))[:7] for d in starts]
    world.book.add(
        "complaints",
        len(cells),
        period=Words(cells[:, 0], periods),
        complainant=Words(cells[:, 1], who),
        right_named=Words(cells[:, 2], rights),
        stage=Words(cells[:, 3], stages),
        received=received,
        upheld=rng.binomial(received, s["upheld"]),
    )
