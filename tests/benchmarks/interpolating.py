"""The same keys drawn by pandas, as Disco Diffusion does it, and by the schedule."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from discoscript.expressions.lets import Lets
from discoscript.expressions.quantity import Quantity
from discoscript.scene.scene import LINEAR, Formula, Path, Point, Window
from discoscript.schedule.curve import Canvas, path
from discoscript.syntax.syntax import Number
from discoscript.text.source import Span

FRAMES, KEYS = 100_000, 500
NOWHERE = Span(0, 0)


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


def as_discoscript(given: Mapping[int, float]) -> Any:
    """The schedule's values of `name [0: 1, 24: 3, ...]`."""
    points = tuple(
        Point(
            f, Formula(Number(v, False, NOWHERE), Quantity.NUMBER, False, NOWHERE), LINEAR, NOWHERE
        )
        for f, v in given.items()
    )
    last = max(given)
    window = Window(0, FRAMES, (0, FRAMES))
    values = np.full(FRAMES, given[last])
    canvas = Canvas(FRAMES, Fraction(24), Lets())
    values[:last] = path(
        Path(points, False, window, NOWHERE), canvas, np.arange(last), values[:last]
    )
    return values
