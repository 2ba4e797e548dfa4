"""Indicators: definitions in, cubes out, and for every cell the way back.

>>> from karvan.indicators import STEP
>>> STEP.writes
('cubes',)
"""

from karvan.indicators.cell import query_for_cell
from karvan.indicators.compute import STEP, compute, dictionary
from karvan.indicators.definition import Definition, read_definition
from karvan.indicators.explanation import Explanation, explain

__all__ = ["STEP", "Definition", "Explanation", "compute", "dictionary", "explain", "query_for_cell", "read_definition"]
