"""Disclosure control: cubes in, safe cubes out. Nothing is published that has not passed here.

>>> from karvan.disclosure import STEP
>>> STEP.writes
('safe_cubes',)
"""

from karvan.disclosure.audit import Finding, audit
from karvan.disclosure.treat import STEP, treat

__all__ = ["STEP", "Finding", "audit", "treat"]
