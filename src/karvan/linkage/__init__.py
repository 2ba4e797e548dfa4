"""Linkage: which records speak of the same person, across alphabets and documents; what people decide about it, and what becomes of persons."""

from karvan.linkage.decisions import ANSWERS, Decision, Standing, decide, decisions, standing
from karvan.linkage.draws import draw, links_under, persons_under
from karvan.linkage.groups import Group, group_of_pair, groups_of_pairs
from karvan.linkage.history import event, events, figures_changed, undo
from karvan.linkage.increment import NEW_ONLY, difference
from karvan.linkage.review import REVIEWERS, Candidate, agreement, review_queue, trade_off
from karvan.linkage.sample import Drawn, Estimate, covered, draw_sample, estimate, labels_of, sample_of, spread
from karvan.linkage.sides import Opened, open_pair
from karvan.linkage.step import STEP, step_on
from karvan.linkage.thresholds import link_at
from karvan.linkage.weighed import Compared, Weighed

__all__ = [
    "ANSWERS", "NEW_ONLY", "REVIEWERS", "STEP", "Candidate", "Compared", "Decision", "Drawn", "Estimate", "Group", "Opened", "Standing", "Weighed", "agreement",
    "covered", "decide", "decisions", "difference", "draw", "draw_sample", "estimate", "event", "events", "figures_changed", "group_of_pair",
    "groups_of_pairs", "labels_of", "link_at", "links_under", "open_pair", "persons_under", "review_queue", "sample_of", "spread", "standing", "step_on", "trade_off", "undo",
]  # fmt: skip
