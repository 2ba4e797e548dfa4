"""Subjects: what an indicator can count, each one SELECT over the declared tables (`subjects/*.sql`).

A subject says which dimensions it knows and how each is read on the day that counts (`c.counted_on`), which record types it rests on,
and whether its rows speak of linked persons. Every subject carries `imputed` (rests on a counted repair) and `unlinked` (rests on an
end that nobody saw, or on a record that no other record joined; null where linkage does not matter).
"""


from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from karvan.errors import PackError, nearest
from karvan.tables import RECORD_TYPES, TABLES

FOLDER = Path(__file__).parent / "subjects"

# Completed years on the day that counts. The day of birth is not in these tables: whoever has a birthday this month has had it from the
# 16th on; a birth month that is not known is taken as July. The age reached in the year needs the year of birth alone.
AGE = (
    "year(counted_on) - c.birth_year - case when month(counted_on) < coalesce(c.birth_month, 7) "
    "or (month(counted_on) = coalesce(c.birth_month, 7) and day(counted_on) < 16) then 1 else 0 end"
)
AGE_SINGLE = "case when c.age is null or c.age < 0 then 'unknown' when c.age >= 100 then '100+' else cast(c.age as varchar) end"
AGE_REACHED = (
    "case when c.birth_year is null or c.birth_year > year(c.counted_on) then 'unknown' when year(c.counted_on) - c.birth_year >= 100 then '100+' "
    "else cast(year(c.counted_on) - c.birth_year as varchar) end"
)
AGE_GROUP = "case when c.age is null or c.age < 0 then 'unknown' when c.age >= 85 then '85+' else concat(c.age // 5 * 5, '-', c.age // 5 * 5 + 4) end"
STAY_BANDS = (
    "case when c.stay_days is null then 'unknown' when c.stay_days < 0 then 'unknown' when c.stay_days <= 1 then '1' when c.stay_days <= 3 then '2-3' when c.stay_days <= 7 then '4-7' "
    "when c.stay_days <= 15 then '8-15' when c.stay_days <= 30 then '16-30' when c.stay_days <= 90 then '31-90' else '>90' end"
)
PERMIT_BANDS = "case when c.valid_to_on >= date '9999-12-31' or c.months >= 12 then '12+m' when c.months >= 6 then '6-11m' when c.months >= 3 then '3-5m' else '<3m' end"
RESIDENCE_BANDS = (
    "case when c.from_on is null then 'unknown' when date_diff('month', c.from_on, c.counted_on) < 12 then '0' when date_diff('month', c.from_on, c.counted_on) < 60 then '1-4' "
    "when date_diff('month', c.from_on, c.counted_on) < 120 then '5-9' else '10+' end"
)


def known(column: str) -> str:
    """A column as a category; nothing recorded is the category `unknown`."""
    return f"coalesce(c.{column}, 'unknown')"


WHO = {"sex": known("sex"), "age_group": AGE_GROUP, "age": AGE_SINGLE, "age_reached": AGE_REACHED, "birth_country": known("birth_country")}
HELD = {"citizenship": "coalesce(k.citizenship, 'unknown')"}


@dataclass(frozen=True)
class Subject:
    """What can be counted. `linked`: links decide which rows there are, or what they say. Its dimensions may need dated look-ups: `k` is the citizenship held on the day, `h` the status, `lives` the region."""

    name: str
    speaks_of: str
    tables: tuple[str, ...]
    rests_on: tuple[str, ...]
    dimensions: Mapping[str, str] = field(default_factory=dict)
    unit_counted: str = "record"
    linked: bool = False
    ruled: bool = False

    @property
    def sql(self) -> str:
        return (FOLDER / f"{self.name}.sql").read_text(encoding="utf-8").strip()

    @property
    def columns(self) -> tuple[str, ...]:
        return subject_columns(self.name)


LIFE = ("crossing", "permit", "resident", "civil_event", "citizenship")
RECORD_WHO = WHO | {"citizenship": known("citizenship")}
STAY = WHO | {
    "citizenship": "coalesce(k.citizenship, c.document_citizenship, 'unknown')", "mode": known("mode"), "bcp": known("bcp"), "purpose": known("purpose"), "duration": STAY_BANDS,
}  # fmt: skip

SUBJECTS: dict[str, Subject] = {
    s.name: s
    for s in (
        Subject(
            "residence_spells", "spells of usual residence", ("residence_spells", "persons", "presence_spells", "links", "citizenships", "residence_regions"), LIFE,
            WHO | HELD | {"region": "coalesce(lives.region, 'unknown')", "previous_country": known("previous_country"), "next_country": known("next_country"), "reason": known("reason"), "duration": RESIDENCE_BANDS},
            "person", linked=True, ruled=True,
        ),
        Subject(
            "residence_by_rule", "spells of usual residence under every rule", ("residence_spells", "persons", "citizenships"), LIFE,
            WHO | HELD, "person", linked=True,
        ),
        Subject(
            "presence_spells", "stays in the country", ("presence_spells", "persons", "citizenships", "status_spells", "residence_spells"), ("crossing",),
            STAY | {"status": "coalesce(h.status, 'unknown')"}, "person", linked=True,
        ),
        Subject(
            "lawful_stays", "stays with the day on which they came due", ("presence_spells", "persons", "citizenships", "status_spells"),
            ("crossing", "visa", "registration", "permit", "decision", "citizenship"), STAY | {"status": known("status")}, "person", linked=True,
        ),
        Subject(
            "registered_stays", "stays with their registration", ("presence_spells", "persons", "citizenships", "status_spells", "links", "registration"),
            ("crossing", "registration", "permit"), STAY, "person", linked=True,
        ),
        Subject(
            "status_spells", "legal statuses held", ("status_spells", "persons", "links", "citizenships"), ("permit", "decision", "visa", "registration", "citizenship"),
            WHO | HELD | {"status": known("status"), "ground": known("ground"), "reason": known("reason")}, "person", linked=True,
        ),
        Subject(
            "crossing", "border crossings", ("crossing",), ("crossing",),
            RECORD_WHO | {"mode": known("mode"), "bcp": known("bcp"), "purpose": known("purpose"), "decision": known("decision"), "ground": known("refusal_ground")},
        ),
        Subject(
            "applications", "applications of every procedure but asylum", ("visa", "registration", "permit", "work_permit", "citizenship"), ("permit", "visa", "registration", "work_permit", "citizenship"),
            RECORD_WHO | {"procedure": known("procedure"), "channel": known("channel"), "decision": known("decision")},
        ),
        Subject("asylum_cases", "members of asylum cases", ("case_event", "decision", "links"), ("case_event", "decision"), RECORD_WHO, linked=True),
        Subject("asylum_files", "people in asylum cases, named or only counted", ("cases", "persons", "links", "citizenships"), ("case_event", "decision"), WHO | HELD),
        Subject("sponsored_families", "sponsors and the family that joined them by permit", ("cases", "persons", "links", "citizenships"), ("permit",), WHO | HELD, linked=True),
        Subject(
            "households", "households while their composition lasts", ("households",), ("permit", "registration", "crossing", "case_event", "civil_event"),
            {"region": known("region")}, "household", linked=True,
        ),
        Subject("asylum_decisions", "decisions in asylum cases, one per member and instance", ("decision",), ("decision",), RECORD_WHO | {"decision": known("outcome")}),
        Subject(
            "permits", "residence permits given, with the one before", ("permit", "links", "persons", "citizenships"), ("permit",),
            WHO | HELD | {"status": known("status"), "ground": known("ground"), "reason": known("reason"), "previous_reason": known("previous_reason"), "duration": PERMIT_BANDS,
                          "region": known("region"), "occupation": known("occupation")},
            "person", linked=True,
        ),
        Subject(
            "enforcement", "people found, ordered to leave and returned, once a year each", ("case_event", "decision", "links", "persons"), ("case_event",),
            RECORD_WHO | {"ground": known("violation"), "return_type": known("return_mode"), "next_country": known("destination")}, "person", linked=True,
        ),
        Subject("decision", "decisions on irregular stay and return", ("decision",), ("decision",), RECORD_WHO | {"decision": known("outcome"), "region": known("region"), "procedure": known("procedure")}),
        Subject("detention", "detentions", ("case_event",), ("case_event",), RECORD_WHO),
        Subject("readmission", "cases of readmission", ("case_event", "decision"), ("case_event",), RECORD_WHO),
        Subject(
            "contract", "employment contracts", ("contract",), ("contract",),
            RECORD_WHO | {"industry": known("industry"), "occupation": known("occupation"), "region": known("region")},
        ),
        Subject(
            "citizenship_files", "citizenship files", ("citizenship",), ("citizenship",),
            WHO | {"citizenship": "coalesce(c.previous_citizenship, c.citizenship, 'unknown')", "new_citizenship": known("new_citizenship"), "ground": known("basis"), "decision": known("decision"),
                   "procedure": known("file_type")},
        ),
        Subject(
            "registration", "registrations upon place of stay", ("registration",), ("registration",),
            RECORD_WHO | {"region": known("region"), "channel": known("channel"), "host_type": known("host_type")},
        ),
        Subject(
            "work_permit", "applications for work permits", ("work_permit",), ("work_permit",),
            RECORD_WHO | {"occupation": known("occupation"), "industry": known("industry"), "region": known("region"), "decision": known("decision"), "ground": known("exempt_ground")},
        ),
        Subject("civil_event", "acts of civil status", ("civil_event", "links", "residence_spells"), ("civil_event",), RECORD_WHO | {"region": known("region")}, linked=True),
        Subject(
            "stay", "stays of a source without a key to the person", ("stay",), ("stay",),
            RECORD_WHO | {"mode": known("mode"), "bcp": known("bcp"), "purpose": known("purpose"), "region": known("region"), "duration": STAY_BANDS, "ground": known("visa_class"),
                          "status": "c.standing"},
        ),
    )
}  # fmt: skip


def subject(name: str, *, where: str) -> Subject:
    if name not in SUBJECTS:
        raise PackError(f"There is nothing called `{name}` to count.", where=where, fix=nearest(name, list(SUBJECTS)) or f"known: {', '.join(SUBJECTS)}")
    return SUBJECTS[name]


@lru_cache(maxsize=64)
def subject_columns(name: str) -> tuple[str, ...]:
    """Columns of a subject, asked of the engine over empty tables, so that they are never written twice."""
    from karvan.workspace import new_connection

    con = new_connection(threads=1, memory="200MB")
    con.execute("create view calendar as select cast(null as date) as day, cast(null as bigint) as nth where false")
    for table in SUBJECTS[name].tables:
        con.execute(f'create view "{table}" as {TABLES[table].empty_select()}')
    return tuple(con.sql(SUBJECTS[name].sql).columns)


def is_record_type(table: str) -> bool:
    return table in RECORD_TYPES
