"""Names in comparable forms: skeletons that do not depend on script, alphabet reform or romanisation.

A skeleton keeps what survives when the same name is spelled by another clerk: consonants by class, three kinds of vowels, no doubled
letters. A key is coarser still (consonants only, voiced and unvoiced together) and serves blocking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from karvan.linkage.letters import latin

LONGEST = 200       # characters of a name that are read; no document holds more
MOST_PARTS = 8

SPLIT = re.compile(r"[^\w'’ʼʻʿ`´]+|_|\d+")
PATRONYMIC_MARK = re.compile(r"^(OGH?LU|OGH?LI|OGH?LY|UGH?LU|UGH?LI|[QGK][IY]Z[IY]|UULU|KYZY|ULY)$")
PATRONYMIC_END = re.compile(r"(?<=..)([IY]?EVICH|OVICH|OVYCH|[IY]?EVNA|OVNA|IVNA|OGH?LU|[GQK]IZI|KYZY)$")
PARTICLES = frozenset(["AL", "EL", "UL", "AR", "AS", "BIN", "IBN", "BINT", "BEN", "ABU", "DE", "DA", "DOS", "VAN", "VON", "DER", "DEN", "NE", "MR", "MRS"])
PLACEHOLDERS = frozenset(["UNKNOWN", "NEIZVESTNO", "NAMALUM", "TEST", "XXX", "NA", "NONE", "NULL", "FNU", "LNU", "NN", "NONAME", "YOXDUR"])

SPELLINGS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"ALEX|OLEX|ALEKS|OLEKS", "ALAKS"), (r"MAX", "MAKS"), (r"X$", "KS"),     # elsewhere X is the kh of Turkic alphabets
        (r"SHCH|SCH|SHT(?=[AEIOU])", "S"), (r"DZH|DJ|TCH|TSH|CH|ZH", "J"), (r"SH", "S"), (r"C(?=K)", ""), (r"C", "J"),
        (r"KH", "H"), (r"GH", "G"), (r"PH", "F"), (r"TH", "T"), (r"DH", "D"), (r"W", "V"), (r"X", "H"), (r"Q", "G"),
        (r"FF$", "V"), (r"(?<=[AEIOUY])H$", ""), (r"OU|OO", "U"), (r"EE", "I"),
    )
)  # fmt: skip
VOWELS = str.maketrans("AEIYOU", "AAIIUU")
VOWEL_RUN = re.compile(r"[AIU]{2,}")
DOUBLE = re.compile(r"(.)\1+")
GENDER_END = re.compile(r"(?<=..)((?:AV|UV|IN)A|SKA)$")
FAMILY_END = re.compile(r"(?<=..)(UV|AV|LI|LU|SUI|ZADA)$")
KEY_CLASS = str.maketrans("HGKTDPBFVSZ", "KKKTTPPVVSS", "AIU")


@lru_cache(maxsize=400_000)
def skeleton(token: str) -> str:
    """Script-neutral form of one part of a name.

    >>> {skeleton(t) for t in ("Məmmədov", "Mammadov", "Memmedov", "Мамедов", "MAMEDOV")}
    {'MAMADUV'}
    >>> skeleton("Cəfər") == skeleton("Jafar") == skeleton("Джафар") == skeleton("Dzhafar")
    True
    """
    text = latin(token)
    for pattern, to in SPELLINGS:
        text = pattern.sub(to, text)
    text = VOWEL_RUN.sub(_main_vowel, text.translate(VOWELS))
    return DOUBLE.sub(r"\1", text)


def _main_vowel(run: re.Match[str]) -> str:
    vowels = run.group()
    if vowels.startswith("AI"):
        return "AI"             # the diphthong of Leyla, which is not Lala
    return next((c for c in vowels if c != "I"), "I")


@lru_cache(maxsize=400_000)
def surname_skeleton(token: str) -> str:
    """Skeleton of a surname: feminine endings become masculine ones.

    >>> surname_skeleton("Əliyeva") == surname_skeleton("Aliev")
    True
    """
    return masculine(skeleton(token))


@lru_cache(maxsize=400_000)
def masculine(skel: str) -> str:
    """A skeleton with its feminine ending made masculine, so that a surname in the wrong field is still the same part."""
    return GENDER_END.sub(lambda m: "SKI" if m.group() == "SKA" else m.group()[:-1], skel)


@lru_cache(maxsize=400_000)
def key(skel: str) -> str:
    """Coarse key of a skeleton: consonants by class, first vowel kept, six letters at most.

    >>> key(skeleton("Həsənov")) == key(skeleton("Гасанов"))
    True
    """
    first = "A" if skel[:1] in ("A", "I", "U") else ""
    return DOUBLE.sub(r"\1", first + skel.translate(KEY_CLASS))[:6]


@lru_cache(maxsize=400_000)
def stem_key(skel: str) -> str:
    """Key of a surname's skeleton without its family ending."""
    return key(FAMILY_END.sub("", skel))


@dataclass(frozen=True, slots=True)
class NameForms:
    """One name, ready to be compared. Every field is empty when the record does not have the part.

    `surname` and `given` are skeletons of the parts in order; `parts` all parts but the patronymic, sorted, so that swapped fields
    agree; `surname_key` is the key of the surname's stem (without -ov, -li, -zadə), `given_key` that of the first given name.
    """

    surname: str = ""
    given: str = ""
    patronymic: str = ""
    parts: str = ""
    surname_key: str = ""
    given_key: str = ""


def name_forms(surname: str | None, given_names: str | None, patronymic: str | None = None, full_name: str | None = None) -> NameForms:
    """Bring a name as written to comparable forms.

    Parameters
    ----------
    surname, given_names, patronymic
        As the source writes them, in any script; None or empty where it does not.
    full_name
        The whole name, used only where the parts are missing: `SURNAME, GIVEN`, `SURNAME<<GIVEN` or a plain row of parts, of which the
        first is read as the surname.

    Examples
    --------
    >>> name_forms("Məmmədova", "Aygün", "Rasim qızı") == name_forms("МАМЕДОВА", "АЙГЮН РАСИМ КЫЗЫ")
    True
    >>> name_forms(None, None, full_name="MAMMADOVA<<AYGUN").parts == name_forms("Aygün", "Məmmədova").parts
    True
    """
    family, given, father = surname_parts(surname), given_parts(given_names), father_parts(patronymic)
    if not family[0] and not given[0] and full_name:
        whole = split_full(full_name[:LONGEST])
        family, given = surname_parts(" ".join(whole[0])), given_parts(" ".join(whole[1]))
    (sn, in_family), (gn, in_given) = family, given
    fathers = father or in_given or in_family
    return NameForms(
        surname=" ".join(sn),
        given=" ".join(gn),
        patronymic=fathers[0] if fathers else "",
        parts=" ".join(sorted({*sn, *map(masculine, gn)})),
        surname_key=stem_key(sn[0]) if sn else "",
        given_key=key(gn[0]) if gn else "",
    )


Parts = tuple[str, ...]


@lru_cache(maxsize=200_000)
def surname_parts(surname: str | None) -> tuple[Parts, Parts]:
    """Skeletons of a surname's parts, and of a patronymic that stands with them. A surname may itself end in -oğlu or -ović."""
    family, father = without_patronymic(split_parts(surname), marked_only=True)
    return tuple(s for p in family if (s := surname_skeleton(p))), tuple(s for p in father if (s := skeleton(p)))


@lru_cache(maxsize=200_000)
def given_parts(given_names: str | None) -> tuple[Parts, Parts]:
    """Skeletons of given names, and of a patronymic that stands with them."""
    given, father = without_patronymic(split_parts(given_names))
    return tuple(s for p in given if (s := skeleton(p))), tuple(s for p in father if (s := skeleton(p)))


@lru_cache(maxsize=200_000)
def father_parts(patronymic: str | None) -> Parts:
    """Skeletons of the father's name, bare."""
    rest, father = without_patronymic(split_parts(patronymic))
    return tuple(s for p in father or rest if (s := skeleton(p)))


def split_parts(text: str | None) -> list[str]:
    """Parts of a name field: letters only, particles and placeholders left out.

    >>> split_parts("al-Hasan  O'Neil 😀")
    ['Hasan', "O'Neil"]
    """
    if not text:
        return []
    parts = [p for p in SPLIT.split(text[:LONGEST]) if p][:MOST_PARTS]
    kept = [p for p in parts if (form := latin(p)) not in PARTICLES and form not in PLACEHOLDERS and form]
    return kept or [p for p in parts if (form := latin(p)) and form not in PLACEHOLDERS]


def split_full(text: str) -> tuple[list[str], list[str]]:
    """Surname parts and given parts of an undivided name."""
    for divider in ("<<", ","):
        if divider in text:
            family, _, given = text.partition(divider)
            return split_parts(family), split_parts(given)
    parts = split_parts(text)
    return parts[:1], parts[1:]


def without_patronymic(parts: list[str], *, marked_only: bool = False) -> tuple[list[str], list[str]]:
    """Take a patronymic out of a row of parts: `X oğlu`, `X qızı` and, unless `marked_only`, `X-ovich`, `X-ovna`;
    the father's name is returned bare.

    >>> without_patronymic(["Aygün", "Rasim", "qızı"])
    (['Aygün'], ['Rasim'])
    >>> without_patronymic(["Лейла", "Расимовна"])
    (['Лейла'], ['RASIM'])
    """
    forms = [latin(p) for p in parts]
    for at, form in enumerate(forms):
        if at and PATRONYMIC_MARK.match(form):
            return parts[: at - 1] + parts[at + 1 :], [parts[at - 1]]
    for at, form in enumerate([] if marked_only else forms):
        if (bare := PATRONYMIC_END.sub("", form)) != form and (at or len(parts) == 1):
            return parts[:at] + parts[at + 1 :], [bare]
    return parts, []
