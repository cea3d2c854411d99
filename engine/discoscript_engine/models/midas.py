"""The MiDaS networks by name, and a stored picture as they take it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float, Float32, UInt8
from torch import Tensor, nn
from torch.nn.functional import interpolate

from discoscript_engine.model_table import by_name
from discoscript_engine.models.dpt import HYBRID, LARGE, Dpt
from discoscript_engine.models.midas_v21 import midas_v21, midas_v21_small

#: Mean and standard deviation of the pictures that a network was trained on, for R, G and B.
Statistics = tuple[tuple[float, float, float], tuple[float, float, float]]

HALF: Statistics = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
IMAGENET: Statistics = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

#: Sides of a network's input are multiples of this.
MULTIPLE = 32


@dataclass(frozen=True)
class Midas:
    """How a network is built and what it looks at: a picture scaled towards `side` pixels.

    `limit`: the longer side becomes `side`; otherwise that side does which changes the scale
    least, and the other may be longer.
    """

    build: Callable[[], nn.Module]
    side: int
    limit: bool
    statistics: Statistics


def _network(name: str, build: Callable[[], nn.Module], statistics: Statistics) -> Midas:
    """The network of that row of the model table, with the input size that it gives."""
    layout = by_name("depth", name).configuration
    side, resize = layout["side"], layout["resize"]
    assert isinstance(side, int)
    return Midas(build, side, resize == "upper_bound", statistics)


NETWORKS: Mapping[str, Midas] = {
    "dpt_large": _network("dpt_large", lambda: Dpt(LARGE), HALF),
    "dpt_hybrid": _network("dpt_hybrid", lambda: Dpt(HYBRID), HALF),
    "midas_v21": _network("midas_v21", midas_v21, IMAGENET),
    "midas_v21_small": _network("midas_v21_small", midas_v21_small, IMAGENET),
}


def net_size(midas: Midas, width: int, height: int) -> tuple[int, int]:
    """Width and height of the network's input for a picture of that size."""
    scales = midas.side / width, midas.side / height
    scale = min(scales) if midas.limit else min(scales, key=lambda s: abs(1 - s))
    at_most = midas.side if midas.limit else None
    return _multiple(scale * width, at_most), _multiple(scale * height, at_most)


def _multiple(length: float, at_most: int | None) -> int:
    """The nearest multiple (half to even), or the one below where that one is too long."""
    nearest = round(length / MULTIPLE) * MULTIPLE
    if at_most is not None and nearest > at_most:
        nearest = int(length // MULTIPLE) * MULTIPLE
    return max(nearest, MULTIPLE)


def net_input(midas: Midas, image: UInt8[Tensor, "h w 3"]) -> Float32[Tensor, "1 3 h2 w2"]:
    """The picture in the network's size (bicubic, not antialiased) and normalised."""
    height, width, _ = image.shape
    to_width, to_height = net_size(midas, width, height)
    picture = rearrange(image / 255, "h w c -> 1 c h w")
    resized = interpolate(
        picture, (to_height, to_width), mode="bicubic", align_corners=False, antialias=False
    )
    return normalised(resized, midas.statistics)


def normalised(
    picture: Float[Tensor, "1 3 h w"], statistics: Statistics
) -> Float[Tensor, "1 3 h w"]:
    """A picture in 0..1 with its training set's mean at 0 and standard deviation at 1."""
    mean, deviation = (torch.tensor(row, device=picture.device) for row in statistics)
    return (picture - mean[:, None, None]) / deviation[:, None, None]


def state_dict(checkpoint: Mapping[str, Any]) -> Mapping[str, Tensor]:
    """The weights in a released checkpoint; some hold the state of their training beside them."""
    return checkpoint["model"] if "optimizer" in checkpoint else checkpoint
