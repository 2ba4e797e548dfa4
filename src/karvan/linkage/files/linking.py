"""`karvan link files`: two tables, or one, into links."""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.errors import DataError, SetupError
from karvan.linkage.files import learning, matching, settled
from karvan.linkage.files.across import score_names
from karvan.linkage.files.blocking import make_pairs
from karvan.linkage.files.comparing import joined
from karvan.linkage.files.config import Config, SideOf, read_config
from karvan.linkage.files.persons import make_entities, pool
from karvan.linkage.files.reading import check_column, check_ids, literal, open_table
from karvan.linkage.files.records import add_frequencies, make_records

if TYPE_CHECKING:
    import duckdb

    from karvan.linkage.files.comparing import Comparison

Array = np.ndarray
Progress = Callable[[str, float], None]

NEARLY_ALL = 0.95       # of the shorter file's records, where every prior is largest
HOPELESS = 1e-4         # pairs of a lower probability, were both records free, are not weighed again
RAREST = 2.0            # a value that so many records have says no more when it is rarer
MOST_FOR_FREQUENCY = 8.0
BANDS = (0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1)


@dataclass
class Report:
    """What was done, for a reader."""

    rows: list[int]
    pairs_by_key: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    compared: int
    matches: float
    links: int
    bands: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    not_believed: list[str]
    kinds: list[dict[str, Any]]
    seconds: dict[str, float] = field(default_factory=dict)


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
    said = read_config(config, two=b is not None)
    with engine(out.resolve().parent, memory, threads) as con:
        return _link(con, a, b, said, out, seed, progress)


def check_two(a: Path, b: Path | None) -> None:
    """Raises DataError where both sides are one file: every row would be its own match, and say nothing."""
    if b is not None and a.exists() and b.exists() and a.samefile(b):
        raise DataError("Both sides are the same file.", where=str(a), fix="give it once to find its duplicates, or give another file beside it")


def check_out(out: Path, read: Iterable[Path | None]) -> None:
    """Raises SetupError where the links would be written over what is read, or into no folder."""
    if not out.resolve().parent.is_dir():
        raise SetupError("There is no such folder.", where=str(out.parent), fix="make it, or write the links elsewhere")
    if out.exists() and any(path is not None and path.exists() and out.samefile(path) for path in read):
        raise SetupError("The links would be written over a file that is read.", where=str(out), fix="give the links another name")


@contextlib.contextmanager
def engine(beside: Path, memory: str, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with its tables in a file, in a folder of its own that goes afterwards, so that they need not fit in memory."""
    import duckdb

    if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", memory):
        raise SetupError(f"`{memory}` is no size of memory.", where="--memory", fix="write it as 4GB or 500MB")
    with tempfile.TemporaryDirectory(prefix=".karvan-link-", dir=beside) as folder:
        config: dict[str, Any] = {"autoinstall_known_extensions": False, "memory_limit": memory, "temp_directory": f"{folder}/spill"}
        if threads:
            config["threads"] = threads
        con = duckdb.connect(f"{folder}/work.duckdb", config=config)
        try:
            con.execute("set enable_progress_bar = false")
            yield con
        except duckdb.OutOfMemoryException:
            raise SetupError(f"{memory} of memory are too little for these files.", where="--memory", fix="give more, or lower `largest` in the configuration") from None
        finally:
            con.close()


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
    con.execute("drop table a; drop table if exists b")
    two = config.b is not None
    clock("block", 0.2)
    counted, left_out = make_pairs(con, config.keys, two=two, largest=config.largest)
    add_frequencies(con, config.roles, config.comparisons)
    clock("compare", 0.35)
    among_all = learning.shares_among_all(con, config.comparisons, two=two, seed=seed)
    compare(con, config.comparisons, among_all, sum(rows) if two else rows[0])
    clock("learn", 0.6)
    possible = rows[0] * rows[1] if two else rows[0] * (rows[0] - 1) / 2
    expected = min(rows) if two else 0.1 * rows[0]
    patterns = learning.patterns_of(con, "compared", config.comparisons, len(config.keys))
    learned = learning.learn(patterns, config.comparisons, config.keys, among_all, expected=expected, possible=possible)
    clock("match", 0.8)
    found, kinds, matches = match(con, patterns, learned, config, rows, expected, seed)
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
    )
    clock("done", 1.0)
    report.seconds = clock.spent
    return report


def check_names(config: Config, columns: list[str], side: SideOf, number: int, path: Path) -> None:
    named = [("id", side.id), ("same_person", side.same_person)] + [(f"columns, {c.name}", c.b if number else c.a) for c in config.columns]
    for where, column in named:
        if column:
            check_column(column, columns, f"{config.where}, {where}", path)


def compare(con: duckdb.DuckDBPyConnection, comparisons: list[Comparison], among_all: list[Array], rows: int) -> None:
    """Make the table `compared` of the table `pairs`: pattern, keys, and what the frequency of equal values adds to the weight."""
    if any(c.across for c in comparisons):
        score_names(con, "pairs")
    levels, shares_of, added, code = [], [], ["0"], "0::bigint"
    for n, (comparison, shares) in enumerate(zip(comparisons, among_all, strict=True)):
        levels.append(f"{comparison.sql} as g{n}")
        code = f"({code} * {len(comparison.labels) + 1} + g{n} + 1)"
        if comparison.frequency:
            column = f"f_{comparison.frequency}"
            shares_of.append(f"greatest(l.{column}, r.{column}, {RAREST / rows:.9f}) as f{n}")
            alike = [m for m, label in enumerate(comparison.labels) if label in ("same", "similar")]
            weight = f"least(greatest(ln({shares[0]:.9f} / f{n}), -{MOST_FOR_FREQUENCY}), {MOST_FOR_FREQUENCY})"
            added.append(f"case when g{n} in ({', '.join(map(str, alike))}) then coalesce({weight}, 0) else 0 end")
    con.execute(f"""
        create or replace table compared as
        select l, r, keys, {code} as code, ({' + '.join(added)})::float as frequency from (
            select p.l, p.r, p.keys, {', '.join(levels + shares_of)} from {joined(comparisons, 'pairs')}
        )
    """)
    con.execute("drop table pairs")


@dataclass
class Candidates:
    """The pairs worth weighing: their records or entities, pattern, what the frequency of their values adds, and by pattern the pairs set aside."""

    l: Array  # noqa: E741
    r: Array
    place: Array
    frequency: Array
    patterns: learning.Patterns
    beyond: Array


def match(con: duckdb.DuckDBPyConnection, patterns: learning.Patterns, learned: learning.Levels, config: Config, rows: tuple[int, int], expected: float, seed: int) -> tuple[dict[str, Array], list[dict], float]:
    """The pairs worth weighing and their probabilities, the kinds of strangers, and how many matches there are."""
    sides = sides_of(config, rows)
    least = np.log(HOPELESS / sides.free_odds(NEARLY_ALL * expected))
    kept = worth_weighing(con, patterns, learned, float(least))
    if config.numbered:
        kept = person_by_person(con, kept, learned, config)
    if not len(kept.l):
        return {"l": kept.l, "r": kept.r, "p": np.empty(0)}, [], 0.0
    sides.l, sides.r = kept.l, kept.r - (rows[0] if config.b else 0)
    weight = learned.weight(kept.patterns)[kept.place] + kept.frequency
    found, _ = matching.settle(weight, sides, expected=0.5 * expected)
    again, kinds = settled.weigh_again(kept.patterns, kept.place, kept.frequency, found, sides, learned, kept.beyond, seed)
    return {"l": kept.l, "r": kept.r, "p": again}, described(kinds, patterns, config.comparisons), float(again.sum())


def sides_of(config: Config, rows: tuple[int, int]) -> matching.Sides:
    none = np.empty(0, np.int64)
    if config.b is None:
        return matching.Sides(none, none, (rows[0], max(rows[0] - 1, 1) / 2), (False, False))
    files = (config.a, config.b)
    second = (matching.SECOND if config.a.same_person else 0.0, matching.SECOND if config.b.same_person else 0.0)
    return matching.Sides(none, none, rows, (files[0].once, files[1].once), second)


def worth_weighing(con: duckdb.DuckDBPyConnection, patterns: learning.Patterns, learned: learning.Levels, least: float) -> Candidates:
    """The pairs of the table `compared` whose weight is at least `least`."""
    con.register("weights", {"code": patterns.codes, "weight": learned.weight(patterns), "place": np.arange(len(patterns.codes))})
    said = con.execute(f"""
        select l, r, place, frequency from compared join weights using (code) where weight + frequency >= {least} order by l, r
    """).fetchnumpy()
    con.unregister("weights")
    l, r, place, frequency = (np.asarray(said[c]) for c in ("l", "r", "place", "frequency"))  # noqa: E741
    return Candidates(l, r, place, frequency, patterns, patterns.pairs - np.bincount(place, minlength=len(patterns.codes)))


def person_by_person(con: duckdb.DuckDBPyConnection, kept: Candidates, learned: learning.Levels, config: Config) -> Candidates:
    """The same with the rows of one person told together (see `persons`)."""
    entity = make_entities(con, config.roles)
    weight = learned.weight(kept.patterns)[kept.place] + kept.frequency
    l, r, codes, frequency = pool(entity[kept.l], entity[kept.r], kept.patterns.codes[kept.place], kept.frequency, weight, kept.patterns)  # noqa: E741
    patterns = kept.patterns.with_codes(codes)
    beyond = np.zeros(len(patterns.codes))
    beyond[np.searchsorted(patterns.codes, kept.patterns.codes)] = kept.beyond
    return Candidates(l, r, np.searchsorted(patterns.codes, codes), frequency, patterns, beyond)


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


def bands(probabilities: Array) -> list[dict[str, Any]]:
    """Pairs by band of probability."""
    edges = [1.0000001, *BANDS]
    return [{"from": low, "pairs": int(((probabilities >= low) & (probabilities < high)).sum())} for high, low in zip(edges, BANDS)]


def parameters(comparisons: list[Comparison], learned: learning.Levels) -> list[dict[str, Any]]:
    """What was learned: for each level the share among one person's records, among two people's, and the weight in bits."""
    return [
        {"comparison": c.name, "level": label, "one_person": round(float(m[n]), 5), "two_people": round(float(u[n]), 7), "weight": round(float(np.log2(m[n] / u[n])), 2)}
        for c, m, u in zip(comparisons, learned.m, learned.u, strict=True)
        for n, label in enumerate(c.labels)
    ]


def described(kinds: settled.Kinds | None, patterns: learning.Patterns, comparisons: list[Comparison]) -> list[dict[str, Any]]:
    """The kinds of strangers that were found, by what they agree on."""
    if kinds is None:
        return []
    at = np.cumsum([0, *patterns.sizes])
    return [
        {"share": round(float(share), 3), "agree_on": {c.name: round(float(levels[at[n]]), 3) for n, c in enumerate(comparisons)}}
        for share, levels in sorted(zip(kinds.shares, kinds.levels, strict=True), key=lambda k: -k[0])
    ]


class Clock:
    """Seconds by stage; tells the progress of a run."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.spent, self.stage, self.since = progress, {}, "", time.perf_counter()  # type: ignore[var-annotated]

    def __call__(self, stage: str, done: float) -> None:
        now = time.perf_counter()
        if self.stage:
            self.spent[self.stage] = round(now - self.since, 3)
        self.stage, self.since = stage, now
        self.progress(stage, done)


