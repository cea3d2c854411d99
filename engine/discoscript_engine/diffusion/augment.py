"""Cuts -> cuts that are turned, shifted, greyed and recoloured a little, so that CLIP cannot be
pleased by a pattern in one place.

The transforms and their strengths are Disco Diffusion's; as there, one draw serves all cuts of a
batch, and only the noise differs from cut to cut. Everything can be differentiated.
"""

import torch
from jaxtyping import Float
from torch import Generator, Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as transform

from discoscript_engine.diffusion.randomness import happens, normal, uniform

#: Standard deviation of the noise, in [0, 1].
NOISE = 0.01
#: Degrees to either side.
TURN = 10.0
#: Share of the cut's size to either side.
SHIFT = 0.05
#: How often a batch is mirrored, and made grey.
MIRRORED, GREYED = 0.5, 0.1
#: Brightness, contrast, saturation and hue change by up to this share.
RECOLOUR = 0.1


def augment(cuts: Float[Tensor, "n 3 s s"], rng: Generator) -> Float[Tensor, "n 3 s s"]:
    """The cuts, in [0, 1], as CLIP is shown them."""
    cuts = _noisy(_mirrored(cuts, rng), rng)
    cuts = _noisy(_moved(cuts, rng), rng)
    cuts = _noisy(_greyed(cuts, rng), rng)
    return _recoloured(cuts, rng)


def _noisy(cuts: Float[Tensor, "n 3 s s"], rng: Generator) -> Float[Tensor, "n 3 s s"]:
    return cuts + NOISE * normal(tuple(cuts.shape), rng, cuts.device).to(cuts)


def _mirrored(cuts: Float[Tensor, "n 3 s s"], rng: Generator) -> Float[Tensor, "n 3 s s"]:
    return cuts.flip(-1) if happens(MIRRORED, rng) else cuts


def _moved(cuts: Float[Tensor, "n 3 s s"], rng: Generator) -> Float[Tensor, "n 3 s s"]:
    """Turned about the centre and shifted by whole pixels; what comes in is black."""
    reach = SHIFT * cuts.shape[-1]
    angle = uniform(-TURN, TURN, rng)
    shift = [round(uniform(-reach, reach, rng)) for _ in range(2)]
    return transform.affine(
        cuts, angle, shift, 1.0, [0.0, 0.0], InterpolationMode.BILINEAR, fill=[0.0, 0.0, 0.0]
    )


def _greyed(cuts: Float[Tensor, "n 3 s s"], rng: Generator) -> Float[Tensor, "n 3 s s"]:
    return transform.rgb_to_grayscale(cuts, 3) if happens(GREYED, rng) else cuts


def _recoloured(cuts: Float[Tensor, "n 3 s s"], rng: Generator) -> Float[Tensor, "n 3 s s"]:
    """Brightness, contrast, saturation and hue, in any order; values end in [0, 1]."""
    amounts = [uniform(-RECOLOUR, RECOLOUR, rng) for _ in range(4)]
    for change in torch.randperm(4, generator=rng).tolist():
        if change == 0:
            cuts = transform.adjust_brightness(cuts, 1 + amounts[0])
        elif change == 1:
            cuts = transform.adjust_contrast(cuts, 1 + amounts[1])
        elif change == 2:
            cuts = transform.adjust_saturation(cuts, 1 + amounts[2])
        else:
            cuts = transform.adjust_hue(cuts, amounts[3])
    return cuts
