"""Linkage of two files with a drafted configuration, beside plain Splink with settings made by hand, in one run.

    python benchmarks/linkage/files.py [--peers PYTHON] [--keep FOLDER] [--seeds 1 2 3 4 5]

FEBRL4 is one fixed pair of files; the two pairs made with pseudopeople have noise by seed. Both sides' links are those of match_probability >= 0.5;
no label is used. For Splink also, in its favour: *best link*, of these only the best of each record where a record can have one, and *best cut*, all links from the
threshold that suits it best, chosen with the truth. Every side runs in a process of its own; time and memory are of the whole process, imports and reading included.

Ends with 1 where, in the mean of a pair, F1 is not above all three of Splink's or the processor time of draft and linkage together is longer than Splink's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

HERE = Path(__file__).parent
PAIRS = {"febrl4": ("unique_id_a", "unique_id_b"), "census-ssa": ("unique_id_a", "unique_id_b"), "census-w2": ("unique_id_b",)}     # who can have one link only


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--peers", type=Path, default=HERE / "peers" / ".venv" / "bin" / "python", help="the Python that has the peers")
    arguments.add_argument("--keep", type=Path, help="keep the tables and links here")
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="karvan-bench-") as temporary:
        folder = chosen.keep or Path(temporary)
        if not (folder / "febrl4").exists():
            subprocess.run([chosen.peers, HERE / "peers" / "make_tables.py", folder, "--seeds", *map(str, chosen.seeds)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        compile_once()
        print(HEAD)
        better = [beside(folder, pair, [0] if pair == "febrl4" else chosen.seeds, once, chosen.peers) for pair, once in PAIRS.items()]
    sys.exit(not all(above and fast for above, fast in better))


HEAD = (
    "Links of match_probability >= 0.5. Seconds elapsed and of processors, and peak memory, of the whole process; Karvan's draft apart.\n"
    f"{'pair':<19}{'seed':>5} | {'F1':>7} {'P':>6} {'R':>6} | {'Splink':>7} {'best link':>9} {'best cut':>8} | {'seconds':>7} {'draft':>6} {'Splink':>6} | {'cpu':>5} {'draft':>6} {'Splink':>6} | {'MB':>5} {'Splink':>6}"
)


def beside(folder: Path, pair: str, seeds: list[int], once: tuple[str, ...], peers: Path) -> tuple[bool, bool]:
    """Print both sides over the seeds of a pair of tables, their mean and the verdict; returns whether F1 is above Splink's, and whether time is no longer."""
    rows = []
    for seed in seeds:
        rows.append(measure(folder, pair, seed, once, peers))
        print(line(pair, str(seed), rows[-1]), flush=True)
    mean = {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}
    if len(rows) > 1:
        print(line(pair, "mean", mean))
    theirs = max(mean["splink"], mean["splink_best"], mean["splink_cut"])
    above, fast = mean["f1"] > theirs, mean["cpu"] + mean["draft_cpu"] <= mean["splink_cpu"]
    print(f"{pair}: F1 {'above' if above else 'NOT above'} Splink's best ({mean['f1']:.5f}, {theirs:.5f}), time {'no longer' if fast else 'LONGER'} ({mean['cpu'] + mean['draft_cpu']:.1f} s, {mean['splink_cpu']:.1f} s)")
    return above, fast


def line(pair: str, seed: str, row: dict[str, float]) -> str:
    return (
        f"{pair:<19}{seed:>5} | {row['f1']:>7.5f} {row['p']:>6.4f} {row['r']:>6.4f} | {row['splink']:>7.5f} {row['splink_best']:>9.5f} {row['splink_cut']:>8.5f} | {row['seconds']:>7.1f} {row['draft']:>6.1f} "
        f"{row['splink_seconds']:>6.1f} | {row['cpu']:>5.1f} {row['draft_cpu']:>6.1f} {row['splink_cpu']:>6.1f} | {row['mb']:>5.0f} {row['splink_mb']:>6.0f}"
    )


def measure(folder: Path, pair: str, seed: int, once: tuple[str, ...], peers: Path) -> dict[str, float]:
    """Both sides over one pair of tables."""
    tables = folder / pair / str(seed)
    a, b, config = tables / "a.parquet", tables / "b.parquet", tables / "link.yaml"
    karvan = [sys.executable, "-m", "karvan", "link"]
    drafted = run([*karvan, "draft", a, b, "-o", config])
    linked = run([*karvan, "files", a, b, "--config", config, "-o", tables / "karvan.parquet"])
    splink = run([peers, HERE / "peers" / "plain_splink.py", pair, tables, tables / "splink.parquet"])
    f1, p, r = score(tables, "karvan.parquet", ())
    return {
        "f1": f1, "p": p, "r": r, "splink": score(tables, "splink.parquet", ())[0], "splink_best": score(tables, "splink.parquet", once)[0], "splink_cut": best_cut(tables, "splink.parquet"),
        "seconds": linked.seconds, "draft": drafted.seconds, "splink_seconds": splink.seconds, "cpu": linked.cpu, "draft_cpu": drafted.cpu, "splink_cpu": splink.cpu,
        "mb": linked.mb, "splink_mb": splink.mb,
    }  # fmt: skip


class Used(NamedTuple):
    """What a process took: seconds elapsed and of processors, and its peak of memory."""

    seconds: float
    cpu: float
    mb: float


def run(command: list) -> Used:
    """Run a process to its end. Raises where it fails."""
    began = time.perf_counter()
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Used(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def compile_once() -> None:
    """Compile what is read and compared of names where this machine has not yet: paid once, so no part of what is measured."""
    run([sys.executable, "-c", "from karvan.linkage.names import compare_names; from karvan.linkage.names.known import name_numbers; compare_names(['a'], ['b']); name_numbers(['a'])"])


def score(tables: Path, links: str, once: tuple[str, ...]) -> tuple[float, float, float]:
    """F1, precision and recall of links against the truth; `once` are the columns whose records keep only their best link."""
    best = "".join(
        f" and row_number() over (partition by {column} order by match_probability desc, unique_id_a, unique_id_b) = 1" for column in once
    )
    chosen = f"select unique_id_a, unique_id_b from '{tables / links}' where match_probability >= 0.5" + (f" qualify true{best}" if best else "")
    [(found, true, both)] = duckdb.sql(f"""
        with found as ({chosen}), truth as (from '{tables / 'truth.parquet'}')
        select (select count(*) from found), (select count(*) from truth), (select count(*) from found join truth using (unique_id_a, unique_id_b))
    """).fetchall()
    precision, recall = both / max(found, 1), both / true
    return 2 * both / (found + true), precision, recall


def best_cut(tables: Path, links: str) -> float:
    """F1 of the links from the threshold that makes it highest."""
    [(best,)] = duckdb.sql(f"""
        with found as (select l.match_probability as p, t.unique_id_a is not null as one from '{tables / links}' l left join '{tables / 'truth.parquet'}' t using (unique_id_a, unique_id_b)),
             cut as (select p, sum(count(*)) over (order by p desc) as links, sum(count(*) filter (one)) over (order by p desc) as hits from found group by p)
        select max(2 * hits / (links + (select count(*) from '{tables / 'truth.parquet'}'))) from cut
    """).fetchall()
    return best


if __name__ == "__main__":
    main()
