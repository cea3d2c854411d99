"""Runs: an array as stretches of equal values."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


def runs(values: NDArray[Any]) -> list[tuple[int, int, Any]]:
    """`(start, end, value)` for each stretch of equal values, end excluded; NaN equals NaN."""
    if not len(values):
        return []
    edges = [0, *changes(values).tolist(), len(values)]
    plain = values.tolist()
    return [(a, b, plain[a]) for a, b in pairwise(edges)]


def changes(values: NDArray[Any]) -> NDArray[np.int64]:
    """The places whose value differs from the one before."""
    before, after = values[:-1], values[1:]
    differ = np.asarray(before != after, dtype=bool)
    if values.dtype.kind == "f":
        differ &= ~(np.isnan(before) & np.isnan(after))
    return np.flatnonzero(differ) + 1
