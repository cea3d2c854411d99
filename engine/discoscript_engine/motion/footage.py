"""What a job takes from the input video: its frames, and pictures carried along by their motion."""

from collections import OrderedDict
from collections.abc import Callable, Mapping

import numpy as np
import torch
from jaxtyping import Bool, Float32, UInt8
from torch import Tensor

from discoscript_engine.job import Motion
from discoscript_engine.motion.flow import Flow, consistent, warp_by_flow

#: The frame of the video with these pixels (their SHA-256).
FrameOf = Callable[[str], UInt8[Tensor, "h w 3"]]

#: How much memory the motion that was measured may take, in bytes.
KEPT = 2**28


class Motions:
    """The motion between frames of a video, measured by one model.

    What was measured is kept while there is room: the output video may need it again.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._kept: OrderedDict[tuple[str, str], Float32[Tensor, "h w 2"]] = OrderedDict()
        self._bytes = 0

    def between(
        self, motion: Motion, frame_of: FrameOf
    ) -> tuple[Float32[Tensor, "h w 2"], Bool[Tensor, "h w"] | None]:
        """Where every pixel of the frame came from, and where that is to be trusted: None stands
        for everywhere. The frames are only asked for where they were not measured yet."""
        back = self._measured(motion.before, motion.frame, frame_of)
        if not motion.checked:
            return back, None
        return back, consistent(back, self._measured(motion.frame, motion.before, frame_of))

    def _measured(self, before: str, frame: str, frame_of: FrameOf) -> Float32[Tensor, "h w 2"]:
        pair = before, frame
        if pair not in self._kept:
            self._keep(pair, self._flow(frame_of(before), frame_of(frame)))
        self._kept.move_to_end(pair)
        return self._kept[pair]

    def _keep(self, pair: tuple[str, str], flow: Float32[Tensor, "h w 2"]) -> None:
        self._kept[pair] = flow
        self._bytes += flow.nbytes
        while self._bytes > KEPT and len(self._kept) > 2:  # both ways of one pair
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.nbytes


def carried(
    previous: UInt8[Tensor, "h w 3"],
    picture: UInt8[Tensor, "h w 3"],
    motion: Motion,
    share: float,
    motions: Motions,
    frame_of: FrameOf,
) -> UInt8[Tensor, "h w 3"]:
    """`picture`, covered by `share` of the previous one carried along by the motion."""
    flow, trusted = motions.between(motion, frame_of)
    return warp_by_flow(previous, picture, flow, share, trusted)


def video_frames(
    assets: Mapping[str, bytes], width: int, height: int, device: torch.device
) -> FrameOf:
    """The frames of the input video, made of their raw pixels when they are asked for."""

    def frame_of(digest: str) -> UInt8[Tensor, "h w 3"]:
        pixels = np.frombuffer(assets[digest], dtype=np.uint8).reshape(height, width, 3)
        return torch.from_numpy(pixels.copy()).to(device)

    return frame_of
