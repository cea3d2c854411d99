"""Picture -> how far it is from what is wanted: the losses whose gradients guide a step."""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import avg_pool2d, normalize, pad


def spherical_distance(
    a: Float[Tensor, "*#batch e"], b: Float[Tensor, "*#batch e"]
) -> Float[Tensor, "*#batch"]:
    """2 asin(|a - b| / 2)^2 of the vectors scaled to length 1: half the squared angle.

    Half the angle is taken as atan2(|a - b|, |a + b|), which is exact to the last bits for vectors
    that point apart, where the slope of asin is infinite.
    """
    a, b = normalize(a, dim=-1), normalize(b, dim=-1)
    return 2 * torch.atan2((a - b).norm(dim=-1), (a + b).norm(dim=-1)).square()


def total_variation(image: Float[Tensor, "b c h w"]) -> Float[Tensor, " b"]:
    """Mean of dx^2 + dy^2; the last column and row have no neighbour and count as even."""
    image = pad(image, (0, 1, 0, 1), "replicate")
    corner = image[..., :-1, :-1]
    dx, dy = image[..., :-1, 1:] - corner, image[..., 1:, :-1] - corner
    return (dx.square() + dy.square()).mean(dim=(1, 2, 3))


def out_of_range(image: Float[Tensor, "b c h w"]) -> Float[Tensor, " b"]:
    """Mean square of what lies beyond [-1, 1]."""
    return (image - image.clamp(-1, 1)).square().mean(dim=(1, 2, 3))


def saturation(image: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
    """Mean size of what lies beyond [-1, 1], over everything."""
    return (image - image.clamp(-1, 1)).abs().mean()


#: Picture -> how unlike a wanted picture each of the batch is.
Likeness = Callable[[Float[Tensor, "b 3 h w"]], Float[Tensor, " b"]]

#: Wanted picture -> likeness to it. What can be known of it alone is computed once.
Perceptual = Callable[[Float[Tensor, "b 3 h w"]], Likeness]


def multi_scale(wanted: Float[Tensor, "b 3 h w"]) -> Likeness:
    """Mean square of the difference, averaged over the picture at 1/1, 1/2, 1/4 and 1/8 size.

    Coarse differences (where things are) weigh more than fine ones (texture, grain).
    """
    scales = [s for s in (1, 2, 4, 8) if s <= min(wanted.shape[-2:])]

    def loss(image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, " b"]:
        difference = image - wanted
        squares = [avg_pool2d(difference, s).square().mean(dim=(1, 2, 3)) for s in scales]
        return sum(squares[1:], squares[0]) / len(squares)

    return loss


#: Losses without weights that hold a picture to its start picture, by their name in the model
#: table; the others are models of their own.
PERCEPTUAL: Mapping[str, Perceptual] = {"multi_scale": multi_scale}
