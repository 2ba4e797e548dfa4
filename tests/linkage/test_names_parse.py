"""Names as each culture writes them, part by part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.linkage.names import parse_name


def roles(name):
    return [(p.text, p.role) for p in parse_name(name)]


@pytest.mark.parametrize(("name", "gender"), [
    ("Əliyeva Leyla Rasim qızı", "F"), ("АЛИЕВА ЛЕЙЛА РАСИМ КЫЗЫ", "F"), ("Əliyev Anar Rasim oğlu", "M"), ("ALIYEV ANAR RASIM OGLU", "M"), ("Каримов Азиз Рашид угли", "M"),
    ("Алиев Анар Расим оглы", "M"),
])  # fmt: skip
def test_a_father_s_name_is_known_by_the_word_after_it(name, gender):
    father, mark = parse_name(name)[2:]
    assert (father.role, mark.role, father.gender, mark.gender) == ("patronymic", "patronymic_mark", gender, gender)


@pytest.mark.parametrize(("name", "gender"), [("Иванов Пётр Сергеевич", "M"), ("Иванова Анна Сергеевна", "F"), ("Ivanova Anna Sergeevna", "F"), ("Шевченко Олена Іванівна", "F")])
def test_a_father_s_name_is_known_by_its_ending(name, gender):
    last = parse_name(name)[2]
    assert (last.role, last.gender) == ("patronymic", gender)


@pytest.mark.parametrize("name", ["Vuk Stefanović", "Karadžić Ognjen", "Petrovich"])
def test_a_surname_in_ich_is_no_father_s_name(name):
    assert "patronymic" not in {role for _, role in roles(name)}


def test_commas_and_chevrons_tell_the_order():
    assert roles("Məmmədov, Elnur") == [("Məmmədov", "surname"), ("Elnur", "given")]
    assert roles("MAMMADOV<<ELNUR<RASIM") == [("MAMMADOV", "surname"), ("ELNUR", "given"), ("RASIM", "given")]
    assert roles("Məmmədov Elnur") == [("Məmmədov", "name"), ("Elnur", "name")]


def test_particles_initials_and_placeholders_are_marked():
    assert roles("Ludwig van der Berg") == [("Ludwig", "name"), ("van", "particle"), ("der", "particle"), ("Berg", "name")]
    assert roles("A. K. Məmmədov")[:2] == [("A", "initial"), ("K", "initial")]
    assert roles("FNU Najibullah") == [("FNU", "placeholder"), ("Najibullah", "name")]


@pytest.mark.parametrize(("name", "gender"), [("Əliyeva", "F"), ("Əliyev", "M"), ("Иванова", "F"), ("Достоевская", "F"), ("Достоевский", "M"), ("Yılmaz", ""), ("Kereselidze", "")])
def test_the_ending_of_a_surname_tells_a_gender_where_there_is_one(name, gender):
    assert parse_name(name)[0].gender == gender


@pytest.mark.parametrize(("name", "parts"), [
    ("O'Neil", ["O'Neil"]), ("Gʻayrat Oʻktamov", ["Gʻayrat", "Oʻktamov"]), ("Мар'яна", ["Мар'яна"]), ("علی‌رضا کریمی", ["علی‌رضا", "کریمی"]), ("Hans-Peter", ["Hans", "Peter"]),
    ("ジョージ・ブッシュ", ["ジョージ", "ブッシュ"]), ("王小明", ["王小明"]),
])  # fmt: skip
def test_apostrophes_join_and_hyphens_divide(name, parts):
    assert [p.text for p in parse_name(name)] == parts


@pytest.mark.parametrize(("name", "script"), [
    ("Əliyev", "latin"), ("Алиев", "cyrillic"), ("علی", "arabic"), ("גולן", "hebrew"), ("Παπάς", "greek"), ("გიორგი", "georgian"), ("Արամ", "armenian"), ("王", "han"), ("ケリー", "kana"),
    ("김정은", "hangul"), ("โจ", "thai"), ("मोदी", "devanagari"), ("MАMMADOV", "latin"),
])  # fmt: skip
def test_scripts_are_known(name, script):
    assert {p.script for p in parse_name(name)} == {script}


@pytest.mark.parametrize("nothing", [None, "", "  ", "😀", "123", "\x00"])
def test_nothing_has_no_parts(nothing):
    assert parse_name(nothing) == []


@given(st.text(max_size=300))
def test_any_text_is_parsed_into_at_most_eight_parts(text):
    assert len(parse_name(text)) <= 8
