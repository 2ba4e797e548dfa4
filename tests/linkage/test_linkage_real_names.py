"""Real names of public office holders in several scripts: how far skeletons alone carry."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from karvan.linkage.names import key, name_forms
from karvan.workspace import new_connection

SHARED = os.environ.get("KARVAN_SHARED")


def alike(one: str, other: str) -> bool:
    """Equal parts, equal keys, or one name inside the other."""
    a, b = name_forms(None, None, full_name=one).parts.split(), name_forms(None, None, full_name=other).parts.split()
    keys_a, keys_b = {key(p) for p in a}, {key(p) for p in b}
    return bool(a and b) and (a == b or (min(len(keys_a), len(keys_b)) > 1 and (keys_a <= keys_b or keys_b <= keys_a)))


@pytest.mark.real_data
@pytest.mark.skipif(not SHARED, reason="KARVAN_SHARED is not set")
def test_latin_and_cyrillic_names_of_one_person_are_mostly_alike_and_of_two_people_hardly_ever():
    pairs = new_connection().sql(f"""
        select kind, name_a, name_b from '{Path(str(SHARED)) / "data/name_pairs/dev.parquet"}'
        where script_a in ('LATIN', 'CYRILLIC') and script_b in ('LATIN', 'CYRILLIC')""").fetchall()
    share = {kind: sum(alike(a, b) for k, a, b in pairs if k == kind) / sum(k == kind for k, _, _ in pairs) for kind in ("same", "random", "hard")}
    assert share["same"] > 0.6
    assert share["random"] < 0.001
    assert share["hard"] < 0.01
