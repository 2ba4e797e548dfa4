"""The default country, simulated once for all tests of lives."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from karvan.synth.lives import simulate

PACK = Path(__file__).parents[2] / "packs" / "az"
FIRST_DELIVERY = date(2020, 7, 1)


@pytest.fixture(scope="session")
def settings():
    return yaml.safe_load((PACK / "synth" / "lives.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def truth(settings):
    return simulate(settings, seed=1, residents=50_000)


@pytest.fixture(scope="session")
def lives(truth):
    """A connection with every truth table as a view."""
    con = duckdb.connect()
    for name, rows in truth.items():
        con.register(name, rows)
    return con


@pytest.fixture(scope="session")
def ask(lives) -> Callable[..., list[tuple]]:
    return lambda sql: lives.execute(sql).fetchall()


@pytest.fixture(scope="session")
def official():
    """Rows of the official figures that the pack carries: (indicator, from, to, citizenship) -> value."""
    found = sorted((PACK / "official").rglob("reported_figures*.csv"))
    with found[0].open(encoding="utf-8") as lines:
        return {(r["indicator"], r["period_start"], r["period_end"], r["citizenship"]): float(r["value"]) for r in csv.DictReader(lines)}
