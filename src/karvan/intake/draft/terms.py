"""The field's terms in many languages: how columns, kinds of files and values are called. The words are data, in `terms/`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import read_yaml

FOLDER = Path(__file__).parent / "terms"
SAME = str.maketrans("ıəیکىةھњø", "ieيكيههнo", "ʻʼ'’‘`ـ‌")    # letters that people write for one another, and marks that they leave out


@dataclass(frozen=True)
class Match:
    """A term found in a text: the concept, the term as written, its language, letters found, and the share of the text that they are."""

    concept: str
    term: str
    language: str
    letters: int
    share: float


@cache
def read(name: str) -> Mapping[str, Any]:
    return read_yaml(FOLDER / f"{name}.yaml")


@cache
def fold(text: str) -> str:
    """A text without case, marks and joining signs, words divided by single blanks.

    >>> fold("Doğum_Tarihi"), fold("BirthDate"), fold("Гражданство (код)")
    ('dogum tarihi', 'birth date', 'гражданство код')
    """
    text = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", text)
    text = unicodedata.normalize("NFKD", text.casefold()).casefold()
    text = "".join(c for c in text if unicodedata.category(c) != "Mn").translate(SAME)
    return " ".join(bare(w) for w in re.findall(r"[^\W_]+|№", text))


def bare(word: str) -> str:
    """A word without the Arabic article."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def crowded(text: str) -> bool:
    """Whether a text is in a script that has no blanks between words."""
    return any("㐀" <= c <= "鿿" or "぀" <= c <= "ヿ" or "\u0e00" <= c <= "\u0e7f" for c in text)


def letters_found(term: str, text: str) -> int:
    """Letters of a folded text that a term covers; 0 where it is not there.

    >>> letters_found("date of birth", fold("Date of birth (dd.mm.yyyy)")), letters_found("=sex", "sexual offence")
    (11, 0)
    """
    whole, wanted = term.startswith("="), fold(term.removeprefix("="))
    if whole:
        return len(wanted.replace(" ", "")) if text == wanted else 0
    if crowded(wanted):
        return 2 * len(wanted) if wanted in text else 0
    stems, words = wanted.split(), text.split()
    for start in range(len(words) - len(stems) + 1):
        pairs = list(zip(stems, words[start:], strict=False))
        if all(word == stem or (len(stem) > 3 and word.startswith(stem)) for stem, word in pairs):
            return sum(len(stem) for stem in stems)
    return 0


def find(text: str, name: str) -> list[Match]:
    """Concepts of a list of terms (`columns` or `records`) that a text names, the longest term of each, best first."""
    folded = fold(text)
    size = max(1, len(folded.replace(" ", "")) * (2 if crowded(folded) else 1))
    found: list[Match] = []
    for concept, languages in read(name).items():
        best = max(
            ((letters_found(str(term), folded), language, str(term)) for language, terms in languages.items() if language != "fields" for term in terms),
            key=lambda found: found[0],
            default=(0, "", ""),
        )
        if best[0]:
            found.append(Match(concept, best[2].removeprefix("="), best[1], best[0], min(1.0, best[0] / size)))
    return sorted(found, key=lambda m: -m.letters)


def fields_of(concept: str) -> list[str]:
    """The columns that a concept may fill; a concept that packs name is a column itself."""
    return list(read("columns").get(concept, {}).get("fields", [concept]))


def words_for(field: str) -> dict[str, dict[str, str]]:
    """What values of a column stand for, by language: folded word as files write it to word of the column."""
    return {language: {fold(str(w)): word for word, written in words.items() for w in written} for language, words in read("values").get(field, {}).items()}


def is_total(text: str) -> bool:
    folded = fold(text)
    return bool(folded) and any(folded == fold(w) or folded.startswith(fold(w) + " ") for w in read("values")["totals"])


def languages() -> Iterable[str]:
    """Languages that the terms are in."""
    return sorted({language for terms in read("columns").values() for language in terms} - {"fields"})
