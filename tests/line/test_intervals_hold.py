"""Intervals against the truth of synthetic countries: what `benchmarks/lifecourse/intervals.py` measures on ten, on three."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_intervals_of_three_countries_hold_the_truth_and_are_narrow():
    asked = [sys.executable, "benchmarks/lifecourse/intervals.py", "8000", "--seeds", "5", "6", "7", "--draws", "10"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr[-2000:]
