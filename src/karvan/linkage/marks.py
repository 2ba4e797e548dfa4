"""Where two values of a field differ: word by word, letter by letter, digit by digit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from karvan.linkage.letters import latin

NAMES = ("surname", "given_names", "patronymic", "full_name", "birth_place", "address")
NUMBERS = ("personal_no", "document", "register")
SEVERAL = ("document", "register")      # a person may have several: another one is no sign of another person
SLIPS = 2           # characters of a number that a clerk may have mistyped
VERDICTS = ("same", "spelling", "partly", "other", "differs")
ALIKE = 0.75        # of the letters in Latin: one word in two spellings


class Piece(NamedTuple):
    """A piece of a value: `same` as on the other side, in another `spelling`, or it `differs`; `other`: another number where a person may have several."""

    text: str
    kind: str


def verdict_of(kinds: set[str]) -> str:
    """The verdict on one value, from the kinds of its pieces.

    >>> verdict_of({"same"}), verdict_of({"same", "spelling"}), verdict_of({"same", "differs"}), verdict_of({"differs"}), verdict_of({"other"})
    ('same', 'spelling', 'partly', 'differs', 'other')
    """
    if "differs" in kinds:
        return "partly" if kinds & {"same", "spelling"} else "differs"
    return next((kind for kind in ("other", "spelling") if kind in kinds), "same")


def pieces(field: str, value: str, others: Sequence[str]) -> tuple[Piece, ...]:
    """A value in pieces, beside the most similar value of the other side.

    Names and addresses go word by word and then letter by letter where one alphabet writes both, dates part by part and then digit by digit, numbers character by
    character where no more than `SLIPS` characters differ.

    >>> pieces("surname", "MƏMMƏDOV", ["Мамедов"])
    (Piece(text='MƏMMƏDOV', kind='spelling'),)
    >>> pieces("surname", "HILLMARK", ["HILMARCK"])
    (Piece(text='HI', kind='same'), Piece(text='L', kind='spelling'), Piece(text='LMARK', kind='same'))
    >>> pieces("birth_date", "1990-05-06", ["1990-05-16"])
    (Piece(text='1990-05-', kind='same'), Piece(text='0', kind='differs'), Piece(text='6', kind='same'))
    """
    other = max(others, key=lambda one: (one.casefold() == value.casefold(), SequenceMatcher(None, latin(one), latin(value)).ratio()))
    if other == value:
        return (Piece(value, "same"),)
    if field in NAMES:
        words = [w for w in re.split(r"[\s,]+", other) if w]
        return joined_pieces(piece for w in re.split(r"([\s,]+)", value) if w for piece in (word_pieces(w, words) if w.strip(" ,") else [(w, "same")]))
    if field == "birth_date":
        parts = re.split("(-)", other)
        return joined_pieces(piece for at, part in enumerate(re.split("(-)", value)) for piece in digits(part, parts[at] if at < len(parts) else ""))
    if field in NUMBERS and len(other) == len(value) and sum(mine != theirs for mine, theirs in zip(value, other, strict=True)) <= SLIPS:
        return joined_pieces((mine, "same" if mine == theirs else "differs") for mine, theirs in zip(value, other, strict=True))
    return (Piece(value, "other" if field in SEVERAL else "differs"),)


def digits(part: str, other: str) -> list[tuple[str, str]]:
    """A part of a date, digit by digit where one digit is wrong, else whole."""
    if len(part) != len(other) or sum(mine != theirs for mine, theirs in zip(part, other, strict=True)) > 1:
        return [(part, "same" if part == other else "differs")]
    return [(mine, "same" if mine == theirs else "differs") for mine, theirs in zip(part, other, strict=True)]


def word_pieces(word: str, words: Sequence[str]) -> list[tuple[str, str]]:
    """A word beside the words of the other side: among them, in another spelling (then its letters, where one alphabet writes both), or not there."""
    if any(word.casefold() == one.casefold() for one in words):
        return [(word, "same")]
    mine, near = latin(word), ""
    for one in words if word.isalpha() else ():
        theirs = latin(one)
        if consonants(mine) == consonants(theirs) != "" or SequenceMatcher(None, mine, theirs).ratio() >= ALIKE:
            near = max(near, one, key=lambda w: SequenceMatcher(None, mine, latin(w)).ratio())
    if not near:
        return [(word, "differs")]
    if alphabet(word) != alphabet(near):
        return [(word, "spelling")]
    blocks = SequenceMatcher(None, near.casefold(), word.casefold(), autojunk=False).get_opcodes()
    found = [(word[start:end], "same" if what == "equal" else "spelling") for what, _, _, start, end in blocks if end > start]
    return found if any(kind == "spelling" for _, kind in found) else [(word, "spelling")]     # it lacks letters of the other


def alphabet(word: str) -> str:
    """The alphabet of a word's first letter, as Unicode names it.

    >>> alphabet("Мамедов"), alphabet("Əliyev")
    ('CYRILLIC', 'LATIN')
    """
    return unicodedata.name(word[0], "").split(" ")[0]


def consonants(text: str) -> str:
    return re.sub(r"[AEIOUY'’ʼ`-]|(.)(?=\1)", "", text)


def joined_pieces(letters: Iterable[Sequence[str]]) -> tuple[Piece, ...]:
    """Letters with their kinds as pieces as long as they can be."""
    found: list[Piece] = []
    for letter, kind in letters:
        if found and found[-1].kind == kind:
            found[-1] = Piece(found[-1].text + letter, kind)
        else:
            found.append(Piece(letter, kind))
    return tuple(found)
