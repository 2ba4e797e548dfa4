"""Defects of single values: dates, countries, addresses, amounts, and what only satisfies the form."""

from __future__ import annotations

from datetime import date

import numpy as np

from karvan.synth.defects.hand import NONE, Hand, birth_date, read_day, together, write_day
from karvan.synth.sheet import Rows, Sheet


def other_calendar(sheet: Sheet, hand: Hand) -> Rows:
    """Q08. A date in another form than the file's own: month first, two digits for the year, or the year of another calendar."""
    column, profile = birth_date(sheet)
    rows = hand.some(sheet.has(column))
    citizenship = sheet.field(identity="citizenship")
    states = iter(sheet.values(citizenship.column, rows) if citizenship else [None] * len(rows))
    way = iter(hand.draw.random(len(rows)))
    solar, month_first = set(hand.settings.get("solar_years") or ()), hand.settings["ways"]["Q08"]["month_first"]

    def other(text: str) -> str:
        day, how, state = read_day(text, profile), next(way), next(states)
        if day is None:
            return text
        if state in solar:
            return write_day(day, profile).replace(f"{day.year}", f"{day.year - 621}")
        return day.strftime("%m/%d/%Y") if how < month_first else day.strftime("%d.%m.%y")

    return sheet.change(column, rows, other) if column else NONE


def unknown_day(sheet: Sheet, hand: Hand) -> Rows:
    """Q09. Only the year of birth is known: written 00.00, or as the first of January."""
    column, profile = birth_date(sheet)
    f = sheet.field(identity="birth_date")
    if column is None or not f or not f.partial:
        return NONE
    rows = hand.some(sheet.has(column))
    way = iter(hand.draw.random(len(rows)))

    def year_only(text: str) -> str:
        day = read_day(text, profile)
        if day is None:
            return text
        if next(way) < hand.settings["ways"]["Q09"]["new_year"]:
            return write_day(date(day.year, 1, 1), profile)
        return {"%d.%m.%Y": f"00.00.{day.year}", "%Y%m%d": f"{day.year}0000", "%Y-%m-%d": f"{day.year}"}.get(profile, f"{day.year}")

    return sheet.change(column, rows, year_only)


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
        return countries.name(code, lang)[: f.width] if how < hand.settings["ways"]["Q18"]["name_for_code"] else code

    return sheet.change(f.column, rows, old)


def loose_addresses(sheet: Sheet, hand: Hand) -> Rows:
    """Q19. Addresses as free text: abbreviations, old names of places, at times no code of the region."""
    column, region = sheet.column("address"), sheet.field(field="region")
    rows = hand.some(sheet.has(column))
    if column is None:
        return NONE
    old, ways, words = hand.settings.get("old_names") or {}, hand.settings["ways"]["Q19"], hand.settings["loose_words"]
    places = {c.name(hand.country.languages[0]): old[c.code] for c in hand.country.code_list("regions") if c.code in old}
    way = iter(hand.draw.random(len(rows)))

    def loose(text: str) -> str:
        how = next(way)
        place, _, street = text.partition(", ")
        if how < ways["old_place"]:
            return f"{places.get(place, place)} {street}".strip()
        if how < ways["old_place"] + ways["abbreviated"]:
            for word, loosely in words["streets"].items():
                street = street.replace(word, loosely)
            return street
        return words["place_after"].format(street=street, place=place)

    touched = sheet.change(column, rows, loose)
    if region:
        bare = rows[hand.draw.random(len(rows)) < ways["no_region"]]
        sheet.put(region.column, bare, [None] * len(bare))
        touched = together([touched, bare])
    return touched


def made_up(sheet: Sheet, hand: Hand) -> Rows:
    """Q20. A value that satisfies the form and says nothing: TEST, 99999, the first of January 1900."""
    given, number = sheet.column("given_names") or sheet.column("full_name"), sheet.column("doc_no")
    column, profile = birth_date(sheet)
    touched = []
    for place, value in ((given, "TEST"), (number, "999999999"), (column, write_day(date(1900, 1, 1), profile) if column and profile != "excel" else None)):
        if place and value:
            rows = Hand(hand.draw, hand.rate / 3, hand.country, hand.cultures, hand.settings, hand.window).some(sheet.has(place))
            sheet.put(place, rows, [value] * len(rows))
            touched.append(rows)
    return together(touched)


def loose_amounts(sheet: Sheet, hand: Hand) -> Rows:
    """Q25. Amounts with hard spaces between the thousands and after the figure."""
    touched = []
    for f in sheet.contract.fields:
        if f.type == "number" and f.decimal == ",":
            rows = hand.some(sheet.has(f.column))
            touched.append(
                sheet.change(
                    f.column, rows, lambda v: (f"{int(v.split(',')[0]):,}".replace(",", "\u00a0") + "," + v.split(",")[1]) if len(v) > 6 else v + "\u00a0"
                )
            )
    return together(touched)
