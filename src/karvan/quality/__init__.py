"""Quality: what each source, and the life course made from it, is worth; measured, scored, and shown with every figure.

>>> from karvan.quality import STEP
>>> STEP.writes
('quality_scores', 'quality_history')
"""

from karvan.quality.figures import FIGURES
from karvan.quality.limits import QualityIndicator, quality_indicators, scale_of
from karvan.quality.metadata import concepts, described
from karvan.quality.mirrors import mirror_rows, totals_of, typical
from karvan.quality.step import STEP

__all__ = ["FIGURES", "STEP", "QualityIndicator", "concepts", "described", "mirror_rows", "quality_indicators", "scale_of", "totals_of", "typical"]
