"""The statistics desk: find a figure, read it, take it away, walk it back."""
