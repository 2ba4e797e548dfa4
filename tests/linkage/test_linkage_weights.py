"""Dates and names weigh as they deserve: partial, swapped and heaped dates, names by how frequent they are at home, spellings that only sound alike."""

from __future__ import annotations

import json
import math
from pathlib import Path

import duckdb
import pytest

import karvan.linkage
from karvan.linkage.comparisons import COMPARISONS

HERE = Path(karvan.linkage.__file__).parent
SHIPPED = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
BIRTH = next(comparison for comparison in COMPARISONS if comparison.name == "birth")


def level_of_dates(one: str, other: str) -> str:
    con = duckdb.connect()
    con.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
    sides = ", ".join(f"'{date}' as birth_date_{side}, {date[:4]} as birth_year_{side}, birth_pair('{date}') as birth_pair_{side}" for side, date in (("l", one), ("r", other)))
    return con.sql(f"select {BIRTH.level_sql} from (select {sides})").fetchall()[0][0]


def bits(one: str, other: str) -> float:
    known = SHIPPED["birth"][BIRTH.codes.index(level_of_dates(one, other))]
    return math.log2(known["m"] / known["u"])


def test_a_date_says_the_less_the_less_exact_it_is():
    whole, swapped, heaped, partial, year = (
        bits("1990-05-06", "1990-05-06"), bits("1990-05-06", "1990-06-05"), bits("1990-01-01", "1990-01-01"), bits("1990-05-06", "1990-05"), bits("1990-05-06", "1990-11-06"),
    )  # fmt: skip
    assert whole > swapped > heaped > partial > 0 > year


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1990-05", "1990-05", "same_inexact"), ("1990", "1990-05-06", "less_exact"), ("1990-01-01", "1990-05-06", "less_exact"), ("1990-05-06", "1990-05-07", "one_digit"),
        ("1990-05-06", "1990-06-05", "swapped"), ("1991", "1990-05-06", "other"),
    ],
)  # fmt: skip
def test_levels_of_dates(one, other, level):
    assert level_of_dates(one, other) == level


def test_a_name_is_as_frequent_as_among_people_of_its_citizenship():
    con = duckdb.connect()
    con.execute("""
        create table everyone as
        select parts, citizenship, parts || '|' || citizenship as name_at_home from (
            select case when i < 300 then 'KAIA IMRA' else 'NAME ' || i end as parts, 'BBB' as citizenship from range(3000) t(i)
            union all select case when i < 3 then 'KAIA IMRA' else 'OTHER ' || i end, 'CCC' from range(3000) t(i))""")
    con.execute("create table blocked as from everyone")
    con.execute((HERE / "name_frequencies.sql").read_text(encoding="utf-8"))
    frequency = dict(con.sql("select name_at_home, tf_name_at_home from name_frequencies where name_at_home like 'KAIA%'").fetchall())
    assert 0.08 < frequency["KAIA IMRA|BBB"] < 0.11 and frequency["KAIA IMRA|CCC"] < 0.01


def test_two_families_that_only_sound_alike_lose_what_their_keys_gave():
    codes = next(comparison for comparison in COMPARISONS if comparison.name == "name").codes
    known = SHIPPED["name"][codes.index("same_keys")]
    assert math.log2(known["m"] / known["u"]) + SHIPPED["second_opinion"]["unlike"]["same_keys"] < 4 < math.log2(known["m"] / known["u"]) + SHIPPED["second_opinion"]["alike"]["same_keys"]
    from karvan.linkage.names import compare_names

    apart, one = compare_names(["Vüqar Həsənov", "Vüqar Həsənov"], ["VUGAR HUSEYNZADA", "VUGAR HASANOV"])
    assert apart < SHIPPED["second_opinion"]["from"] <= one
