"""Does the synthetic country hold enough of the people that analysts ask for? Definitions in SQL that run over the truth and over the pipeline.

Both sides get the same views: every record type with `person`, `sex`, `citizenship`, `birth_year`, `birth_country` and `document` beside its
own columns, cut to what agencies know since the first delivery, and `residence`. A definition is one SELECT of persons over them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.errors import PackError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Which rows an agency still knows on the first day of delivery, by record type.
_KNOWN = {
    "crossing": "crossed_on >= first_day()",
    "visa": "coalesce(decided_on, submitted_on) >= first_day()",
    "registration": "coalesce(valid_until_on, applied_on) >= first_day()",
    "permit": "coalesce(valid_to_on, applied_on + 180) >= first_day()",
    "work_permit": "coalesce(valid_to_on, applied_on) >= first_day()",
    "case_event": "procedure = 'asylum' or event_on >= first_day()",
    "decision": "procedure = 'asylum' or decided_on >= first_day()",
    "citizenship": "decided_on is null or decided_on >= first_day()",
    "resident": "coalesce(until_on, died_on, first_day()) >= first_day()",
    "civil_event": "coalesce(registered_on, event_on) >= first_day()",
    "contract": "coalesce(terminated_on, first_day()) >= first_day()",
    "service": "offered_on >= first_day()",
}
_RULE = "UR-12/16"


@dataclass(frozen=True)
class Definition:
    """A group of people that somebody asks for."""

    id: str
    title: str
    sql: str


def definitions(path: Path) -> tuple[Definition, ...]:
    """Read a pack's `synth/yields.yaml`.

    Raises
    ------
    PackError
        If an entry lacks its id, title or SQL, or two share an id.
    """
    import yaml

    read = yaml.safe_load(path.read_text(encoding="utf-8"))["yields"]
    for place, entry in enumerate(read, start=1):
        lacks = [key for key in ("id", "title", "sql") if not entry.get(key)]
        if lacks:
            raise PackError(f"Entry {place} has no {', '.join(lacks)}.", where=path.name, fix="give each entry id, title and sql")
    ids = [entry["id"] for entry in read]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise PackError(f"Two definitions are called {twice[0]!r}.", where=path.name, fix="rename one of them")
    return tuple(Definition(entry["id"], entry["title"], entry["sql"]) for entry in read)


def over_truth(con: duckdb.DuckDBPyConnection, truth: Mapping[str, pa.Table], *, first_day: date) -> None:
    """Make the views over truth tables. What a document shows (issuer) stands for the citizenship that an agency would record."""
    for name in (*_KNOWN, "people", "documents", "residence", "nationalities"):
        con.register(f"true_{name}", truth[name])
    _first_day(con, first_day)
    con.execute("""
        create or replace temp table who as
        select person_no, sex, year(born_on) as birth_year, born_country as birth_country, any_value(n.citizenship order by n.from_on, n.citizenship) as first_citizenship
        from true_people join true_nationalities n using (person_no) group by all""")
    for name, known in _KNOWN.items():
        shown = "t.citizenship" if name == "crossing" else "coalesce(d.issuer, w.first_citizenship)"
        drop = "person_no, doc_no, citizenship" if name == "crossing" else "person_no, doc_no"
        con.execute(f"""
            create or replace view asked.{name} as
            select t.person_no as person, w.sex, {shown} as citizenship, w.birth_year, w.birth_country, t.doc_no as document, t.* exclude ({drop})
            from true_{name} t join who w using (person_no) left join true_documents d on d.doc_no = t.doc_no where {known}""")
    con.execute("create or replace view asked.residence as select person_no as person, * exclude (person_no) from true_residence")


def over_records(con: duckdb.DuckDBPyConnection, relation: Callable[[str], str], *, first_day: date) -> None:
    """Make the views over a workspace's tables; `relation(name)` gives the SQL of a table of `karvan.tables`.

    With `con = ws.connect()`, it is `lambda name: f"select * from main.{name}"`.
    """
    _first_day(con, first_day)
    for name, known in _KNOWN.items():
        con.execute(f"""
            create or replace view asked.{name} as
            select l.person_id as person, r.doc_key as document, r.* from ({relation(name)}) r join ({relation("links")}) l using (record_id) where {known}""")
    con.execute(f"create or replace view asked.residence as select person_id as person, * from ({relation('residence_spells')}) where rule = '{_RULE}'")


def found(con: duckdb.DuckDBPyConnection, definition: Definition) -> int:
    """People that a definition finds over the views of this connection."""
    con.execute("set search_path = 'asked'")
    row = con.execute(f"select count(distinct person) from ({definition.sql})").fetchone()
    return int(row[0]) if row else 0


def _first_day(con: duckdb.DuckDBPyConnection, first_day: date) -> None:
    con.execute("create schema if not exists asked")  # apart from the tables of the same names that the views read
    con.execute(f"create or replace temp macro first_day() as date '{first_day.isoformat()}'")
