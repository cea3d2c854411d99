"""Brightness, contrast, saturation and hue, changed a little.

The operations and their order are torchvision's `ColorJitter`, in a form that needs fewer passes
over the pictures. Turning the hue is piecewise linear in the three channels: no hue or saturation
is computed and no division is made. Where two channels are equal, the first counts as the larger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import hardtanh

from discoscript_engine.diffusion.cutouts import brightness

Image = Float[Tensor, "n 3 h w"]


def recoloured(
    image: Float[Tensor, "n 3 h w"], amounts: tuple[float, ...], order: tuple[int, ...]
) -> Float[Tensor, "n 3 h w"]:
    """The operations of `CHANGES` with these amounts, in this order; values end in [0, 1]."""
    for place in order:
        image = CHANGES[place](image, amounts[place])
    return image


def brighter(image: Float[Tensor, "n 3 h w"], amount: float) -> Float[Tensor, "n 3 h w"]:
    """All values times 1 + amount."""
    return _held(image * (1 + amount))


def more_contrast(image: Float[Tensor, "n 3 h w"], amount: float) -> Float[Tensor, "n 3 h w"]:
    """Away from the mean brightness of each picture, or towards it."""
    mean = brightness(image).mean(dim=(-3, -2, -1), keepdim=True)
    return _held((1 + amount) * image - amount * mean)


def more_colour(image: Float[Tensor, "n 3 h w"], amount: float) -> Float[Tensor, "n 3 h w"]:
    """Away from the grey that each pixel would be, or towards it."""
    return _held((1 + amount) * image - amount * brightness(image))


def _held(image: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n 3 h w"]:
    """Values held in [0, 1], by the operation whose way back takes a single pass."""
    return hardtanh(image, 0.0, 1.0)


def turned_hue(image: Float[Tensor, "n 3 h w"], amount: float) -> Float[Tensor, "n 3 h w"]:
    """The hue turned by this share of the colour circle, at most a tenth; lightness and saturation
    stay.

    With v the largest channel, c its distance to the smallest and H c the place on the circle of
    six colours, a channel is v - clamp(2 c - |d|, 0, c), where d is how far H c is, round the
    circle of length 6 c, from the place where that channel is weakest (for red that is cyan).
    """
    return _TurnedHue.apply(image, amount)


class _TurnedHue(torch.autograd.Function):
    """`turned_hue`, with its gradient: linear in the channels, piece by piece."""

    @staticmethod
    def forward(ctx: Any, image: Tensor, amount: float) -> Tensor:
        ctx.save_for_backward(image)
        ctx.amount = amount
        circle = _circle(image, amount)
        return torch.stack([circle.channel(weakest) for weakest in WEAKEST], dim=1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        circle = _circle(ctx.saved_tensors[0], ctx.amount)
        by_most, by_spread, by_place = (torch.zeros_like(circle.most) for _ in range(3))
        for weakest, by_channel in zip(WEAKEST, slope.unbind(1), strict=True):
            most, spread, place = circle.slopes(weakest, by_channel)
            by_most += most
            by_spread += spread
            by_place += place
        return circle.given_back(by_most, by_spread, by_place), None


#: Where red, green and blue are weakest, on a circle of 6 where red is at 0 and green at 2. The
#: place of a pixel lies from 0 to 6 above these.
WEAKEST = (-3, -1, 1)


@dataclass(frozen=True)
class _Circle:
    """Where pixels lie on the colour circle: the largest channel, its distance to the smallest and
    the place on the circle times that distance; and which channel is the largest and smallest."""

    amount: float
    most: Float[Tensor, "n h w"]
    spread: Float[Tensor, "n h w"]
    place: Float[Tensor, "n h w"]
    largest: tuple[Bool[Tensor, "n h w"], ...]
    smallest: tuple[Bool[Tensor, "n h w"], ...]

    def distance(self, weakest: int) -> tuple[Float[Tensor, "n h w"], Bool[Tensor, "n h w"]]:
        """The way from the place where a channel is weakest, and whether it is shorter round the
        other end of the circle."""
        way = torch.add(self.place, self.spread, alpha=-weakest)
        round_the_end = way > 3 * self.spread
        return torch.sub(way, round_the_end * self.spread, alpha=6), round_the_end

    def channel(self, weakest: int) -> Float[Tensor, "n h w"]:
        """One channel of the turned picture."""
        less = self._less(self.distance(weakest)[0])
        return torch.where(self._free(less, weakest), self.most, (self.most - less).clamp_(0, 1))

    def _less(self, way: Float[Tensor, "n h w"]) -> Float[Tensor, "n h w"]:
        less = torch.sub(2 * self.spread, way.abs()).clamp_(min=0)
        return torch.minimum(less, self.spread, out=less)

    def _free(self, less: Float[Tensor, "n h w"], weakest: int) -> Bool[Tensor, "n h w"]:
        """Where a channel is the largest, and so not held in [0, 1]; of a grey, that is red."""
        free = less <= 0
        return free if weakest == WEAKEST[0] else free & (self.spread > 0)

    def slopes(
        self, weakest: int, by_channel: Float[Tensor, "n h w"]
    ) -> tuple[Float[Tensor, "n h w"], Float[Tensor, "n h w"], Float[Tensor, "n h w"]]:
        """Gradients by `most`, `spread` and `place`, from that by one channel."""
        way, round_the_end = self.distance(weakest)
        less = self._less(way)
        value = self.most - less
        inside = (value > 0) & (value < 1) | self._free(less, weakest)
        by_most = by_channel * inside
        between = (less > 0) & (less < self.spread)
        by_way = by_most * between * way.sign()
        by_less = by_most * ((less >= self.spread) + 2.0 * between)
        from_weakest = weakest + 6.0 * round_the_end
        return by_most, -by_less - by_way * from_weakest, by_way

    def given_back(
        self,
        by_most: Float[Tensor, "n h w"],
        by_spread: Float[Tensor, "n h w"],
        by_place: Float[Tensor, "n h w"],
    ) -> Float[Tensor, "n 3 h w"]:
        """The gradient by the picture."""
        red, green, blue = (by_place * largest for largest in self.largest)
        by_spread = by_spread + 6 * self.amount * by_place + 2 * green + 4 * blue
        by_most = by_most + by_spread
        along = (blue - green, red - blue, green - red)
        channels = [
            way + by_most * largest - by_spread * smallest
            for way, largest, smallest in zip(along, self.largest, self.smallest, strict=True)
        ]
        return torch.stack(channels, dim=1)


def _circle(image: Float[Tensor, "n 3 h w"], amount: float) -> _Circle:
    """The places of the pixels, turned by `amount`."""
    red, green, blue = image.unbind(1)
    red_most, red_least = (red >= green) & (red >= blue), (red <= green) & (red <= blue)
    green_most, green_least = (green >= blue) & ~red_most, (green <= blue) & ~red_least
    largest = red_most, green_most, ~(red_most | green_most)
    smallest = red_least, green_least, ~(red_least | green_least)
    most = torch.maximum(torch.maximum(red, green), blue)
    spread = most - torch.minimum(torch.minimum(red, green), blue)
    after_green = torch.where(green_most, blue - red + 2 * spread, red - green + 4 * spread)
    place = torch.where(red_most, green - blue, after_green).add_(spread, alpha=6 * amount)
    return _Circle(amount, most, spread, place, largest, smallest)


#: What `amounts` change, in that order.
CHANGES: tuple[Callable[[Image, float], Image], ...] = (
    brighter,
    more_contrast,
    more_colour,
    turned_hue,
)
