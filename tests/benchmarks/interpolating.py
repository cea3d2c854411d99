"""The same keys drawn by pandas, as Disco Diffusion does it, and by the schedule."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from discoscript.expressions.lets import Lets
from discoscript.pipeline import compile_text
from discoscript.scene.scene import Path
from discoscript.schedule.curve import Canvas, held, path

FRAMES, KEYS = 100_000, 500


def channels(table: Sequence[Any]) -> list[Mapping[int, float]]:
    """The keys of each setting, the last one at the last frame."""
    random = Random(FRAMES)
    frames = [number * (FRAMES - 1) // (KEYS - 1) for number in range(KEYS)]
    return [{f: round(random.uniform(r[2], r[3]), r[4]) for f in frames} for r in table]


def as_disco_diffusion(given: Mapping[int, float], pd: Any) -> Any:
    """Its `get_inbetweens`: a Series with gaps, the ends filled, then interpolated."""
    series = pd.Series([np.nan] * FRAMES, dtype=float)
    for frame, value in given.items():
        series[frame] = value
    series[0] = series[series.first_valid_index()]
    series[FRAMES - 1] = series[series.last_valid_index()]
    return series.interpolate(method="linear", limit_direction="both").to_numpy()


def checked(given: Mapping[int, float]) -> Path:
    """`name [0: 1, 24: 3, ...]` as it leaves the check."""
    keys = ", ".join(f"{frame}: {value}" for frame, value in given.items())
    scene = f"disco 1\nscene:\n    mode 3d\n    frames {FRAMES}\n"
    compiled = compile_text(f"{scene}camera: translate_x [{keys}]\n")
    (found,) = compiled.scene.tracks["camera.translate_x"].claims
    assert isinstance(found, Path)
    return found


def as_discoscript(keys: Path) -> Any:
    """The schedule's values: the way of the keys, then the last one."""
    canvas, values = Canvas(FRAMES, Fraction(24), Lets()), np.empty(FRAMES)
    values[: keys.end] = path(keys, canvas, np.arange(keys.end), values[: keys.end])
    values[keys.end :] = held(keys, canvas, np.arange(keys.end, FRAMES))
    return values
