"""Linkage of encodings beside linkage in clear, on a synthetic country: B-cubed F1 over records and documents, time, and the time to encode.

    karvan init W --pack az --pack world && karvan synth make -w W && karvan run -w W --through intake
    python benchmarks/linkage/encoded.py W
"""

from __future__ import annotations

import sys
import time

import duckdb
import pyarrow as pa

from karvan.linkage.encode import Encoder, encode_identities
from karvan.linkage.encode.encoder import Recipe
from karvan.linkage.step import PARAMS, link_people
from karvan.tables import RECORD_TYPES
from karvan.workspace import Workspace

B_CUBED = """
with pairs as (select p, q, count(*) as n from said group by all), ps as (select p, count(*) as n from said group by 1), qs as (select q, count(*) as n from said group by 1)
select sum(pairs.n * pairs.n / ps.n) / sum(pairs.n), sum(pairs.n * pairs.n / qs.n) / sum(pairs.n) from pairs join ps using (p) join qs using (q)"""
SCORED = {
    "records": "select l.person_id as p, t.person_no as q from new_links l join truth t using (record_id)",
    "documents": "select mode(l.person_id) as p, mode(t.person_no) as q from new_links l join truth t using (record_id) group by t.unit",
}


def identities_and_truth(root: str) -> tuple[pa.Table, pa.Table]:
    """The identities of a workspace, and the true person and the document of each record."""
    ws = Workspace.open(root)
    con = ws.connect(identity="compare linkage of encodings with linkage in clear", memory="2GB")
    located = " union all ".join(f"select record_id, feed, delivery_id, row_no from {name}" for name in RECORD_TYPES)
    truth = con.sql(f"""
        select i.record_id, min(t.person_no) as person_no, any_value(coalesce(i.doc_issuer || ' ' || i.doc_no, i.record_id)) as unit
        from ({located}) r join deliveries d using (delivery_id) join identities i using (record_id)
        join read_parquet('{ws.root}/truth/record_person.parquet') t on t.feed = r.feed and t.file = d.file and t.row_no = r.row_no group by 1""").to_arrow_table()
    table = con.sql("select * from identities").to_arrow_table()
    con.close()
    return table, truth


def link(name: str, table: pa.Table, truth: pa.Table, encoding: float) -> None:
    con = duckdb.connect()
    con.register("given", table)
    con.execute("create table identities as select * from given")
    con.execute("create table links (record_id varchar, person_id varchar, level varchar, probability double)")
    con.register("truth", truth)
    started = time.process_time()
    link_people(con, seed=PARAMS["seed"], progress=lambda message, done: None)
    spent = time.process_time() - started
    shown = []
    for query in SCORED.values():
        con.execute(f"create or replace temp table said as {query}")
        precision, recall = con.sql(B_CUBED).fetchall()[0]
        shown.append(f"{precision:.4f} {recall:.4f} {2 * precision * recall / (precision + recall):.4f}")
    print(f"{name:32} {shown[0]:24} {shown[1]:24} {spent:8.1f} {encoding:10.1f}", flush=True)
    con.close()


def main() -> None:
    table, truth = identities_and_truth(sys.argv[1])
    print(f"{len(table):,} records that speak of people")
    print(f"{'':32} {'records: P R F1':24} {'documents: P R F1':24} {'link, s':>8} {'encode, s':>10}    (processor time)")
    link("in clear", table, truth, 0)
    for salted in (True, False):
        started = time.process_time()
        encoded = encode_identities(table, Encoder(b"a secret for this benchmark only", Recipe(salted=salted)))
        link("encoded" if salted else "encoded, without salt", encoded, truth, time.process_time() - started)


if __name__ == "__main__":
    main()
