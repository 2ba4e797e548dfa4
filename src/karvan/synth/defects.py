"""Defects: what goes wrong between a life and a file, each a named function that can be switched off.

The names are those of the catalogue of typical defects (docs/explanation/synthetic-country.md). A function takes the sheet, its own
generator and its rate, damages what a clerk or a system would have damaged, and returns the rows it touched.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from karvan.country import Country
from karvan.synth.desk import PERIOD, PROFILES, Window
from karvan.synth.names import Cultures
from karvan.synth.sheet import Rows, Sheet, draws

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Hand:
    """What a defect works with: its own generator, its rate, and what the pack says."""

    draw: np.random.Generator
    rate: float
    country: Country
    cultures: Cultures
    settings: dict[str, Any]
    window: Window
    memory: dict[str | None, bool] = field(default_factory=dict)
    """What was decided of a document or case in earlier pieces of the same feed."""

    def choose(self, things: Iterable[str | None]) -> list[bool]:
        """Is each thing chosen, at the rate? The same thing always is, or never."""
        things = list(things)
        for thing in dict.fromkeys(things):
            if thing not in self.memory:
                self.memory[thing] = bool(self.draw.random() < self.rate)
        return [self.memory[thing] for thing in things]

    def some(self, rows: Rows) -> Rows:
        """A share of rows, at the rate."""
        return rows[self.draw.random(len(rows)) < self.rate]


Damage = Callable[[Sheet, Hand], Rows]


@dataclass(frozen=True)
class Defect:
    """A defect: its title, and the function that makes it; `early` are made in the registers, before any file."""

    title: str
    make: Damage
    early: bool = False


NONE: Rows = np.empty(0, np.int64)
NAMES = ("surname", "given_names", "full_name")


def damage(
    sheet: Sheet,
    rates: dict[str, float],
    *,
    country: Country,
    cultures: Cultures,
    settings: dict[str, Any],
    seed: int,
    window: Window,
    piece: Window | None = None,
    memory: dict[str, dict[str | None, bool]] | None = None,
) -> None:
    """Make every defect of a feed, in the order of `DEFECTS`; rows touched are marked.

    `piece` is the part of the window in the sheet, `memory` what defects keep in mind from one piece of a feed to the next.
    """
    of_piece = (str(piece.first),) if piece and piece != window else ()
    kept = memory if memory is not None else {}
    for name, defect in DEFECTS.items():
        if name in rates and len(sheet):
            draw = draws(seed, name, sheet.contract.id, *of_piece)
            hand = Hand(draw, rates[name], country, cultures, settings, window, kept.setdefault(name, {}))
            touched = defect.make(sheet, hand)
            if len(touched):
                sheet.marks.append((name, np.unique(touched)))
    _writable(sheet, settings)


def before_the_files(con: duckdb.DuckDBPyConnection, rates: dict[str, dict[str, float]]) -> None:
    """Defects that happen in the world and not in a file: where they are switched off, the registers are as if they had not happened."""
    if "Q10" not in rates:
        con.execute("update crossing set seen = true")
    if "Q11" not in rates:
        con.execute("""
            create or replace table crossing as
            select c.* replace (
                case when direction = 'out' and lag(direction) over w = 'in' then coalesce(lag(doc_no) over w, doc_no) else doc_no end as doc_no)
            from crossing c window w as (partition by person_no order by crossed_at, direction) order by c.rowid""")
    if "Q12" not in rates:
        con.execute("""
            update papers set iamas_no = first_no
            from (select person_no, min(iamas_no) as first_no from papers group by person_no) f where f.person_no = papers.person_no""")
    if "Q16" not in rates:
        con.execute("""
            update permit set valid_to_on = left_on from
            (select person_no, max(to_on) as left_on from residence where ended_by = 'emigration' group by person_no having bool_and(to_on is not null)) r
            where r.person_no = permit.person_no and left_on between valid_from_on and valid_to_on""")


def _in_the_world(sheet: Sheet, hand: Hand) -> Rows:
    return NONE


# -- names ---------------------------------------------------------------------------------------------------------------


def other_spelling(sheet: Sheet, hand: Hand) -> Rows:
    """Q01. The clerk or the applicant writes a name in another way that people really write it."""
    return _respelt(sheet, hand, "spelling")


def local_letters(sheet: Sheet, hand: Hand) -> Rows:
    """Q02. Local letters put into a foreign name, or taken out of a local one."""
    return _respelt(sheet, hand, "local", "roman")


def _respelt(sheet: Sheet, hand: Hand, kind: str, otherwise: str | None = None) -> Rows:
    column = _name_column(sheet, hand)
    rows = hand.some(sheet.has(column))
    u = iter(hand.draw.random(len(rows)))

    def again(name: str) -> str:
        at = next(u)
        new = hand.cultures.spelling.respell(name, kind, at)
        return hand.cultures.spelling.respell(name, otherwise, at) if new == name and otherwise else new

    return sheet.change(column, rows, again) if column else NONE


def _name_column(sheet: Sheet, hand: Hand) -> str | None:
    columns = [c for c in (sheet.column(n) for n in NAMES) if c]
    return columns[int(hand.draw.integers(len(columns)))] if columns else None


def wrong_case(sheet: Sheet, hand: Hand) -> Rows:
    """Q03. Upper and lower case made with the rules of another language: i becomes a dotted İ, I a dotless ı."""
    touched = []
    for column in [c for c in (sheet.column(n) for n in NAMES) if c]:
        rows = hand.some(sheet.has(column))
        upper = hand.draw.random(len(rows)) < 0.5
        touched.append(sheet.change(column, rows[upper], lambda v: v.replace("i", "İ").upper()))
        touched.append(sheet.change(column, rows[~upper], lambda v: v.replace("I", "ı")))
    return _all(touched)


LOOK_ALIKE = str.maketrans("AEOPCXTHKMBaeopcxy", "АЕОРСХТНКМВаеорсху")


def look_alike_letters(sheet: Sheet, hand: Hand) -> Rows:
    """Q04. A Cyrillic letter typed in a Latin name; nobody sees the difference."""
    column = _name_column(sheet, hand)
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
    return _all([article, joined, vowels])


def swapped_parts(sheet: Sheet, hand: Hand) -> Rows:
    """Q06. Family and given name change places, the father's name lands in the given name, or a single name stands alone."""
    surname, given, patronymic = sheet.column("surname"), sheet.column("given_names"), sheet.column("patronymic")
    if not (surname and given):
        return NONE
    rows = np.intersect1d(hand.some(sheet.has(surname)), sheet.has(given))
    way = hand.draw.random(len(rows))
    swap = rows[way < 0.6]
    before = sheet.values(surname, swap)
    sheet.put(surname, swap, sheet.values(given, swap))
    sheet.put(given, swap, before)
    alone = rows[way >= 0.85]
    sheet.put(given, alone, [f"{s} {g}" for s, g in zip(sheet.values(surname, alone), sheet.values(given, alone), strict=True)])
    sheet.put(surname, alone, [None] * len(alone))
    moved = NONE
    if patronymic:
        moved = np.intersect1d(rows[(way >= 0.6) & (way < 0.85)], sheet.has(patronymic))
        sheet.put(given, moved, [f"{g} {p}" for g, p in zip(sheet.values(given, moved), sheet.values(patronymic, moved), strict=True)])
        sheet.put(patronymic, moved, [None] * len(moved))
    return _all([swap, alone, moved])


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
    rows = hand.some(sheet.has(number))
    way = hand.draw.random(len(rows))
    u = iter(hand.draw.random(len(rows)))

    def misread(no: str) -> str:
        places = [i for i, c in enumerate(no) if c in MISREAD]
        if not places:
            return no
        at = places[int(next(u) * len(places))]
        return no[:at] + MISREAD[no[at]] + no[at + 1 :]

    return _all([cut, sheet.change(number, rows[way < 0.5], misread), sheet.change(given, rows[way >= 0.5], lambda v: v.replace(" ", "<<") + "<<K")])


# -- dates ---------------------------------------------------------------------------------------------------------------


def _day(text: str, profile: str) -> date | None:
    try:
        return date(1899, 12, 30) + timedelta(int(text)) if profile == "excel" else datetime.strptime(text, profile).date()
    except ValueError:
        return None


def _text(day: date, profile: str) -> str:
    return str((day - date(1899, 12, 30)).days) if profile == "excel" else day.strftime(profile)


def _born(sheet: Sheet) -> tuple[str | None, str]:
    f = sheet.field(identity="birth_date")
    return (f.column, PROFILES.get(f.date or "", f.date or "")) if f else (None, "")


def other_calendar(sheet: Sheet, hand: Hand) -> Rows:
    """Q08. A date in another form than the file's own: month first, two digits for the year, or the year of another calendar."""
    column, profile = _born(sheet)
    rows = hand.some(sheet.has(column))
    citizenship = sheet.field(identity="citizenship")
    states = iter(sheet.values(citizenship.column, rows) if citizenship else [None] * len(rows))
    way = iter(hand.draw.random(len(rows)))
    solar = set(hand.settings.get("solar_years") or ())

    def other(text: str) -> str:
        day, how, state = _day(text, profile), next(way), next(states)
        if day is None:
            return text
        if state in solar:
            return _text(day, profile).replace(f"{day.year}", f"{day.year - 621}")
        return day.strftime("%m/%d/%Y") if how < 0.5 else day.strftime("%d.%m.%y")

    return sheet.change(column, rows, other) if column else NONE


def unknown_day(sheet: Sheet, hand: Hand) -> Rows:
    """Q09. Only the year of birth is known: written 00.00, or as the first of January."""
    column, profile = _born(sheet)
    f = sheet.field(identity="birth_date")
    if column is None or not f or not f.partial:
        return NONE
    rows = hand.some(sheet.has(column))
    way = iter(hand.draw.random(len(rows)))

    def year_only(text: str) -> str:
        day = _day(text, profile)
        if day is None:
            return text
        if next(way) < 0.5:
            return _text(date(day.year, 1, 1), profile)
        return {"%d.%m.%Y": f"00.00.{day.year}", "%Y%m%d": f"{day.year}0000", "%Y-%m-%d": f"{day.year}"}.get(profile, f"{day.year}")

    return sheet.change(column, rows, year_only)


def day_for_month(sheet: Sheet, hand: Hand) -> Rows:
    """X2."""
    column, profile = _born(sheet)
    rows = hand.some(sheet.has(column))

    def turned(text: str) -> str:
        day = _day(text, profile)
        return _text(date(day.year, day.day, day.month), profile) if day and day.day <= 12 and day.year < 2100 else text

    return sheet.change(column, rows, turned) if column and profile != "%Y" else NONE


# -- numbers, repetition, terms ------------------------------------------------------------------------------------------


def new_number(sheet: Sheet, hand: Hand) -> Rows:
    """Q12. A new passport makes a new person: the system gives a new number (the border system always, others sometimes)."""
    column = sheet.column("register_no")
    if column is None or hand.rate >= 1:
        return NONE
    rows = sheet.has(column)
    documents = sheet.values("_doc", rows)
    chosen = hand.choose(documents)
    rows, documents = rows[chosen], [d for d, of in zip(documents, chosen, strict=True) if of]
    sheet.put(
        column,
        rows,
        [f"{v[:1]}9{sum(ord(c) * 31**i for i, c in enumerate(d or '')) % 10**7:07d}" for v, d in zip(sheet.values(column, rows), documents, strict=True)],
    )
    return rows


def keyed_twice(sheet: Sheet, hand: Hand) -> Rows:
    """Q13. The same application entered again under another number, at times with another spelling."""
    if len(sheet.contract.key) != 1:
        return NONE
    key = sheet.contract.key[0].column
    rows = hand.some(np.flatnonzero(~sheet.numbers("_second").astype(bool)))
    new = sheet.append(rows)
    for column in (key, "_key"):
        sheet.change(column, new, lambda v: f"{v}T")
    surname = sheet.column("surname")
    if surname:
        u = iter(hand.draw.random(len(new)))
        sheet.change(surname, np.intersect1d(new[hand.draw.random(len(new)) < 0.3], sheet.has(surname)), lambda v: hand.cultures.spelling.respell(v, "spelling", next(u)))
    return new


def never_closed(sheet: Sheet, hand: Hand) -> Rows:
    """Q14. People leave and nobody closes their registration."""
    ended, why = sheet.field(field="deregistered_on"), sheet.field(field="deregistration_reason")
    if not ended:
        return NONE
    closed = sheet.has(ended.column)
    rows = closed[hand.choose(sheet.values("_key", closed))]
    for f in (ended, why):
        if f:
            sheet.put(f.column, rows, [None] * len(rows))
    keep = np.ones(len(sheet), bool)
    again = rows[sheet.numbers("_second").astype(bool)[rows]]
    keep[again] = False  # the file that would have said so never comes
    stay = np.setdiff1d(rows, again)
    new = np.cumsum(keep) - 1
    sheet.keep(keep)
    return new[stay]


def technical_gap(sheet: Sheet, hand: Hand) -> Rows:
    """Q15. Extensions begin some days after the old permit ends, or before."""
    start = sheet.field(field="valid_from_on")
    if not start:
        return NONE
    profile = PROFILES.get(start.date or "", start.date or "")
    action = sheet.field(field="action") or sheet.field(field="extension_no")
    rows = sheet.has(start.column)
    if action:
        extend = next((code for code, target in (action.codes or {}).items() if target == "extend"), None)
        values = sheet.values(action.column, rows)
        rows = rows[[(v == extend) if extend else v not in (None, "0") for v in values]]
    rows = hand.some(rows)
    shift = iter(hand.draw.integers(-30, 31, size=len(rows)))
    return sheet.change(start.column, rows, lambda v: _text(d + timedelta(int(next(shift))), profile) if (d := _day(v, profile)) else v)


# -- codes and texts -----------------------------------------------------------------------------------------------------


def mixed_countries(sheet: Sheet, hand: Hand) -> Rows:
    """Q17. Citizenship, country of birth and issuing state written in each other's place."""
    citizenship = sheet.field(identity="citizenship")
    others = [f for f in (sheet.field(identity="birth_country"), sheet.field(identity="doc_issuer")) if f]
    if not citizenship or not others:
        return NONE
    other = others[0]
    rows = np.intersect1d(hand.some(sheet.has(citizenship.column)), sheet.has(other.column))
    here, there = sheet.values(citizenship.column, rows), sheet.values(other.column, rows)
    differ = np.array([a != b for a, b in zip(here, there, strict=True)], bool)
    sheet.put(citizenship.column, rows[differ], [t for t, d in zip(there, differ, strict=True) if d])
    sheet.put(other.column, rows[differ], [h for h, d in zip(here, differ, strict=True) if d])
    return rows[differ]


def former_countries(sheet: Sheet, hand: Hand) -> Rows:
    """Q18. Countries that are no more, by the code of their time; or a country's name where a code should be."""
    f = sheet.field(identity="birth_country")
    if not f:
        return NONE
    rows = hand.some(sheet.has(f.column))
    born = iter(sheet.values("_born", rows))
    way = iter(hand.draw.random(len(rows)))
    countries, lang = hand.country.code_list("countries"), hand.country.languages[0]
    former = hand.settings.get("former") or {}

    def old(code: str) -> str:
        day, how = next(born), next(way)
        for union, about in former.items():
            if day and code in about["members"] and day <= about["until"]:
                return union
        return countries.name(code, lang)[: f.width] if how < 0.15 else code

    return sheet.change(f.column, rows, old)


def loose_addresses(sheet: Sheet, hand: Hand) -> Rows:
    """Q19. Addresses as free text: abbreviations, old names of places, at times no code of the region."""
    column, region = sheet.column("address"), sheet.field(field="region")
    rows = hand.some(sheet.has(column))
    if column is None:
        return NONE
    old = hand.settings.get("old_names") or {}
    places = {c.name(hand.country.languages[0]): old[c.code] for c in hand.country.code_list("regions") if c.code in old}
    way = iter(hand.draw.random(len(rows)))

    def loose(text: str) -> str:
        how = next(way)
        place, _, street = text.partition(", ")
        if how < 0.3:
            return f"{places.get(place, place)} {street}".strip()
        return street.replace("küç.", "kuc").replace("pr.", "prospekt") if how < 0.6 else f"{street}, {place} ş."

    touched = sheet.change(column, rows, loose)
    if region:
        bare = rows[hand.draw.random(len(rows)) < 0.05]
        sheet.put(region.column, bare, [None] * len(bare))
        touched = _all([touched, bare])
    return touched


def made_up(sheet: Sheet, hand: Hand) -> Rows:
    """Q20. A value that satisfies the form and says nothing: TEST, 99999, the first of January 1900."""
    given, number = sheet.column("given_names") or sheet.column("full_name"), sheet.column("doc_no")
    column, profile = _born(sheet)
    touched = []
    for place, value in ((given, "TEST"), (number, "999999999"), (column, _text(date(1900, 1, 1), profile) if column and profile != "excel" else None)):
        if place and value:
            rows = Hand(hand.draw, hand.rate / 3, hand.country, hand.cultures, hand.settings, hand.window).some(sheet.has(place))
            sheet.put(place, rows, [value] * len(rows))
            touched.append(rows)
    return _all(touched)


def one_second(sheet: Sheet, hand: Hand) -> Rows:
    """Q21. After an outage a point enters hours of crossings at once: all carry the second of the entering."""
    when, where = sheet.field(field="crossed_at"), sheet.field(field="bcp")
    if not (when and where):
        return NONE
    places, stamps = sheet.columns[where.column].to_pylist(), sheet.columns[when.column].to_pylist()
    by_shift: dict[tuple[str, str], list[int]] = {}
    for i, (place, stamp) in enumerate(zip(places, stamps, strict=True)):
        by_shift.setdefault((place, stamp[:13]), []).append(i)  # day and the hour's first digits: an hour of one point
    chosen = [rows for rows, u in zip(by_shift.values(), hand.draw.random(len(by_shift)), strict=True) if u < hand.rate and len(rows) > 1]
    rows = np.array(sorted(i for group in chosen for i in group), np.int64)
    last = {i: max(stamps[j] for j in group) for group in chosen for i in group}
    sheet.put(when.column, rows, [last[i] for i in rows])
    return rows


def family_as_one(sheet: Sheet, hand: Hand) -> Rows:
    """Q22. A family written as one application: the members after the first are a number in a column."""
    member, case = sheet.field(field="member_no"), sheet.field(field="case_no")
    if not (member and case):
        return NONE
    cases = sheet.columns[case.column].to_pylist()
    first = np.array([m in (None, "1") for m in sheet.columns[member.column].to_pylist()], bool)
    of_chosen = np.array(hand.choose(cases), bool)
    families = {c for c, f in zip(cases, first, strict=True) if not f}
    touched = of_chosen & first & np.array([c in families for c in cases], bool)
    keep = ~of_chosen | first
    new = np.cumsum(keep) - 1
    sheet.keep(keep)
    return new[np.flatnonzero(touched)]


def late(sheet: Sheet, hand: Hand) -> Rows:
    """Q23. Rows that come in a later file than they should."""
    rows = hand.some(np.arange(len(sheet)))
    daily = sheet.contract.period == "day"
    days = hand.draw.integers(1, 20, size=len(rows)) if daily else hand.draw.integers(28, 90, size=len(rows))
    new = [d + timedelta(int(n)) for d, n in zip(_dates(sheet, rows), days, strict=True)]
    inside = np.array([d <= hand.window.last for d in new], bool)
    rows, new = rows[inside], [d for d, i in zip(new, inside, strict=True) if i]
    kind = sheet.columns["_delivered"].type
    sheet.put("_delivered", rows, [datetime(d.year, d.month, d.day) for d in new] if pa.types.is_timestamp(kind) else new)
    sheet.put("_period", rows, [d.strftime(PERIOD[sheet.contract.period]) for d in new])
    return rows


def _dates(sheet: Sheet, rows: Rows) -> list[date]:
    return [v.date() if isinstance(v, datetime) else v for v in sheet.values("_delivered", rows)]


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
        forms = [(hand.cultures.spelling.cyrillic(s, x), hand.cultures.spelling.cyrillic(g, x)) for s, g, x in zip(sheet.values(surname, rows), sheet.values(given, rows), u, strict=True)]
        known = np.array([bool(s and g) for s, g in forms], bool)
        rows, forms = rows[known], [f for f, k in zip(forms, known, strict=True) if k]
        sheet.put(surname, rows, [s.upper() for s, _ in forms if s])
        sheet.put(given, rows, [g.upper() for _, g in forms if g])
        touched.append(rows)
    return _all(touched)


def loose_amounts(sheet: Sheet, hand: Hand) -> Rows:
    """Q25. Amounts with hard spaces between the thousands and after the figure."""
    touched = []
    for f in sheet.contract.fields:
        if f.type == "number" and f.decimal == ",":
            rows = hand.some(sheet.has(f.column))
            touched.append(sheet.change(f.column, rows, lambda v: (f"{int(v.split(',')[0]):,}".replace(",", "\u00a0") + "," + v.split(",")[1]) if len(v) > 6 else v + "\u00a0"))
    return _all(touched)


# -- known to nobody ------------------------------------------------------------------------------------------------------


def neighbours_document(sheet: Sheet, hand: Hand) -> Rows:
    """X1."""
    columns = [c for c in (sheet.column("doc_no"), sheet.column("doc_issuer")) if c] + [f.check_column for f in sheet.contract.fields if f.check_column]
    return _from_the_row_above(sheet, hand, columns)


def neighbours_name(sheet: Sheet, hand: Hand) -> Rows:
    """X3."""
    return _from_the_row_above(sheet, hand, [c for c in (sheet.column("given_names"), sheet.column("sex")) if c])


def _from_the_row_above(sheet: Sheet, hand: Hand, columns: list[str]) -> Rows:
    rows = hand.some(np.arange(1, len(sheet)))
    above = {c: sheet.values(c, rows - 1) for c in columns}
    different = np.array(
        [
            any(a is not None and a != b for a, b in zip(pair_a, pair_b, strict=True))
            for pair_a, pair_b in zip(zip(*above.values(), strict=True), zip(*(sheet.values(c, rows) for c in columns), strict=True), strict=True)
        ],
        bool,
    )
    for column in columns:
        sheet.put(column, rows[different], [a for a, d in zip(above[column], different, strict=True) if d])
    return rows[different]


def _writable(sheet: Sheet, settings: dict[str, Any]) -> None:
    """Letters that the file's character set does not have are typed without their marks."""
    encoding = sheet.contract.encoding
    if encoding.lower().startswith("utf"):
        return
    letters = settings.get("no_letter") or {}

    def typed(text: str) -> str:
        try:
            text.encode(encoding)
            return text
        except UnicodeEncodeError:
            return "".join(c if _fits(c, encoding) else letters.get(c) or _bare(c, encoding) for c in text)

    for f in sheet.contract.fields:
        strange = pc.match_substring_regex(pc.fill_null(sheet.columns[f.column], ""), "[^ -~]")
        rows = np.flatnonzero(strange.to_numpy(zero_copy_only=False))
        if len(rows):
            sheet.change(f.column, rows, typed)


def _fits(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
        return True
    except UnicodeEncodeError:
        return False


def _bare(letter: str, encoding: str) -> str:
    kept = "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c) and _fits(c, encoding))
    return kept or "?"


def _all(touched: list[Rows]) -> Rows:
    return np.unique(np.concatenate(touched)) if touched else NONE


DEFECTS: dict[str, Defect] = {
    "Q10": Defect("A crossing that nobody recorded", _in_the_world, early=True),
    "Q11": Defect("In on one passport, out on another", _in_the_world, early=True),
    "Q12": Defect("A new passport makes a new person", new_number),
    "Q16": Defect("A permit whose holder has long left", _in_the_world, early=True),
    "Q14": Defect("A registration never closed", never_closed),
    "Q22": Defect("A family counted as one application", family_as_one),
    "Q15": Defect("Gaps and overlaps of permits", technical_gap),
    "Q17": Defect("Citizenship, birth and issuing state mixed up", mixed_countries),
    "Q18": Defect("Countries that are no more, names for codes", former_countries),
    "Q19": Defect("Addresses as free text", loose_addresses),
    "Q21": Defect("Hours of crossings in one second", one_second),
    "X1": Defect("", neighbours_document),
    "X3": Defect("", neighbours_name),
    "Q01": Defect("Another Latin spelling", other_spelling),
    "Q02": Defect("Local letters in and out of names", local_letters),
    "Q05": Defect("Articles, fathers' names, vowels", articles_and_fathers),
    "Q06": Defect("Parts of the name in each other's place", swapped_parts),
    "Q03": Defect("Case by the rules of another language", wrong_case),
    "Q04": Defect("Cyrillic letters that look Latin", look_alike_letters),
    "Q07": Defect("Cut and misread machine-readable zones", machine_reading),
    "X2": Defect("", day_for_month),
    "Q08": Defect("Dates in another form or calendar", other_calendar),
    "Q09": Defect("Only the year of birth is known", unknown_day),
    "Q20": Defect("Made-up values", made_up),
    "Q24": Defect("Letters of old fonts and other alphabets", foreign_letters),
    "Q25": Defect("Amounts with hard spaces", loose_amounts),
    "Q13": Defect("One application entered twice", keyed_twice),
    "Q23": Defect("Rows that come late", late),
}
