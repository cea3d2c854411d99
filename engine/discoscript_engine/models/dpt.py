"""MiDaS v3: "Vision Transformers for Dense Prediction" (Ranftl, Bochkovskiy and Koltun, 2021),
called DPT, large and hybrid.

A picture normalised with mean and standard deviation 0.5 becomes relative inverse depth: larger is
nearer. Sides are multiples of 32. Module names follow the released checkpoints, so that their
state dicts load strictly; the transformers are timm's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import timm
import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from .midas_decoder import Decoder


@dataclass(frozen=True)
class DptConfig:
    """The layout of a DPT. `features` are the channels of the four maps, finest first; `blocks` the
    transformer blocks that are read for the last of them. The hybrid reads only two: its finer
    maps are the first stages of the residual network that makes its tokens.
    """

    transformer: str
    features: tuple[int, int, int, int]
    blocks: tuple[int, ...]

    @property
    def is_hybrid(self) -> bool:
        return len(self.blocks) == 2


LARGE = DptConfig("vit_large_patch16_384", (256, 512, 1024, 1024), (5, 11, 17, 23))
HYBRID = DptConfig("vit_base_r50_s16_384", (256, 512, 768, 768), (8, 11))


class Dpt(nn.Module):
    """A transformer whose tokens are put together to maps of four scales, and the decoder."""

    def __init__(self, config: DptConfig) -> None:
        super().__init__()
        self.pretrained = Encoder(config)
        self.scratch = Decoder(
            config.features,
            narrowed=(256,) * 4,
            fused=(256,) * 4,
            head=(128, 32),
            head_corners=True,
        )

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b h w"]:
        return self.scratch(*self.pretrained(image))


class Encoder(nn.Module):
    """A picture -> maps at 1/4, 1/8, 1/16 and 1/32 of its size."""

    model: Any  # timm's transformer

    def __init__(self, config: DptConfig) -> None:
        super().__init__()
        self.config = config
        self.model = timm.create_model(config.transformer, pretrained=False)
        width = self.model.embed_dim
        for place, channels in enumerate(config.features):
            from_stage = config.is_hybrid and place < 2
            self.add_module(
                f"act_postprocess{place + 1}",
                nn.Identity() if from_stage else Assembly(width, channels, place),
            )

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> list[Float[Tensor, "b _ _ _"]]:
        stages, grid = self._grid(image)
        rows = grid.shape[-2]
        tokens = self._tokens(grid)
        read: list[Tensor] = []
        for index, block in enumerate(self.model.blocks):
            tokens = block(tokens)
            if index in self.config.blocks:
                read.append(tokens)
        maps: list[Tensor] = []
        for scale, features in enumerate(stages + read, start=1):
            assembly = self.get_submodule(f"act_postprocess{scale}")
            maps.append(assembly(features, rows) if isinstance(assembly, Assembly) else features)
        return maps

    def _grid(
        self, image: Float[Tensor, "b 3 h w"]
    ) -> tuple[list[Float[Tensor, "b _ _ _"]], Float[Tensor, "b c h/16 w/16"]]:
        """The maps that the decoder reads before there are tokens, and the tokens in their grid."""
        embed = self.model.patch_embed
        if not self.config.is_hybrid:
            return [], embed.proj(image)
        h = embed.backbone.stem(image)
        maps: list[Tensor] = []
        for stage in embed.backbone.stages:
            h = stage(h)
            maps.append(h)
        return maps[:2], embed.proj(h)

    def _tokens(self, grid: Float[Tensor, "b c r k"]) -> Float[Tensor, "b 1+r*k c"]:
        """The class token and the grid's, with their places added."""
        batch, _, rows, columns = grid.shape
        tokens = rearrange(grid, "b c r k -> b (r k) c")
        first = self.model.cls_token.expand(batch, -1, -1)
        return torch.cat([first, tokens], dim=1) + places(self.model.pos_embed, rows, columns)


def places(
    table: Float[Tensor, "1 n c"], rows: int, columns: int
) -> Float[Tensor, "1 1+{rows}*{columns} c"]:
    """A position table of a class token and a square grid, resized to another grid."""
    side = round((table.shape[1] - 1) ** 0.5)
    grid = rearrange(table[:, 1:], "1 (r k) c -> 1 c r k", r=side)
    resized = F.interpolate(grid, (rows, columns), mode="bilinear", align_corners=False)
    return torch.cat([table[:, :1], rearrange(resized, "1 c r k -> 1 (r k) c")], dim=1)


class Assembly(nn.Sequential):
    """Tokens -> a map of a scale: 0 is 1/4 of the picture's size, 3 is 1/32."""

    def __init__(self, width: int, channels: int, place: int) -> None:
        super().__init__(
            Readout(width),
            nn.Identity(),  # the released networks keep two steps without weights here
            nn.Identity(),
            nn.Conv2d(width, channels, 1),
            *resize(place, channels),
        )

    def forward(  # type: ignore[override]
        self, tokens: Float[Tensor, "b n c"], rows: int
    ) -> Float[Tensor, "b c2 _ _"]:
        readout, *steps = self
        h = rearrange(readout(tokens), "b (r k) c -> b c r k", r=rows)
        for step in steps:
            h = step(h)
        return h


def resize(place: int, channels: int) -> list[nn.Module]:
    """What takes a map from the tokens' grid, 1/16 of the picture's size, to its own scale."""
    if place < 2:
        factor = 4 if place == 0 else 2
        return [nn.ConvTranspose2d(channels, channels, factor, stride=factor)]
    return [] if place == 2 else [nn.Conv2d(channels, channels, 3, stride=2, padding=1)]


class Readout(nn.Module):
    """Every token of the grid, after it has seen the class token."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.project = nn.Sequential(nn.Linear(2 * width, width), nn.GELU())

    def forward(self, tokens: Float[Tensor, "b n c"]) -> Float[Tensor, "b n-1 c"]:
        grid = tokens[:, 1:]
        return self.project(torch.cat([grid, tokens[:, :1].expand_as(grid)], dim=-1))
