"""Journeys: intervals inside or outside the country, made consistent for each person and turned into border crossings.

An interval is a stay of someone who lives abroad, or an absence of someone who lives here. Intervals of a higher level lie within those
of the levels before (a trip abroad within a year of study; a visit home within years abroad). What does not fit is left out, so the
directions of every person's crossings alternate by construction.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from karvan.synth.lives.book import Words
from karvan.synth.lives.chance import NONE, Ints, day, pick
from karvan.synth.lives.world import MODES, World

STAY, ABSENCE = 0, 1
AIR, RAIL, ROAD, SEA, FOOT = range(5)
PERSON_BITS = 2**21
KINDS = ["visit", "move", "trip", "emigration", "home_visit", "return", "asylum"]


class Journeys:
    """Intervals as they are planned, level by level, and those that fit."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.purposes: list[str] = sorted(
            {*world.settings["citizens"]["purposes"], *(p for party in world.settings["visitors"]["purposes"].values() for p in party), "residence"}
        )
        self.kept: dict[str, Ints] = {}
        self._keys = np.empty(0, np.int64)
        self._inward = np.empty(0, bool)

    def purpose(self, words: Words) -> Ints:
        return np.array([self.purposes.index(name) for name in words.names], np.int16)[words.codes]

    def add(self, part: str, what: int, kind: str, person: Ints, opens: Ints, closes: Ints, country: Ints, purpose: Any, **more: Any) -> Ints:
        """Plan intervals [opens, closes] of one level; returns their numbers in `kept`, -1 for those that do not fit.

        `closes` beyond the horizon stays open. `country` is where the person comes from or goes to. Columns in `more` are kept beside.
        """
        world, n = self.world, len(person)
        person, opens, closes = (np.asarray(a, dtype=np.int64) for a in (person, opens, closes))
        fits = (
            (opens < closes + (what == STAY) + (what == ABSENCE))
            & (opens <= world.horizon)
            & (opens > world.people.born[person])
            & (opens < world.people.alive_until()[person])
        )
        fits &= self._free(person, opens, closes, wanted_inside=what == ABSENCE)
        order = np.lexsort((closes, opens, person))
        order = order[fits[order]]
        ends = np.maximum.accumulate(person[order] * PERSON_BITS + np.minimum(closes[order], PERSON_BITS - 1))
        clear = np.ones(len(order), bool)
        clear[1:] = person[order][1:] * PERSON_BITS + opens[order][1:] > ends[:-1]
        chosen = order[clear]
        columns: dict[str, Ints] = {
            "person": person,
            "opens": opens,
            "closes": closes,
            "what": np.full(n, what, np.int8),
            "kind": np.full(n, KINDS.index(kind), np.int8),
            "country": np.broadcast_to(country, (n,)).astype(np.int16),
            "purpose": np.broadcast_to(purpose, (n,)).astype(np.int16),
        }
        given = {name: np.broadcast_to(value, (n,)) for name, value in more.items()}
        if "in_mode" not in given:
            inward, outward = (opens, closes) if what == STAY else (closes, opens)
            given |= ways(world, part, columns["country"], inward, outward)
        number = np.full(n, -1, np.int64)
        first = len(self.kept.get("person", ()))
        number[chosen] = first + np.arange(len(chosen))
        for name, values in {**columns, **given}.items():
            taken = values[chosen]
            taken = taken.astype(np.int32) if taken.dtype == np.int64 else taken
            if name not in self.kept:
                self.kept[name] = np.full(first, -1, taken.dtype) if first else taken[:0]
            self.kept[name] = np.concatenate([self.kept[name], taken])
        for name in self.kept.keys() - columns.keys() - given.keys():
            self.kept[name] = np.concatenate([self.kept[name], np.full(len(chosen), -1, self.kept[name].dtype)])
        keys = np.concatenate(
            [self._keys, person[chosen] * PERSON_BITS + opens[chosen], person[chosen] * PERSON_BITS + np.minimum(closes[chosen], PERSON_BITS - 1)]
        )
        inward = np.concatenate([self._inward, np.full(len(chosen), what == STAY), np.full(len(chosen), what == ABSENCE)])
        sort = np.argsort(keys, kind="stable")
        self._keys, self._inward = keys[sort], inward[sort]
        return number

    def _free(self, person: Ints, opens: Ints, closes: Ints, *, wanted_inside: bool) -> Ints:
        """Where no crossing planned before lies within [opens, closes] and the person is on the right side of the border."""
        low = np.searchsorted(self._keys, person * PERSON_BITS + opens, side="left")
        high = np.searchsorted(self._keys, person * PERSON_BITS + np.minimum(closes, PERSON_BITS - 1), side="right")
        inside = self.world.people.inside_at_start[person].copy()
        if len(self._keys):
            before = np.maximum(low - 1, 0)
            same = (low > 0) & (self._keys[before] // PERSON_BITS == person)
            inside = np.where(same, self._inward[before], inside)
        return (low == high) & (inside == wanted_inside)

    def inside_on(self, person: Ints, days: Ints) -> Ints:
        """Is the person in the country at the end of that day?"""
        place = np.searchsorted(self._keys, np.asarray(person, dtype=np.int64) * PERSON_BITS + days, side="right") - 1
        inside = self.world.people.inside_at_start[person].copy()
        if len(self._keys):
            same = (place >= 0) & (self._keys[np.maximum(place, 0)] // PERSON_BITS == person)
            inside = np.where(same, self._inward[np.maximum(place, 0)], inside)
        return inside

    def crossings(self) -> dict[str, Ints]:
        """Both ends of every interval as crossings up to the horizon, in order of person and time; none on or after the day of death."""
        k, world = self.kept, self.world
        n = len(k["person"])
        rng = world.rng["border"]
        early, late, anytime_a, anytime_b = (rng.integers(low, high, n, dtype=np.int32) for low, high in ((0, 40000), (46000, 86400), (0, 86400), (0, 86400)))
        same_day = k["opens"] == k["closes"]
        given = k.get("second", np.full(n, -1, np.int32))
        first_second = np.where(given >= 0, given, np.where(same_day, early, anytime_a))
        last_second = np.where(given >= 0, np.where(same_day, 86399 - given // 8, (given * 7 + 4321) % 86400), np.where(same_day, late, anytime_b))
        stay = k["what"] == STAY
        out = {}
        for name in ("person", "country", "purpose", "kind", "what"):
            out[name] = np.concatenate([k[name], k[name]])
        out["interval"] = np.concatenate([np.arange(n, dtype=np.int32)] * 2)
        out["inward"] = np.concatenate([stay, ~stay])
        out["day"] = np.concatenate([k["opens"], k["closes"]])
        out["second"] = np.concatenate([first_second, last_second])
        for name in ("mode", "point"):
            out[name] = np.concatenate([np.where(stay, k[f"in_{name}"], k[f"out_{name}"]), np.where(stay, k[f"out_{name}"], k[f"in_{name}"])])
        keep = (out["day"] >= world.start) & (out["day"] <= world.horizon) & (out["day"] < world.people.alive_until()[out["person"]])
        order = np.lexsort((out["second"], out["day"], out["person"]))
        order = order[keep[order]]
        return {name: values[order] for name, values in out.items()}


def ways(world: World, part: str, country: Ints, inward: Ints, outward: Ints) -> dict[str, Ints]:
    """Mode and point of the way in and the way out, with the closures in force on the day."""
    s, rng, n = world.settings["journeys"], world.rng[part], len(country)
    routes = list(s["modes"])
    table = np.array([[s["modes"][r].get(m, 0) for m in MODES] for r in routes], dtype=float)
    route_of = np.array([routes.index(world.settings["countries"].get(c, {}).get("route", routes[0])) for c in world.countries])
    far = np.array([c in s["far"] or c not in world.settings["countries"] for c in world.countries])
    route = route_of[country]
    cumulative = np.cumsum(table / table.sum(axis=1, keepdims=True), axis=1)[route]
    mode = np.minimum((rng.random(n)[:, None] > cumulative).sum(axis=1), len(MODES) - 1)
    by_air = far[country] & (rng.random(n) < s["far_air"])
    mode = np.where(by_air, AIR, mode)
    back = np.where(rng.random(n) < world.habits.border.back_same_mode, mode, AIR)
    in_mode, out_mode = mode.copy(), back
    for closure in s["closures"]:
        shut = np.isin(in_mode, [MODES.index(m) for m in closure["modes"]]) & (inward >= day(str(closure["from"])))
        in_mode = np.where(shut & (rng.random(n) >= closure["exceptions"]), AIR, in_mode)
        lost = np.isin(out_mode, [MODES.index(m) for m in closure["modes"]]) & (outward >= day(str(closure["from"])))
        out_mode = np.where(lost & (rng.random(n) >= s["land_out_share_when_closed"]), AIR, out_mode)
    return {
        "in_mode": in_mode.astype(np.int8),
        "out_mode": out_mode.astype(np.int8),
        "in_point": _points(world, part, in_mode, route, routes),
        "out_point": _points(world, part, out_mode, route, routes),
    }


def _points(world: World, part: str, mode: Ints, route: Ints, routes: list[str]) -> Ints:
    points, rng = world.settings["journeys"]["points"], world.rng[part]
    out = np.zeros(len(mode), np.int16)
    for m, mode_name in enumerate(MODES):
        for r, route_name in enumerate(routes):
            where = np.flatnonzero((mode == m) & (route == r))
            if not len(where):
                continue
            own = (
                [i for i, p in enumerate(points) if p["mode"] == mode_name and p.get("route", route_name) == route_name]
                or [i for i, p in enumerate(points) if p["mode"] == mode_name]
                or [0]
            )
            out[where] = np.array(own)[pick(rng, [points[i]["weight"] for i in own], len(where))]
    return out


def until(days: Ints) -> Ints:
    """NONE where a day lies beyond the horizon's last possible day."""
    return np.where(days >= PERSON_BITS - 1, NONE, days)
