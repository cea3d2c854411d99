"""A small depth network for the pictures that the embedded models make."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

#: The range of mixed MiDaS and AdaBins depth in practice, so that camera settings mean the same.
NEAR, FAR = 0.5, 2.6
WIDTHS = (24, 48, 96, 128)


class TinyDepth(nn.Module):
    """A U-shaped convolutional net on 2x2 pixel blocks; pads any size to multiples of 16 inside."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3 * 4, WIDTHS[0], 3, padding=1)
        self.down = nn.ModuleList(
            [Block(WIDTHS[0], WIDTHS[0], 1)]
            + [Block(WIDTHS[i], WIDTHS[i + 1], 2) for i in range(3)]
        )
        self.middle = Block(WIDTHS[3], WIDTHS[3], 1)
        self.up = nn.ModuleList([Block(WIDTHS[i + 1] + WIDTHS[i], WIDTHS[i], 1) for i in (2, 1, 0)])
        self.last = nn.Conv2d(WIDTHS[0], 4, 3, padding=1)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 1 h w"]:
        """RGB in [-1, 1] to depth, larger is farther."""
        return FAR - (FAR - NEAR) * self.disparity(image)

    def disparity(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 1 h w"]:
        """0 (the sky) to 1 (at one's feet)."""
        height, width = image.shape[-2:]
        padded = F.pad(image, (0, -width % 16, 0, -height % 16), mode="replicate")
        h = self.first(F.pixel_unshuffle(padded, 2))
        skips: list[Tensor] = []
        for block in self.down:
            h = block(h)
            skips.append(h)
        h = self.middle(skips.pop())
        for block in self.up:
            skip = skips.pop()
            h = F.interpolate(h, size=skip.shape[-2:], mode="bilinear", align_corners=False)
            h = block(torch.cat([h, skip], dim=1))
        return F.pixel_shuffle(self.last(F.silu(h)), 2).sigmoid()[..., :height, :width]


class Block(nn.Module):
    """Residual block with batch norm; a stride of 2 halves the grid."""

    def __init__(self, width_in: int, width_out: int, stride: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(width_in)
        self.conv1 = nn.Conv2d(width_in, width_out, 3, stride, 1)
        self.norm2 = nn.BatchNorm2d(width_out)
        self.conv2 = nn.Conv2d(width_out, width_out, 3, 1, 1)
        self.skip = nn.Conv2d(width_in, width_out, 1) if width_in != width_out else nn.Identity()
        self.stride = stride

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c2 h2 w2"]:
        h = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return self.skip(F.avg_pool2d(x, self.stride) if self.stride > 1 else x) + h
