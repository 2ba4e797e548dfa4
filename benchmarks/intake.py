"""Speed of intake: crossings of 20 columns, against DuckDB parsing the same rows as UTF-8 into typed Parquet, in the same run.

    python benchmarks/intake.py [ROWS] [--keep FOLDER]

ROWS is 1,000,000 if not given; the target (at most 4 times DuckDB's time) is for 10,000,000. Each side runs in a process of its
own, so that its peak of memory is its own. The file is CP1251 with Latin names and a few Cyrillic ones; its UTF-8 twin is what DuckDB reads.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLUMNS = [
    ("ID", "key"), ("WAY", "direction"), ("AT", "crossed_at"), ("POINT", "bcp"), ("MODE", "mode"), ("CARRIER", "carrier"), ("DOC_TYPE", "doc_type"), ("DOC_NO", "doc_no"), ("ISSUER", "doc_issuer"),
    ("EXPIRES", ""), ("SURNAME", "surname"), ("GIVEN", "given_names"), ("BORN", "birth_date"), ("SEX", "sex"), ("CIT", "citizenship"), ("VISA", "visa_no"), ("PURPOSE", "purpose"), ("ADDRESS", "address"),
    ("PERSON", "register_no"), ("RESULT", "decision"),
]  # fmt: skip
STATES = ["TUR", "GEO", "RUS", "IRN", "UKR", "DEU", "GBR", "USA", "IND", "PAK", "KAZ", "UZB"]

MAKE = """
copy (select 'K' || lpad(i::varchar, 10, '0') as "ID", case when h % 2 = 0 then 'E' else 'X' end as "WAY",
  strftime(timestamp '2024-01-01' + to_seconds((i * 86400 * 360 // {rows})::bigint), '%d.%m.%Y %H:%M:%S') as "AT",
  'P' || (h % 30) as "POINT", ['AIR', 'ROAD', 'RAIL', 'SEA'][1 + (h // 7 % 4)::int] as "MODE", 'J2 ' || (h % 900) as "CARRIER", 'P' as "DOC_TYPE",
  chr((65 + p % 26)::int) || lpad((p % 100000000)::varchar, 8, '0') as "DOC_NO", {states}[1 + (p % 12)::int] as "ISSUER", strftime(date '2025-01-01' + (p % 3000)::int, '%d.%m.%Y') as "EXPIRES",
  case when p % 50 = 0 then 'ИВАНОВ' else 'SURNAME' || (p % 90000) end as "SURNAME", 'GIVEN' || (p % 4000) as "GIVEN", strftime(date '1950-01-01' + (p % 20000)::int, '%d.%m.%Y') as "BORN",
  case when p % 2 = 0 then 'M' else 'F' end as "SEX", {states}[1 + (p % 12)::int] as "CIT", case when p % 3 = 0 then 'V' || (p % 10000000) end as "VISA",
  ['tourism', 'labour', 'business', 'education'][1 + (h // 11 % 4)::int] as "PURPOSE", null as "ADDRESS", 'S' || (p % 3000000) as "PERSON", 'A' as "RESULT"
from (select i, hash(i) % 1000003 as h, hash(i, 7) % ({rows} // 8 + 1) as p from range({rows}) t(i)) order by i) to '{path}' (header, delimiter ';', quote '')
"""
DUCKDB = """
copy (select "ID", "WAY", strptime("AT", '%d.%m.%Y %H:%M:%S') as "AT", "POINT", "MODE", "CARRIER", "DOC_TYPE", "DOC_NO", "ISSUER", strptime("EXPIRES", '%d.%m.%Y')::date as "EXPIRES", "SURNAME", "GIVEN",
  strptime("BORN", '%d.%m.%Y')::date as "BORN", "SEX", "CIT", "VISA", "PURPOSE", "ADDRESS", "PERSON", "RESULT"
  from read_csv('{path}', delim = ';', header = true, all_varchar = true)) to '{out}' (format parquet, compression zstd)
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("rows", nargs="?", type=int, default=1_000_000)
    arguments.add_argument("--keep", type=Path, help="make the files here, and keep them")
    arguments.add_argument("--side", choices=("duckdb", "karvan"), help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.side:
        print(json.dumps(duckdb_side(chosen.keep) if chosen.side == "duckdb" else karvan_side(chosen.keep)))
        return
    with tempfile.TemporaryDirectory(prefix="karvan-bench-") as temporary:
        folder = chosen.keep or Path(temporary)
        make(folder, chosen.rows)
        sides = {}
        for side in ("duckdb", "karvan"):
            out = subprocess.run([sys.executable, __file__, "--side", side, "--keep", str(folder)], check=True, capture_output=True, text=True).stdout
            sides[side] = json.loads(out.splitlines()[-1])
    ratio = sides["karvan"]["seconds"] / sides["duckdb"]["seconds"]
    for side, figures in sides.items():
        print(f"{side:<8} {chosen.rows:>12,} rows  {figures['seconds']:8.1f} s  {figures['cpu']:8.1f} s of processors  peak {figures['peak_mb']:,.0f} MB")
    print(f"ratio    {ratio:.2f} of wall time, {sides['karvan']['cpu'] / sides['duckdb']['cpu']:.2f} of processor time (target: at most 4)")


def make(folder: Path, rows: int) -> None:
    """The file in UTF-8 for DuckDB, and in CP1251 in the extracts zone of a workspace."""
    import yaml

    from karvan.workspace import Workspace, new_connection

    folder.mkdir(parents=True, exist_ok=True)
    plain = folder / "crossings_2024.csv"
    con = new_connection(memory="2GB")
    con.execute(MAKE.format(rows=rows, states=STATES, path=plain))
    con.close()
    pack = folder / "packs" / "bench"
    for name in ("contracts", "code_lists"):
        (pack / name).mkdir(parents=True, exist_ok=True)
    (pack / "pack.yaml").write_text("id: bench\nnames: {en: Bench}\nzone: Asia/Tashkent\nlanguages: [en]\ncitizenship: AAA\n", encoding="utf-8")
    (pack / "code_lists" / "states.csv").write_text("code,name_en\n" + "".join(f"{s},{s}\n" for s in STATES), encoding="utf-8")
    (pack / "contracts" / "crossings.yaml").write_text(yaml.safe_dump(contract(), sort_keys=False), encoding="utf-8")
    ws = Workspace.create(folder / "ws", packs=["bench"], packs_folder=folder / "packs")
    zone = ws.extracts / "bench.crossings"
    zone.mkdir()
    with open(plain, encoding="utf-8", newline="") as source, open(zone / plain.name, "w", encoding="cp1251", newline="") as target:
        while block := source.read(1 << 24):
            target.write(block)


def contract() -> dict:
    codes = {"WAY": {"E": "in", "X": "out"}, "MODE": {"AIR": "air", "ROAD": "road", "RAIL": "rail", "SEA": "sea"}, "SEX": {"M": "M", "F": "F"}, "RESULT": {"A": "admitted", "R": "refused"}}
    dates = {"AT": "%d.%m.%Y %H:%M:%S", "BORN": "%d.%m.%Y", "EXPIRES": "%d.%m.%Y"}
    identity = {"doc_type", "doc_no", "doc_issuer", "surname", "given_names", "birth_date", "sex", "citizenship", "address", "register_no"}
    properties = []
    for column, target in COLUMNS:
        own = []
        if target == "" or target == "key":
            own += [{"property": "field", "value": "key"}] if target else [{"property": "drop", "value": True}]
        else:
            own += [{"property": "identity", "value": target}] if target in identity else []
            own += [{"property": "field", "value": target}] if target not in identity or target in ("doc_type", "sex", "citizenship") else []
        own += [{"property": "codes", "value": codes[column]}] if column in codes else []
        own += [{"property": "code_list", "value": "states"}] if column in ("ISSUER", "CIT") else []
        own += [{"property": "date", "value": dates[column]}] if column in dates else []
        own += [{"property": "partial", "value": True}] if column == "BORN" else []
        properties.append({"name": column, "logicalType": "timestamp" if column == "AT" else "string", "required": column in ("ID", "WAY", "AT"), "primaryKey": column == "ID", "customProperties": own})
    return {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": "bench.crossings", "name": "Crossings", "version": "1.0.0", "status": "active", "tenant": "BENCH",
        "schema": [{"name": "crossings", "physicalType": "csv", "properties": properties}],
        "customProperties": [{"property": "karvan", "value": {"record": "crossing", "encoding": "cp1251", "delimiter": ";", "period": "year", "file": "crossings_{period}.csv", "person_key": "document"}}],
    }  # fmt: skip


def duckdb_side(folder: Path) -> dict[str, float]:
    from karvan.workspace import new_connection

    con = new_connection(memory="4GB", temp=folder / "tmp")
    started = time.monotonic()
    con.execute(DUCKDB.format(path=folder / "crossings_2024.csv", out=folder / "plain.parquet"))
    return used(started)


def karvan_side(folder: Path) -> dict[str, float]:
    from karvan import intake
    from karvan.workspace import Workspace, run_step

    ws = Workspace.open(folder / "ws")
    started = time.monotonic()
    with ws.lock():
        run_step(ws, intake.STEP)
    figures = used(started)
    row = intake.ledger(ws)[0]
    assert row["state"] == "accepted" and row["rows_read"] == row["rows"], row
    return figures


def used(started: float) -> dict[str, float]:
    seconds, usage = time.monotonic() - started, resource.getrusage(resource.RUSAGE_SELF)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if ":" in line)
    peak = int(status["VmHWM"].split()[0])    # not ru_maxrss, which begins with the peak of the process that started this one
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": peak / 1024}


if __name__ == "__main__":
    main()
