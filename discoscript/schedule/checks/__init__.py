"""Checks of a finished schedule: what its values mean together. `every.py` calls them all."""
