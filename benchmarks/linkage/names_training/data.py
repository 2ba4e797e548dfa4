"""The files that the name model learns from, as lists. Persons of `dev.parquet` are read by the benchmark alone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Pairs:
    """Pairs of names with their truth."""

    name_a: list[str]
    name_b: list[str]
    label: list[int]
    kind: list[str]
    person: list[str]
    lang_a: list[str]
    lang_b: list[str]
    script_a: list[str]
    script_b: list[str]


def pairs(shared: Path, part: str) -> Pairs:
    rows = duckdb.connect().execute(
        f"select name_a, name_b, label, kind, entity_a, lang_a, lang_b, script_a, script_b from '{shared}/data/name_pairs/{part}.parquet' order by all"
    ).fetchall()
    return Pairs(*map(list, zip(*rows, strict=True)))


def parts_in_two_scripts(shared: Path) -> list[tuple[str, str, str, int]]:
    """Latin spelling, native spelling, language, count: single name parts."""
    found = duckdb.connect().execute(f"select latin, native, lang, count from '{shared}/data/name_pairs/tokens_train.parquet' order by all").fetchall()
    for file, lang in (("latin_arabic", "ar"), ("latin_cyrillic_ru", "ru")):
        with (shared / f"data/names_transliteration_pairs/{file}.csv").open(encoding="utf-8") as source:
            found += [(row["latin"], row["other"], lang, int(row["count"])) for row in csv.DictReader(source)]
    return sorted(set(found))


def common_names(shared: Path) -> list[tuple[str, str, str]]:
    """Localised name, romanised name, gender (M, F or empty for surnames)."""
    out = []
    for file in ("common-forenames-by-country", "common-surnames-by-country"):
        with (shared / f"data/names_common/{file}.csv").open(encoding="utf-8-sig") as source:
            out += [(row["Localized Name"], row["Romanized Name"], row.get("Gender", "")) for row in csv.DictReader(source)]
    return sorted({row for row in out if row[0] or row[1]})
