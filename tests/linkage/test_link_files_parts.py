"""The parts of linking files, each on a small example: roles, forms, keys, learning, competition."""

from __future__ import annotations

from itertools import chain, combinations

import duckdb
import numpy as np
import pytest

from karvan.linkage.files import blocking, comparing, learning, matching, normal, persons, roles, settled


def column(name: str, *values: str) -> roles.Column:
    """A column as `look_at` sees it; an empty value is an empty cell."""
    filled = [v for v in values if v]
    plain = [v.lower() for v in filled]
    most = max((plain.count(v) for v in plain), default=0) / max(len(plain), 1)
    seen = roles.Column(name, "ignore", len(filled) / len(values), len(set(plain)) / max(len(plain), 1), most=most, values=set(plain))
    seen.role, seen.why, seen.order = roles.role_of(seen, filled)
    return seen


@pytest.mark.parametrize(
    ("header", "values", "role"),
    [
        ("first_name", ("Anna", "Bella"), "given"),
        ("forename", ("Anna", "Bella"), "given"),
        ("LastName", ("Abbot", "Brook"), "surname"),
        ("soyad", ("Əliyev", "Rzayev"), "surname"),
        ("фамилия", ("Иванов", "Петров"), "surname"),
        ("name", ("Anna Abbot", "Bella Brook"), "full_name"),
        ("middle_initial", ("A", "B."), "middle"),
        ("dob", ("1981-02-01", "1990-12-11"), "birth_date"),
        ("dob", ("soon", "later"), "text"),
        ("born on", ("01/02/1981", "31/12/1990"), "birth_date"),
        ("event_date", ("20200101", "20210202"), "ignore"),
        ("age", ("31", "7"), "age"),
        ("x1", ("Male", "Female"), "sex"),
        ("ssn", ("123-45-6789", "987-65-4321"), "number"),
        ("permit", ("AB 123456", "AB 123457"), "number"),
        ("contact", ("a@b.org", "c@d.org"), "email"),
        ("employer_zipcode", ("00123", "00124"), "postcode"),
        ("street_number", ("12", "7b"), "house_number"),
        ("year", ("2020", "2020"), "ignore"),
        ("colour", ("red", "blue"), "text"),
    ],
)
def test_roles(header, values, role):
    assert column(header, *values).role == role


def matched(a: list[roles.Column], b: list[roles.Column]) -> set[tuple[str, str]]:
    return {(m.a.name, m.b.name) for m in roles.match_columns(a, b)}


def test_parts_of_one_address_go_together():
    a = [column("street_name", "mill lane", "lake drive"), column("state", "WA", "OR")]
    b = [column("employer_street_name", "quay", "pier"), column("employer_state", "WA", "OR"), column("mailing_street_name", "mill lane", "lake drive"), column("mailing_state", "WA", "ID")]
    assert matched(a, b) == {("street_name", "mailing_street_name"), ("state", "mailing_state")}


def test_columns_of_one_person_go_together_and_empty_ones_give_way():
    a = [column("first_name", "Anna", "Bella", "Carol"), column("last_name", "Abbot", "Brook", "Crane")]
    b = [
        column("first_name", "Anna", "Dora", "Ella"), column("last_name", "Abbot", "Dunn", "Ernst"),
        column("spouse_first_name", "Bella", "", ""), column("dependent_last_name", "Brook", "", ""),
    ]  # fmt: skip
    assert matched(a, b) == {("first_name", "first_name"), ("last_name", "last_name")}


def test_in_one_file_only_what_speaks_of_the_person_is_compared():
    file = [
        column("first_name", "Anna", "Bella"), column("wages", "100.5", "2000.75"), column("employer_street_name", "quay", "pier"), column("mailing_street_name", "mill lane", "lake drive"),
        column("spouse_first_name", "Carl", "Dan"),
    ]  # fmt: skip
    assert [match.a.name for match in roles.own_columns(file)] == ["first_name", "mailing_street_name"]


def form(sql: str, value: str | None):
    return duckdb.execute(f"select {sql} from (select $1::varchar as c)", [value]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("sql", "value", "becomes"),
    [
        (normal.name("c"), "  O'Neil-Brown ", "oneil brown"),
        (normal.name("c"), "José  María", "jose maria"),
        (normal.name("c"), "N/A", None),
        (normal.name("c"), "😀\x07", None),
        (normal.words("c"), "12, Mill  Lane", "12 mill lane"),
        (normal.number("c"), "ab 12-34", "AB1234"),
        (normal.number("c"), "000-00-0000", None),
        (normal.sex("c"), "Woman", "f"),
        (normal.date("c", "mdy"), "12/31/1999", "19991231"),
        (normal.date("c", "dmy"), "1.2.1999", "19990201"),
        (normal.date("c", "ymd"), "1999", "1999____"),
        (normal.date("c", "ymd"), "1999-02", "199902__"),
        (normal.date("c", "ymd"), "199o1231", "199o1231"),
        (normal.date("c", "ymd"), "long ago", None),
        (normal.birth_year("c", "dmy", None), "31.12.1999", 1999),
        (normal.birth_year("c", "", 2024), "25", 1999),
    ],
)
def test_forms(sql, value, becomes):
    assert form(sql, value) == becomes
    assert form(sql, None) is None


def test_names_that_sound_alike_share_a_key():
    assert form(normal.soundex("c"), "mohammed") == form(normal.soundex("c"), "muhamad") != form(normal.soundex("c"), "martin")


COLUMNS = {"given": "given", "surname": "surname", "birth_date": "birth_date"}


def records(rows: list[tuple[int, str, str, str]]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create table records (rid integer, side tinyint, given varchar, surname varchar, birth_date varchar)")
    con.executemany("insert into records values (?, ?, ?, ?, ?)", [(n, *row) for n, row in enumerate(rows)])
    con.execute("alter table records add column given_known integer")
    return con


def test_pairs_that_share_a_key_are_compared_once_and_a_large_block_is_named():
    con = records([(0, "anna", "abbot", "19810201"), (0, "bella", "abbot", "19900101"), (1, "ana", "abbot", "19810201"), (1, "carol", "abbot", "19990101"), (1, "anna", "crane", "19810201")])
    keys = [blocking.Key((blocking.part("surname", "surname", ""),)), blocking.Key((blocking.part("birth_date", "birth_date", ""),))]
    assert blocking.make_pairs(con, keys, two=True, largest=10) == ([4, 2], [])
    assert con.execute("select l, r, keys from pairs order by all").fetchall() == [(0, 2, 3), (0, 3, 1), (0, 4, 2), (1, 2, 1), (1, 3, 1)]
    assert blocking.make_pairs(con, keys, two=True, largest=3) == ([0, 2], [{"key": "surname", "blocks": 1, "rows": 4, "largest_pairs": 4}])
    assert con.execute("select l, r, keys from pairs order by all").fetchall() == [(0, 2, 2), (0, 4, 2)]


def test_a_swap_of_names_is_found_by_either_order_alone():
    con = records([(0, "anna", "abbot", "19810201"), (1, "abbot", "anna", "19990101")])
    blocking.make_pairs(con, [blocking.Key((blocking.part("names", "", "either_order"),))], two=True, largest=10)
    level = {c.name: c.sql for c in comparing.comparisons(COLUMNS)}
    said = con.execute(f"select {level['given']}, {level['surname']}, {level['birth_date']} from {comparing.joined([], 'pairs')}").fetchall()
    assert said == [(1, -1, 7)]       # told once, with the given name


def test_a_page_of_names_and_dates_is_compared_level_by_level():
    pairs = [("19810201", "19810201", 0), ("19810201", "19810102", 1), ("1981____", "19810201", 2), ("19810201", "19810207", 3), ("19810201", "19810228", 4), ("19810201", "19671130", 7)]
    comparison = comparing.dates("birth_date")
    for one, other, level in pairs:
        con = records([(0, "a", "b", one), (1, "a", "b", other)])
        assert con.execute(f"select {comparison.sql} from records l, records r where l.side = 0 and r.side = 1").fetchall() == [(level,)], (one, other)


def drawn_patterns(m: list[list[float]], u: list[list[float]], matches: int, strangers: int) -> learning.Patterns:
    """Patterns of pairs drawn by m and u, in one block that rests on no comparison."""
    draw = np.random.default_rng(1)
    levels = np.vstack([
        np.column_stack([draw.choice(len(p), matches, p=p) for p in m]),
        np.column_stack([draw.choice(len(p), strangers, p=p) for p in u]),
    ])  # fmt: skip
    sizes = [len(p) for p in m]
    codes = np.zeros(len(levels), np.int64)
    for n, size in enumerate(sizes):
        codes = codes * (size + 1) + levels[:, n] + 1
    every, counts = np.unique(codes, return_counts=True)
    return learning.Patterns(every, learning.levels_of(every, sizes), counts.astype(float), [counts.astype(float)], sizes)


def test_m_is_learned_without_labels():
    m, u = [[0.9, 0.06, 0.04], [0.8, 0.2], [0.95, 0.05]], [[0.02, 0.03, 0.95], [0.1, 0.9], [0.05, 0.95]]
    patterns = drawn_patterns(m, u, 3_000, 12_000)
    names = [comparing.Comparison(name, (name,), "false", (("same", "true"),) * (len(p) - 1)) for name, p in zip("abc", m, strict=True)]
    key = blocking.Key((blocking.Part("other", "", "other"),))
    learned = learning.learn(patterns, names, [key], [np.array(p) for p in u], expected=3_000, possible=1e9)
    assert learned.refused == []
    for found, true in zip(learned.m, m, strict=True):
        assert np.abs(found - true).max() < 0.02


def test_what_a_block_of_strangers_teaches_is_not_believed():
    u = [[0.3, 0.7], [0.3, 0.7], [0.3, 0.7]]
    patterns = drawn_patterns(u, u, 10, 10_000)
    names = [comparing.Comparison(name, (name,), "false", (("same", "true"),)) for name in "abc"]
    key = blocking.Key((blocking.Part("other", "", "other"),))
    learned = learning.learn(patterns, names, [key], [np.array([0.25, 0.75])] * 3, expected=10, possible=1e9)
    assert learned.refused == ["a in other", "b in other", "c in other"]
    assert [m[0] for m in learned.m] == pytest.approx([learning.USUAL_SAME] * 3)


def by_counting(edges: list[tuple[int, int]], odds: list[float]) -> list[float]:
    """The probability of each pair, by going through every set of pairs in which no record stands twice."""
    total, with_pair = 0.0, [0.0] * len(edges)
    for chosen in chain.from_iterable(combinations(range(len(edges)), n) for n in range(len(edges) + 1)):
        l, r = [edges[n][0] for n in chosen], [edges[n][1] for n in chosen]  # noqa: E741
        if len(set(l)) == len(l) and len(set(r)) == len(r):
            weight = float(np.prod([odds[n] for n in chosen]))
            total += weight
            for n in chosen:
                with_pair[n] += weight
    return [w / total for w in with_pair]


@pytest.mark.parametrize("seed", range(6))
def test_competition_is_exact_where_pairs_make_no_circle(seed):
    draw = np.random.default_rng(seed)
    edges = [(0, 0), (1, 0), (1, 1), (1, 2), (2, 2), (3, 4)]
    odds = np.exp(draw.normal(0, 1.5, len(edges)))
    sides = matching.Sides(np.array([e[0] for e in edges]), np.array([e[1] for e in edges]), (4, 5), (True, True))
    assert matching.compete(odds, sides) == pytest.approx(by_counting(edges, list(odds)), abs=0.005)


def test_only_the_file_with_several_rows_of_a_person_chooses():
    sides = matching.Sides(np.array([0, 0, 1]), np.array([0, 1, 1]), (2, 2), (True, False))
    assert matching.compete(np.array([9.0, 9.0, 0.0]), sides).round(2).tolist() == [0.9, 0.9, 0.0]


def test_strangers_are_those_whose_partner_is_sure():
    sides = matching.Sides(np.array([0, 1, 2]), np.array([0, 0, 1]), (3, 2), (True, True))
    assert settled.settled_strangers(np.array([0.99, 0.01, 0.6]), sides).tolist() == [False, True, False]


def test_rows_of_one_number_join_where_their_names_agree():
    con = duckdb.connect()
    con.execute("create table records as select * from (values (0, 0, null, 'x', 'x'), (1, 1, '7', 'anna', 'abbot'), (2, 1, '7', 'ana', null), (3, 1, '7', 'boris', 'brook'), (4, 1, null, 'anna', 'abbot')) t(rid, side, person, given, surname)")
    assert persons.make_entities(con, {"given": "given", "surname": "surname"}).tolist() == [0, 1, 1, 3, 4]


def test_entities_agree_as_well_as_any_of_their_rows():
    patterns = learning.Patterns(np.empty(0), np.empty(0), np.empty(0), [], [2, 3])
    code = lambda a, b: (a + 1) * 4 + b + 1      # noqa: E731
    l, r, codes, frequency = persons.pool(np.array([0, 0]), np.array([5, 5]), np.array([code(1, 0), code(0, -1)]), np.array([0.5, 2.0]), np.array([1.0, 3.0]), patterns)  # noqa: E741
    assert (l.tolist(), r.tolist(), codes.tolist(), frequency.tolist()) == ([0], [5], [code(0, 0)], [2.0])


@pytest.mark.parametrize(("cell", "said"), [("Anna-Maria", "anna maria"), ("O'Neil", "oneil"), ("Grandson", None), ("Respondent 2", None), ("N/A", None), ("😀", None)])
def test_a_word_for_who_somebody_is_to_whom_is_no_given_name(cell, said):
    assert duckdb.execute(f"select {normal.given('c')} from (select $1 as c)", [cell]).fetchall() == [(said,)]
