"""Coverage by another list, stability, metadata, links, mirrors, history: small tables drawn, expected measures out."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import table
from karvan.country import load
from karvan.errors import PackError
from karvan.quality.coverage import chapman, coverage, people_of, whipple
from karvan.quality.figures import mirrors
from karvan.quality.history import of_deliveries, of_run, of_years, runs_before
from karvan.quality.limits import Scale, quality_indicators, scale_of
from karvan.quality.links import links
from karvan.quality.measure import fairness
from karvan.quality.metadata import concepts, described, metadata
from karvan.quality.mirrors import mirror_rows, typical
from karvan.quality.stability import cusum
from karvan.tables import TABLES
from karvan.workspace import new_connection


def workspace_tables(**tables):
    con = new_connection(threads=1)
    for name, declared in TABLES.items():
        con.execute(f"create table {name} as {declared.empty_select()}")
    for name, rows in tables.items():
        given_rows = rows.arrow()
        con.register("given_rows", given_rows)
        con.execute(f"insert into {name} by name select * from given_rows")
        con.unregister("given_rows")
    return con


class Told:
    """A country that says only what a test needs."""

    def __init__(self, quality=None, national="XTA", contracts=None, packs=()):
        self.quality, self.national, self.contracts, self.packs = quality or {}, national, contracts or {}, packs


def test_a_source_misses_the_people_of_the_benchmark_whom_it_does_not_know():
    people = [f"P{n}" for n in range(60)]
    con = workspace_tables()
    for n, person in enumerate(people):
        con.execute("insert into work_permit (record_id, feed, citizenship, decision) values (?, 'w', 'XTB', 'granted')", [f"w{n}"])
        con.execute("insert into links (record_id, person_id) values (?, ?)", [f"w{n}", person])
        if n % 4:       # three in four have a contract
            con.execute("insert into contract (record_id, feed, citizenship) values (?, 'c', 'XTB')", [f"c{n}"])
            con.execute("insert into links (record_id, person_id) values (?, ?)", [f"c{n}", person])
    con.execute("insert into contract (record_id, feed, citizenship) values ('own', 'c', 'XTA')")
    con.execute("insert into links (record_id, person_id) values ('own', 'N1')")
    pair = {
        "source": {"feed": "c", "record": "contract", "where": "citizenship <> national"},
        "benchmark": {"feed": "w", "record": "work_permit", "where": "decision = 'granted'"},
        "independent": True,
    }
    found = {(m.qi, m.detail): m.measured for m in coverage(con, Told({"coverage": {"workers": pair}}))}
    assert found[("QI-09", None)] == found[("QI-09", "workers")] == 25
    assert found[("QI-12", None)] == pytest.approx(75, abs=0.5)     # 45 of N = 46 x 61 / 46 - 1 = 60
    assert found[("QI-12", "low")] <= found[("QI-12", None)] <= found[("QI-12", "high")]


def test_a_pair_that_names_no_record_type_is_refused_with_its_place():
    with pytest.raises(PackError, match="no record type 'permits'") as wrong:
        people_of({"feed": "f", "record": "permits", "where": "true"}, Told(), where="quality/coverage.yaml, workers")
    assert wrong.value.where == "quality/coverage.yaml, workers"


@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0, 1))
def test_coverage_lies_within_its_interval_and_within_0_and_1(n1, n2, part):
    both = int(part * min(n1, n2))
    low, share, high = chapman(n1, n2, both)
    assert 0 <= low <= share <= high <= 1


@given(st.integers(500, 100_000), st.floats(0, 1))
def test_whipples_index_is_100_without_heaping_and_never_more_than_500(people, part):
    assert 100 <= whipple(people, int(part * people)) <= 500


@given(st.lists(st.floats(-1, 1), min_size=24, max_size=48), st.floats(-5, 5))
def test_the_level_of_a_series_does_not_matter_to_the_break_test(values, level):
    moved = cusum([v + level for v in values])
    assert math.isclose(moved[0], cusum(values)[0], rel_tol=1e-6, abs_tol=1e-6) or len(set(values)) < 3


def test_a_source_is_described_by_its_contract_and_by_what_the_pack_says():
    country = load(["az", "world"])
    filled = described(country.contracts["az.sbs.crossings"], country)
    assert list(filled) == list(concepts()) and len(filled) == 21
    assert all(set(names) == {"az", "en", "ru"} for names in concepts().values())
    assert filled["institutional_mandate"] and not filled["contact"], "no real contact is known"
    found = {(m.qi, m.detail): m.measured for m in metadata(country, {"az.sbs.crossings"})}
    assert found[("QI-20", None)] == pytest.approx(100 * sum(filled.values()) / 21)
    assert found[("QI-20", "contact")] == 0
    assert found[("QI-17", None)] == pytest.approx(4 / 3)           # crossing 0, citizenship 1, purpose 3


def test_a_labelled_sample_gives_precision_recall_and_f1_each_pair_standing_for_its_stratum():
    con = workspace_tables()
    for n in range(80):         # 40 joined of 400, of which 38 are one person; 40 apart of 4,000, of which 1 is
        joined = n < 40
        same = n < 38 or n == 40
        con.execute(
            "insert into link_sample (sample_id, place, record_a, record_b, stratum, stratum_pairs, citizenship, joined) values ('7', ?, ?, ?, ?, ?, 'TUR', ?)",
            [n, f"a{n}", f"b{n}", "joined" if joined else "apart", 400 if joined else 4000, joined],
        )
        con.execute("insert into link_decisions (records_a, records_b, answer) values (?, ?, ?)", [f'["b{n}", "more"]', f'["a{n}"]', "same" if same else "different"])
    found = {m.detail: m.measured for m in links(con) if m.qi == "QI-07"}
    assert found["precision"] == pytest.approx(95)
    assert found["recall"] == pytest.approx(100 * 380 / 480)        # 38 x 10 of 38 x 10 + 1 x 100
    assert found[None] == pytest.approx(100 * 2 * 380 / (400 + 480))


def test_too_few_labels_say_nothing_of_the_links():
    assert links(workspace_tables()) == []


def test_fairness_is_the_largest_difference_of_fill_between_citizenships_with_enough_records():
    con = workspace_tables()
    for citizenship, n, filled in (("TUR", 100, 100), ("PAK", 100, 90), ("ISL", 5, 0)):
        for k in range(n):
            con.execute("insert into visa (record_id, feed, citizenship, sex) values (?, 'v', ?, ?)", [f"{citizenship}{k}", citizenship, "F" if k < filled else None])
    found = {m.detail: m.measured for m in fairness(con, "visa", {"v": {"sex", "citizenship"}})}
    assert found == {None: 10, "PAK": 90, "TUR": 100}


def test_mirrors_are_compared_in_common_years_and_never_a_made_up_country_with_the_real_world():
    con = workspace_tables(
        cubes=table("""
            indicator | period | value | basis        | area
            OWN-01    | 2020   | 90    | observations |
            OWN-01    | 2021   | 100   | observations |
            EXT-01    | 2021   | 300   | observations | _T
            EXT-01    | 2021   | 7     | observations | DEU
            REC-01    | 2021   | 5     | records      |
        """)
    )
    told = Told({"mirrors": {"real": {"own": "OWN-01", "mirror": "EXT-01"}, "made": {"own": "REC-01", "mirror": "EXT-01"}}})
    assert {(r["indicator"], r["detail"]): r["measured"] for r in mirrors(con, told, made_up=True)} == {("OWN-01", "real"): 100, ("OWN-01", "real 2021"): 100}
    assert ("REC-01", "made") in {(r["indicator"], r["detail"]) for r in mirrors(con, told, made_up=False)}


def test_each_delivery_keeps_what_was_measured_of_it():
    con = workspace_tables(
        deliveries=table("""
            delivery_id | feed | state    | rows | rows_quarantined | period_to_on | received_on | due_on
            d1          | f    | accepted | 100  | 3                | 2024-01-31   | 2024-02-10  | 2024-02-05
            d2          | f    | accepted | 100  | 0                | 2024-02-29   | 2024-03-04  | 2024-03-05
        """)
    )
    assert {(r["name"], r["qi"]): r["measured"] for r in of_deliveries(con)} == {
        ("d1", "QI-01"): 97, ("d2", "QI-01"): 100, ("d1", "QI-13"): 10, ("d2", "QI-13"): 4, ("d1", "QI-14"): 5, ("d2", "QI-14"): 0,
    }  # fmt: skip


def test_each_year_of_records_is_measured_by_itself():
    con = workspace_tables(
        permit=table("""
            record_id | feed          | applied_on | decided_on | kind      | doc_key
            a         | az.sms.permits | 2023-01-05 | 2023-01-01 | temporary | k
            b         | az.sms.permits | 2024-01-05 | 2024-01-25 | temporary |
        """)
    )
    found = {(r["name"], r["qi"]): r["measured"] for r in of_years(con, ["permit"], load(["az", "world"]))}
    assert (found[("2023", "QI-03")], found[("2024", "QI-03")]) == (1000, 0)
    assert (found[("2023", "QI-16")], found[("2024", "QI-16")]) == (100, 0)


def test_runs_over_earlier_data_are_kept_and_a_run_over_the_same_days_replaces_its_own():
    con = workspace_tables()
    for row in of_run([{"qi": "QI-01", "subject": "f", "detail": None, "measured": 99.0, "score": 60.0, "colour": "amber"}], date(2024, 1, 31)):
        con.execute(f"insert into quality_history ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    assert [r["measured"] for r in runs_before(con, date(2024, 2, 29))] == [99.0]
    assert runs_before(con, date(2024, 1, 31)) == []


def test_a_pack_sets_limits_and_weights_and_a_name_that_does_not_exist_is_refused():
    told = Told({"limits": {"limits": {"QI-08": {"green": 99, "amber": 95}}, "weights": {"time": 2}}})
    scale = scale_of(told)
    assert (scale.indicators["QI-08"].green, scale.indicators["QI-01"].green, scale.weights) == (99, 99.5, {"time": 2})
    with pytest.raises(PackError, match="QI-80"):
        scale_of(Told({"limits": {"limits": {"QI-80": {"green": 1, "amber": 2}}}}))
    with pytest.raises(PackError, match="speed"):
        scale_of(Told({"limits": {"weights": {"speed": 2}}}))
    assert scale_of(Told()) == Scale(quality_indicators())


def test_every_quality_indicator_says_what_it_is_in_three_languages_and_indicators_name_no_other():
    known = quality_indicators()
    assert list(known) == [f"QI-{n:02d}" for n in range(1, 23)]
    for qi in known.values():
        assert set(qi.names) == {"az", "en", "ru"} and qi.how and qi.of
        assert set(qi.waits_for) in (set(), {"az", "en", "ru"})
    asked = {qi for definition in load(["az", "world"]).indicators.values() for qi in definition.get("quality") or []}
    assert asked <= set(known)


def test_mirrors_by_place_are_totalled_over_the_places_of_both_sides_and_the_rule_says_which_figure_is_taken():
    con = workspace_tables(
        cubes=table("""
            indicator | period     | value | basis        | next_country | area
            OUT-01    | 2023       | 50    | observations | _T           |
            OUT-01    | 2023       | 20    | observations | DEU          |
            OUT-01    | 2023       | 10    | observations | TUR          |
            OUT-01    | 2022       | 9     | observations | DEU          |
            IN-01     | 2023-01-01 | 60    | observations |              | DEU
            IN-01     | 2023-01-01 | 5     | observations |              | POL
            IN-01     | 2023-01-01 | 99    | observations |              | _O
        """)
    )
    pair = {"own": "OUT-01", "mirror": "IN-01", "by": {"own": "next_country", "mirror": "area"}, "take": "larger"}
    rows = mirror_rows(con, pair, made_up=False, cells="cubes")
    assert [(r["year"], r["code"], r["own"], r["mirror"], r["asymmetry"], r["taken"], r["value"]) for r in rows] == [
        ("2023", None, 20, 60, 100, "mirror", 60),
        ("2023", "DEU", 20, 60, 100, "mirror", 60),
    ]
    assert typical(rows) == 100
    assert [r["taken"] for r in mirror_rows(con, pair | {"take": "own"}, made_up=False, cells="cubes")] == ["own", "own"]
