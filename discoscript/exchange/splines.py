"""`interp_spline` of Disco Diffusion: a smooth curve through keys, as keys with straight ways.

The notebook draws it with scipy's `interp1d`: an interpolating B-spline of degree 2 or 3 (de Boor,
A Practical Guide to Splines). Its knots are the keys without the second and the last but one
(degree 3, "not a knot"), or the middles between keys without the outer ones (degree 2).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from discoscript.exchange.keyframes import in_range, keys_of

Floats = NDArray[np.float64]

#: The degree of each `interp_spline`; straight lines have 1.
DEGREES: Mapping[str, int] = {"Linear": 1, "Quadratic": 2, "Cubic": 3}

#: With more keys than these the ways between them are short, and straight ones do.
MOST_KEYS = 1000

#: Frames that are computed together: each needs a number for every key.
AT_ONCE = 4096


def splined(keys: Mapping[int, float], frames: int, degree: int) -> dict[int, float]:
    """Keys inside of `frames` frames whose straight ways meet the curve at each of them.

    As in the notebook, a degree for which there are too few keys is lowered.
    """
    degree = min(degree, len(keys) - 1)
    inside = in_range(keys, frames)
    if degree < 2 or len(inside) < 2 or len(keys) > MOST_KEYS:
        return inside
    beyond = {frame: value for frame, value in keys.items() if frame >= frames}
    last = [value for _, value in sorted(inside.items())][-1]
    points = dict(sorted({**inside, frames - 1: inside.get(frames - 1, last), **beyond}.items()))
    at, values = np.array([*points], dtype=np.float64), np.array([*points.values()])
    knots = knots_of(at, degree)
    weights = np.linalg.solve(basis(at, knots, degree), values)
    parts = np.array_split(np.arange(frames, dtype=np.float64), frames // AT_ONCE + 1)
    return keys_of(np.concatenate([basis(part, knots, degree) @ weights for part in parts]))


def knots_of(at: Floats, degree: int) -> Floats:
    """The knots for a spline through points at `at`, shape (n,): n + degree + 1 of them."""
    inner = at[2:-2] if degree == 3 else ((at[1:] + at[:-1]) / 2)[1:-1]
    ends = np.ones(degree + 1)
    return np.concatenate([at[0] * ends, inner, at[-1] * ends])


def basis(at: Floats, knots: Floats, degree: int) -> Floats:
    """The B-splines of a degree at some places, shape (places, splines): Cox and de Boor."""
    last = len(knots) - degree - 2  # the last stretch holds its end as well
    place = np.clip(np.searchsorted(knots, at, side="right") - 1, degree, last)
    found = np.zeros((len(at), len(knots) - 1))
    found[np.arange(len(at)), place] = 1
    for order in range(1, degree + 1):
        width = knots[order:] - knots[:-order]
        share = (at[:, None] - knots[:-order]) / np.where(width > 0, width, 1)
        rising = share[:, :-1] * found[:, :-1] * (width[:-1] > 0)
        falling = (1 - share[:, 1:]) * found[:, 1:] * (width[1:] > 0)
        found = rising + falling
    return found
