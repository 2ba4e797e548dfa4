"""Cultures: the names that people of each culture bear, how they are formed, and the forms that a reform gives them."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import read_yaml
from karvan.synth.spelling import Spelling, plain


class Culture:
    """The name lists of one culture, commonest first in an order that the seed decides."""

    def __init__(self, about: dict[str, Any], forenames: dict[str, list[tuple[str, str]]], surnames: list[tuple[str, str]]) -> None:
        self.about, self.forenames, self.surnames = about, forenames, surnames
        self.reforms: dict[int, list[int]] = {}
        """By the place of a family name, the places of the forms that it can be given by a reform: behind the names that people are born with."""
        self.family = list(surnames)
        for place, (native, latin) in enumerate(surnames):
            for form in reformed(native, latin, about.get("reform") or {}):
                self.reforms.setdefault(place, []).append(len(self.family))
                self.family.append(form)

    def feminine(self, name: str) -> str:
        """A woman's form of a family name.

        >>> Culture({"feminine": {"ov": "ova"}}, {}, []).feminine("Ivanov")
        'Ivanova'
        """
        for ending, woman in (self.about.get("feminine") or {}).items():
            if name.endswith(ending):
                return name[: -len(ending)] + woman
        return name

    def patronymic(self, father: str, female: bool, *, latin: bool = False) -> str:
        """From the father's forename; empty where the culture has none.

        >>> Culture({"patronymic": {"M": "{f}ovich", "F": "{f}ovna"}, "joins": {"yov": "yev"}}, {}, []).patronymic("Sergey", female=False)
        'Sergeyevich'
        """
        forms = self.about.get("patronymic_latin" if latin or (father.isascii() and "joins" in self.about) else "patronymic") or self.about.get("patronymic")
        if not forms:
            return ""
        name = forms["F" if female else "M"].format(f=father)
        for meeting, instead in (self.about.get("joins") or {}).items():
            name = name.replace(meeting, instead)
        return name


def reformed(native: str, latin: str, reform: dict[str, Any]) -> list[tuple[str, str]]:
    """Forms that a reform can give a family name, at home and in Latin letters: an ending is dropped, or changed for one that fits its last vowel.

    >>> reformed("Həsənov", "Hasanov", {"endings": ["ov"], "become": ["", "zadə", {"ə": "li"}]})
    [('Həsən', 'Hasan'), ('Həsənzadə', 'Hasanzada'), ('Həsənli', 'Hasanli')]
    """
    ending = next((e for e in reform.get("endings", ()) if native.endswith(e) and latin.endswith(e)), None)
    if ending is None:
        return []
    stem, stem_latin = native[: -len(ending)], latin[: -len(ending)]
    forms = []
    for become in reform["become"]:
        suffix = become if isinstance(become, str) else next((become[c] for c in reversed(stem) if c in become), None)
        if suffix is not None and len(stem) > 2:
            forms.append((stem + suffix, stem_latin + plain(suffix)))
    return forms


class Cultures:
    """All cultures of a pack's folder of names."""

    def __init__(self, folder: Path) -> None:
        self.settings = read_yaml(folder / "cultures.yaml")
        first: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        family: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for culture, sex, native, latin in _rows(folder / "forenames.csv"):
            first[culture, sex].append((native, latin))
        for culture, native, latin in _rows(folder / "surnames.csv"):
            family[culture].append((native, latin))
        self.cultures = {key: Culture(about, {"M": first[key, "M"], "F": first[key, "F"]}, family[key]) for key, about in self.settings["cultures"].items()}
        self.spelling = Spelling(folder)

    def __getitem__(self, code: str) -> Culture:
        code = self.settings.get("like", {}).get(code, code)
        return self.cultures.get(code) or self.cultures["*"]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]
