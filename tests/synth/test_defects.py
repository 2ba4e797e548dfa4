"""Each defect by itself: what it does to a cell, how often, and that it can be switched off."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from few_columns import column, sheet_of

from karvan.country import Country
from karvan.errors import PackError
from karvan.synth.cultures import Cultures
from karvan.synth.defects import DEFECTS, Hand
from karvan.synth.desk import Window
from karvan.synth.make import rates_of

N = 4_000
NAME = [
    column("KEY", key=True, field="key"),
    column("SURNAME", identity="surname"),
    column("GIVEN", identity="given_names"),
    column("FATHER", identity="patronymic"),
]
BORN = [*NAME, column("BORN", identity="birth_date", date="%d.%m.%Y", partial=True)]


@pytest.fixture
def hand(country: Country, cultures: Cultures):
    def of(rate: float, **settings: object) -> Hand:
        agencies = {**country.synth["agencies"], **settings}
        return Hand(np.random.default_rng(5), rate, country, cultures, agencies, Window(date(2020, 7, 1), date(2026, 6, 30)))

    return of


def about(touched: int, rate: float, n: int = N) -> bool:
    """Within four standard deviations of the expected count."""
    return abs(touched - rate * n) <= 4 * (n * rate * (1 - rate)) ** 0.5


def test_the_catalogue_is_complete_and_every_defect_has_a_rate_in_the_pack(country: Country):
    assert set(DEFECTS) == {f"Q{i:02d}" for i in range(1, 26)} | {"X1", "X2", "X3"}
    assert set(country.synth["agencies"]["defects"]) == set(DEFECTS)


def test_a_defect_left_out_has_no_rate_and_the_others_keep_theirs(country: Country):
    settings = country.synth["agencies"]
    rates = rates_of(settings, without=["Q05"])
    assert "Q05" not in rates
    assert rates["Q01"] == settings["defects"]["Q01"]


def test_twice_the_rates_is_twice_each_rate_but_never_more_than_almost_always():
    assert rates_of({"defects": {"Q01": {"f": 0.03}, "Q14": {"f": 0.8}, "Q10": {"f": 1}}}, factor=2) == {
        "Q01": {"f": 0.06},
        "Q14": {"f": 0.95},
        "Q10": {"f": 1},
    }


def test_an_unknown_defect_is_refused_with_the_names_there_are():
    with pytest.raises(PackError) as wrong:
        rates_of({"defects": {}}, without=["Q5"])
    assert "Q01 to Q25" in wrong.value.fix


@pytest.mark.parametrize("defect", ["Q01", "Q02", "Q03", "Q04"])
def test_letters_of_names_change_at_the_rate_and_nowhere_else(defect, hand):
    sheet = sheet_of(N, NAME, SURNAME="Mammadov", GIVEN="Aliya", FATHER="Hasan")
    touched = DEFECTS[defect].make(sheet, hand(0.05))
    expected = 0.05 if defect != "Q03" else 1 - 0.95**2  # wrong case draws once for each part of the name
    assert about(len(touched), expected) or 0.4 * expected * N < len(touched) < expected * N  # some draws leave a name as it was
    untouched = np.setdiff1d(np.arange(N), touched)
    assert set(sheet.values("SURNAME", untouched)) == {"Mammadov"}
    assert set(sheet.values("GIVEN", untouched)) == {"Aliya"}


def test_a_cyrillic_letter_hides_in_a_latin_name(hand):
    sheet = sheet_of(N, NAME[:2], SURNAME="Popov")
    touched = DEFECTS["Q04"].make(sheet, hand(0.1))
    assert len(touched)
    for name in sheet.values("SURNAME", touched):
        assert len(name) == 5
        assert sum(not c.isascii() for c in name) == 1


def test_turkic_case_rules_write_a_dotted_capital_or_a_dotless_letter(hand):
    sheet = sheet_of(N, NAME, SURNAME="Ivanli", GIVEN="Ilgim")
    touched = DEFECTS["Q03"].make(sheet, hand(0.1))
    assert all("İ" in s or "ı" in s or "İ" in g or "ı" in g for s, g in zip(sheet.values("SURNAME", touched), sheet.values("GIVEN", touched), strict=True))


def test_articles_and_fathers_names_come_only_to_names_of_arabic_letters(hand):
    sheet = sheet_of(N, NAME, SURNAME="Hassan", GIVEN="Mohammad", _arabic=[i % 2 == 0 for i in range(N)])
    touched = DEFECTS["Q05"].make(sheet, hand(0.3))
    assert len(touched)
    assert all(i % 2 == 0 for i in touched)
    assert {"Al-Hassan"} < set(sheet.values("SURNAME", touched))
    assert "Mohammad Reza" in sheet.values("GIVEN", touched)


def test_parts_of_a_name_change_places_or_stand_alone(hand):
    sheet = sheet_of(N, NAME, SURNAME="Kaya", GIVEN="Deniz", FATHER="Ahmet")
    touched = DEFECTS["Q06"].make(sheet, hand(0.1))
    assert about(len(touched), 0.1)
    seen = set(zip(sheet.values("SURNAME", touched), sheet.values("GIVEN", touched), sheet.values("FATHER", touched), strict=True))
    assert seen == {("Deniz", "Kaya", "Ahmet"), (None, "Kaya Deniz", "Ahmet"), ("Kaya", "Deniz Ahmet", None)}


def test_the_machine_readable_zone_cuts_names_at_39_characters(hand):
    sheet = sheet_of(N, [*NAME, column("NO", identity="doc_no")], SURNAME="ABDULRAHMANKHANZADEH", GIVEN="MOHAMMAD TAHIR ABDULHAMID", NO="B5800")
    touched = DEFECTS["Q07"].make(sheet, hand(0.05))
    assert len(touched) == N
    assert (
        max(
            len(s) + 2 + len(g.rstrip("<K"))
            for s, g in zip(sheet.columns["SURNAME"].to_pylist(), sheet.columns["GIVEN"].to_pylist(), strict=True)
            if "<" not in g
        )
        == 39
    )
    misread = {v for v in sheet.columns["NO"].to_pylist() if v != "B5800"}
    assert misread
    assert all(sum(a != b for a, b in zip(v, "B5800", strict=True)) == 1 for v in misread)


def test_dates_appear_in_other_forms_and_calendars(hand):
    properties = [*BORN, column("STATE", identity="citizenship")]
    sheet = sheet_of(N, properties, BORN="17.04.1985", STATE=["IRN" if i % 2 else "TUR" for i in range(N)])
    touched = DEFECTS["Q08"].make(sheet, hand(0.1))
    assert about(len(touched), 0.1)
    assert set(sheet.values("BORN", touched)) == {"04/17/1985", "17.04.85", "17.04.1364"}


def test_an_unknown_day_of_birth_is_written_with_zeros_or_heaped_on_new_year(hand):
    sheet = sheet_of(N, BORN, BORN="17.04.1985")
    touched = DEFECTS["Q09"].make(sheet, hand(0.1))
    assert about(len(touched), 0.1)
    assert set(sheet.values("BORN", touched)) == {"00.00.1985", "01.01.1985"}


def test_a_document_gives_its_holder_a_new_number_in_some_systems(hand):
    properties = [column("KEY", key=True), column("FILE", identity="register_no")]
    sheet = sheet_of(N, properties, FILE="S1", _doc=[f"D{i // 2}" for i in range(N)])
    touched = DEFECTS["Q12"].make(sheet, hand(0.2))
    assert about(len(touched) // 2, 0.2, N // 2)
    numbers = sheet.columns["FILE"].to_pylist()
    assert all(numbers[i] == numbers[i + 1] for i in range(0, N, 2))


def test_an_application_entered_twice_has_two_numbers_and_one_person(hand):
    sheet = sheet_of(N, NAME, KEY=[f"A{i}" for i in range(N)], SURNAME="Kaya", _person=list(range(N)))
    new = DEFECTS["Q13"].make(sheet, hand(0.05))
    assert about(len(new), 0.05)
    assert len(sheet) == N + len(new)
    assert len(set(sheet.columns["KEY"].to_pylist())) == len(sheet)
    assert all(sheet.columns["KEY"][int(i)].as_py() == f"A{sheet.columns['_person'][int(i)].as_py()}T" for i in new)


def test_a_registration_is_not_closed_and_the_row_that_would_close_it_never_comes(hand):
    properties = [column("KEY", key=True), column("ENDED", field="deregistered_on", date="%d.%m.%Y")]
    sheet = sheet_of(
        N,
        properties,
        KEY=[f"R{i // 2}" for i in range(N)],
        _key=[f"R{i // 2}" for i in range(N)],
        _second=[i % 2 == 1 for i in range(N)],
        ENDED=["01.02.2024" if i % 2 else None for i in range(N)],
    )
    DEFECTS["Q14"].make(sheet, hand(0.8))
    assert about(N - len(sheet), 0.8, N // 2)
    assert len(set(sheet.columns["KEY"].to_pylist())) == N // 2


def test_extensions_begin_up_to_thirty_days_early_or_late(hand):
    properties = [
        column("KEY", key=True),
        column("ACTION", field="action", codes={"U": "extend", "V": "issue"}),
        column("START", field="valid_from_on", date="%d.%m.%Y"),
    ]
    sheet = sheet_of(N, properties, ACTION=["U" if i % 2 else "V" for i in range(N)], START="15.03.2024")
    touched = DEFECTS["Q15"].make(sheet, hand(0.2))
    assert all(i % 2 for i in touched)
    days = {(date(*map(int, reversed(v.split(".")))) - date(2024, 3, 15)).days for v in sheet.values("START", touched)}
    assert min(days) >= -30 and max(days) <= 30 and len(days) > 20


def test_citizenship_and_birth_country_change_places(hand):
    properties = [column("KEY", key=True), column("STATE", identity="citizenship"), column("BORN_IN", identity="birth_country")]
    sheet = sheet_of(N, properties, STATE="TUR", BORN_IN="DEU")
    touched = DEFECTS["Q17"].make(sheet, hand(0.05))
    assert about(len(touched), 0.05)
    assert set(zip(sheet.values("STATE", touched), sheet.values("BORN_IN", touched), strict=True)) == {("DEU", "TUR")}


def test_former_countries_stand_only_where_they_still_were(hand):
    properties = [column("KEY", key=True), column("BORN_IN", identity="birth_country")]
    sheet = sheet_of(N, properties, BORN_IN="GEO", _born=[date(1980, 1, 1) if i % 2 else date(2000, 1, 1) for i in range(N)])
    touched = DEFECTS["Q18"].make(sheet, hand(0.2))
    former = [i for i, v in zip(touched, sheet.values("BORN_IN", touched), strict=True) if v == "SUN"]
    assert former
    assert all(i % 2 for i in former)
    assert any(len(v) > 3 for v in sheet.values("BORN_IN", touched))  # a name where a code should be


def test_addresses_become_free_text(hand, country: Country):
    place = country.code_list("regions").name("AZ-GA", country.languages[0])
    properties = [column("KEY", key=True), column("ADDRESS", identity="address"), column("REGION", field="region")]
    sheet = sheet_of(N, properties, ADDRESS=f"{place}, Nizami küç. 5", REGION="AZ-GA")
    touched = DEFECTS["Q19"].make(sheet, hand(0.5))
    assert about(len(touched), 0.5)
    assert "Kirovabad Nizami küç. 5" in sheet.columns["ADDRESS"].to_pylist()
    assert 0 < sheet.columns["REGION"].null_count < 0.1 * N


def test_made_up_values_satisfy_the_form(hand):
    sheet = sheet_of(N, [*BORN, column("NO", identity="doc_no")], GIVEN="Deniz", BORN="17.04.1985", NO="U1")
    touched = DEFECTS["Q20"].make(sheet, hand(0.06))
    assert about(len(touched), 0.06)
    assert {"TEST"} < set(sheet.columns["GIVEN"].to_pylist())
    assert {"999999999"} < set(sheet.columns["NO"].to_pylist())
    assert {"01.01.1900"} < set(sheet.columns["BORN"].to_pylist())


def test_an_outage_gives_an_hour_of_one_point_the_same_second(hand):
    properties = [column("KEY", key=True), column("AT", field="crossed_at", date="%d.%m.%Y %H:%M:%S"), column("POINT", field="bcp")]
    sheet = sheet_of(N, properties, AT=[f"{1 + i // 240 % 28:02d}.03.2024 {i // 10 % 24:02d}:{i % 60:02d}:00" for i in range(N)], POINT="A")
    touched = DEFECTS["Q21"].make(sheet, hand(0.1))
    assert len(touched) > 0
    seconds = sheet.values("AT", touched)
    assert all(seconds.count(s) >= 2 for s in set(seconds))


def test_a_family_counted_as_one_application_loses_its_members(hand):
    properties = [column("KEY", key=True), column("CASE", field="case_no"), column("MEMBER", field="member_no")]
    sheet = sheet_of(N, properties, CASE=[f"C{i // 4}" for i in range(N)], MEMBER=[str(1 + i % 4) for i in range(N)])
    touched = DEFECTS["Q22"].make(sheet, hand(0.2))
    assert about(len(touched), 0.2, N // 4)
    assert len(sheet) == N - 3 * len(touched)


def test_late_rows_come_in_a_later_file_and_never_after_the_last_day(hand):
    sheet = sheet_of(N, NAME[:2], _period=["2024-03"] * (N - 10) + ["2026-06"] * 10, _delivered=[date(2024, 3, 15)] * (N - 10) + [date(2026, 6, 29)] * 10)
    touched = DEFECTS["Q23"].make(sheet, hand(0.05))
    assert about(len(touched), 0.05)
    assert set(sheet.values("_period", touched)) <= {"2024-04", "2024-05", "2024-06"}
    assert max(sheet.columns["_delivered"].to_pylist()) <= date(2026, 6, 30)


def test_old_fonts_leave_other_letters_and_border_posts_write_cyrillic(hand):
    sheet = sheet_of(N, NAME[:2], SURNAME="Məmmədov")
    touched = DEFECTS["Q24"].make(sheet, hand(0.05))
    assert about(len(touched), 0.05)
    assert set(sheet.values("SURNAME", touched)) == {"Mæmmædov"}
    border = sheet_of(N, NAME, encoding="cp1251", SURNAME="IVANOV", GIVEN="ANNA")
    touched = DEFECTS["Q24"].make(border, hand(0.05))
    assert len(touched)
    assert {"ИВАНОВ"} <= set(border.values("SURNAME", touched))


def test_amounts_carry_hard_spaces(hand):
    sheet = sheet_of(N, [column("KEY", key=True), column("FEE", type="number", decimal=",")], FEE=["1250,00" if i % 2 else "20,00" for i in range(N)])
    touched = DEFECTS["Q25"].make(sheet, hand(0.1))
    assert about(len(touched), 0.1)
    assert set(sheet.values("FEE", touched)) == {"1\u00a0250,00", "20,00\u00a0"}


@pytest.mark.parametrize("defect", ["X1", "X2", "X3"])
def test_defects_that_nobody_knows_touch_rows_at_their_rate(defect, hand):
    properties = [*BORN, column("NO", identity="doc_no"), column("SEX", identity="sex")]
    sheet = sheet_of(N, properties, GIVEN=[f"G{i}" for i in range(N)], SEX="F", BORN="03.04.1985", NO=[f"D{i}" for i in range(N)])
    touched = DEFECTS[defect].make(sheet, hand(0.05))
    assert about(len(touched), 0.05)
