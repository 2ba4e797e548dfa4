"""Plain Splink over the person records of a country: one table without duplicates of the same values, its own library of comparisons, clusters by connected components.

    python plain_splink_country.py IDENTITIES.parquet OUT.parquet

Set up as an analyst would who knows Splink and the table: names romanised (anyascii), a full name split at its first space, records that say the same taken as one row, the three
numbers that join persons (personal number, document with its issuer, number in one office's register) both compared and blocked by. Writes record_id and, for each threshold, the cluster: c50, c80,
c90, c95, c99, c999; beside it, as JSON, how many pairs were compared.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from plain_splink import name, romanised
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = {"c50": 0.5, "c80": 0.8, "c90": 0.9, "c95": 0.95, "c99": 0.99, "c999": 0.999}
COLUMNS = "surname, given_names, patronymic, birth_date, sex, citizenship, document, personal_no, register_no"
READ = """
create table record as
select record_id, coalesce(surname, split_part(full_name, ' ', 1)) as surname, coalesce(given_names, split_part(full_name, ' ', 2)) as given_names,
       coalesce(patronymic, nullif(split_part(full_name, ' ', 3), '')) as patronymic, birth_date, sex, citizenship, doc_issuer || ' ' || doc_no as document, personal_no,
       regexp_replace(feed, '\\.[^.]*$', '') || ' ' || register_no as register_no
from '{identities}'
"""
BLOCKS = [
    block_on("document"), block_on("personal_no"), block_on("register_no"), block_on("birth_date", "substr(surname, 1, 1)"), block_on("birth_date", "substr(given_names, 1, 1)"),
    block_on("surname", "given_names", "substr(birth_date, 1, 4)"), block_on("surname", "substr(birth_date, 1, 4)", "substr(given_names, 1, 1)"),
    block_on("given_names", "substr(birth_date, 1, 4)", "substr(surname, 1, 2)"),
]  # fmt: skip
COMPARISONS = [
    name("surname"),
    name("given_names"),
    cl.JaroWinklerAtThresholds("patronymic", [0.92, 0.8]),
    cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y-%m-%d"),
    cl.ExactMatch("sex"),
    cl.ExactMatch("citizenship").configure(term_frequency_adjustments=True),
    cl.DamerauLevenshteinAtThresholds("document", [1]),
    cl.DamerauLevenshteinAtThresholds("personal_no", [1]),
    cl.ExactMatch("register_no"),
]


def main() -> None:
    identities, out = sys.argv[1:]
    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    con.execute(READ.format(identities=identities))
    romanised(con, "record", ("surname", "given_names", "patronymic"))
    con.execute(f"create table person as select row_number() over (order by {COLUMNS}) as unique_id, * from (select distinct {COLUMNS} from record)")
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=COMPARISONS, blocking_rules_to_generate_predictions=BLOCKS,
        retain_matching_columns=False, retain_intermediate_calculation_columns=False,
    )  # fmt: skip
    linker = Linker(DuckDBAPI(con).register(con.table("person")), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([block_on("personal_no"), block_on("register_no"), block_on("document")], recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000, seed=1)
    for rule in (block_on("document"), block_on("surname", "given_names", "birth_date"), block_on("birth_date", "citizenship")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict()
    same = " and ".join(f"r.{column} is not distinct from p.{column}" for column in COLUMNS.split(", "))
    query = f"select r.record_id, p.unique_id from record r join person p on {same}"
    for column, threshold in THRESHOLDS.items():
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold).physical_name
        query = f"select q.*, {column}.cluster_id as {column} from ({query}) q join {clusters} {column} using (unique_id)"
    con.execute(f"copy (select * exclude (unique_id) from ({query})) to '{out}' (format parquet)")
    [(compared,)] = con.execute(f"select count(*) from {pairs.physical_name}").fetchall()
    Path(out).with_suffix(".json").write_text(json.dumps({"pairs": compared}))


if __name__ == "__main__":
    main()
