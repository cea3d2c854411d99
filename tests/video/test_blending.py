"""What the output video shows in video mode: each frame mixed with the stored one before it."""

from collections.abc import Mapping

import numpy as np

from discoscript.frames.renderer import Picture
from discoscript.frames.testcard import TestCards
from discoscript.video.blending import blended
from discoscript_engine.job import Carry, Motion

LEVELS = {2: 0, 3: 100, 4: 200, 5: 40}
CARRIES = {n: Carry(4, 2, "dis", Motion(f"{n - 1}", f"{n}", False), 0.25) for n in (3, 5)}


class Carrying(TestCards):
    """Paints what it was asked for: ten times the frame, plus a tenth of the one before."""

    def carry(
        self, carry: Carry, previous: Picture, picture: Picture, assets: Mapping[str, bytes]
    ) -> Picture:
        assert carry == CARRIES[int(carry.motion.frame)]
        return picture // 10 * 10 + previous // 10


def grey(index: int) -> Picture:
    return np.full((2, 4, 3), LEVELS[index], dtype=np.uint8)


def shown(frames: range, along_motion: bool) -> list[int]:
    pictures = blended(grey, frames, CARRIES, along_motion, Carrying(), {})
    return [int(picture[0, 0, 0]) for picture in pictures]


def test_linear_mixes_the_frame_before_as_it_is() -> None:
    assert shown(range(2, 6), along_motion=False) == [0, 75, 200, 80]


def test_along_the_motion_the_renderer_carries_the_frame_before() -> None:
    assert shown(range(2, 6), along_motion=True) == [0, 100, 200, 60]


def test_a_video_that_begins_later_mixes_in_the_frame_before_its_first() -> None:
    assert shown(range(3, 5), along_motion=False) == [75, 200]
