"""Documents: every row that shows one gets its number; renewed passports have new numbers."""

from __future__ import annotations

import numpy as np

from karvan.synth.lives.book import IDENTITY, NATIONAL, PASSPORT, RENAMED_IDENTITY, RENAMED_PASSPORT, RETURN_PAPER, SECOND, TRAVEL, Shown, Words
from karvan.synth.lives.chance import NONE, Ints
from karvan.synth.lives.world import World

TYPES = ["P", "ID", "PT", "LP"]
SLOTS = 8
TURNS = 4096
CARDS = [IDENTITY, RENAMED_IDENTITY]
RENAMED = [RENAMED_PASSPORT, RENAMED_IDENTITY]


def issue(world: World) -> None:
    """Give each shown document (person, which, day) its number, write `documents`, `personal_numbers` and `nationalities`."""
    rows = [r for table in world.book.rows.values() for r in table if "which" in r]
    shown = []  # a key per row: person, document, and how many times it has been renewed
    papers_on = np.full(len(world.people), 2**30)
    renewed = world.renamed["papers"] != NONE
    papers_on[world.renamed["person"][renewed]] = world.renamed["papers"][renewed]
    for r in rows:
        person, which, on = (np.broadcast_to(r[name], (r["_n"],)).astype(np.int64) for name in ("person", "which", "shown_on"))
        shown.append(_keys(world, person, which, on, papers_on))
    holder = world.renamed["person"]
    card = holder[renewed & (world.renamed["papers"] >= world.start) & (world.people.citizenship[holder] == world.national)]
    new_cards = _keys(world, card, np.full(len(card), IDENTITY), papers_on[card], papers_on)  # issued whether anybody sees it or not
    unique = np.unique(np.concatenate([new_cards, *(np.unique(key) for key in shown)]))
    who, slot, turn = unique // TURNS // SLOTS, unique // TURNS % SLOTS, unique % TURNS - TURNS // 4
    issuer, valid, effective = _terms(world, who, slot)
    phase = _phases(world, who, slot, effective)
    number = _numbers(world, issuer, slot)
    people = world.people
    issued = phase + turn * effective
    national_from, born = people.national_from[who], people.born[who]
    earliest = np.select(
        [np.isin(slot, RENAMED), slot == NATIONAL, slot == TRAVEL, slot == SECOND, slot == IDENTITY],
        [papers_on[who], national_from, people.refugee_from[who], world.second_from()[who], np.where(national_from != NONE, national_from, born)],
        born,
    )
    issued = np.maximum(issued, earliest)
    kind = np.select([np.isin(slot, CARDS), slot == TRAVEL, slot == RETURN_PAPER], [1, 2, 3], 0)
    order = np.lexsort((issued, who))
    world.book.add(
        "documents",
        len(unique),
        keep=order,
        person=who,
        doc_no=number,
        doc_type=Words(kind, TYPES),
        issuer=world.country(issuer),
        issued_on=issued,
        expires_on=issued + valid - 1,
    )
    for r, key in zip(rows, shown, strict=True):
        position = np.searchsorted(unique, key).astype(np.int32)
        r["doc_no"] = Shown(position, number)
        del r["which"], r["shown_on"]
        if r.get("doc_type") is True:
            r["doc_type"] = Words(kind[position].astype(np.int16), TYPES)
    _personal_numbers(world)
    _nationalities(world)


def _keys(world: World, person: Ints, which: Ints, on: Ints, papers_on: Ints) -> Ints:
    """A number for each document shown: person, which of theirs (the one under the new name since the day of the new papers), and its renewals."""
    new = on >= papers_on[person]
    which = np.select([new & (which == PASSPORT), new & (which == IDENTITY)], RENAMED, which)
    _, _, effective = _terms(world, person, which)
    turn = (on - _phases(world, person, which, effective)) // effective
    return (person * SLOTS + which) * TURNS + turn + TURNS // 4


def _terms(world: World, person: Ints, which: Ints) -> tuple[Ints, Ints, Ints]:
    """Issuing state, days of validity as printed, and days until this person gets the next one."""
    s, people = world.settings["passports"], world.people
    years = np.array([s.get(c, s["default"])["years"] for c in world.countries])
    issuer = np.select(
        [np.isin(which, [PASSPORT, RENAMED_PASSPORT]), which == SECOND], [people.citizenship[person], people.second[person]], world.national
    ).astype(np.int64)
    valid = (
        np.select(
            [np.isin(which, CARDS), which == TRAVEL, which == RETURN_PAPER],
            [s["identity"]["years"], s["travel_document"]["years"], s["return_paper"]["years"]],
            years[issuer],
        )
        * 365
    )
    early = world.trait("renews early", SLOTS)[person * SLOTS + which]
    share = s["early_renewal"]
    h = world.habits.papers
    return issuer, valid, np.where(early < share, (valid * (h.early_least + early / share * h.early_range)).astype(np.int64), valid)


def _phases(world: World, person: Ints, which: Ints, effective: Ints) -> Ints:
    return (world.trait("issued first", SLOTS)[person * SLOTS + which] * effective).astype(np.int64)


def _numbers(world: World, issuer: Ints, which: Ints) -> Ints:
    """Numbers in the issuer's form, each once over all issuers of that form."""
    s = world.settings["passports"]
    forms = np.array([s.get(c, s["default"])["form"] for c in world.countries])[issuer]
    forms = np.select(
        [np.isin(which, CARDS), which == TRAVEL, which == RETURN_PAPER], [s["identity"]["form"], s["travel_document"]["form"], s["return_paper"]["form"]], forms
    )
    out = np.empty(len(issuer), dtype="S12")
    for form in np.unique(forms):
        where = np.flatnonzero(forms == form)
        text = str(form)
        moving = [i for i, ch in enumerate(text) if ch == "0" or (ch == "A" and "AA" in text)]
        bases = [10 if text[i] == "0" else 26 for i in moving]
        size = int(np.prod(bases, dtype=object))
        step = next(k for k in range(int(size * 0.6180339), size) if np.gcd(k, size) == 1)
        value = (size // 3 + np.arange(len(where), dtype=np.int64) * step) % size
        grid = np.tile(np.frombuffer(text.encode(), np.uint8), (len(where), 1)).copy()
        rest = value
        for place, base in zip(reversed(moving), reversed(bases), strict=True):
            grid[:, place] = (48 if base == 10 else 65) + rest % base
            rest = rest // base
        out[where] = grid.view(f"S{len(text)}").ravel()
    return out


def _personal_numbers(world: World) -> None:
    people, alphabet = world.people, np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", np.uint8)
    who = np.flatnonzero((people.number_from != NONE) & (people.number_from <= world.end))
    size = 34**7
    value = (who.astype(np.uint64) * np.uint64(40_503_989) + np.uint64(1_234_567_891)) % np.uint64(size)
    grid = np.empty((len(who), 7), np.uint8)
    for place in range(6, -1, -1):
        grid[:, place] = alphabet[(value % np.uint64(34)).astype(int)]
        value //= np.uint64(34)
    world.book.add("personal_numbers", len(who), person=who, personal_no=grid.view("S7").ravel(), from_on=people.number_from[who])


def _nationalities(world: World) -> None:
    people = world.people
    n = len(people)
    everyone = np.arange(n)
    natural = np.flatnonzero((people.national_from != NONE) & (people.national_from <= world.end))
    keeps = keeps_old(world)
    lost = world.lost_on()
    ends = np.where((people.national_from != NONE) & (people.national_from <= world.end) & ~keeps, people.national_from - 1, lost)
    ends = np.where(ends <= world.end, ends, NONE)
    world.book.add(
        "nationalities", n, keep=people.born <= world.end, person=everyone, citizenship=world.country(people.citizenship), from_on=people.born, to_on=ends
    )
    second = np.flatnonzero((people.second >= 0) & (people.born <= world.end))
    world.book.add(
        "nationalities",
        len(second),
        person=second,
        citizenship=world.country(people.second[second]),
        from_on=world.second_from()[second],
        to_on=np.full(len(second), NONE),
    )
    world.book.add(
        "nationalities", len(natural), person=natural, citizenship=world.national_code, from_on=people.national_from[natural], to_on=np.full(len(natural), NONE)
    )


def keeps_old(world: World) -> Ints:
    """Who keeps the first citizenship after naturalisation; the same people whoever asks."""
    return world.trait("keeps the old passport") < world.settings["permits"]["naturalisation"]["keeps_old"]
