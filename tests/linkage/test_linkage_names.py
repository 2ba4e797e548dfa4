"""Names as offices write them, and what makes them comparable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.linkage.letters import latin, unmixed
from karvan.linkage.names import key, name_forms, skeleton, surname_skeleton

SPELLINGS = [
    ("Məmmədov", "MAMMADOV", "Memmedov", "Mamedov", "Мамедов", "МӘММӘДОВ"),
    ("Əliyeva", "ALIYEVA", "Aliyeva", "Алиева", "Aliev"),
    ("Xəlilov", "KHALILOV", "Халилов", "Xelilov"),
    ("Cəfərov", "JAFAROV", "Джафаров", "Dzhafarov", "Djafarov"),
    ("Çingizov", "CHINGIZOV", "Чингизов", "CINGIZOV"),
    ("Şahbazov", "SHAHBAZOV", "Шахбазов", "SAHBAZOV"),
    ("Yusifov", "YUSIFOV", "Юсифов", "IUSIFOV"),
    ("Yılmaz", "YILMAZ", "Йылмаз"),
    ("გიორგაძე", "GIORGADZE", "Гиоргадзе"),
    ("Ղազարյան", "GHAZARYAN"),
    ("Παπαδοπουλος", "PAPADOPOULOS"),
    ("Oʻktamov", "OKTAMOV", "O‘ktamov"),
    ("Александр", "ALEKSANDR"),
]


@pytest.mark.parametrize("spellings", SPELLINGS, ids=[s[0] for s in SPELLINGS])
def test_spellings_of_one_name_have_one_skeleton(spellings):
    assert len({surname_skeleton(s) for s in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), [("Qurbanov", "Курбанов"), ("Həsənov", "Гасанов"), ("Hüseynov", "Guseynov"), ("Qasımov", "KASIMOV")])
def test_sounds_that_russian_spelling_merges_share_a_key(one, other):
    assert key(skeleton(one)) == key(skeleton(other))


def test_forms_of_one_family_share_the_key_of_the_stem():
    assert len({name_forms(s, "Elnur").surname_key for s in ("Məmmədov", "Məmmədli", "Məmmədzadə")}) == 1


@pytest.mark.parametrize(("one", "other"), [("Elnur", "Elman"), ("Aygün", "Aysel"), ("Həsənov", "Əliyev"), ("Leyla", "Lalə")])
def test_different_names_stay_different(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("name", [
    ("Əliyeva", "Leyla", "Rasim qızı"), ("ƏLİYEVA", "LEYLA RASİM QIZI", None), ("ALIYEVA", "LEYLA RASIM KIZI", None), ("Алиева", "Лейла Расимовна", None),
    ("АЛИЕВА", "ЛЕЙЛА", "РАСИМ КЫЗЫ"), ("Aliyeva", "Leyla", "Rasim"),
])  # fmt: skip
def test_a_patronymic_is_found_wherever_it_stands(name):
    forms = name_forms(*name)
    assert (forms.given, forms.patronymic) == (skeleton("Leyla"), skeleton("Rasim"))


def test_a_surname_in_oglu_is_no_patronymic():
    assert name_forms("İmamoğlu", "Murat").surname == skeleton("Imamoglu")


def test_swapped_fields_have_the_same_parts():
    assert name_forms("Aliyeva", "Leyla").parts == name_forms("Leyla", "Aliyeva").parts


def test_the_machine_readable_zone_is_read_as_surname_and_given_names():
    assert name_forms(None, None, full_name="MAMMADOV<<ELNUR<RASIM") == name_forms("MAMMADOV", "ELNUR RASIM")


def test_particles_and_placeholders_are_no_names():
    assert name_forms("al-Hasan", "FNU") == name_forms("HASAN", None)
    assert name_forms("Unknown", "test") == name_forms(None, None)


def test_a_latin_name_with_a_cyrillic_letter_is_latin():
    assert unmixed("АLIYEV") == "ALIYEV"
    assert latin("MАMMАDOV") == "MAMMADOV"


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_skeleton_that_case_does_not_change(text):
    assert skeleton(text.upper().lower()) == skeleton(text.upper().lower().upper()) or any(ord(c) > 127 for c in text)
    name_forms(text, text, text, text)
    assert len(key(skeleton(text))) <= 6
