"""Batches of cuts -> the same turned about their middle, shifted and perhaps seen at a slant; what
comes in is black.

A pixel of the moved cut is a weighted sum of the four that it lies between, so all is a table of
taps, and the way back is the table turned over: each pixel sums those that saw it. A sampler's own
way back would scatter, and on a GPU add up as chance has it.

Disco Diffusion slants the cuts that it has turned: it samples twice, the first time by taking the
nearest pixel. Here the two maps are one, and the picture is sampled once, between four pixels. What
the turn moved out of the cut does not come back by the slant, as there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float, Float64, Int64
from torch import Tensor
from torch.autograd.function import once_differentiable

from discoscript_engine.diffusion.perspective import Corners, slants_of
from discoscript_engine.diffusion.sums import EvenSums, Sums, even_sums_of, turned_over
from discoscript_engine.diffusion.taps import Taps
from discoscript_engine.transfer import for_tables, uploaded


@dataclass(frozen=True)
class Motion:
    """A turn by `angle` degrees, counted clockwise, a shift in pixels, and then where the corners
    go; None where they stay."""

    angle: float
    right: int
    down: int
    corners: Corners | None = None


def turned(
    cuts: Float[Tensor, "b n 3 s s"], motions: Sequence[Motion]
) -> Float[Tensor, "b n 3 s s"]:
    """Each batch moved by its own motion, of at most 45 degrees.

    As in torchvision, a pixel at the edge that half looks outside is darkened twice: the sampler
    counts what is outside as 0, and the share that is inside multiplies it once more. So does the
    share that was inside before the slant, twice.
    """
    return _Turned.apply(cuts, motions)


class _Turned(torch.autograd.Function):
    """`turned`, with its gradient."""

    @staticmethod
    def forward(ctx: Any, cuts: Tensor, motions: Sequence[Motion]) -> Tensor:
        there, ctx.back = _sums(motions, cuts)
        return _summed(cuts, there)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        return _summed(slope, ctx.back), None


def _summed(cuts: Float[Tensor, "b n 3 s s"], sums: EvenSums | Sums) -> Float[Tensor, "b n 3 s s"]:
    """The pixels of all cuts of a batch, side by side, as the rows that are summed."""
    batches, _, channels, _, size = cuts.shape
    pixels = sums.of(rearrange(cuts, "b n c h w -> (b h w) (n c)").contiguous())
    named = {"b": batches, "c": channels, "w": size}
    return rearrange(pixels, "(b h w) (n c) -> b n c h w", **named).contiguous()


def _sums(
    motions: Sequence[Motion], like: Float[Tensor, "b n 3 s s"]
) -> tuple[EvenSums, EvenSums | Sums]:
    """There and back, for the pixels of all batches."""
    batches, size = len(motions), like.shape[-1]
    starts = range(0, batches * size * size, size * size)
    lattice = _lattice(motions, size, for_tables(like.device))
    if any(motion.corners for motion in motions):
        slanted = _seen_aslant(lattice, [motion.corners for motion in motions]).shifted(starts)
        return even_sums_of(slanted, like), turned_over(slanted, like)
    seen, inside = _seen(lattice, *lattice.pixels())
    back = _seeing(lattice, inside)
    return even_sums_of(seen.shifted(starts), like), even_sums_of(back.shifted(starts), like)


@dataclass(frozen=True)
class _Lattice:
    """Pixels of moved cuts: where each one was before is `size` / 2 from the middle, turned by the
    angle of this cosine and sine, and moved by `right` and `down`. All counted from the middle."""

    size: int
    cosine: Float64[Tensor, "b 1"]
    sine: Float64[Tensor, "b 1"]
    right: Float64[Tensor, "b 1"]
    down: Float64[Tensor, "b 1"]

    @property
    def middle(self) -> float:
        """Where the middle is, in pixels."""
        return (self.size - 1) / 2

    def before(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Where pixels at x, y of the moved cut were."""
        x, y = x - self.middle - self.right, y - self.middle - self.down
        return (
            self.cosine * x + self.sine * y + self.middle,
            self.cosine * y - self.sine * x + self.middle,
        )

    def after(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Where pixels at x, y are in the moved cut."""
        x, y = x - self.middle, y - self.middle
        return (
            self.cosine * x - self.sine * y + self.middle + self.right,
            self.cosine * y + self.sine * x + self.middle + self.down,
        )

    def pixels(self) -> tuple[Int64[Tensor, "1 k"], Int64[Tensor, "1 k"]]:
        """x and y of every pixel, row by row."""
        every = torch.arange(self.size * self.size, device=self.cosine.device)[None]
        return every % self.size, every // self.size

    def holds(self, x: Tensor, y: Tensor) -> Tensor:
        """Whether pixels lie in the cut."""
        return (x >= 0) & (x < self.size) & (y >= 0) & (y < self.size)

    def share(self, at: Tensor) -> Tensor:
        """How much of what lies at a place, of either axis, is in the cut."""
        return torch.minimum(at + 1, self.size - at).clamp_(0, 1)

    def places(self, x: Tensor, y: Tensor) -> Tensor:
        """Pixels counted row by row; those outside as one at the edge."""
        return y.clamp(0, self.size - 1) * self.size + x.clamp(0, self.size - 1)


def _lattice(motions: Sequence[Motion], size: int, device: torch.device) -> _Lattice:
    numbers = [
        (math.cos(turn), math.sin(turn), float(motion.right), float(motion.down))
        for motion in motions
        for turn in [math.radians(motion.angle)]
    ]
    moved = uploaded(torch.tensor(numbers, dtype=torch.float64), device)
    return _Lattice(size, *moved[..., None].unbind(1))


def _seen(lattice: _Lattice, x: Tensor, y: Tensor) -> tuple[Taps, Float64[Tensor, "b k"]]:
    """The four pixels that pixels at x, y of the moved cuts lay between; and how much of each lay
    inside."""
    x, y = lattice.before(x, y)
    x, y = x[..., None], y[..., None]
    corners = torch.arange(4, device=x.device)
    at_x, at_y = x.floor().long() + corners % 2, y.floor().long() + corners // 2
    weights = (1 - (x - at_x).abs()) * (1 - (y - at_y).abs()) * lattice.holds(at_x, at_y)
    inside = weights.sum(dim=-1)
    return Taps(lattice.places(at_x, at_y), weights * inside[..., None]), inside


def _seen_aslant(lattice: _Lattice, corners: Sequence[Corners | None]) -> Taps:
    """The four pixels that each pixel of the slanted cuts lay between before both moves."""
    slants = slants_of(corners, lattice.size, lattice.cosine.device)
    x, y = slants.before(*lattice.pixels())
    seen, _ = _seen(lattice, x, y)
    shown = lattice.share(x) * lattice.share(y)
    return Taps(seen.index, seen.weights * (shown * shown)[..., None])


def _seeing(lattice: _Lattice, inside: Float64[Tensor, "b k"]) -> Taps:
    """The pixels of the moved cuts, of a block of nine, that see each pixel of the cuts."""
    x, y = lattice.pixels()
    middle_x, middle_y = lattice.after(x, y)
    reach = lattice.cosine + lattice.sine.abs()
    block = torch.arange(9, device=x.device)
    at_x = torch.ceil(middle_x - reach).long()[..., None] + block % 3
    at_y = torch.ceil(middle_y - reach).long()[..., None] + block // 3
    seen_x, seen_y = (
        way.view(at_x.shape) for way in lattice.before(at_x.flatten(1), at_y.flatten(1))
    )
    weights = (1 - (seen_x - x[..., None]).abs()).clamp_(min=0)
    weights *= (1 - (seen_y - y[..., None]).abs()).clamp_(min=0)
    places = lattice.places(at_x, at_y)
    weights *= inside.gather(1, places.flatten(1)).view(weights.shape)
    return Taps(places, weights * lattice.holds(at_x, at_y))
