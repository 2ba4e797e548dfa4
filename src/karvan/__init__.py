"""Karvan: migration data and policy."""
