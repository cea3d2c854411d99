"""Picture -> the cuts that CLIP looks at: a few of the whole picture, some of parts of it.

`windows` resizes them; here is where they lie, and what makes them grey or mirrored.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from discoscript_engine.diffusion.randomness import below, happens, uniform
from discoscript_engine.diffusion.windows import Box, resized_windows
from discoscript_engine.job import StepRuns
from discoscript_engine.transfer import uploaded

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

    @property
    def box(self) -> Box:
        """Left, top, width and height."""
        return self.left, self.top, self.width, self.height


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
    every = [cut for cut in cuts for _ in range(cut.copies)]
    if not every:
        return image.new_zeros(0, 3, size, size)
    taken = resized_windows(image, tuple(cut.box for cut in every), size)
    taken = _changed(taken, [cut.mirrored for cut in every], lambda cuts: cuts.flip(-1))
    return _changed(taken, [cut.grey for cut in every], greyed)


def _changed(
    taken: Float[Tensor, "n 3 i j"],
    which: list[bool],
    change: Callable[[Float[Tensor, "m 3 i j"]], Float[Tensor, "m 3 i j"]],
) -> Float[Tensor, "n 3 i j"]:
    """The cuts, of which those marked are changed."""
    if not any(which):
        return taken
    marked = torch.tensor([place for place, is_marked in enumerate(which) if is_marked])
    places = uploaded(marked, taken.device)
    return taken.index_copy(0, places, change(taken.index_select(0, places)))


def greyed(image: Float[Tensor, "*b 3 h w"]) -> Float[Tensor, "*b 3 h w"]:
    """Without colour, as bright as before."""
    return brightness(image).expand_as(image)


def brightness(image: Float[Tensor, "*b 3 h w"]) -> Float[Tensor, "*b 1 h w"]:
    """The grey that is as bright as the colour."""
    red, green, blue = image.unbind(-3)
    of_red_and_green = torch.add(GREY[0] * red, green, alpha=GREY[1])
    return torch.add(of_red_and_green, blue, alpha=GREY[2]).unsqueeze(-3)
