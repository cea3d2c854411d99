"""Places of windows -> which pixels each pixel of a resized window sees, and how much of each.

The weights are ResizeRight's (Shocher, 2021): cubic with a = -0.5, antialiased; they add up to 1
before those that lie outside are left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from discoscript_engine.transfer import uploaded


@dataclass(frozen=True)
class Taps:
    """Rows of n tables: each is the sum of the places `index`, times their `weights`. A weight of 0
    stands where a row has fewer places than the others."""

    index: Int64[Tensor, "n rows t"]
    weights: Float[Tensor, "n rows t"]

    def apart(self) -> tuple["Taps", "Taps"]:
        """The first half of the tables, and the second."""
        halves = zip(self.index.chunk(2), self.weights.chunk(2), strict=True)
        first, second = (Taps(*half) for half in halves)
        return first, second

    def rows(self, count: int) -> "Taps":
        """The first rows of each table."""
        return Taps(self.index[:, :count], self.weights[:, :count])

    def shifted(self, starts: Sequence[int]) -> "Taps":
        """Each table's places counted from where another one starts."""
        by = uploaded(torch.tensor(list(starts)), self.index.device)
        return Taps(self.index + by[:, None, None], self.weights)

    def merged(self) -> "Taps":
        """One table, whose rows sum what those of all tables do."""
        turned = (part.transpose(0, 1).flatten(1)[None] for part in (self.index, self.weights))
        return Taps(*turned)


@dataclass(frozen=True)
class Sides:
    """Sides of n windows, of either axis: each covers `span` pixels from `first` on, of a picture
    that is `length` pixels long there, and is resized to `size`. The spans lie from `shortest` to
    `longest`; no length is more than `whole`."""

    first: Int64[Tensor, "n 1"]
    span: Int64[Tensor, "n 1"]
    length: Int64[Tensor, "n 1"]
    size: int
    shortest: int
    longest: int
    whole: int


def sides_of(sides: Sequence[tuple[int, int, int]], size: int, device: torch.device) -> Sides:
    """From first, span and length of each."""
    numbers = uploaded(torch.tensor(sides, dtype=torch.int64), device)
    spans, whole = [span for _, span, _ in sides], max(length for *_, length in sides)
    first, span, length = numbers.split(1, dim=1)
    return Sides(first, span, length, size, min(spans), max(spans), whole)


def taps_of(sides: Sides) -> tuple[Taps, Taps]:
    """How the pixels of the cut, `size` of each side, see those of the picture; and how the pixels
    of the picture, `whole` for each side, are seen by those of the cut: with the same weights."""
    span = sides.span.double()
    scale = sides.size / span
    scales = _Scales(scale, scale.clamp(max=1), (span - 1) / 2 - (sides.size - 1) / 2 / scale)
    there, whole = _there(sides, scales)
    return there, _back(sides, scales, whole)


@dataclass(frozen=True)
class _Scales:
    """How much larger the cuts are than their windows, the same but at most 1, and where in the
    window pixel 0 of the cut lies."""

    scale: Float64[Tensor, "n 1"]
    stretch: Float64[Tensor, "n 1"]
    origin: Float64[Tensor, "n 1"]


def _there(sides: Sides, scales: _Scales) -> tuple[Taps, Float64[Tensor, "n s"]]:
    """The first of the two ways; and what the weights of each pixel of the cut added up to before
    they were made to add up to 1."""
    at = torch.arange(sides.size, device=sides.first.device) / scales.scale + scales.origin
    most = math.ceil(4 * max(1.0, sides.longest / sides.size)) + 1
    lowest = torch.ceil(at - 2 / scales.stretch).long()
    places = lowest[..., None] + torch.arange(most, device=lowest.device)
    weights = cubic(scales.stretch[..., None] * (at[..., None] - places))
    whole = weights.sum(dim=-1)
    first, end = sides.first[..., None], (sides.first + sides.span)[..., None]
    on_picture = places + first
    inside = on_picture.clamp(min=0).minimum(sides.length[..., None] - 1)
    there = (on_picture >= first) & (on_picture < end) & (inside == on_picture)
    return Taps(inside, weights / whole[..., None] * there), whole


def _back(sides: Sides, scales: _Scales, whole: Float64[Tensor, "n s"]) -> Taps:
    """The second way."""
    pixels = torch.arange(sides.whole, device=sides.first.device) - sides.first
    middle = scales.scale * (pixels - scales.origin)
    lowest = torch.ceil(middle - 2 * scales.scale / scales.stretch).long()
    most = math.ceil(4 * max(1.0, sides.size / sides.shortest)) + 1
    seeing = lowest[..., None] + torch.arange(most, device=lowest.device)
    at = seeing / scales.scale[..., None] + scales.origin[..., None]
    weights = cubic(scales.stretch[..., None] * (at - pixels[..., None]))
    inside = seeing.clamp(0, sides.size - 1)
    there = (seeing == inside) & ((pixels >= 0) & (pixels < sides.span))[..., None]
    divisor = whole.gather(1, inside.flatten(1)).view_as(weights)
    return Taps(inside, weights / divisor * there)


@lru_cache(maxsize=64)
def resize_weights(before: int, after: int) -> Float64[Tensor, "{after} {before}"]:
    """Weight of each input pixel in each output pixel of a resized axis.

    A row sums to 1 only where all its taps lie inside.
    """
    taps, _ = taps_of(sides_of([(0, before, before)], after, torch.device("cpu")))
    weights = torch.zeros(after, before, dtype=torch.float64)
    return weights.scatter_add_(1, taps.index[0], taps.weights[0])


def cubic(x: Float64[Tensor, "..."]) -> Float64[Tensor, "..."]:
    """Keys' cubic kernel with a = -0.5, zero from 2 on: 1.5 x^3 - 2.5 x^2 + 1 up to 1, then
    -0.5 x^3 + 2.5 x^2 - 4 x + 2; here in the distances to 2 and to 1."""
    to_two, to_one = (2 - x.abs()).clamp_(min=0), (1 - x.abs()).clamp_(min=0)
    return (to_two - 1) * (to_two * to_two) / 2 + to_one * to_one * (1 - 2 * to_one)
