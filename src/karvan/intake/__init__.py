"""Intake: agencies' files in, typed records out; what cannot be read is set aside, never dropped."""

from karvan.intake.completeness import observed_until
from karvan.intake.step import STEP, ledger

__all__ = ["STEP", "ledger", "observed_until"]
