"""Who signs in, what they may see, and the log of what they did."""
