"""What every part of the simulation shares: settings, days, lists of words, people, the book, and one generator per part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from karvan.errors import DataError
from karvan.synth.lives.book import Book, Words
from karvan.synth.lives.chance import NONE, Dated, Ints, day, generators, pick, year_of
from karvan.synth.lives.habits import habits_of
from karvan.synth.lives.people import People

MODES = ["air", "rail", "road", "sea", "foot"]
REASONS = ["family", "education", "work", "other"]
DRAWN = ("visitors", "citizens", "movers", "emigration", "asylum", "determinations")
"""Kinds of movement that are drawn as dense as declared; those that the pack declares beside them follow from these."""
BEYOND = 487
"""Days lived past the last delivered day, so that true residence at the end is decided by what then happens."""


class Couples:
    """Marriages as columns: wife, husband, begun, ended (by divorce; NONE while they last)."""

    def __init__(self) -> None:
        self.wife = np.empty(0, np.int64)
        self.husband = np.empty(0, np.int64)
        self.begun = np.empty(0, np.int64)
        self.ended = np.empty(0, np.int64)

    def add(self, wife: Ints, husband: Ints, begun: Ints) -> None:
        self.wife = np.concatenate([self.wife, wife])
        self.husband = np.concatenate([self.husband, husband])
        self.begun = np.concatenate([self.begun, begun.astype(np.int64)])
        self.ended = np.concatenate([self.ended, np.full(len(wife), NONE)])


@dataclass
class World:
    """The simulation in progress."""

    settings: dict[str, Any]
    seed: int
    residents: int
    people: People = field(default_factory=People)
    book: Book = field(default_factory=Book)
    couples: Couples = field(default_factory=Couples)
    born_abroad: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """People born to citizens abroad."""
    lost: dict[str, Ints] = field(default_factory=lambda: {"person": np.empty(0, np.int64), "on": np.empty(0, np.int64)})
    """Nationals who gave the citizenship up for that of the country they live in."""
    bans: dict[str, Ints] = field(default_factory=lambda: {"person": np.empty(0, np.int64), "on": np.empty(0, np.int64), "until": np.empty(0, np.int64)})
    """Banned people and the day they try to come back."""

    renamed: dict[str, Ints] = field(default_factory=lambda: {"person": np.empty(0, np.int64), "papers": np.empty(0, np.int64)})
    """Who changed the name, and the day of the new papers (NONE where there are none yet)."""

    _traits: dict[str, Ints] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        needed = {"time", "density", "national", "population", "countries", "visitors", "movers", "permits", "names", "regions", "habits"} - set(self.settings)
        if needed:
            raise DataError(
                f"The settings of the synthetic country lack {', '.join(sorted(needed))}.",
                where="settings given to karvan.synth.lives.simulate",
                fix="Start from packs/az/synth/lives.yaml, which has every section.",
            )
        declared = self.settings["density"].get("kinds") or {}
        if missing := [kind for kind in DRAWN if "factor" not in declared.get(kind, {})]:
            raise DataError(
                f"The settings of the synthetic country declare no density of {missing[0]}.",
                where="synth/lives.yaml, density.kinds",
                fix="State its factor, the published figure and the SQL that measures it, as packs/az/synth/lives.yaml does.",
            )
        self.habits = habits_of(self.settings)
        self.rng = generators(self.seed)
        time = self.settings["time"]
        self.start, self.journeys_from, self.deliveries_from, self.end = (day(time[k]) for k in ("start", "journeys_from", "deliveries_from", "end"))
        self.horizon = self.end + BEYOND
        self.national_code: str = self.settings["national"]
        self.countries: list[str] = sorted({self.national_code, *self.settings["countries"], *_codes(self.settings)})
        self.number = {code: i for i, code in enumerate(self.countries)}
        self.national = self.number[self.national_code]
        self.regions: list[str] = sorted({*self.settings["regions"], *self.settings["foreign_regions"]})
        self.scale = self.residents / self.settings["density"]["country"]
        self.listed: list[str] = list(self.settings["countries"])
        fixed = self.settings["holidays"]["fixed"]
        self.holidays = np.array(
            [day(f"{y}-{md}") for y in range(year_of(np.array([self.start]))[0] - 12, year_of(np.array([self.horizon]))[0] + 3) for md in fixed]
        )

    def density(self, kind: str) -> float:
        """How many times denser than life this kind of movement is declared to be."""
        return float(self.settings["density"]["kinds"][kind]["factor"])

    # -- small services -------------------------------------------------------------------------------------------------------------------------

    def trait(self, name: str, per: int = 1) -> Ints:
        """A number from 0 to 1 that a person (or each of `per` things of a person) keeps: the same whoever asks."""
        if name not in self._traits or len(self._traits[name]) != len(self.people) * per:
            rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *name.encode()])))
            self._traits[name] = rng.random(len(self.people) * per, dtype=np.float32)
        return self._traits[name]

    def lost_on(self) -> Ints:
        """Per person, the day the national citizenship was given up; NONE for nearly all."""
        out = np.full(len(self.people), NONE, np.int64)
        out[self.lost["person"]] = self.lost["on"]
        return out

    def second_from(self) -> Ints:
        """Per person, since when the second citizenship is held: birth, or the day it replaced the first."""
        lost = self.lost_on()
        return np.where(lost != NONE, lost, self.people.born)

    def country(self, codes: Ints) -> Words:
        return Words(codes, self.countries)

    def region(self, codes: Ints) -> Words:
        return Words(codes, self.regions)

    def choose(self, part: str, weights: dict[Any, float], n: int) -> Words:
        """`n` words drawn with the weights of the settings."""
        return Words(pick(self.rng[part], list(weights.values()), n), [str(k) for k in weights])

    def choose_country(self, part: str, weights: dict[str, float], n: int) -> Ints:
        """`n` country numbers drawn with the weights of the settings."""
        return np.array([self.number[c] for c in weights], np.int16)[pick(self.rng[part], list(weights.values()), n)]

    def choose_region(self, part: str, which: str, n: int) -> Ints:
        weights = self.settings[which]
        return np.array([self.regions.index(r) for r in weights], np.int16)[pick(self.rng[part], list(weights.values()), n)]

    def ages(self, part: str, weights: dict[int, float], n: int) -> Ints:
        """Ages in days, drawn from groups that start at the keys; the last group is ten years wide."""
        starts = np.array(list(weights), dtype=float)
        ends = np.append(starts[1:], starts[-1] + 10)
        group = pick(self.rng[part], list(weights.values()), n)
        return ((starts[group] + self.rng[part].random(n) * (ends - starts)[group]) * 365.25).astype(np.int32)

    def dated(self, entries: dict[Any, float]) -> Dated:
        return Dated.read(entries)

    def mortality(self) -> tuple[Ints, Ints]:
        """Survivors at exact ages 0 to 111, women and men, from the pack's death rates."""
        tables = []
        for sex in ("F", "M"):
            rates = self.settings["population"]["mortality"][sex]
            yearly = np.concatenate([[rates[0]], np.repeat(rates[1], 4), np.repeat(rates[2:], 5), np.full(20, rates[-1])])[:111]
            tables.append(np.exp(-np.concatenate([[0], np.cumsum(yearly)])))
        return tables[0], tables[1]

    def death_days(self, part: str, female: Ints, born: Ints, alive_on: Ints) -> Ints:
        """A day of death for each, given that they live on `alive_on`; NONE beyond the horizon."""
        chance = self.rng[part].random(len(born))
        age = np.clip((np.asarray(alive_on) - born) / 365.25, 0, 109)
        died = np.empty(len(born))
        for sex, survivors in zip((True, False), self.mortality(), strict=True):
            where = female == sex
            level = np.interp(age[where], np.arange(112), survivors) * chance[where]
            died[where] = np.interp(-level, -survivors, np.arange(112))
        on = np.maximum(born + (died * 365.25).astype(np.int64), np.asarray(alive_on) + 1)
        return np.where(on > self.horizon, NONE, on).astype(np.int32)


def _codes(settings: dict[str, Any]) -> set[str]:
    """Every country that the settings name outside `countries`."""
    population = settings["population"]
    named: set[str] = {
        *population.get("second", {}),
        *settings["emigration"]["destinations"],
        *settings["citizens"]["destinations"],
        *settings["asylum"]["origins"],
        *settings["organisations"]["hosts"],
        *settings["citizenship"]["loss_to"],
    }
    for group in population["born_abroad"].values():
        named |= set(group)
    return named
