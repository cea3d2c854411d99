"""What scenes are painted with: noise banks, the canvas, and a pen that draws lit shapes.

Colours are RGB in 0..1, positions are pixels (x to the right, y down), disparity is 0 (sky) to
about 0.95 (at the viewer's feet).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .world import HEIGHT, WIDTH, Spec

Image = NDArray[Any]
Colour = Sequence[float]

NOISE_SIZE = 512
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)


# ---------------------------------------------------------------- noise


@dataclass(frozen=True)
class Strokes:
    """One map of brush strokes: where each pixel takes its colour from, and how thick the paint
    lies there.
    """

    source_x: Image
    source_y: Image
    tone: Image
    relief: Image


@dataclass(frozen=True)
class Banks:
    """Precomputed noise; taking crops of it is far cheaper than making noise for each scene."""

    clouds: list[Image]
    fine: list[Image]
    ridged: list[Image]
    profiles: list[Image]
    broad_strokes: list[Strokes]
    fine_strokes: list[Strokes]
    paper: list[Image]


def make_banks(seed: int = 7) -> Banks:
    """Make the noise banks (about two seconds)."""
    rng = np.random.default_rng(seed)
    broad = [
        (9, 3, 1900),
        (11, 4, 1500),
        (7, 3, 2600),
        (12, 4, 1300),
        (8, 3, 2200),
        (6, 3, 2600),
    ] * 2
    fine = [(4, 2, 5600), (5, 2, 5000), (4, 2, 6400)] * 2
    return Banks(
        clouds=[_fractal(NOISE_SIZE, 6, 6, rng) for _ in range(10)],
        fine=[_fractal(NOISE_SIZE, 32, 4, rng, 0.7) for _ in range(6)],
        ridged=[1 - np.abs(_fractal(NOISE_SIZE, 5, 6, rng)) for _ in range(8)],
        profiles=[_fractal(NOISE_SIZE, 4, 7, rng, 0.48) for _ in range(8)],
        broad_strokes=[_strokes(rng, *shape) for shape in broad],
        fine_strokes=[_strokes(rng, *shape) for shape in fine],
        paper=[_fractal(WIDTH, 40, 3, rng, 0.8)[:HEIGHT, :, None] for _ in range(6)],
    )


def _fractal(
    size: int, frequency: int, octaves: int, rng: np.random.Generator, gain: float = 0.5
) -> Image:
    """Fractal noise of mean 0 and deviation 1: cubic-interpolated grids of doubling frequency."""
    total = np.zeros((size, size), np.float32)
    amplitude = 1.0
    for _ in range(octaves):
        grid = np.pad(
            rng.standard_normal((frequency, frequency)).astype(np.float32),
            ((0, 3), (0, 3)),
            mode="wrap",
        )
        enlarged = size * (frequency + 3) // frequency
        total += (
            amplitude
            * cv2.resize(grid, (enlarged, enlarged), interpolation=cv2.INTER_CUBIC)[:size, :size]
        )
        amplitude *= gain
        frequency *= 2
    total -= total.mean()
    return (total / (total.std() + 1e-6)).astype(np.float32)


def _strokes(rng: np.random.Generator, length: int, thickness: int, count: int) -> Strokes:
    angle = _fractal(WIDTH, 3, 3, rng) * 1.2 + rng.uniform(0, 3)
    index = np.zeros((HEIGHT, WIDTH), np.int32)
    centres = np.zeros((count + 1, 2), np.float32)
    for stroke in range(1, count + 1):
        x, y = int(rng.integers(WIDTH)), int(rng.integers(HEIGHT))
        turn = float(angle[y, x] + rng.normal() * 0.25)
        dx, dy = np.cos(turn) * length / 2, np.sin(turn) * length / 2
        cv2.line(index, (int(x - dx), int(y - dy)), (int(x + dx), int(y + dy)), stroke, thickness)
        centres[stroke] = x, y
    source = centres[index]
    bare = index == 0
    source[bare] = np.stack([COLUMNS, ROWS], -1)[bare]
    tone = rng.uniform(-1, 1, count + 1).astype(np.float32)[index]
    bristles = cv2.GaussianBlur(
        rng.standard_normal((HEIGHT, WIDTH)).astype(np.float32), (0, 0), 0.8
    )
    relief = (tone - np.roll(tone, (1, 1), (0, 1))) * 0.5 + bristles * 0.35
    contiguous = np.ascontiguousarray
    return Strokes(
        contiguous(source[..., 0]), contiguous(source[..., 1]), tone[..., None], relief[..., None]
    )


def crop(
    bank: list[Image], rng: np.random.Generator, tall: float = 1.0, wide: float = 1.0
) -> Image:
    """A random piece of a bank the size of the picture, showing `tall` x `wide` pictures' worth of
    noise.
    """
    noise = bank[int(rng.integers(len(bank)))]
    height, width = int(HEIGHT * tall), int(WIDTH * wide)
    y, x = int(rng.integers(NOISE_SIZE - height + 1)), int(rng.integers(NOISE_SIZE - width + 1))
    piece = noise[y : y + height, x : x + width]
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    if (height, width) != (HEIGHT, WIDTH):
        piece = cv2.resize(piece, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return piece


def profile(banks: Banks, rng: np.random.Generator, roughness: float = 1.0) -> Image:
    """A random skyline over the width, about mean 0 and deviation 1."""
    noise = banks.profiles[int(rng.integers(len(banks.profiles)))]
    row = noise[int(rng.integers(NOISE_SIZE))]
    width = int(np.clip(WIDTH * rng.uniform(0.9, 2.2) * roughness, 40, 500))
    x = int(rng.integers(NOISE_SIZE - width))
    line = cv2.resize(row[None, x : x + width], (WIDTH, 1), interpolation=cv2.INTER_LINEAR)[0]
    return (line - line.mean()) / (line.std() + 0.15)


# ---------------------------------------------------------------- colours and canvas


def rgb(colour: Colour) -> Image:
    return np.array(colour, np.float32)


def mix(a: Image, b: Image, amount: float | Image) -> Image:
    """a at 0, b at 1."""
    return a + (b - a) * amount


def luminance(image: Image) -> Image:
    return image @ rgb((0.3, 0.59, 0.11))


@dataclass
class Scene:
    """A picture in the making. `side` is where shadows fall: 1 right (light from the left), -1
    left.
    """

    spec: Spec
    image: Image
    disparity: Image
    object_mask: NDArray[np.bool_]
    horizon: float
    horizon_colour: Image
    light: Image
    ambient: Image
    sun_x: float
    sun_y: float
    sun_colour: Image | None
    side: float
    lamp: tuple[float, float] | None = None

    def lit(self, colour: Colour | Image, amount: float | Image) -> Image:
        """A material under this scene's light: 0 in the shade, 1 in full light."""
        return np.asarray(colour, np.float32) * mix(self.ambient, self.light, amount)

    def hazy(self, colour: Image, distance: float) -> Image:
        """Aerial perspective: 0 near, 1 far."""
        return mix(colour, self.horizon_colour * 0.9 + self.ambient * 0.1, distance)

    def cover_below(self, line: Image, colour: Image, disparity: float | Image) -> None:
        """Paint everything below the skyline `line` (one y for each column)."""
        cover = (ROWS - line[None, :] + 0.5).clip(0, 1)
        self.image = mix(self.image, colour, cover[..., None])
        self.disparity = np.where(cover > 0.5, disparity, self.disparity).astype(np.float32)


def glow(x: float, y: float, radius: float) -> Image:
    """A round Gaussian light of height 1."""
    return np.exp(-((COLUMNS - x) ** 2 + (ROWS - y) ** 2) / (2 * radius * radius))


def disc(x: float, y: float, radius: float) -> Image:
    """A disc with a soft edge of one pixel."""
    return (radius - np.hypot(COLUMNS - x, ROWS - y) + 0.5).clip(0, 1)


# ---------------------------------------------------------------- pen


class Pen:
    """Draws antialiased shapes, lit by the scene, on an 8-bit copy of its picture, and remembers
    where.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.canvas = (scene.image.clip(0, 1) * 255).astype(np.uint8)
        self.mask = np.zeros((HEIGHT, WIDTH), np.uint8)

    def lay_down(self, disparity: float | Image) -> NDArray[np.bool_]:
        """Put what was drawn into the scene and start anew; returns where it was."""
        drawn = self.mask > 127
        self.scene.image = self.canvas.astype(np.float32) / 255
        self.scene.disparity = np.where(drawn, disparity, self.scene.disparity).astype(np.float32)
        self.mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        return drawn

    def polygon(
        self, points: Sequence[tuple[float, float]], colour: Colour, light: float | None = 0.6
    ) -> None:
        corners = [np.round(np.array(points, np.float32) * 16).astype(np.int32)]
        cv2.fillPoly(self.canvas, corners, self._ink(colour, light), cv2.LINE_AA, 4)
        cv2.fillPoly(self.mask, corners, 255, cv2.LINE_8, 4)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: Colour,
        light: float | None = 0.6,
    ) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour, light)

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, colour: Colour, light: float | None = 0.6
    ) -> None:
        centre = (round(x * 16), round(y * 16))
        axes = (max(1, int(rx * 16)), max(1, int(ry * 16)))
        cv2.ellipse(
            self.canvas, centre, axes, 0, 0, 360, self._ink(colour, light), -1, cv2.LINE_AA, 4
        )
        cv2.ellipse(self.mask, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_8, 4)

    def arc(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        turn: float,
        end: float,
        colour: Colour,
        thickness: int,
    ) -> None:
        """The outline of a turned ellipse from 0 to `end` degrees, in full light."""
        centre, axes = (int(x * 16), int(y * 16)), (int(rx * 16), int(ry * 16))
        cv2.ellipse(
            self.canvas,
            centre,
            axes,
            turn,
            0,
            end,
            self._ink(colour, None),
            thickness,
            cv2.LINE_AA,
            4,
        )
        cv2.ellipse(self.mask, centre, axes, turn, 0, end, 255, thickness, cv2.LINE_8, 4)

    def line(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        colour: Colour,
        thickness: float = 1,
        light: float | None = 0.6,
    ) -> None:
        start, end = (int(x0 * 16), int(y0 * 16)), (int(x1 * 16), int(y1 * 16))
        width = max(1, round(thickness))
        cv2.line(self.canvas, start, end, self._ink(colour, light), width, cv2.LINE_AA, 4)
        cv2.line(self.mask, start, end, 255, width, cv2.LINE_8, 4)

    def shaft(
        self,
        x: float,
        top_half: float,
        bottom_half: float,
        top: float,
        bottom: float,
        colour: Colour,
    ) -> None:
        """An upright, perhaps tapering tower, one half of it in the shade."""
        self.polygon(
            [
                (x - top_half, top),
                (x + top_half, top),
                (x + bottom_half, bottom),
                (x - bottom_half, bottom),
            ],
            colour,
            0.8,
        )
        away = self.scene.side
        shade = tuple(channel * 0.62 for channel in colour)
        self.polygon(
            [(x, top), (x + away * top_half, top), (x + away * bottom_half, bottom), (x, bottom)],
            shade,
            0.4,
        )

    def window(self, x: float, y: float, width: float, height: float) -> None:
        """A window: a light in it when it is dark outside."""
        dark = self.scene.spec.time in ("night", "storm", "sunset")
        edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        self.box(*edges, (1.0, 0.82, 0.38) if dark else (0.16, 0.15, 0.2), None if dark else 1.0)

    def _ink(self, colour: Colour, light: float | None) -> tuple[int, int, int]:
        """8-bit colour; light None means that the thing shines itself."""
        seen = rgb(colour) if light is None else self.scene.lit(colour, light)
        red, green, blue = (seen.clip(0, 1) * 255).astype(int)
        return int(red), int(green), int(blue)
