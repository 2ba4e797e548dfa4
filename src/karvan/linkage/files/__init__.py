"""Linkage by itself: two files that have nothing to do with a pack, or one and its duplicates."""

from karvan.linkage.files.drafting import draft
from karvan.linkage.files.engine import check_out
from karvan.linkage.files.linking import link_files
from karvan.linkage.files.report import Report

__all__ = ["Report", "check_out", "draft", "link_files"]
