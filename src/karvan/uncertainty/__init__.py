"""How far a published figure may lie from the truth: intervals from draws of links and of guesses, and from measured errors that no draw can show.

Draws of links (`karvan.linkage.draw`) -> life courses under every draw (`courses`) -> cells under every draw (`carry`) -> one interval for each cell (`together`). What errs besides is declared by the
pack (`declared`). What lies beside the tables in force never comes in their place. Explained to a statistician: docs/explanation/uncertainty.md.

Source: Rubin, D. B. (1987), "Multiple Imputation for Nonresponse in Surveys", Wiley; of links: Gutman, Afendulis and Zaslavsky (2013), JASA 108.
"""

from karvan.uncertainty.carry import asked, carry, carry_declared, compute_drawn, intervals
from karvan.uncertainty.declared import Declared, Error, declared
from karvan.uncertainty.in_a_run import Intervals
from karvan.uncertainty.together import CELL, LEAST_DRAWS, put_together_sql

__all__ = ["CELL", "LEAST_DRAWS", "Declared", "Error", "Intervals", "asked", "carry", "carry_declared", "compute_drawn", "declared", "intervals", "put_together_sql"]
