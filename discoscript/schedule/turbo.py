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
    """Whether each frame is diffused, shape (frames,).

    `steps` is turbo's at each frame, 1 for none. A frame is due when as many frames have passed
    since the last one that was due as the steps now in force say: so fewer steps act at once. The
    frames that begin a segment (`starts`) or a shot (`shots`) are always due. The `preroll` frames
    after the start of a segment are diffused in any case, and do not shift the frames that are due.
    """
    made = np.zeros(len(steps), dtype=bool)
    begins, first, due = {*starts, *shots}, 0, 0
    for frame, step in enumerate(steps.tolist()):
        if frame in starts:
            first = frame
        if frame in begins or frame - due >= step:
            due = frame
        made[frame] = frame == due or frame - first <= preroll
    return made
