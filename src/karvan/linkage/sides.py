"""Both sides of a pair as a reviewer sees them: everything that each side's records say, what differs and where, and what the comparisons weigh.

A reviewer decides about two people, not about two rows: a side shows every spelling, date and document of its records, with the feeds that wrote them and the days on
which they saw the person. Nothing here says what other reviewers answered, so that a second answer is given blind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from karvan.errors import DataError
from karvan.linkage.marks import VERDICTS, Piece, pieces, verdict_of
from karvan.linkage.weighed import Weighed, weigh

if TYPE_CHECKING:
    import duckdb

    from karvan.linkage.names import NameMatch
    from karvan.workspace import Workspace

FIELDS = (
    "surname", "given_names", "patronymic", "full_name", "birth_date", "sex", "citizenship", "birth_country", "birth_place", "personal_no", "document", "register", "region", "address",
)  # fmt: skip
VALUES = {"document": "nullif(concat_ws(' ', doc_type, doc_issuer, doc_no), '')", "register": "case when register_no is not null then concat_ws(' ', feed, register_no) end"}
MOST_VALUES = 8     # of one field of one side; the rest is counted
MOST_SPELLINGS = 4  # of a name of one side that are read against each other


@dataclass(frozen=True)
class Said:
    """One value of a field on one side: in how many records, by which feeds, and the first and last day on which they saw the person."""

    value: str
    records: int
    feeds: tuple[str, ...]
    first_on: str | None
    last_on: str | None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Row:
    """One field of both sides. `verdict`: `same`, `spelling`, `partly` (some of several words or digits), `other` (other numbers, which says nothing), `differs`, or `one_side` where a side says nothing."""

    field: str
    a: tuple[Said, ...]
    b: tuple[Said, ...]
    verdict: str
    more_a: int = 0
    more_b: int = 0


@dataclass(frozen=True)
class Side:
    """The records behind one side: how many, by which feeds, from when to when."""

    records: int
    feeds: tuple[str, ...]
    first_on: str | None
    last_on: str | None


@dataclass(frozen=True)
class Opened:
    """A pair as opened: both sides whole, how their names answer to each other, and what the program weighs.

    `names` is null where a side has no name in clear. `one_person`: the links in force hold both for one.
    """

    record_a: str
    record_b: str
    side_a: Side
    side_b: Side
    rows: tuple[Row, ...]
    names: NameMatch | None
    weighed: Weighed
    one_person: bool


def open_pair(ws: Workspace, record_a: str, record_b: str, *, actor: str, purpose: str, language: str = "en") -> Opened:
    """Open both sides of a pair in the name of `actor`, with a line in the audit log that gives the purpose. `names` is told in `language`.

    The side of a record is every record of its person. Where the links hold both for one person, it is the records that a number joins to it.

    Raises
    ------
    DataError
        A record is not known, or nothing is linked yet.

    Examples
    --------
    ::

        seen = open_pair(ws, "r12", "r77", actor="ssc", purpose="clerical review")
        for row in seen.rows:
            print(row.field, [said.value for said in row.a], [said.value for said in row.b], row.verdict)
        print(seen.names)                           # Məmmədov = Мамедов: the same by the letter tables ...
        print("\\n".join(seen.weighed.words))       # The birth dates are the same day: 13.9 bits for one person. ...
    """
    record_a, record_b = sorted((record_a, record_b))
    run = ws.head().runs.get("link")
    if run is None:
        raise DataError("Nothing is linked yet.", where=str(ws.root), fix="run `karvan link run` first")
    con = ws.connect(identity=f"{purpose}: {record_a} {record_b}", actor=actor, threads=1, memory="500MB")
    try:
        persons = dict(con.execute("select record_id, person_id from links where record_id in (?, ?)", [record_a, record_b]).fetchall())
        for record in (record_a, record_b):
            if record not in persons:
                raise DataError(f"No linked record has the id {record[:40]!r}.", where="links", fix="take the ids from the queue")
        one_person = persons[record_a] == persons[record_b]
        make_sides(con, record_a, record_b, one_person=one_person)
        sides = {side: Side(records, tuple(feeds), first, last) for side, records, feeds, first, last in con.sql(
            "select side, count(*), list_sort(list(distinct feed)), cast(min(observed_on) as varchar), cast(max(observed_on) as varchar) from sides group by side order by side").fetchall()}  # fmt: skip
        rows = tuple(found for field in FIELDS if (found := row_of(con, field)) is not None)
        names = names_of(con, language)
        weighed = weigh(con, record_a, record_b, model=run.notes["model"], one_person=one_person)
    finally:
        con.close()
    return Opened(record_a, record_b, sides["a"], sides["b"], rows, names, weighed, one_person)


def make_sides(con: duckdb.DuckDBPyConnection, record_a: str, record_b: str, *, one_person: bool) -> None:
    """Make the temporary table `sides`: identities of both sides, with `side` a or b."""
    import pyarrow as pa

    persons = con.execute("select record_id, person_id from links where person_id in (select person_id from links where record_id in (?, ?))", [record_a, record_b]).fetchall()
    asked = ", ".join("?" * len(persons))       # named one by one, so that of all other records only the id is read
    con.execute(f"create or replace temp table of_both as select * from identities where record_id in ({asked})", [record for record, _ in persons])
    if one_person:
        keys = con.sql("""
            select record_id, [personal_no, doc_issuer || ' ' || doc_no, feed || ' ' || register_no] from of_both""").fetchall()  # fmt: skip
        reached_a, reached_b = reached(keys, record_a), reached(keys, record_b)
        if record_b in reached_a:       # a number joins the two: then each speaks for itself
            reached_a, reached_b = {record_a}, {record_b}
    else:
        person_of = dict(persons)
        reached_a, reached_b = ({r for r, person in persons if person == person_of[one]} for one in (record_a, record_b))
    of = dict.fromkeys(reached_a, "a") | dict.fromkeys(reached_b, "b")
    con.register("side_of", pa.table({"record_id": pa.array(list(of), pa.string()), "side": pa.array(list(of.values()), pa.string())}))
    con.execute("create or replace temp table sides as select o.*, s.side from of_both o join side_of s using (record_id)")
    con.unregister("side_of")


def reached(keys: Iterable[tuple[str, Sequence[str | None]]], start: str) -> set[str]:
    """Records that shared numbers lead to from one record.

    >>> sorted(reached([("r1", ["n1", None]), ("r2", ["n1", "d2"]), ("r3", [None, "d2"]), ("r4", ["n4", None])], "r1"))
    ['r1', 'r2', 'r3']
    """
    numbers = {record: {(at, number) for at, number in enumerate(said) if number} for record, said in keys}
    holders: dict[tuple[int, str], set[str]] = {}
    for record, held in numbers.items():
        for number in held:
            holders.setdefault(number, set()).add(record)
    found, waiting = {start}, [start]
    while waiting:
        for number in numbers.get(waiting.pop(), ()):
            new = holders.pop(number, set()) - found
            found |= new
            waiting += new
    return found


def names_of(con: duckdb.DuckDBPyConnection, language: str) -> NameMatch | None:
    """How the names of the two sides answer to each other, in words: those two of their spellings that do so best."""
    from karvan.linkage.names import compare_names, explain_name_match

    spelled: dict[str, list[str]] = {"a": [], "b": []}
    for side, name in con.sql("""
        select side, coalesce(nullif(concat_ws(' ', surname, given_names, patronymic), ''), full_name) as name
        from sides where name is not null group by all order by side, count(*) desc, name""").fetchall():  # fmt: skip
        spelled[side].append(name)
    pairs = list(product(spelled["a"][:MOST_SPELLINGS], spelled["b"][:MOST_SPELLINGS]))
    if not pairs:
        return None
    scores = compare_names([one for one, _ in pairs], [other for _, other in pairs])
    return explain_name_match(*pairs[int(scores.argmax())], language=language)


def row_of(con: duckdb.DuckDBPyConnection, field: str) -> Row | None:
    """What both sides say in one field, the most frequent value first; None where neither says anything."""
    value = VALUES.get(field, field)
    said = con.execute(f"""
        select side, {value} as said, count(*), list_sort(list(distinct feed)), cast(min(observed_on) as varchar), cast(max(observed_on) as varchar)
        from sides where said is not null group by 1, 2 order by 1, 3 desc, 2""").fetchall()
    sides = [[Said(value, n, tuple(feeds), first, last) for side, value, n, feeds, first, last in said if side == which] for which in "ab"]
    if not said:
        return None
    if not all(sides):
        shown = [tuple(one if one.pieces else Said(**vars(one) | {"pieces": (Piece(one.value, "same"),)}) for one in side[:MOST_VALUES]) for side in sides]
        return Row(field, shown[0], shown[1], "one_side", *(max(0, len(side) - MOST_VALUES) for side in sides))
    marked = [[Said(**vars(one) | {"pieces": pieces(field, one.value, [o.value for o in other])}) for one in side] for side, other in (sides, sides[::-1])]
    return Row(field, tuple(marked[0][:MOST_VALUES]), tuple(marked[1][:MOST_VALUES]), verdict(marked), *(max(0, len(side) - MOST_VALUES) for side in sides))


def verdict(sides: Sequence[Sequence[Said]]) -> str:
    """The best that any value of one side reaches with a value of the other."""
    return min((verdict_of({piece.kind for piece in said.pieces}) for side in sides for said in side), key=VERDICTS.index)
