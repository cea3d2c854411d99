"""A curve as a line of block characters, and as a small SVG picture."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

BLOCKS = "▁▂▃▄▅▆▇█"

#: Mid tones, legible on white and on black.
LINE, AXIS = "#2f81f7", "#8b949e"

WIDTH, HEIGHT, MARGIN = 120, 64, 6


def blocks(values: Samples) -> str:
    """One character for each value, from the lowest to the highest."""
    low, high = float(values.min()), float(values.max())
    share = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return "".join(BLOCKS[round(float(v) * (len(BLOCKS) - 1))] for v in share)


def svg(
    values: Samples,
    *,
    low: float,
    high: float,
    jumps: bool = False,
    width: int = WIDTH,
    height: int = HEIGHT,
    guides: Sequence[float] = (),
    labels: Iterable[tuple[float, float, str]] = (),
) -> str:
    """A picture of values that are evenly spaced in time, between `low` and `high`.

    `jumps` draws each value as a step of its own. `guides` are values with a dotted line, `labels`
    are (share of the width, value, text).
    """
    spread = high - low or 1.0

    def y(value: float) -> str:
        return _shown(MARGIN + (high - value) / spread * (height - 2 * MARGIN))

    def x(share: float) -> str:
        return _shown(MARGIN + share * (width - 2 * MARGIN))

    count = len(values) if jumps else len(values) - 1
    points = []
    for i, value in enumerate(values.tolist()):
        ends = (i, i + 1) if jumps else (i,)
        points += [f"{x(end / count)},{y(value)}" for end in ends]
    dotted = "".join(
        f'<path d="M{MARGIN} {y(g)}H{width - MARGIN}" stroke="{AXIS}" stroke-dasharray="2 3"/>'
        for g in guides
    )
    words = "".join(
        f'<text x="{x(share)}" y="{y(value)}" fill="{AXIS}" font-family="sans-serif" '
        f'font-size="10">{text}</text>'
        for share, value, text in labels
    )
    line = f'<polyline points="{" ".join(_thinned(points))}" stroke="{LINE}" stroke-width="2"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" fill="none" '
        f'stroke-linejoin="round">{dotted}{line}{words}</svg>\n'
    )


def _thinned(points: list[str]) -> list[str]:
    """Without points that repeat the one before."""
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]


def _shown(number: float) -> str:
    """One decimal; nudged off ties, so that the last bit of a sine does not show."""
    return f"{round(number + 1e-7, 1):g}"
