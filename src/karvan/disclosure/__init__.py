"""Disclosure control: cubes in, safe cubes out. Nothing is published that has not passed here.

>>> from karvan.disclosure import STEP
>>> STEP.writes
('safe_cubes', 'safe_intervals')
"""

from karvan.disclosure.audit import Finding, audit, audit_intervals
from karvan.disclosure.intervals import treat_intervals
from karvan.disclosure.treat import STEP, treat

__all__ = ["STEP", "Finding", "audit", "audit_intervals", "treat", "treat_intervals"]
