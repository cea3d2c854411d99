"""Brightness, contrast, saturation and hue, changed a little.

The operations and their order are torchvision's `ColorJitter`, in a form that needs fewer passes
over the pictures, and that takes batches together whose amounts and orders differ: what comes
before the hue, the hue, what comes after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from discoscript_engine.diffusion.cutouts import GREY, brightness
from discoscript_engine.diffusion.hue import turned_hue
from discoscript_engine.transfer import uploaded

#: Places of the operations in `amounts`.
BRIGHTNESS, CONTRAST, SATURATION, HUE = range(4)


def recoloured(
    cuts: Float[Tensor, "b n 3 h w"],
    amounts: Sequence[tuple[float, ...]],
    orders: Sequence[tuple[int, ...]],
) -> Float[Tensor, "b n 3 h w"]:
    """Each batch with the four operations of these amounts, in this order; values end in [0, 1]."""
    hues = [order.index(HUE) for order in orders]
    before = [order[:place] for order, place in zip(orders, hues, strict=True)]
    after = [order[place + 1 :] for order, place in zip(orders, hues, strict=True)]
    cuts = _mixed_in_turn(cuts, amounts, before)
    cuts = turned_hue(cuts, [amount[HUE] for amount in amounts])
    return _mixed_in_turn(cuts, amounts, after)


def _mixed_in_turn(
    cuts: Float[Tensor, "b n 3 h w"],
    amounts: Sequence[tuple[float, ...]],
    orders: Sequence[tuple[int, ...]],
) -> Float[Tensor, "b n 3 h w"]:
    """Each batch with its operations one after the other; some have fewer than others."""
    for place in range(max(map(len, orders))):
        mixes = [
            _mix(order[place], amount[order[place]]) if place < len(order) else None
            for order, amount in zip(orders, amounts, strict=True)
        ]
        cuts = mixed(cuts, mixes)
    return cuts


@dataclass(frozen=True)
class Mix:
    """`image` times the picture, less `mean` times the mean brightness of the picture and less
    `grey` times the grey that each pixel would be; held in [0, 1]."""

    image: float
    mean: float = 0.0
    grey: float = 0.0


def _mix(operation: int, amount: float) -> Mix:
    """Brighter: all values times 1 + amount. More contrast: away from the mean brightness. More
    colour: away from the grey of each pixel."""
    if operation == BRIGHTNESS:
        return Mix(1 + amount)
    return Mix(1 + amount, mean=amount) if operation == CONTRAST else Mix(1 + amount, grey=amount)


def mixed(
    cuts: Float[Tensor, "b n 3 h w"], mixes: Sequence[Mix | None]
) -> Float[Tensor, "b n 3 h w"]:
    """Each batch mixed with its greys; None leaves it as it is."""
    written = [mix or Mix(1.0) for mix in mixes]
    every = [*GREY, *(share for m in written for share in (m.image, m.mean, m.grey))]
    numbers = uploaded(torch.tensor(every, dtype=cuts.dtype), cuts.device)
    in_grey, shares = numbers[:3, None, None], numbers[3:].view(-1, 3, 1, 1, 1, 1).unbind(1)
    kept = [mix is None for mix in mixes]
    left = uploaded(torch.tensor(kept), cuts.device).view(-1, 1, 1, 1, 1) if any(kept) else None
    wanted = any(m.mean for m in written), any(m.grey for m in written)
    return _Mixed.apply(cuts, (*shares, in_grey), left, wanted)


class _Mixed(torch.autograd.Function):
    """`mixed`, with its gradient. `shares` are those of the mixes, and of the channels in a grey;
    `left` marks the batches that stay; the greys are computed only
    where they are `wanted`: the mean one, and that of each pixel."""

    @staticmethod
    def forward(
        ctx: Any,
        cuts: Tensor,
        shares: tuple[Tensor, ...],
        left: Tensor | None,
        wanted: tuple[bool, bool],
    ) -> Tensor:
        of_image, of_mean, of_grey, _ = shares
        by_mean, by_grey = wanted
        out = cuts * of_image
        if by_mean or by_grey:
            grey = brightness(cuts)
            if by_mean:
                out -= of_mean * grey.mean(dim=(-2, -1), keepdim=True)
            if by_grey:
                out -= grey * of_grey
        out.clamp_(0, 1)
        out = out if left is None else torch.where(left, cuts, out)
        ctx.shares, ctx.left, ctx.wanted = shares, left, wanted
        ctx.save_for_backward(out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None, None]:
        (of_image, of_mean, of_grey, in_grey), (by_mean, by_grey) = ctx.shares, ctx.wanted
        (out,) = ctx.saved_tensors
        held = torch.ops.aten.hardtanh_backward(slope, out, 0.0, 1.0)
        held = held if ctx.left is None else torch.where(ctx.left, slope, held)
        by_image = held * of_image
        if by_mean or by_grey:
            every = held.sum(dim=-3, keepdim=True)
            by_brightness = every * of_grey if by_grey else torch.zeros_like(every)
            if by_mean:
                by_brightness += of_mean * every.mean(dim=(-2, -1), keepdim=True)
            by_image.addcmul_(by_brightness, in_grey, value=-1)
        return by_image, None, None, None
