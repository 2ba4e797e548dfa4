"""New records and new days: only the life courses of the persons concerned are made again, and the tables are equal to those of a full run.

Concerned are persons with new, changed or withdrawn records or changed links; those whom the days since the last run concern (`course_watch`: an undecided crossing falls due, a stay becomes
overdue, ...); and those for whom something was used that everybody's counts now teach otherwise: the median of their stratum, how many exits are missed in it, and so on.

Counts of everybody stand in `course_counts`. The persons concerned are worked out twice, with their records as they were and as they are: the first counts are taken from the whole, the second
added. What the whole then teaches may concern more persons, who are taken in until nobody is left. So nothing is frozen, and nothing is approximate.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.lifecourse import sql
from karvan.lifecourse.concerned import AROUND, CONCERNED, COUNTS, RANKED, WATCH, Records, as_days_pass, concern, fact, find_changed, in_force, ranks, take
from karvan.lifecourse.courses import ALL, MADE, RECORDS, Bench, Stage, learn, notes, work_out
from karvan.tables import TABLES
from karvan.workspace import Progress, Run, Transaction, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

OF_PERSONS = {table: made for table, made in MADE.items() if table != "repairs"}
COUNTED = ALL[: 1 + max(place for place, stage in enumerate(ALL) if stage.counted)]      # stages that tell the counts
ALL_COUNTED = tuple(name for stage in COUNTED for name in stage.counted)
LEARNED_LAST = "weights_of_signs"      # hangs on all the rest, and nothing that is counted hangs on it
TOO_MANY = 0.2        # part of the persons from which working out everybody costs no more


class Everybody(Exception):
    """What has changed concerns everybody; says why."""


def change(ws: Workspace, tx: Transaction, con: duckdb.DuckDBPyConnection, before: Run, facts: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Work out the persons concerned and put their rows in the place of those in force; returns the notes of the run.

    `con` is a connection to the tables in force, `facts` are the parameters of the step with the days observed. Raises Everybody, with nothing written, where all have to be worked out.
    """
    last = {name: date.fromisoformat(before.notes[name]) for name in ("observed_from", "observed_until")}
    refuse(ws, before, facts, last)
    records = Records(ws, con, before)
    now, then = Bench(con, facts, few=True), Bench(con.cursor(), facts | last, few=True)
    why = find_changed(con) | {"days": as_days_pass(now)}
    con.execute(f"create temp table around as from pool union {AROUND}")
    records.read("around")
    con.execute("set threads = 1")      # so few rows are not worth dividing
    changed = Change(now, then, records, most=int(TOO_MANY * ws.version("persons", at=tx.base).rows))
    changed.work_out(progress)
    progress("writing", 0.8)
    for table in (*OF_PERSONS, WATCH):
        tx.replace(con, table, f"{table}_now", "pool")
    for table in (COUNTS, "repairs"):
        tx.write(table, con.sql(f"from {table}_now order by {', '.join(TABLES[table].in_order)}"))
    return notes(now, ws.version("crossing", at=tx.base).rows) | {"recomputed": {"persons": sql.count(con, "pool"), **why, "learned": changed.learned}}


def refuse(ws: Workspace, before: Run, facts: dict[str, Any], last: dict[str, date]) -> None:
    """Raises Everybody where the days or the sources differ in a way that concerns all."""
    if last["observed_from"] != facts["observed_from"]:
        raise Everybody("the data begin on another day")
    if facts["observed_until"] < last["observed_until"]:
        raise Everybody("the data end on an earlier day")
    ends = [[date.fromordinal(day.toordinal() + more).year for more in (0, 1)] for day in (facts["observed_until"], last["observed_until"])]
    if ends[0] != ends[1]:
        raise Everybody("a year has ended: signs of life are told by year")
    if bool(ws.version("resident").rows) != bool(ws.version("resident", before.reads["resident"]).rows):
        raise Everybody("a population register came, or went")


class Change:
    """The persons of `pool`, with their records as they were and as they are."""

    def __init__(self, now: Bench, then: Bench, records: Records, *, most: int) -> None:
        self.now, self.then, self.records, self.most = now, then, records, most
        self.learned: dict[str, int] = {}       # persons taken in because of what was learned, by what
        self.known: set[str] = set()            # stages of which is known what was in force
        for one, when in ((now, "now"), (then, "then")):
            for name in RECORDS:
                one.con.execute(f"create temp view {name} as from memory.main.{when}_{name}")

    def work_out(self, progress: Progress) -> None:
        """Make `<table>_now` for each table of the step. Raises Everybody where more persons are concerned than `most`."""
        con = self.now.con
        while newcomers := self.concerned_besides(progress):
            self.learned |= {why: self.learned.get(why, 0) + n for why, n in newcomers}
            con.execute("insert into pool select distinct person_id from concerned")
            self.records.read("pool")
            if [why for why, _ in newcomers] == [LEARNED_LAST]:
                self.go_again()
                break
        self.now.make("watch")
        for table, made in {**OF_PERSONS, WATCH: "watch"}.items():
            con.execute(f"create or replace temp view {table}_now as select {columns_of(table)} from {made}")
        con.execute(f"create or replace temp view {COUNTS}_now as select {columns_of(COUNTS)} from ({' union all by name '.join(counts(ALL_COUNTED, 'whole_'))})")
        con.execute("""create or replace temp view repairs_now as
            select repair, stratum, sum(persons)::bigint as persons, sum(spells)::bigint as spells
            from (from memory.main.repairs union all from repairs_differ)
            group by all having sum(spells) <> 0""")

    def concerned_besides(self, progress: Progress) -> list[tuple[str, int]]:
        """Go the way of the pool, by its records as they were and as they are, stage by stage: up to one that teaches what concerns somebody besides.

        Returns how many those are, and for what; they are in `concerned`. Nobody: the way was gone to its end.
        """
        con = self.now.con
        if (persons := sql.count(con, "pool")) > self.most:
            raise Everybody("more than a fifth of the persons are concerned")
        for one, when in ((self.now, "now"), (self.then, "then")):
            self.take_links(one, when)
        con.execute("create or replace temp table concerned (person_id varchar, why varchar)")
        con.execute(f"create or replace table counts_then as {TABLES[COUNTS].empty_select()}")
        for place, stage in enumerate(ALL):
            progress(f"{persons:,} persons: {stage.name}", 0.3 + 0.5 * place / len(ALL))
            if stage in COUNTED:
                self.as_it_was(stage)
            work_out(self.now, stage)
            for name in stage.counted:
                self.with_changes(name)
            learn(self.now, stage)
            self.look_around(stage)
            if stage.learned == ("cutoffs",) and (newcomers := self.found()):
                return newcomers
        self.then.con.execute("create or replace table memory.main.repairs_then as select repair, stratum, -persons as persons, -spells as spells from repairs_made")
        con.execute("create or replace temp table repairs_differ as select repair, stratum, persons, spells from repairs_made union all from repairs_then")
        return self.found()

    def found(self) -> list[tuple[str, int]]:
        return self.now.con.execute("select why, count(distinct person_id) from concerned group by all order by all").fetchall()

    def go_again(self) -> None:
        """Go the way of the pool once more, by its records as they are. The newcomers are concerned by nothing but what is learned last, so they are counted as before and teach nothing new."""
        self.take_links(self.now, "now")
        for stage in ALL:
            stage.work(self.now)

    def take_links(self, one: Bench, when: str) -> None:
        one.con.execute(f"create or replace temp table links as from memory.main.{when}_links semi join memory.main.pool using (person_id)")

    def as_it_was(self, stage: Stage) -> None:
        """A stage of the pool by its records as they were: `counts_then` gains what is to be taken from the whole. What was in force teaches the same each time, so it is learned once."""
        work_out(self.then, stage)
        if not stage.counted:
            return
        if stage.name not in self.known:
            self.known.add(stage.name)
            for name in stage.counted:
                self.then.con.execute(f"create or replace temp table whole_{name} as {in_force(name)}")
            learn(self.then, stage)
        if told := counts(stage.counted):
            self.then.con.execute(f"insert into counts_then by name from ({' union all by name '.join(told)})")

    def look_around(self, stage: Stage) -> None:
        """Take in whom what was learned concerns."""
        if "medians" in stage.learned:
            self.now.con.execute("create or replace temp table strata as select distinct lives_here, citizenship, mode, purpose, month from watched where watch = 'stay'")
            sql.make(self.now.con, "typical_now", "typical.sql")
        if "cutoffs" in stage.learned:
            take(self.now)
        if "weights_of_signs" in stage.learned and self.now.measured:
            self.same_signs()
        for name in ("typical" if name == "medians" else name for name in stage.learned):
            if name in CONCERNED:
                concern(self.now, name, "concerned")

    def same_signs(self) -> None:
        """Raises Everybody where the years told are others, or crossings alone are now, or no longer, a sign of living here."""
        alone = "from (select * from patterns_resident where signs <= 1 and before <= 1) order by all"
        for query in ("from years_told", alone):
            if self.then.con.sql(query).fetchall() != self.now.con.sql(query).fetchall():
                raise Everybody("signs of life weigh otherwise for visitors")

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


def counts(names: Sequence[str], prefix: str = "") -> list[str]:
    """Queries of counts of a connection, one for each fact."""
    return [f"select '{fact(name)}' as fact, * from {prefix}{name} where n <> 0" for name in names if name not in RANKED]


def columns_of(table: str) -> str:
    """The declared columns of a table, as SQL over rows that have some of them."""
    return ", ".join(f"cast({c.name} as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns)
