"""Which pairs are compared at all: those that share a key. A key is one or two parts of columns that both files have.

Every key is blind to something (a slip in the surname, a move, a missing birth date), so several are chosen, each for the matches that the ones
before it miss. No truth is needed for that: matches with the usual faults are drawn by lot, and a key finds those whose parts came through whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from karvan.linkage.files.normal import soundex

if TYPE_CHECKING:
    import duckdb

DRAWN = 40_000          # matches drawn by lot
SLIP = 0.07             # share of cells with a slip somewhere
GONE = 0.04             # share of cells that say something else altogether
SWAPPED = 0.01          # given name and surname, or day and month
MOVED = 0.12            # share of people whose whole address is another
PAIRS_A_ROW = 25        # pairs compared for each row of the longer file
KEY_A_ROW = 8           # of one key
ALWAYS = 200_000        # pairs that are compared in any case, of small files
SLIP_ACROSS = 0.5       # share of names that come out otherwise from another script, and of these the share that start or sound otherwise
OTHER_LETTERS = {"initial": 0.35, "sound": 0.6}
LEAST_GAIN = 0.0001     # a key that finds fewer of the drawn matches is not worth its pairs
WORTH = 1e-4            # matches that a pair must find at least, one with another: a match for 10,000 pairs
MOST_KEYS = 20
CARELESS = (0.12, 4.0)  # share of records written carelessly, and how many times the faults of the others they have
NAMES = ("given", "surname", "middle")
ADDRESS = ("house_number", "street", "unit", "postcode", "city", "region")


@dataclass(frozen=True)
class Part:
    """A part of a column as a key uses it: `surname`, `surname.start`, `birth_date.year`."""

    column: str
    part: str
    sql: str

    @property
    def name(self) -> str:
        return f"{self.column}.{self.part}" if self.part else self.column


@dataclass
class Key:
    """Parts that two records must share, the pairs that do, and the share of drawn matches that only this key finds."""

    parts: tuple[Part, ...]
    pairs: int = 0
    gain: float = 0.0

    @property
    def name(self) -> str:
        return " + ".join(part.name for part in self.parts)

    @property
    def sql(self) -> str:
        """A number for the key's value, or nothing where a part is not said."""
        said = " and ".join(f"({part.sql}) is not null" for part in self.parts)
        return f"case when {said} then hash({', '.join(part.sql for part in self.parts)}) end"


PARTS = {
    "given": ("", "initial", "start", "sound"),
    "surname": ("", "start", "end", "sound"),
    "birth_date": ("", "year", "month_day", "year_month", "any_order"),
    "birth_year": ("",),
    "number": ("", "start", "end"),
    "phone": ("", "end"),
    "house_number": ("",),
    "street": ("", "start", "end"),
    "postcode": ("",),
    "city": ("", "start"),
    "email": ("",),
    "text": ("",),
    "middle": ("initial",),
    "sex": ("",),
}


def part(column: str, role: str, which: str) -> Part:
    """One part of a column. Raises KeyError where the role has no such part."""
    if which == "either_order":
        return Part(column, which, "case when given is not null and surname is not null then least(given, surname) || ' ' || greatest(given, surname) end")
    if which not in PARTS[role]:
        raise KeyError(which)
    half = f"greatest(length({column}) // 2, 3)"
    sql = {
        "": column,
        "initial": f"left({column}, 1)",
        "start": f"left({column}, {half})",
        "end": f"case when length({column}) > 3 then right({column}, {half}) end",
        "sound": soundex(column),
        "year": f"case when {column}[1:4] <> '____' then {column}[1:4] end",
        "month_day": f"case when not contains({column}[5:8], '_') then {column}[5:8] end",
        "year_month": f"case when not contains({column}[1:6], '_') then {column}[1:6] end",
        "any_order": f"case when not contains({column}, '_') then {column}[1:4] || least({column}[5:6], {column}[7:8]) || greatest({column}[5:6], {column}[7:8]) end",
    }[which]
    return Part(column, which, sql)


def all_parts(columns: dict[str, str]) -> list[Part]:
    """Every part that a key may use."""
    told_twice = {"birth_year"} if "birth_date" in columns.values() else set()
    found = [part(name, role, which) for name, role in columns.items() if role not in told_twice for which in PARTS.get(role, ())]
    if "given" in columns and "surname" in columns:
        found.append(part("names", "", "either_order"))
    return found


def choose(con: duckdb.DuckDBPyConnection, columns: dict[str, str], *, two: bool, seed: int, largest: int, across: bool = False) -> list[Key]:
    """The keys for the table `records`, the most telling first.

    Parameters
    ----------
    two
        Whether there are two files (side 0 and 1); else pairs are sought within one.
    largest
        Pairs of the largest block that will be compared.
    across
        Whether names are in several scripts.
    """
    sizes = dict(con.execute("select side, count(*) from records group by side").fetchall())
    possible = sizes[0] * sizes[1] if two else sizes[0] * (sizes[0] - 1) / 2
    most, least = max(sizes.values()), min(sizes.values())
    of_one, of_all = max(KEY_A_ROW * most, ALWAYS // 4), max(PAIRS_A_ROW * most, ALWAYS)
    filled = {
        name: float(np.prod([share for _, share in con.execute(f"select side, avg(({name} is not null)::int) from records group by side").fetchall()])) for name in columns
    }
    parts = all_parts(columns)
    whole = came_through(parts, columns, filled, seed, across=across)
    cost = {parts_of: share * possible for parts_of, share in chances(con, parts, possible, two=two).items()}
    finds = {parts_of: np.logical_and.reduce([whole[part] for part in parts_of]) for parts_of in cost}
    found = np.zeros(DRAWN, bool)
    chosen: list[Key] = []
    spent = 0
    while len(chosen) < MOST_KEYS:
        worth = {}
        for parts_of, pairs in cost.items():
            gain = float((finds[parts_of] & ~found).mean())
            if pairs <= of_one and spent + pairs <= of_all and gain >= LEAST_GAIN and gain * least >= WORTH * pairs:
                worth[parts_of] = gain / (pairs + most)
        if not worth:
            break
        best = max(worth, key=lambda parts_of: worth[parts_of])
        del cost[best]
        key = Key(best)
        key.pairs, kept = count_pairs(con, key, two=two, largest=largest)
        key.gain = kept * float((finds[best] & ~found).mean())
        if key.pairs > of_one or spent + key.pairs > of_all or key.gain < LEAST_GAIN or key.gain * least < WORTH * key.pairs:
            continue        # its parts go together more than chance has it (a surname and a street), or most of it would be left out
        spent += key.pairs
        found |= finds[best]
        chosen.append(key)
    return chosen


def chances(con: duckdb.DuckDBPyConnection, parts: list[Part], possible: float, *, two: bool) -> dict[tuple[Part, ...], float]:
    """Keys of one part or of two, and the share of all pairs that have them, as if parts were independent."""
    alone = {part: max(count_pairs(con, Key((part,)), two=two)[0], 1) / max(possible, 1) for part in parts}
    found: dict[tuple[Part, ...], float] = {(part,): share for part, share in alone.items()}
    for n, one in enumerate(parts):
        for other in parts[n + 1 :]:
            if one.column != other.column and {one.column, other.column} not in ({"names", "given"}, {"names", "surname"}):
                found[one, other] = alone[one] * alone[other]
    return found


def count_pairs(con: duckdb.DuckDBPyConnection, key: Key, *, two: bool, largest: int | None = None) -> tuple[int, float]:
    """Pairs that share a key, and the share of its rows in blocks that are not larger than `largest` pairs; larger ones do not count."""
    pairs = "a::hugeint * b" if two else "a::hugeint * (a - 1) // 2"
    counts = f"select {key.sql} as k, count(*) filter (side = 0) as a, count(*) filter (side = 1) as b, {pairs} as pairs from records group by 1 having k is not null"
    kept = f"pairs <= {largest}" if largest is not None else "true"
    [(count, rows, of)] = con.execute(f"select coalesce(sum(pairs) filter ({kept}), 0), coalesce(sum(a + b) filter ({kept}), 0), coalesce(sum(a + b), 0) from ({counts})").fetchall()
    return int(count), float(rows) / float(of) if of else 0.0


def came_through(parts: list[Part], columns: dict[str, str], filled: dict[str, float], seed: int, *, across: bool) -> dict[Part, np.ndarray]:
    """For matches drawn by lot with the usual faults: whether each part of a column is the same on both sides."""
    draw = np.random.default_rng(seed)
    care = np.where(draw.random(DRAWN) < CARELESS[0], CARELESS[1], (1 - CARELESS[0] * CARELESS[1]) / (1 - CARELESS[0]))
    names_swapped = draw.random(DRAWN) < SWAPPED
    moved = draw.random(DRAWN) < MOVED
    gone: dict[str, np.ndarray] = {}
    slipped, place, luck = {}, {}, {}
    for name, role in columns.items():
        gone[name] = (draw.random(DRAWN) < GONE * care) | (draw.random(DRAWN) > filled[name]) | (moved if role in ADDRESS else False)
        slips = SLIP_ACROSS if across and role in NAMES else SLIP
        slipped[name], place[name], luck[name] = draw.random(DRAWN) < slips * care, draw.random(DRAWN), draw.random(DRAWN)
    gone["names"] = gone.get("given", np.zeros(DRAWN, bool)) | gone.get("surname", np.zeros(DRAWN, bool))
    result: dict[Part, np.ndarray] = {}
    for p in parts:
        if p.part == "either_order":
            result[p] = ~gone["names"] & ~slipped["given"] & ~slipped["surname"]
            continue
        slip, at = slipped[p.column], place[p.column]
        if across and columns[p.column] in NAMES:       # another spelling touches the whole name, its sound and initial less often
            result[p] = ~gone[p.column] & ~(slip & (luck[p.column] < OTHER_LETTERS.get(p.part, 1.0))) & ~names_swapped
            continue
        hurt = {
            "": slip, "initial": slip & (at < 0.15), "start": slip & (at < 0.5), "end": slip & (at >= 0.5), "sound": slip & (luck[p.column] < 0.6),
            "year": slip & (at < 0.4), "month_day": slip & (at >= 0.4), "year_month": slip & (at < 0.7), "any_order": slip & (at < 0.9),
        }[p.part]  # fmt: skip
        result[p] = ~gone[p.column] & ~hurt & ~(names_swapped if p.column in ("given", "surname") else False)
    return result


def make_pairs(con: duckdb.DuckDBPyConnection, keys: list[Key], *, two: bool, largest: int) -> tuple[list[int], list[dict]]:
    """Make the table `pairs` (l, r, keys as bits) of records that share a key; returns pairs by key, and the blocks left out, without their values.

    Parameters
    ----------
    largest
        Pairs of the largest block that is compared. A value shared by more says little, and another key finds its matches.
    """
    said = ", ".join(f"{key.sql} as k{n}" for n, key in enumerate(keys))
    con.execute(f"create or replace temp table keyed as select rid, side, {said} from records")
    counted, left_out = [], []
    con.execute("create or replace temp table pairs_by_key (l integer, r integer, bit integer)")
    for n, key in enumerate(keys):
        pairs = "a::hugeint * b" if two else "a::hugeint * (a - 1) // 2"
        con.execute(f"""
            create or replace temp table block_sizes as
            select k{n} as k, count(*) filter (side = 0) as a, count(*) filter (side = 1) as b, {pairs} as pairs from keyed where k{n} is not null group by 1
        """)
        [(blocks, largest_pairs, rows)] = con.execute("select count(*), coalesce(max(pairs), 0), coalesce(sum(a + b), 0) from block_sizes where pairs > $1", [largest]).fetchall()
        if blocks:
            left_out.append({"key": key.name, "blocks": int(blocks), "rows": int(rows), "largest_pairs": int(largest_pairs)})
        other = "r.side = 1 and l.side = 0" if two else "l.rid < r.rid"
        con.execute(f"""
            insert into pairs_by_key select l.rid, r.rid, {1 << n} from block_sizes s join keyed l on l.k{n} = s.k join keyed r on r.k{n} = s.k
            where s.pairs between 1 and {largest} and {other}
        """)
        counted.append(int(con.execute("select coalesce(sum(pairs), 0) from block_sizes where pairs <= $1", [largest]).fetchall()[0][0]))
    con.execute("create or replace temp table pairs as select l, r, bit_or(bit) as keys from pairs_by_key group by l, r")
    for table in ("keyed", "block_sizes", "pairs_by_key"):
        con.execute(f"drop table {table}")
    return counted, left_out
