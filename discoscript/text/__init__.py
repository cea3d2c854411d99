"""The text of a script, and messages about places in it."""
