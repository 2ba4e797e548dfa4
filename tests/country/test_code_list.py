"""A code means something from a day to a day, and sometimes stands for another."""

from datetime import date

from karvan.country import load
from karvan.country.code_list import Code, CodeList, read_code_list


def written(tmp_path, text):
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    return read_code_list(path)


def test_a_code_is_found_only_within_its_validity(tmp_path):
    points = written(tmp_path, "# a remark\ncode,name_en,valid_from,valid_to,maps_to\nA,Old point,,2019-12-31,\nA,New point,2020-01-01,,B\n")
    assert points.find("A", date(2019, 12, 31)).name("en") == "Old point"
    assert points.find("A", date(2020, 1, 1)).target == "B"
    assert points.find("Z") is None


def test_a_star_stands_for_the_whole_and_is_no_miss(tmp_path):
    found = written(tmp_path, "code,maps_to\nTotal,*\n").find("Total")
    assert found is not None and found.target is None


def test_a_name_that_is_missing_in_a_language_is_given_in_english(tmp_path):
    points = written(tmp_path, "code,name_en,name_ka\nA,Point,წერტილი\nB,Bridge,\n")
    assert (points.name("A", "ka"), points.name("B", "ka"), points.name("C", "ka")) == ("წერტილი", "Bridge", "C")


def test_of_two_lists_of_one_name_the_first_holds():
    first, second = CodeList("x", (Code("A", {"en": "mine"}),)), CodeList("x", (Code("A", {"en": "theirs"}), Code("B")))
    assert [(c.code, c.name("en")) for c in first.joined(second)] == [("A", "mine"), ("B", "B")]


def test_countries_that_ended_are_known_until_they_ended():
    countries = load(["az"]).code_list("countries")
    assert countries.find("SUN", date(1985, 4, 17)) is not None
    assert countries.find("SUN", date(1995, 1, 1)) is None
    assert countries.find("D").target == "DEU"
    assert countries.find("XXA").name("en").startswith("Stateless")


def test_aggregates_of_published_tables_are_never_taken_for_countries():
    world = load(["world"])
    countries = {c.code for c in world.code_list("countries")}
    for name in ("country_names", "m49", "areas"):
        for code in world.code_list(name):
            target = code.target
            assert target is None or target.startswith("_") or target in countries, (name, code.code, target)
    assert world.code_list("country_names").find("Total").target is None
    assert world.code_list("m49").find("900").target is None
    assert world.code_list("m49").find("31").target == "AZE"
