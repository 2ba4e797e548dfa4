"""Plain Splink over two tables of the benchmark, set up as its documentation teaches: its own library of comparisons, term frequencies,
u by random sampling, the prior from rules that hardly err, m by expectation maximisation over two or three blockings. Names of several scripts are
romanised first (anyascii), as an analyst would.

    python plain_splink.py PAIR FOLDER OUT.parquet

Reads FOLDER/a.parquet and b.parquet; writes unique_id_a, unique_id_b, match_probability, from 0.01. Prints seconds of the work without imports.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from anyascii import anyascii
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


@dataclass
class Plan:
    """How Splink is set up for one pair of tables."""

    a: str
    b: str
    comparisons: list
    blocks: list
    certain: list
    recall: float
    training: list
    scripts: tuple[str, ...] = ()       # columns written in several scripts


def name(column: str):
    return cl.NameComparison(column).configure(term_frequency_adjustments=True)


def romanised(con: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
    """Bring columns of a table to Latin capitals without marks."""
    for column in columns:
        written = [value for (value,) in con.execute(f"select distinct {column} from {table} where {column} is not null").fetchall()]
        con.register("latin", pa.table({"written": pa.array(written, pa.string()), "latin": pa.array([anyascii(value).upper() for value in written], pa.string())}))
        con.execute(f"update {table} set {column} = latin.latin from latin where latin.written = {column}")
        con.unregister("latin")


MIDDLE = cl.ExactMatch("middle").configure(term_frequency_adjustments=True)
SAME_WRITING = "substr(date_of_birth, 7, 4) || substr(date_of_birth, 1, 2) || substr(date_of_birth, 4, 2) as date_of_birth"     # mm/dd/yyyy as yyyymmdd
ADDRESS = "concat_ws(' ', {0}street_number, {0}street_name, {0}unit_number) as address, {0}street_number as street_number, {0}street_name as street_name"
PLANS = {
    "febrl4": Plan(
        a="unique_id, given_name as first_name, surname as last_name, street_number, address_1, suburb, postcode, state, date_of_birth, soc_sec_id",
        b="",
        comparisons=[
            name("first_name"),
            name("last_name"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.92, 0.85]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("suburb", [0.92]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("state"),
        ],
        blocks=[
            block_on("first_name", "last_name"), block_on("soc_sec_id"), block_on("date_of_birth"), block_on("postcode", "last_name"), block_on("postcode", "first_name"),
            block_on("street_number", "address_1"), block_on("suburb", "substr(last_name, 1, 2)"),
        ],
        certain=[block_on("soc_sec_id"), block_on("first_name", "last_name", "date_of_birth")],
        recall=0.9,
        training=[block_on("date_of_birth"), block_on("last_name", "first_name"), block_on("postcode")],
    ),
    "census-ssa": Plan(
        a=f"unique_id, first_name, middle_initial as middle, last_name, {SAME_WRITING}, sex",
        b="unique_id, first_name, substr(middle_name, 1, 1) as middle, last_name, date_of_birth, sex",
        comparisons=[name("first_name"), name("last_name"), MIDDLE, cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]), cl.ExactMatch("sex")],
        blocks=[
            block_on("date_of_birth"), block_on("first_name", "last_name"), block_on("last_name", "substr(date_of_birth, 1, 4)"),
            block_on("first_name", "substr(date_of_birth, 1, 4)"), block_on("first_name", "substr(date_of_birth, 5, 4)"),
            block_on("last_name", "substr(date_of_birth, 5, 4)"), block_on("last_name", "middle"), block_on("first_name", "middle", "substr(last_name, 1, 2)"),
        ],
        certain=[block_on("first_name", "last_name", "date_of_birth")],
        recall=0.9,
        training=[block_on("date_of_birth"), block_on("first_name", "last_name"), block_on("last_name", "middle")],
    ),
    "census-w2": Plan(
        a="unique_id, first_name, middle_initial as middle, last_name, " + ADDRESS.format(""),
        b="unique_id, first_name, middle_initial as middle, last_name, " + ADDRESS.format("mailing_address_"),
        comparisons=[name("first_name"), name("last_name"), MIDDLE, cl.JaroWinklerAtThresholds("address", [0.95, 0.88]).configure(term_frequency_adjustments=True)],
        blocks=[
            block_on("first_name", "last_name"), block_on("street_number", "street_name"), block_on("last_name", "substr(first_name, 1, 1)"),
            block_on("first_name", "substr(last_name, 1, 2)"), block_on("street_name", "first_name"), block_on("street_name", "last_name"),
        ],
        certain=[block_on("first_name", "last_name", "street_number", "street_name"), block_on("first_name", "last_name", "middle")],
        recall=0.8,
        training=[block_on("first_name", "last_name"), block_on("address"), block_on("last_name", "middle")],
    ),
    "two-agencies": Plan(
        a="unique_id, given_names as first_name, surname as last_name, birth_date, substr(birth_date, 1, 4) as birth_year, sex, citizenship",
        b="",
        comparisons=[
            name("first_name"),
            name("last_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y-%m-%d"),
            cl.ExactMatch("sex"),
            cl.ExactMatch("citizenship").configure(term_frequency_adjustments=True),
        ],
        blocks=[
            block_on("birth_date"), block_on("first_name", "last_name"), block_on("last_name", "birth_year"), block_on("first_name", "birth_year"),
            block_on("birth_year", "substr(first_name, 1, 2)", "substr(last_name, 1, 2)"),
        ],
        certain=[block_on("first_name", "last_name", "birth_date")],
        recall=0.5,
        training=[block_on("birth_date"), block_on("first_name", "last_name")],
        scripts=("first_name", "last_name"),
    ),
    "two-agencies-years": Plan(
        a="unique_id, given_names as first_name, surname as last_name, substr(birth_date, 1, 4) as birth_year, sex, citizenship",
        b="unique_id, given_names as first_name, surname as last_name, birth_year, sex, citizenship",
        comparisons=[
            name("first_name"),
            name("last_name"),
            cl.ExactMatch("birth_year").configure(term_frequency_adjustments=True),
            cl.ExactMatch("sex"),
            cl.ExactMatch("citizenship").configure(term_frequency_adjustments=True),
        ],
        blocks=[
            block_on("first_name", "last_name"), block_on("last_name", "birth_year"), block_on("first_name", "birth_year"),
            block_on("birth_year", "substr(first_name, 1, 2)", "substr(last_name, 1, 2)"),
        ],
        certain=[block_on("first_name", "last_name", "birth_year")],
        recall=0.5,
        training=[block_on("birth_year", "citizenship"), block_on("first_name", "last_name")],
        scripts=("first_name", "last_name"),
    ),
}


def main() -> None:
    pair, folder, out = sys.argv[1:]
    plan = PLANS[pair]
    began = time.perf_counter()
    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    for side, columns in (("a", plan.a), ("b", plan.b or plan.a)):
        con.execute(f"create table {side} as select {columns} from '{folder}/{side}.parquet'")
        romanised(con, side, plan.scripts)
    settings = SettingsCreator(link_type="link_only", comparisons=plan.comparisons, blocking_rules_to_generate_predictions=plan.blocks)
    api = DuckDBAPI(con)
    linker = Linker([api.register("a", dataset_display_name="a"), api.register("b", dataset_display_name="b")], settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(plan.certain, recall=plan.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000, seed=1)
    for rule in plan.training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.01)
    con.execute(f"""
        copy (select case when source_dataset_l = 'a' then unique_id_l else unique_id_r end as unique_id_a,
                     case when source_dataset_l = 'a' then unique_id_r else unique_id_l end as unique_id_b, match_probability
              from {found.physical_name}) to '{out}' (format parquet)
    """)
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
