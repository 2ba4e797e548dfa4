"""The step: records and links in, life courses out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError, KarvanError
from karvan.lifecourse import sql
from karvan.lifecourse.compared import compare_rules
from karvan.lifecourse.precedence import ENDING_OUTCOMES, POSITIVE_OUTCOMES, PRECEDENCE
from karvan.lifecourse.residence import UR_12_16, Rule, decide_crossings
from karvan.tables import TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

RECORDS = (
    "crossing", "visa", "registration", "permit", "work_permit", "case_event", "decision", "citizenship", "resident", "document", "civil_event",
    "contract", "service",
)  # fmt: skip
WRITES = ("events", "presence_spells", "status_spells", "citizenships", "residence_spells", "residence_regions", "repairs")
PARAMS: dict[str, Any] = {
    "reread_seconds": 600,     # the same person read twice in one direction within ten minutes is one crossing
    "bridge_days": 30,         # gaps at an extension of a permit that are technical (defect Q15)
    "extension_days": 92,      # the same where the record itself says that it prolongs a permit, for residence only
    "soon_back_days": 31,      # a foreigner first seen going out who is back so soon had come before the data began
    "max_open_days": 365,      # an open stay is presumed ended when its lawful end is longer ago than this
    "least_exits": 1000,       # fewer exits than this do not tell how many are missed: then every stay long overdue is presumed ended
    "long_days": 365,          # a right to stay that reaches this makes someone expected to be resident (UR-EXP)
    "compared": ["UR-12/12", "UR-6/12", "UR-SOL"],     # rules beside UR-12/16, for comparison
    "visa_free_cap": "V20",    # rule of the pack that says how long a visa-free stay is lawful
    "visa_free_days": 90,      # used where the pack has no such rule
}  # fmt: skip


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    """Write the tables of the life course; returns what was counted on the way."""
    from karvan.country import for_workspace

    con = ws.connect(memory="800MB")
    try:
        if not sql.count(con, "links"):    # sources without people in them, as published tables and anonymous extracts
            for table in WRITES:
                tx.write(table, con.sql(TABLES[table].empty_select()))
            return {"observed_until": None}
        country = for_workspace(ws)
        observed_from, observed_until = observed(con)
        facts = params | visa_free_days(country, observed_until, params)
        rows = life_courses(con, observed_from=observed_from, observed_until=observed_until, national=country.national, params=facts, progress=progress)
        progress("other rules", 0.75)
        days = {"observed_from": observed_from, "observed_until": observed_until}
        rows["notes"]["compared"] = compare_rules(con, tuple(facts["compared"]), decide=decide_moves, facts=facts | days)
        for place, (table, made) in enumerate(rows["tables"].items()):
            progress(f"writing {table}", 0.8 + 0.2 * place / len(rows["tables"]))
            columns = ", ".join(f"cast({c.name} as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns)
            tx.write(table, con.sql(f"select {columns} from {made} order by {', '.join(in_order(table))}"))
        return rows["notes"]
    finally:
        con.close()


def in_order(table: str) -> list[str]:
    """All columns, those of the key first: a total order up to rows that are equal."""
    key = TABLES[table].key
    return [*key, *(name for name in TABLES[table].column_names if name not in key)]


def observed(con: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """First and last day that the crossing feeds cover without a gap at every border point; else the days of the crossings themselves.

    Without any crossing, the days that all other feeds of linked people cover. Raises DataError if nothing tells.
    """
    crossed = con.execute("select count(*) from (from crossing limit 1)").fetchall()[0][0]
    feeds = "feed in (select distinct feed from crossing)" if crossed else "true"
    ledger = con.execute(f"select max(first_on) filter (point is null), min(first_on), min(complete_until_on) from completeness where {feeds}").fetchall()[0]
    seen = con.execute("select min(crossed_on), max(crossed_on) from crossing").fetchall()[0]
    first, last = ledger[0] or ledger[1] or seen[0], ledger[2] or seen[1]
    if first is None or last is None:
        raise DataError("There are no crossings, so no day is observed.", where="table `completeness`", fix="take in a feed of border crossings first")
    return first, last


def visa_free_days(country: Any, on: date, params: dict[str, Any]) -> dict[str, Any]:
    """Days of a lawful visa-free stay by the pack's rule, where it has one."""
    from karvan import rules

    try:
        return {"visa_free_days": int(rules.value(params["visa_free_cap"], on=on, country=country).value)}
    except (KarvanError, TypeError, ValueError):
        return {}


def life_courses(
    con: duckdb.DuckDBPyConnection,
    *,
    observed_from: date,
    observed_until: date,
    national: str,
    params: dict[str, Any] | None = None,
    progress: Progress = quiet,
    after: Callable[[str], None] = lambda made: None,
) -> dict[str, Any]:
    """Make the tables of the life course on a connection that holds the record tables and `links`.

    `after` is called with the name of each table that a `.sql` file made, before the next one reads it.

    Returns `tables` (name of a declared table -> name of the temporary table that holds its rows) and `notes` (what was counted).
    """
    facts = {**PARAMS, **(params or {}), "observed_from": observed_from, "observed_until": observed_until, "national": national, "rule": UR_12_16.id}

    def make(name: str, file: str | None = None) -> int:
        rows = sql.make(con, name, file or f"{name}.sql", **facts)
        after(name)
        return rows

    for record in RECORDS:    # crossings are read twice, all others many times
        kind = "view" if record == "crossing" else "table"
        con.execute(
            f"create or replace temp {kind} linked_{record} as "
            f"select l.person_id, r.* exclude (extra, delivery_id, row_no, feed) from {record} r join links l using (record_id)"
        )
    con.execute("create or replace temp table precedence as select unnest($1) as status, unnest(range($2)) as place", [list(PRECEDENCE), len(PRECEDENCE)])
    con.execute("create or replace temp table positive_outcomes as select unnest($1) as word", [list(POSITIVE_OUTCOMES)])
    con.execute("create or replace temp table ending_outcomes as select unnest($1) as word", [list(ENDING_OUTCOMES)])

    progress("crossings", 0.05)
    make("deaths")
    seen = make("crossings_linked", "crossings.sql")
    con.execute("create or replace temp view crossings_kept as select * exclude (read_twice) from crossings_linked where not read_twice")
    con.execute("create or replace temp view crossings as from crossings_kept")
    make("sightings")
    make("citizenships_made", "citizenship.sql")
    make("foreigners")
    progress("statuses", 0.15)
    make("status_records")
    progress("presence", 0.25)
    make("registered")
    make("settled")
    make("raw_spells", "presence.sql")
    progress("repair", 0.35)
    for name in ("medians", "absences", "proofs", "claims", "missed_crossings"):
        make(name)
    make("spells", "repair.sql")
    make("repairs_made", "repairs.sql")
    con.execute(f"insert into status_records {sql.text_of('visa_free.sql')}", {"visa_free_days": facts["visa_free_days"]})
    make("status_made", "status.sql")
    progress("residence", 0.5)
    make("permit_chains")
    make("by_register")
    make("silent")
    make("stayed_on")
    make("moves")
    make("initial_status", "initial.sql")
    con.execute(
        "insert into moves select person_id, 0, case seed_direction when 'in' then 0 else 1 end, seed_on, seed_direction, record_id, true "
        "from initial_status where seed_on is not null"
    )
    decide_moves(con, observed_until, UR_12_16)
    make("decided_spells")
    make("lasting")
    make("residence_made", "residence.sql")
    make("regions_made", "residence_regions.sql")
    progress("events", 0.7)
    make("events_made", "events.sql")

    def number(query: str) -> int:
        return int(con.execute(query).fetchall()[0][0] or 0)

    con.execute(
        f"create or replace temp view residents_now as from residence_made where rule = '{UR_12_16.id}' and basis <> 'undecided' "
        f"and coalesce(from_on, date '0001-01-01') <= date '{observed_until}' and coalesce(to_on, date '9999-12-31') > date '{observed_until}'"
    )
    left_out = number("select sum(spells) from repairs_made where repair in ('later_than_observed', 'read_twice')")
    return {
        "tables": {
            "events": "events_made", "presence_spells": "spells", "status_spells": "status_made", "citizenships": "citizenships_made",
            "residence_spells": "residence_made", "residence_regions": "regions_made", "repairs": "repairs_made",
        },
        "notes": {
            "rows_set_aside": left_out,
            "observed_from": observed_from.isoformat(),
            "observed_until": observed_until.isoformat(),
            "crossings": seen,
            "crossings_unlinked": number("select count(*) from crossing c anti join links l using (record_id)"),
            "spells": sql.count(con, "spells"),
            "spells_imputed": number("select count(*) from spells where entry_imputed or exit_imputed"),
            "residents": number("select count(*) from residents_now"),
            "residents_by_register_only": number("select count(*) from residents_now where person_id not in (select person_id from moves)"),
        },
    }  # fmt: skip


def decide_moves(con: duckdb.DuckDBPyConnection, observed_until: date, rule: Rule) -> None:
    """Run the kernel of a rule over the table `moves`, with what is known of each person before and at the end; makes the table `decisions`."""
    moves = con.sql("select * from moves order by person_id, spell_no, side").to_arrow_table()
    initial = con.sql("select person_id, resident from initial_status where resident is not null").to_arrow_table()
    ended = con.sql("select person_id, died_on as ended_on from deaths where person_id in (select person_id from moves)").to_arrow_table()
    decisions = decide_crossings(moves, rule=rule, observed_until=observed_until, initial=initial, ended=ended)
    con.register("decisions_found", decisions)
    con.execute("create or replace temp table decisions as from decisions_found")
    con.unregister("decisions_found")


def packs(ws: Workspace) -> str:
    """What the step depends on besides tables: which citizenship is the national one, and the rules."""
    from karvan.country import for_workspace

    country = for_workspace(ws)
    return country.pack_hash("rules")


STEP = Step("lifecourse", (*RECORDS, "links", "persons", "completeness"), WRITES, work, params=PARAMS, also=packs)
