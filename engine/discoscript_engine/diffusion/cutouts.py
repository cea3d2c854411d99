"""Picture -> the cuts that CLIP looks at: a few of the whole picture, some of parts of it.

A cut is resized as ResizeRight does it (cubic, antialiased). That is linear and separable, so
all cuts of a batch are two matrix products: rows, then columns.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float, Float64
from torch import Generator, Tensor

from discoscript_engine.diffusion.randomness import below, happens, uniform
from discoscript_engine.job import StepRuns

#: Brightness of a colour (ITU-R BT.601).
GREY = (0.2989, 0.587, 0.114)

#: More overview cuts than this are copies of the plain one.
DISTINCT_OVERVIEWS = 4


@dataclass(frozen=True)
class Cut:
    """A window of the picture, in pixels from its left upper corner; what lies outside the
    picture is black. `copies` equal cuts are made of it."""

    left: int
    top: int
    width: int
    height: int
    grey: bool = False
    mirrored: bool = False
    copies: int = 1


def value_at(runs: StepRuns, progress: int) -> float:
    """The value of a cut schedule at one of the 1000 steps of diffusion progress."""
    for end, value in runs:
        if progress < end:
            return value
    raise ValueError(f"the schedule ends at {runs[-1][0] if runs else 0}, before {progress}")


def overview_cuts(count: int, width: int, height: int) -> tuple[Cut, ...]:
    """Cuts of the whole picture, padded to a square (one pixel short for odd differences).

    Up to four are plain, grey, mirrored and mirrored grey; more are copies of the plain one,
    told apart only by the noise of the augmentations.
    """
    short = min(width, height)
    left, top = (height - short) // 2, (width - short) // 2
    box = (-left, -top, width + 2 * left, height + 2 * top)
    if count > DISTINCT_OVERVIEWS:
        return (Cut(*box, copies=count),)
    return tuple(Cut(*box, grey=i % 2 == 1, mirrored=i >= 2) for i in range(count))


def inner_cuts(
    count: int, width: int, height: int, size: int, power: float, grey_share: float, rng: Generator
) -> tuple[Cut, ...]:
    """Square cuts of parts of the picture, anywhere in it, each grey with the given chance."""
    return tuple(_inner_cut(width, height, size, power, grey_share, rng) for _ in range(count))


def _inner_cut(
    width: int, height: int, size: int, power: float, grey_share: float, rng: Generator
) -> Cut:
    largest, smallest = min(width, height), min(width, height, size)
    side = inner_size(uniform(0.0, 1.0, rng), power, smallest, largest)
    left = below(width - side + 1, rng)
    top = below(height - side + 1, rng)
    return Cut(left, top, side, side, grey=happens(grey_share, rng))


def inner_size(u: float, power: float, smallest: int, largest: int) -> int:
    """trunc(u^power (largest - smallest) + smallest), in single precision."""
    return int(torch.tensor(u, dtype=torch.float32) ** power * (largest - smallest) + smallest)


def cut_out(
    image: Float[Tensor, "1 3 h w"], cuts: tuple[Cut, ...], size: int
) -> Float[Tensor, "n 3 {size} {size}"]:
    """The cuts, each resized to size x size, in order."""
    height, width = image.shape[-2:]
    if not cuts:
        return image.new_zeros(0, 3, size, size)
    rows = torch.stack([_window(height, c.top, c.height, size) for c in cuts])
    columns = torch.stack([_window(width, c.left, c.width, size, c.mirrored) for c in cuts])
    rows, columns = rows.to(image), columns.to(image)
    taken = torch.einsum("nih,chw->nciw", rows, image[0])
    taken = _with_grey(torch.einsum("nciw,njw->ncij", taken, columns), cuts)
    if all(cut.copies == 1 for cut in cuts):
        return taken
    pairs = zip(taken, cuts, strict=True)
    return torch.cat([cut.expand(place.copies, -1, -1, -1) for cut, place in pairs])


def _with_grey(taken: Float[Tensor, "n 3 i j"], cuts: tuple[Cut, ...]) -> Float[Tensor, "n 3 i j"]:
    """Those cuts greyed that are to be."""
    if not any(cut.grey for cut in cuts):
        return taken
    is_grey = torch.tensor([cut.grey for cut in cuts], device=taken.device)
    weights = torch.tensor(GREY, dtype=taken.dtype, device=taken.device)
    grey = (taken * weights[:, None, None]).sum(dim=1, keepdim=True)
    return torch.where(is_grey[:, None, None, None], grey, taken)


def resize(
    image: Float[Tensor, "b c h w"], height: int, width: int
) -> Float[Tensor, "b c {height} {width}"]:
    """ResizeRight, Shocher (2021): cubic with a = -0.5, antialiased; pixels outside count as
    black, which darkens the borders a little."""
    rows = resize_weights(image.shape[-2], height).to(image)
    columns = resize_weights(image.shape[-1], width).to(image)
    return rows @ image @ columns.T


def _window(
    length: int, first: int, span: int, size: int, mirrored: bool = False
) -> Float64[Tensor, "{size} {length}"]:
    """Weights of the pixels of an axis in a cut of `span` pixels from `first` on."""
    weights = resize_weights(span, size)
    low, high = max(first, 0), min(first + span, length)
    window = weights.new_zeros(size, length)
    window[:, low:high] = weights[:, low - first : high - first]
    return window.flip(0) if mirrored else window


@lru_cache(maxsize=4096)
def resize_weights(before: int, after: int) -> Float64[Tensor, "{after} {before}"]:
    """Weight of each input pixel in each output pixel of a resized axis.

    A row sums to 1 only where all its taps lie inside.
    """
    scale = after / before
    stretch = min(1.0, scale)
    reach = math.ceil(2 / stretch) + 1
    at = torch.arange(after, dtype=torch.float64)
    at = at / scale + (before - 1) / 2 - (after - 1) / (2 * scale)
    taps = torch.arange(-reach, before + reach, dtype=torch.float64)
    weights = _cubic(stretch * (at[:, None] - taps))
    weights = weights / weights.sum(dim=1, keepdim=True)
    return weights[:, reach : reach + before].contiguous()


def _cubic(x: Float64[Tensor, "..."]) -> Float64[Tensor, "..."]:
    """Keys' cubic kernel with a = -0.5; zero from 2 on."""
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x < 2, far, 0.0))
