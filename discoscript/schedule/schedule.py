"""Scene -> Schedule: the value of every parameter at every frame, as numpy arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import Mode, Resolved
from discoscript.scene.scene import Shot
from discoscript.text.source import Span


@dataclass(frozen=True)
class PromptRow:
    """One prompt: a text, or the path of an `image`.

    It counts at the frames where `present`; `weight` is 0 elsewhere. Both have shape (frames,).
    """

    text: str
    weight: NDArray[np.float64]
    present: NDArray[np.bool_]
    span: Span
    image: bool = False


@dataclass(frozen=True)
class Origin:
    """Which lines gave a parameter its values: the source map.

    `owner` has shape (frames,) (or (1000,) over progress): at each frame an index into `spans`,
    the lines about the parameter, or -1 where none speaks and the default holds. `layers` are the
    lines that add or multiply on top.
    """

    owner: NDArray[np.int64]
    spans: tuple[Span, ...]
    layers: tuple[Span, ...]


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
