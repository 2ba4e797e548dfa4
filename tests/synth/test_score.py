"""Scores: known answers on small tables."""

from __future__ import annotations

import duckdb
import pytest

from karvan.synth.score_links import b_cubed, b_cubed_within, measures


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """Three people with 60 records; 10 of the first were put to the second."""
    con = duckdb.connect()
    con.execute("""
        create table scored as
        select 'r' || i as record_id, 'r' || i as unit, 'latin' as script, 'document' as level, 1 + i // 20 as person_no,
               case when i < 10 then 'B' else ['A', 'B', 'C'][1 + i // 20] end as person_id
        from range(60) t(i)""")
    con.execute("create table collapsed as select * from scored")
    return con


def test_b_cubed_of_ten_records_put_to_another_person(con):
    (row,) = b_cubed(con, "scored", None)
    # records of A: 10 of 20 together (recall 1/2, precision 1); in B: 10 foreign of 30, 20 own of 30
    assert row["precision"] == pytest.approx((10 * 1 + 10 * 10 / 30 + 20 * 20 / 30 + 20 * 1) / 60)
    assert row["recall"] == pytest.approx((10 * 10 / 20 + 10 * 10 / 20 + 20 + 20) / 60)


def test_pairs_count_every_two_documents_of_a_person(con):
    pairs = measures(con)[-1]
    assert pairs["rows"] == 3 * 190
    assert pairs["recall"] == pytest.approx((45 + 45 + 190 + 190) / 570)
    assert pairs["precision"] == pytest.approx((45 + 45 + 190 + 190) / (45 + 435 + 190))


def test_b_cubed_within_a_group_looks_at_its_rows_in_the_company_of_all(con):
    """Of the ten records put to another person and one that was not: each stands in a cluster of 30, or in one of 10."""
    (row,) = b_cubed_within(con, "scored", "select 'X' as \"group\", 'r' || i as record_id from range(11) t(i)", on="record_id")
    assert (row["group"], row["rows"], row["persons"]) == ("X", 11, 1)
    assert row["precision"] == pytest.approx((10 * 10 / 30 + 1) / 11)
    assert row["recall"] == pytest.approx(10 / 20)
