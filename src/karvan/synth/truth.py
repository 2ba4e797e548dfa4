"""The truth of the synthetic country: every table of `truth/*.parquet`, declared once.

Lives write them, agencies turn them into files with names and defects, scorers compare the pipeline with them. No room of the
spine reads them. Records of procedures carry the columns of their record type in `karvan.tables`, the person and the document
shown, so that what an agency could at best have known stands beside who it was.

>>> from karvan.synth.truth import TRUTH
>>> TRUTH["unions"].column_names
['person_a', 'person_b', 'from_on', 'to_on']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karvan.tables import RECORD_TYPES, TABLES, Column, Table
from karvan.tables.records import EVERY_RECORD, WHO

if TYPE_CHECKING:
    import pyarrow as pa

_PERSON = Column("person_no", "whole", "the person, numbered from 1", null="never")
_DOCUMENT = Column("doc_no", "text", "document shown; unique over all issuers, so it alone finds its row in `documents`", null="none was shown")
_NOT_OWN = {column.name for column in (*EVERY_RECORD, *WHO)} | {"dwelling_key", "case_size"}     # the last two an agency writes; lives do not know them


def _truth(name: str, grain: str, meaning: str, *columns: Column, key: tuple[str, ...]) -> Table:
    return Table(name, "derived", "synth", grain, meaning, columns, key)


def _procedure(record_type: str, *extra: Column, leave_out: tuple[str, ...] = (), person: bool = True) -> Table:
    """A record type as it would be if nobody made a mistake: who it is about, then its own columns."""
    record = TABLES[record_type]
    own = tuple(c for c in record.columns if c.name not in _NOT_OWN and c.name not in leave_out)
    who = (_PERSON, _DOCUMENT) if person else ()
    return _truth(record_type, record.grain, record.meaning, *who, *own, *extra, key=())


PEOPLE = (
    _truth(
        "people",
        "one person",
        "Everybody who ever lives in or comes to the country.",
        _PERSON,
        Column("sex", "text", "sex", null="never", values=("F", "M")),
        Column("born_on", "day", "day of birth", null="never"),
        Column("born_country", "text", "country of birth, alpha-3", null="never"),
        Column("died_on", "day", "day of death", null="alive at the end"),
        Column("culture", "text", "country whose names the person bears, alpha-3 (a compatriot abroad bears the country's own)", null="never"),
        Column("mother_no", "whole", "mother", null="not one of the people"),
        Column("father_no", "whole", "father", null="not one of the people"),
        Column(
            "kind",
            "text",
            "how the person came into the simulation: lives here, comes on visits, or moves in or out to live",
            null="never",
            values=("resident", "visitor", "mover"),
        ),
        key=("person_no",),
    ),
    _truth(
        "nationalities",
        "one citizenship held",
        "Citizenships over time; two open rows are a dual national.",
        _PERSON,
        Column("citizenship", "text", "citizenship, alpha-3; XXA is stateless", null="never"),
        Column("from_on", "day", "held since (birth or naturalisation)", null="never"),
        Column("to_on", "day", "last day held", null="still held"),
        key=("person_no", "citizenship", "from_on"),
    ),
    _truth(
        "documents",
        "one travel or identity document",
        "Documents with their numbers; a renewed passport is a new row.",
        _PERSON,
        Column("doc_no", "text", "number", null="never"),
        Column(
            "doc_type",
            "text",
            "kind: P passport, ID identity card, PT travel document of a refugee, LP paper for the way back",
            null="never",
        ),
        Column("issuer", "text", "issuing state, alpha-3", null="never"),
        Column("issued_on", "day", "day of issue", null="never"),
        Column("expires_on", "day", "last day of validity", null="no end"),
        key=("doc_no",),
    ),
    _truth(
        "personal_numbers",
        "one national personal number",
        "Nationals from birth, naturalised people from that day, foreigners from their first permanent permit.",
        _PERSON,
        Column("personal_no", "text", "number", null="never"),
        Column("from_on", "day", "held since", null="never"),
        key=("personal_no",),
    ),
    _truth(
        "unions",
        "one marriage",
        "Marriages of people of the simulation.",
        Column("person_a", "whole", "one spouse (the wife where both sexes marry)", null="never"),
        Column("person_b", "whole", "the other spouse", null="never"),
        Column("from_on", "day", "day of marriage", null="never"),
        Column("to_on", "day", "day of divorce or of the first death", null="still married"),
        key=("person_a", "person_b", "from_on"),
    ),
    _truth(
        "name_changes",
        "one change of a family name",
        "Who changed the family name, when and why; the names before and since are in `names`.",
        _PERSON,
        Column("changed_on", "day", "first day of the new name", null="never"),
        Column("cause", "text", "marriage: the husband's name is taken; reform: another form of the same name", null="never", values=("marriage", "reform")),
        Column("spouse_no", "whole", "whose name is taken", null="not a marriage"),
        Column("papers_on", "day", "day of the new papers", null="none yet"),
        Column("act", "yes_no", "an act of civil status was drawn up", null="never"),
        key=("person_no",),
    ),
    _truth(
        "addresses",
        "one address in the country",
        "Where people live in the country, by region of the pack; none while they live abroad.",
        _PERSON,
        Column("region", "text", "region (ISO 3166-2 code of the pack's geography)", null="never"),
        Column("from_on", "day", "since", null="never"),
        Column("to_on", "day", "last day", null="still there"),
        key=("person_no", "from_on"),
    ),
    _truth(
        "residence",
        "one spell of usual residence",
        "True usual residence: UR-12/16 on true crossings for those who cross, births, deaths and the start for the others.",
        _PERSON,
        Column("from_on", "day", "usually resident since; the first day of the simulation for those resident then", null="never"),
        Column("to_on", "day", "first day no longer usually resident (departure or death)", null="still resident, or undecided at the end"),
        Column("previous_country", "text", "country of previous residence", null="not an immigration"),
        Column("next_country", "text", "country of next residence", null="not an emigration"),
        Column("reason", "text", "reason group of the stay", null="a national", values=("family", "education", "work", "other")),
        Column("ended_by", "text", "what ended it", null="still resident", values=("emigration", "death")),
        key=("person_no", "from_on"),
    ),
    _truth(
        "status",
        "one legal status held",
        "True legal status of foreigners, and `citizen` for nationals, while in the country or holding a permit.",
        _PERSON,
        Column("status", "text", "status, as in `status_spells`", null="never"),
        Column("ground", "text", "ground or purpose"),
        Column("reason", "text", "reason group", values=("family", "education", "work", "other")),
        Column("from_on", "day", "first day", null="never"),
        Column("to_on", "day", "last day", null="no end"),
        key=("person_no", "status", "from_on"),
    ),
)

PROCEDURES = (
    _procedure(
        "crossing",
        Column("citizenship", "text", "citizenship in the document shown", null="never"),
        Column("seen", "yes_no", "the border register would see it (false: outside the checks, or in another's passport)", null="never"),
        leave_out=("same_second",),
    ),
    *(_procedure(name) for name in RECORD_TYPES if name not in ("crossing", "stay", "observation", "organisation", "document")),
    _procedure("organisation", person=False),
    _truth(
        "complaints",
        "one cell of one month",
        "Complaints to the human rights body, which never gives single cases: counts only.",
        Column("period", "text", "month, 2024-03", null="never"),
        Column("complainant", "text", "who complains", null="never", values=("foreigner", "refugee", "asylum_seeker", "citizen_abroad", "anonymous")),
        Column("right_named", "text", "right named in the complaint (code list C-RIGHT)", null="never"),
        Column("stage", "text", "stage of the procedure", null="never", values=("entry", "registration", "permit", "work", "detention", "expulsion", "return")),
        Column("received", "whole", "complaints received", null="never", unit="complaints"),
        Column("upheld", "whole", "of these, found right by the end", null="never", unit="complaints"),
        key=("period", "complainant", "right_named", "stage"),
    ),
)

TRUTH: dict[str, Table] = {table.name: table for table in (*PEOPLE, *PROCEDURES)}
"""Every table that lives write, by name."""


def arrow_schema(table: Table, *, words: set[str] | None = None) -> pa.Schema:
    """The Arrow types of a truth table: days as date32, instants as timestamps to the second without a zone (local time).

    Text columns named in `words` are dictionaries of strings: they read as text in DuckDB and Parquet, and take less room.
    """
    import pyarrow as pa

    types: dict[str, Any] = {
        "text": pa.string(),
        "json": pa.string(),
        "whole": pa.int64(),
        "real": pa.float64(),
        "day": pa.date32(),
        "instant": pa.timestamp("s"),
        "yes_no": pa.bool_(),
    }
    worded = words or set()
    return pa.schema(
        [
            pa.field(column.name, pa.dictionary(pa.int16(), pa.string()) if column.type == "text" and column.name in worded else types[column.type])
            for column in table.columns
        ]
    )
