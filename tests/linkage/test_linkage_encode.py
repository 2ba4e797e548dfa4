"""Linkage without names: what agencies send, and what the platform can still tell."""

from __future__ import annotations

import duckdb
import linkage_people
import pyarrow as pa
import pytest

from karvan.errors import DataError, SetupError
from karvan.linkage.encode import Encoder, encode_identities, encoded_forms, new_secret, read_secret, unlike
from karvan.linkage.names import name_forms
from karvan.linkage.step import link_people

ENCODER = Encoder(b"a secret that agencies hold here")


def forms(surname: str | None, given: str | None, patronymic: str | None = None, *, born: int = 1985):
    return encoded_forms(ENCODER.surname(surname, born), ENCODER.given_names(given, born), ENCODER.patronymic(patronymic, born))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Məmmədova", "Aygün", "Rasim qızı"), ("МАМЕДОВА", "АЙГЮН", "РАСИМОВНА")),     # another script, another form of the father's name
        (("Əliyev", "Elçin", None), ("ALIYEV", "ELCHIN", None)),
        (("Cəfərov", "Yusif", None), ("Dzhafarov", "Yusif", None)),
    ],
)
def test_spellings_of_one_name_are_one_encoding(one, other):
    assert forms(*one) == forms(*other)


def test_a_patronymic_among_the_given_names_is_the_same_as_one_in_its_own_field():
    assert forms("Məmmədova", "Aygün Rasim qızı").patronymic == forms("Məmmədova", "Aygün", "Rasim").patronymic


def test_the_forms_of_an_encoded_name_have_the_shape_of_those_in_clear():
    encoded, clear = forms("Quliyev Səfərov", "Elçin", "Rasim oğlu"), name_forms("Quliyev Səfərov", "Elçin", "Rasim oğlu")
    assert len(encoded.parts.split()) == len(clear.parts.split()) == 3
    assert bool(encoded.surname_key) and bool(encoded.given_key) and bool(encoded.patronymic)


def test_swapped_fields_share_their_parts():
    assert forms("Elçin", "Quliyev").parts == forms("Quliyev", "Elçin").parts


def test_a_full_name_is_divided_before_it_is_encoded():
    assert encoded_forms(None, None, None, ENCODER.full_name("MAMMADOVA<<AYGUN", 1985)) == forms("Məmmədova", "Aygün")


def test_a_slip_of_the_keyboard_is_near_and_a_stranger_is_far():
    slip = unlike(forms(None, "Konstantin").given, forms(None, "Konstanin").given)
    stranger = unlike(forms(None, "Konstantin").given, forms(None, "Mehriban").given)
    assert slip < 0.25 < 0.33 < stranger


def test_nothing_of_a_name_can_be_read_and_another_year_or_secret_shares_nothing():
    sent = ENCODER.surname("Məmmədov", 1985)
    assert sent and "MAMADUV" not in sent.upper() and "MƏMMƏDOV" not in sent.upper()
    assert forms("Məmmədov", "Elçin", born=1985).parts != forms("Məmmədov", "Elçin", born=1986).parts
    assert Encoder(b"another secret, of another group").surname("Məmmədov", 1985) != sent


def test_dates_keep_year_and_month_and_what_registers_write_for_an_unknown_day():
    sent = {date: ENCODER.birth_date(date) for date in ("1985", "1985-04", "1985-04-17", "1985-04-18", "1985-01-01", "1985-07-01")}
    assert sent["1985"] == "1985" and sent["1985-04"] == "1985-04" and sent["1985-01-01"] == "1985-01-01" and sent["1985-07-01"] == "1985-07-01"
    assert sent["1985-04-17"][:8] == "1985-04-" and sent["1985-04-17"][8:].isalpha() and sent["1985-04-17"] != sent["1985-04-18"]
    days = {ENCODER.birth_date(f"1985-05-{day:02d}") for day in range(1, 32)}
    assert len(days) == 31


def test_numbers_are_the_same_however_they_are_spaced_and_placeholders_are_none():
    assert ENCODER.number("aze 123-456 7", "document") == ENCODER.number("AZE1234567", "document") != ENCODER.number("AZE1234567", "personal_no")
    assert ENCODER.number("0000000", "document") is None and ENCODER.number(None, "document") is None and ENCODER.number("12", "document") is None


def test_empty_and_odd_names_have_no_encoding():
    assert ENCODER.surname(None) is None and ENCODER.surname("😀") is None and ENCODER.surname("UNKNOWN") is None
    assert len(ENCODER.surname("x" * 10_000, 1985)) < 300


def test_links_of_encodings_agree_with_links_in_clear():
    table, truth = linkage_people.identities(3_000, seed=5)
    assert b_cubed(link(table), truth) - b_cubed(link(encode_identities(table, ENCODER)), truth) < 0.02


def test_names_under_two_secrets_are_not_linked_as_if_they_shared_nothing():
    table, _ = linkage_people.identities(50, seed=5)
    two = pa.concat_tables([encode_identities(table.slice(0, 60), ENCODER), encode_identities(table.slice(60), Encoder(b"another secret, of another group"))])
    with pytest.raises(DataError, match="under 2 secrets"):
        link(two)


def test_a_secret_is_made_once_and_known_by_its_name(tmp_path):
    name = new_secret(tmp_path / "secret")
    assert Encoder(read_secret(tmp_path / "secret")).name == name
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    with pytest.raises(SetupError, match="never written over"):
        new_secret(tmp_path / "secret")
    (tmp_path / "short").write_text("abcd")
    with pytest.raises(SetupError, match="32 are needed"):
        read_secret(tmp_path / "short")


def link(table: pa.Table) -> dict[str, str]:
    con = duckdb.connect()
    con.register("given", table)
    con.execute("create table identities as select * from given")
    con.execute("create table links (record_id varchar, person_id varchar, level varchar, probability double)")
    link_people(con, seed=1, progress=lambda message, done: None)
    found = dict(con.sql("select record_id, person_id from new_links").fetchall())
    con.close()
    return found


def b_cubed(found: dict[str, str], truth: dict[str, int]) -> float:
    """F1 over records (Amigó et al., 2009)."""
    by_person: dict[str, list[str]] = {}
    by_truth: dict[int, list[str]] = {}
    for record, person in found.items():
        by_person.setdefault(person, []).append(record)
        by_truth.setdefault(truth[record], []).append(record)
    precision = recall = 0.0
    for record, person in found.items():
        both = sum(truth[other] == truth[record] for other in by_person[person])
        precision += both / len(by_person[person])
        recall += both / len(by_truth[truth[record]])
    precision, recall = precision / len(found), recall / len(found)
    return 2 * precision * recall / (precision + recall)
