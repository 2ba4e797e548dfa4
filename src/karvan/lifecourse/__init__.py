"""Life course: dated records become spells: present in the country, holding a status, usually resident.

>>> from karvan.lifecourse import STEP
>>> STEP.writes
('events', 'presence_spells', 'status_spells', 'citizenships', 'residence_spells', 'residence_regions', 'repairs', 'course_counts', 'course_watch')
"""

from karvan.lifecourse import spells
from karvan.lifecourse.presence import presence_spells
from karvan.lifecourse.residence import RULES, UR_12_16, Rule, decide_crossings, rule_named
from karvan.lifecourse.step import STEP, step_on

__all__ = ["RULES", "STEP", "UR_12_16", "Rule", "decide_crossings", "presence_spells", "rule_named", "spells", "step_on"]
