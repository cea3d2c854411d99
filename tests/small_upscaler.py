"""Weights of a tiny upscaler, named and shaped as the compact networks of Real-ESRGAN are."""

import torch
from torch import Tensor, nn

CHANNELS = 8


def compact_weights(scale: int = 2) -> dict[str, Tensor]:
    """Random, and the same every time: three convolutions, then `scale` x `scale` pixels each."""
    torch.manual_seed(3)
    body = nn.Sequential(
        nn.Conv2d(3, CHANNELS, 3), nn.PReLU(CHANNELS),
        nn.Conv2d(CHANNELS, CHANNELS, 3), nn.PReLU(CHANNELS),
        nn.Conv2d(CHANNELS, 3 * scale**2, 3),
    )  # fmt: skip
    return {f"body.{name}": value.detach() for name, value in body.state_dict().items()}
