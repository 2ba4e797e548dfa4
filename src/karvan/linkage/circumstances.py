"""What records say beside who a person is: documents in use, journeys, places in a case, addresses, birthplaces.

Namesakes born on one day, and twins, agree in everything that `comparisons.py` looks at. What tells them apart is that two passports of one state are in use at once, that one enters while the other is inside, that
they stand in one case as two members. These things hang on records, not on nodes, so they are looked at only for pairs that the model kept, after it. Silence says nothing; a place that relatives share
says nothing of people whose names disagree.

Parameters are in `model.json`, as those of the comparisons, and are learned by one step of expectation maximisation over the pairs, whose probabilities rest on names and dates alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.linkage.comparisons import MISSING

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
BATCH = 5           # crossings stamped in one second at one point: entered after an outage, so their order is not known
SHIPPED_WEIGHS = 30     # pairs for which the shipped parameters stand in what is learned
ENOUGH_PAIRS = 500      # below, the shipped parameters stand alone
NAMESAKES = 6.5     # bits: what names and dates can prove at most where circumstances speak against, for coincidences are not independent


@dataclass(frozen=True)
class Circumstance:
    """One circumstance of two nodes, its levels, the record tables that it needs, and the query that gives the level of pairs `questioned` (a, b), of which it knows one.

    `favour`: how many of the levels, from the first, speak for one person; the others speak against. `of_relatives`: relatives share it. `impossible`: levels at which two nodes cannot be one person, with the reason.
    """

    name: str
    levels: tuple[str, ...]
    reads: tuple[str, ...]
    query: str
    favour: int = 1
    of_relatives: bool = False
    impossible: tuple[tuple[str, str], ...] = ()

    @property
    def codes(self) -> list[str]:
        """Every level that a pair can have; `missing` last."""
        return [*self.levels, MISSING]


# The crossings of both in one order: where the next one is the other's, in must follow out. Passports of one state are used one after the other (the paper that replaces one on the way home is
# of another kind), those of two states by turns.
JOURNEYS = f"""
with passed as (
    select node, crossed_at, direction, doc_issuer, doc_type, document from questioned_records join crossing using (record_id)
    where crossed_at is not null and decision = 'admitted' and coalesce(same_second, 1) < {BATCH}
),
both_sides as (
    select a, b, 1 as side, * from questioned join passed on node = a
    union all select a, b, 2, * from questioned join passed on node = b
),
in_order as (
    select a, b, lag(side) over w <> side as change, lag(direction) over w = direction as unlike from both_sides
    window w as (partition by a, b order by crossed_at, direction, side, document)
),
counted as (select a, b, count(*) filter (change) as changes, count(*) filter (change and unlike) as against from in_order group by a, b having changes > 0),
used as (select node, doc_issuer, doc_type, document, min(crossed_at) as first, max(crossed_at) as last from passed where document is not null group by node, doc_issuer, doc_type, document),
of_one_state as (
    select a, b, bool_or(x.doc_type = y.doc_type and x.document <> y.document and x.first < y.last and y.first < x.last) as at_once
    from questioned join used x on x.node = a join used y on y.node = b and y.doc_issuer = x.doc_issuer group by a, b
)
select a, b,
       case when at_once then 'at_once' when against > 1 and 2 * against >= changes then 'contradict' when against = changes or (against > 0 and at_once is not null) then 'contradict_once' when against > 0 then 'gap'
            when at_once is null and changes > 1 then 'alternate' when at_once is not null and changes = 1 then 'renewed' else 'in_turn' end as level
from counted left join of_one_state using (a, b)
"""
# Members of one case are numbered; who is sponsored stands on a permit of their own.
FAMILY = """
with place as (
    select distinct node, feed, case_no, member_no from (
        select record_id, feed, case_no, member_no from case_event union all select record_id, feed, case_no, member_no from decision
    ) join questioned_records using (record_id) where case_no is not null and member_no is not null
),
sponsored as (select distinct node, permit_no, family_of from permit join questioned_records using (record_id))
select a, b, max(level) as level from (
    select a, b, case when bool_or(x.member_no = y.member_no) then 'one_member' else 'two_members' end as level
    from questioned join place x on x.node = a join place y on y.node = b and y.feed = x.feed and y.case_no = x.case_no group by a, b
    union all select a, b, 'two_members' from questioned join sponsored x on x.node = a join sponsored y on y.node = b where x.family_of = y.permit_no or y.family_of = x.permit_no
) group by a, b
"""
# As clerks write addresses: the same numbers of house and street, and half the words of the shorter one.
ADDRESS = """
with lived as (
    select distinct node, list_sort(regexp_extract_all(address, '[0-9]+')) as numbers, list_distinct(regexp_extract_all(lower(strip_accents(address)), '\\p{L}{2,}')) as words
    from questioned_records where address is not null
)
select a, b, case when bool_or(x.numbers = y.numbers and 2 * len(list_intersect(x.words, y.words)) >= least(len(x.words), len(y.words))) then 'same' else 'other' end as level
from questioned join lived x on x.node = a join lived y on y.node = b
where len(x.numbers) > 0 and len(y.numbers) > 0 and len(x.words) > 0 and len(y.words) > 0
group by a, b
"""
BIRTH_PLACE = """
with born as (
    select distinct node, list_distinct(regexp_extract_all(lower(strip_accents(birth_place)), '\\p{L}{3,}')) as words from questioned_records where birth_place is not null
)
select a, b, case when bool_or(list_has_any(x.words, y.words)) then 'same' else 'other' end as level
from questioned join born x on x.node = a join born y on y.node = b where len(x.words) > 0 and len(y.words) > 0 group by a, b
"""

CIRCUMSTANCES = (
    Circumstance(
        "journeys", ("alternate", "renewed", "in_turn", "gap", "contradict_once", "contradict", "at_once"), ("crossing",), JOURNEYS,
        favour=3, impossible=(("contradict", "two journeys at once"), ("at_once", "two documents in use at once")),
    ),
    Circumstance("family", ("one_member", "two_members"), ("case_event", "decision", "permit"), FAMILY, impossible=(("two_members", "two members of one family"),)),
    Circumstance("address", ("same", "other"), (), ADDRESS, of_relatives=True),
    Circumstance("birth_place", ("same", "other"), (), BIRTH_PLACE, of_relatives=True),
)
NAMES_AGREE, ALIKE_FROM = ("same", "same_keys", "similar", "cut", "missing"), 0.5


def find_levels(con: duckdb.DuckDBPyConnection, pairs: str) -> None:
    """Make the temporary tables `level_of_<circumstance>` (a, b, level) for pairs of nodes, `pairs` being a query for them (a, b).

    Reads `node_of`, `prepared`, `identities`, and the record tables that are there. Pairs without a node in `node_of` get no level.
    """
    con.execute(f"create or replace temp table questioned as select distinct a, b from ({pairs}) where a in (select node from node_of) and b in (select node from node_of)")
    con.execute("""
        create or replace temp table questioned_records as
        select node, record_id, document, doc_issuer, address, birth_place
        from node_of join prepared using (rid) left join (select record_id, address, birth_place from identities where coalesce(address, birth_place) is not null) using (record_id)
        where node in (select a from questioned union select b from questioned)""")
    there = {name for (name,) in con.sql("select table_name from information_schema.tables").fetchall()}
    for one in CIRCUMSTANCES:
        query = one.query if there.issuperset(one.reads) else "select a, b, null::varchar as level from questioned where false"
        con.execute(f"create or replace temp table level_of_{one.name} as {query}")
    con.execute("drop table questioned_records")


def weigh_circumstances(con: duckdb.DuckDBPyConnection, known: dict[str, Any] | None = None, *, floor: float = 0.0) -> dict[str, Any]:
    """Give the pairs of `compared` their circumstances and the weights that follow; pairs of the model that fall below `floor` go.

    Where circumstances speak against, names and dates count for `NAMESAKES` bits at most. Reads `stands_for`, `node_of`, `prepared`, `identities` and record tables.

    Parameters
    ----------
    known
        Parameters to use; without them they are learned, where there is enough to learn from.

    Returns
    -------
    By circumstance, {m, u} of each level.
    """
    columns = ", ".join(f"coalesce(l_{one.name}.level, '{MISSING}') as {one.name}" for one in CIRCUMSTANCES)
    find_levels(con, "select l.node as a, r.node as b from compared join stands_for l on l.record_id = record_a join stands_for r on r.record_id = record_b")
    joins = " ".join(f"left join level_of_{one.name} l_{one.name} on l_{one.name}.a = q.a and l_{one.name}.b = q.b" for one in CIRCUMSTANCES)
    con.execute(f"""
        create or replace temp table circumstances as
        select l.record_id as one, r.record_id as other, {columns} from questioned q join stands_for l on l.node = q.a join stands_for r on r.node = q.b {joins}""")
    shipped = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
    model = {one.name: known[one.name] for one in CIRCUMSTANCES} if known else learn(con, shipped)
    weights = {one: weight_sql(one, model[one.name]) for one in CIRCUMSTANCES}
    doubt = " + ".join(f"least(0, {weight})" for one, weight in weights.items() if one.of_relatives)
    con.execute(f"""
        create or replace temp table weighed as
        select record_a, record_b, {", ".join(f"c.{one.name}" for one in CIRCUMSTANCES)}, {" + ".join(weights.values())} as shift, {doubt} as doubt
        from compared join circumstances c on record_a = least(one, other) and record_b = greatest(one, other)""")
    con.execute(f"""
        update compared set match_weight = round(case when shift < 0 then least(match_weight, {NAMESAKES}) else match_weight end + shift, 4), doubt = w.doubt,
               block = case when shift < 0 and block = 'name_birth' then 'block_birth' else block end, {", ".join(f"{one.name} = w.{one.name}" for one in CIRCUMSTANCES)}
        from weighed w where w.record_a = compared.record_a and w.record_b = compared.record_b""")
    con.execute("update compared set probability = round(1 / (1 + pow(2, -match_weight)), 6) where match_weight is not null")
    con.execute("delete from compared where probability < ? and block not in ('name_birth', 'decision')", [floor])
    return model


def bits_of(one: Circumstance, levels: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What each level says for one person (above 0) or against, in bits.

    >>> bits_of(CIRCUMSTANCES[2], [{"m": 0.8, "u": 0.1}, {"m": 0.2, "u": 0.8}])
    {'same': 3.0, 'other': -2.0}
    """
    return {code: round(math.log2(known["m"] / known["u"]), 2) for code, known in zip(one.levels, levels, strict=True)}


def names_agree(level: str, score: float | None) -> bool:
    """Whether the names of two nodes agree so far that a place which relatives share says something of them."""
    return level in NAMES_AGREE and (score is None or score >= ALIKE_FROM)


def weight_sql(one: Circumstance, levels: Sequence[Mapping[str, float]]) -> str:
    agree = f"name in {NAMES_AGREE} and coalesce(name_score, 1) >= {ALIKE_FROM}"
    cases = " ".join(f"when '{code}' then " + (f"case when {agree} then {bits} else 0 end" if one.of_relatives and bits > 0 else f"{bits}") for code, bits in bits_of(one, levels).items())
    return f"case c.{one.name} {cases} else 0 end"


def learn(con: duckdb.DuckDBPyConnection, shipped: dict[str, Any]) -> dict[str, Any]:
    """m and u of each level: its share among pairs weighted by their probability so far, and by what is left of it; the shipped ones stand in for `SHIPPED_WEIGHS` pairs.

    What few pairs teach may not turn a level against its sense: it then says nothing.
    """
    model: dict[str, Any] = {}
    for one in CIRCUMSTANCES:
        counted = {level: (m, u) for level, m, u in con.sql(f"""
            select circumstances.{one.name}, sum(probability), sum(1 - probability) from compared join circumstances on record_a = least(one, other) and record_b = greatest(one, other)
            where probability is not null group by 1""").fetchall()}  # fmt: skip
        pairs = [counted.get(level, (0.0, 0.0)) for level in one.levels]
        of_one, of_two = sum(m for m, _ in pairs) + SHIPPED_WEIGHS, sum(u for _, u in pairs) + SHIPPED_WEIGHS
        found = [
            {"m": round((m + SHIPPED_WEIGHS * old["m"]) / of_one, 7), "u": round((u + SHIPPED_WEIGHS * old["u"]) / of_two, 7)} for (m, u), old in zip(pairs, shipped[one.name], strict=True)
        ] if sum(map(sum, pairs)) >= ENOUGH_PAIRS else shipped[one.name]  # fmt: skip
        model[one.name] = [
            {"m": level["m"] if at < one.favour else min(level["m"], level["u"]), "u": min(level["m"], level["u"]) if at < one.favour else level["u"]} for at, level in enumerate(found)
        ]
    return model
