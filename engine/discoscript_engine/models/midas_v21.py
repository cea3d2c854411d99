"""MiDaS v2.1: "Towards Robust Monocular Depth Estimation" (Ranftl and others, 2020), large and
small.

A picture normalised as for ImageNet becomes relative inverse depth: larger is nearer. Sides are
multiples of 32. Module names follow the released checkpoints, so that their state dicts load
strictly; the feature networks are timm's.
"""

from __future__ import annotations

from typing import Any

import timm
from jaxtyping import Float
from torch import Tensor, nn

from .midas_decoder import Decoder


class MidasV21(nn.Module):
    """A feature network cut into four scales, and the decoder."""

    def __init__(self, stages: tuple[nn.Module, ...], decoder: Decoder) -> None:
        super().__init__()
        self.pretrained = Stages(stages)
        self.scratch = decoder

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b h w"]:
        return self.scratch(*self.pretrained(image))


class Stages(nn.Module):
    """A picture -> maps at 1/4, 1/8, 1/16 and 1/32 of its size."""

    def __init__(self, stages: tuple[nn.Module, ...]) -> None:
        super().__init__()
        for scale, stage in enumerate(stages, start=1):
            self.add_module(f"layer{scale}", stage)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> list[Float[Tensor, "b _ _ _"]]:
        maps: list[Tensor] = []
        h = image
        for stage in self.children():
            h = stage(h)
            maps.append(h)
        return maps


def midas_v21() -> MidasV21:
    """The large network, on a ResNeXt-101."""
    features: Any = timm.create_model("resnext101_32x8d", pretrained=False)
    first = nn.Sequential(
        features.conv1, features.bn1, features.act1, features.maxpool, features.layer1
    )
    decoder = Decoder(
        features=(256, 512, 1024, 2048),
        narrowed=(256,) * 4,
        fused=(None,) * 4,
        head=(128, 32),
        head_corners=False,
        rectified=True,
        coarse_first=True,
    )
    return MidasV21((first, features.layer2, features.layer3, features.layer4), decoder)


def midas_v21_small() -> MidasV21:
    """The small network, on an EfficientNet-Lite3 with TensorFlow's padding."""
    features: Any = timm.create_model("tf_efficientnet_lite3", pretrained=False)
    blocks = features.blocks
    # timm's norm holds the activation that the released network has as a step of its own.
    first = nn.Sequential(features.conv_stem, features.bn1, nn.Identity(), *blocks[:2])
    decoder = Decoder(
        features=(32, 48, 136, 384),
        narrowed=(64, 128, 256, 512),
        fused=(64, 64, 128, 256),
        head=(32, 32),
        head_corners=False,
        coarse_first=True,
    )
    others = (nn.Sequential(*part) for part in (blocks[2:3], blocks[3:5], blocks[5:7]))
    return MidasV21((first, *others), decoder)
