"""Picture -> depth in scene units, by the depth models.

A depth model is a row of `LOADERS`: what it loads estimates the depth of a stored picture, mixed
as the reference mixes it. Depth is positive into the scene; the full models give about 0.5 to
2.6 scene units, and the embedded one is scaled to the same range.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property, partial

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Float32, UInt8
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import interpolate

from discoscript_engine.model_table import by_name
from discoscript_engine.models import adabins
from discoscript_engine.models.midas import (
    IMAGENET,
    NETWORKS,
    Midas,
    net_input,
    normalised,
    state_dict,
)
from discoscript_engine.models.weights import released

#: (stored picture, midas_weight) -> depth of the picture's size, on the model's device.
Estimate = Callable[[UInt8[Tensor, "h w 3"], float], Float32[Tensor, "h w"]]

#: How many depths are remembered: turbo moves two pictures along beside each other.
REMEMBERED = 2


def load_depth(name: str, device: torch.device) -> Estimate:
    """The depth model of that name, ready on `device`; ValueError where there is none."""
    if name not in LOADERS:
        raise ValueError(f"the depth model {name} is not built; there is {', '.join(LOADERS)}")
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


class Remembering:
    """An estimate that knows the depth of the pictures it saw last.

    A picture is often seen twice: for both eyes and for the move to the next frame, or, with turbo,
    where it is only moved and where the same is diffused. It is known by its content.
    """

    def __init__(self, estimate: Estimate, most: int = REMEMBERED) -> None:
        self._estimate = estimate
        self._most = most
        self._known: dict[tuple[bytes, tuple[int, ...], float], Float32[Tensor, "h w"]] = {}

    def __call__(
        self, image: UInt8[Tensor, "h w 3"], midas_weight: float
    ) -> Float32[Tensor, "h w"]:
        """The same bits as at the first time; they are not to be written to."""
        content = hashlib.sha256(image.cpu().numpy().tobytes()).digest()
        key = content, tuple(image.shape), midas_weight
        depth = self._known.pop(key) if key in self._known else self._estimate(image, midas_weight)
        self._known[key] = depth  # the last one of all, so that the first is the oldest
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return depth


class MixedDepth:
    """The depth of a MiDaS network, mixed with that of AdaBins.

    Each network is loaded when a picture first needs it, and kept: a `midas_weight` of 1 never
    needs AdaBins, and 0 never MiDaS.
    """

    def __init__(
        self,
        midas: Midas,
        load_midas: Callable[[], nn.Module],
        load_metric: Callable[[], nn.Module],
        device: torch.device,
    ) -> None:
        self._midas = midas
        self._load_midas = load_midas
        self._load_metric = load_metric
        self._device = device

    @torch.inference_mode()
    def __call__(
        self, image: UInt8[Tensor, "h w 3"], midas_weight: float
    ) -> Float32[Tensor, "h w"]:
        height, width, _ = image.shape
        image = image.to(self._device)
        if midas_weight <= 0:
            return _resize(self._metric(image), height, width)
        raw = self._midas_network(net_input(self._midas, image))[0]
        depth = depth_from_midas(raw, height, width)
        return depth if midas_weight >= 1 else mix(depth, self._metric(image), midas_weight)

    def _metric(self, image: UInt8[Tensor, "h w 3"]) -> Float32[Tensor, "h2 w2"]:
        return adabins.predict(self._metric_network, metric_input(image))

    @cached_property
    def _midas_network(self) -> nn.Module:
        return self._load_midas().to(self._device)

    @cached_property
    def _metric_network(self) -> nn.Module:
        return self._load_metric().to(self._device)


def metric_input(image: UInt8[Tensor, "h w 3"]) -> Float32[Tensor, "1 3 h2 w2"]:
    """The picture as AdaBins takes it: Lanczos makes it smaller, bicubic larger."""
    picture = Image.fromarray(image.cpu().numpy())
    size = adabins.input_size(*picture.size)
    if size != picture.size:
        shrinks = size[0] * size[1] < picture.width * picture.height
        method = Image.Resampling.LANCZOS if shrinks else Image.Resampling.BICUBIC
        picture = picture.resize(size, method)
    levels = torch.from_numpy(np.array(picture)).to(image.device)
    return normalised(rearrange(levels / 255, "h w c -> 1 c h w"), IMAGENET)


def _load_mixed(name: str, device: torch.device) -> Estimate:
    """The MiDaS network of that name beside AdaBins, from the user's models folder."""
    midas = NETWORKS[name]
    return MixedDepth(
        midas,
        lambda: released(by_name("depth", name), midas.build, state_dict),
        lambda: released(by_name("metric depth", "adabins_nyu"), adabins.AdaBins, adabins.renamed),
        device,
    )


LOADERS: Mapping[str, Callable[[torch.device], Estimate]] = {
    "tiny": _load_tiny,
    **{name: partial(_load_mixed, name) for name in NETWORKS},
}


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
