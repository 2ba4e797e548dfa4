"""Real names of public office holders whom the shipped model never met."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from karvan.linkage.names import compare_names, shipped
from karvan.workspace import new_connection

SHARED = os.environ.get("KARVAN_SHARED")
EAST = "('HAN', 'HANGUL', 'KATAKANA')"

pytestmark = [pytest.mark.real_data, pytest.mark.skipif(not SHARED, reason="KARVAN_SHARED is not set")]


@pytest.fixture(scope="module")
def dev():
    """Score, truth, and whether a name has Han, Hangul or Kana."""
    rows = new_connection().sql(f"""
        select name_a, name_b, label, script_a in {EAST} or script_b in {EAST} from '{Path(str(SHARED)) / "data/name_pairs/dev.parquet"}'""").fetchall()
    a, b, label, east = map(list, zip(*rows, strict=True))
    return compare_names(a, b), np.array(label), np.array(east, bool)


def f1(score, label):
    accepted = score >= shipped().threshold
    return 2 * (accepted & (label == 1)).sum() / (accepted.sum() + label.sum())


def test_most_names_are_judged_rightly_in_all_scripts(dev):
    score, label, east = dev
    assert f1(score, label) >= 0.92
    assert f1(score[~east], label[~east]) >= 0.95


def test_at_a_precision_of_995_in_a_thousand_four_of_five_are_found(dev):
    score, label, _ = dev
    right = np.cumsum(label[np.argsort(-score, kind="stable")])
    fine = np.flatnonzero(right / np.arange(1, len(label) + 1) >= 0.995)
    assert right[fine[-1]] / label.sum() >= 0.8
