"""Watching: every save of a script is compiled at once, and rendered."""
