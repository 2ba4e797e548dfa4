"""Defects of names: spelling, letters, case, order, and what machines read."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from karvan.synth.defects.hand import NAMES, NONE, Hand, name_column, together
from karvan.synth.sheet import Rows, Sheet


def other_spelling(sheet: Sheet, hand: Hand) -> Rows:
    """Q01. The clerk or the applicant writes a name in another way that people really write it."""
    return _respelt(sheet, hand, "spelling")


def local_letters(sheet: Sheet, hand: Hand) -> Rows:
    """Q02. Local letters put into a foreign name, or taken out of a local one."""
    return _respelt(sheet, hand, "local", "roman")


def _respelt(sheet: Sheet, hand: Hand, kind: str, otherwise: str | None = None) -> Rows:
    column = name_column(sheet, hand)
    rows = hand.some(sheet.has(column))
    u = iter(hand.draw.random(len(rows)))

    def again(name: str) -> str:
        at = next(u)
        new = hand.cultures.spelling.respell(name, kind, at)
        return hand.cultures.spelling.respell(name, otherwise, at) if new == name and otherwise else new

    return sheet.change(column, rows, again) if column else NONE


def wrong_case(sheet: Sheet, hand: Hand) -> Rows:
    """Q03. Upper and lower case made with the rules of another language: i becomes a dotted İ, I a dotless ı."""
    touched = []
    for column in [c for c in (sheet.column(n) for n in NAMES) if c]:
        rows = hand.some(sheet.has(column))
        upper = hand.draw.random(len(rows)) < 0.5
        touched.append(sheet.change(column, rows[upper], lambda v: v.replace("i", "İ").upper()))
        touched.append(sheet.change(column, rows[~upper], lambda v: v.replace("I", "ı")))
    return together(touched)


LOOK_ALIKE = str.maketrans("AEOPCXTHKMBaeopcxy", "АЕОРСХТНКМВаеорсху")


def look_alike_letters(sheet: Sheet, hand: Hand) -> Rows:
    """Q04. A Cyrillic letter typed in a Latin name; nobody sees the difference."""
    column = name_column(sheet, hand)
    rows = hand.some(sheet.has(column))
    u = iter(hand.draw.random(len(rows)))

    def slip(name: str) -> str:
        places = [i for i, c in enumerate(name) if c.translate(LOOK_ALIKE) != c]
        if not places:
            return name
        at = places[int(next(u) * len(places))]
        return name[:at] + name[at].translate(LOOK_ALIKE) + name[at + 1 :]

    return sheet.change(column, rows, slip) if column else NONE


def articles_and_fathers(sheet: Sheet, hand: Hand) -> Rows:
    """Q05. Names written in Arabic letters at home: an article comes or goes, a father's name joins, vowels change."""
    surname, given = sheet.column("surname"), sheet.column("given_names")
    if not (surname and given):
        return NONE
    arabic = np.flatnonzero(sheet.numbers("_arabic").astype(bool))
    rows = np.intersect1d(hand.some(arabic), sheet.has(surname))
    way = hand.draw.integers(3, size=len(rows))
    u = iter(hand.draw.random(len(rows)))
    article = sheet.change(surname, rows[way == 0], lambda v: v[3:] if v.lower().startswith("al-") else f"Al-{v}")
    fathers = dict(zip(rows[way == 1], sheet.values("_father", rows[way == 1]), strict=True))
    order = iter(rows[way == 1])
    joined = sheet.change(given, rows[way == 1], lambda v: v if not (f := fathers[next(order)]) or f in v else f"{v} {f}")
    vowels = sheet.change(given, rows[way == 2], lambda v: hand.cultures.spelling.respell(v, "spelling", next(u)))
    return together([article, joined, vowels])


def swapped_parts(sheet: Sheet, hand: Hand) -> Rows:
    """Q06. Family and given name change places, the father's name lands in the given name, or a single name stands alone."""
    surname, given, patronymic = sheet.column("surname"), sheet.column("given_names"), sheet.column("patronymic")
    if not (surname and given):
        return NONE
    rows, ways = np.intersect1d(hand.some(sheet.has(surname)), sheet.has(given)), hand.settings["ways"]["Q06"]
    joins = ways["swapped"] + ways["with_fathers_name"]
    way = hand.draw.random(len(rows))
    swap = rows[way < ways["swapped"]]
    before = sheet.values(surname, swap)
    sheet.put(surname, swap, sheet.values(given, swap))
    sheet.put(given, swap, before)
    alone = rows[way >= joins]
    sheet.put(given, alone, [f"{s} {g}" for s, g in zip(sheet.values(surname, alone), sheet.values(given, alone), strict=True)])
    sheet.put(surname, alone, [None] * len(alone))
    moved = NONE
    if patronymic:
        moved = np.intersect1d(rows[(way >= ways["swapped"]) & (way < joins)], sheet.has(patronymic))
        sheet.put(given, moved, [f"{g} {p}" for g, p in zip(sheet.values(given, moved), sheet.values(patronymic, moved), strict=True)])
        sheet.put(patronymic, moved, [None] * len(moved))
    return together([swap, alone, moved])


MISREAD = {"0": "O", "O": "0", "1": "I", "I": "1", "8": "B", "B": "8", "5": "S", "S": "5"}


def machine_reading(sheet: Sheet, hand: Hand) -> Rows:
    """Q07. The machine-readable zone holds 39 characters of name; its readers take 0 for O, and fillers for letters."""
    surname, given, number = sheet.column("surname"), sheet.column("given_names"), sheet.column("doc_no")
    if not (surname and given and number):
        return NONE
    length = pc.add(pc.utf8_length(pc.fill_null(sheet.columns[surname], "")), pc.utf8_length(pc.fill_null(sheet.columns[given], "")))
    long = np.flatnonzero(length.to_numpy() > 37)
    room = iter([37 - len(s or "") for s in sheet.values(surname, np.intersect1d(long, sheet.has(given)))])
    cut = sheet.change(given, np.intersect1d(long, sheet.has(given)), lambda v: v[: max(next(room), 1)])
    rows, digits = hand.some(sheet.has(number)), hand.settings["ways"]["Q07"]["number_misread"]
    way = hand.draw.random(len(rows))
    u = iter(hand.draw.random(len(rows)))

    def misread(no: str) -> str:
        places = [i for i, c in enumerate(no) if c in MISREAD]
        if not places:
            return no
        at = places[int(next(u) * len(places))]
        return no[:at] + MISREAD[no[at]] + no[at + 1 :]

    return together([cut, sheet.change(number, rows[way < digits], misread), sheet.change(given, rows[way >= digits], lambda v: v.replace(" ", "<<") + "<<K")])


def foreign_letters(sheet: Sheet, hand: Hand) -> Rows:
    """Q24. Letters of an old font or another alphabet: Æ for Ə, or a whole name in Cyrillic."""
    font = {ord(k): v for k, v in (hand.settings.get("old_font") or {}).items()}
    touched = []
    cyrillic = sheet.contract.encoding in ("cp1251", "koi8-r")
    for column in [c for c in (sheet.column(n) for n in ("surname", "given_names", "patronymic", "full_name")) if c]:
        if cyrillic:
            continue
        rows = hand.some(sheet.has(column))
        touched.append(sheet.change(column, rows, lambda v: v.translate(font)))
    surname, given = sheet.column("surname"), sheet.column("given_names")
    if cyrillic and surname and given:
        rows = np.intersect1d(hand.some(sheet.has(surname)), sheet.has(given))
        u = hand.draw.random(len(rows))
        forms = [
            (hand.cultures.spelling.cyrillic(s, x), hand.cultures.spelling.cyrillic(g, x))
            for s, g, x in zip(sheet.values(surname, rows), sheet.values(given, rows), u, strict=True)
        ]
        known = np.array([bool(s and g) for s, g in forms], bool)
        rows, forms = rows[known], [f for f, k in zip(forms, known, strict=True) if k]
        sheet.put(surname, rows, [s.upper() for s, _ in forms if s])
        sheet.put(given, rows, [g.upper() for _, g in forms if g])
        touched.append(rows)
    return together(touched)
