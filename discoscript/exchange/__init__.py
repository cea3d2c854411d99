"""Settings files of other programs: read into a script, and written from a schedule."""
