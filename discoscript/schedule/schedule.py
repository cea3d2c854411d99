"""Scene -> Schedule: the value of every parameter at every frame, as numpy arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import Mode, Resolved
from discoscript.scene.scene import Shot
from discoscript.text.source import Span


@dataclass(frozen=True)
class PromptRow:
    """One prompt: a text, or with `image` the path of a picture.

    It lives on the frames from `begin` on: it counts at those where it is `here`, with `weights`,
    which are 0 elsewhere; both of one shape. The scene has `frames` frames (None: as many).
    """

    text: str
    weights: NDArray[np.float64]
    here: NDArray[np.bool_]
    span: Span
    image: bool = False
    begin: int = 0
    frames: int | None = None

    @property
    def weight(self) -> NDArray[np.float64]:
        """The weight at every frame of the scene, shape (frames,)."""
        return self._everywhere(self.weights)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether it counts, at every frame of the scene, shape (frames,)."""
        return self._everywhere(self.here)

    def _everywhere(self, values: NDArray[Any]) -> NDArray[Any]:
        whole = np.zeros(
            self.begin + len(values) if self.frames is None else self.frames, values.dtype
        )
        whole[self.begin : self.begin + len(values)] = values
        return whole


@dataclass(frozen=True)
class Origin:
    """Which lines gave a parameter its values: the source map.

    `owner` has shape (frames,) (or (1000,) over progress): at each frame an index into `spans`,
    the lines about the parameter, or -1 where none speaks and the default holds. `layers` are the
    lines that add or multiply on top, `reach` the frames on which each does (None: everywhere).
    """

    owner: NDArray[np.int64]
    spans: tuple[Span, ...]
    layers: tuple[Span, ...]
    reach: tuple[tuple[int, int] | None, ...] = ()

    def layers_at(self, frame: int) -> tuple[Span, ...]:
        """The layers that count at a frame."""
        return tuple(
            span
            for span, reach in zip_longest(self.layers, self.reach)
            if reach is None or reach[0] <= frame < reach[1]
        )


@dataclass(frozen=True)
class Schedule:
    """What the compiler knows of a render.

    `fixed` maps `group.name` to the value of every FIXED parameter (model defaults resolved, times
    in frames, `scene.seed` may be "random"). `frames_of` maps every FRAMES and SEGMENT parameter
    to an array of shape (frames,): float64, int64, bool, or object for choices and paths; percents
    are as written, 60 for `60%`. `progress` maps every PROGRESS parameter to shape (1000,).
    `starts` lists the frames that begin a segment, 0 first. `seeds` is (frames,) of int64 offsets
    to add to the scene's first seed, or the seed itself where `seeded`: there a segment has its
    own. `sources` maps a parameter to "script", "model", "default" or
    "override"; `origins` maps one that the script speaks of to its lines, frame by frame.
    """

    frames: int
    fps: Fraction
    mode: Mode
    size: tuple[int, int]
    fixed: Mapping[str, Resolved]
    frames_of: Mapping[str, NDArray[np.generic]]
    progress: Mapping[str, NDArray[np.float64]]
    prompts: tuple[PromptRow, ...]
    starts: tuple[int, ...]
    seeds: NDArray[np.int64]
    seeded: NDArray[np.bool_]
    shots: tuple[Shot, ...]
    sources: Mapping[str, str]
    origins: Mapping[str, Origin]
