"""Names of persons: brought to comparable forms, and compared across scripts."""

from karvan.linkage.names.forms import LONGEST, NameForms, key, masculine, name_forms, skeleton, surname_skeleton

__all__ = ["LONGEST", "NameForms", "key", "masculine", "name_forms", "skeleton", "surname_skeleton"]
