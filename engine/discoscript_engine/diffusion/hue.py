"""Turning the hue of pictures a little: piecewise linear in the three channels, so that no hue or
saturation is computed and no division is made. Where two channels are equal, the first counts as
the larger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from discoscript_engine.transfer import uploaded

Plane = Float[Tensor, "b n 1 h w"]
Mask = Bool[Tensor, "b n 1 h w"]


def turned_hue(
    cuts: Float[Tensor, "b n 3 h w"], amounts: Sequence[float]
) -> Float[Tensor, "b n 3 h w"]:
    """The hue of each batch turned by its share of the colour circle, at most a third; lightness
    and saturation stay.

    With v the largest channel, c its distance to the smallest and H c the place on the circle of
    six colours, a channel is v - clamp(2 c - |d|, 0, c), where d is how far H c is, round the
    circle of length 6 c, from the place where that channel is weakest (for red that is cyan).
    Between 2 c and 4 c that is 0, so a turn of a third may count d the long way round.
    """
    turns = 6 * torch.tensor(amounts, dtype=cuts.dtype)[:, None]
    numbers = torch.cat([turns, _beyond(turns)], dim=1)[:, None, :, None, None]
    return _TurnedHue.apply(cuts, *uploaded(numbers, cuts.device).split([1, 3], dim=2))


def _beyond(turns: Float[Tensor, "b 1"]) -> Float[Tensor, "b 3"]:
    """What the spread of a pixel is beyond if a channel may be its largest: of a grey, whose spread
    is 0, that is one channel, red unless it is turned to another colour."""
    largest = [(turns >= -1) & (turns < 1), turns >= 1, turns < -1]
    return -torch.cat(largest, dim=1).to(turns.dtype)


class _TurnedHue(torch.autograd.Function):
    """`turned_hue`, with its gradient: linear in the channels, piece by piece."""

    @staticmethod
    def forward(ctx: Any, cuts: Tensor, turns: Tensor, beyond: Tensor) -> Tensor:
        ctx.save_for_backward(cuts, turns, beyond)
        circle = _circle(cuts, turns, beyond)
        ways = circle.ways()
        return torch.where(
            circle.free(ways.less), circle.most, (circle.most - ways.less).clamp_(0, 1)
        )

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        circle = _circle(*ctx.saved_tensors)
        return circle.given_back(*circle.slopes(slope)), None, None


def weakest(like: Tensor) -> Float[Tensor, "3 1 1"]:
    """Where red, green and blue are weakest, on a circle of 6 where red is at 0 and green at 2. The
    place of a pixel lies from 0 to 6 above these."""
    return torch.arange(-3, 2, 2, dtype=like.dtype, device=like.device)[:, None, None]


@dataclass(frozen=True)
class _Ways:
    """For each channel the way from the place where it is weakest, whether it is shorter round the
    other end of the circle, and how much less than the largest channel it is."""

    way: Float[Tensor, "b n 3 h w"]
    round_the_end: Bool[Tensor, "b n 3 h w"]
    less: Float[Tensor, "b n 3 h w"]


@dataclass(frozen=True)
class _Circle:
    """Where pixels lie on the colour circle: the largest channel, its distance to the smallest and
    the place on the circle times that distance; and which channel is the largest."""

    image: Float[Tensor, "b n 3 h w"]
    turns: Float[Tensor, "b 1 1 1 1"]
    beyond: Float[Tensor, "b 1 3 1 1"]
    most: Plane
    spread: Plane
    place: Plane
    largest: tuple[Mask, Mask]

    def ways(self) -> _Ways:
        """Of the three channels."""
        way = torch.addcmul(self.place, self.spread, weakest(self.place), value=-1)
        round_the_end = way > 3 * self.spread
        way = torch.addcmul(way, self.spread, round_the_end.to(way.dtype), value=-6)
        less = torch.sub(2 * self.spread, way.abs()).clamp_(min=0)
        return _Ways(way, round_the_end, torch.minimum(less, self.spread, out=less))

    def free(self, less: Float[Tensor, "b n 3 h w"]) -> Bool[Tensor, "b n 3 h w"]:
        """Where a channel is the largest, and so not held in [0, 1]."""
        return (less <= 0).logical_and_(self.spread > self.beyond)

    def slopes(self, slope: Float[Tensor, "b n 3 h w"]) -> tuple[Plane, Plane, Plane]:
        """Gradients by `most`, `spread` and `place`, from that by the turned picture."""
        ways = self.ways()
        value = self.most - ways.less
        inside = (value > 0) & (value < 1) | self.free(ways.less)
        by_most = slope * inside
        between = (ways.less > 0) & (ways.less < self.spread)
        by_way = by_most * between * ways.way.sign()
        by_less = by_most * ((ways.less >= self.spread) + 2.0 * between)
        from_weakest = torch.add(weakest(slope), ways.round_the_end, alpha=6)
        by_spread = torch.addcmul(by_less, by_way, from_weakest).sum(dim=-3, keepdim=True).neg_()
        return by_most.sum(dim=-3, keepdim=True), by_spread, by_way.sum(dim=-3, keepdim=True)

    def given_back(
        self, by_most: Plane, by_spread: Plane, by_place: Plane
    ) -> Float[Tensor, "b n 3 h w"]:
        """The gradient by the picture."""
        red_most, green_most = self.largest
        largest = torch.cat([red_most, green_most, ~(red_most | green_most)], dim=-3)
        smallest = torch.cat(_smallest(*self.image.split(1, dim=-3)), dim=-3)
        placed = by_place * largest
        red, green, blue = placed.split(1, dim=-3)
        by_spread = torch.addcmul(by_spread, by_place, self.turns)
        by_spread = by_spread.add_(green, alpha=2).add_(blue, alpha=4)
        along = torch.cat([blue - green, red - blue, green - red], dim=-3)
        along += (by_most + by_spread) * largest
        return along.sub_(by_spread * smallest)


def _circle(
    cuts: Float[Tensor, "b n 3 h w"],
    turns: Float[Tensor, "b 1 1 1 1"],
    beyond: Float[Tensor, "b 1 3 1 1"],
) -> _Circle:
    """The places of the pixels, turned by `turns` sixths of the circle."""
    red, green, blue = cuts.split(1, dim=-3)
    red_most, green_most = _largest(red, green, blue)
    most = torch.maximum(torch.maximum(red, green), blue)
    spread = most - torch.minimum(torch.minimum(red, green), blue)
    from_green = torch.add(blue - red, spread, alpha=2)
    from_blue = torch.add(red - green, spread, alpha=4)
    place = torch.where(red_most, green - blue, torch.where(green_most, from_green, from_blue))
    place.addcmul_(spread, turns)
    return _Circle(cuts, turns, beyond, most, spread, place, (red_most, green_most))


def _largest(red: Plane, green: Plane, blue: Plane) -> tuple[Mask, Mask]:
    """Where red and where green is the largest; else it is blue."""
    before_green = red >= green
    return before_green & (red >= blue), (green >= blue) & ~before_green


def _smallest(red: Plane, green: Plane, blue: Plane) -> tuple[Mask, Mask, Mask]:
    """Where each channel is the smallest."""
    before_green = red <= green
    red_least, green_least = before_green & (red <= blue), (green <= blue) & ~before_green
    return red_least, green_least, ~(red_least | green_least)
