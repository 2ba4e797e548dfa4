"""Same settings, seed and size: the same tables. Another seed: other lives."""

import copy

import pytest

from karvan.errors import DataError
from karvan.synth.lives import simulate


@pytest.fixture(scope="module")
def small(settings):
    return simulate(settings, seed=3, residents=3_000)


def test_the_same_seed_gives_the_same_tables(settings, small):
    again = simulate(settings, seed=3, residents=3_000)
    assert all(again[name].equals(rows) for name, rows in small.items())


def test_another_seed_gives_other_lives(settings, small):
    other = simulate(settings, seed=4, residents=3_000)
    assert not other["crossing"].equals(small["crossing"])


def test_settings_are_not_changed_by_the_simulation(settings):
    before = copy.deepcopy(settings)
    simulate(settings, seed=3, residents=500)
    assert settings == before


def test_another_country_needs_only_other_settings(settings):
    """The national code and the countries are words of the pack: with others, the same code runs and names them."""
    import yaml

    other = yaml.safe_load(yaml.safe_dump(settings).replace("AZE", "UTO").replace("AZ-", "UT-"))
    made = simulate(other, seed=3, residents=1_000)
    held = set(made["nationalities"]["citizenship"].to_pylist())
    assert "UTO" in held and "AZE" not in held
    assert all(r is None or r.startswith("UT-") for r in made["addresses"]["region"].to_pylist())


def test_a_kind_of_movement_without_its_density_is_named(settings):
    kinds = {name: about for name, about in settings["density"]["kinds"].items() if name != "asylum"}
    with pytest.raises(DataError, match="no density of asylum"):
        simulate({**settings, "density": {**settings["density"], "kinds": kinds}}, seed=1, residents=100)


def test_missing_sections_are_named(settings):
    with pytest.raises(DataError, match="lack movers, visitors"):
        simulate({k: v for k, v in settings.items() if k not in ("movers", "visitors")}, seed=1, residents=100)
