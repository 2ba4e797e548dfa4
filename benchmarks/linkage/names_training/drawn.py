"""Harder pairs drawn from real ones: relatives, namesakes, other ways to write a form, cut names.

Every drawn name is made of parts of real names in the same language; nothing is drawn across the train/dev border.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from confusable import Confusable
from data import Pairs

from karvan.linkage.letters import latin

INITIALS = {"LATIN": "ABDFGKLMNRSTV", "CYRILLIC": "АБДФГКЛМНРСТВ"}
DIVIDED = {"LATIN", "CYRILLIC", "ARABIC", "HEBREW", "GREEK", "GEORGIAN", "ARMENIAN"}
SPELLED = str.maketrans({"ə": "a", "ı": "i", "ö": "o", "ü": "u", "ğ": "gh", "ş": "sh", "ç": "ch", "Ə": "A", "İ": "I", "Ö": "O", "Ü": "U", "Ğ": "Gh", "Ş": "Sh", "Ç": "Ch", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "đ": "d"})


@dataclass
class Drawn:
    """Pairs with their truth, kind and the person they were made from."""

    name_a: list[str] = field(default_factory=list)
    name_b: list[str] = field(default_factory=list)
    label: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    person: list[str] = field(default_factory=list)

    def add(self, a: str, b: str, label: int, kind: str, person: str) -> None:
        for row, value in ((self.name_a, a), (self.name_b, b), (self.label, label), (self.kind, kind), (self.person, person)):
            row.append(value)

    def __add__(self, other: Drawn) -> Drawn:
        return Drawn(self.name_a + other.name_a, self.name_b + other.name_b, self.label + other.label, self.kind + other.kind, self.person + other.person)


def halves(name: str) -> tuple[str, str] | None:
    """Given names and surname of a name of two or more parts."""
    if "," in name:
        family, _, given = name.partition(",")
        return (given.strip(), family.strip()) if given.strip() and family.strip() else None
    parts = name.split()
    if len(parts) < 2 or any(len(p) < 2 for p in (parts[0], parts[-1])):
        return None
    return " ".join(parts[:-1]), parts[-1]


def plain(name: str) -> str:
    """Latin letters without marks, as passports print them."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.translate(SPELLED)) if not unicodedata.combining(c))


def zone(name: str, width: int, rng: random.Random) -> str:
    """A name as a machine-readable zone prints it, cut at its width."""
    split = halves(name)
    given, family = split or ("", name)
    text = re.sub(r"[^A-Z<]", "", plain(family).upper().replace("-", "<").replace(" ", "<")) + "<<" + re.sub(r"[^A-Z<]", "", plain(given).upper().replace("-", "<").replace(" ", "<"))
    text = text[:width]
    return text if rng.random() < 0.5 else text.replace("<<", ", ").replace("<", " ").strip(" ,")


def rewritten(name: str, script: str, rng: random.Random) -> str:
    """The same name written by another office: other order, capitals, no marks."""
    split = halves(name) if script in DIVIDED else None
    if split:
        given, family = split
        name = rng.choice([f"{family}, {given}", f"{family} {given}", f"{given} {family}", name])
    if rng.random() < 0.4:
        name = name.upper()
    if script == "LATIN" and rng.random() < 0.4:
        name = plain(name)
    return name


def father_form(father: str, script: str, daughter: bool, rng: random.Random) -> str:
    """A father's name as a patronymic of the script's offices."""
    if script == "LATIN":
        marks = ["qızı", "qizi", "kizi", "gizi", "kyzy", "Kızı"] if daughter else ["oğlu", "oglu", "ogly", "oghlu", "Oğlu"]
        ends = ["ovna", "evna"] if daughter else ["ovich", "evich"]
    elif script == "CYRILLIC":
        marks, ends = (["кызы", "қизи", "қызы"], ["овна", "евна"]) if daughter else (["оглы", "оглу", "ўғли", "ұлы"], ["ович", "евич"])
    else:
        return father
    u = rng.random()
    if u < 0.4:
        return f"{father} {rng.choice(marks)}"
    if u < 0.7:
        return re.sub(r"[aeiouyаеиоуйя]$", "", father) + rng.choice(ends)
    return father


def full(given: str, family: str, father: str, rng: random.Random) -> str:
    u = rng.random()
    return f"{family} {given} {father}" if u < 0.5 else f"{family}, {given} {father}" if u < 0.75 else f"{given} {father} {family}"


def undivided(name: str, script: str) -> tuple[str, str] | None:
    """Given name and surname of a Han or Hangul name of two to four characters without divisions; the surname is the first."""
    return (name[1:], name[0]) if script in ("HAN", "HANGUL") and 2 <= len(name) <= 4 and name.isalpha() else None


def singles(parts: list[tuple[str, str, str, int]], near: Callable[[str], str | None], *, seed: int, number: int = 3000) -> Drawn:
    """Single name parts in two scripts, and the same with a close other name."""
    rng = random.Random(seed)
    out = Drawn()
    for roman, native, _, _ in rng.sample([p for p in parts if p[3] >= 3], number):
        out.add(roman.capitalize(), native, 1, "single", roman)
        if other := near(roman):
            out.add(other, native, 0, "near single", roman)
        if other := near(native):
            out.add(roman, other, 0, "near single", roman)
    return out


def slip(name: str, rng: random.Random) -> str:
    """A name with one slip of a typist: a letter left out, doubled, swapped with the next, or another of the same name in its place."""
    places = [i for i in range(1, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()]
    if len(name) < 8 or not places:
        return name
    i = rng.choice(places)
    return rng.choice([name[:i] + name[i + 1 :], name[:i] + name[i] + name[i:], name[:i] + name[i + 1] + name[i] + name[i + 2 :], name[:i] + rng.choice(name[i:].strip(" ,.-") or name[i]) + name[i + 1 :]])


def chinese(pairs: Pairs, common: list[tuple[str, str, str]], *, seed: int, number: int = 1500) -> Drawn:
    """Names of a Chinese surname and one or two characters that stand in real names, in Han and in Latin letters; and with another surname or given name."""
    from pypinyin import lazy_pinyin

    rng = random.Random(seed)
    surnames = sorted({local for local, _, _ in common if len(local) == 1 and "\u4e00" <= local <= "\u9fff"})
    written = sorted({name for name, script in (*zip(pairs.name_a, pairs.script_a, strict=True), *zip(pairs.name_b, pairs.script_b, strict=True)) if script == "HAN" and len(name) == 3 and name.isalpha()})
    characters = sorted({c for name in written for c in name[1:] if "\u4e00" <= c <= "\u9fff"})
    out = Drawn()

    def sound(text: str) -> str:
        return "".join(lazy_pinyin(text)).capitalize()

    def roman(surname: str, given: str) -> str:
        name = f"{sound(surname)} {sound(given)}" if rng.random() < 0.6 else f"{sound(given)} {sound(surname)}"
        return name.upper() if rng.random() < 0.4 else name

    for n in range(number if len(surnames) > 20 else 0):
        surname, given = rng.choice(surnames), "".join(rng.sample(characters, rng.choice([1, 2, 2])))
        others = [s for s in rng.sample(surnames, 5) if sound(s) != sound(surname)]
        out.add(surname + given, roman(surname, given), 1, "Chinese", f"Chinese {n}")
        if others:
            out.add(surname + given, roman(others[0], given), 0, "Chinese, another surname", f"Chinese {n}")
        other = "".join(rng.sample(characters, len(given)))
        if sound(other) != sound(given):
            out.add(surname + given, roman(surname, other), 0, "Chinese, another given name", f"Chinese {n}")
    return out


RUSSIAN = re.compile(r"^(.{3,}?)(yev|iyev|ev|ov|yeva|iyeva|eva|ova|ев|ов|ева|ова)$", re.IGNORECASE)


def without_russian_ending(family: str, script: str, rng: random.Random) -> str | None:
    """A surname with an ending of its own in place of a Russian one: Həsənov becomes Həsənli, or Həsənzadə."""
    found = RUSSIAN.match(family)
    if not found:
        return None
    stem = found[1]
    if script == "CYRILLIC":
        return stem + rng.choice(["ли", "заде", "лы"])
    return stem + rng.choice(["lı" if re.search(r"[aıou][^aeəiıoöuü]*$", stem.lower()) else "li", "zadə", "zade", "li", "zada"])


def own_spelling(pairs: Pairs, near: Confusable, *, seed: int) -> Drawn:
    """Each name against itself as another clerk wrote it, and against close other names in the same spelling."""
    rng = random.Random(seed)
    out = Drawn()
    seen = sorted({(name, script, person) for name, script, person, label in (
        *zip(pairs.name_a, pairs.script_a, pairs.person, pairs.label, strict=True), *zip(pairs.name_b, pairs.script_b, pairs.person, pairs.label, strict=True),
    ) if label})  # fmt: skip
    for name, script, person in seen:
        out.add(name, rewritten(name, script, rng), 1, "own spelling", person)
        out.add(name, rewritten(slip(name, rng), script, rng), 1, "slip", person)
        split = halves(name) if script in DIVIDED else None
        if not split or " " in split[0] + split[1]:
            continue
        for half in (0, 1):
            for _ in range(2):
                if other := near.of_the_list(split[half]):
                    out.add(name, rewritten(" ".join((other, split[1]) if half == 0 else (split[0], other)), script, rng), 0, "listed otherwise", person)
        if family := without_russian_ending(split[1], script, rng):
            out.add(name, rewritten(f"{split[0]} {family}", script, rng), 1, "own ending", person)
            if other := near(split[0]):
                out.add(name, rewritten(f"{other} {family}", script, rng), 0, "given name nearly spelled so", person)
        for _ in range(2):
            if other := near(split[0]):
                out.add(name, rewritten(f"{other} {split[1]}", script, rng), 0, "given name nearly spelled so", person)
            if other := near(split[1]):
                out.add(name, rewritten(f"{split[0]} {other}", script, rng), 0, "surname nearly spelled so", person)
    return out


def draw(pairs: Pairs, unlike: Callable[[str, str], bool], near: Confusable, *, seed: int, relatives: int = 1, forms: bool = True) -> Drawn:
    """Draw pairs from real ones. `unlike(x, y)` says that two parts of one script are surely different names; `near(x)` gives a close other name."""
    rng = random.Random(seed)
    out = Drawn()
    names: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))   # person -> language -> names
    script_of: dict[str, str] = {}
    rows = list(zip(pairs.name_a, pairs.name_b, pairs.label, pairs.person, pairs.lang_a, pairs.lang_b, pairs.script_a, pairs.script_b, strict=True))
    for a, b, label, person, la, lb, sa, sb in rows:
        script_of[a], script_of[b] = sa, sb
        names[person][la].add(a)
        if label:
            names[person][lb].add(b)
    pool: dict[tuple[str, str], list[tuple[str, tuple[str, str]]]] = defaultdict(list)
    of_person: dict[str, dict[tuple[str, str], tuple[str, str]]] = defaultdict(dict)
    for person in sorted(names):
        for lang in sorted(names[person]):
            for name in sorted(names[person][lang]):
                split = halves(name) if script_of[name] in DIVIDED else undivided(name, script_of[name])
                if split:
                    pool[lang, script_of[name]].append((person, split))
                    of_person[person][lang, script_of[name]] = split
    by_both: dict[tuple, list[str]] = defaultdict(list)
    for person in sorted(of_person):
        for one in of_person[person]:
            for other in of_person[person]:
                by_both[one, other].append(person)

    def another(person: str, where: tuple[str, str], half: int, than: str, close: bool) -> str | None:
        """That half of another person's name, surely unlike `than`; of the more similar ones when `close`."""
        found = [split[half] for other, split in (rng.choices(pool[where], k=8) if pool.get(where) else []) if other != person]
        found = [x for x in found if unlike(x, than)]
        if not found:
            return None
        return min(found, key=lambda x: (abs(len(x) - len(than)) + (x[:1] != than[:1]) + (x[-1:] != than[-1:]))) if close else found[0]

    def unlike_initial(initial: str, *names: tuple[str, str]) -> bool:
        """No half of a name begins with that letter, in Latin."""
        return all(latin(half)[:1] != latin(initial)[:1] for name in names for half in name)

    for a, b, label, person, la, lb, sa, sb in rows:
        if forms:
            out.add(rewritten(a, sa, rng), rewritten(b, sb, rng), label, "rewritten", person)
            if label and sa == "LATIN" and len(a) > 12 and rng.random() < 0.5:
                out.add(zone(a, rng.choice([39, 31, 30, 24]), rng), b, 1, "zone", person)
        if not label:
            continue
        split_a, split_b = halves(a) if sa in DIVIDED else None, halves(b) if sb in DIVIDED else None
        if forms and split_a and split_b and sb in INITIALS and " " not in split_b[0] and rng.random() < 0.25:
            out.add(a, f"{split_b[0][0]}. {split_b[1]}", 1, "initial", person)
            out.add(a, f"{rng.choice([i for i in INITIALS[sb] if unlike_initial(i, split_a, split_b)])}. {split_b[1]}", 0, "wrong initial", person)
        native = undivided(b, sb)
        if native:
            for half in (0, 1):
                if other := another(person, (lb, sb), half, native[half], close=True):
                    out.add(a, native[1] + other if half == 0 else other + native[0], 0, ("sibling", "namesake")[half], person)
        if split_b and " " not in split_b[1] and (family := without_russian_ending(split_b[1], sb, rng)) and rng.random() < 0.5:
            out.add(a, rewritten(f"{split_b[0]} {family}", sb, rng), 1, "own ending", person)
            if other := another(person, (lb, sb), 0, split_b[0], close=True):
                out.add(a, rewritten(f"{other} {family}", sb, rng), 0, "sibling", person)
        if split_b and " " not in split_b[0] and (other := near.of_the_list(split_b[0])):
            out.add(a, rewritten(f"{other} {split_b[1]}", sb, rng), 0, "listed otherwise", person)
        if split_b and " " not in split_b[1]:
            if other := near(split_b[1]):
                out.add(a, rewritten(f"{split_b[0]} {other}", sb, rng) if forms else f"{split_b[0]} {other}", 0, "near surname", person)
            if " " not in split_b[0] and (other := near(split_b[0])):
                out.add(a, rewritten(f"{other} {split_b[1]}", sb, rng) if forms else f"{other} {split_b[1]}", 0, "near given name", person)
        if split_a and " " not in split_a[0] and (other := near(split_a[0])):
            out.add(rewritten(f"{other} {split_a[1]}", sa, rng), b, 0, "near given name", person)
        if not split_b:
            continue
        for _ in range(relatives):
            close = rng.random() < 0.5
            other = another(person, (lb, sb), 0, split_b[0], close)
            if other:
                out.add(a, rewritten(f"{other} {split_b[1]}", sb, rng) if forms else f"{other} {split_b[1]}", 0, "sibling", person)
            other = another(person, (lb, sb), 1, split_b[1], close)
            if other:
                out.add(a, rewritten(f"{split_b[0]} {other}", sb, rng) if forms else f"{split_b[0]} {other}", 0, "namesake", person)
        # with patronymics: the father is another person whose given name is known in both languages
        fathers = by_both[(la, sa), (lb, sb)]
        if not split_a or len(fathers) < 4 or " " in split_a[0] or " " in split_b[0]:
            continue
        father, grandfather = rng.sample(fathers, 2)
        fa, fb = of_person[father][la, sa][0].split()[0], of_person[father][lb, sb][0].split()[0]
        ga, gb = of_person[grandfather][la, sa][0].split()[0], of_person[grandfather][lb, sb][0].split()[0]
        if not (unlike(fa, ga) and unlike(fb, gb) and unlike(split_b[0], fb) and unlike(split_b[0], gb)):
            continue
        daughter = split_b[1].lower().endswith(("a", "а", "ая")) and rng.random() < 0.7
        with_father = full(split_a[0], split_a[1], father_form(fa, sa, daughter, rng), rng)
        out.add(with_father, full(split_b[0], split_b[1], father_form(fb, sb, daughter, rng), rng), 1, "with father", person)
        out.add(with_father, rewritten(b, sb, rng) if forms else b, 1, "father left out", person)
        out.add(with_father, full(split_b[0], split_b[1], father_form(gb, sb, daughter, rng), rng), 0, "other father", person)
        out.add(with_father, full(fb, split_b[1], father_form(gb, sb, False, rng), rng), 0, "father and son", person)
        sibling = another(person, (lb, sb), 0, split_b[0], True)
        if sibling and unlike(sibling, fb):
            out.add(with_father, full(sibling, split_b[1], father_form(fb, sb, rng.random() < 0.5, rng), rng), 0, "sibling with father", person)
    return out
