"""`python -m karvan` is `karvan`."""

from karvan.cli import main

main()
