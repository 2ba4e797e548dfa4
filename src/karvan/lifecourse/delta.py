"""New records and new days: only the life courses of the persons concerned are made again, and the tables are equal to those of a full run.

Concerned are persons with new, changed or withdrawn records or changed links; those whom the days since the last run concern (`course_watch`: an undecided crossing falls due, a stay becomes
overdue, ...); and those for whom something was used that everybody's counts now teach otherwise: the median of their stratum, how many exits are missed in it, and so on.

Counts of everybody stand in `course_counts`. The persons concerned are worked out twice, with their records as they were and as they are: the first counts are taken from the whole, the second
added. What the whole then teaches may concern more persons, who are taken in until nobody is left. So nothing is frozen, and nothing is approximate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.lifecourse import sql
from karvan.lifecourse.courses import ALL, MADE, RECORDS, Bench, Stage, learn, notes, work_out
from karvan.tables import TABLES
from karvan.workspace import Progress, Run, TableVersion, Transaction, Workspace, new_connection

if TYPE_CHECKING:
    import duckdb

COUNTS, WATCH = "course_counts", "course_watch"
OF_PERSONS = {table: made for table, made in MADE.items() if table != "repairs"}
COUNTED = ALL[: 1 + max(place for place, stage in enumerate(ALL) if stage.counted)]      # stages that tell the counts
TOO_MANY = 0.2        # part of the persons from which working out everybody costs no more
WITHOUT = ("extra", "delivery_id", "row_no", "feed")     # columns of records that say nothing of a life
RANKED = ("candidates", "silent")      # not counted but put in order: the rows of everybody are in the watch list
# Whom what is learned in a stage concerns: those for whom another value was used. `now` is the value they would get.
CONCERNED = {
    "typical": "select w.person_id from watched w join typical_now t using (lives_here, citizenship, mode, purpose, month) where w.watch = 'stay' and w.value <> t.stay_days",
    "absences": "select w.person_id from watched w left join absences a using (lives_here) where w.watch = 'absence' and w.value <> coalesce(a.days, 14)",
    "cutoffs": "select w.person_id from watched w left join taken_now t on t.what = w.watch and t.person_id = w.person_id where w.watch in ('exit', 'entry') and w.value <> (t.person_id is not null)::integer",
    "usual_wait": "select w.person_id from watched w cross join usual_wait u where w.watch = 'wait' and w.value <> u.days",
    "silent_cutoff": """select w.person_id from watched w left join silent_cutoff c on true where w.watch = 'silent'
                        and w.value <> coalesce(w.due_on > c.ended_on or w.due_on = c.ended_on and w.person_id <= c.person_id, false)::integer""",
    "lasting": "select w.person_id from watched w left join lasting l using (direction) where w.watch = 'lasting' and w.value <> coalesce($observed_until - w.due_on >= l.days, false)::integer",
}


class Everybody(Exception):
    """What has changed concerns everybody; says why."""


def change(ws: Workspace, tx: Transaction, now: duckdb.DuckDBPyConnection, before: Run, facts: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Work out the persons concerned and put their rows in the place of those in force; returns the notes of the run.

    `now` is a connection to the tables in force, `facts` are the parameters of the step with the days observed. Raises Everybody, with nothing written, where all have to be worked out.
    """
    last = {name: date.fromisoformat(before.notes[name]) for name in ("observed_from", "observed_until")}
    refuse(ws, before, facts, last)
    then = new_connection(memory="400MB")
    try:
        for name in (*RECORDS, "links", COUNTS, WATCH):
            ws.view(then, name, ws.version(name, before.reads.get(name), at=tx.base))
        changed = Change(Bench(now, facts, few=True), Bench(then, facts | last, few=True), ws.version("persons", at=tx.base).rows)
        why = find_changed(ws, now, before) | {"days": as_days_pass(changed.now)}
        said = changed.work_out(progress)
        progress("writing", 0.8)
        for table in (*OF_PERSONS, WATCH):
            tx.replace(now, table, f"{table}_now", "pool")
        for table in (COUNTS, "repairs"):
            tx.write(table, now.sql(f"from {table}_now order by all"))
        return said | {"recomputed": {"persons": sql.count(now, "pool"), **why, "learned": changed.rounds}}
    finally:
        then.close()


def refuse(ws: Workspace, before: Run, facts: dict[str, Any], last: dict[str, date]) -> None:
    """Raises Everybody where the days or the sources differ in a way that concerns all."""
    if last["observed_from"] != facts["observed_from"]:
        raise Everybody("the data begin on another day")
    if facts["observed_until"] < last["observed_until"]:
        raise Everybody("the data end on an earlier day")
    year = [day.year for day in (facts["observed_until"], last["observed_until"])] + [date.fromordinal(day.toordinal() + 1).year for day in (facts["observed_until"], last["observed_until"])]
    if year[0] != year[1] or year[2] != year[3]:
        raise Everybody("a year has ended: signs of life are told by year")
    if bool(ws.version("resident").rows) != bool(ws.version("resident", before.reads["resident"]).rows):
        raise Everybody("a population register came, or went")


def find_changed(ws: Workspace, con: duckdb.DuckDBPyConnection, before: Run) -> dict[str, int]:
    """Make `pool`: persons with other records or links than in the last run. Returns how many of each."""
    con.execute("create temp table records_changed (record_id varchar)")
    for name in RECORDS:
        con.execute(f"insert into records_changed {rows_that_differ(ws, con, name, before.reads[name], 'record_id')}")
    ws.view(con, "links", ws.version("links", before.reads["links"]), as_name="links_before")
    con.execute("create temp table of_records as select person_id from links semi join records_changed using (record_id) union select person_id from links_before semi join records_changed using (record_id)")
    con.execute(f"create temp table of_links as {rows_that_differ(ws, con, 'links', before.reads['links'], 'person_id', ('record_id', 'person_id'))}")
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
    con.execute("create temp table of_days as select person_id from watched where watch = 'day' and due_on <= $1", [one.until])
    for name in ("cutoffs", "silent_cutoff", "lasting"):
        concern(one, name, "of_days")
    return con.execute("insert into pool select distinct person_id from of_days").fetchall()[0][0]


def take(one: Bench) -> None:
    """Of everybody who is put in order, those who are taken: makes `taken_now`."""
    taken = sql.text_of("taken.sql").replace("from candidates", "from whole_candidates")
    one.con.execute(f"create or replace temp table taken_now as {taken}", {"observed_until": one.until})


def concern(one: Bench, name: str, into: str) -> int:
    """Add to a table the persons of `watched` for whom another value was used than `name` now gives; returns how many."""
    query = CONCERNED[name]
    return one.con.execute(f"insert into {into} {query}", {"observed_until": one.until} if "$" in query else {}).fetchall()[0][0]


def rows_that_differ(ws: Workspace, con: duckdb.DuckDBPyConnection, name: str, then: int, asked: str, columns: Sequence[str] = ()) -> str:
    """A query of a column of the rows that a table has now and had not in an earlier version, or the other way round. Reads the parts that differ, once for hashes and once for the rows."""
    columns = columns or [c for c in TABLES[name].column_names if c not in WITHOUT]
    versions = {"rows_before": ws.version(name, then), "rows_now": ws.version(name)}
    same = set.intersection(*({(part.key, part.sha256) for part in version.parts} for version in versions.values()))
    for view, version in versions.items():
        ws.view(con, name, TableVersion(name, version.number, tuple(part for part in version.parts if (part.key, part.sha256) not in same)), as_name=view)
    row = f"hash({', '.join(columns)})"
    con.execute(f"""
        create or replace temp table rows_differ as
        select h from (select {row} as h, 1 as side from rows_now union all select {row}, -1 from rows_before) group by h having sum(side) <> 0""")
    return f"select {asked} from rows_now where {row} in (from rows_differ) union select {asked} from rows_before where {row} in (from rows_differ)"


class Change:
    """The persons of `pool`, with their records as they were and as they are."""

    def __init__(self, now: Bench, then: Bench, persons: int) -> None:
        self.now, self.then, self.persons = now, then, persons
        self.rounds: dict[str, int] = {}       # persons taken in because of what was learned, by what
        for con in (now.con, then.con):
            con.execute("create temp view links_of_all as from memory.main.links")

    def work_out(self, progress: Progress) -> dict[str, Any]:
        """Make `<table>_now` for each table of the step; returns the notes."""
        now = self.now.con
        now.execute("create temp table newcomers as from pool")
        now.execute(f"create temp table counts_then as {TABLES[COUNTS].empty_select()}")
        now.execute("create temp table repairs_then as select * from repairs limit 0")
        while True:
            if sql.count(now, "pool") > TOO_MANY * self.persons:
                raise Everybody("more than a fifth of the persons are concerned")
            progress(f"{sql.count(now, 'pool'):,} persons", 0.1 + 0.2 * len(self.rounds))
            self.as_they_were()
            self.as_they_are()
            if not sql.count(now, "newcomers"):
                break
        self.now.make("watch")
        for table, made in {**OF_PERSONS, WATCH: "watch"}.items():
            now.execute(f"create or replace temp view {table}_now as select {columns_of(table)} from {made}")
        now.execute(f"create or replace temp table {COUNTS}_now as select {columns_of(COUNTS)} from (" + " union all by name ".join(counts("whole_")) + ")")
        now.execute("""create or replace temp table repairs_now as
            select repair, stratum, sum(persons)::bigint as persons, sum(spells)::bigint as spells
            from (from repairs union all select repair, stratum, persons, spells from repairs_made union all select repair, stratum, -persons, -spells from repairs_then)
            group by all having sum(spells) <> 0""")
        return notes(self.now)

    def as_they_were(self) -> None:
        """Count the newcomers of the pool by their records as they were: `counts_then` and `repairs_then` gain what is to be taken from the whole."""
        then, now = self.then.con, self.now.con
        then.register("people", now.sql("from newcomers").to_arrow_table())
        then.execute("create or replace temp table links as select l.* from links_of_all l semi join people using (person_id)")
        for stage in COUNTED:
            work_out(self.then, stage)
            if not self.rounds:        # what was in force teaches the same in each round
                for name in stage.counted:
                    then.execute(f"create or replace temp table whole_{name} as {in_force(name)}")
                learn(self.then, stage)
        counted = then.sql(f"select {columns_of(COUNTS)} from ({' union all by name '.join(counts(''))})").to_arrow_table()
        for name, rows in {"counts_then": counted, "repairs_then": then.sql("from repairs_made").to_arrow_table()}.items():
            now.register("rows_then", rows)
            now.execute(f"insert into {name} by name from rows_then")
            now.unregister("rows_then")

    def as_they_are(self) -> None:
        """Work out the whole pool by its records as they are, learning from everybody; `newcomers` are then the persons whom that concerns besides."""
        now = self.now.con
        now.execute("create or replace temp table links as select l.* from links_of_all l semi join pool using (person_id)")
        now.execute(f"create or replace temp table watched as from {WATCH} anti join pool using (person_id)")
        now.execute("create or replace temp table newcomers (person_id varchar)")
        for stage in ALL:
            work_out(self.now, stage)
            for name in stage.counted:
                self.with_changes(name)
            learn(self.now, stage)
            self.look_around(stage)
        now.execute("create or replace temp table newcomers as select distinct person_id from newcomers anti join pool using (person_id)")
        now.execute("insert into pool from newcomers")

    def look_around(self, stage: Stage) -> None:
        """Take in whom what was learned concerns."""
        now = self.now.con
        if "medians" in stage.learned:
            now.execute("create or replace temp table strata as select distinct lives_here, citizenship, mode, purpose, month from watched where watch = 'stay'")
            sql.make(now, "typical_now", "typical.sql")
        if "cutoffs" in stage.learned:
            take(self.now)
        if "weights_of_signs" in stage.learned and self.now.measured:
            self.same_signs()
        for name in ("typical" if name == "medians" else name for name in stage.learned):
            if name in CONCERNED and (found := concern(self.now, name, "newcomers")):
                self.rounds[name] = self.rounds.get(name, 0) + found

    def same_signs(self) -> None:
        """Raises Everybody where signs of life that other persons show count otherwise than before."""
        now = self.now.con
        now.register("patterns_then", self.then.con.sql("from patterns_resident").to_arrow_table())
        [(others,)] = now.execute(f"""
            select count(*) from ((from patterns_then except from patterns_resident) union all (from patterns_resident except from patterns_then)) p
            join (select signs, before, sum(n) as n from (select signs, before, n from {COUNTS} where fact = 'signs' union all select signs, before, -n from counts_then where fact = 'signs') group by all) o
            using (signs, before) where o.n > 0""").fetchall()
        now.unregister("patterns_then")
        if others or self.then.con.sql("from years_told").fetchall() != now.sql("from years_told").fetchall():
            raise Everybody("signs of life weigh otherwise")

    def with_changes(self, name: str) -> None:
        """Make `whole_<name>` with the pool as it is, and not as it was."""
        con, columns = self.now.con, ", ".join(row[0] for row in self.now.con.execute(f"describe {name}").fetchall() if row[0] != "n")
        if name in RANKED:
            con.execute(f"create or replace temp table whole_{name} as {ranks(name, 'watched')} union all by name from {name}")
        else:
            con.execute(f"""
                create or replace temp table whole_{name} as
                select {columns}, sum(n)::bigint as n
                from ({in_force(name)} union all by name select * from {name} union all by name select * replace (-n as n) from counts_then where fact = '{fact(name)}')
                group by all having sum(n) <> 0""")


def in_force(name: str) -> str:
    """What was counted of everybody in the last run."""
    return ranks(name, WATCH) if name in RANKED else f"select * from {COUNTS} where fact = '{fact(name)}'"


def counts(prefix: str = "") -> list[str]:
    """Queries of all counts of a connection, one for each fact."""
    return [f"select '{fact(name)}' as fact, * from {prefix}{name} where n <> 0" for stage in COUNTED for name in stage.counted if name not in RANKED]


def ranks(name: str, watch: str) -> str:
    """Those who are put in order, from the watch list."""
    if name == "silent":
        return f"select person_id, due_on as ended_on, true as silent from {watch} where watch = 'silent'"
    return f"select watch as what, person_id, cast(null as bigint) as spell_no, claim, place, due_on from {watch} where watch in ('exit', 'entry')"


def fact(name: str) -> str:
    return name.removeprefix("counted_")


def columns_of(table: str) -> str:
    """The declared columns of a table, as SQL over rows that have some of them."""
    return ", ".join(f"cast({c.name} as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns)
