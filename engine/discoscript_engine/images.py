"""Picture files, stored pictures and tensors -> one another.

Stored pictures are uint8 H x W x 3; the engine works on tensors 1 x 3 x H x W in [-1, 1].
"""

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from discoscript_engine.picture_files import read_picture


def to_tensor(picture: UInt8[Tensor, "h w 3"]) -> Float[Tensor, "1 3 h w"]:
    """Levels 0..255 as -1..1."""
    return rearrange(picture, "h w c -> 1 c h w").float() / 127.5 - 1


def to_picture(image: Float[Tensor, "1 3 h w"]) -> UInt8[Tensor, "h w 3"]:
    """-1..1 as levels 0..255; what lies beyond is held, fractions are cut off."""
    levels = ((image[0] + 1) / 2).clamp(0, 1) * 255
    return rearrange(levels.to(torch.uint8), "c h w -> h w c").contiguous()


def decode(file: bytes, width: int, height: int) -> UInt8[Tensor, "{height} {width} 3"]:
    """The picture in a file, upright and stretched to the size asked for (Lanczos)."""
    fitted = read_picture(file).resize((width, height), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(fitted))


def decode_small(file: bytes, side: int) -> UInt8[Tensor, "h w 3"]:
    """The picture in a file, upright, its shorter side made `side` pixels if it is longer."""
    picture = read_picture(file)
    shorter = min(picture.size)
    size = [max(1, length * side // shorter) for length in picture.size]
    fitted = picture.resize(size, Image.Resampling.LANCZOS) if side < shorter else picture
    return torch.from_numpy(np.array(fitted))
