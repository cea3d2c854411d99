"""What a guiding CLIP sees of a picture: Disco Diffusion's cuts, their augmentations, and the noisy
mixture.

Done for whole batches: every picture gets its own cut, drawn by one affine sampling.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from .training import alphas_cumprod, working_type

SIZE = 64
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]
GREY = torch.tensor([0.2989, 0.587, 0.114])[:, None, None]


def normalise(cuts: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
    """[0, 1] to what CLIP models expect."""
    return (cuts - MEAN) / STD


def overview(x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 64 64"]:
    """The whole picture in [-1, 1], with black bars where it is not square, in [0, 1]."""
    side = max(x.shape[-2:])
    bars = [(side - x.shape[-1]) // 2] * 2 + [(side - x.shape[-2]) // 2] * 2
    padded = F.pad((x + 1) / 2, bars)
    return F.interpolate(
        padded, size=(SIZE, SIZE), mode="bilinear", align_corners=False, antialias=True
    )


def imitated(x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
    """What the guidance would see of noised pictures, if predictions were a little blurred."""
    _, fac, x_t = _noised(x, 1000)
    small = F.avg_pool2d(x, 4)
    blurred = F.interpolate(small, size=x.shape[-2:], mode="bilinear", align_corners=False)
    prediction = torch.lerp(x, blurred, fac**2 * torch.rand(len(x), 1, 1, 1))
    prediction = prediction + 0.12 * fac * torch.randn_like(x)
    return prediction * fac + x_t * (1 - fac)


@torch.no_grad()
def predicted(x: Float[Tensor, "b 3 h w"], network: nn.Module) -> Float[Tensor, "b 3 h w"]:
    """What the guidance sees of noised pictures with this picture-predicting network.

    The last tenth of the noise levels, where predictions show nothing yet, is left out.
    """
    t, fac, x_t = _noised(x, 900)
    prediction = network(x_t.to(working_type()), t.float()).float()
    return prediction * fac + x_t * (1 - fac)


def _noised(x: Tensor, end: int) -> tuple[Tensor, Tensor, Tensor]:
    """Random times below `end`, the noise part fac = sqrt(1-abar), and the noised pictures.

    The guidance looks at x_in = prediction fac + x_t (1 - fac).
    """
    t = torch.randint(0, end, (len(x),))
    abar = alphas_cumprod()[t][:, None, None, None]
    fac = (1 - abar).sqrt()
    return t, fac, abar.sqrt() * x + fac * torch.randn_like(x)


def random_cuts(
    x: Float[Tensor, "b 3 96 128"], grey: Tensor, network: nn.Module | None = None
) -> Float[Tensor, "b 3 64 64"]:
    """Normalised cuts as the guidance makes them; `grey` says which pictures lose their colour.

    Half are overviews, half inner squares of 64 to 96 pixels. Half of the pictures are as the
    guidance sees them: imitated, or predicted by a diffusion network where one is given.
    """
    count = len(x)
    noisy = torch.rand(count) < 0.5
    x = x.clone()
    x[noisy] = imitated(x[noisy]) if network is None else predicted(x[noisy], network)
    x = (x + 1) / 2
    half = count // 2
    seen = F.avg_pool2d(x[:half], 2)
    whole = _sample(seen, side=torch.full((half,), 64.0), inner=False)
    inner = _sample(x[half:], side=64 + 32 * torch.rand(count - half), inner=True)
    return normalise(_recolour(torch.cat([whole, inner]), grey))


def _sample(pictures: Tensor, side: Tensor, inner: bool) -> Tensor:
    """Squares of `side` pixels, with a mild turn, shift, slant and mirror; black outside."""
    count, height, width = len(pictures), *pictures.shape[-2:]
    angle = (torch.rand(count) * 2 - 1) * math.radians(10) * (torch.rand(count) < 0.7)
    slant = (torch.rand(count) * 2 - 1) * 0.08
    mirror = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    shift = (torch.rand(count, 2) * 2 - 1) * 0.05 * side[:, None]
    if inner:
        room = torch.stack([width - side, height - side], 1)
        shift = shift * 0.5 + (torch.rand(count, 2) - 0.5) * room
    cos, sin = angle.cos() * side, angle.sin() * side
    rows = [
        torch.stack(
            [mirror * cos / width, (slant * side - sin) / width, 2 * shift[:, 0] / width], 1
        ),
        torch.stack([mirror * sin / height, cos / height, 2 * shift[:, 1] / height], 1),
    ]
    grid = F.affine_grid(torch.stack(rows, 1), [count, 3, SIZE, SIZE], align_corners=False)
    return F.grid_sample(pictures, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _recolour(cuts: Tensor, grey: Tensor) -> Tensor:
    """Noise, colour jitter, and grey where asked."""
    count = len(cuts)

    def around_one(amount: float) -> Tensor:
        return 1 + (torch.rand(count, 1, 1, 1) * 2 - 1) * amount

    luminance = (cuts * GREY).sum(1, keepdim=True)
    cuts = torch.lerp(luminance.expand_as(cuts), cuts, around_one(0.1)) * around_one(0.1)
    cuts = torch.where(grey[:, None, None, None], (cuts * GREY).sum(1, keepdim=True), cuts)
    return cuts + 0.02 * torch.randn_like(cuts)
