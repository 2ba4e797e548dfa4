"""The migration profile, read in the portal."""
