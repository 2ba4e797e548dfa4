"""The baseline study on migration data management: what institutions keep, on which basis, how good it is, what is missing, and what to do first."""

from karvan.baseline.answers import questionnaire
from karvan.baseline.editions import Edition, editions, study
from karvan.baseline.plan import STATUSES

__all__ = ["STATUSES", "Edition", "editions", "questionnaire", "study"]
