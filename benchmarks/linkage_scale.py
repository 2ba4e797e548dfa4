"""Linkage of a large made-up population: a full run and 10,000 new records, beside plain Splink with the same blocking, each in its own process.

    python benchmarks/linkage_scale.py [PERSONS] [--without-peer]

Ten agencies in three spellings (Azerbaijani, machine-readable zone, Russian) with slips, swapped and partial dates, old and new passports; about 2.25 records a
person; the truth is known. 200,000 persons by default; 4,444,000 persons are ten million records. Plain Splink gets the names, dates and numbers as written, the comparisons that
its documentation recommends, and the same keys for candidate pairs; where a key would give more pairs than `PAIRS`, it is left out and said so. Processor time is the fair figure on a machine that does other work.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from karvan.workspace import Workspace, new_connection, run_step

NEW = 10_000
PAIRS = 60_000_000      # of one key, for plain Splink: ten million records gave more than the disk holds (over 50 GB spilled) when each key might give 300 million
AGENCIES = ("border", "migration", "register", "labour", "education", "health", "tax", "justice", "social", "foreign")
VOWELS, CONSONANTS = ["a", "e", "ə", "i", "o", "u", "ö", "ü"], ["b", "c", "ç", "d", "f", "g", "h", "k", "l", "m", "n", "q", "r", "s", "ş", "t", "v", "x", "y", "z"]
LETTERS = {   # as written, in the machine-readable zone, in Russian
    "ə": ("A", "а"), "ç": ("CH", "ч"), "ş": ("SH", "ш"), "ö": ("O", "о"), "ü": ("U", "ю"), "q": ("G", "г"), "x": ("KH", "х"), "c": ("J", "дж"), "y": ("Y", "й"), "e": ("E", "е"),
    **{a: (a.upper(), r) for a, r in zip("abdfghiklmnoprstuvz", "абдфгхиклмнопрстувз", strict=True)},
}  # fmt: skip


def spelled(name: str) -> tuple[str, str, str]:
    return name.capitalize(), "".join(LETTERS[c][0] for c in name), "".join(LETTERS[c][1] for c in name).capitalize()


def pools(con: Any, seed: int) -> None:
    """Tables `given` (sex, n, az, mrz, ru) and `family` (n, az, mrz, ru): names put together from syllables; no one is named by them."""
    import random

    rnd = random.Random(seed)

    def word(syllables: int) -> str:
        return "".join(rnd.choice(CONSONANTS) + rnd.choice(VOWELS) for _ in range(syllables)) + rnd.choice(CONSONANTS)

    given = {sex: sorted({word(rnd.choice((1, 2, 2))) + ("" if sex == "M" else "a") for _ in range(700)}) for sex in "MF"}
    family = sorted({word(rnd.choice((1, 2, 2, 3))) + end for _ in range(12_000) for end in (rnd.choice(("ov", "li", "zadə", "bəyli")),)})
    con.execute("create table given (sex varchar, n integer, az varchar, mrz varchar, ru varchar)")
    con.executemany("insert into given values (?, ?, ?, ?, ?)", [(sex, n, *spelled(name)) for sex, names in given.items() for n, name in enumerate(names)])
    con.execute("create table family (n integer, az varchar, mrz varchar, ru varchar)")
    con.executemany("insert into family values (?, ?, ?, ?)", [(n, *spelled(name)) for n, name in enumerate(family)])


# A number from 0 to 1 by seed, purpose and what it is about.
CHANCE = "create macro chance(about, purpose) as hash(about, purpose, {seed}) / 18446744073709551616.0"
PERSONS = """
create table person as
select pid, sex, citizenship, national, birth,
       cast(floor(power(chance(pid, 'given'), 2) * (select max(n) + 1 from given g where g.sex = p.sex)) as integer) as given_n,
       cast(floor(power(chance(pid, 'family'), 1.5) * (select max(n) + 1 from family)) as integer) as family_n
from (
    select range as pid, case when chance(range, 'sex') < 0.5 then 'M' else 'F' end as sex, chance(range, 'national') < 0.45 as national,
           case when chance(range, 'national') < 0.45 then 'AAA' else ['BBB', 'CCC', 'DDD', 'EEE', 'FFF'][1 + cast(floor(5 * power(chance(range, 'state'), 2)) as integer)] end as citizenship,
           date '1940-01-01' + cast(floor(chance(range, 'birth') * 25500) as integer) as birth
    from range({persons})
) p
"""
RECORDS = """
create table record as
with seen as (
    select p.*, r.range as nr, chance(pid || '-' || r.range, 'record') as luck,
           1 + cast(floor(chance(pid, 'documents') * 1.35) as integer) as documents
    from person p, range(6) r where r.range < 1 + floor(power(chance(pid, 'records'), 2) * 5)
),
shown as (
    select *, case when documents > 1 and chance(pid || '-' || nr, 'document') < 0.5 then 2 else 1 end as document,
           cast(floor(chance(pid || '-' || nr, 'agency') * 10) as integer) as agency, pid || '-' || nr as key
    from seen
),
spelt as (
    select s.*, case when agency = 0 or agency = 9 then 'mrz' when agency = 1 and chance(key, 'script') < 0.4 then 'ru' else 'az' end as script,
           g.az as g_az, g.mrz as g_mrz, g.ru as g_ru, f.az as f_az, f.mrz as f_mrz, f.ru as f_ru
    from shown s join given g on g.sex = s.sex and g.n = s.given_n join family f on f.n = s.family_n
),
named as (
    select *, case script when 'mrz' then g_mrz when 'ru' then g_ru else g_az end as given_name,
           case script when 'mrz' then f_mrz when 'ru' then f_ru else f_az end || case when sex = 'F' and ends_with(lower(f_az), 'ov') then case script when 'mrz' then 'A' when 'ru' then 'а' else 'a' end else '' end as surname
    from spelt
),
slipped as (
    select *, case when chance(key, 'slip') < 0.02 and length(surname) > 4 then left(surname, 2) || substr(surname, 4) else surname end as s, chance(key, 'swap') < 0.01 as swapped,
           case when chance(key, 'date') < 0.02 and day(birth) <= 12 then strftime(make_date(year(birth), day(birth), month(birth)), '%Y-%m-%d')
                when chance(key, 'date') < 0.04 then strftime(birth, '%Y') when chance(key, 'date') < 0.06 then strftime(birth, '%Y-01-01') else strftime(birth, '%Y-%m-%d') end as born
    from named
)
select sha256(key || '{seed}')[:32] as record_id, pid, case when agency = 0 then 'crossing' else 'registration' end as record_type, 'x.' || ({agencies})[agency + 1] || '.records' as feed, 'd' as delivery_id,
       date '2022-01-01' + cast(floor(luck * 1400) as integer) as observed_on, case when swapped then given_name else s end as surname, case when swapped then s else given_name end as given_names,
       born as birth_date, sex, citizenship, case when chance(key, 'country') < 0.7 then citizenship end as birth_country,
       case when agency in (0, 1, 3, 5, 7, 9) then citizenship[1] || lpad(cast(pid * 2 + document as varchar), 9, '0') end as doc_no, citizenship as doc_issuer,
       case when national and agency in (2, 4, 6, 8) then 'N' || lpad(cast(pid as varchar), 8, '0') end as personal_no
from slipped
"""


def make(folder: Path, persons: int, seed: int = 1) -> None:
    """Write `records.parquet` (identities, with the person `pid`)."""
    con = new_connection(memory="3GB", temp=folder / "tmp")
    pools(con, seed)
    con.execute(CHANCE.format(seed=seed))
    con.execute(PERSONS.format(persons=persons))
    con.execute(RECORDS.format(seed=seed, agencies=str(list(AGENCIES))))
    con.execute(f"copy (from record order by feed, record_id) to '{folder / 'records.parquet'}' (compression zstd)")


def identities(con: Any, folder: Path, where: str) -> Any:
    from karvan.tables import TABLES

    there = {row[0] for row in con.sql(f"describe from '{folder / 'records.parquet'}'").fetchall()}
    columns = ", ".join(c.name if c.name in there else f"cast(null as {c.duckdb_type}) as {c.name}" for c in TABLES["identities"].columns)
    return con.sql(f"select {columns} from '{folder / 'records.parquet'}' where {where} order by record_id")


def full(folder: Path) -> dict[str, Any]:
    """Karvan, everything but the last 10,000 records of the border, in a workspace whose parts are the feeds."""
    from karvan.linkage import STEP

    con = new_connection(memory="1GB", temp=folder / "tmp")
    con.execute(f"create table late as select record_id from '{folder / 'records.parquet'}' where feed = 'x.border.records' order by observed_on desc, record_id limit {NEW}")
    con.execute(f"copy late to '{folder / 'late.parquet'}'")
    ws = Workspace.create(folder / "ws", packs=[])
    with ws.lock(), ws.transaction() as tx:
        for agency in AGENCIES:
            tx.write("identities", identities(con, folder, f"feed = 'x.{agency}.records' and record_id not in (select record_id from late)"), part=f"x.{agency}.records")
    con.close()
    return timed(ws, STEP)


def new(folder: Path) -> dict[str, Any]:
    """Karvan, the last 10,000 records; the border's part grows by them."""
    from karvan.linkage import NEW_ONLY

    ws, con = Workspace.open(folder / "ws"), new_connection(memory="1GB", temp=folder / "tmp")
    with ws.lock(), ws.transaction() as tx:
        tx.write("identities", identities(con, folder, "feed = 'x.border.records'"), part="x.border.records")
    con.close()
    return timed(ws, NEW_ONLY)


def timed(ws: Workspace, step: Any) -> dict[str, Any]:
    began, started = processor(), time.monotonic()

    def told(stage: str, done: float) -> None:      # of a long run that is stopped, this much is known
        print(f"{stage}: after {processor() - began:.0f} s of processor, {time.monotonic() - started:.0f} s, {peak():.0f} MB at most", file=sys.stderr, flush=True)

    with ws.lock():
        run = run_step(ws, step, progress=told)
    assert run is not None
    links = ws.connect().sql("select record_id, person_id from links").to_arrow_table()
    return {"seconds": time.monotonic() - started, "processor": processor() - began, "notes": run.notes, "links": links}


def compared(folder: Path) -> dict[str, Any]:
    """How far the links after the new records are from a full run."""
    from karvan.linkage import difference

    started, began = time.monotonic(), processor()
    return {"difference": difference(Workspace.open(folder / "ws")), "seconds": time.monotonic() - started, "processor": processor() - began}


def plain(folder: Path) -> dict[str, Any]:
    """Plain Splink on the records as written, with the settings that its documentation recommends and the keys that Karvan blocks by."""
    import logging

    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    began, started = processor(), time.monotonic()
    con = new_connection(memory="4GB", temp=folder / "tmp")
    con.execute(f"""create table people as
        select record_id as unique_id, surname, given_names, birth_date, sex, citizenship, doc_no, personal_no, left(birth_date, 4) as birth_year from '{folder / "records.parquet"}'""")
    keys = (("doc_no",), ("personal_no",), ("birth_date",), ("surname", "given_names", "birth_year"), ("surname", "birth_year"), ("given_names", "birth_year", "sex", "citizenship"), ("surname", "given_names", "citizenship"))
    used, left_out = [], []
    if pairs_of(con, ("birth_date",)) > PAIRS:
        keys = tuple(("birth_date", "substr(surname, 1, 1)", "substr(given_names, 1, 1)") if key == ("birth_date",) else key for key in keys)
        left_out.append(("birth_date", "whole"))
    for key in keys:
        (used if pairs_of(con, key) <= PAIRS else left_out).append(key)
    settings = SettingsCreator(
        link_type="dedupe_only", retain_matching_columns=False, retain_intermediate_calculation_columns=False,
        comparisons=[
            cl.JaroWinklerAtThresholds("surname").configure(term_frequency_adjustments=True), cl.JaroWinklerAtThresholds("given_names").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]), cl.ExactMatch("sex"), cl.ExactMatch("citizenship"), cl.ExactMatch("doc_no"), cl.ExactMatch("personal_no"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*key) for key in used],
    )  # fmt: skip
    api = DuckDBAPI(con)
    linker = Linker(api.register(con.table("people")), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([block_on("doc_no"), block_on("personal_no"), block_on("surname", "given_names", "birth_date")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("surname", "given_names"), block_on("birth_date", "citizenship", "given_names")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
    pairs = linker.inference.predict(threshold_match_probability=0.9)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)
    links = con.sql(f"select unique_id as record_id, cluster_id as person_id from {clusters.physical_name}").to_arrow_table()
    return {"seconds": time.monotonic() - started, "processor": processor() - began, "links": links, "left_out": [" + ".join(key) for key in left_out]}


def pairs_of(con: Any, key: tuple[str, ...]) -> int:
    [(pairs,)] = con.sql(f"select sum(n * (n - 1) / 2) from (select count(*) as n from people where {' and '.join(f'{k} is not null' for k in key)} group by {', '.join(key)})").fetchall()
    return int(pairs or 0)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def b_cubed(folder: Path, links: Any) -> tuple[float, float, float]:
    con = new_connection(memory="2GB", temp=folder / "tmp")
    con.register("links", links)
    [(precision, recall)] = con.sql(f"""
        with beside as (select person_id as p, pid as t from links join '{folder / "records.parquet"}' using (record_id)),
             counted as (select count(*) over (partition by p, t) as b, count(*) over (partition by p) as o, count(*) over (partition by t) as n from beside)
        select avg(b / o), avg(b / n) from counted""").fetchall()
    return precision, recall, 2 * precision * recall / (precision + recall)


def one(folder: Path, what: str) -> None:
    """One part in a process of its own; prints JSON."""
    said = {"full": full, "new": new, "compared": compared, "plain": plain}[what](folder)
    most = peak()
    if "links" in said:
        said["b_cubed"] = b_cubed(folder, said.pop("links"))
    print(json.dumps(said | {"peak": most}, default=str))


def main(persons: int, *, peer: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "tmp").mkdir()
        make(folder, persons)
        [(records,)] = new_connection().sql(f"select count(*) from '{folder / 'records.parquet'}'").fetchall()
        print(f"{records:,} records of {persons:,} persons, {date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}", flush=True)
        for what, words in (("full", "full run"), ("new", f"{NEW:,} new"), ("compared", "full again"), *([("plain", "plain Splink")] if peer else [])):
            done = subprocess.run([sys.executable, __file__, what, place], capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{words:<14} failed: {done.stderr.strip().splitlines()[-1][:200]}")
                continue
            said = json.loads(done.stdout.splitlines()[-1])
            line = f"{words:<14} {said['seconds']:8.1f} s, {said['processor']:8.1f} s of processor, {said['peak']:7.0f} MB"
            if "b_cubed" in said:
                line += "  B-cubed {:.4f} {:.4f} F1 {:.4f}".format(*said["b_cubed"])
            if "difference" in said:
                line += f"  in other company than after a full run: {said['difference']['differing']:,} of {said['difference']['records']:,} records, F1 {said['difference']['f1']:.6f}"
            print(line, said.get("left_out") or "", said.get("notes", {}).get("new_only", ""), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in ("full", "new", "compared", "plain"):
        one(Path(sys.argv[2]), sys.argv[1])
    else:
        numbers = [int(said) for said in sys.argv[1:] if said.isdigit()]
        main(numbers[0] if numbers else 200_000, peer="--without-peer" not in sys.argv)
