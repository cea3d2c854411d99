"""Frames in words: `frame 48`, `frames 48 to 119`."""

import numpy as np
from numpy.typing import NDArray


def first_stretch(bad: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last frame of the first unbroken run; None if there is none."""
    frames = np.flatnonzero(bad)
    if not len(frames):
        return None
    breaks = np.flatnonzero(np.diff(frames) > 1)
    return int(frames[0]), int(frames[breaks[0] if len(breaks) else -1])


def stretch_text(stretch: tuple[int, int], what: str = "frame") -> str:
    """A run of frames in words."""
    first, last = stretch
    return f"{what} {first}" if first == last else f"{what}s {first} to {last}"
