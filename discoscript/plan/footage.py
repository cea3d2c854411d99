"""What the frames of video mode start from: the input video, and the frame before moved like it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from discoscript_engine.job import Carry, FromFlow, FromVideo, Motion


@dataclass(frozen=True)
class VideoInput:
    """The frames of the input video that are used, in order, each by the SHA-256 of its pixels at
    the size of the scene; and the flow model that measures the motion between them."""

    frames: tuple[str, ...]
    flow: str

    def motion(self, index: int, row: Mapping[str, Any]) -> Motion:
        """From frame `index - 1` to frame `index`, which is 1 or more."""
        checked = bool(row["video.flow_check"])
        return Motion(self.frames[index - 1], self.frames[index], checked)

    def start(self, index: int, row: Mapping[str, Any], follows: bool) -> FromVideo | FromFlow:
        """What a frame starts from; `follows` where no segment starts with it."""
        scale = float(row["coherence.frames_scale"])
        if follows and row["video.flow_warp"]:
            return FromFlow(self.motion(index, row), float(row["video.flow_blend"]), scale)
        return FromVideo(self.frames[index], scale)

    def carry(self, index: int, row: Mapping[str, Any], size: tuple[int, int]) -> Carry:
        """How the output video shows frame `index` where it is blended along the motion."""
        share = float(row["output.blend"])
        width, height = size
        return Carry(int(width), int(height), self.flow, self.motion(index, row), share)
