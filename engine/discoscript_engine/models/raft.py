"""RAFT: "Recurrent All-Pairs Field Transforms for Optical Flow" (Teed and Deng, 2020).

The network is torchvision's; the published checkpoint is loaded under its names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float, Float32, UInt8
from torch import Tensor, nn
from torchvision.models.optical_flow import raft_large

#: How often the network corrects its flow; the reference's number.
UPDATES = 20
#: Sides of its input are multiples of this, and at least `LEAST`.
MULTIPLE = 8
LEAST = 128

#: The published names and torchvision's, as patterns, applied one after the other.
NAMES: tuple[tuple[str, str], ...] = (
    (r"^fnet\.", "feature_encoder."),
    (r"^cnet\.", "context_encoder."),
    (r"(encoder\.)conv1\.", r"\1convnormrelu.0."),
    (r"(encoder\.)norm1\.", r"\1convnormrelu.1."),
    (r"(encoder\.)conv2\.", r"\1conv."),
    (r"(layer\d\.\d\.)conv(\d)\.", r"\1convnormrelu\2.0."),
    (r"(layer\d\.\d\.)norm(\d)\.", r"\1convnormrelu\2.1."),
    (r"block\.encoder\.convc(\d)\.", r"block.motion_encoder.convcorr\1.0."),
    (r"block\.encoder\.convf(\d)\.", r"block.motion_encoder.convflow\1.0."),
    (r"block\.encoder\.conv\.", "block.motion_encoder.conv.0."),
    (r"block\.gru\.conv([zrq])(\d)\.", r"block.recurrent_block.convgru\2.conv\1."),
    (r"update_block\.mask\.0\.", "mask_predictor.convrelu.0."),
    (r"update_block\.mask\.2\.", "mask_predictor.conv."),
)


def raft() -> nn.Module:
    """The large network."""
    return raft_large(weights=None, progress=False)


def renamed(checkpoint: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A published state dict under torchvision's names.

    The published network holds the norm of every shortcut under two names; one is left out.
    """
    return {
        _renamed(name.removeprefix("module.")): tensor
        for name, tensor in checkpoint.items()
        if ".norm3." not in name
    }


def _renamed(name: str) -> str:
    for published, ours in NAMES:
        name = re.sub(published, ours, name)
    return name


def padding(height: int, width: int, least: int = 0) -> tuple[int, int, int, int]:
    """How many pixels are added left, right, above and below, evenly, to get sides that the
    network takes."""
    above, below = _halves(height, least)
    left, right = _halves(width, least)
    return left, right, above, below


def _halves(length: int, least: int) -> tuple[int, int]:
    more = max(-length % MULTIPLE, least - length)
    return more // 2, more - more // 2


@torch.inference_mode()
def raft_flow(
    network: nn.Module, first: UInt8[Tensor, "h w 3"], second: UInt8[Tensor, "h w 3"]
) -> Float32[Tensor, "h w 2"]:
    """Where every pixel of `first` has gone in `second`: (x, y) in pixels from its own place."""
    height, width, _ = first.shape
    added = padding(height, width, LEAST)
    images = [_padded(image, added) for image in (first, second)]
    flow = network(*images, num_flow_updates=UPDATES)[-1]
    left, _, top, _ = added
    inner = flow[0, :, top : top + height, left : left + width]
    return rearrange(inner, "c h w -> h w c").contiguous()


def _padded(
    image: UInt8[Tensor, "h w 3"], added: tuple[int, int, int, int]
) -> Float[Tensor, "1 3 h2 w2"]:
    """The picture in -1..1, its border pixels repeated outwards."""
    picture = rearrange(image / 127.5 - 1, "h w c -> 1 c h w")
    return F.pad(picture, added, mode="replicate")
