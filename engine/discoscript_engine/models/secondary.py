"""Disco Diffusion's secondary model: a small network that predicts the finished picture for the
guidance.

It takes x and a time t in 0..1 (0 clean, 1 noise) with signal part alpha = cos(pi t / 2) and noise
part sigma = sin(pi t / 2), and predicts v = alpha noise - sigma picture. Module names follow the
released checkpoint.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

WIDTHS = (64, 128, 256, 512)


class SecondaryOutput(NamedTuple):
    """v as predicted, and the picture and the noise that follow from it."""

    v: Float[Tensor, "b 3 h w"]
    pred: Float[Tensor, "b 3 h w"]
    eps: Float[Tensor, "b 3 h w"]


class SecondaryModel(nn.Module):
    """A U-Net of plain convolutions with skips by concatenation; sizes are multiples of 32."""

    def __init__(self) -> None:
        super().__init__()
        narrow, wide, wider, widest = WIDTHS
        self.timestep_embed = FourierFeatures(1, 16)
        level5 = Skip(
            halve(),
            conv(wider, widest),
            conv(widest, widest),
            conv(widest, widest),
            conv(widest, wider),
            double(),
        )
        level4 = Skip(
            halve(),
            conv(wider, wider),
            conv(wider, wider),
            level5,
            conv(widest, wider),
            conv(wider, wider),
            double(),
        )
        level3 = Skip(
            halve(),
            conv(wide, wider),
            conv(wider, wider),
            level4,
            conv(widest, wider),
            conv(wider, wide),
            double(),
        )
        level2 = Skip(
            halve(),
            conv(wide, wide),
            conv(wide, wide),
            level3,
            conv(wider, wide),
            conv(wide, wide),
            double(),
        )
        level1 = Skip(
            halve(),
            conv(narrow, wide),
            conv(wide, wide),
            level2,
            conv(wider, wide),
            conv(wide, narrow),
            double(),
        )
        self.net = nn.Sequential(
            conv(3 + 16, narrow),
            conv(narrow, narrow),
            level1,
            conv(wide, narrow),
            nn.Conv2d(narrow, 3, 3, padding=1),
        )

    def forward(self, x: Float[Tensor, "b 3 h w"], t: Float[Tensor, " b"]) -> SecondaryOutput:
        time = self.timestep_embed(t[:, None])[:, :, None, None].expand(-1, -1, *x.shape[-2:])
        v = self.net(torch.cat([x, time], dim=1))
        alpha, sigma = (part[:, None, None, None] for part in alpha_sigma(t))
        return SecondaryOutput(v, x * alpha - v * sigma, x * sigma + v * alpha)


def alpha_sigma(t: Float[Tensor, " b"]) -> tuple[Float[Tensor, " b"], Float[Tensor, " b"]]:
    """Signal and noise parts at time t."""
    return torch.cos(t * math.pi / 2), torch.sin(t * math.pi / 2)


class FourierFeatures(nn.Module):
    """Cosines, then sines, of 2 pi t times learnt frequencies."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width_out // 2, width_in))

    def forward(self, t: Float[Tensor, "b i"]) -> Float[Tensor, "b o"]:
        angles = 2 * math.pi * t @ self.weight.T
        return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Skip(nn.Module):
    """The result of its modules, and beside it (in the channels) the input."""

    def __init__(self, *modules: nn.Module) -> None:
        super().__init__()
        self.main = nn.Sequential(*modules)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c2 h w"]:
        return torch.cat([self.main(x), x], dim=1)


def conv(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width_in, width_out, 3, padding=1), nn.ReLU(inplace=True))


def halve() -> nn.Module:
    return nn.AvgPool2d(2)


def double() -> nn.Module:
    return nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
