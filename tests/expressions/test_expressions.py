"""The one expression language: what it has, and that it has nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.errors import PackError
from karvan.expressions import literal, parse, quoted, to_duckdb
from karvan.workspace import new_connection


@pytest.fixture(scope="module")
def con():
    con = new_connection(threads=1, memory="200MB")
    con.execute("create table t as select 'in' as direction, 17 as age, date '2024-03-05' as applied_on, date '2024-04-01' as decided_on, cast(null as varchar) as reason, '1 204,5' as amount, 'L1/AB' as code")
    return con


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("direction = 'in' and age >= 18", False),
        ("direction in ('in', 'out') or age is null", True),
        ("age between 10 and 17 and not direction like 'o%'", True),
        ("reason is distinct from 'work'", True),
        ("coalesce(reason, 'other')", "other"),
        ("case when age < 18 then 'child' else 'adult' end", "child"),
        ("days_between(applied_on, decided_on)", 27),
        ("add_days(applied_on, 30)", date(2024, 4, 4)),
        ("add_months(applied_on, 1)", date(2024, 4, 5)),
        ("years_between(date '2000-03-06', applied_on)", 23),
        ("number(amount) * 2", 2409.0),
        ("as_day('05.03.2024', '%d.%m.%Y') = applied_on", True),
        ("part(code, '/', 2)", "AB"),
        ("matches(code, '[A-Z][0-9]/[A-Z]+')", True),
        ("upper(direction) || '-' || left(code, 2)", "IN-L1"),
        ("year(applied_on) * 100 + month(applied_on)", 202403),
        ("nullif(direction, 'in')", None),
    ],
)
def test_what_the_language_says(con, text, value):
    assert con.execute(f"select {to_duckdb(text)} from t").fetchall() == [(value,)]


@pytest.mark.parametrize(
    "text",
    ["select 1", "age in (select 1)", "(select max(age) from t)", "count(*)", "sum(age) over ()", "read_csv('/etc/passwd')", "getenv('HOME')", "age; drop table t", "t.age", "cast(age as blob)",
     "age +", "", "list_sum([1])", "exists (select 1)", "age = ?", "age = $1", "*", "unnest([1])", "random()", "now()", "current_date", "x -> x + 1"],
)  # fmt: skip
def test_what_the_language_refuses(text):
    with pytest.raises(PackError) as wrong:
        parse(text, where="contract.yaml, checks")
    assert wrong.value.where == "contract.yaml, checks"


def test_an_unknown_name_is_said_with_the_nearest():
    with pytest.raises(PackError, match="'agee' is no name") as wrong:
        parse("agee > 17", known=["age", "sex"])
    assert wrong.value.fix == "did you mean 'age'?"


def test_names_are_replaced_by_what_the_caller_says():
    assert to_duckdb("a > b", {"a": "r.a", "b": "(1 + 2)"}) == "r.a > (1 + 2)"
    assert parse("coalesce(b, a) = a").names == ("a", "b")


@given(st.text(max_size=30))
def test_texts_and_names_cannot_leave_their_quotes(text):
    con = new_connection(threads=1, memory="100MB")
    if "\0" in text:
        return
    assert con.execute(f"select {literal(text)}").fetchall() == [(text,)]
    if text:
        assert con.execute(f"select 1 as {quoted(text)}").description[0][0] == text
