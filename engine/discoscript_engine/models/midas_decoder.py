"""The decoder that all MiDaS networks share: maps of four scales, joined from coarse to fine.

Module names follow the released checkpoints.
"""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


def double(x: Float[Tensor, "b c h w"], corners: bool) -> Float[Tensor, "b c 2*h 2*w"]:
    """Twice the size, bilinear; `corners`: the corner pixels stay in the corners."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=corners)


class Double(nn.Module):
    """`double` as a step of a sequence."""

    def __init__(self, corners: bool) -> None:
        super().__init__()
        self.corners = corners

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c 2*h 2*w"]:
        return double(x, self.corners)


class ResidualUnit(nn.Module):
    """Two convolutions of the rectified input, added to the input.

    `rectified`: added to the rectified input instead. MiDaS v2.1 was trained like that: its ReLUs
    worked in place.
    """

    def __init__(self, channels: int, rectified: bool) -> None:
        super().__init__()
        self.rectified = rectified
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        positive = F.relu(x)
        h = self.conv2(F.relu(self.conv1(positive)))
        return h + (positive if self.rectified else x)


class Fusion(nn.Module):
    """A coarse map, joined by the finer one of its own size, refined and doubled.

    `channels_out` None: there is no last convolution.
    """

    def __init__(self, channels: int, channels_out: int | None, rectified: bool = False) -> None:
        super().__init__()
        if channels_out is not None:
            self.out_conv = nn.Conv2d(channels, channels_out, 1)
        self.resConfUnit1 = ResidualUnit(channels, rectified)
        self.resConfUnit2 = ResidualUnit(channels, rectified)

    def forward(
        self, coarse: Float[Tensor, "b c h w"], finer: Float[Tensor, "b c h w"] | None = None
    ) -> Float[Tensor, "b c2 2*h 2*w"]:
        joined = coarse if finer is None else coarse + self.resConfUnit1(finer)
        h = double(self.resConfUnit2(joined), corners=True)
        return self.out_conv(h) if hasattr(self, "out_conv") else h


class Decoder(nn.Module):
    """Maps at 1/4, 1/8, 1/16 and 1/32 of the picture's size -> one value for each pixel, >= 0.

    `narrowed` are the channels to which each map is brought; `fused` those of the four joins,
    finest first (None: as many as go in). `head` are the channels of the last convolutions,
    `head_corners` how their doubling treats corners. The released files list the joins from 1 to
    4 or, with `coarse_first`, from 4 to 1.
    """

    def __init__(
        self,
        features: tuple[int, ...],
        narrowed: tuple[int, ...],
        fused: tuple[int | None, ...],
        head: tuple[int, int],
        head_corners: bool,
        rectified: bool = False,
        coarse_first: bool = False,
    ) -> None:
        super().__init__()
        scales = list(zip((1, 2, 3, 4), features, narrowed, fused, strict=True))
        for scale, width_in, width, _ in scales:
            convolution = nn.Conv2d(width_in, width, 3, padding=1, bias=False)
            self.add_module(f"layer{scale}_rn", convolution)
        for scale, _, width, width_out in reversed(scales) if coarse_first else scales:
            self.add_module(f"refinenet{scale}", Fusion(width, width_out, rectified))
        self.output_conv = nn.Sequential(
            nn.Conv2d(fused[0] or narrowed[0], head[0], 3, padding=1),
            Double(head_corners),
            nn.Conv2d(head[0], head[1], 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(head[1], 1, 1),
            nn.ReLU(),
        )

    def forward(self, *maps: Float[Tensor, "b _ _ _"]) -> Float[Tensor, "b h w"]:
        *finer, coarsest = (
            self.get_submodule(f"layer{scale}_rn")(features)
            for scale, features in enumerate(maps, start=1)
        )
        h = self.get_submodule("refinenet4")(coarsest)
        for scale in (3, 2, 1):
            h = self.get_submodule(f"refinenet{scale}")(h, finer[scale - 1])
        return self.output_conv(h).squeeze(1)
