"""A curve as a line of block characters, and as a small SVG picture."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

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
    guides: Sequence[float] = (),
) -> str:
    """A picture of values that are evenly spaced in time, between `low` and `high`.

    `jumps` draws each value as a step of its own. `guides` are values with a dotted line.
    """

    def y(value: float) -> float:
        return MARGIN + (high - value) / (high - low) * (HEIGHT - 2 * MARGIN)

    def x(share: float) -> float:
        return MARGIN + share * (width - 2 * MARGIN)

    dotted = (dotted_line(f"M{MARGIN} {shown(y(g))}H{width - MARGIN}") for g in guides)
    return picture(width, HEIGHT, [*dotted, curve(values, x, y, LINE, jumps)])


def picture(width: int, height: int, parts: Iterable[str]) -> str:
    """The SVG around its parts."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" fill="none" '
        f'stroke-linejoin="round">{"".join(parts)}</svg>\n'
    )


def curve(
    values: Samples,
    x: Callable[[float], float],
    y: Callable[[float], float],
    color: str,
    jumps: bool,
) -> str:
    """A line through the values; `x` places a share of the width, `y` a value."""
    count = len(values) if jumps else len(values) - 1
    points = []
    for i, value in enumerate(values.tolist()):
        ends = (i, i + 1) if jumps else (i,)
        points += [f"{shown(x(end / count))},{shown(y(value))}" for end in ends]
    kept = " ".join(p for i, p in enumerate(points) if i == 0 or p != points[i - 1])
    return f'<polyline points="{kept}" stroke="{color}" stroke-width="2"/>'


def dotted_line(path: str) -> str:
    """A thin line that does not get in the way."""
    return f'<path d="{path}" stroke="{AXIS}" stroke-dasharray="2 3"/>'


def words(x: float, y: float, text: str, anchor: str = "start", color: str = AXIS) -> str:
    """A few words."""
    return (
        f'<text x="{shown(x)}" y="{shown(y)}" fill="{color}" font-family="sans-serif" '
        f'font-size="10" text-anchor="{anchor}">{escape(text)}</text>'
    )


def shown(number: float) -> str:
    """One decimal; nudged off ties, so that the last bit of a sine does not show."""
    return f"{round(number + 1e-7, 1):g}"
