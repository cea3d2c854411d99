"""Which frames turbo diffuses; the others are only moved by the camera."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray


def diffused(
    steps: NDArray[np.int64],
    preroll: int,
    starts: Collection[int],
    shots: Collection[int] = (),
) -> NDArray[np.bool_]:
    """Whether each frame is diffused, shape (frames,): those that are due, and the `preroll`
    frames after the start of a segment, which do not shift the frames that are due."""
    frames = np.arange(len(steps))
    segments = np.isin(frames, [0, *starts])
    first = np.maximum.accumulate(np.where(segments, frames, 0))
    due = last_due(steps, starts, shots) == frames
    made: NDArray[np.bool_] = due | (frames - first <= preroll)
    return made


def last_due(
    steps: NDArray[np.int64], starts: Collection[int], shots: Collection[int] = ()
) -> NDArray[np.int64]:
    """For each frame the last one, itself included, that is due to be diffused.

    `steps` is turbo's at each frame, 1 for none. A frame is due when as many frames have passed
    since the last one that was due as the steps now in force say: so fewer steps act at once. The
    frames that begin a segment (`starts`) or a shot (`shots`) are always due.
    """
    found = np.zeros(len(steps), dtype=np.int64)
    begins, due = {*starts, *shots}, 0
    for frame, step in enumerate(steps.tolist()):
        if frame in begins or frame - due >= step:
            due = frame
        found[frame] = due
    return found
