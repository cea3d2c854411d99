"""Stereo video: how the pictures of both eyes share one, and what tells a player so.

The eyes are flat pictures, bent for the lenses of a headset, and no part of a sphere: nothing
here claims a spherical projection.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from discoscript.frames.renderer import Picture


@dataclass(frozen=True)
class Layout:
    """One way to lay the left and the right eye out, left eye first.

    - `axis`: along which they follow each other: 0 down, 1 to the right.
    - `ending`: what headset players look for at the end of a file's name.
    - `box`: `stereo_mode` of the MP4 box `st3d` (Spherical Video V2).
    - `packing`: frame packing arrangement of H.264 (ITU-T H.264, D.2.26).
    - `matroska`: StereoMode of Matroska and WebM, as ffmpeg calls it.
    """

    name: str
    doc: str
    axis: int
    ending: str
    box: int
    packing: int
    matroska: str


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("side_by_side", "left eye left, right eye right", 1, "LR", 2, 3, "left_right"),
        Layout("top_bottom", "left eye above, right eye below", 0, "TB", 1, 4, "top_bottom"),
    )
}


def halves(both: Picture) -> tuple[Picture, Picture]:
    """The left and the right eye of a stored picture, in which they lie side by side."""
    middle = both.shape[1] // 2
    return both[:, :middle], both[:, middle:]


def packed(both: Picture, layout: Layout) -> Picture:
    """A stored picture of both eyes as the layout wants it."""
    return np.concatenate(halves(both), axis=layout.axis)
