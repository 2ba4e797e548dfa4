"""The queries that put crossings and stays in order, each packed into one number: what is sorted then is a person and a number.

Apart from the kernels, so that the sort runs while they are loaded.
"""

from __future__ import annotations

from collections.abc import Sequence

from karvan.lifecourse.people import demand, person_type

CARRIED = ("citizenship", "mode", "bcp", "purpose")    # by which repairs tell strata apart, where the crossings have them
SHIFT, OPEN = 1_000_000, 2**22 - 1    # of days in a packed stay: no day is below zero, none is as late as an open end


def crossings_query(columns: dict[str, str], where: str, *, also: Sequence[str] = (), text_is_aware: bool = False, nobody: bool = False, person: str = "") -> tuple[str, bool]:
    """The query that puts crossings in order, and whether their times are instants of a known zone (aware) rather than local times.

    A crossing is one number, `moment`: microseconds since 1970, times four, plus what happened (0 in, 1 out, 2 neither); so in comes
    before out in one instant, and then the record decides. Without a time it is the greatest number of all. With `nobody` the rows that have no person. People are named by the expression `person`, or as they are.
    """
    kind = person_type(columns, where)
    demand(columns, {"crossed_at": ("TIMESTAMP", "DATE", "VARCHAR"), "direction": ("VARCHAR", "ENUM")}, where)
    aware = columns["crossed_at"] == "TIMESTAMP WITH TIME ZONE" or text_is_aware
    at = {"VARCHAR": f"try_cast(crossed_at as {'timestamptz' if text_is_aware else 'timestamp'})", "DATE": "cast(crossed_at as timestamp)"}.get(columns["crossed_at"], "crossed_at")
    moment = f"coalesce(epoch_us({at}) * 4 + case direction when 'in' then 0 when 'out' then 1 else 2 end, 9223372036854775807)"
    record = ", record_id" if "record_id" in columns else ""
    carried = "".join(f", cast({name} as varchar) as {name}" for name in also)
    person = person or f"cast(person_id as {kind})"
    return f"select {person} as person_id, {moment} as moment{record}{carried} from given where person_id is {'' if nobody else 'not '}null order by person_id, moment{record}", aware


def spells_query(columns: dict[str, str], where: str, *, records: bool, initial: bool = False, ordered: bool = False) -> str:
    """The query that puts spells of presence in order. A stay is one number: first day seen, whether that is the entry, exit, and three marks.

    Where the spells are `ordered` already there is nothing to sort.
    """
    kind = person_type(columns, where)
    demand(columns, dict.fromkeys(("entered_on", "left_on"), ("DATE", "TIMESTAMP")), where)

    def days(value: str) -> str:
        return f"(cast({value} as date) - date '1970-01-01' + {SHIFT})"

    def mark(name: str, word: str = "true") -> str:
        return f"coalesce({name} = {word}, false)::bigint" if name in columns else "0"

    packed = (
        f"(coalesce({days('coalesce(entered_on, left_on)')}, 0)::bigint << 26) + ((entered_on is not null)::bigint << 25) + (coalesce({days('left_on')}, {OPEN})::bigint << 3)"
        f" + ({mark('closed_by', repr('death'))} << 2) + ({mark('entry_imputed')} << 1) + {mark('exit_imputed')}"
    )
    also = "".join(f", {name}" for name in ("in_record_id", "out_record_id") if records and name in columns)
    known = ", i.resident as initial" if initial else ""
    join = " left join initial_known i using (person_id)" if initial else ""
    order = "" if ordered else f" order by person_id, stay{also}"
    return f"select cast(person_id as {kind}) as person_id, {packed} as stay{also}{known} from given{join} where person_id is not null{order}"
