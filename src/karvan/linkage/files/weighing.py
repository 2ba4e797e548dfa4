"""From pairs that share a key to probabilities: compared, weighed by what was learned, and matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from karvan.linkage.files import learning, matching, settled
from karvan.linkage.files.across import score_names
from karvan.linkage.files.comparing import joined
from karvan.linkage.files.persons import make_entities, pool
from karvan.linkage.files.report import described

if TYPE_CHECKING:
    import duckdb

    from karvan.linkage.files.comparing import Comparison
    from karvan.linkage.files.config import Config

Array = np.ndarray

NEARLY_ALL = 0.95       # of the shorter file's records, where every prior is largest
HOPELESS = 1e-4         # pairs of a lower probability, were both records free, are not weighed again
RAREST = 2.0            # a value that so many records have says no more when it is rarer
MOST_FOR_FREQUENCY = 8.0


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


def match(con: duckdb.DuckDBPyConnection, patterns: learning.Patterns, learned: learning.Levels, config: Config, rows: tuple[int, int], first_of_b: int, expected: float, seed: int) -> tuple[dict[str, Array], list[dict], float]:
    """The pairs worth weighing and their probabilities, the kinds of strangers, and how many matches there are."""
    sides = sides_of(config, rows)
    least = np.log(HOPELESS / sides.free_odds(NEARLY_ALL * expected))
    kept = worth_weighing(con, patterns, learned, float(least))
    if config.numbered:
        kept = person_by_person(con, kept, learned, config)
    if not len(kept.l):
        return {"l": kept.l, "r": kept.r, "p": np.empty(0)}, [], 0.0
    sides.l, sides.r = kept.l, kept.r - first_of_b
    weight = learned.weight(kept.patterns)[kept.place] + kept.frequency
    found, _ = matching.settle(weight, sides, expected=0.5 * expected)
    if config.b is None:
        again, kinds = settled.weigh_one_file(kept.patterns, kept.place, kept.frequency, found, sides, learned, kept.beyond, config.comparisons, seed)
    else:
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
