"""Cuts -> cuts that are turned, shifted, greyed and recoloured a little, so that CLIP cannot be
pleased by a pattern in one place.

The transforms and their strengths are Disco Diffusion's; as there, one draw serves all cuts of a
batch, and only the noise differs from cut to cut. Everything can be differentiated. Several
batches go through together, each with its own draw.

The noise of every cut is a stretch of the frame's grain, from a place that is drawn: normal numbers
each time, for which a device need not wait until a processor has drawn them anew.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from discoscript_engine.diffusion.cutouts import greyed
from discoscript_engine.diffusion.randomness import happens, uniform
from discoscript_engine.diffusion.recolour import recoloured
from discoscript_engine.diffusion.turning import turned
from discoscript_engine.transfer import uploaded

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
#: How many cuts the grain would cover.
GRAIN = 32


@dataclass(frozen=True)
class Draw:
    """What happens to a batch of cuts: it is mirrored, turned by `angle` degrees and shifted by
    whole pixels, greyed, and its brightness, contrast, saturation and hue are changed by
    `amounts`, in the `order` of their places there. Noise is added before the turn, after it, and
    after the grey; `places` says, for each of the three and each cut, where in the grain it is."""

    mirrored: bool
    angle: float
    shift: tuple[int, int]
    greyed: bool
    amounts: tuple[float, float, float, float]
    order: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]

    def of(self, cuts: slice) -> "Draw":
        """What happens to some of the cuts."""
        return replace(self, places=tuple(places[cuts] for places in self.places))


def drawn(shape: tuple[int, ...], rng: Generator) -> Draw:
    """A draw for cuts of this shape."""
    count, numbers = shape[0], math.prod(shape[1:])
    mirrored = happens(MIRRORED, rng)
    reach = SHIFT * shape[-1]
    angle = uniform(-TURN, TURN, rng)
    shift = round(uniform(-reach, reach, rng)), round(uniform(-reach, reach, rng))
    grey = happens(GREYED, rng)
    a, b, c, d = (uniform(-RECOLOUR, RECOLOUR, rng) for _ in range(4))
    order = tuple(torch.randperm(4, generator=rng).tolist())
    places = torch.randint((GRAIN - 1) * numbers + 1, (3, count), generator=rng).tolist()
    return Draw(mirrored, angle, shift, grey, (a, b, c, d), order, tuple(map(tuple, places)))


def grain_of(size: int, rng: Generator) -> Float[Tensor, " k"]:
    """Normal numbers for the noise of cuts of this size."""
    return torch.randn(GRAIN * 3 * size * size, generator=rng)


def augment(
    cuts: Float[Tensor, "b n 3 s s"], draws: Sequence[Draw], grain: Float[Tensor, " k"]
) -> Float[Tensor, "b n 3 s s"]:
    """The batches, in [0, 1], as CLIP is shown them; one draw for each."""
    cuts = _chosen([draw.mirrored for draw in draws], lambda: cuts.flip(-1), cuts)
    motions = [(draw.angle, *draw.shift) for draw in draws]
    cuts = _noisy(turned(_noisy(cuts, draws, 0, grain), motions), draws, 1, grain)
    cuts = _chosen([draw.greyed for draw in draws], lambda: greyed(cuts), cuts)
    cuts = _noisy(cuts, draws, 2, grain)
    return recoloured(cuts, [draw.amounts for draw in draws], [draw.order for draw in draws])


def _chosen(
    which: list[bool],
    changed: Callable[[], Float[Tensor, "b n 3 s s"]],
    cuts: Float[Tensor, "b n 3 s s"],
) -> Float[Tensor, "b n 3 s s"]:
    """The batches, of which some are changed."""
    if not any(which):
        return cuts
    if all(which):
        return changed()
    return torch.where(
        uploaded(torch.tensor(which), cuts.device).view(-1, 1, 1, 1, 1), changed(), cuts
    )


def _noisy(
    cuts: Float[Tensor, "b n 3 s s"],
    draws: Sequence[Draw],
    which: int,
    grain: Float[Tensor, " k"],
) -> Float[Tensor, "b n 3 s s"]:
    """With one of the three noises."""
    places = uploaded(torch.tensor([draw.places[which] for draw in draws]), cuts.device)
    noise = grain.unfold(0, cuts[0, 0].numel(), 1).index_select(0, places.flatten())
    return torch.add(cuts, noise.view_as(cuts).to(cuts.dtype), alpha=NOISE)
