"""Defects: what goes wrong between a life and a file, each a named function that can be switched off.

The names are those of the catalogue of typical defects (docs/explanation/synthetic-country.md). A function takes the sheet, its own
generator and its rate, damages what a clerk or a system would have damaged, and returns the rows it touched. What happens in the world
and not in a file is made by the lives; its function takes it back where the defect is switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.country import Country
from karvan.synth.cultures import Cultures
from karvan.synth.defects import names, procedures, unnamed, values, world
from karvan.synth.defects.hand import NONE, Damage, Hand
from karvan.synth.defects.letters import writable
from karvan.synth.desk import Window
from karvan.synth.sheet import Sheet, draws

if TYPE_CHECKING:
    import duckdb

__all__ = ["DEFECTS", "Defect", "Hand", "before_the_files", "damage"]


@dataclass(frozen=True)
class Defect:
    """A defect: its title, the function that makes it in a file, and the one that takes it back from the registers where lives made it."""

    title: str
    make: Damage | None = None
    undo: world.Undo | None = None


DEFECTS: dict[str, Defect] = {
    "Q10": Defect("A crossing that nobody recorded", undo=world.record_every_crossing),
    "Q11": Defect("In on one passport, out on another", undo=world.leave_on_the_passport_of_entry),
    "Q12": Defect("A new passport makes a new person", make=procedures.new_number, undo=world.keep_the_first_number),
    "Q16": Defect("A permit whose holder has long left", undo=world.end_permits_with_departure),
    "Q14": Defect("A registration never closed", make=procedures.never_closed),
    "Q22": Defect("A family counted as one application", make=procedures.family_as_one),
    "Q15": Defect("Gaps and overlaps of permits", make=procedures.technical_gap),
    "Q17": Defect("Citizenship, birth and issuing state mixed up", make=values.mixed_countries),
    "Q18": Defect("Countries that are no more, names for codes", make=values.former_countries),
    "Q19": Defect("Addresses as free text", make=values.loose_addresses),
    "Q21": Defect("Hours of crossings in one second", make=procedures.one_second),
    "X1": Defect("", make=unnamed.neighbours_document),
    "X3": Defect("", make=unnamed.neighbours_name),
    "Q01": Defect("Another Latin spelling", make=names.other_spelling),
    "Q02": Defect("Local letters in and out of names", make=names.local_letters),
    "Q05": Defect("Articles, fathers' names, vowels", make=names.articles_and_fathers),
    "Q06": Defect("Parts of the name in each other's place", make=names.swapped_parts),
    "Q03": Defect("Case by the rules of another language", make=names.wrong_case),
    "Q04": Defect("Cyrillic letters that look Latin", make=names.look_alike_letters),
    "Q07": Defect("Cut and misread machine-readable zones", make=names.machine_reading),
    "X2": Defect("", make=unnamed.day_for_month),
    "Q08": Defect("Dates in another form or calendar", make=values.other_calendar),
    "Q09": Defect("Only the year of birth is known", make=values.unknown_day),
    "Q20": Defect("Made-up values", make=values.made_up),
    "Q24": Defect("Letters of old fonts and other alphabets", make=names.foreign_letters),
    "Q25": Defect("Amounts with hard spaces", make=values.loose_amounts),
    "Q13": Defect("One application entered twice", make=procedures.keyed_twice),
    "Q23": Defect("Rows that come late", make=procedures.late),
}
"""Every defect by its name, in the order in which they happen."""


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
            touched = defect.make(sheet, hand) if defect.make else NONE
            if len(touched):
                sheet.marks.append((name, np.unique(touched)))
    writable(sheet, settings)


def before_the_files(con: duckdb.DuckDBPyConnection, rates: dict[str, dict[str, float]]) -> None:
    """Take the defects that are switched off, and that happen in the world, back from the registers."""
    for name, defect in DEFECTS.items():
        if name not in rates and defect.undo:
            defect.undo(con)
