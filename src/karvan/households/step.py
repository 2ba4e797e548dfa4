"""The step: records, links and life courses in; cases, households and their members out.

Nothing is guessed: two people live together because one dwelling is written for both on the same days, or because a record names one as
the other's family and no dwelling speaks against it. Whose dwelling nobody wrote, and whom no family record names, has no household.
Explained in docs/explanation/households.md.

Source: United Nations (2017), "Principles and Recommendations for Population and Housing Censuses", Revision 3, 4.132-4.144: the household-dwelling
concept, which registers can follow; institutional households apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.country import for_workspace
from karvan.tables import TABLES
from karvan.workspace import Progress, Step, Transaction, Workspace, quiet

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
READS = ("case_event", "civil_event", "decision", "permit", "registration", "resident", "links", "persons", "residence_spells", "citizenships", "status_spells")
WRITES = ("cases", "household_members", "households")
PARAMS: dict[str, Any] = {
    "bridge_days": 30,          # gaps at an extension of a family permit that are technical, as in life courses
    "adult_age": 18,            # an act of birth ties a child to the mother until this age
    "largest_household": 15,    # more people than this in one dwelling are no private household
    "rule": "UR-PRE",           # whose days count: usual residents, as decided or expected
}


def live_together(con: duckdb.DuckDBPyConnection, *, national: str, params: dict[str, Any] | None = None, progress: Progress = quiet) -> dict[str, Any]:
    """Make the tables of households on a connection that holds records, `links` and life courses.

    Returns `tables` (name of a declared table -> name of the temporary table that holds its rows) and `notes` (what was counted).
    """
    facts = {**PARAMS, **(params or {}), "national": national}

    def make(name: str, file: str) -> None:
        query = (HERE / f"{file}.sql").read_text(encoding="utf-8")
        con.execute(f"create or replace temp table {name} as {query}", {key: value for key, value in facts.items() if f"${key}" in query})

    def number(query: str) -> int:
        return int(con.execute(query).fetchall()[0][0] or 0)

    progress("cases", 0.0)
    make("family_permits", "family_permits")
    make("cases_made", "cases")
    progress("ties and dwellings", 0.3)
    make("living", "living")
    make("ties", "ties")
    make("candidates", "dwellings")
    make("dwelling_of", "resolved")
    make("candidates", "candidates")
    make("placed", "resolved")
    progress("households", 0.7)
    make("members_made", "members")
    make("households_made", "households")
    return {
        "tables": {"cases": "cases_made", "household_members": "members_made", "households": "households_made"},
        "notes": {
            "cases": number("select count(distinct case_id) from cases_made"),
            "households": number("select count(distinct household_id) from members_made"),
            "people_in_households": number("select count(distinct person_id) from members_made"),
            "residents_without": number("select count(distinct person_id) from living where person_id not in (select person_id from members_made)"),
        },
    }


def work(ws: Workspace, tx: Transaction, params: dict[str, Any], progress: Progress = quiet) -> dict[str, Any]:
    """Write cases, households and their members; returns what was counted on the way."""
    con = ws.connect(memory=ws.memory(800))
    try:
        made = live_together(con, national=for_workspace(ws).national, params=params, progress=progress)
        for table, source in made["tables"].items():
            columns = ", ".join(f"cast({c.name} as {c.duckdb_type}) as {c.name}" for c in TABLES[table].columns)
            tx.write(table, con.sql(f"select {columns} from {source} order by {', '.join(TABLES[table].key)}"))
        return made["notes"]
    finally:
        con.close()


STEP = Step("households", READS, WRITES, work, params=PARAMS, also=lambda ws: for_workspace(ws).national)
