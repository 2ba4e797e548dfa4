"""Households and cases: who lives together and who stands in one file, by the records that say so.

>>> from karvan.households import STEP
>>> STEP.writes
('cases', 'household_members', 'households')
"""

from karvan.households.step import STEP, live_together

__all__ = ["STEP", "live_together"]
