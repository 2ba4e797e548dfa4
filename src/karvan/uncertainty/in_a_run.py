"""Intervals in the course of a run of the line: drawn for the figures that changed, before cubes and intervals are made safe together."""

from __future__ import annotations

from typing import Any

from karvan.errors import KarvanError
from karvan.uncertainty.carry import carry_declared
from karvan.workspace import Progress, Workspace


class Intervals:
    """The intervals that the packs declare. `drawn`: what `carry` says of each figure; `why_not`: what stood in the way.

    Examples
    --------
    ::

        intervals = Intervals(ws)
        line.run(ws, before={"disclosure": intervals.draw})
    """

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.drawn: list[dict[str, Any]] = []
        self.why_not = ""

    def draw(self, report: Progress) -> None:
        """Draw them where figures changed. Figures without intervals are figures still: what stands in the way is kept, and the run goes on. Call it under `ws.lock()`."""
        try:
            self.drawn = carry_declared(self.ws, progress=report)
        except KarvanError as wrong:
            self.why_not = str(wrong).splitlines()[0]
