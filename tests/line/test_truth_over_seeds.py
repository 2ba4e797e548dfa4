"""Figures against the truth over seeds: what `benchmarks/lifecourse/truth.py` measures on the default country (an hour on two processors)."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_figures_of_twenty_seeds_are_near_the_truth_at_once_and_twice_the_defect_rates():
    workers = os.environ.get("KARVAN_WORKERS", "2")
    asked = [sys.executable, "benchmarks/lifecourse/truth.py", "--seeds", "20", "--workers", workers]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr[-2000:]
