"""Frames in words: `frame 48`, `frames 48 to 119`."""

from itertools import pairwise

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


def frames_by_owner(owner: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    """The places that belong to each of the owners 0 to `count` - 1, in order."""
    breaks = (np.flatnonzero(np.diff(owner)) + 1).tolist()
    runs: list[list[NDArray[np.int64]]] = [[] for _ in range(count)]
    for begin, end in pairwise([0, *breaks, len(owner)] if len(owner) else []):
        if owner[begin] >= 0:
            runs[owner[begin]].append(np.arange(begin, end))
    nothing = np.zeros(0, dtype=np.int64)
    return [np.concatenate(run) if run else nothing for run in runs]
