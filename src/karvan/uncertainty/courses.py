"""Life courses under every draw, in one pass over the people whom draws can change.

A draw gives other links to a few people and other guesses to those whose coming or going nobody saw; everybody else lives as in the tables in force. So the life
courses of the people concerned are made once for each draw, all draws together: person P in draw 7 is the person "7 P" of one run of the step's own SQL. What the step
learns from the whole population (typical lengths of stays, how many exits are missed) stands as in force; which stays it falls on is drawn (`lots.sql`).

Three guesses are drawn besides links:

- which of the stays long overdue ended, and which strangers first seen going out had come in unseen: as many as are missed in their stratum, that number drawn from its
  posterior (Jeffreys), and whose stays they are from an order that may itself be wrong;
- the date of an end that no record attests, from stays and absences of the same stratum of which both ends were seen;
- who of those whose asylum procedure ended before the data began is still here. The share seen within the data is the most it can be, because the others had longer to leave: a draw takes any
  share between none and that one.

Source: Rubin, D. B. (1987), "Multiple Imputation for Nonresponse in Surveys", Wiley, chapters 3 and 5 (proper imputation: parameters are drawn before values).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from karvan import households, lifecourse
from karvan.lifecourse import sql
from karvan.lifecourse.courses import life_courses
from karvan.lifecourse.step import observed, visa_free_days
from karvan.linkage import links_under, persons_under
from karvan.tables import TABLES

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

HERE = Path(__file__).parent
AS_IN_FORCE = ("medians", "absences", "lasting")        # what is learned from everybody
OF_PERSONS = ("events", "presence_spells", "status_spells", "citizenships", "residence_spells", "residence_regions")
OF_SEVERAL = households.STEP.writes        # who lives together may change with anybody in the household
# Persons of each draw that are not as in force: those whom other links change, before and after, and in every draw those of whom something is guessed.
TOUCHED = """
create or replace temp table touched as
select draw, person_id from link_draws where draw <= $draws union select d.draw, l.person_id from link_draws d join force_links l using (record_id) where d.draw <= $draws
union select n.draw, g.person_id from guessed_persons g cross join (select unnest(range(1, $draws + 1)) as draw) n
"""
DRAWN_LINKS = """
create or replace temp table drawn_links as
select d.draw, d.person_id, l.record_id, l.level, l.probability from link_draws d join force_links l using (record_id) where d.draw <= $draws
union all
select t.draw, l.person_id, l.record_id, l.level, l.probability from touched t join force_links l using (person_id) anti join link_draws d on d.draw = t.draw and d.record_id = l.record_id
"""
GUESSED = "select person_id from spells where entry_imputed or exit_imputed union select person_id from open_ends union select person_id from silent where silent"


class Courses:
    """Life courses under draws, on one connection: `lay(n)` puts those of draw n in the place of the tables in force, and `lay(0)` takes them away again."""

    def __init__(self, con: duckdb.DuckDBPyConnection, country: Country, *, draws: int, seed: int, guesses: bool = True) -> None:
        """`guesses`: draw them besides links; without, they stand as in force. Reads `link_draws` and `link_draw_persons`."""
        self.con, self.draws, self.seed, self.guesses = con, draws, seed, guesses
        first, until = observed(con)
        self.days: dict[str, Any] = {"observed_from": first, "observed_until": until, "national": country.national}
        self.params = lifecourse.STEP.params | visa_free_days(country, until, lifecourse.STEP.params)
        for table in ("links", "persons", *OF_PERSONS):
            con.execute(f"create or replace temp table force_{table} as from {table}")
        for table in ("completeness", "deliveries", "quality_scores"):     # asked again for each draw
            con.execute(f"create or replace temp table {table} as from {table}")
        life_courses(con, params=self.params, **self.days)
        self.learn()
        self.make()

    def learn(self) -> None:
        """Keep what the step learned from everybody, and find of whom something is guessed."""
        con = self.con
        for name in (*AS_IN_FORCE, "silent", "silent_share", "stayed_on"):
            con.execute(f"create or replace temp table force_{name} as from {name}")
        con.execute("create or replace temp table donors as " + text_of("donors.sql"), {"shares": [n / 40 for n in range(1, 40)]})
        for name in ("missed_crossings", "cutoffs"):        # without a number, every end that might be closed is
            con.execute(f"delete from {name}")
        sql.make(con, "taken", "taken.sql", **self.days)
        sql.make(con, "every_end", "repair.sql", **self.params, **self.days)
        con.execute("create or replace temp table open_ends as " + text_of("open_ends.sql"))
        con.execute("create or replace temp table guessed_persons as " + (GUESSED if self.guesses else "select null::varchar as person_id limit 0"))

    def make(self) -> None:
        """Make the life courses of the people concerned, for all draws together."""
        con = self.con
        con.execute(TOUCHED, {"draws": self.draws})
        con.execute(DRAWN_LINKS, {"draws": self.draws})
        self.draw_numbers()
        self.draw_silent()
        con.execute("create or replace temp view links as select record_id, concat(draw, ' ', person_id) as person_id, level, probability from drawn_links")
        made = life_courses(con, params=self.params, **self.days, after=self.after)["tables"]
        for table in OF_PERSONS:
            con.execute(f"""
                create or replace temp table drawn_{table} as
                select cast(split_part(person_id, ' ', 1) as integer) as draw, {columns_of(table, "split_part(person_id, ' ', 2)")} from {made[table]}""")
        for table in ("links", "persons", *OF_PERSONS):
            con.execute(f"create or replace temp table few_{table} as from force_{table} semi join touched using (person_id)")
        self.lay(0)

    def draw_numbers(self) -> None:
        """Make `missed_drawn`: for each draw, how many of the open ends of a stratum are closed."""
        chance = np.random.default_rng([self.seed, 1])
        rows = []
        for what, claim, takes, people in self.con.sql("select what, claim, any_value(takes), any_value(people) from open_ends group by all order by all").fetchall():
            wanted = people * chance.beta(takes + 0.5, people - takes + 0.5, self.draws) if self.guesses else np.full(self.draws, takes)
            rows += [{"draw": draw, "what": what, "claim": claim, "wanted": float(one), "typical": people / 2} for draw, one in enumerate(wanted, start=1)]
        self.keep("missed_drawn", rows, {"draw": pa.int64(), "what": pa.string(), "claim": pa.string(), "wanted": pa.float64(), "typical": pa.float64()})

    def draw_silent(self) -> None:
        """Make `stayed_drawn`: who of the silent is still here in each draw, by the record that ended their procedure."""
        chance = np.random.default_rng([self.seed, 2])
        silent = self.con.sql(
            "select record_id, stay, told, person_id in (select person_id from force_stayed_on) from force_silent cross join force_silent_share where silent order by ended_on desc, person_id"
        ).fetchall()
        rows = []
        for draw in range(1, self.draws + 1):
            lots = chance.random(len(silent))
            _, stay, told, _ = silent[0] if silent else (None, 0.0, 0, None)
            share = chance.beta(stay * told + 0.5, (1 - stay) * told + 0.5) * chance.random()
            rows += [{"draw": draw, "record_id": record} for (record, _, _, here), lot in zip(silent, lots, strict=True) if (lot < share if self.guesses else here)]
        self.keep("stayed_drawn", rows, {"draw": pa.int64(), "record_id": pa.string()})

    def keep(self, name: str, rows: list[dict[str, Any]], types: dict[str, pa.DataType]) -> None:
        """Make a temporary table of rows."""
        self.con.register("rows_given", pa.Table.from_pylist(rows, schema=pa.schema(list(types.items()))))
        self.con.execute(f"create or replace temp table {name} as from rows_given")
        self.con.unregister("rows_given")

    def after(self, made: str) -> None:
        """Put what was learned from everybody, and the guesses by lot, in the place of what the few persons of the draws would tell."""
        con = self.con
        if made in AS_IN_FORCE:
            con.execute(f"create or replace temp table {made} as from force_{made}")
        elif made == "missed_crossings":
            con.execute("delete from missed_crossings")
        elif made == "spells":
            con.execute("create or replace temp table spells as " + text_of("lots.sql"), {"seed": self.seed, "by_lot": self.guesses})
        elif made == "stayed_on":
            con.execute("""
                create or replace temp table stayed_on as
                from (select concat(l.draw, ' ', l.person_id) as person_id, record_id from stayed_drawn join drawn_links l using (draw, record_id)) anti join spells using (person_id) anti join by_register using (person_id) anti join deaths using (person_id)""")

    def lay(self, draw: int, *, everybody: bool = True) -> None:
        """Put the links, persons and life courses of one draw in the place of those in force; of none, with 0. Not of everybody: only of people whom some draw touches.

        Cases and households stay as in force: see `live_together`.
        """
        for table in OF_SEVERAL:
            self.con.execute(f"drop view if exists temp.main.{table}")
        of = "force" if everybody else "few"
        links_under(self.con, draw, as_name="links", of=f"{of}_links")
        persons_under(self.con, draw, as_name="persons", of=f"{of}_persons", links=f"{of}_links")
        for table in OF_PERSONS:
            columns = columns_of(table)
            drawn = f"where person_id not in (select person_id from touched where draw = {draw}) union all select {columns} from drawn_{table} where draw = {draw}" if draw else ""
            self.con.execute(f"create or replace temp view {table} as select {columns} from {of}_{table} {drawn}")

    def live_together(self) -> None:
        """Put cases and households, made anew of the life courses laid of everybody, in the place of those in force."""
        made = households.live_together(self.con, national=self.days["national"])["tables"]
        for table in OF_SEVERAL:
            self.con.execute(f"create or replace temp view {table} as select {columns_of(table)} from {made[table]}")


def columns_of(table: str, person: str = "person_id") -> str:
    """The declared columns of a table as SQL, with its person read as said."""
    return ", ".join(f"{person} as person_id" if c.name == "person_id" else f"cast({c.name} as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns)


def text_of(file: str) -> str:
    return (HERE / file).read_text(encoding="utf-8")
