"""Life courses in the order in which they are made: what is worked out person by person, and what is learned from everybody in between.

Most of a life course hangs on the person's own records alone. Eight things are learned from the whole: how long stays and absences usually last, how many crossings were missed and on whose
stays that falls, how long a first permit is waited for, how many people stayed on unseen, after how long a stay is expected to last, and what signs of life weigh. So each stage
works out tables of persons (`work`), counts some of them (`counted`), and learns from the counts of everybody (`learned`), which the later stages read. Whoever holds only some people,
as a day's change or one worker of many, puts the counts of everybody in place of their own between the two: as `whole_<name>`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.lifecourse import compared, sql
from karvan.lifecourse.precedence import ENDING_OUTCOMES, POSITIVE_OUTCOMES, PRECEDENCE
from karvan.lifecourse.residence import UR_12_16, Rule, decide_crossings
from karvan.workspace import Progress, quiet

if TYPE_CHECKING:
    import duckdb

RECORDS = (
    "crossing", "visa", "registration", "permit", "work_permit", "case_event", "decision", "citizenship", "resident", "document", "civil_event",
    "contract", "service",
)  # fmt: skip
PARAMS: dict[str, Any] = {
    "reread_seconds": 600,     # the same person read twice in one direction within ten minutes is one crossing
    "bridge_days": 30,         # gaps at an extension of a permit that are technical (defect Q15)
    "extension_days": 92,      # the same where the record itself says that it prolongs a permit, for residence only
    "soon_back_days": 31,      # a foreigner first seen going out who is back so soon had come before the data began
    "leaving_days": 31,        # who is taken off the register leaves within so many days, and lives here until then
    "max_open_days": 365,      # an open stay is presumed ended when its lawful end is longer ago than this
    "least_exits": 1000,       # fewer exits than this do not tell how many are missed: then every stay long overdue is presumed ended
    "long_days": 365,          # a right to stay that reaches this makes someone expected to be resident (UR-EXP)
    "journeys": ["business", "culture", "official", "science", "sport", "tourism", "treatment"],     # purposes of a national's entry that are those of a journey abroad
    "compared": ["UR-12/12", "UR-6/12", "UR-SOL"],     # rules beside UR-12/16, for comparison
    "visa_free_cap": "V20",    # rule of the pack that says how long a visa-free stay is lawful
    "visa_free_days": 90,      # used where the pack has no such rule
}  # fmt: skip
MADE = {  # declared table: the table on the connection that holds its rows
    "events": "events_made", "presence_spells": "spells", "status_spells": "status_made", "citizenships": "citizenships_made",
    "residence_spells": "residence_made", "residence_regions": "regions_made", "repairs": "repairs_made",
}  # fmt: skip


@dataclass
class Bench:
    """A connection that holds the record tables and the `links` of some people or of all, and what is set for the run.

    `after` is called with the name of each table that a `.sql` file made, before the next one reads it. `few` says that the people are few: the record tables hold theirs
    alone, without what says nothing of a life. `measured` is what the comparison of rules found.
    """

    con: duckdb.DuckDBPyConnection
    facts: dict[str, Any]
    after: Callable[[str], None] = lambda made: None
    few: bool = False
    measured: dict[str, Any] = field(default_factory=dict)

    def make(self, name: str, file: str | None = None) -> None:
        sql.make(self.con, name, file or f"{name}.sql", **self.facts)
        self.after(name)

    @property
    def until(self) -> date:
        return self.facts["observed_until"]


@dataclass(frozen=True)
class Stage:
    """A part of the way: tables of persons, what of them is counted over everybody, and what is learned from that."""

    name: str
    work: Callable[[Bench], None]
    counted: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()


# -- person by person ------------------------------------------------------------------------------------------------


def see(one: Bench) -> None:
    """Records of linked people; crossings that count, citizenships, statuses, the register; stays as they were seen."""
    con = one.con
    columns = "r.*" if one.few else "r.* exclude (extra, delivery_id, row_no, feed)"
    for record in RECORDS:    # crossings are read three times, all others many times
        kind = "view" if record == "crossing" and not one.few else "table"
        con.execute(f"create or replace temp {kind} linked_{record} as select l.person_id, {columns} from {record} r join links l using (record_id)")
    con.execute("create or replace temp table precedence as select unnest($1) as status, unnest(range($2)) as place", [list(PRECEDENCE), len(PRECEDENCE)])
    con.execute("create or replace temp table positive_outcomes as select unnest($1) as word", [list(POSITIVE_OUTCOMES)])
    con.execute("create or replace temp table ending_outcomes as select unnest($1) as word", [list(ENDING_OUTCOMES)])
    one.make("deaths")
    one.make("crossings_linked", "crossings.sql")
    con.execute("create or replace temp view crossings_kept as select * exclude (read_twice) from crossings_linked where not read_twice")
    con.execute("create or replace temp view crossings as from crossings_kept")
    one.make("sightings")
    one.make("citizenships_made", "citizenship.sql")
    for name in ("foreigners", "status_records", "registered", "settled", "proofs", "claims"):
        one.make(name)
    one.make("raw_spells", "presence.sql")


def find_missing(one: Bench) -> None:
    """Stays of which an end is missing, and what may be put in."""
    for name in ("broken", "strata", "typical", "judged", "candidates"):
        one.make(name)


def repair(one: Bench) -> None:
    """Stays with their missing ends put in; one status at a time; what the register and permits say."""
    one.make("taken")
    one.make("spells", "repair.sql")
    one.make("repairs_made", "repairs.sql")
    one.con.execute(f"insert into status_records {sql.text_of('visa_free.sql')}", {"visa_free_days": one.facts["visa_free_days"]})
    one.make("status_made", "status.sql")
    for name in ("permit_chains", "by_register", "silent"):
        one.make(name)


def decide(one: Bench) -> None:
    """What is known before the first crossing, and each crossing decided by UR-12/16."""
    one.make("stayed_on")
    one.make("moves")
    one.make("initial_status", "initial.sql")
    one.con.execute(
        "insert into moves select person_id, 0, case seed_direction when 'in' then 0 else 1 end, seed_on, seed_direction, record_id, true "
        "from initial_status where seed_on is not null"
    )
    decide_moves(one.con, one.until, UR_12_16)
    one.con.execute("create or replace temp table first_decisions as from decisions")
    one.con.execute("create or replace temp table open_decisions as select person_id, final_on from decisions where undecided")
    sql.make(one.con, "decided_spells", "decided_spells.sql", **one.facts | {"rule": UR_12_16.id})
    one.after("decided_spells")


def reside(one: Bench) -> None:
    """Spells of usual residence under the three rules."""
    one.make("residence_made", "residence.sql")


def tell(one: Bench) -> None:
    """The region of each person, and events."""
    one.make("regions_made", "residence_regions.sql")
    one.make("events_made", "events.sql")


def compare(one: Bench) -> None:
    """Residence by other rules of crossings, and signs of life."""
    compared.by_crossings(one.con, tuple(one.facts["compared"]), decide=decide_moves, facts=one.facts)
    one.make("signs")


def add_years(one: Bench) -> None:
    """Residence by signs of life."""
    if compared.SIGNS_OF_LIFE in one.facts["compared"]:
        compared.add_years(one.con)


STAGES = (
    Stage("crossings and statuses", see, ("counted_stays", "counted_absences", "counted_ends"), ("medians", "absences", "missed_crossings")),
    Stage("repair", find_missing, ("candidates",), ("cutoffs",)),
    Stage("statuses and permits", repair, ("counted_waits", "counted_closed", "silent"), ("usual_wait", "silent_share", "silent_cutoff")),
    Stage("residence", decide, ("counted_sides",), ("lasting",)),
    Stage("spells", reside, ("counted_numbers",)),
)
TOLD = (Stage("regions and events", tell),)
COMPARED = (      # after STAGES: rules beside UR-12/16
    Stage("other rules", compare, ("counted_signs",), ("weights_of_signs",)),
    Stage("signs of life", add_years),
)
ALL = (*STAGES, *COMPARED, *TOLD)


# -- over everybody --------------------------------------------------------------------------------------------------


def work_out(one: Bench, stage: Stage) -> None:
    """A stage for the people of the connection, and the counts of them."""
    stage.work(one)
    for name in stage.counted:
        if name.startswith("counted_"):
            one.make(name)


def learn(one: Bench, stage: Stage) -> None:
    """What the counts of everybody (`whole_<name>`) teach; the later stages read it."""
    for name in stage.learned:
        if name != "weights_of_signs":
            one.make(name)
        elif compared.SIGNS_OF_LIFE in one.facts["compared"]:
            one.measured = {compared.SIGNS_OF_LIFE: compared.weigh_signs(one.con, one.facts)}
        else:
            compared.weigh_nothing(one.con)


def here_is_everybody(one: Bench, stage: Stage) -> None:
    """The people of the connection are all there are."""
    for name in stage.counted:
        one.con.execute(f"create or replace temp view whole_{name} as from {name}")


def life_courses(
    con: duckdb.DuckDBPyConnection,
    *,
    observed_from: date,
    observed_until: date,
    national: str,
    params: dict[str, Any] | None = None,
    progress: Progress = quiet,
    after: Callable[[str], None] = lambda made: None,
    stages: Sequence[Stage] = (*STAGES, *TOLD),
) -> dict[str, Any]:
    """Make the tables of the life course on a connection that holds the record tables and `links`.

    `after` is called with the name of each table that a `.sql` file made, before the next one reads it.

    Returns `tables` (name of a declared table -> name of the temporary table that holds its rows) and `notes` (what was counted).
    """
    facts = {**PARAMS, **(params or {}), "observed_from": observed_from, "observed_until": observed_until, "national": national, "rule": UR_12_16.id}
    one = Bench(con, facts | {"register": bool(sql.count(con, "(from resident limit 1)"))}, after)
    for number, stage in enumerate(stages):
        progress(stage.name, 0.05 + 0.75 * number / len(stages))
        work_out(one, stage)
        here_is_everybody(one, stage)
        learn(one, stage)
    return {"tables": MADE, "notes": notes(one, sql.count(con, "crossing"))}


def notes(one: Bench, records: int) -> dict[str, Any]:
    """What was counted over everybody, for the notes of the run, where there are so many records of crossings."""
    numbers = Counter(dict(one.con.execute("select what, n from whole_counted_numbers").fetchall()))
    said = {
        "rows_set_aside": numbers["crossings_later"] + numbers["crossings_read_twice"],
        "observed_from": one.facts["observed_from"].isoformat(),
        "observed_until": one.until.isoformat(),
        "crossings": numbers["crossings"],
        "crossings_unlinked": records - numbers["crossings_of_persons"],
        **{name: numbers[name] for name in ("spells", "spells_imputed", "residents", "residents_by_register_only")},
    }
    return said | ({"compared": one.measured} if one.measured else {})


def decide_moves(con: duckdb.DuckDBPyConnection, observed_until: date, rule: Rule) -> None:
    """Run the kernel of a rule over the table `moves`, with what is known of each person before and at the end; makes the table `decisions`."""
    moves = con.sql("select * from moves order by person_id, spell_no, side").to_arrow_table()
    initial = con.sql("select person_id, resident from initial_status where resident is not null").to_arrow_table()
    ended = con.sql("select person_id, died_on as ended_on from deaths where person_id in (select person_id from moves)").to_arrow_table()
    decisions = decide_crossings(moves, rule=rule, observed_until=observed_until, initial=initial, ended=ended)
    con.register("decisions_found", decisions)
    con.execute("create or replace temp table decisions as from decisions_found")
    con.unregister("decisions_found")
