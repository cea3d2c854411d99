"""Perlin noise as a picture to start from: soft clouds over fine grain.

A picture is the sum of two layers, each a sum of octaves: noise on ever finer lattices at ever
smaller amplitudes. A layer is made at a size of its own (4096 or 1024 on each side) and fitted to
the picture without antialiasing, as the reference does it; so only the samples that the fitting
looks at are computed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float, Float64, Int64, UInt8
from torch import Tensor

from discoscript_engine.diffusion.randomness import generator

#: (layer, channel, octave, cells on each side) -> gx and gy at the corners of the cells.
Gradients = Callable[[int, int, int, int], Float[Tensor, "2 corners corners"]]


@dataclass(frozen=True)
class Layer:
    """`octaves` lattices, the first with `cells` cells on each side, each later one with twice as
    many; in `colour` or gray."""

    octaves: int
    cells: int
    colour: bool

    @property
    def side(self) -> int:
        """Samples on each side."""
        return self.cells * 2**self.octaves

    @property
    def amplitudes(self) -> tuple[float, ...]:
        """How much each octave counts."""
        return tuple(0.5 * 1.5**-octave for octave in range(self.octaves))


#: The layers by the word in a script: whether the coarse and the fine one are in colour.
LAYERS = {
    word: (Layer(12, 1, coarse), Layer(8, 4, fine))
    for word, coarse, fine in (
        ("mixed", True, False),
        ("color", True, True),
        ("gray", False, False),
    )
}


def perlin_start(
    word: str, width: int, height: int, gradients: Gradients, device: torch.device
) -> Float[Tensor, "1 3 h w"]:
    """The start picture, in [-1, 1]; its middle gray is where both layers are."""
    layers = [
        _picture(layer, number, width, height, gradients, device).float()
        for number, layer in enumerate(LAYERS[word])
    ]
    return rearrange(layers[0] + layers[1], "c h w -> 1 c h w") / 255 - 1


def drawn_gradients(seed: int) -> Gradients:
    """The gradients of a frame, each octave from a generator of its own."""

    def gradients(
        layer: int, channel: int, octave: int, cells: int
    ) -> Float[Tensor, "2 corners corners"]:
        place = generator(seed, "Perlin", layer, channel, octave)
        return torch.randn((2, cells + 1, cells + 1), generator=place)

    return gradients


def _picture(
    layer: Layer,
    number: int,
    width: int,
    height: int,
    gradients: Gradients,
    device: torch.device,
) -> UInt8[Tensor, "3 h w"]:
    """A layer fitted to the picture, each channel stretched to all levels."""
    rows, columns = neighbours(height, layer.side, device), neighbours(width, layer.side, device)
    channels = []
    for channel in range(3 if layer.colour else 1):
        drawn = [
            gradients(number, channel, octave, layer.cells * 2**octave).to(device)
            for octave in range(layer.octaves)
        ]
        values = octaves_at(layer, drawn, rows.indices, columns.indices)
        channels.append(stretched(levels(fitted(values, rows, columns))))
    return torch.stack(channels).expand(3, height, width)


def levels(values: Float[Tensor, "h w"]) -> UInt8[Tensor, "h w"]:
    """0..1 as levels; what lies beyond is held, fractions are cut off."""
    return (values.clamp(0, 1) * 255).to(torch.uint8)


def octaves_at(
    layer: Layer,
    gradients: list[Float[Tensor, "2 _ _"]],
    rows: Int64[Tensor, " r"],
    columns: Int64[Tensor, " c"],
) -> Float[Tensor, "r c"]:
    """The sum of the octaves about 0.5 at some of the layer's samples."""
    total = torch.full((len(rows), len(columns)), 0.5, device=rows.device)
    for octave, (amplitude, drawn) in enumerate(zip(layer.amplitudes, gradients, strict=True)):
        total += amplitude * perlin_at(drawn, 2 ** (layer.octaves - octave), rows, columns)
    return total


def perlin_at(
    gradients: Float[Tensor, "2 _ _"],
    scale: int,
    rows: Int64[Tensor, " r"],
    columns: Int64[Tensor, " c"],
) -> Float[Tensor, "r c"]:
    """Perlin noise at some samples; a cell of the lattice has `scale` of them on each side."""
    cell_y, cell_x = rows // scale, columns // scale
    y, x = (rows % scale / scale)[:, None], columns % scale / scale
    total = torch.zeros((len(rows), len(columns)), device=rows.device)
    for down in (0, 1):
        for right in (0, 1):
            along_y, along_x = gradients[:, cell_y + down][:, :, cell_x + right]
            share = _fade(y, down) * _fade(x, right)
            total += share * (along_y * (y - down) + along_x * (x - right))
    return total


def _fade(position: Tensor, corner: int) -> Tensor:
    """How much a corner counts: 1 at it, 0 at the other, smoothly."""
    near_far = 3 * position**2 - 2 * position**3
    return near_far if corner else 1 - near_far


@dataclass(frozen=True)
class Neighbours:
    """For each of `size` pixels the two samples that it lies between, one after the other, and the
    share of the second."""

    indices: Int64[Tensor, " twice"]
    shares: Float64[Tensor, " size"]


def neighbours(size: int, samples: int, device: torch.device) -> Neighbours:
    """Pixel centres over sample centres, end to end (bilinear, not antialiased)."""
    centres = (torch.arange(size, dtype=torch.float64, device=device) + 0.5) * samples / size - 0.5
    centres = centres.clamp(min=0)
    first = centres.floor().long()
    second = (first + 1).clamp(max=samples - 1)
    return Neighbours(torch.stack([first, second], dim=1).flatten(), centres - first)


def fitted(
    values: Float[Tensor, "r c"], rows: Neighbours, columns: Neighbours
) -> Float[Tensor, "h w"]:
    """The mixes of the two by two samples around each pixel."""
    four = rearrange(values, "(h y) (w x) -> y x h w", y=2, x=2)
    down, right = rows.shares.float()[:, None], columns.shares.float()
    upper, lower = (side[0] + (side[1] - side[0]) * right for side in four)
    return upper + (lower - upper) * down


def stretched(channel: UInt8[Tensor, "h w"]) -> UInt8[Tensor, "h w"]:
    """The darkest level becomes 0 and the lightest 255; a flat channel stays as it is."""
    darkest, lightest = int(channel.min()), int(channel.max())
    if lightest <= darkest:
        return channel
    scale = 255 / (lightest - darkest)
    return (channel.double() * scale - darkest * scale).clamp(0, 255).to(torch.uint8)
