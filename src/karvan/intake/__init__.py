"""Intake: agencies' files in, typed records out; what cannot be read is set aside, never dropped.

`STEP` reads what is new in the extracts zone. `load` puts a file there, `check` tries one out, `accept` lets a held delivery
through, `return_file` writes what goes back to the agency. `observed_until` is the last day that is complete.
"""

from karvan.intake.accepting import accept
from karvan.intake.checking import Checked, Finding, check
from karvan.intake.completeness import observed_until
from karvan.intake.draft import draft
from karvan.intake.loading import load
from karvan.intake.plan import REASONS, REMARK
from karvan.intake.returns import list_quarantine, return_file, scorecard
from karvan.intake.step import STEP, ledger

__all__ = ["REASONS", "REMARK", "STEP", "Checked", "Finding", "accept", "check", "draft", "ledger", "list_quarantine", "load", "observed_until", "return_file", "scorecard"]
