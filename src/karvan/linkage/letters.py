"""Letters of any script, brought to Latin capitals by the tables in `transliteration/`."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

TABLES = Path(__file__).parent / "transliteration"

# Cyrillic capitals that look like Latin ones: someone typed one with the keyboard of the other.
LOOK_ALIKE = dict(zip("АВЕЅІЈКМНОРСТУХҺԚԜ", "ABESIJKMHOPCTYXHQW", strict=True))
LOOK_ALIKE_BACK = dict(zip("ABEKMHOPCTYX", "АВЕКМНОРСТУХ", strict=True))


@cache
def to_latin() -> dict[str, str]:
    """One letter of any script, in capitals -> its Latin letters.

    >>> to_latin()["Ш"], to_latin()["Ə"]
    ('SH', 'A')
    """
    table: dict[str, str] = {}

    def put(char: str, latin: str) -> None:
        table[char.upper() if len(char.upper()) == 1 else char] = latin

    for row in rows("icao_latin.csv"):
        put(row["char"], row["mrz"])
    for row in rows("latin_extra.csv"):
        if row["mrz"] != "<" and row["char"] not in "<, -":
            put(row["char"], row["mrz"])
    for row in rows("icao_cyrillic.csv"):
        if not row["language"] and not row["position"]:
            put(row["char"], row["mrz"])
    for row in rows("cyrillic_extra.csv"):
        put(row["char"], row["mrz"])
    put("Ъ", "")
    for row in rows("icao_arabic.csv"):
        mrz = row["mrz"]
        put(row["char"], "" if mrz == "[DOUBLE]" else mrz.lstrip("X"))
    for row in rows("other_scripts.csv"):
        put(row["char"], row["latin"])
    for row in rows("schwa_alphabet_practice.csv"):   # as passports write it: CH for Ç, where the ICAO table has C
        if not row["latin_1991"].isascii():
            put(row["latin_1991"], row["mrz_practice"])
    return table


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def upper(text: str) -> str:
    """Capitals that do not depend on a locale; every i of Turkic alphabets becomes I.

    >>> upper("İbrahim ılgar")
    'IBRAHIM ILGAR'
    """
    return text.replace("i̇", "i").replace("İ", "I").replace("ı", "I").upper().replace("İ", "I")


def unmixed(token: str) -> str:
    """A token in one script: look-alike letters of the other script are put right.

    >>> unmixed("MАMMADOV") == "MAMMADOV"     # the second letter was Cyrillic
    True
    """
    latin = sum("A" <= c <= "Z" or "À" <= c <= "ɏ" for c in token)
    cyrillic = sum("Ѐ" <= c <= "ԯ" for c in token)
    if not latin or not cyrillic:
        return token
    fold = LOOK_ALIKE if latin >= cyrillic else LOOK_ALIKE_BACK
    return "".join(fold.get(c, c) for c in token)


@cache
def _plain(char: str) -> str:
    found = to_latin().get(char)
    if found is not None:
        return found
    if "A" <= char <= "Z":
        return char
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    if bare != char:
        return "".join(_plain(c) for c in bare if len(bare) < 4)
    return char if unicodedata.category(char).startswith("L") else ""


@lru_cache(maxsize=400_000)
def latin(token: str) -> str:
    """A token in Latin capitals; letters that no table knows stay as they are.

    >>> latin("Məmmədov"), latin("Мамедов"), latin("გიორგი")
    ('MAMMADOV', 'MAMEDOV', 'GIORGI')
    """
    token = unicodedata.normalize("NFC", token)
    if token.startswith("ال") and len(token) > 4:      # the Arabic article, which passports write apart or leave out
        token = token[2:]
    return "".join(map(_plain, unmixed(upper(token))))
