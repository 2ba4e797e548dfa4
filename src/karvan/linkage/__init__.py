"""Linkage: which records speak of the same person, across alphabets and documents."""

from karvan.linkage.step import STEP

__all__ = ["STEP"]
