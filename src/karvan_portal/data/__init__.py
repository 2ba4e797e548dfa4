"""The data desk: what agencies sent, what was set aside, and the run of the line."""
