"""Where the corners of a cut go -> where each pixel was before: the cut seen at a slant."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Generator, Tensor

from discoscript_engine.diffusion.randomness import below
from discoscript_engine.transfer import uploaded

#: x and y of where the corners go: top left, top right, bottom right, bottom left.
Corners = tuple[tuple[int, int], ...]

#: Rows of a matrix.
Matrix = tuple[tuple[float, float, float], ...]

STRAIGHT: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def drawn_corners(size: int, slant: float, rng: Generator) -> Corners:
    """Each corner moves inward, along either side by up to `slant` of half of it."""
    bound, far = int(slant * (size // 2)) + 1, size - 1
    a, b, c, d, e, f, g, h = (below(bound, rng) for _ in range(8))
    return (a, b), (far - c, d), (far - e, far - f), (g, far - h)


def back_to_square(corners: Corners, size: int) -> Matrix:
    """The homography from the four corners to those of a square (Heckbert, 1989): the inverse of
    that from a square of side 1, up to a factor, times the size."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    right, down, across = (
        (x1 - x2, y1 - y2),
        (x3 - x2, y3 - y2),
        (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3),
    )
    area = right[0] * down[1] - down[0] * right[1]
    g = (across[0] * down[1] - down[0] * across[1]) / area
    h = (right[0] * across[1] - across[0] * right[1]) / area
    a, b, c = x1 - x0 + g * x1, x3 - x0 + h * x3, x0
    d, e, f = y1 - y0 + g * y1, y3 - y0 + h * y3, y0
    far = size - 1
    return (
        (far * (e - f * h), far * (c * h - b), far * (b * f - c * e)),
        (far * (f * g - d), far * (a - c * g), far * (c * d - a * f)),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )


@dataclass(frozen=True)
class Slants:
    """The homography of each batch, from a slanted cut back to the straight one."""

    rows: tuple[tuple[Float64[Tensor, "b 1"], ...], ...]

    def before(self, x: Tensor, y: Tensor) -> tuple[Float64[Tensor, "b k"], Float64[Tensor, "b k"]]:
        """Where pixels at x, y of the slanted cuts were. As in torchvision, corners are given in
        pixels, but what they move is half a pixel further on."""
        x, y = x + 0.5, y + 0.5
        across, down, depth = (a * x + b * y + c for a, b, c in self.rows)
        return across / depth - 0.5, down / depth - 0.5


def slants_of(corners: Sequence[Corners | None], size: int, device: torch.device) -> Slants:
    """Of each batch; None leaves it straight."""
    matrices = [STRAIGHT if each is None else back_to_square(each, size) for each in corners]
    numbers = uploaded(torch.tensor(matrices, dtype=torch.float64), device)[..., None]
    return Slants(tuple(tuple(row.unbind(1)) for row in numbers.unbind(1)))
