"""Quality: what each source, and the life course made from it, is worth; measured, scored, and shown with every figure.

>>> from karvan.quality import STEP
>>> STEP.writes
('quality_scores',)
"""

from karvan.quality.limits import QualityIndicator, quality_indicators
from karvan.quality.step import STEP

__all__ = ["STEP", "QualityIndicator", "quality_indicators"]
