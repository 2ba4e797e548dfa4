"""How dense the movements are: what the pack declares holds, and the figures of real life are the published ones."""

from pathlib import Path

import pytest
import yaml

from karvan.errors import PackError
from karvan.synth.density import kinds, measured

SETTINGS = yaml.safe_load((Path(__file__).parents[2] / "packs" / "az" / "synth" / "lives.yaml").read_text(encoding="utf-8"))
KINDS = {kind.name: kind for kind in kinds(SETTINGS)}


@pytest.mark.parametrize("name", KINDS)
def test_the_declared_density_holds(lives, settings, name):
    kind = KINDS[name]
    assert measured(lives, kind, settings, residents=50_000) == pytest.approx(kind.factor, rel=kind.within)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if "indicator" in kind.source])
def test_the_real_figure_is_the_one_published(official, name):
    source = KINDS[name].source
    published = official[(source["indicator"], str(source["from_on"]), str(source["to_on"]), source["citizenship"])]
    assert KINDS[name].real == published


def test_movers_and_visitors_are_about_as_dense_as_planned():
    assert KINDS["movers"].factor == 20
    assert KINDS["visitors"].factor == 2
    assert KINDS["asylum"].factor == 60


def test_a_density_without_its_figure_is_refused():
    movers = {key: value for key, value in SETTINGS["density"]["kinds"]["movers"].items() if key != "real"}
    with pytest.raises(PackError, match="movers has no real"):
        kinds({"density": {"kinds": {"movers": movers}}})
