"""LPIPS, Zhang et al. (2018), version 0.1: how different two pictures look to a VGG16 network.

Features of five depths are scaled to length 1 at every place; the squares of their differences are
weighed by the channel and averaged over the places. The weights of VGG16 and those of the channels
are two published files. What the wanted picture looks like is computed once, for all steps of a
frame.
"""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models import vgg16

from discoscript_engine.diffusion.losses import Likeness, Perceptual
from discoscript_engine.model_row import Model
from discoscript_engine.models.weights import released

#: The layers of VGG16 whose outputs are compared: the last ReLU before each of its five pools.
TAPS = (3, 8, 15, 22, 29)
WIDTHS = (64, 128, 256, 512, 512)

#: Pictures in [-1, 1] are shifted and scaled by these before VGG sees them.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)

#: Keeps what is divided by from being 0.
LEAST = 1e-10


class Features(nn.Module):
    """The convolutions of VGG16, as far as LPIPS looks."""

    def __init__(self) -> None:
        super().__init__()
        self.features = vgg16(weights=None, init_weights=False).features[: TAPS[-1] + 1]

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> list[Float[Tensor, "b _ _ _"]]:
        """Of each depth, with length 1 at every place; 0 where nothing is seen."""
        shift, scale = (x.new_tensor(v)[:, None, None] for v in (SHIFT, SCALE))
        x, seen = (x - shift) / scale, []
        for place, layer in enumerate(self.features):
            x = layer(x)
            if place in TAPS:
                length = x.square().sum(dim=1, keepdim=True)
                # Where all is 0 the root has no slope.
                length = length.clamp(min=torch.finfo(x.dtype).tiny).sqrt()
                seen.append(x / (length + LEAST))
        return seen


class Channels(nn.Module):
    """How much each channel of each depth counts."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.ParameterList([torch.empty(1, width, 1, 1) for width in WIDTHS])


def load_lpips(row: Model, device: torch.device) -> Perceptual:
    """LPIPS with its published weights, ready on `device`.

    ModelMissing or WrongWeights where they are not here or cannot be used.
    """
    features = released(row, Features, convolutions).to(device)
    channels = released(row, Channels, channels_under_our_names, place=1).to(device)
    return lpips(features, channels)


def lpips(features: Features, channels: Channels) -> Perceptual:
    """The loss that these networks are."""

    def like(wanted: Float[Tensor, "b 3 h w"]) -> Likeness:
        with torch.no_grad():
            targets = features(wanted)

        def loss(image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, " b"]:
            pairs = zip(features(image), targets, channels.weights, strict=True)
            parts = [((a - b).square() * w).sum(dim=1).mean(dim=(1, 2)) for a, b, w in pairs]
            return sum(parts[1:], parts[0])

        return loss

    return like


def convolutions(published: Mapping[str, Any]) -> dict[str, Tensor]:
    """Of VGG16 without the layers that tell kinds of things apart."""
    return {k: v for k, v in published.items() if not k.startswith("classifier.")}


def channels_under_our_names(published: Mapping[str, Any]) -> dict[str, Tensor]:
    """The five layers under our names."""
    names = {f"lin{place}.model.1.weight": f"weights.{place}" for place in range(len(TAPS))}
    return {names.get(k, k): v for k, v in published.items()}
