"""The examples in the docstrings of the portal run."""

import doctest

import pytest


@pytest.mark.parametrize("name", ["words", "statistics.table", "statistics.dictionary", "statistics.files", "statistics.chart"])
def test_the_examples_of_a_module_hold(tinyland, name):
    import importlib

    told = doctest.testmod(importlib.import_module(f"karvan_portal.{name}"))
    assert told.attempted and not told.failed
