"""A script and all that it names as one file, a pack, that a stranger can open without danger."""
