"""Cuts -> cuts that are turned, shifted, greyed and recoloured a little, so that CLIP cannot be
pleased by a pattern in one place.

The transforms and their strengths are Disco Diffusion's; as there, one draw serves all cuts of a
batch, and only the noise differs from cut to cut. Everything can be differentiated. Several
batches go through together, each with its own draw.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, grid_sample

from discoscript_engine.diffusion.cutouts import greyed
from discoscript_engine.diffusion.randomness import happens, uniform
from discoscript_engine.diffusion.recolour import recoloured

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


@dataclass(frozen=True)
class Draw:
    """What happens to a batch of cuts: it is mirrored, turned by `angle` degrees and shifted by
    whole pixels, greyed, and its brightness, contrast, saturation and hue are changed by
    `amounts`, in the `order` of their places there. Noise is added before the turn, after it, and
    after the grey."""

    mirrored: bool
    angle: float
    shift: tuple[int, int]
    greyed: bool
    amounts: tuple[float, float, float, float]
    order: tuple[int, ...]
    noises: tuple[Float[Tensor, "n 3 s s"], ...]

    def of(self, cuts: slice) -> "Draw":
        """What happens to some of the cuts."""
        return replace(self, noises=tuple(noise[cuts] for noise in self.noises))


def drawn(shape: tuple[int, ...], rng: Generator) -> Draw:
    """A draw for cuts of this shape."""
    mirrored = happens(MIRRORED, rng)
    first = torch.randn(shape, generator=rng)
    reach = SHIFT * shape[-1]
    angle = uniform(-TURN, TURN, rng)
    shift = round(uniform(-reach, reach, rng)), round(uniform(-reach, reach, rng))
    second = torch.randn(shape, generator=rng)
    grey = happens(GREYED, rng)
    third = torch.randn(shape, generator=rng)
    a, b, c, d = (uniform(-RECOLOUR, RECOLOUR, rng) for _ in range(4))
    order = tuple(torch.randperm(4, generator=rng).tolist())
    return Draw(mirrored, angle, shift, grey, (a, b, c, d), order, (first, second, third))


def augment(cuts: Float[Tensor, "b n 3 s s"], draws: Sequence[Draw]) -> Float[Tensor, "b n 3 s s"]:
    """The batches, in [0, 1], as CLIP is shown them; one draw for each."""
    cuts = _each(cuts, draws, lambda batch, draw: batch.flip(-1) if draw.mirrored else batch)
    cuts = _noisy(_moved(_noisy(cuts, draws, 0), draws), draws, 1)
    cuts = _each(cuts, draws, lambda batch, draw: greyed(batch) if draw.greyed else batch)
    cuts = _noisy(cuts, draws, 2)
    return _each(cuts, draws, lambda batch, draw: recoloured(batch, draw.amounts, draw.order))


def _noisy(
    cuts: Float[Tensor, "b n 3 s s"], draws: Sequence[Draw], which: int
) -> Float[Tensor, "b n 3 s s"]:
    """With one of the three noises."""
    noise = torch.stack([draw.noises[which] for draw in draws])
    return torch.add(cuts, noise.to(cuts), alpha=NOISE)


def _each(
    cuts: Float[Tensor, "b n 3 s s"],
    draws: Sequence[Draw],
    change: Callable[[Float[Tensor, "n 3 s s"], Draw], Float[Tensor, "n 3 s s"]],
) -> Float[Tensor, "b n 3 s s"]:
    """Each batch changed as its draw says."""
    if len(draws) == 1:
        return change(cuts[0], draws[0])[None]
    return torch.stack([change(batch, d) for batch, d in zip(cuts.unbind(), draws, strict=True)])


def _moved(cuts: Float[Tensor, "b n 3 s s"], draws: Sequence[Draw]) -> Float[Tensor, "b n 3 s s"]:
    """Turned about the centre and shifted; what comes in is black.

    As in torchvision, a pixel at the edge that half looks outside is darkened twice: the sampler
    counts what is outside as 0, and the share that is inside multiplies it once more.
    """
    batch, _, _, size, _ = cuts.shape
    matrices = torch.tensor([_matrix(draw, size) for draw in draws], dtype=torch.float64)
    grid = affine_grid(matrices.to(cuts), [batch, 1, size, size], align_corners=False)
    inside = grid_sample(cuts.new_ones(batch, 1, size, size), grid, align_corners=False)
    seen = grid_sample(rearrange(cuts, "b n c h w -> b (n c) h w"), grid, align_corners=False)
    return rearrange(seen * inside, "b (n c) h w -> b n c h w", c=3)


def _matrix(draw: Draw, size: int) -> list[list[float]]:
    """Where a pixel of the moved cut was before, in places from -1 to 1."""
    c, s = math.cos(math.radians(draw.angle)), math.sin(math.radians(draw.angle))
    x, y = (2 * pixels / size for pixels in draw.shift)
    return [[c, s, -c * x - s * y], [-s, c, s * x - c * y]]
