"""Drafts the name tables of a pack from collections of real common names and real spelling variants.

Run once by whoever makes a pack; the tables it writes are committed and the simulation reads only those::

    python -m karvan.synth.names_draft SHARED packs/az/synth/names

It reads `cultures.yaml` in the target folder, and in SHARED: names_common (which forenames and family names are common where),
names_public_figures and name_pairs (one person, several spellings), names_transliteration_pairs (one name, two scripts).
From the variants it keeps single name parts only, never whole names, so no person can be read from what it writes.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import read_yaml
from karvan.synth.spelling import plain


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, head: list[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def bare(name: str) -> str:
    """Without the stress marks that word lists put on Cyrillic vowels.

    >>> bare("Смирно́в")
    'Смирнов'
    """
    return unicodedata.normalize("NFC", name.replace("\u0301", "")).strip()


def script_of(text: str) -> str:
    """Script of the first letter: latin, cyrillic, arabic, other.

    >>> script_of("Məmmədov"), script_of("Иванов")
    ('latin', 'cyrillic')
    """
    for letter in text:
        if letter.isalpha():
            name = unicodedata.name(letter, "").split(" ")[0].lower()
            return name if name in ("latin", "cyrillic", "arabic") else "other"
    return "other"


def name_lists(shared: Path, cultures: dict[str, Any], local: str, letters: dict[str, str]) -> tuple[list[tuple], list[tuple]]:
    """Forenames (culture, sex, native, latin) and family names (culture, native, latin) of every culture."""
    common = shared / "data" / "names_common"
    forenames, surnames = read_csv(common / "common-forenames-by-country.csv"), read_csv(common / "common-surnames-by-country.csv")
    to_native = native_forms(shared)
    figures = figure_parts(shared, {native.lower(): latin for (script, latin), native in to_native.items() if script == "cyrillic"})
    first: list[tuple] = []
    family: list[tuple] = []
    for culture, about in cultures.items():
        script = "cyrillic" if about.get("cyrillic") else "arabic" if about.get("arabic") else ""
        given: dict[tuple[str, str], tuple[str, str]] = {}
        for row in forenames:
            if row["Country"] in about["forenames"] and row["Gender"] in ("M", "F"):
                native, latin = bare(row["Localized Name"]) or row["Romanized Name"], plain(row["Romanized Name"])
                if latin and script_of(latin) == "latin" and latin.isascii():
                    given.setdefault((row["Gender"], latin), (native, latin))
        for sex, native in figures.get((about.get("figures"), "given"), ()):
            if sex:
                given.setdefault((sex, native), (native, native))
        if culture == local:
            given = {(sex, latin): (respelt(native, letters), latin) for (sex, _), (native, latin) in given.items()}
        for (sex, _), (native, latin) in given.items():
            first.append((culture, sex, to_native.get((script, latin.lower()), native) if script_of(native) == "latin" and script else native, latin))
        names: dict[str, str] = {}
        for row in surnames:
            if row["Country"] in about["surnames"]:
                native, latin = bare(row["Localized Name"]) or row["Romanized Name"], plain(row["Romanized Name"])
                if latin and latin.isascii():
                    names.setdefault(latin, native)
        for _, native in figures.get((about.get("figures"), "family"), ()):
            names.setdefault(native, native)
        for (sex, _), (native, latin) in given.items():
            if sex == "M":
                for ending in about.get("surname_endings", ()):
                    stem = native if script_of(native) == "latin" else latin
                    if ending == "" or fits(stem, ending):
                        names.setdefault(stem + ending, stem + ending)
        if culture == local:
            names = {latin: respelt(native, letters) for latin, native in names.items()}
        for latin, native in names.items():
            native = to_native.get((script, latin.lower()), native) if script_of(native) == "latin" and script else native
            family.append((culture, native, latin))

    def written(culture: str, native: str, latin: str) -> str:
        return (
            "".join(letters.get(c, letters.get(c.lower(), c.lower()).capitalize() if c.lower() in letters else c) for c in native)
            if culture == local
            else latin
        )

    return (
        sorted({(culture, sex, native, plain(written(culture, native, latin))) for culture, sex, native, latin in first}),
        sorted({(culture, native, plain(written(culture, native, latin))) for culture, native, latin in family}),
    )


def respelt(name: str, letters: dict[str, str]) -> str:
    """A Latin spelling with two letters for one brought back to the local letter: Elchin -> Elçin."""
    for letter, latin in letters.items():
        if len(latin) == 2:
            name = name.replace(latin, letter).replace(latin.capitalize(), letter.upper())
    return name


def fits(stem: str, ending: str) -> bool:
    """Whether an ending may follow: vowels after consonants, and back or front as the last vowel is."""
    vowels = [c for c in stem.lower() if c in "aeiouöüıəäïő"]
    after_vowel = stem[-1].lower() in "aeiouöüıəy"
    if ending in ("ov", "i", "ian", "ul", "uly"):
        return not after_vowel
    if ending in ("yev", "ev"):
        return after_vowel
    if ending == "lı":
        return bool(vowels) and vowels[-1] in "aıou"
    if ending == "li":
        return bool(vowels) and vowels[-1] in "eəiöü"
    return True


def figure_parts(shared: Path, to_latin: dict[str, str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Name parts of public figures by country, as (country, 'given') -> (sex, part). Parts only, and never who bore them together."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in read_csv(shared / "data" / "names_public_figures" / "person_name_variants.csv"):
        parts = row["name"].split(",")[0].split()
        if len(parts) == 3 and script_of(row["name"]) == "cyrillic" and parts[0].lower() in to_latin and not parts[0].endswith("а"):
            found[row["country"], "family"].add(("", to_latin[parts[0].lower()].capitalize()))
        if len(parts) == 2 and all(p.isalpha() and script_of(p) == "latin" and len(p) > 2 for p in parts):
            parts = [p[0].upper() + p[1:].lower() if p.isupper() or p.islower() else p for p in parts]
            sex = {"male": "M", "female": "F"}.get(row["gender"], "")
            found[row["country"], "given"].add((sex, parts[0]))
            if not parts[1].endswith("va"):
                found[row["country"], "family"].add(("", parts[1]))
    return {key: sorted(parts) for key, parts in found.items()}


def native_forms(shared: Path) -> dict[tuple[str, str], str]:
    """The usual Cyrillic or Arabic form of a Latin name part, from mined pairs."""
    best: dict[tuple[str, str], tuple[int, str]] = {}
    for script, latin, other, count in mined_pairs(shared):
        key = (script, latin)
        if count > 1 and (key not in best or best[key] < (count, other)):
            best[key] = (count, other)
    return {key: form[:1].upper() + form[1:] for key, (_, form) in best.items()}


def mined_pairs(shared: Path) -> Iterator[tuple[str, str, str, int]]:
    """(script, Latin part, part in that script, count), small letters: names of one person in two scripts, mined by others."""
    folder = shared / "data" / "names_transliteration_pairs"
    for script, file in (("cyrillic", "latin_cyrillic_ru.csv"), ("arabic", "latin_arabic.csv")):
        for row in read_csv(folder / file):
            if script_of(row["other"]) == script:
                yield script, row["latin"].lower(), row["other"].lower(), int(row["count"])
    import pyarrow.parquet as pq

    for row in pq.read_table(shared / "data" / "name_pairs" / "tokens_train.parquet").to_pylist():
        script = {"ru": "cyrillic", "ar": "arabic"}.get(row["lang"], "")
        if script and script_of(row["native"]) == script:
            yield script, row["latin"].lower(), row["native"].lower(), int(row["count"])


def same_person_forms(shared: Path) -> Iterator[tuple[str, str, str, str]]:
    """(language, name, language, name) of one person, in Latin or Cyrillic letters."""
    by_person: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in read_csv(shared / "data" / "names_public_figures" / "person_name_variants.csv"):
        by_person[row["country"], row["person_id"]].append((row["lang"], row["name"].split("(")[0].split(",")[0].strip()))
    for forms in by_person.values():
        for lang_a, a in forms:
            for lang_b, b in forms:
                if a != b:
                    yield lang_a, a, lang_b, b
    import pyarrow.parquet as pq

    for row in pq.read_table(shared / "data" / "name_pairs" / "train.parquet").to_pylist():
        if row["label"] == 1 and {row["script_a"], row["script_b"]} <= {"LATIN", "CYRILLIC"}:
            a, b = given_first(row["name_a"]), given_first(row["name_b"])
            yield row["lang_a"], a, row["lang_b"], b
            yield row["lang_b"], b, row["lang_a"], a


def given_first(name: str) -> str:
    parts = name.split(",")
    return f"{parts[1].strip()} {parts[0].strip()}" if len(parts) == 2 else name


def variant_parts(shared: Path, local: str) -> Counter[tuple[str, str, str]]:
    """Counted variants of single name parts: (kind, from, to); kind is spelling, local, roman or cyrillic."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for lang_a, a, lang_b, b in same_person_forms(shared):
        parts_a, parts_b = a.lower().split(), b.lower().split()
        if len(parts_a) != len(parts_b):
            continue
        for x, y in zip(parts_a, parts_b, strict=True):
            if x == y or not (x.isalpha() and y.isalpha()) or min(len(x), len(y)) < 3 or script_of(x) != "latin":
                continue
            if script_of(y) == "cyrillic" and lang_b == "ru":
                counted["cyrillic", x, y] += 1
            elif script_of(y) == "latin" and SequenceMatcher(None, plain(x), plain(y)).ratio() > 0.7:
                kind = "local" if lang_b == local else "roman" if lang_a == local else "spelling"
                counted[kind, x, y] += 1
    return counted


def rewrites(variants: Counter[tuple[str, str, str]], *, least: int = 5) -> Counter[tuple[str, str, str]]:
    """What changes inside the variants, with a letter of context lost: (kind, from, to), counted over distinct pairs of parts."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for kind, x, y in variants:
        if kind == "cyrillic":
            continue
        for tag, i, j, k, m in SequenceMatcher(None, x, y, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            if i == j or k == m:  # an insertion or deletion takes its neighbour along, so that it can be found again
                if i == 0 or x[i - 1 : i] != y[k - 1 : k]:
                    continue
                i, k = i - 1, k - 1
            if j - i <= 3 and m - k <= 3:
                counted[kind, x[i:j], y[k:m]] += 1
    return Counter({rule: n for rule, n in counted.items() if n >= least})


def draft(shared: Path, folder: Path) -> None:
    """Write the four tables into `folder`."""
    about = read_yaml(folder / "cultures.yaml")
    first, family = name_lists(shared, about["cultures"], about["local_culture"], about["letters"])
    write_csv(folder / "forenames.csv", ["culture", "sex", "native", "latin"], first)
    write_csv(folder / "surnames.csv", ["culture", "native", "latin"], family)
    used = {part for row in (*first, *family) for name in row[-2:] for part in name.lower().replace("-", " ").split()}
    variants = variant_parts(shared, about["local"])
    rules = rewrites(variants)
    kept = Counter({key: n for key, n in variants.items() if key[1] in used})
    for script, latin, other, count in mined_pairs(shared):
        if latin in used and script == "cyrillic":
            kept["cyrillic", latin, other] += count
    write_csv(folder / "variants.csv", ["kind", "written", "also", "count"], [(*key, n) for key, n in sorted(kept.items())])
    write_csv(folder / "rewrites.csv", ["kind", "written", "also", "count"], [(*key, n) for key, n in sorted(rules.items())])


if __name__ == "__main__":
    draft(Path(sys.argv[1]), Path(sys.argv[2]))
