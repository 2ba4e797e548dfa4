"""The tables of linkage beside `links` and `persons`: what each pair showed, what was cut, what people decided, what became of persons."""

from __future__ import annotations

from karvan.tables.declaration import Column, Table
from karvan.tables.derived import LINKAGE

BLOCK_KEYS = ("block_birth", "block_names_year", "block_surname_year", "block_given_year", "block_names", "name_birth", "decision")

EVIDENCE = (
    Table(
        "link_pairs", "derived", "linkage", "one pair of nodes", "Pairs that may be one person, with what they showed and what became of them. Names nobody.",
        (
            Column("record_a", "text", "record that stands for one node: the smallest id of its records", null="never"),
            Column("record_b", "text", "record that stands for the other", null="never"),
            Column("person_a", "text", "person of the first after this run", null="never"),
            Column("person_b", "text", "person of the second; the same where they were joined", null="never"),
            Column("block", "text", "key that found the pair", null="never", values=BLOCK_KEYS),
            Column("probability", "real", "probability that the two are one person", null="the model did not compare them", unit="0 to 1"),
            Column("match_weight", "real", "weight of the evidence with the prior; 0 is even odds", null="the model did not compare them", unit="bits"),
            Column("name", "text", "level of agreement of the names", null="never", values=("same", "same_keys", "similar", "cut", "given_of_woman", "given", "surname", "other", "missing")),
            Column("name_score", "real", "score of the names as written, across scripts, where their skeletons disagree", null="not asked", unit="0 to 1"),
            Column("birth", "text", "level of agreement of the birth dates", null="never", values=("same_day", "same_inexact", "swapped", "less_exact", "one_digit", "same_year", "other", "missing")),
            Column("sex", "text", "level of agreement of the sexes", null="never", values=("same", "other", "missing")),
            Column("origin", "text", "level of agreement of citizenship and country of birth", null="never", values=("same_citizenship", "same_country", "other", "missing")),
            Column("patronymic", "text", "level of agreement of the fathers' names", null="never", values=("same", "similar", "other", "missing")),
            Column("journeys", "text", "whether the crossings of both can be one person's: documents of two states by turns, a document renewed, one after the other, one crossing missing, one or more against, two documents of one state in use at once", null="never",
                   values=("alternate", "renewed", "in_turn", "gap", "contradict_once", "contradict", "at_once", "missing")),
            Column("family", "text", "whether both stand in one place of a case, or as two members of a family", null="never", values=("one_member", "two_members", "missing")),
            Column("address", "text", "whether an address of both is the same", null="never", values=("same", "other", "missing")),
            Column("birth_place", "text", "whether a place of birth of both is the same", null="never", values=("same", "other", "missing")),
            Column("decision", "text", "what people decided, as it holds", null="nobody decided", values=("same", "different", "unsure")),
            Column("outcome", "text", "what became of the pair", null="never", values=("joined", "below_threshold", "refused")),
            Column("reason", "text", "why it was joined or refused", null="its score alone"),
        ),
        key=("record_a", "record_b"),
    ),
    Table(
        "link_cuts", "derived", "linkage", "two groups of records kept apart", "Where records that a number or a score would have joined stay two people, and why.",
        (
            Column("record_a", "text", "a record of one group", null="never"),
            Column("record_b", "text", "a record of the other", null="never"),
            Column("person_a", "text", "person of the first", null="never"),
            Column("person_b", "text", "person of the second", null="never"),
            Column("stage", "text", "what would have joined them: the same number, or a pair of the model", null="never", values=("number", "pair")),
            Column("probability", "real", "probability of the pair that was cut, the weakest on the way between the two", null="joined by a number", unit="0 to 1"),
            Column("reason", "text", "why they cannot be one person", null="never"),
        ),
        key=("record_a", "record_b", "reason"),
    ),
    Table(
        "link_decisions", "ledger", "linkage", "one pair that people decided", "What holds of people's decisions at this run, and whether the links follow it. The decisions themselves, with reasons, are in the identity zone.",
        (
            Column("records_a", "json", "records of one side", null="never"),
            Column("records_b", "json", "records of the other", null="never"),
            Column("answer", "text", "the answer that holds", null="never", values=("same", "different", "unsure")),
            Column("rule", "text", "why it holds: all say so, a senior reviewer, the majority, or a tie", null="never", values=("one answer", "senior", "majority", "tie")),
            Column("contradicting", "yes_no", "some said same and some different", null="never"),
            Column("decided_at", "text", "time of the last answer, ISO 8601", null="never"),
            Column("decisions", "json", "numbers of the decisions it rests on", null="never"),
            Column("records_found", "whole", "records of it that are in this run", null="never", unit="records"),
            Column("followed", "yes_no", "the links are as it says", null="unsure, or a record is gone"),
        ),
        key=("records_a", "records_b"),
    ),
    Table(
        "person_events", "ledger", "linkage", "one merge or split of persons", "Persons whose records came together or apart between two runs. Whoever keeps a number elsewhere can follow it.",
        (
            Column("event_id", "text", "the event", null="never"),
            Column("happened_on", "day", "day up to which data and decisions were known: the newest delivery or decision", null="no delivery is dated"),
            Column("kind", "text", "merge: records of several persons became one person's; split: records of one became several persons'", null="never", values=("merge", "split")),
            Column("from_ids", "json", "persons before", null="never"),
            Column("to_ids", "json", "persons after", null="never"),
            Column("records", "whole", "records whose person changed", null="never", unit="records"),
            Column("cause", "text", "decision: people decided on a pair of these; records: new or changed records; method: neither, so parameters or code", null="never", values=("decision", "records", "method")),
            Column("undoes", "text", "event that this one takes back", null="none"),
            Column("commit_before", "whole", "commit that held the links before", null="never"),
        ),
        key=("event_id",),
    ),
    Table(
        "link_draws", "derived", "linkage", "one record in one draw", "Records whose person differs from `links` in partitions drawn by the probabilities of the pairs: what linkage error can move.",
        (
            Column("draw", "whole", "number of the draw, from 1", null="never"),
            Column("record_id", "text", "the record", null="never"),
            Column("person_id", "text", "its person in this draw; a number that `links` has not, where the record's part of a person stands alone", null="never"),
        ),
        key=("draw", "record_id"),
    ),
    Table(
        "link_draw_persons", "derived", "linkage", "one person in one draw", "Persons whose records differ from `links` in a draw, as these records agree on them. Names nobody.",
        (
            Column("draw", "whole", "number of the draw, from 1", null="never"),
            *next(t for t in LINKAGE if t.name == "persons").columns,
        ),
        key=("draw", "person_id"),
    ),
)

STATE = (
    Table(
        "link_nodes", "identity", "linkage", "one node: records that a number joins", "What linkage knows of each node, so that new records are compared without reading the old ones again. Kept in the identity zone.",
        (
            Column("record_id", "text", "record that stands for the node: the smallest id of its records", null="never"),
            Column("person_id", "text", "its person", null="never"),
            Column("probability", "real", "weakest probability on the way into the person", null="never", unit="0 to 1"),
            Column("joined", "text", "what joined it to other nodes", null="the only node of its person", values=("name_birth", "model", "decision")),
            Column("records", "whole", "records of the node", null="never", unit="records"),
            Column("personal_nos", "text", "personal numbers, with blanks between", null="none", sensitivity="P3"),
            Column("written", "text", "name as a record writes it", null="no name, or an encoded one", sensitivity="P3"),
            Column("surname", "text", "skeleton of the surname", sensitivity="P3"),
            Column("given", "text", "skeletons of the given names", sensitivity="P3"),
            Column("patronymic", "text", "skeleton of the father's name", sensitivity="P3"),
            Column("parts", "text", "skeletons of all parts of the name, sorted", sensitivity="P3"),
            Column("surname_key", "text", "key of the surname", sensitivity="P3"),
            Column("given_key", "text", "key of the first given name", sensitivity="P3"),
            Column("birth_date", "text", "birth date, ISO 8601, partial where it is so", sensitivity="P3"),
            Column("sex", "text", "sex"),
            Column("citizenship", "text", "citizenship"),
            Column("birth_country", "text", "country of birth"),
        ),
        key=("record_id",),
    ),
    Table(
        "link_numbers", "identity", "linkage", "one number of one person", "Numbers under which a person's records stand: documents, personal numbers, numbers in an office's register. Kept in the identity zone.",
        (
            Column("number", "text", "kind and number", null="never", sensitivity="P3"),
            Column("person_id", "text", "the person", null="never"),
        ),
        key=("number", "person_id"),
    ),
)
