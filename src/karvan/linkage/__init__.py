"""Linkage: which records speak of the same person, across alphabets and documents; what people decide about it, and what becomes of persons."""

from karvan.linkage.decisions import ANSWERS, Decision, Standing, decide, decisions, standing
from karvan.linkage.draws import draw, links_under
from karvan.linkage.history import event, events, undo
from karvan.linkage.increment import NEW_ONLY, difference
from karvan.linkage.review import Candidate, Explanation, agreement, explain_pair, review_queue, trade_off
from karvan.linkage.step import STEP

__all__ = [
    "ANSWERS", "NEW_ONLY", "STEP", "Candidate", "Decision", "Explanation", "Standing", "agreement", "decide", "decisions", "difference", "draw", "event", "events", "explain_pair", "links_under", "review_queue", "standing",
    "trade_off", "undo",
]  # fmt: skip
