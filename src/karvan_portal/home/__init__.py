"""The home page: where things stand."""
