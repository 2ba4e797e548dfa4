"""Stage three: a probability that two nodes are one person, by Splink on DuckDB.

The Fellegi-Sunter model compares names, birth dates, sex, citizenship, country of birth and patronymic (`comparisons.py`) of nodes that share a
block key (`blocks.sql`). Its parameters are learned from the data, without anyone's labels; what was learned is kept only
where it makes sense, and `model.json` stands in for the rest.

Source: Fellegi and Sunter, 1969; Linacre et al., 2022 (Splink).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.linkage.comparisons import COMPARISONS, splink_comparisons
from karvan.linkage.opinion import ASKED_FROM, second_opinion

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
# Each block key, and what a block that is too large is divided by. Birth dates by the first consonants of both names in either order: so names that were swapped still meet.
INITIALS = "least(left(surname_key, 1), left(given_key, 1)) || greatest(left(surname_key, 1), left(given_key, 1))"
BLOCKS = {
    "block_birth": INITIALS, "block_names_year": "birth_date", "block_surname_year": "given_key", "block_given_year": "surname_key", "block_names": "birth_year",
}  # fmt: skip
LARGEST_BLOCK = 300         # nodes; 300 nodes are 44,850 pairs
PAIRS_PER_NODE = 5          # of one key: in a large population blocks grow with it, and are divided earlier
FEW_PAIRS = 3_000_000       # of one key: up to here no block need be divided for the sake of time
ENOUGH_NODES = 5_000        # below this, the shipped parameters are surer than what can be learned
ENOUGH_MATCHES = 200
U_NODES = 1_500             # nodes whose pairs show how often strangers agree
TEACHERS = 6_000            # nodes whose records teach how often one person's records agree
EM_PAIRS = 400_000
LARGEST_PRIOR = 0.001       # in a handful of nodes too, a pair is two people until it agrees on much
SMALLEST = 1e-7             # no level is impossible
TEACHING = (                # blocks for learning; a block teaches nothing about the columns that it rests on
    "l.birth_date = r.birth_date and l.citizenship = r.citizenship and l.block_birth = r.block_birth",
    "l.parts = r.parts and l.sex = r.sex and l.block_names = r.block_names",
)
FLOOR = 0.01                # pairs below are not kept
KEY_RECALL = 0.7            # share of the pairs of one person that the name and birth key finds; only the prior rests on it

SCORED = "create or replace temp table scored_pairs (a bigint, b bigint, probability double, match_weight double, block varchar, name_score double)"

FREQUENCIES = {"name_at_home": "name_frequencies", "citizenship": "citizenship_frequencies"}      # by column, the table of name_frequencies.sql

Parameters = dict[str, list[dict[str, float]]]
Engine = Callable[..., None]


@dataclass
class Scored:
    """Pairs scored by block key, large blocks, the prior, and the parameters with their origin."""

    compared: dict[str, int]
    large: list[dict[str, Any]]
    prior: float
    parameters: str
    model: Parameters


def score_pairs(con: duckdb.DuckDBPyConnection, *, keyed: int, threshold: float, seed: int, floor: float = FLOOR, engine: Engine | None = None) -> Scored:
    """Score the pairs of nodes that share a block key. Reads the temporary table `nodes`.

    Makes the temporary tables `blocked` (nodes with their block keys) and `scored_pairs` (a, b, probability, match_weight, block, name_score): pairs from `floor` up.

    Parameters
    ----------
    keyed
        Pairs joined by the name and birth key: from it follows how many matches there are to expect.
    threshold
        The probability from which pairs join: `floor` is never above it.
    engine
        What compares the pairs instead of `predict`, with the same arguments.
    """
    con.execute(SCORED)
    large = make_blocks(con)
    shipped = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
    nodes = con.sql("select count(*) from blocked").fetchall()[0][0]
    if nodes < 2 or not con.sql("select 1 from blocked where " + " or ".join(f"{b} is not null" for b in BLOCKS) + " limit 1").fetchall():
        return Scored({}, large, 0.0, "none needed", shipped)
    possible = nodes * (nodes - 1) / 2
    prior = min(max(keyed / KEY_RECALL, shipped["matches_per_node"] * nodes) / possible, LARGEST_PRIOR)
    model, origin = shipped, "shipped"
    if nodes >= ENOUGH_NODES and keyed >= ENOUGH_MATCHES:
        model, origin = learn(con, shipped, prior=prior, seed=seed)
    con.execute("create or replace temp view everyone as select * from blocked")
    (engine or predict)(con, model, prior, counted=nodes if nodes >= ENOUGH_NODES else 0, floor=min(floor, threshold))
    compared = dict(con.sql("select block, count(*) from scored_pairs group by 1 order by 1").fetchall())
    return Scored(compared, large, prior, origin, model)


def predict(con: duckdb.DuckDBPyConnection, model: Parameters, prior: float, *, counted: int, floor: float, only: str = "") -> None:
    """Fill `scored_pairs` with the pairs of `blocked` that share a block key.

    Frequencies of names and citizenships are those of `everyone`. `only` narrows the pairs further (a condition over l and r).
    """
    api = new_api(con)
    linker = new_linker(api, con, "blocked", model, prior, counted=counted, only=only)
    if counted:
        con.execute((HERE / "name_frequencies.sql").read_text(encoding="utf-8"))
        for column, table in FREQUENCIES.items():
            linker.table_management.register_term_frequency_lookup(api.register(con.table(table)), column)
    found = linker.inference.predict(threshold_match_probability=min(floor, ASKED_FROM))
    keep_scores(con, found.physical_name)
    found.drop_table_from_database_and_remove_from_cache()
    second_opinion(con, floor=floor)
    for table in ("blocks", "strangers", "teachers", *FREQUENCIES.values()):
        con.execute(f"drop table if exists {table}")


def keep_scores(con: duckdb.DuckDBPyConnection, found: str) -> None:
    """Put the pairs that Splink found (a table or bracketed query) into `scored_pairs`."""
    blocks = " ".join(f"when {key} then '{block}'" for key, block in enumerate(BLOCKS))
    con.execute(f"""
        insert into scored_pairs
        select least(node_l, node_r), greatest(node_l, node_r), round(match_probability, 6), round(match_weight, 4), case cast(match_key as integer) {blocks} end, null
        from {found} order by 1, 2""")


def make_blocks(con: duckdb.DuckDBPyConnection, nodes: str = "nodes", among: str = "", limits: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
    """Make the temporary table `blocked`: nodes with their block keys; and the view `keyed_nodes`, the same before large blocks are dealt with.

    A block of more than `LARGEST_BLOCK` nodes is divided once more, and so are the largest blocks of a key that would give more than `PAIRS_PER_NODE` (and `FEW_PAIRS`); what is larger than `LARGEST_BLOCK` even
    then is skipped. `among` narrows the nodes (a condition); `limits` are the sizes from which another run divided.

    Returns the large blocks, by key, without their values: from which size they were divided (`limit`), how many, their nodes, the largest, and the nodes left without this key.
    """
    con.execute("create or replace temp view keyed_nodes as " + (HERE / "blocks.sql").read_text(encoding="utf-8").replace("$nodes", nodes))
    con.execute("drop table if exists blocked")
    con.execute("create or replace temp table blocks as select * from keyed_nodes" + (f" where {among}" if among else "") + " order by node")
    large = []
    for block, finer in BLOCKS.items():
        too_large = f"create or replace temp table too_large as select {block} as k, count(*) as n from blocks where {block} is not null group by 1 having n > "
        limit = largest_whole(con, block) if limits is None else limits.get(block, LARGEST_BLOCK)
        con.execute(f"{too_large}{limit}")
        [(count, nodes, largest)] = con.sql("select count(*), coalesce(sum(n), 0), coalesce(max(n), 0) from too_large").fetchall()
        if not count:
            continue
        con.execute(f"update blocks set {block} = {block} || '|' || {finer} where {block} in (select k from too_large)")
        con.execute(f"{too_large}{LARGEST_BLOCK}")
        [(left,)] = con.sql("select coalesce(sum(n), 0) from too_large").fetchall()
        con.execute(f"update blocks set {block} = null where {block} in (select k from too_large)")
        large.append({"rule": block, "limit": limit, "blocks": int(count), "nodes": int(nodes), "largest": int(largest), "skipped": int(left)})
    con.execute("create or replace temp table blocked as select * from blocks order by node" if large else "alter table blocks rename to blocked")
    return large


def largest_whole(con: duckdb.DuckDBPyConnection, block: str) -> int:
    """The largest size of a block of one key that need not be divided. Reads `blocks`."""
    [(nodes,)] = con.sql("select count(*) from blocks").fetchall()
    sizes = con.sql(f"select n, count(*) from (select count(*) as n from blocks where {block} is not null group by {block}) group by 1 order by 1").fetchall()
    pairs, largest = 0.0, 1
    for size, blocks in sizes:
        pairs += blocks * size * (size - 1) / 2
        if pairs > max(PAIRS_PER_NODE * nodes, FEW_PAIRS):
            return min(largest, LARGEST_BLOCK)
        largest = size
    return LARGEST_BLOCK


def learn(con: duckdb.DuckDBPyConnection, shipped: dict[str, Any], *, prior: float, seed: int) -> tuple[Parameters, str]:
    """Learn the parameters from the data: u from pairs of a sample, m from records that a number proves to be of one person.

    Where too few share a number, m comes from expectation maximisation inside two blocks; each block teaches the comparisons that it does not
    rest on: equal birth dates teach names, equal names teach birth dates. With so few comparisons that is weakly identified (a share of the
    strangers of a block can hide in m), so a comparison whose parameters make no sense (see `sensible`) keeps the shipped ones.
    Returns the parameters, and in words where they came from.
    """
    from splink.internals.exceptions import SplinkException

    threads = con.sql("select current_setting('threads')").fetchall()[0][0]
    try:
        con.execute(f"create or replace temp table strangers as select * from blocked order by hash(node, {seed}), node limit {U_NODES}")
        sample = new_linker(new_api(con), con, "strangers", shipped, prior)
        sample.training.estimate_u_using_random_sampling(max_pairs=U_NODES**2, seed=seed, min_count_per_level=None, num_chunks=1)
        start = {
            name: [{"m": old["m"], "u": max(new["u"], old["u"] / 5)} for old, new in zip(shipped[name], levels, strict=True)]
            for name, levels in parameters_of(sample, shipped).items()
        }
        con.execute("set threads = 1")      # sums in one order: the same data teach the same parameters
        con.execute((HERE / "teachers.sql").read_text(encoding="utf-8").replace("$seed", str(seed)).replace("$nodes", str(TEACHERS)))
        taught = con.sql("select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from teachers group by person)").fetchall()[0][0]
        if taught >= ENOUGH_MATCHES:
            linker, origin = new_linker(new_api(con), con, "teachers", start, prior), f"learned from {int(taught):,} pairs that share a number"
            linker.training.estimate_m_from_label_column("person")
            unseen = 0.5 / int(taught)
        else:
            linker, origin, unseen = new_linker(new_api(con), con, "blocked", start, prior), "learned by expectation maximisation", None
            for rule in TEACHING:
                linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True, max_pairs=EM_PAIRS)
        found = parameters_of(linker, start, unseen=unseen)
    except (SplinkException, ValueError, ZeroDivisionError) as wrong:
        return shipped, f"shipped: learning failed ({type(wrong).__name__})"
    finally:
        con.execute(f"set threads = {threads}")
    kept: Parameters = {}
    refused = []
    for comparison in COMPARISONS:
        name = comparison.name
        if sensible(found[name]):
            kept[name] = [{"m": round(0.98 * new["m"] + 0.02 * old["m"], 7), "u": new["u"]} for new, old in zip(found[name], shipped[name], strict=True)]
        else:
            kept[name] = shipped[name]
            refused.append(name)
    # Numbers cannot show how many hold a second passport of another state, which shares no number with the first: at least what is shipped.
    same, *other = zip(kept["origin"], shipped["origin"], strict=True)
    kept["origin"] = [same[0], *({"m": max(new["m"], old["m"]), "u": new["u"]} for new, old in other)]
    return kept, origin + (f"; shipped for {', '.join(refused)}" if refused else "")


def parameters_of(linker: Any, before: Parameters, *, unseen: float | None = None) -> Parameters:
    """m and u of each level as a linker holds them now; what it could not estimate stays as before, or is `unseen` where that is given (m)."""

    def held(level: dict[str, Any], old: dict[str, float], which: str) -> float:
        value = level.get(f"{which}_probability")
        if not isinstance(value, int | float):
            value = unseen if which == "m" and unseen else old[which]
        return round(max(float(value), SMALLEST), 7)

    found = {}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        name, levels = comparison["output_column_name"], [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        found[name] = [{"m": held(level, old, "m"), "u": held(level, old, "u")} for level, old in zip(levels, before[name], strict=True)]
    return found


def sensible(levels: list[dict[str, float]]) -> bool:
    """Whether learned parameters say what they must: full agreement speaks for one person, disagreement against, and most matches agree somewhere.

    >>> sensible([{"m": 0.9, "u": 0.1}, {"m": 0.1, "u": 0.9}])
    True
    >>> sensible([{"m": 0.1, "u": 0.1}, {"m": 0.9, "u": 0.9}])     # learned in a block where the names rarely agree
    False
    """
    weights = [level["m"] / level["u"] for level in levels]
    return weights[0] > 1 and weights[-1] < 1 and levels[-1]["m"] < 0.3 and weights[0] == max(weights)


def new_api(con: duckdb.DuckDBPyConnection) -> Any:
    """Splink's hold on a connection; tables that it makes are shared by the linkers of one hold only."""
    from splink import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    return DuckDBAPI(con)


def new_linker(api: Any, con: duckdb.DuckDBPyConnection, table: str, model: Parameters, prior: float, *, counted: int = 1, only: str = "") -> Any:
    """A Splink linker over one table with given parameters; it says nothing."""
    from splink import Linker

    return Linker(api.register(con.table(table)), new_settings(splink_comparisons(model, counted=counted), prior, only), log_level=None)


def new_settings(comparisons: Iterable[Any], prior: float, only: str = "") -> Any:
    """Settings of a linker, the same on every engine: nodes are compared that share a block key and meet the condition `only` (over l and r)."""
    from splink import SettingsCreator

    rules: list[Any] = [f"l.{block} = r.{block}" + (f" and ({only})" if only else "") for block in BLOCKS]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="node",
        probability_two_random_records_match=prior,
        comparisons=list(comparisons),
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        max_iterations=40,
    )
