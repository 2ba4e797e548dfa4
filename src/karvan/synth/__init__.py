"""The synthetic country: lives, and the files that agencies would deliver about them. A leaf: no room of the spine reads it."""

from karvan.synth.truth import TRUTH

__all__ = ["TRUTH"]
