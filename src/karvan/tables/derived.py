"""The tables that the rooms make: identities and links, life courses, cubes, and the ledgers of deliveries."""

from __future__ import annotations

from karvan.tables.declaration import Column, Table

IDENTITIES = Table(
    "identities", "identity", "intake", "one record that speaks of a person",
    "Who a record speaks of. Kept in the identity zone: only intake, linkage and the reviewer's desk open it.",
    (
        Column("record_id", "text", "the record", null="never"),
        Column("record_type", "text", "its type", null="never"),
        Column("feed", "text", "the contract it came by", null="never"),
        Column("delivery_id", "text", "the delivery", null="never"),
        Column("observed_on", "day", "day on which the record saw the person"),
        Column("surname", "text", "surname as written", sensitivity="P3"),
        Column("given_names", "text", "given names as written", sensitivity="P3"),
        Column("patronymic", "text", "patronymic as written", sensitivity="P3"),
        Column("full_name", "text", "whole name where the source does not split it", sensitivity="P3"),
        Column("birth_date", "text", "birth date, ISO 8601, partial where it is so: 1985, 1985-04, 1985-04-17", sensitivity="P3"),
        Column("sex", "text", "sex as recorded", values=("F", "M", "X")),
        Column("citizenship", "text", "citizenship as recorded"),
        Column("birth_country", "text", "country of birth"),
        Column("birth_place", "text", "place of birth as written", sensitivity="P3"),
        Column("doc_type", "text", "kind of document"),
        Column("doc_no", "text", "document number", sensitivity="P3"),
        Column("doc_issuer", "text", "state that issued it"),
        Column("personal_no", "text", "national personal number", sensitivity="P3"),
        Column("register_no", "text", "number of the person in the owner's own system (not stable across documents)", sensitivity="P3"),
        Column("family_no", "text", "case, household or group that people share in this source"),
        Column("region", "text", "region of the address"),
        Column("address", "text", "address as written", sensitivity="P3"),
    ),
    key=("record_id",),
)

LINKAGE = (
    Table(
        "links", "derived", "linkage", "one record", "Which person a record speaks of, and why.",
        (
            Column("record_id", "text", "the record", null="never"),
            Column("person_id", "text", "the person", null="never"),
            Column("level", "text", "key that joined the record to others of the person", null="never", values=("personal_no", "register_no", "document", "name_birth", "model", "decision", "alone")),
            Column("probability", "real", "weakest probability on the way into the cluster; 1 for exact keys", unit="0 to 1"),
        ),
        key=("record_id",),
    ),
    Table(
        "persons", "derived", "linkage", "one person", "People, as the linked records agree on them. Names nobody.",
        (
            Column("person_id", "text", "the person; stable over runs", null="never"),
            Column("sex", "text", "sex most often recorded", null="unknown", values=("F", "M", "X")),
            Column("birth_year", "whole", "year of birth", null="unknown"),
            Column("birth_month", "whole", "month of birth", null="unknown"),
            Column("birth_country", "text", "country of birth", null="unknown"),
            Column("records", "whole", "records linked", null="never", unit="records"),
            Column("weakest", "real", "weakest probability inside the cluster", null="one record", unit="0 to 1"),
        ),
        key=("person_id",),
    ),
)

LIFECOURSE = (
    Table(
        "events", "derived", "lifecourse", "one dated event of one person", "Events of a life, from every record type.",
        (
            Column("person_id", "text", "the person", null="never"),
            Column("event", "text", "kind of event", null="never", values=("in", "out", "birth", "death", "apply", "grant", "refuse", "cancel", "register", "deregister", "naturalise", "found", "ordered", "returned", "refused_entry")),
            Column("event_on", "day", "day", null="never"),
            Column("event_at", "instant", "instant, UTC, where one is known"),
            Column("subject", "text", "what it is about: status, procedure, ground"),
            Column("record_id", "text", "record it came from"),
            Column("imputed", "yes_no", "put in by a counted repair", null="never"),
        ),
        key=("person_id", "event", "event_on", "record_id"),
    ),
    Table(
        "presence_spells", "derived", "lifecourse", "one stay in the country", "Crossings paired into stays.",
        (
            Column("person_id", "text", "the person", null="never"),
            Column("spell_no", "whole", "number of the stay, from 1, in time", null="never"),
            Column("entered_on", "day", "day of arrival", null="inside before the first crossing seen"),
            Column("left_on", "day", "day of departure", null="not seen leaving"),
            Column("closed_by", "text", "what ended it", null="never", values=("exit", "missing_exit", "presumed_left", "death", "censored")),
            Column("entry_imputed", "yes_no", "the arrival was put in by a repair", null="never"),
            Column("exit_imputed", "yes_no", "the departure was put in by a repair", null="never"),
            Column("in_record_id", "text", "crossing that began it", null="not seen"),
            Column("out_record_id", "text", "crossing that ended it", null="not seen"),
            Column("citizenship", "text", "citizenship in the document shown at the beginning (or the end)", null="unknown"),
            Column("mode", "text", "mode of arrival (or departure)", null="unknown"),
            Column("bcp", "text", "border point of arrival (or departure)", null="unknown"),
            Column("purpose", "text", "purpose stated on arrival", null="unknown"),
        ),
        key=("person_id", "spell_no"),
    ),
    Table(
        "status_spells", "derived", "lifecourse", "one status held", "Legal status over time; gaps bridged and overlaps resolved by declared precedence.",
        (
            Column("person_id", "text", "the person", null="never"),
            Column("status", "text", "status", null="never", values=("citizen", "permanent", "temporary", "refugee", "asylum_seeker", "registered_stay", "visa", "visa_free", "irregular", "ordered_to_leave")),
            Column("ground", "text", "ground or purpose"),
            Column("reason", "text", "reason group", values=("family", "education", "work", "other")),
            Column("from_on", "day", "first day", null="before the first record"),
            Column("to_on", "day", "last day", null="no end known"),
            Column("record_id", "text", "record it rests on", null="derived from other spells"),
        ),
        key=("person_id", "status", "from_on"),
    ),
    Table(
        "citizenships", "derived", "lifecourse", "one citizenship held", "Citizenships over time; a dual national is counted once, the national citizenship first.",
        (
            Column("person_id", "text", "the person", null="never"),
            Column("citizenship", "text", "citizenship", null="never"),
            Column("from_on", "day", "held since", null="since birth, or before the first record"),
            Column("to_on", "day", "last day held", null="still held"),
            Column("counted", "yes_no", "the one by which the person is counted", null="never"),
        ),
        key=("person_id", "citizenship", "from_on"),
    ),
    Table(
        "residence_spells", "derived", "lifecourse", "one spell of usual residence under one rule", "Who is usually resident, from when to when, and how we know.",
        (
            Column("person_id", "text", "the person", null="never"),
            Column("from_on", "day", "usually resident since", null="before the first day of the data"),
            Column("to_on", "day", "first day no longer usually resident (day of departure or death)", null="still resident"),
            Column("rule", "text", "rule", null="never"),
            Column("basis", "text", "how it was decided", null="never", values=("observed", "expected", "imputed", "undecided", "register")),
            Column("final_on", "day", "day on which the last decision became final", null="not final"),
            Column("decided_by", "text", "crossing or record that decided the beginning", null="initial status"),
            Column("ended_by", "text", "what ended it", null="still resident", values=("emigration", "death", "deregistration")),
            Column("previous_country", "text", "country of previous residence", null="unknown or not an immigration"),
            Column("next_country", "text", "country of next residence", null="unknown or not an emigration"),
            Column("reason", "text", "reason group of the status held at the beginning", null="unknown", values=("family", "education", "work", "other")),
        ),
        key=("person_id", "rule", "from_on"),
    ),
    Table(
        "residence_regions", "derived", "lifecourse", "one region of one person", "In which region people live, by the addresses that records name: one on each day, by declared precedence.",
        (
            Column("person_id", "text", "the person; absent where no record names an address", null="never"),
            Column("region", "text", "region of the address", null="never"),
            Column("from_on", "day", "first day", null="before any address was named: the first one named"),
            Column("to_on", "day", "last day", null="until another is named"),
            Column("source", "text", "kind of record that names it: population register, residence permit, registration of a stay, act of birth", null="never", values=("register", "permit", "registration", "birth")),
            Column("record_id", "text", "record it rests on", null="never"),
        ),
        key=("person_id", "from_on"),
    ),
    Table(
        "repairs", "derived", "lifecourse", "one kind of repair in one stratum", "What the repair step put in or closed, counted.",
        (
            Column("repair", "text", "what was done", null="never"),
            Column("stratum", "text", "where: citizenship, mode, purpose, month", null="never"),
            Column("persons", "whole", "persons touched", null="never", unit="persons"),
            Column("spells", "whole", "spells touched", null="never", unit="spells"),
        ),
        key=("repair", "stratum"),
    ),
)

# Dimensions that a cube may have. '_T' is the total, 'unknown' a category of its own; null: not a dimension of this indicator.
DIMENSIONS = (
    "sex", "age_group", "citizenship", "birth_country", "previous_country", "next_country", "partner", "area", "region", "reason", "status",
    "mode", "bcp", "purpose", "channel", "procedure", "decision", "ground", "duration", "occupation", "industry", "method", "kind", "unit_counted",
)

INDICATORS = (
    Table(
        "cubes", "derived", "indicators", "one cell of one indicator", "Indicator values, not yet safe to publish.",
        (
            Column("indicator", "text", "id of the indicator", null="never", sensitivity="P1"),
            Column("period", "text", "reference period: 2024, 2024-03, 2024-03-31", null="never", sensitivity="P1"),
            *(Column(d, "text", f"dimension {d}", null="not a dimension of this indicator", sensitivity="P1") for d in DIMENSIONS),
            Column("value", "real", "the value", null="nothing to divide by, or not decidable", sensitivity="P2"),
            Column("numerator", "real", "what is counted above, for a ratio", null="not a ratio"),
            Column("denominator", "real", "what is counted below, for a ratio", null="not a ratio"),
            Column("interval_low", "real", "lower end of the 95 per cent confidence interval (Wilson score)", null="the indicator declares none"),
            Column("interval_high", "real", "its upper end", null="the indicator declares none"),
            Column("unit", "text", "unit", null="never", sensitivity="P1"),
            Column("vintage", "text", "day through which the data were complete (observed_until), or edition of the source", null="never", sensitivity="P1"),
            Column("basis", "text", "records of the agencies, or observations published elsewhere", null="never", values=("records", "observations"), sensitivity="P1"),
            Column("share_imputed", "real", "share of the value that rests on repairs", null="does not apply", unit="0 to 1"),
            Column("share_unlinked", "real", "share of the value that rests on ends not seen or records not linked", null="does not apply", unit="0 to 1"),
            Column("quality", "text", "worst colour of the quality scores that the indicator depends on", null="not scored", values=("green", "amber", "red"), sensitivity="P1"),
            Column("obs_status", "text", "A normal, P provisional, B break, E estimated, M missing", null="never", values=("A", "P", "B", "E", "M"), sensitivity="P1"),
        ),
        key=("indicator", "period", *DIMENSIONS),
    ),
    Table(
        "safe_cubes", "derived", "disclosure", "one cell of one indicator", "The same cells, made safe: what may be published.",
        (
            Column("indicator", "text", "id of the indicator", null="never", sensitivity="P0"),
            Column("period", "text", "reference period", null="never", sensitivity="P0"),
            *(Column(d, "text", f"dimension {d}", null="not a dimension of this indicator", sensitivity="P0") for d in DIMENSIONS),
            Column("value", "real", "the value as published", null="withheld or missing", sensitivity="P0"),
            Column("interval_low", "real", "lower end of the 95 per cent confidence interval, from the rounded parts", null="withheld, or the indicator declares none", sensitivity="P0"),
            Column("interval_high", "real", "its upper end", null="as its lower end", sensitivity="P0"),
            Column("unit", "text", "unit", null="never", sensitivity="P0"),
            Column("vintage", "text", "as in cubes", null="never", sensitivity="P0"),
            Column("basis", "text", "as in cubes", null="never", sensitivity="P0"),
            Column("share_imputed", "real", "as in cubes", null="does not apply", unit="0 to 1", sensitivity="P0"),
            Column("share_unlinked", "real", "as in cubes", null="does not apply", unit="0 to 1", sensitivity="P0"),
            Column("quality", "text", "as in cubes", null="not scored", sensitivity="P0"),
            Column("obs_status", "text", "as in cubes", null="never", sensitivity="P0"),
            Column("treatment", "text", "what disclosure control did to this cell", null="never", values=("none", "rounded", "from_rounded", "withheld", "public_source"), sensitivity="P0"),
        ),
        key=("indicator", "period", *DIMENSIONS),
    ),
)

LEDGERS = (
    Table(
        "deliveries", "ledger", "intake", "one delivery of one feed", "What an agency sent, and where each of its rows went.",
        (
            Column("delivery_id", "text", "the delivery: feed and hash of its bytes", null="never", sensitivity="P1"),
            Column("feed", "text", "id of the contract", null="never", sensitivity="P1"),
            Column("institution", "text", "who sent it", null="never", sensitivity="P1"),
            Column("file", "text", "name of the file", null="never", sensitivity="P1"),
            Column("sha256", "text", "hash of the bytes", null="never", sensitivity="P1"),
            Column("contract_version", "text", "version of the contract it was read by", null="never", sensitivity="P1"),
            Column("period_from_on", "day", "first day it covers", null="not dated by period", sensitivity="P1"),
            Column("period_to_on", "day", "last day it covers", null="not dated by period", sensitivity="P1"),
            Column("received_on", "day", "day taken in", null="never", sensitivity="P1"),
            Column("due_on", "day", "day on which it was due", null="no due date", sensitivity="P1"),
            Column("state", "text", "state", null="never", values=("accepted", "held", "superseded", "unchanged"), sensitivity="P1"),
            Column("rows", "whole", "rows in the file", null="never", unit="rows", sensitivity="P1"),
            Column("rows_read", "whole", "rows that became one or more records", null="never", unit="rows", sensitivity="P1"),
            Column("rows_duplicate", "whole", "rows already read from this or an earlier file", null="never", unit="rows", sensitivity="P1"),
            Column("rows_superseded", "whole", "rows replaced by a later delivery", null="never", unit="rows", sensitivity="P1"),
            Column("rows_quarantined", "whole", "rows set aside, with reasons", null="never", unit="rows", sensitivity="P1"),
            Column("rows_held", "whole", "rows of a delivery that is held whole", null="never", unit="rows", sensitivity="P1"),
            Column("records", "whole", "records made", null="never", unit="records", sensitivity="P1"),
            Column("gates", "json", "gates checked: name, found, limit, passed", null="none", sensitivity="P1"),
            Column("accepted_by", "text", "who accepted a held delivery, and why", null="not held", sensitivity="P1"),
        ),
        key=("delivery_id",),
    ),
    Table(
        "completeness", "ledger", "intake", "one feed and border point", "The last day that is complete: deliveries without a gap up to it.",
        (
            Column("feed", "text", "id of the contract", null="never", sensitivity="P1"),
            Column("point", "text", "border point or office", null="whole feed", sensitivity="P1"),
            Column("first_on", "day", "first day covered", sensitivity="P1"),
            Column("complete_until_on", "day", "last day covered without a gap", null="no delivery", sensitivity="P1"),
        ),
        key=("feed", "point"),
    ),
    Table(
        "quarantine", "identity", "intake", "one reason of one row set aside, or one remark on a row read", "Rows that could not be read or broke a hard rule, with the raw text; and, as `not_understood`, values of rows that were read without them.",
        (
            Column("delivery_id", "text", "the delivery", null="never"),
            Column("feed", "text", "id of the contract", null="never"),
            Column("file", "text", "name of the file", null="never"),
            Column("row_no", "whole", "number of the row, from 1", null="never"),
            Column("reason", "text", "reason code", null="never"),
            Column("field", "text", "physical field", null="the whole row"),
            Column("found", "text", "what stood there", null="nothing", sensitivity="P3"),
            Column("expected", "text", "what the contract expects", null="see the reason"),
            Column("raw", "text", "the row as it came", null="never", sensitivity="P3"),
        ),
        key=("delivery_id", "row_no", "reason", "field"),
    ),
    Table(
        "quality_scores", "ledger", "quality", "one quality indicator of one subject", "Quality indicators (QI) per source, delivery, field or step.",
        (
            Column("qi", "text", "id of the quality indicator", null="never", sensitivity="P1"),
            Column("subject", "text", "what it is about: a feed, a delivery, a step", null="never", sensitivity="P1"),
            Column("detail", "text", "field, group or key level", null="the whole", sensitivity="P1"),
            Column("measured", "real", "the measure, in the QI's unit", null="could not be measured", sensitivity="P1"),
            Column("score", "real", "0 to 100", null="not scored", sensitivity="P1"),
            Column("colour", "text", "green, amber or red", null="not scored", values=("green", "amber", "red"), sensitivity="P1"),
            Column("measured_until", "day", "data as of", null="never", sensitivity="P1"),
        ),
        key=("qi", "subject", "detail", "measured_until"),
    ),
)
