"""Seasonal adjustment of published series, by the program X-13ARIMA-SEATS.

>>> from karvan.seasonal import STEP
>>> STEP.reads, STEP.writes
(('safe_cubes',), ('seasonal_series', 'seasonal_values'))
"""

from karvan.seasonal.adjust import Verdict, adjust
from karvan.seasonal.published import Series, series_of
from karvan.seasonal.step import STEP, told, values_of, verdicts
from karvan.seasonal.x13 import Adjustment, run

__all__ = ["STEP", "Adjustment", "Series", "Verdict", "adjust", "run", "series_of", "told", "values_of", "verdicts"]
