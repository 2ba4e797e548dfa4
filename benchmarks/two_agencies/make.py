"""Make the two-agency benchmark from a synthetic country: a border service's table in machine-readable-zone form, a register's table as names are written at home.

    karvan init W --pack az --pack world && karvan synth make -w W && karvan run -w W --through intake
    python benchmarks/two_agencies/make.py W benchmarks/two_agencies --seed 1

Nobody in it exists. No number is shared: names, birth dates, sex and citizenship are all there is to link by.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from karvan.tables import RECORD_TYPES
from karvan.workspace import Workspace

BOTH, ONLY = 4_000, 2_000                       # people in both tables, and in one of them
HOME = ("latin", "cyrillic")                    # scripts of the register; people who write otherwise at home are left out
DAMAGE = {"year_only": 0.03, "swapped_day": 0.01, "no_patronymic": 0.05, "swapped_fields": 0.02, "no_sex": 0.02}


def people_of(root: Path) -> tuple[pa.Table, pa.Table]:
    """What the border wrote of people (one row a person and document), and what stands in their papers at home."""
    ws = Workspace.open(root)
    con = ws.connect(identity="make a benchmark of made-up people", memory="2GB")
    located = " union all ".join(f"select record_id, feed, delivery_id, row_no from {name}" for name in RECORD_TYPES)
    con.execute(f"""
        create temp table seen as
        select t.person_no, i.surname, i.given_names, i.birth_date, i.sex, i.citizenship
        from ({located}) r join deliveries d using (delivery_id) join identities i using (record_id)
        join read_parquet('{root}/truth/record_person.parquet') t on t.feed = r.feed and t.file = d.file and t.row_no = r.row_no
        where i.feed like '%.crossings' and i.surname is not null
        qualify row_number() over (partition by t.person_no order by hash(i.record_id)) = 1""")
    border = con.sql("select * from seen order by person_no").to_arrow_table()
    home = con.sql(f"""
        select n.person_no, n.surname, n.given_names, n.patronymic, strftime(p.born_on, '%Y-%m-%d') as birth_date, p.sex, s.citizenship, n.script
        from read_parquet('{root}/truth/names.parquet') n join read_parquet('{root}/truth/people.parquet') p using (person_no) join seen s using (person_no)
        where n.script in {HOME} and (n.script = 'cyrillic' or s.citizenship in (select citizenship from seen group by 1 order by count(*) desc limit 12))
        qualify row_number() over (partition by n.person_no order by n.from_on desc nulls last) = 1 order by n.person_no""").to_arrow_table()
    con.close()
    return border, home


def damaged(home: pa.Table, rng: np.random.Generator) -> list[dict[str, str | None]]:
    """The register's rows with the slips of a register."""
    rows = home.to_pylist()
    for row in rows:
        if rng.random() < DAMAGE["year_only"]:
            row["birth_date"] = row["birth_date"][:4]
        elif rng.random() < DAMAGE["swapped_day"] and int(row["birth_date"][8:]) <= 12:
            row["birth_date"] = f"{row['birth_date'][:4]}-{row['birth_date'][8:]}-{row['birth_date'][5:7]}"
        if rng.random() < DAMAGE["no_patronymic"]:
            row["patronymic"] = None
        if rng.random() < DAMAGE["swapped_fields"]:
            row["surname"], row["given_names"] = row["given_names"], row["surname"]
        if rng.random() < DAMAGE["no_sex"]:
            row["sex"] = None
    return rows


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("workspace", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--seed", type=int, default=1)
    said = asked.parse_args()
    rng = np.random.default_rng(said.seed)
    border, home = people_of(said.workspace)
    cyrillic = [n for n, s in zip(home["person_no"].to_pylist(), home["script"].to_pylist(), strict=True) if s == "cyrillic"]
    others = [n for n, s in zip(home["person_no"].to_pylist(), home["script"].to_pylist(), strict=True) if s != "cyrillic"]
    half = (BOTH + 2 * ONLY) // 2
    chosen = rng.permutation(np.concatenate([rng.permutation(cyrillic)[:half], rng.permutation(others)[: BOTH + 2 * ONLY - min(half, len(cyrillic))]]))
    both, left, right = np.split(chosen, [BOTH, BOTH + ONLY])
    in_border, in_register = set(both.tolist()) | set(left.tolist()), set(both.tolist()) | set(right.tolist())

    def table(rows: list[dict[str, str | None]], columns: tuple[str, ...], mark: str) -> tuple[pa.Table, dict[int, str]]:
        order = rng.permutation(len(rows))
        ids = {rows[at]["person_no"]: f"{mark}{number:05d}" for number, at in enumerate(order)}
        cells = {name: pa.array([rows[at][name] for at in order], pa.string()) for name in columns}
        return pa.table({"unique_id": pa.array([ids[rows[at]["person_no"]] for at in order]), **cells}), ids

    plain = ("surname", "given_names", "birth_date", "sex", "citizenship")
    a, ids_a = table([row for row in border.to_pylist() if row["person_no"] in in_border], plain, "B")
    b, ids_b = table(damaged(home.filter(pa.array([n in in_register for n in home["person_no"].to_pylist()])), rng), ("surname", "given_names", "patronymic", *plain[2:]), "R")
    truth = sorted((ids_a[n], ids_b[n]) for n in both.tolist())
    pq.write_table(a, said.out / "border.parquet", compression="zstd")
    pq.write_table(b, said.out / "register.parquet", compression="zstd")
    years = pa.array([date[:4] for date in b["birth_date"].to_pylist()])
    pq.write_table(b.set_column(b.schema.get_field_index("birth_date"), "birth_year", years), said.out / "register_years.parquet", compression="zstd")
    pq.write_table(pa.table({"unique_id_a": [x for x, _ in truth], "unique_id_b": [y for _, y in truth]}), said.out / "truth.parquet", compression="zstd")
    print(f"border {a.num_rows:,}, register {b.num_rows:,}, in both {len(truth):,}")


if __name__ == "__main__":
    main()
