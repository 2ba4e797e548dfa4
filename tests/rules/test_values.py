"""A number of law is asked for with a day, and comes with its source."""

from datetime import date

import pytest

from karvan import rules
from karvan.country import load
from karvan.errors import PackError


@pytest.fixture(scope="module")
def country():
    return load(["az"])


@pytest.mark.parametrize(
    ("day", "expected", "unit"),
    [(date(2013, 8, 1), 3, "working_day"), (date(2019, 7, 23), 10, "day"), (date(2019, 7, 24), 15, "day"), (date(2026, 1, 1), 15, "day")],
)
def test_the_registration_limit_changes_on_its_first_day(country, day, expected, unit):
    limit = rules.value("R02", on=day, country=country)
    assert (limit.value, limit.unit, limit.status) == (expected, unit, "unverified")
    assert limit.source
    assert limit.article == "Migration Code 21"


def test_an_exception_holds_only_for_the_facts_it_names(country):
    day = date(2024, 5, 1)
    assert rules.value("R02", on=day, country=country, citizenship="KAZ").value == 30
    assert rules.value("R02", on=day, country=country, citizenship="TUR").value == 15


def test_a_rule_with_several_values_gives_the_standard_one_unless_another_is_named(country):
    day = date(2024, 5, 1)
    assert rules.value("T32", on=day, country=country).value == 20
    assert rules.value("T32", on=day, country=country, name="express").value == 15


def test_before_its_first_day_a_rule_has_no_value(country):
    with pytest.raises(PackError, match="in force on 2013-07-31"):
        rules.value("R02", on=date(2013, 7, 31), country=country)


def test_after_its_last_day_a_rule_has_no_value(tmp_path):
    (tmp_path / "lowland/rules").mkdir(parents=True)
    (tmp_path / "lowland/pack.yaml").write_text("id: lowland\n", encoding="utf-8")
    (tmp_path / "lowland/rules/quota.yaml").write_text(
        "Q:\n  source: {act: Order 7}\n  values:\n    permits: {unit: person, since: {2020-01-01: {value: 70, source: Order 7}}, until: 2020-12-31}\n",
        encoding="utf-8",
    )
    lowland = load(["lowland"], tmp_path)
    assert rules.value("Q", on=date(2020, 12, 31), country=lowland).value == 70
    with pytest.raises(PackError, match="in force on 2021-01-01"):
        rules.value("Q", on=date(2021, 1, 1), country=lowland)


def test_no_rule_of_the_pack_is_signed_yet(country):
    assert {entry["status"] for entry in country.rules.values()} == {"unverified"}


def test_a_misspelt_rule_is_told_its_neighbour(country):
    with pytest.raises(PackError) as told:
        rules.value("R2", on=date(2024, 1, 1), country=country)
    assert "R02" in told.value.fix
