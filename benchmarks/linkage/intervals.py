"""Do intervals of linkage error hold the truth? A synthetic country, its figures under drawn links, and two truths to hold them against.

    python benchmarks/linkage/intervals.py [RESIDENTS] [--seeds 1 2 3] [--defect-rates 2] [--draws 20] [--keep FOLDER]

The figures under true links are what the same line gives when every record has its true person: the interval speaks of the way from there to the figure in force. The truth of the
lives differs from the figure by everything else too: crossings never recorded, records that are wrong, repairs. An interval of links is not meant to hold that, and how often it does says how
much of the error is linkage's. `held`: share of the cells whose interval holds the truth, a cell that is nowhere counting 0; `held where it moves`: of the cells that a draw changes; `in error`: cells
whose figure in force is not the true one.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from karvan import line
from karvan.country import for_workspace
from karvan.linkage.draws import persons_drawn
from karvan.linkage.prepare import prepare
from karvan.linkage.step import match_keys
from karvan.synth.make import make
from karvan.uncertainty import CELL, asked, carry, cubes_under
from karvan.workspace import Workspace

INDICATORS = ("FLW-01", "FLW-02", "FLW-03", "STK-01")
# Each true person keeps the number that most of their records have, if that number has most of its records from them; else a number of their own.
TRUE_LINKS = """
create or replace temp table new_draws as
with located as ({located}),
truly as (
    select l.record_id, l.person_id, t.person_no
    from links l join located r using (record_id) join deliveries d on d.delivery_id = r.delivery_id
    join read_parquet('{truth}/record_person.parquet') t on t.feed = r.feed and t.file = d.file and t.row_no = r.row_no
),
counted as (select person_no, person_id, count(*) as n from truly group by all),
best as (
    select person_no, person_id from counted
    qualify row_number() over (partition by person_no order by n desc, person_id) = 1 and row_number() over (partition by person_id order by n desc, person_no) = 1
)
select cast(1 as bigint) as draw, t.record_id, coalesce(b.person_id, 'T' || t.person_no) as person_id
from truly t left join best b using (person_no) where t.person_id is distinct from b.person_id order by all
"""
TRUE_FLOWS = """
with flows as (
    select 'FLW-01' as indicator, year(from_on) as year, person_no, from_on as moved_on from read_parquet('{truth}/residence.parquet') where previous_country is not null
    union select 'FLW-02', year(to_on), person_no, to_on from read_parquet('{truth}/residence.parquet') where ended_by = 'emigration'
)
select indicator, cast(year as varchar) as period, coalesce(sex, '_T') as sex, count(distinct person_no) as truth
from flows join read_parquet('{truth}/people.parquet') using (person_no) group by indicator, year, grouping sets ((sex), ())
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("residents", nargs="?", type=int, default=5_000)
    arguments.add_argument("--seeds", nargs="+", type=int, default=[1])
    arguments.add_argument("--defect-rates", type=float, default=1.0)
    arguments.add_argument("--draws", type=int, default=20)
    arguments.add_argument("--keep", type=Path, help="make the countries here, and keep them")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="karvan-bench-") as temporary:
        for seed in chosen.seeds:
            ws = made(chosen.keep or Path(temporary), chosen.residents, seed, chosen.defect_rates)
            with ws.lock():
                done = carry(ws, INDICATORS, draws=chosen.draws, seed=seed)
            for row in done:
                print(f"seed {seed}: {row['indicator']}, {row['cells']:,} cells: a draw moves {row['moving']:.1%}, value in force outside {row['outside']:.1%}, median width where it moves {row['width'] or 0:.2f}")
            for against, found in scored(ws).items():
                print(f"seed {seed}: {against}: " + ", ".join(f"{what} {how}" for what, how in found.items()))


def made(folder: Path, residents: int, seed: int, rates: float) -> Workspace:
    """A workspace with a synthetic country, its line run."""
    root = folder / f"intervals-{residents}-{seed}-x{rates:g}"
    ws = Workspace.open(root) if root.exists() else Workspace.create(root, packs=["az", "world"])
    if not (root / "truth").exists():
        make(for_workspace(ws), seed=seed, residents=residents, extracts=ws.extracts, truth=root / "truth", defect_rates=rates)
    line.run(ws)
    return ws


def scored(ws: Workspace) -> dict[str, dict[str, Any]]:
    """How often the intervals in force hold what they are held against."""
    country, truth = for_workspace(ws), str(ws.root / "truth").replace("'", "''")
    before = ws.head()
    con = ws.connect(identity="figures of a synthetic country under true links")
    prepare(con, keys=match_keys(ws))
    located = " union all ".join(f"select record_id, feed, delivery_id, row_no from {name}" for (name,) in con.sql("select distinct record_type from identities").fetchall())
    con.execute(TRUE_LINKS.format(located=located, truth=truth))
    with ws.lock(), ws.transaction() as tx:
        tx.write("link_draws", con.sql("from new_draws"))
        tx.write("link_draw_persons", persons_drawn(con))
    con.close()
    con = ws.connect(at=before)
    con.register("found", cubes_under(ws, 1, [asked(name, country) for name in INDICATORS], country))
    con.execute(f"create temp table intervals as select * from cube_intervals where indicator in {INDICATORS}")
    con.execute(f"create temp table figures as select {CELL}, cast(value as double) as truth from found")
    con.execute(f"create temp table lives as {TRUE_FLOWS.format(truth=truth)}")
    same = " and ".join(f"i.{d.strip()} is not distinct from t.{d.strip()}" for d in CELL.split(","))
    beside = {
        "under true links": f"""
            select coalesce(i.value, 0) as value, coalesce(i.low, 0) as low, coalesce(i.high, 0) as high, coalesce(i.differing, 0) as differing, coalesce(t.truth, 0) as truth
            from intervals i full join figures t on {same}""",
        "of the lives, final years by sex": """
            select i.*, t.truth from intervals i join lives t on t.indicator = i.indicator and t.period = i.period and t.sex = i.sex
            join (select * from cubes where obs_status = 'A') c on c.indicator = i.indicator and c.period = i.period and c.sex = i.sex
                and coalesce(c.citizenship, '_T') = '_T' and coalesce(c.age_group, '_T') = '_T' and coalesce(c.birth_country, '_T') = '_T' and coalesce(c.previous_country, '_T') = '_T'
                and coalesce(c.next_country, '_T') = '_T' and coalesce(c.region, '_T') = '_T' and coalesce(c.reason, '_T') = '_T'
            where coalesce(i.citizenship, '_T') = '_T' and coalesce(i.age_group, '_T') = '_T' and coalesce(i.birth_country, '_T') = '_T' and coalesce(i.previous_country, '_T') = '_T'
                and coalesce(i.next_country, '_T') = '_T' and coalesce(i.region, '_T') = '_T' and coalesce(i.reason, '_T') = '_T'""",
    }
    found = {}
    for against, query in beside.items():
        names = ["cells", "held", "in error", "held of those in error", "moving", "held where it moves", "mean distance of the figure", "mean width"]
        values = con.execute(f"""
            with b as (select *, truth between low - 1e-9 and high + 1e-9 as holds from ({query}))
            select count(*), avg(case when holds then 1 else 0 end), count(*) filter (value is distinct from truth), avg(case when holds then 1 else 0 end) filter (value is distinct from truth),
                   count(*) filter (differing > 0), avg(case when holds then 1 else 0 end) filter (differing > 0), avg(abs(value - truth)), avg(high - low)
            from b""").fetchall()[0]  # fmt: skip
        found[against] = {name: f"{value:.3f}" if isinstance(value, float) else value for name, value in zip(names, values, strict=True)}
    con.close()
    return found


if __name__ == "__main__":
    main()
