"""`karvan link files`: two tables, or one, into links."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from karvan.linkage.files import learning
from karvan.linkage.files.blocking import make_pairs
from karvan.linkage.files.config import Config, SideOf, read_config
from karvan.linkage.files.engine import check_ending, check_out, check_two, engine
from karvan.linkage.files.reading import check_column, check_ids, literal, open_table
from karvan.linkage.files.records import add_frequencies, make_records, set_apart_copies, unread
from karvan.linkage.files.report import Clock, Progress, Report, bands, parameters
from karvan.linkage.files.weighing import compare, match

if TYPE_CHECKING:
    import duckdb

Array = np.ndarray


def link_files(
    a: Path, b: Path | None, config: Path, out: Path, *, seed: int = 1, memory: str = "4GB", threads: int | None = None, progress: Progress = lambda _, __: None
) -> Report:
    """Link two files, or find the duplicates of one, and write the links.

    Parameters
    ----------
    a, b
        CSV or Parquet; without `b` the rows of `a` are compared with each other.
    config
        A link.yaml.
    out
        Parquet or CSV (by its ending), with `unique_id_a`, `unique_id_b` and `match_probability` (from the configuration's threshold up to 1).
    seed
        Of everything that is drawn by lot.
    memory
        What the engine may hold; more goes to a temporary folder beside `out`.

    Raises
    ------
    DataError
        Where a file or the configuration is wrong: says what, where, and what to do.
    """
    check_two(a, b)
    check_out(out, (a, b, config))
    check_ending(out)
    said = read_config(config, two=b is not None)
    with engine(out.resolve().parent, memory, threads) as con:
        return _link(con, a, b, said, out, seed, progress)


def _link(con: duckdb.DuckDBPyConnection, a: Path, b: Path | None, config: Config, out: Path, seed: int, progress: Progress) -> Report:
    clock = Clock(progress)
    clock("read", 0.0)
    for path, table, side, number in ((a, "a", config.a, 0), (b, "b", config.b, 1)):
        if path is not None and side is not None:
            columns = open_table(con, path, table)
            check_names(config, columns, side, number, path)
            if side.id:
                check_ids(con, table, side.id, path)
    rows = make_records(con, config)
    typical = set_apart_copies(con, config.roles)
    notes = unread(con, config)
    con.execute("drop table a; drop table if exists b")
    two = config.b is not None
    clock("block", 0.2)
    counted, left_out = make_pairs(con, config.keys, two=two, largest=config.largest)
    add_frequencies(con, config.roles, config.comparisons)
    clock("compare", 0.35)
    among_all = learning.shares_among_all(con, config.comparisons, two=two, seed=seed)
    compare(con, config.comparisons, among_all, sum(typical) if two else typical[0])
    clock("learn", 0.6)
    possible = typical[0] * typical[1] if two else typical[0] * (typical[0] - 1) / 2
    expected = min(typical) if two else 0.1 * typical[0]
    patterns = learning.patterns_of(con, "compared", config.comparisons, len(config.keys))
    learned = learning.learn(patterns, config.comparisons, config.keys, among_all, expected=expected, possible=possible)
    clock("match", 0.8)
    found, kinds, matches = match(con, patterns, learned, config, typical, rows[0] if two else 0, expected, seed)
    clock("write", 0.95)
    links = write(con, found, config.threshold, out, numbered=config.numbered)
    report = Report(
        rows=list(rows if two else rows[:1]),
        pairs_by_key=[{"key": key.name, "pairs": pairs} for key, pairs in zip(config.keys, counted, strict=True)],
        left_out=left_out,
        compared=int(patterns.pairs.sum()),
        matches=round(matches, 1),
        links=links,
        bands=bands(found["p"]),
        parameters=parameters(config.comparisons, learned),
        not_believed=learned.refused,
        kinds=kinds,
        notes=[*notes, *(["no two records share a key, so that none were compared"] if not any(counted) else [])],
    )
    clock("done", 1.0)
    report.seconds = clock.spent
    return report


def check_names(config: Config, columns: list[str], side: SideOf, number: int, path: Path) -> None:
    named = [("id", side.id), ("same_person", side.same_person)] + [(f"columns, {c.name}", c.b if number else c.a) for c in config.columns]
    for where, column in named:
        if column:
            check_column(column, columns, f"{config.where}, {where}", path)


def write(con: duckdb.DuckDBPyConnection, found: dict[str, Array], threshold: float, out: Path, *, numbered: bool) -> int:
    """Write the links, the surest first, row by row where rows were told together; returns how many."""
    chosen = found["p"] >= threshold
    con.register("found", {"l": found["l"][chosen], "r": found["r"][chosen], "p": np.round(found["p"][chosen], 6)})
    kind = "(format csv, header)" if out.suffix.lower() == ".csv" else "(format parquet, compression zstd)"
    partial = out.with_name(f".{out.name}.partial")
    members = "join records l on l.rid = found.l join records r on r.rid = found.r"
    if numbered:
        members = "join entities e on e.entity = found.l join entities f on f.entity = found.r join records l on l.rid = e.rid join records r on r.rid = f.rid"
    [(links,)] = con.execute(f"""
        copy (select l.uid as unique_id_a, r.uid as unique_id_b, p as match_probability
              from found {members} order by p desc, l.rid, r.rid) to {literal(str(partial))} {kind}
    """).fetchall()
    con.unregister("found")
    partial.replace(out)
    return int(links)
