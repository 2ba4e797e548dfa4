"""Whom new records and new days concern, and their records as they are and as they were, each file read once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from karvan.lifecourse import sql
from karvan.lifecourse.courses import RECORDS, Bench
from karvan.tables import TABLES
from karvan.workspace import Run, TableVersion, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

COUNTS, WATCH = "course_counts", "course_watch"
RANKED = ("candidates", "silent")      # not counted but put in order: the rows of everybody are in the watch list
BUCKET = 48           # a hash of 64 bits moved so far to the right: 65,536 buckets, as many as a processor's cache holds
NEAR = 7              # places from the last one taken, within which a day may change who is taken
WITHOUT = ("extra", "delivery_id", "row_no", "feed")     # columns of records that say nothing of a life
# Whom what is learned concerns: those of `watched` for whom another value was used than the one they would get now.
CONCERNED = {
    "typical": "select w.person_id from watched w join typical_now t using (lives_here, citizenship, mode, purpose, month) where w.watch = 'stay' and w.value <> t.stay_days",
    "absences": "select w.person_id from watched w left join absences a using (lives_here) where w.watch = 'absence' and w.value <> coalesce(a.days, 14)",
    "cutoffs": "select w.person_id from watched w left join taken_now t on t.what = w.watch and t.person_id = w.person_id where w.watch in ('exit', 'entry') and w.value <> (t.person_id is not null)::integer",
    "usual_wait": "select w.person_id from watched w cross join usual_wait u where w.watch = 'wait' and w.value <> u.days",
    "silent_cutoff": """select w.person_id from watched w left join silent_cutoff c on true where w.watch = 'silent'
                        and w.value <> coalesce(w.due_on > c.ended_on or w.due_on = c.ended_on and w.person_id <= c.person_id, false)::integer""",
    "weights_of_signs": "select w.person_id from watched w left join patterns_resident p on p.signs * 128 + p.before = w.place where w.watch = 'signs' and w.value <> (p.signs is not null)::integer",
    "lasting": "select w.person_id from watched w left join lasting l using (direction) where w.watch = 'lasting' and w.value <> coalesce($observed_until - w.due_on >= l.days, false)::integer",
}
# Whom what is learned may well concern: their records are read with the others, so that no file is read again for a handful.
AROUND = f"""
select person_id from watched where watch in ('stay', 'absence')
union select w.person_id from watched w join cutoffs c on c.what = w.watch and c.claim = w.claim where w.watch in ('exit', 'entry') and abs(w.place - c.place) <= {NEAR}
"""
# So few that they are worked out with the others: to find one of them late means to go the whole way again.
NEXT_SILENT = f"select w.person_id from watched w cross join silent_cutoff c where w.watch = 'silent' and abs(w.due_on - c.ended_on) <= {NEAR}"


class Records:
    """Records and links of the persons asked for, as views `now_<table>` and `then_<table>` that all cursors of a connection see.

    What a table has now and had not then, or the other way round, is in `differ_<table>`; all else is read once for both.
    """

    def __init__(self, ws: Workspace, con: duckdb.DuckDBPyConnection, before: Run) -> None:
        self.con, self.sources = con, {}
        for name in (*RECORDS, "links"):
            now, then, columns = ws.version(name), ws.version(name, before.reads[name]), columns_of_lives(name)
            same = {(part.key, part.sha256) for part in now.parts} & {(part.key, part.sha256) for part in then.parts}
            for side, version in {"all_now": now, "now_only": without(now, same), "then_only": without(then, same)}.items():
                ws.view(con, name, version, as_name=f"{side}_{name}")
            self.sources[name] = f"select {columns}, '' as side from all_now_{name}"
            if self.differ(name):
                self.sources[name] += f" anti join (from differ_{name} where side = 'now') using (record_id) union all select {columns}, side from differ_{name}"
            con.execute(f"create table held_{name} as {self.sources[name]} limit 0")
            for when, other in (("now", "then"), ("then", "now")):
                con.execute(f"create view {when}_{name} as select {columns} from held_{name} where side <> '{other}'")
        for asked in ("person_id", "record_id"):
            con.execute(f"create temp table {asked}_read ({asked} varchar)")

    def differ(self, name: str) -> int:
        """Make `differ_<table>`: the rows of one side (`now`, `then`) only. Returns how many.

        Only the parts that differ are read, twice: hashes of rows that stand on both sides cancel out in their bucket, so that only rows in the buckets that are left are looked at one by one.
        """
        columns = columns_of_lives(name)
        rows = " union all ".join(f"select {columns}, '{side}' as side, hash({columns}) as h from {side}_only_{name}" for side in ("now", "then"))
        self.con.execute(f"create or replace temp table buckets_differ as select h >> {BUCKET} as bucket from ({rows}) group by bucket having bit_xor(h) <> 0")
        self.con.execute(f"create table differ_{name} as select {columns}, side from ({rows}) where h >> {BUCKET} in (from buckets_differ) qualify count(*) over (partition by h) = 1")
        return sql.count(self.con, f"differ_{name}")

    def read(self, people: str) -> None:
        """Add the records of the persons of a table, and the links of these, where they were not asked for before."""
        self.add(("links",), "person_id", people)
        self.add(RECORDS, "record_id", "held_links")

    def add(self, names: Sequence[str], by: str, wanted: str) -> None:
        """Add the rows of some tables that belong to what is `wanted`."""
        self.con.execute(f"create or replace temp table asked as select distinct {by} from {wanted} anti join {by}_read using ({by})")
        if not sql.count(self.con, "asked"):
            return
        self.con.execute(f"insert into {by}_read from asked")
        for name in names:
            self.con.execute(f"insert into held_{name} from ({self.sources[name]}) semi join asked using ({by})")


def without(version: TableVersion, same: set[tuple[str, str]]) -> TableVersion:
    return replace(version, parts=tuple(part for part in version.parts if (part.key, part.sha256) not in same))


def columns_of_lives(name: str) -> str:
    """The columns of a table of records, or of `links`, on which a life course hangs."""
    return "record_id, person_id" if name == "links" else ", ".join(c for c in TABLES[name].column_names if c not in WITHOUT)


def find_changed(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make `pool`: persons with other records or links than in the last run. Returns how many of each."""
    con.execute(f"create temp table records_changed as {' union '.join(f'select record_id from differ_{name}' for name in RECORDS)}")
    con.execute("create temp table of_records as select distinct person_id from differ_links semi join records_changed using (record_id)")
    con.execute("create temp table as_linked as from records_changed anti join differ_links using (record_id)")
    if sql.count(con, "as_linked"):      # records told otherwise, of the same person
        con.execute("insert into of_records select distinct person_id from all_now_links semi join as_linked using (record_id) anti join of_records using (person_id)")
    con.execute("create table pool as from of_records union select person_id from differ_links")
    of_records = sql.count(con, "of_records")
    return {"records": of_records, "links": sql.count(con, "pool") - of_records}


def as_days_pass(one: Bench) -> int:
    """Add to `pool` whom the days since the last run concern, if nothing new is recorded; returns how many those are besides. The watch list of all others is `watched`."""
    con = one.con
    con.execute(f"create temp view watched as from {WATCH} anti join pool using (person_id)")
    for name in ("counted_ends", "counted_closed", "counted_sides", *RANKED):
        con.execute(f"create or replace temp table whole_{name} as {in_force(name)}")
    for name in ("missed_crossings", "cutoffs", "silent_share", "silent_cutoff", "lasting"):
        one.make(name)
    take(one)
    con.execute(f"create temp table of_days as select person_id, 'days' as why from watched where watch = 'day' and due_on <= $1 union all select person_id, 'silent' from ({NEXT_SILENT})", [one.until])
    for name in ("cutoffs", "silent_cutoff", "lasting"):
        concern(one, name, "of_days")
    return con.execute("insert into pool select distinct person_id from of_days").fetchall()[0][0]


def take(one: Bench) -> None:
    """Of everybody who is put in order, those who are taken: makes `taken_now`."""
    taken = sql.text_of("taken.sql").replace("from candidates", "from whole_candidates")
    one.con.execute(f"create or replace temp table taken_now as {taken}", {"observed_until": one.until})


def concern(one: Bench, name: str, into: str) -> None:
    """Add to a table (person_id, why) the persons of `watched` for whom another value was used than `name` now gives."""
    query = CONCERNED[name]
    one.con.execute(f"insert into {into} select person_id, '{name}' from ({query})", {"observed_until": one.until} if "$" in query else {})


def in_force(name: str) -> str:
    """What was counted of everybody in the last run."""
    return ranks(name, WATCH) if name in RANKED else f"select * from {COUNTS} where fact = '{fact(name)}'"


def ranks(name: str, watch: str) -> str:
    """Those who are put in order, from the watch list."""
    if name == "silent":
        return f"select person_id, due_on as ended_on, true as silent from {watch} where watch = 'silent'"
    return f"select watch as what, person_id, cast(null as bigint) as spell_no, claim, place, due_on from {watch} where watch in ('exit', 'entry')"


def fact(name: str) -> str:
    """What the table `course_counts` calls a table of counts."""
    return name.removeprefix("counted_")
