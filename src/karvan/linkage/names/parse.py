"""A name as its culture writes it, part by part."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from karvan.linkage.names import reading as k
from karvan.linkage.names.compare import known, packed
from karvan.linkage.names.endings import gender_of_ending
from karvan.linkage.names.model import shipped

SCRIPTS = ("latin", "cyrillic", "arabic", "hebrew", "greek", "georgian", "armenian", "han", "kana", "hangul", "thai", "devanagari")


@dataclass(frozen=True)
class Part:
    """One part of a name.

    `role` is `surname` or `given` where the writing tells the order (`Surname, Given`, `SURNAME<<GIVEN`), `name` where it does not, else `patronymic`,
    `patronymic_mark` (the word that says son or daughter), `particle`, `initial` or `placeholder`. `gender` is M or F by the patronymic or the
    ending of the surname, empty where neither tells; `script` is that of most letters.
    """

    text: str
    role: str
    script: str
    gender: str = ""


def parse_name(name: str | None) -> list[Part]:
    """The parts of a name with their roles; empty for an unknown name or one without letters. The first 200 characters and 8 parts are read.

    Examples
    --------
    >>> [(p.text, p.role, p.gender) for p in parse_name("Əliyeva, Leyla Rasim qızı")]
    [('Əliyeva', 'surname', 'F'), ('Leyla', 'given', ''), ('Rasim', 'patronymic', 'F'), ('qızı', 'patronymic_mark', 'F')]
    >>> [(p.text, p.role) for p in parse_name("Abd al-Rahman K.")]
    [('Abd', 'name'), ('al', 'particle'), ('Rahman', 'name'), ('K', 'initial')]
    """
    text = unicodedata.normalize("NFC", known(name, "a")[: 2 * k.MOST_CHARS])
    model = shipped()
    codes, starts = packed([text], "a")
    letter, info, head = read = k.new_name()
    k.read_name(codes, 0, starts[1], k.AS_WRITTEN, model.reader, read)
    endings = model.weights[6]
    out = []
    for at in range(head[k.PARTS]):
        flags, script = int(info[at, k.FLAGS]), int(info[at, k.SCRIPT])
        ending = gender_of_ending(letter[at], info[at, k.LENGTH], script, endings)
        son, daughter = flags & (k.MARK_SON | k.FATHER_SON), flags & (k.MARK_DAUGHTER | k.FATHER_DAUGHTER)
        gender = "M" if son else "F" if daughter else {1: "M", 2: "F"}.get(ending, "")
        told = ("surname" if at < head[k.COMMA_AT] else "given") if head[k.COMMA_AT] > 0 else "name"
        role = told if not flags else role_of(flags)
        out.append(Part(text[info[at, k.FROM] : info[at, k.TO]].strip("'’ʼʻ`´ "), role, SCRIPTS[script], gender))
    return out


def role_of(flags: int) -> str:
    """The role that the flags of a part tell."""
    roles = ((k.MARK, "patronymic_mark"), (k.FATHER, "patronymic"), (k.PLACEHOLDER, "placeholder"), (k.PARTICLE, "particle"), (k.INITIAL, "initial"))
    return next(role for flag, role in roles if flags & flag)
