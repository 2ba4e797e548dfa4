"""Shared by all tests. That this file stands here puts `tests/` on the path: `from drawn import drawn, table` works everywhere."""

from hypothesis import settings

# A busy machine makes a single example slow; what a property test must show is that the law holds, not how fast.
settings.register_profile("karvan", deadline=None)
settings.load_profile("karvan")
