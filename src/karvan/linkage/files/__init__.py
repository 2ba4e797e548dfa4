"""Linkage by itself: two files that have nothing to do with a pack, or one and its duplicates."""

from karvan.linkage.files.drafting import draft
from karvan.linkage.files.linking import Report, link_files

__all__ = ["Report", "draft", "link_files"]
