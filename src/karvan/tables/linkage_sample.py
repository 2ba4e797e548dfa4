"""The table of samples of pairs, drawn for estimating precision and recall of the links."""

from __future__ import annotations

from karvan.tables.declaration import Column, Table

SAMPLE = Table(
    "link_sample", "ledger", "linkage", "one pair in one sample", "Pairs drawn for reviewers to label, as they were when drawn. What people answered is among the decisions. Names nobody.",
    (
        Column("sample_id", "text", "the sample: the number of the commit it was drawn from", null="never"),
        Column("place", "whole", "place in the order of the lot, from 1", null="never"),
        Column("record_a", "text", "record that stands for one node", null="never"),
        Column("record_b", "text", "record that stands for the other", null="never"),
        Column("stratum", "text", "stratum it was drawn from: band, joined or apart, citizenship, script", null="never"),
        Column("stratum_pairs", "whole", "pairs of the frame in this stratum", null="never", unit="pairs"),
        Column("band", "real", "lower end of the band of its probability", null="never", unit="0 to 1"),
        Column("citizenship", "text", "citizenship that both share; `several`, or `unknown`", null="never"),
        Column("script", "text", "scripts in which the names of both people are written, with a plus between; `unknown` without letters", null="never"),
        Column("probability", "real", "probability that the two are one person", null="never", unit="0 to 1"),
        Column("joined", "yes_no", "the links held both for one person", null="never"),
    ),
    key=("sample_id", "record_a", "record_b"),
)  # fmt: skip
