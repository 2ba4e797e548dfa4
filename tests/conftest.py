"""Shared by all tests. That this file stands here puts `tests/` on the path: `from drawn import drawn, table` works everywhere."""
