"""The law as dated values: a number with its unit, article, source and state of verification. No number of law stands in code.

This floor holds values only; conditions over facts come on the same files.
"""

from karvan.rules.values import RuleValue, value

__all__ = ["RuleValue", "value"]
