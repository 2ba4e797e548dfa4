"""Names: what everybody is called at home, in their passports, and on the papers of a local office.

A person's family name comes from the father, or from the culture's common names; a wife may take her husband's. A passport carries the
name in Latin letters and keeps its spelling for as long as it is valid: the next one, issued by another clerk, may spell it differently.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from karvan.synth.cultures import Cultures
from karvan.synth.spelling import plain

Texts = np.ndarray[Any, np.dtype[np.object_]]
PIECE = 500_000
"""People whose names are put together at a time."""


def name_everybody(truth: dict[str, pa.Table], cultures: Cultures, *, seed: int, rates: dict[str, float]) -> tuple[pa.Table, pa.Table]:
    """Names of every person over time, and the spelling in every document.

    Returns
    -------
    `spells`: person_no, from_on (null: since birth), to_on (first day of the next name), surname, given_names, patronymic, script (names at
    home), office_surname, office_given_names, office_patronymic (as a local office writes them), latin_surname, latin_given_names.
    `passports`: doc_no, person_no, surname, given_names (Latin, as printed), one row per document.
    """
    people = truth["people"].sort_by("person_no")
    draw = np.random.default_rng([seed, 101])
    persons = _People(people, cultures, draw, rates)
    spells = persons.spells(truth["name_changes"], draw)
    return spells, _passports(truth["documents"], spells, persons, cultures, np.random.default_rng([seed, 102]), rates)


class _People:
    """Positions of everybody's names in the lists of their culture."""

    def __init__(self, people: pa.Table, cultures: Cultures, draw: np.random.Generator, rates: dict[str, float]) -> None:
        n = len(people)
        self.number = people["person_no"].to_numpy()
        self.female = pc.equal(people["sex"], "F").to_numpy(zero_copy_only=False)
        codes = people["culture"].combine_chunks().dictionary_encode()
        self.culture = codes.indices.to_numpy()
        self.cultures = [cultures[c or "*"] for c in codes.dictionary.to_pylist()]
        self.all = cultures
        self.born = people["born_on"]
        self.father = self._positions(people["father_no"])
        self.mother = self._positions(people["mother_no"])
        self.surname = np.zeros(n, np.int64)
        self.forename = np.zeros(n, np.int64)
        self.second = np.full(n, -1)
        self.fathers_forename = np.zeros(n, np.int64)
        for c, culture in enumerate(self.cultures):
            of = self.culture == c
            self.surname[of] = _common(draw, int(of.sum()), len(culture.surnames))
            self.fathers_forename[of] = _common(draw, int(of.sum()), len(culture.forenames["M"]))
            for female, sex in ((False, "M"), (True, "F")):
                ofs = of & (self.female == female)
                self.forename[ofs] = _common(draw, int(ofs.sum()), len(culture.forenames[sex]))
                other = _common(draw, int(ofs.sum()), len(culture.forenames[sex]))
                has = (draw.random(int(ofs.sum())) < culture.about.get("second", 0)) & (other != self.forename[ofs])
                self.second[ofs] = np.where(has, other, -1)
        self._namesakes(draw, rates.get("namesakes", 0))
        self._inherit()
        self._sons(draw, rates.get("son_bears_fathers_name", 0))

    def _positions(self, numbers: pa.ChunkedArray) -> np.ndarray[Any, Any]:
        wanted = pc.fill_null(numbers, -1).to_numpy()
        at = np.searchsorted(self.number, wanted).clip(0, len(self.number) - 1)
        return np.where((wanted >= 0) & (self.number[at] == wanted), at, -1)

    def _inherit(self) -> None:
        """Children bear their father's family name where the culture is his; siblings without a father share their mother's husband's."""
        for _ in range(8):
            parent = np.where(self.father >= 0, self.father, self.mother)
            same = (parent >= 0) & (self.culture[parent] == self.culture)
            before = self.surname.copy()
            self.surname[same] = self.surname[parent[same]]
            if (before == self.surname).all():
                break

    def _sons(self, draw: np.random.Generator, rate: float) -> None:
        """Some sons bear their father's whole name; then everybody's father's name follows from the father."""
        with_father = (self.father >= 0) & (self.culture[self.father] == self.culture)
        sons = np.flatnonzero(with_father & ~self.female & (draw.random(len(self.number)) < rate))
        for son in sons[np.argsort(self.born.take(pa.array(sons)).to_numpy(), kind="stable")]:  # a grandson after his father
            self.forename[son], self.second[son] = self.forename[self.father[son]], self.second[self.father[son]]
        self.fathers_forename[with_father] = self.forename[self.father[with_father]]

    def _namesakes(self, draw: np.random.Generator, rate: float) -> None:
        """Some people without kin in the simulation bear the name of another who was born on the same day."""
        alone = np.flatnonzero((self.father < 0) & (self.mother < 0))
        born = self.born.take(pa.array(alone)).to_numpy().astype("datetime64[D]").astype(np.int64)
        alone = alone[np.lexsort((alone, born, self.female[alone], self.culture[alone]))]
        born = self.born.take(pa.array(alone)).to_numpy().astype("datetime64[D]").astype(np.int64)
        like, other = alone[1:], alone[:-1]
        same = (born[1:] == born[:-1]) & (self.female[like] == self.female[other]) & (self.culture[like] == self.culture[other])
        chosen = same & (draw.random(len(like)) < rate)
        for one, before in zip(like[chosen], other[chosen], strict=True):
            for own in (self.surname, self.forename, self.second):
                own[one] = own[before]

    def spells(self, changes: pa.Table, draw: np.random.Generator) -> pa.Table:
        """Everybody's name since birth, and the names that people changed it for. A change that would change nothing is left out."""
        n = len(self.number)
        rows = np.arange(n)
        surname, start = self.surname, np.full(n, "NaT", "datetime64[D]")
        person, spouse = self._positions(changes["person_no"]), self._positions(changes["spouse_no"])
        on = changes["changed_on"].to_numpy().astype("datetime64[D]")
        u = draw.random(len(on))
        new = np.where(spouse >= 0, self.surname[np.maximum(spouse, 0)], -1)
        for place in np.flatnonzero(spouse < 0):
            forms = self.cultures[self.culture[person[place]]].reforms.get(int(self.surname[person[place]]), [])
            new[place] = forms[int(u[place] * len(forms))] if forms else -1
        changes_it = (person >= 0) & (new >= 0) & (new != self.surname[np.maximum(person, 0)])
        person, new, on = person[changes_it], new[changes_it], on[changes_it]
        rows = np.concatenate([rows, person])
        surname = np.concatenate([surname, new])
        start = np.concatenate([start, on])
        end = np.full(len(rows), "NaT", "datetime64[D]")
        end[person] = on
        return self._written(rows, surname, start, end, draw)

    def _written(self, rows: Any, surname: Any, start: Any, end: Any, draw: np.random.Generator) -> pa.Table:
        columns = (
            "surname",
            "given_names",
            "patronymic",
            "office_surname",
            "office_given_names",
            "office_patronymic",
            "latin_surname",
            "latin_given_names",
            "latin_father",
            "script",
        )
        u = draw.random(len(rows))
        heard = cache(self.all.spelling.local)
        pieces = [slice(first, first + PIECE) for first in range(0, len(rows), PIECE)] or [slice(0, 0)]
        tables = []
        for piece in pieces:  # a piece of everybody at a time: names in Python take many times their room in a table
            named = self._named(rows[piece], surname[piece], u[piece], columns, heard)
            tables.append(
                pa.table({"person_no": pa.array(self.number[rows[piece]]), "from_on": pa.array(start[piece]), "to_on": pa.array(end[piece]), **named})
            )
        return pa.concat_tables(tables)

    def _named(self, rows: Any, surname: Any, u: Any, columns: tuple[str, ...], heard: Callable[[str, float], str]) -> dict[str, pa.Array]:
        out: dict[str, Texts] = {c: np.empty(len(rows), object) for c in columns}
        culture, female = self.culture[rows], self.female[rows]
        local = self.all.settings["local_culture"]
        for c, about in enumerate(self.cultures):
            for woman in (False, True):
                of = np.flatnonzero((culture == c) & (female == woman))
                if not len(of):
                    continue
                sex = "F" if woman else "M"
                family = [(about.feminine(n), about.feminine(la)) if woman else (n, la) for n, la in about.family]
                given, fathers = about.forenames[sex], about.forenames["M"]
                at_home = about is self.all[local]
                _put(out["surname"], of, [f[0] for f in family], surname[of])
                _put(out["latin_surname"], of, [f[1] for f in family], surname[of])
                _put(out["given_names"], of, [g[0] for g in given], self.forename[rows[of]])
                _put(out["latin_given_names"], of, [g[1] for g in given], self.forename[rows[of]])
                _put(out["latin_father"], of, [f[1] for f in fathers], self.fathers_forename[rows[of]])
                _put(out["patronymic"], of, [about.patronymic(f[0], woman) for f in fathers], self.fathers_forename[rows[of]])
                latin_fathers = [about.patronymic(f[0] if at_home else f[1], woman, latin=not at_home) for f in fathers]
                _put(out["office_patronymic"], of, latin_fathers, self.fathers_forename[rows[of]])
                if at_home:
                    out["office_surname"][of], out["office_given_names"][of] = out["surname"][of], out["given_names"][of]
                else:
                    # A local clerk hears some foreign names in local letters, and copies most from the passport.
                    for k, part in (("surname", family), ("given_names", given)):
                        at = surname[of] if k == "surname" else self.forename[rows[of]]
                        ways = [way for _, latin in part for way in (latin, latin, heard(latin, 0.2), heard(latin, 0.8))]
                        _put(out[f"office_{k}"], of, ways, at * 4 + (u[of] * 4).astype(int))
                two = of[self.second[rows[of]] >= 0]
                for k, forms in (
                    ("given_names", [g[0] for g in given]),
                    ("latin_given_names", [g[1] for g in given]),
                    ("office_given_names", [g[0 if at_home else 1] for g in given]),
                ):
                    out[k][two] = out[k][two] + " " + _words(forms)[self.second[rows[two]]]
                out["script"][of] = "cyrillic" if about.about.get("cyrillic") else "arabic" if about.about.get("arabic") else "latin"
        return {k: pc.utf8_trim_whitespace(pa.array(v, pa.string())) for k, v in out.items()}


def _put(target: Texts, of: Any, words: list[str], at: Any) -> None:
    target[of] = _words(words)[at]


def _words(words: list[str]) -> Texts:
    array: Texts = np.empty(len(words), object)
    array[:] = words
    return array


def _common(draw: np.random.Generator, n: int, size: int) -> np.ndarray[Any, Any]:
    """`n` positions in a list of `size`, some names much commoner than others (weights 1/(rank + 6), ranks shuffled by the seed)."""
    weights = 1 / (np.arange(size) + 6)
    ranked = np.searchsorted(np.cumsum(weights) / weights.sum(), draw.random(n))
    return draw.permutation(size)[ranked.clip(0, size - 1)]


def _passports(documents: pa.Table, spells: pa.Table, persons: _People, cultures: Cultures, draw: np.random.Generator, rates: dict[str, float]) -> pa.Table:
    """Latin names printed in documents: the usual spelling, or for some foreign passports after the first another real one."""
    order = pc.sort_indices(documents, sort_keys=[("person_no", "ascending"), ("issued_on", "ascending"), ("doc_no", "ascending")])
    documents = documents.take(order)
    person = documents["person_no"].to_numpy()
    issued = documents["issued_on"].to_numpy().astype("datetime64[D]")
    at = np.searchsorted(persons.number, person)
    spell = at.copy()
    starts = spells["from_on"].to_numpy().astype("datetime64[D]")
    changed = np.flatnonzero(~np.isnat(starts))
    later = np.full(len(persons.number), -1)
    later[np.searchsorted(persons.number, spells["person_no"].to_numpy()[changed])] = changed
    married = (later[at] >= 0) & (issued >= np.where(later[at] >= 0, starts[later[at]], np.datetime64("9999-12-31")))
    spell[married] = later[at[married]]
    printed = spells.select(["latin_surname", "latin_given_names", "latin_father"]).combine_chunks().take(pa.array(spell))
    first = np.r_[True, person[1:] != person[:-1]]
    local = cultures[cultures.settings["local_culture"]]
    foreign = np.array([c is not local for c in persons.cultures])[persons.culture[at]]
    arabic = np.array([bool(c.about.get("arabic")) for c in persons.cultures])[persons.culture[at]]
    u, v = draw.random(len(person)), draw.random(len(person))
    other = np.flatnonzero(foreign & ~first & (u < rates.get("other_spelling_in_new_passport", 0)))
    with_father = np.flatnonzero(arabic & (draw.random(len(person)) < rates.get("fathers_name_in_passport", 0)))
    family, own = other[v[other] < 0.5], other[v[other] >= 0.5]

    def respelt(column: str, rows: Any, at: Any) -> list[str]:
        names = printed[column].take(pa.array(rows)).to_pylist()
        return [plain(cultures.spelling.respell(name, "spelling", x)) for name, x in zip(names, at, strict=True)]

    surname = _replaced(printed["latin_surname"], family, respelt("latin_surname", family, v[family] * 2))
    given = _replaced(printed["latin_given_names"], own, respelt("latin_given_names", own, v[own] * 2 - 1))
    fathers = (column.take(pa.array(with_father)).to_pylist() for column in (given, printed["latin_father"]))
    given = _replaced(given, with_father, [f"{name} {father}" for name, father in zip(*fathers, strict=True)])
    return pa.table(
        {
            "doc_no": documents["doc_no"].combine_chunks(),
            "person_no": person,
            "surname": surname,
            "given_names": given,
        }
    )


def _replaced(values: pa.ChunkedArray, rows: Any, new: list[str]) -> pa.ChunkedArray:
    mask = np.zeros(len(values), bool)
    mask[rows] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array(new, pa.string()))
