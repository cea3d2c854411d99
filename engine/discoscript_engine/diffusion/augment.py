"""Cuts -> cuts that are turned, shifted, greyed and recoloured a little, so that CLIP cannot be
pleased by a pattern in one place.

The transforms and their strengths are Disco Diffusion's, which has a set for stills, one for 2D and
3D and one for videos; as there, one draw serves all cuts of a batch, and only the noise differs
from cut to cut. Everything can be differentiated. Several batches go through together, each with
its own draw.

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
from discoscript_engine.diffusion.perspective import Corners, drawn_corners
from discoscript_engine.diffusion.randomness import happens, uniform
from discoscript_engine.diffusion.recolour import recoloured
from discoscript_engine.diffusion.turning import Motion, turned
from discoscript_engine.transfer import uploaded

#: Standard deviation of the noise, in [0, 1].
NOISE = 0.01
#: How many cuts the grain would cover.
GRAIN = 32


@dataclass(frozen=True)
class Strengths:
    """How often a batch is `mirrored`, `slanted` and `greyed`, and how much happens at most to
    either side: it is turned by `turn` degrees and shifted by `shift` of its size; its corners move
    by `slant` of half of it; brightness, contrast, saturation and hue change by the shares
    `recolour`, or are left alone where there are none."""

    mirrored: float
    turn: float
    shift: float
    greyed: float
    recolour: tuple[float, ...] = ()
    slanted: float = 0.0
    slant: float = 0.0


STILL = Strengths(0.5, turn=10.0, shift=0.05, greyed=0.1, recolour=(0.1, 0.1, 0.1, 0.1))
MOVING = Strengths(0.4, turn=10.0, shift=0.05, greyed=0.1, recolour=(0.1, 0.1, 0.1, 0.3))
VIDEO = Strengths(0.5, turn=15.0, shift=0.1, greyed=0.15, slanted=0.7, slant=0.4)

#: As jobs call them.
STRENGTHS = {"still": STILL, "moving": MOVING, "video": VIDEO}


@dataclass(frozen=True)
class Draw:
    """What happens to a batch of cuts: it is mirrored, turned by `angle` degrees and shifted by
    whole pixels, its corners go to others, it is greyed, and its brightness, contrast, saturation
    and hue are changed by `amounts`, in the `order` of their places there. Noise is added before
    the turn, after it, and after the grey: of the standard deviations `noises`; `places` says, for
    each of the three and each cut, where in the grain it is."""

    mirrored: bool
    angle: float
    shift: tuple[int, int]
    greyed: bool
    amounts: tuple[float, ...]
    order: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]
    noises: tuple[float, float, float]
    corners: Corners | None = None

    def of(self, cuts: slice) -> "Draw":
        """What happens to some of the cuts."""
        return replace(self, places=tuple(places[cuts] for places in self.places))


def drawn(shape: tuple[int, ...], strengths: Strengths, rng: Generator) -> Draw:
    """A draw for cuts of this shape."""
    count, size, numbers = shape[0], shape[-1], math.prod(shape[1:])
    mirrored = happens(strengths.mirrored, rng)
    reach = strengths.shift * size
    angle = uniform(-strengths.turn, strengths.turn, rng)
    shift = round(uniform(-reach, reach, rng)), round(uniform(-reach, reach, rng))
    aslant = bool(strengths.slanted) and happens(strengths.slanted, rng)
    corners = drawn_corners(size, strengths.slant, rng) if aslant else None
    grey = happens(strengths.greyed, rng)
    amounts = tuple(uniform(-most, most, rng) for most in strengths.recolour)
    order = tuple(torch.randperm(len(amounts), generator=rng).tolist())
    places = torch.randint((GRAIN - 1) * numbers + 1, (3, count), generator=rng).tolist()
    noises = _noises(strengths, aslant=aslant)
    rows = tuple(map(tuple, places))
    return Draw(mirrored, angle, shift, grey, amounts, order, rows, noises, corners)


def _noises(strengths: Strengths, *, aslant: bool) -> tuple[float, float, float]:
    """Where Disco Diffusion may slant, it adds noise between the turn and the slant, too. These are
    one here, so that noise is part of the one before both, or of the one after the turn alone."""
    if not strengths.slanted:
        return NOISE, NOISE, NOISE
    both = math.sqrt(2) * NOISE
    return (both, NOISE, NOISE) if aslant else (NOISE, both, NOISE)


def grain_of(size: int, rng: Generator) -> Float[Tensor, " k"]:
    """Normal numbers for the noise of cuts of this size."""
    return torch.randn(GRAIN * 3 * size * size, generator=rng)


def augment(
    cuts: Float[Tensor, "b n 3 s s"], draws: Sequence[Draw], grain: Float[Tensor, " k"]
) -> Float[Tensor, "b n 3 s s"]:
    """The batches, in [0, 1], as CLIP is shown them; one draw for each, all of the same strengths.
    What is not recoloured may be in another range."""
    cuts = _chosen([draw.mirrored for draw in draws], lambda: cuts.flip(-1), cuts)
    motions = [Motion(draw.angle, *draw.shift, draw.corners) for draw in draws]
    cuts = _noisy(turned(_noisy(cuts, draws, 0, grain), motions), draws, 1, grain)
    cuts = _chosen([draw.greyed for draw in draws], lambda: greyed(cuts), cuts)
    cuts = _noisy(cuts, draws, 2, grain)
    orders = [draw.order for draw in draws]
    return recoloured(cuts, [draw.amounts for draw in draws], orders) if all(orders) else cuts


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
    stretches = grain.unfold(0, cuts[0, 0].numel(), 1).index_select(0, places.flatten())
    noise, levels = stretches.view_as(cuts).to(cuts.dtype), [draw.noises[which] for draw in draws]
    if len(set(levels)) == 1:
        return torch.add(cuts, noise, alpha=levels[0])
    level = uploaded(torch.tensor(levels, dtype=cuts.dtype), cuts.device)
    return torch.addcmul(cuts, noise, level.view(-1, 1, 1, 1, 1))
