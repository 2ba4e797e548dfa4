"""Revisions: what a figure was on earlier days, how much of the final figure a preliminary one holds, and what that lets expect of figures not final yet.

>>> from karvan.revisions import completeness, nowcast, triangle
"""

from karvan.revisions.provisional import expected_migrations, provisional
from karvan.revisions.published import publish
from karvan.revisions.replay import vintage_days, vintages
from karvan.revisions.triangle import completeness, nowcast, one_cell, revision_sizes, triangle

__all__ = ["completeness", "expected_migrations", "nowcast", "one_cell", "provisional", "publish", "revision_sizes", "triangle", "vintage_days", "vintages"]
