"""Expressions: their quantities, their values over time, the functions and eases they may use."""
