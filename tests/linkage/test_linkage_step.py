"""The step as a whole: identities in, links and persons out."""

from __future__ import annotations

import pytest
from linkage_people import as_identities, b_cubed, identities

from karvan.linkage import STEP
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step


def linked(ws: Workspace, table) -> dict[str, tuple]:
    with ws.lock():
        with ws.transaction() as tx:
            tx.write("identities", table)
        run_step(ws, STEP)
    rows = ws.connect().sql("select record_id, person_id, level, probability from links").fetchall()
    return {record_id: tuple(rest) for record_id, *rest in rows}


@pytest.fixture
def ws(tmp_path):
    return Workspace.create(tmp_path / "ws", packs=[])


def record(number: int, **said) -> dict:
    return {"record_id": f"r{number}", "record_type": "crossing", "feed": "x.border.crossings", "delivery_id": "d"} | said


def test_no_identities_give_no_persons(ws):
    assert linked(ws, as_identities([])) == {}
    assert ws.connect().sql("select * from persons").fetchall() == []


def test_one_record_is_alone(ws):
    [(person, level, probability)] = linked(ws, as_identities([record(1, surname="Məmmədov", given_names="Elnur", sex="M")])).values()
    assert person.startswith("P") and (level, probability) == ("alone", 1.0)


def test_records_without_any_value_are_not_joined(ws):
    found = linked(ws, as_identities([record(1), record(2)]))
    assert found["r1"][0] != found["r2"][0]


def test_one_document_is_one_person_whatever_the_alphabet(ws):
    found = linked(ws, as_identities([
        record(1, surname="MAMMADOV", given_names="ELNUR", sex="M", birth_date="1985-04-17", doc_no="C 01234567", doc_issuer="AAA"),
        record(2, surname="Мамедов", given_names="Эльнур", sex="M", birth_date="1985", doc_no="c01234567", doc_issuer="AAA"),
    ]))  # fmt: skip
    assert found["r1"][0] == found["r2"][0] and found["r1"][1] == "document"


def test_a_child_in_a_parents_passport_is_another_person(ws):
    found = linked(ws, as_identities([
        record(1, surname="MAMMADOVA", given_names="AYGUN", sex="F", birth_date="1985-04-17", doc_no="C01234567", doc_issuer="AAA"),
        record(2, surname="MAMMADOVA", given_names="LEYLA", sex="F", birth_date="2015-03-02", doc_no="C01234567", doc_issuer="AAA"),
    ]))  # fmt: skip
    assert found["r1"][0] != found["r2"][0]
    assert ws.head().runs["link"].notes["kept_apart"] == {"document: birth year and given name": 1}


def test_a_letter_o_for_a_zero_is_forgiven_only_when_the_birth_date_agrees(ws):
    people = [
        record(1, surname="KAYA", given_names="EMRE", sex="M", birth_date="1990-05-06", doc_no="U01234567", doc_issuer="BBB"),
        record(2, surname="KAYA", given_names="EMRE", birth_date="1990-05-06", doc_no="UO1234567", doc_issuer="BBB"),
        record(3, surname="DEMIR", given_names="MURAT", sex="M", birth_date="1971-11-30", doc_no="UO1234567", doc_issuer="BBB"),
    ]
    found = linked(ws, as_identities(people))
    assert found["r1"][0] == found["r2"][0] != found["r3"][0]


def test_a_new_passport_is_the_same_person_by_name_and_birth_date(ws):
    found = linked(ws, as_identities([
        record(1, surname="Yılmaz", given_names="Mehmet", sex="M", birth_date="1985-04-17", citizenship="BBB", doc_no="U01234567"),
        record(2, surname="YILMAZ", given_names="MEHMET", sex="M", birth_date="1985-04-17", citizenship="BBB", doc_no="U09999999"),
    ]))  # fmt: skip
    assert found["r1"][0] == found["r2"][0] and found["r1"][1] == "name_birth"


def test_persons_are_what_most_records_say_and_name_nobody(ws):
    said = {"surname": "KAYA", "given_names": "EMRE", "doc_no": "U0123456", "doc_issuer": "BBB"}
    linked(ws, as_identities([
        record(1, sex="M", birth_date="1990-05-06", birth_country="BBB", **said),
        record(2, sex="M", birth_date="1990-05-06", **said),
        record(3, sex="F", birth_date="1990-01-01", **said),
    ]))  # fmt: skip
    [(_, *rest)] = ws.connect().sql("select * from persons").fetchall()
    assert rest == ["M", 1990, 5, "BBB", 3, 1.0]
    assert not {"surname", "given_names", "birth_date"} & set(TABLES["persons"].column_names)


def test_a_person_keeps_the_number_when_records_come_and_go(ws):
    table, _ = identities(200, seed=5)
    before = linked(ws, table.filter([i % 5 != 0 for i in range(table.num_rows)]))
    after = linked(ws, table)
    kept = [before[r][0] == after[r][0] for r in before]
    assert sum(kept) / len(kept) > 0.97


def test_the_order_of_records_changes_nothing(tmp_path):
    table, _ = identities(150, seed=6)
    one, two = (Workspace.create(tmp_path / name, packs=[]) for name in ("one", "two"))
    assert linked(one, table) == linked(two, table.take(list(reversed(range(table.num_rows)))))


def test_names_of_any_size_and_kind_are_read(ws):
    odd = ["", "😀", "Ə" * 10_000, "\x00\x01", "王小明", "<<", "'", "ﷺ", "é" * 50]
    both = [(surname, given) for surname in odd for given in odd]
    found = linked(ws, as_identities([record(i, surname=s, given_names=g, birth_date="1990-05-06", sex="M") for i, (s, g) in enumerate(both)]))
    assert len(found) == len(odd) ** 2


@pytest.mark.parametrize(("defects", "at_least"), [(1.0, 0.97), (2.0, 0.95)])
def test_made_up_people_are_found_again(ws, defects, at_least):
    table, truth = identities(1500, seed=7, defects=defects)
    found = {r: p for r, (p, _, _) in linked(ws, table).items()}
    assert b_cubed(found, truth)[2] >= at_least
