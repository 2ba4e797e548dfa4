"""Indicators: definitions in, cubes out, and for every cell the way back.

>>> from karvan.indicators import STEP
>>> STEP.writes
('cubes',)
"""

from karvan.indicators.cell import query_for_cell
from karvan.indicators.compute import STEP, compute, dictionary
from karvan.indicators.definition import Definition, in_language, read_definition
from karvan.indicators.explanation import Explanation, explain
from karvan.indicators.window import refusal
from karvan.indicators.wording import formula_of, unit_name

__all__ = [
    "STEP", "Definition", "Explanation", "compute", "dictionary", "explain", "formula_of", "in_language", "query_for_cell", "read_definition", "refusal", "unit_name",
]  # fmt: skip
