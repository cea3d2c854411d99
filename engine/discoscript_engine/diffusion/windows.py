"""Windows of a picture, each resized to a square: what a cut is before it is greyed or mirrored.

They are resized as ResizeRight does it (Shocher, 2021: cubic with a = -0.5, antialiased; pixels
outside count as black, which darkens the borders a little). That is linear and separable, and an
output pixel sees only a few pixels of a row or column: so each axis is a weighted sum of rows, of
the picture first, then of its columns. The way back sums the same with the tables transposed.
Nothing is added up in an order that chance decides, and hardly anything is multiplied by zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float, Float64, Int64
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import embedding_bag

#: Left, top, width, height in pixels.
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sums:
    """Weighted sums of rows: the i-th is that of the rows `index[k]` with the `weights[k]`, for k
    from `offsets[i]` up to but not including `offsets[i + 1]`."""

    index: Int64[Tensor, " k"]
    offsets: Int64[Tensor, " ends"]
    weights: Float[Tensor, " k"]

    def of(self, rows: Float[Tensor, "r d"]) -> Float[Tensor, "n d"]:
        """The sums."""
        return embedding_bag(
            self.index,
            rows,
            self.offsets,
            mode="sum",
            per_sample_weights=self.weights,
            include_last_offset=True,
        )


@dataclass(frozen=True)
class Axis:
    """One side of a window: it covers the picture from pixel `low` up to `high`. `there` makes
    the pixels of the cut of those of the picture, `back` goes the other way."""

    low: int
    high: int
    there: Sums
    back: Sums


def resized_windows(
    image: Float[Tensor, "1 3 h w"], boxes: tuple[Box, ...], size: int
) -> Float[Tensor, "n 3 {size} {size}"]:
    """The windows, in order. Equal ones are computed once."""
    return _ResizedWindows.apply(image, boxes, size)


class _ResizedWindows(torch.autograd.Function):
    """`resized_windows`, with its gradient by the image."""

    @staticmethod
    def forward(ctx: Any, image: Tensor, boxes: tuple[Box, ...], size: int) -> Tensor:
        places = tuple(dict.fromkeys(boxes))
        ctx.windows = _windows(places, size, image)
        ctx.shape, ctx.copies = image.shape, None
        taken = _taken(image, ctx.windows, size)
        if len(places) == len(boxes):
            return taken
        source = torch.tensor([places.index(box) for box in boxes])
        (ctx.copies,) = _moved([_gathering(source, len(places))], image)
        return taken.index_select(0, source.to(image.device))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        if ctx.copies is not None:
            slope = ctx.copies.of(slope.flatten(1)).view(-1, *slope.shape[1:])
        return _given_back(slope, ctx.windows, ctx.shape), None, None


@dataclass(frozen=True)
class _Windows:
    """Where windows lie in the picture, and the sums that make cuts of them, on its device.
    Columns of all windows are summed at once: they lie one below the other."""

    rows: tuple[Axis, ...]
    columns: tuple[Axis, ...]
    columns_there: Sums
    columns_back: Sums


def _windows(boxes: Sequence[Box], size: int, like: Tensor) -> _Windows:
    height, width = like.shape[-2:]
    rows = [axis(top, span, height, size) for _, top, _, span in boxes]
    columns = [axis(left, span, width, size) for left, _, span, _ in boxes]
    lengths = [a.high - a.low for a in columns]
    sums = [s for a in rows for s in (a.there, a.back)]
    sums.append(_joined([a.there for a in columns], lengths))
    sums.append(_joined([a.back for a in columns], [size] * len(columns)))
    *sums, columns_there, columns_back = _moved(sums, like)
    moved = zip(rows, sums[::2], sums[1::2], strict=True)
    return _Windows(
        tuple(Axis(a.low, a.high, there, back) for a, there, back in moved),
        tuple(columns),
        columns_there,
        columns_back,
    )


def _taken(
    image: Float[Tensor, "1 3 h w"], windows: _Windows, size: int
) -> Float[Tensor, "n 3 {size} {size}"]:
    """The cuts of the windows."""
    pixels = rearrange(image, "1 c h w -> h w c").contiguous()
    turned = []
    for row, column in zip(windows.rows, windows.columns, strict=True):
        part = pixels[row.low : row.high, column.low : column.high]
        summed = row.there.of(rearrange(part, "h w c -> h (w c)"))
        turned.append(rearrange(summed, "i (w c) -> w (i c)", c=3))
    summed = windows.columns_there.of(torch.cat(turned))
    return rearrange(summed, "(n j) (i c) -> n c i j", j=size, c=3).contiguous()


def _given_back(
    slope: Float[Tensor, "n 3 s s"], windows: _Windows, shape: tuple[int, ...]
) -> Float[Tensor, "1 3 h w"]:
    """The gradient by the picture, from that by the cuts."""
    pixels = slope.new_zeros(*shape[-2:], 3)
    turned = windows.columns_back.of(rearrange(slope, "n c i j -> (n j) (i c)").contiguous())
    lengths = [column.high - column.low for column in windows.columns]
    parts = zip(windows.rows, windows.columns, turned.split(lengths), strict=True)
    for row, column, part in parts:
        summed = row.back.of(rearrange(part, "w (i c) -> i (w c)", c=3))
        window = pixels[row.low : row.high, column.low : column.high]
        window += rearrange(summed, "h (w c) -> h w c", c=3)
    return rearrange(pixels, "h w c -> 1 c h w")


@lru_cache(maxsize=4096)
def axis(first: int, span: int, length: int, size: int) -> Axis:
    """`span` pixels from `first` on, of an axis of `length` pixels, resized to `size`."""
    low, high = max(first, 0), min(first + span, length)
    weights = resize_weights(span, size)[:, low - first : high - first]
    return Axis(low, high, _summing(weights), _summing(weights.T))


def _summing(weights: Float64[Tensor, "n rows"]) -> Sums:
    """The sums that a matrix product with `weights` is."""
    where = weights.nonzero()
    counts = (weights != 0).sum(dim=1)
    offsets = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    return Sums(where[:, 1].contiguous(), offsets, weights[where[:, 0], where[:, 1]])


def _gathering(source: Int64[Tensor, " n"], places: int) -> Sums:
    """For each place the sum of those that came from it."""
    counts = torch.bincount(source, minlength=places)
    offsets = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    return Sums(source.argsort(stable=True), offsets, torch.ones(len(source), dtype=torch.float64))


def _joined(sums: Sequence[Sums], rows: Sequence[int]) -> Sums:
    """All sums in a row, where the rows of each lie below those of the one before."""
    starts = accumulate(rows, initial=0)
    ends = accumulate((len(s.index) for s in sums), initial=0)
    offsets = [s.offsets[:-1] + end for s, end in zip(sums, ends, strict=False)]
    return Sums(
        torch.cat([s.index + start for s, start in zip(sums, starts, strict=False)]),
        torch.cat([*offsets, torch.tensor([sum(len(s.index) for s in sums)])]),
        torch.cat([s.weights for s in sums]),
    )


def _moved(sums: Sequence[Sums], like: Tensor) -> list[Sums]:
    """The sums on a picture's device and in its precision, all in two transfers."""
    whole = torch.cat([part for s in sums for part in (s.index, s.offsets)]).to(like.device)
    weights = torch.cat([s.weights for s in sums]).to(like).split([len(s.index) for s in sums])
    parts = iter(whole.split([len(part) for s in sums for part in (s.index, s.offsets)]))
    return [Sums(next(parts), next(parts), share) for share in weights]


def resize(
    image: Float[Tensor, "b c h w"], height: int, width: int
) -> Float[Tensor, "b c {height} {width}"]:
    """The whole picture in another size."""
    rows = resize_weights(image.shape[-2], height).to(image)
    columns = resize_weights(image.shape[-1], width).to(image)
    return rows @ image @ columns.T


@lru_cache(maxsize=4096)
def resize_weights(before: int, after: int) -> Float64[Tensor, "{after} {before}"]:
    """Weight of each input pixel in each output pixel of a resized axis.

    A row sums to 1 only where all its taps lie inside.
    """
    scale = after / before
    stretch = min(1.0, scale)
    reach = math.ceil(2 / stretch) + 1
    at = torch.arange(after, dtype=torch.float64)
    at = at / scale + (before - 1) / 2 - (after - 1) / (2 * scale)
    taps = torch.arange(-reach, before + reach, dtype=torch.float64)
    weights = _cubic(stretch * (at[:, None] - taps))
    weights = weights / weights.sum(dim=1, keepdim=True)
    return weights[:, reach : reach + before].contiguous()


def _cubic(x: Float64[Tensor, "..."]) -> Float64[Tensor, "..."]:
    """Keys' cubic kernel with a = -0.5; zero from 2 on."""
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x < 2, far, 0.0))
