"""The rules of the life course by themselves, on a file or an Arrow table, without a workspace: `karvan spells` as functions.

>>> from datetime import date, datetime
>>> import pyarrow as pa
>>> crossings = pa.table({"person_id": ["P1", "P1"], "crossed_at": [datetime(2026, 1, 12, 9), datetime(2026, 3, 2, 18)], "direction": ["in", "out"]})
>>> stays = presence(crossings, observed_until=date(2026, 3, 31))
>>> stays.table.select(["spell_no", "entered_on", "left_on", "closed_by"]).to_pylist()
[{'spell_no': 1, 'entered_on': datetime.date(2026, 1, 12), 'left_on': datetime.date(2026, 3, 2), 'closed_by': 'exit'}]
>>> rolling(stays.table, days=90, window=180).table.to_pylist()
[{'person_id': 'P1', 'max_days': 50, 'first_exceeded_on': None}]

What counts as what, with drawn examples: docs/explanation/life-course-specification.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

from karvan.lifecourse.engine import as_ordered, engine, said_complete_through, said_ordered
from karvan.lifecourse.files import Kept, Sheet, writing
from karvan.lifecourse.passes import FILES, Made, all_rules, count_people, decide_people, know_crossings, know_spells, pair_people, repair_people
from karvan.lifecourse.people import Given
from karvan.lifecourse.residence import Rule, rule_named
from karvan.workspace import Progress, quiet

Repair = Literal["none", "pack"]


def presence(
    crossings: Given, *, observed_until: date, zone: str | None = None, repair: Repair = "none", pack: str | None = None, progress: Progress = quiet
) -> Made:
    """Pair each person's crossings into stays; whoever's crossings do not alternate is set aside whole.

    Parameters
    ----------
    crossings
        A table that Arrow reads, or the path of a Parquet or CSV file: `person_id` (text or whole number), `crossed_at` (local time, or
        an instant with a zone), `direction` ('in', 'out'); optional `record_id`. In any order.
    observed_until
        Last day that is complete; crossings later than it count for nothing and are counted.
    zone
        In which the day of a crossing counts; needed where `crossed_at` is an instant.
    repair
        'pack': instead of setting people aside, put missing ends in as the life-course step does, flagged and counted by stratum (from
        the optional columns `citizenship`, `mode`, `bcp`, `purpose`). `pack` then says which citizenship is the national one.

    Returns
    -------
    `table`: the columns of `presence_spells`, in order of person and stay; `aside`: `person_id`, `reason`, `crossed_at` and `record_id`
    of the crossing where it broke; `repairs` (table of that name), if any; `counts`.

    Raises
    ------
    DataError
        A column is missing or of a wrong type, a file cannot be read, the zone is not known.
    """
    table, aside = Kept(), Kept()
    made = presence_into(table, aside, crossings, observed_until=observed_until, zone=zone, repair=repair, pack=pack, progress=progress)
    made.table, made.aside = table.table(), aside.table()
    return made


def residence(
    spells: Given, *, rule: str | Rule = "UR-12/16", observed_until: date | None = None, initial: Given = None, progress: Progress = quiet
) -> Made:
    """Decide by a residence rule when the people of `spells` (columns of `presence_spells`) were usually resident.

    Parameters
    ----------
    rule
        Its name, `UR-12/16`, `UR-12/12`, `UR-6/12` or another `UR-m/w`; or a `Rule`.
    observed_until
        Last day that is complete; what is not final by it is `undecided`. Without it the last stay is taken to last.
    initial
        `person_id`, `resident` (yes or no), optional `known_on` (or `as_of`): the status before the first crossing, where one is known as of that day or earlier.

    Returns
    -------
    `table`: `person_id`, `from_on` (null: resident before the first crossing), `to_on` (null: still), `rule`, `basis` (observed, imputed,
    undecided), `final_on` (null: not final), `decided_by`, `ended_by`; `crossings`: each one with `resident_before`, `resident_after`,
    `migration`, `final_on`, `undecided` (null where undecided); `aside`; `counts`.

    Raises
    ------
    DataError
        There is no such rule, or it needs other records; a column is missing or of a wrong type; a file cannot be read.
    """
    table, aside, crossings = Kept(), Kept(), Kept()
    made = residence_into(table, aside, crossings, spells, rule=rule, observed_until=observed_until, initial=initial, progress=progress)
    made.table, made.aside, made.crossings = table.table(), aside.table(), crossings.table()
    return made


def rolling(spells: Given, *, days: int, window: int, observed_until: date | None = None, progress: Progress = quiet) -> Made:
    """Most days present in any `window` days, and the first day on which they were more than `days`.

    Days of entry and exit both count. An open last stay counts to `observed_until` (that of `presence`, where it made the stays and none is
    given); of any other stay with one end the day seen counts.

    Returns
    -------
    `table`: `person_id`, `max_days`, `first_exceeded_on` (null: never), one row for each person with a stay; `counts`.

    Raises
    ------
    DataError
        A stay is open and no `observed_until` says up to when; a column is missing or of a wrong type; a file cannot be read.
    """
    table = Kept()
    made = rolling_into(table, spells, days=days, window=window, observed_until=observed_until, progress=progress)
    made.table = table.table()
    return made


# The same, piece by piece ---------------------------------------------------------------------------------------------------------------


def presence_into(
    table: Sheet, aside: Sheet, crossings: Given, *, observed_until: date, zone: str | None, repair: Repair = "none", pack: str | None = None, progress: Progress = quiet
) -> Made:
    """`presence` into two sheets."""
    with engine() as con:
        known = know_crossings(con, crossings, zone=zone, strata=repair != "none")
        if repair == "none":
            return pair_people(con, known, table, aside, observed_until=observed_until, progress=progress)
        return repair_people(con, known, table, aside, observed_until=observed_until, pack=pack, progress=progress)


def residence_into(
    table: Sheet, aside: Sheet, crossings: Sheet, spells: Given, *, rule: str | Rule, observed_until: date | None, initial: Given = None, progress: Progress = quiet
) -> Made:
    """`residence` into three sheets."""
    rule = rule_named(rule) if isinstance(rule, str) else rule

    def decide(ordered: bool) -> Made:
        with engine() as con:
            known = know_spells(con, spells, ordered=ordered, initial=initial)
            return decide_people(con, known, table, aside, crossings, rule=rule, observed_until=observed_until, progress=progress)

    return as_ordered(decide, said_ordered(spells) and initial is None, table, aside, crossings)


def rolling_into(table: Sheet, spells: Given, *, days: int, window: int, observed_until: date | None, progress: Progress = quiet) -> Made:
    """`rolling` into a sheet."""
    observed_until = observed_until or said_complete_through(spells)

    def count(ordered: bool) -> Made:
        with engine() as con:
            known = know_spells(con, spells, ordered=ordered, records=False)
            return count_people(con, known, table, days=days, window=window, observed_until=observed_until, progress=progress)

    return as_ordered(count, said_ordered(spells), table)


def all_files(
    crossings: Given, folder: Path, *, observed_until: date, zone: str | None = None, rule: str | Rule = "UR-12/16", days: int = 90, window: int = 180,
    progress: Progress = quiet, then: Callable[[], None] = lambda: None,
) -> Made:  # fmt: skip
    """All three rules in one pass, read and sorted once: `stays`, `residence`, `over`, `aside` and `due`, each `.parquet`, in `folder`.

    The first four are those of `presence`, `residence` and `rolling` one after the other. `due` names the people of whom more may be known on a day to come
    although no crossing is added, and the first such day (`person_id`, `due_on`): a decision becomes final, days of a stay add up, a crossing is no longer too late.
    `then` is called when all is made, before the files take the place of earlier ones.
    """
    rule = rule_named(rule) if isinstance(rule, str) else rule
    with contextlib.ExitStack() as open_files, engine() as con:
        sheets = {name: open_files.enter_context(writing(folder / f"{name}.parquet")) for name in FILES}
        known = know_crossings(con, crossings, zone=zone)
        made = all_rules(con, known, sheets, rule=rule, days=days, window=window, observed_until=observed_until, progress=progress)
        then()
    return made
