"""The tables that the compiled reader needs besides letters: look-alikes and known words."""

from __future__ import annotations

from pathlib import Path

import letters as abc
import numpy as np

from karvan.linkage.names import reading as k

LOOK_ALIKES = [("АВЕЅІЈКМНОРСТУХҺԚԜаеіјкморстухһ", "ABESIJKMHOPCTYXHQWaeijkmopctyxh")]
# Words that are no part of a name by themselves, or say who is whose child. An ending starts with "-".
WORDS = {
    k.MARK_SON: "oğlu oglu oglu ogly ogli ohlu oghlu oghly uulu uly uli o'g'li ogʻli оглы оглу огли оғлы ұлы улы уулу ўғли углы угли اوغلو اوغلی اوغلى ოღლი օղլի",
    k.MARK_DAUGHTER: "qızı qizi gizi gyzy kizi kızı kyzy qyzy gizy кызы гызы кизи қызы қизи гизи къызы قیزی قيزي ყიზი",
    k.FATHER_SON: "-ovich -evich -yevich -iyevich -ievich -ovych -evych -ovitch -evitch -ович -евич -йович -ьевич -лович -овіч -евіч -ოვიჩი -ოვიჩ -ევიჩი -ევიჩ -ովիչ -եվիչ",
    k.FATHER_DAUGHTER: "-ovna -evna -yevna -iyevna -ievna -ivna -ichna -inichna -овна -евна -івна -ївна -инична -ична -аўна -еўна -ოვნა -ევნა -ովնա -եվնա",
    k.PARTICLE: "al el ul ar as ash az an at bin ibn ben bint de da do dos das del della di du des la le van von der den ter te zu zur аль эль ал ас аш ар ан аз ибн бин бен де да ду дель дер ван фон ла ле та"
    " و بن ابن دو فون فان دی دي ال דה בן אל פון ואן мл jr sr dr mr mrs ms prof sir lord",
    k.PLACEHOLDER: "unknown fnu lnu xxx test none null noname neizvestno неизвестно namelum naməlum yoxdur нет",
}  # fmt: skip


def twins() -> np.ndarray:
    """For a character that looks like a letter of another script, that one."""
    out = np.zeros(65536, np.uint16)
    for one, other in LOOK_ALIKES:
        for a, b in zip(one, other, strict=True):
            out[ord(a)], out[ord(b)] = ord(b), ord(a)
    for digit, letter in zip("0158", "OIBS", strict=True):      # as reading machines mistake them
        out[ord(digit)] = ord(letter)
    return out


def words(alphabet: abc.Letters) -> tuple[np.ndarray, np.ndarray]:
    """Known words and endings as letters, the longest first, with their flags."""
    rows = {}
    for flag, text in WORDS.items():
        for word in text.split():
            codes = [ord(c) for c in word.lstrip("-")]
            kinds = [int(alphabet.kind[c]) for c in codes if alphabet.kind[c] < k.SCRIPTS]
            numbers = [int(x) for c in codes if alphabet.kind[c] < k.SCRIPTS for x in alphabet.of[c][: alphabet.count[c]]][:10]
            if numbers and len(set(kinds)) == 1:
                rows[kinds[0], tuple(numbers), flag & k.FATHER > 0] = flag
    made = sorted(rows, key=lambda row: (row[2], -len(row[1]), row))
    table = np.zeros((len(made), 12), np.uint8)
    for at, (script, numbers, _) in enumerate(made):
        table[at, 0], table[at, 1] = script, len(numbers)
        table[at, 2 : 2 + len(numbers)] = numbers
    return table, np.array([rows[row] for row in made], np.uint8)


GENDERED = [("ov", "ova"), ("yev", "yeva"), ("ev", "eva"), ("in", "ina"), ("sky", "skaya"), ("ski", "ska"), ("skiy", "skaya"), ("skij", "skaja"), ("ский", "ская"), ("ов", "ова"), ("ев", "ева"), ("ёв", "ёва"), ("ин", "ина"), ("їв", "єва"),
            ("ський", "ська"), ("ой", "ая"), ("ый", "ая"), ("ოვი", "ოვა"), ("ევი", "ევა"), ("ով", "ովա"), ("եվ", "եվա"), ("oglu", "qizi")]  # fmt: skip


OWN = "li lı lu lü zadə zade zada zadeh ли лы лу лү заде зада задә"


def endings(alphabet: abc.Letters) -> np.ndarray:
    """Endings of surnames: script, length, kind (1 of men, 2 of women, 3 in place of a Russian ending), letters."""
    rows = set()
    for pair in [*GENDERED, *(("", "", text) for text in OWN.split())]:
        for gender, text in enumerate(pair, 1):
            if not text:
                continue
            numbers = [int(x) for c in text for x in alphabet.of[ord(c)][: alphabet.count[ord(c)]]]
            rows.add((int(alphabet.kind[ord(text[0])]), len(numbers), gender, *numbers, *[0] * (9 - len(numbers))))
    return np.array(sorted(rows, key=lambda r: (-r[1], r)), np.uint8)


def sound_classes(alphabet: abc.Letters) -> np.ndarray:
    """The class of consonants of each letter; 0 for vowels and what is not heard."""
    groups = ["bpfv", "dtTz", "kgqXG", "sSCjZ", "l", "r", "m", "n"]
    out = np.zeros((k.SCRIPTS, abc.ALPHABET), np.uint8)
    for script, sounds in enumerate(alphabet.sound):
        for number, sound in sounds.items():
            out[script, number] = next((g + 1 for g, group in enumerate(groups) for c in sound[:1] if c in group), 0)
    return out


PLAIN = {"ə": "a", "ı": "i", "ö": "o", "ü": "u", "ç": "ch", "ş": "sh", "ğ": "gh", "š": "sh", "č": "ch", "ž": "zh", "ł": "l", "ø": "o", "å": "a", "ä": "a", "ñ": "n", "ć": "c", "ń": "n", "ý": "y", "é": "e", "ś": "s", "ż": "z", "ã": "a", "ŏ": "o", "ŭ": "u"}
MOST_MET = 24       # spellings of the other script, the most frequent, that a spelling is known by
LEAST_MET = 2       # times that two spellings are met to count as one name


def plain_letters(alphabet: abc.Letters) -> np.ndarray:
    """Latin letters without marks, up to two for each."""
    number = alphabet.number[0]
    out = np.zeros((abc.ALPHABET, 2), np.uint8)
    for letter, n in number.items():
        spelled = PLAIN.get(letter, letter)
        out[n, : len(spelled)] = [number[c] for c in spelled]
    return out


def buckets(keys: np.ndarray) -> np.ndarray:
    """Where the sorted keys of each value of their first sixteen bits begin."""
    return np.searchsorted(keys >> np.uint64(48), np.arange(65_537)).astype(np.int32)


def vocabulary(reader, parts: list[tuple[str, str, str, int]]) -> tuple[np.ndarray, ...]:
    """Spellings known from lists of parts in two scripts, as `karvan.linkage.names.vocabulary` reads them: keys, and by spelling the names it is met as with their
    shares, the log of how often it is met, and the places of keys by their first bits."""
    from collections import Counter, defaultdict

    from karvan.linkage.names.vocabulary import plain_key

    plain = plain_letters(reader.alphabet)
    met: dict[int, Counter] = defaultdict(Counter)
    for latin, native, _, count in parts:
        one, other = reader.name(latin)[0], reader.name(native)[0]
        if len(one) == len(other) == 1 and min(len(one[0][1]), len(other[0][1])) > 3:
            x, y = (int(plain_key(row, len(row), script, plain)) for script, row in (one[0], other[0]))
            met[x][y] += count
            met[y][x] += count
    keys = sorted(met)
    place = {key: n for n, key in enumerate(keys)}
    first, names, share, often = [0], [], [], []
    for key in keys:
        all_met = met[key].total()
        kept = {place[key]: 1.0} | {place[other]: count / all_met for other, count in met[key].most_common(MOST_MET) if count >= LEAST_MET or count == all_met}
        for name in sorted(kept):
            names.append(name)
            share.append(kept[name])
        first.append(len(names))
        often.append(np.log(1 + all_met))
    return plain, np.array(keys, np.uint64), np.array(first, np.int32), np.array(names, np.int32), np.array(share, np.float32), np.array(often, np.float32), buckets(np.array(keys, np.uint64))


RARITY = 4096
EQUIVALENTS = Path(__file__).with_name("equivalents.txt")


def rarity(reader, names: list[tuple[str, float]]) -> np.ndarray:
    """Minus the log of the share of name parts by their consonants."""
    from karvan.linkage.names.parts import rarity_of
    at = np.arange(RARITY, dtype=np.float32)
    classes = sound_classes(reader.alphabet)
    counts = np.full(RARITY, 0.5)
    for text, weight in names:
        for script, letters in reader.name(text)[0]:
            counts[int(rarity_of(letters, len(letters), script, classes, at))] += weight
    return (-np.log(counts / counts.sum())).astype(np.float32)


def listed_names() -> list[list[str]]:
    """The spellings of each name in `equivalents.txt`."""
    return [line.split() for line in EQUIVALENTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def equivalents(reader) -> tuple[np.ndarray, np.ndarray]:
    """Keys of the spellings in `equivalents.txt`, sorted, and the number of the name of each."""
    from karvan.linkage.names.parts import spelling_key

    found: dict[int, int] = {}
    for number, line in enumerate(listed_names()):
        for spelling in line:
            [(script, row)] = reader.name(spelling)[0]
            key = int(spelling_key(row, len(row), script))
            if found.setdefault(key, number) != number:
                raise ValueError(f"{EQUIVALENTS.name}: {spelling} stands in two lines")
    return np.array(sorted(found), np.uint64), np.array([found[key] for key in sorted(found)], np.int64)
