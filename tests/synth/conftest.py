"""A country of five hundred residents, made once for the whole room."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from karvan.country import Country, load
from karvan.synth.cultures import Cultures

NAMES = Path(__file__).parents[2] / "packs" / "az" / "synth" / "names"


@pytest.fixture(scope="session")
def country() -> Country:
    return load(["az"])


@pytest.fixture(scope="session")
def cultures() -> Cultures:
    return Cultures(NAMES)


@pytest.fixture(scope="session")
def tiny(country: Country, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Five hundred residents and their visitors: `extracts`, `truth`, `made`, and `table(name)` of the truth."""
    from karvan.synth.make import make

    folder = tmp_path_factory.mktemp("tiny")
    made = make(country, residents=500, seed=7, extracts=folder / "extracts", truth=folder / "truth")
    return SimpleNamespace(
        extracts=folder / "extracts", truth=folder / "truth", made=made, table=lambda name: pq.read_table(folder / "truth" / f"{name}.parquet")
    )
