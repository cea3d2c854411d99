"""Symmetry -> what is done to the noisy picture before a step."""

from jaxtyping import Float
from torch import Tensor

from discoscript_engine.diffusion.sampling import Mirror
from discoscript_engine.job import Symmetry


def mirror_at(symmetry: Symmetry | None, first: int) -> Mirror:
    """What mirrors at the steps asked for, of those from index `first` down to 0."""
    if symmetry is None:
        return lambda image, index: image
    indices = mirrored_indices(symmetry.at, first)

    def mirror(image: Float[Tensor, "b 3 h w"], index: int) -> Float[Tensor, "b 3 h w"]:
        return mirrored(image, symmetry) if index in indices else image

    return mirror


def mirrored_indices(percents: tuple[float, ...], first: int) -> frozenset[int]:
    """The indices before which that percentage of the steps, `first` + 1 in number, is done.

    0% is before the first step (where the reference does nothing), 100% before the last. The small
    amount keeps 41 at 41 where floats make a little less of it.
    """
    steps = first + 1
    return frozenset(min(first, int(steps * (100 - at) / 100 + 1e-9)) for at in percents)


def mirrored(image: Float[Tensor, "b 3 h w"], symmetry: Symmetry) -> Float[Tensor, "b 3 h w"]:
    """The left half over the right one, then the upper half over the lower one. A column or row
    in the middle stays."""
    if symmetry.horizontal:
        image = _halved(image, -1)
    return _halved(image, -2) if symmetry.vertical else image


def _halved(image: Float[Tensor, "b 3 h w"], axis: int) -> Float[Tensor, "b 3 h w"]:
    half = image.shape[axis] // 2
    image = image.clone()
    image.narrow(axis, image.shape[axis] - half, half).copy_(image.narrow(axis, 0, half).flip(axis))
    return image
