"""What every test may ask for."""

from figures import figure

__all__ = ["figure"]
