"""Syntax -> what is wrong with its names and definitions, from the tables alone."""
