"""Publication: from safe cubes to what people read. Here: the migration profile. Nothing here can see an untreated value."""

from karvan.publish.cells import Cell, Cells
from karvan.publish.profile import Edition, profile, profile_document

__all__ = ["Cell", "Cells", "Edition", "profile", "profile_document"]
