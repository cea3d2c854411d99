"""Renderer: the one interface behind which pictures are made (the engine, or test cards)."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from discoscript_engine.identity import Identity
from discoscript_engine.job import Carry, Eyes, FrameJob, Models, Move

#: uint8, height x width x 3, RGB.
Picture = NDArray[np.uint8]

#: Makes a picture of what is seen of the frame so far.
Glimpse = Callable[[], Picture]

#: Called after each diffusion step with (steps done, steps in all, glimpse). The glimpse costs
#: something only if it is called, which it may be until this returns. To stop a frame, raise.
OnStep = Callable[[int, int, Glimpse], None]


class Renderer(Protocol):
    """Makes one picture from one job. It reads nothing but its arguments and its models."""

    def identity(self, models: Models) -> Identity:
        """What besides the job can change a picture: epoch, numeric class, weights digests."""

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        """The picture of `job`.

        `previous` is the decoded stored picture of the frame before when the job starts from it;
        `assets` maps the SHA-256 of a picture file, or of the pixels of a frame of the input video
        (raw RGB), to those bytes.
        """

    def move(self, move: Move, picture: Picture) -> Picture:
        """The picture as the camera sees it after its move: what a job that starts from it begins
        with."""

    def carry(
        self, carry: Carry, previous: Picture, picture: Picture, assets: Mapping[str, bytes]
    ) -> Picture:
        """The picture, covered by the one before, which the motion of the input video carries
        along. `assets` as above."""

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        """The picture as a left and a right eye see it, side by side: twice its width."""
