"""Picture -> depth in scene units, by the depth models that are built.

A depth model is a row of `LOADERS`: what it loads estimates the depth of a stored picture, mixed
as the reference mixes it. Depth is positive into the scene; the full models give about 0.5 to
2.6 scene units, and the embedded one is scaled to the same range.
"""

from collections.abc import Callable, Mapping

import torch
from einops import rearrange
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from torch.nn.functional import interpolate

#: (stored picture, midas_weight) -> depth of the picture's size, on the model's device.
Estimate = Callable[[UInt8[Tensor, "h w 3"], float], Float32[Tensor, "h w"]]


def load_depth(name: str, device: torch.device) -> Estimate:
    """The depth model of that name, ready on `device`; ValueError where it is not built yet."""
    if name not in LOADERS:
        raise ValueError(f"depth model {name} is not built yet; there is {', '.join(LOADERS)}")
    return LOADERS[name](device)


def _load_tiny(device: torch.device) -> Estimate:
    """The embedded network: its depth is the mixed one, so `midas_weight` does not act."""
    from discoscript_engine.models.tiny import load_tiny_depth

    network = load_tiny_depth().to(device)

    @torch.inference_mode()
    def estimate(image: UInt8[Tensor, "h w 3"], midas_weight: float) -> Float32[Tensor, "h w"]:
        picture = rearrange(image.to(device) / 127.5 - 1, "h w c -> 1 c h w")
        return rearrange(network(picture), "1 1 h w -> h w").float()

    return estimate


LOADERS: Mapping[str, Callable[[torch.device], Estimate]] = {"tiny": _load_tiny}


def depth_from_midas(
    raw: Float[Tensor, "a b"], height: int, width: int
) -> Float[Tensor, "{height} {width}"]:
    """A MiDaS network's output (larger is nearer) as depth; above 50 is behind the camera."""
    return (50 - _resize(raw, height, width)) / 19


def mix(
    midas: Float[Tensor, "h w"], metric: Float[Tensor, "a b"], midas_weight: float
) -> Float[Tensor, "h w"]:
    """`midas_weight` 1 is the MiDaS depth alone, 0 the metric one (AdaBins) alone."""
    return midas_weight * midas + (1 - midas_weight) * _resize(metric, *midas.shape)


def _resize(depth: Float[Tensor, "a b"], height: int, width: int) -> Float[Tensor, "h w"]:
    """Bicubic (a = -0.75, half-pixel centres, clamped borders), not antialiased."""
    return interpolate(
        depth[None, None], (height, width), mode="bicubic", align_corners=False, antialias=False
    )[0, 0]
