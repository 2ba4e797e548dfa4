"""Whom new records and new days concern, and their records as they are and as they were, each file read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.lifecourse import sql
from karvan.lifecourse.courses import RECORDS, Bench
from karvan.tables import TABLES
from karvan.workspace import Run, TableVersion, Workspace

if TYPE_CHECKING:
    import duckdb

COUNTS, WATCH = "course_counts", "course_watch"
RANKED = ("candidates", "silent")      # not counted but put in order: the rows of everybody are in the watch list
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
union select w.person_id from watched w cross join silent_cutoff c where w.watch = 'silent' and abs(w.due_on - c.ended_on) <= {NEAR}
"""


class Records:
    """Records and links of the persons asked for, as tables `now_<record>` and `then_<record>` that all cursors of a connection see."""

    def __init__(self, ws: Workspace, con: duckdb.DuckDBPyConnection, before: Run) -> None:
        self.con = con
        for name in (*RECORDS, "links"):
            versions = {"then": ws.version(name, before.reads[name]), "now": ws.version(name)}
            same = set.intersection(*({(part.key, part.sha256) for part in version.parts} for version in versions.values()))
            for when, version in {"same": versions["now"], **versions}.items():
                parts = tuple(part for part in version.parts if ((part.key, part.sha256) in same) == (when == "same"))
                ws.view(con, name, TableVersion(name, version.number, parts), as_name=f"{when}_only_{name}")
            for when in versions:
                con.execute(f"create table {when}_{name} as select {columns_of_lives(name)} from now_only_{name} limit 0")
        con.execute("create temp table people_read (person_id varchar)")

    def differing(self, name: str, asked: str) -> str:
        """A query of a column of the rows that a table has now and had not then, or the other way round: reads the parts that differ, once for hashes and once for the rows."""
        row = f"hash({columns_of_lives(name)})"
        self.con.execute(f"""
            create or replace temp table rows_differ as
            select h from (select {row} as h, 1 as side from now_only_{name} union all select {row}, -1 from then_only_{name}) group by h having sum(side) <> 0""")
        return f"select {asked} from now_only_{name} where {row} in (from rows_differ) union select {asked} from then_only_{name} where {row} in (from rows_differ)"

    def read(self, people: str) -> None:
        """Add the records of the persons of a table, who were not asked for before."""
        con = self.con
        con.execute(f"create or replace temp table people_asked as select distinct person_id from {people} anti join people_read using (person_id)")
        if not sql.count(con, "people_asked"):
            return
        con.execute("insert into people_read from people_asked")
        for when in ("now", "then"):
            con.execute(f"create or replace temp table {when}_asked as select {columns_of_lives('links')} from (from same_only_links union all by name from {when}_only_links) semi join people_asked using (person_id)")
        con.execute("create or replace temp table records_asked as select record_id from (from now_asked union from then_asked) anti join (from now_links union from then_links) using (record_id)")
        for when in ("now", "then"):
            con.execute(f"insert into {when}_links from {when}_asked")
        for name in RECORDS:
            con.execute(f"create or replace temp table same_asked as select {columns_of_lives(name)} from same_only_{name} semi join records_asked using (record_id)")
            for when in ("now", "then"):
                con.execute(f"insert into {when}_{name} from same_asked union all select {columns_of_lives(name)} from {when}_only_{name} semi join records_asked using (record_id)")


def columns_of_lives(name: str) -> str:
    """The columns of a table of records, or of `links`, on which a life course hangs."""
    return "record_id, person_id" if name == "links" else ", ".join(c for c in TABLES[name].column_names if c not in WITHOUT)


def find_changed(con: duckdb.DuckDBPyConnection, records: Records) -> dict[str, int]:
    """Make `pool`: persons with other records or links than in the last run. Returns how many of each."""
    con.execute("create temp table records_changed (record_id varchar)")
    for name in RECORDS:
        con.execute(f"insert into records_changed {records.differing(name, 'record_id')}")
    links = [f"select person_id from {when}_only_links semi join records_changed using (record_id)" for when in ("same", "now", "then")]
    con.execute(f"create temp table of_records as {' union '.join(links)}")
    con.execute(f"create temp table of_links as {records.differing('links', 'person_id')}")
    con.execute("create temp table pool as from of_records union from of_links")
    return {"records": sql.count(con, "of_records"), "links": sql.count(con, "of_links anti join of_records using (person_id)")}


def as_days_pass(one: Bench) -> int:
    """Add to `pool` whom the days since the last run concern, if nothing new is recorded; returns how many those are besides."""
    con = one.con
    con.execute(f"create or replace temp table watched as from {WATCH} anti join pool using (person_id)")
    for name in ("counted_ends", "counted_closed", "counted_sides", *RANKED):
        con.execute(f"create or replace temp table whole_{name} as {in_force(name)}")
    for name in ("missed_crossings", "cutoffs", "silent_share", "silent_cutoff", "lasting"):
        one.make(name)
    take(one)
    con.execute("create temp table of_days as select person_id, 'days' as why from watched where watch = 'day' and due_on <= $1", [one.until])
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
