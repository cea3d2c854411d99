"""Windows of a picture, each resized to a square: what a cut is before it is greyed or mirrored.

They are resized as ResizeRight does it (pixels outside count as black, which darkens the borders a
little). That is linear and separable, and an output pixel sees only a few pixels of a row or
column: so each axis is a weighted sum of rows, of the picture first, then of its columns. The way
back sums the same with the tables turned over.

A processor sums window by window, and never a pixel that no window shows. A GPU would wait for so
many small pieces of work: it sums all windows at once, each as wide as the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float, Int64
from torch import Tensor
from torch.autograd.function import once_differentiable

from discoscript_engine.diffusion.sums import EvenSums, Sums, even_sums_of, sums_apart, sums_of
from discoscript_engine.diffusion.taps import Taps, resize_weights, sides_of, taps_of
from discoscript_engine.transfer import for_tables, uploaded

#: Left, top, width, height in pixels.
Box = tuple[int, int, int, int]


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
        ctx.copies = None
        taken = ctx.windows.taken(image)
        if len(places) == len(boxes):
            return taken
        ctx.copies = _copies([places.index(box) for box in boxes], len(places), image)
        return taken.index_select(0, ctx.copies.source)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        if ctx.copies is not None:
            slope = ctx.copies.sums.of(slope.flatten(1)).view(-1, *slope.shape[1:])
        return ctx.windows.given_back(slope), None, None


@dataclass(frozen=True)
class _Tables:
    """How the pixels of all cuts see rows and columns of the picture, and are seen by them."""

    rows_there: Taps
    rows_back: Taps
    columns_there: Taps
    columns_back: Taps


def _tables(boxes: Sequence[Box], size: int, like: Float[Tensor, "1 3 h w"]) -> _Tables:
    height, width = like.shape[-2:]
    vertical = [(top, span, height) for _, top, _, span in boxes]
    horizontal = [(left, span, width) for left, _, span, _ in boxes]
    there, back = taps_of(sides_of(vertical + horizontal, size, for_tables(like.device)))
    (rows_there, columns_there), (rows_back, columns_back) = there.apart(), back.apart()
    return _Tables(rows_there, rows_back.rows(height), columns_there, columns_back.rows(width))


@dataclass(frozen=True)
class _OneByOne:
    """Each window alone, but all their columns at once: they lie one below the other. A window
    reaches from one row and column of the picture up to others."""

    size: int
    shape: tuple[int, int]
    rows: Sequence[tuple[int, int]]
    columns: Sequence[tuple[int, int]]
    rows_there: Sequence[Sums]
    rows_back: Sequence[Sums]
    columns_there: Sums
    columns_back: Sums

    def taken(self, image: Float[Tensor, "1 3 h w"]) -> Float[Tensor, "n 3 s s"]:
        pixels = rearrange(image, "1 c h w -> h w c").contiguous()
        turned = []
        for row, column, sums in zip(self.rows, self.columns, self.rows_there, strict=True):
            part = pixels[slice(*row), slice(*column)]
            summed = sums.of(rearrange(part, "h w c -> h (w c)"))
            turned.append(rearrange(summed, "i (w c) -> w (i c)", c=3))
        summed = self.columns_there.of(torch.cat(turned))
        return rearrange(summed, "(n j) (i c) -> n c i j", j=self.size, c=3).contiguous()

    def given_back(self, slope: Float[Tensor, "n 3 s s"]) -> Float[Tensor, "1 3 h w"]:
        pixels = slope.new_zeros(*self.shape, 3)
        turned = self.columns_back.of(rearrange(slope, "n c i j -> (n j) (i c)").contiguous())
        parts = turned.split([high - low for low, high in self.columns])
        for row, column, sums, part in zip(
            self.rows, self.columns, self.rows_back, parts, strict=True
        ):
            summed = sums.of(rearrange(part, "w (i c) -> i (w c)", c=3))
            window = pixels[slice(*row), slice(*column)]
            window += rearrange(summed, "h (w c) -> h w c", c=3)
        return rearrange(pixels, "h w c -> 1 c h w")


def _one_by_one(boxes: Sequence[Box], size: int, like: Float[Tensor, "1 3 h w"]) -> _OneByOne:
    height, width = like.shape[-2:]
    rows = [_reach(top, span, height) for _, top, _, span in boxes]
    columns = [_reach(left, span, width) for left, _, span, _ in boxes]
    starts = accumulate((high - low for low, high in columns), initial=0)
    below = [start - low for start, (low, _) in zip(starts, columns, strict=False)]
    tables = _tables(boxes, size, like)
    shown = [place * width + x for place, reach in enumerate(columns) for x in range(*reach)]
    return _OneByOne(
        size,
        (height, width),
        rows,
        columns,
        sums_apart(
            tables.rows_there.shifted([-low for low, _ in rows]), [(0, size)] * len(rows), like
        ),
        sums_apart(tables.rows_back, rows, like),
        sums_of(tables.columns_there.shifted(below), like),
        sums_of(tables.columns_back.shifted(range(0, len(boxes) * size, size)), like).only(shown),
    )


def _reach(first: int, span: int, length: int) -> tuple[int, int]:
    """The part of the picture that a window covers."""
    return max(first, 0), min(first + span, length)


@dataclass(frozen=True)
class _Together:
    """All windows at once, each as wide as the picture."""

    size: int
    shape: tuple[int, int]
    rows_there: EvenSums
    rows_back: EvenSums
    columns_there: EvenSums
    columns_back: EvenSums

    def taken(self, image: Float[Tensor, "1 3 h w"]) -> Float[Tensor, "n 3 s s"]:
        summed = self.rows_there.of(rearrange(image, "1 c h w -> h (w c)"))
        turned = rearrange(summed, "(n i) (w c) -> (n w) (i c)", i=self.size, c=3)
        cuts = self.columns_there.of(turned)
        return rearrange(cuts, "(n j) (i c) -> n c i j", j=self.size, c=3).contiguous()

    def given_back(self, slope: Float[Tensor, "n 3 s s"]) -> Float[Tensor, "1 3 h w"]:
        turned = self.columns_back.of(rearrange(slope, "n c i j -> (n j) (i c)"))
        summed = rearrange(turned, "(n w) (i c) -> (n i) (w c)", w=self.shape[1], c=3)
        pixels = self.rows_back.of(summed)
        return rearrange(pixels, "h (w c) -> 1 c h w", c=3).contiguous()


def _together(boxes: Sequence[Box], size: int, like: Float[Tensor, "1 3 h w"]) -> _Together:
    height, width = like.shape[-2:]
    tables = _tables(boxes, size, like)
    cuts = range(0, len(boxes) * size, size)
    return _Together(
        size,
        (height, width),
        even_sums_of(tables.rows_there, like),
        even_sums_of(tables.rows_back.shifted(cuts).merged(), like),
        even_sums_of(tables.columns_there.shifted(range(0, len(boxes) * width, width)), like),
        even_sums_of(tables.columns_back.shifted(cuts), like),
    )


def _windows(
    boxes: Sequence[Box], size: int, like: Float[Tensor, "1 3 h w"]
) -> _OneByOne | _Together:
    """The way of the picture's device."""
    if like.device.type == "cpu":
        return _one_by_one(boxes, size, like)
    return _together(boxes, size, like)


@dataclass(frozen=True)
class _Copies:
    """Which window each cut is of, and for each window the sum over its cuts."""

    source: Int64[Tensor, " n"]
    sums: Sums


def _copies(source: Sequence[int], places: int, like: Tensor) -> _Copies:
    counts = [source.count(place) for place in range(places)]
    offsets = [*accumulate(counts, initial=0)]
    order = sorted(range(len(source)), key=source.__getitem__)
    numbers = uploaded(torch.tensor([*source, *order, *offsets]), like.device)
    cuts, index, offsets_there = numbers.split([len(source), len(source), places + 1])
    return _Copies(cuts, Sums(index, offsets_there, like.new_ones(len(source))))


def resize(
    image: Float[Tensor, "b c h w"], height: int, width: int
) -> Float[Tensor, "b c {height} {width}"]:
    """The whole picture in another size."""
    rows = resize_weights(image.shape[-2], height).to(image)
    columns = resize_weights(image.shape[-1], width).to(image)
    return rows @ image @ columns.T
