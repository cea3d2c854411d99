"""Syntax -> Scene: what the lines mean, in whole frames, with names resolved."""
