"""Score links of the two-agency benchmark: precision, recall and F1 over pairs.

python benchmarks/two_agencies/score.py LINKS.parquet [--threshold 0.5]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow.parquet as pq


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("links", type=Path, help="Parquet with unique_id_a, unique_id_b, match_probability")
    asked.add_argument("--threshold", type=float, default=0.5)
    said = asked.parse_args()
    truth = {(row["unique_id_a"], row["unique_id_b"]) for row in pq.read_table(Path(__file__).parent / "truth.parquet").to_pylist()}
    links = {(r["unique_id_a"], r["unique_id_b"]) for r in pq.read_table(said.links).to_pylist() if r["match_probability"] >= said.threshold}
    right = len(links & truth)
    precision, recall = right / max(len(links), 1), right / len(truth)
    print(f"pairs {len(links):,}, right {right:,} of {len(truth):,}: precision {precision:.4f}, recall {recall:.4f}, F1 {2 * precision * recall / max(precision + recall, 1e-9):.4f}")


if __name__ == "__main__":
    main()
