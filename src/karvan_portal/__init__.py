"""The portal: desks for people who read, check and run the country's migration figures.

Server-rendered Django over the rooms of `karvan`, used through their public names. Start it with `karvan portal -w WORKSPACE`.
"""
