"""The eight things that stand, swim or fly in a scene. `size` is about the height in pixels, (x, y)
the foot.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from .scene_parts import COLUMNS, ROWS, Colour, Pen
from .world import HEIGHT

Rng = np.random.Generator


def choose(rng: Rng, *colours: Colour) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def draw_island(pen: Pen, rng: Rng, x: float, y: float, half_width: float, height: float) -> None:
    """A rock for things that cannot swim."""
    across = np.linspace(-1, 1, 11)
    top = (1 - across**2) ** 0.6 * height * (0.8 + 0.35 * rng.random(11))
    outline = [(float(x + a * half_width), float(y - t)) for a, t in zip(across, top, strict=True)]
    pen.polygon(
        [*outline, (x + half_width, y + height * 0.3), (x - half_width, y + height * 0.3)],
        (0.36, 0.32, 0.32),
    )
    shaded = outline[5:] if pen.scene.side > 0 else outline[:6]
    pen.polygon([*shaded, (x, y + height * 0.25)], (0.2, 0.18, 0.21), 0.4)


def draw_lighthouse(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    half = size * 0.16
    white = choose(rng, (0.97, 0.96, 0.94), (0.95, 0.91, 0.84))
    pen.shaft(x, half * 0.62, half, y - size, y, white)
    if rng.random() < 0.85:
        band = choose(rng, (0.85, 0.12, 0.10), (0.85, 0.12, 0.10), (0.12, 0.18, 0.40))
        for bottom in (0.1, 0.4, 0.7):
            top = bottom + 0.16
            taper = [half * (1 - 0.38 * part) for part in (top, bottom)]
            pen.shaft(x, taper[0], taper[1], y - size * top, y - size * bottom, band)
    pen.box(x - half * 0.95, y - size - 1.2, x + half * 0.95, y - size + 1.2, (0.2, 0.2, 0.24), 0.5)
    pen.box(x - half * 0.48, y - size * 1.13, x + half * 0.48, y - size, (1.0, 0.92, 0.55), None)
    pen.polygon(
        [
            (x - half * 0.7, y - size * 1.12),
            (x + half * 0.7, y - size * 1.12),
            (x, y - size * 1.25),
        ],
        (0.7, 0.12, 0.10),
    )
    pen.scene.lamp = (x, y - size * 1.06)


def draw_castle(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    stone = choose(rng, (0.68, 0.64, 0.62), (0.76, 0.68, 0.55), (0.58, 0.58, 0.66))
    roof = choose(rng, (0.25, 0.32, 0.58), (0.62, 0.20, 0.17), (0.32, 0.26, 0.36))
    for place, height, half in ((-0.32, 0.72, 0.115), (0.34, 0.64, 0.11), (0.0, 0.98, 0.135)):
        middle = x + place * size
        pen.shaft(middle, half * size, half * size, y - height * size, y, stone)
        eaves = y - height * size
        pen.polygon(
            [
                (middle - half * size * 1.3, eaves),
                (middle + half * size * 1.3, eaves),
                (middle, eaves - size * 0.32),
            ],
            roof,
        )
        pen.window(middle, y - height * size * 0.8, 2.4, 3.6)
    half_wall = size * 0.52
    pen.box(x - half_wall, y - size * 0.4, x + half_wall, y, stone)
    for merlon in range(7):
        left = x - half_wall + 2 * half_wall * merlon / 6.6
        pen.box(left, y - size * 0.48, left + half_wall * 0.17, y - size * 0.39, stone, 0.65)
    pen.box(x - size * 0.08, y - size * 0.22, x + size * 0.08, y, (0.12, 0.08, 0.08), 0.4)
    pen.window(x - half_wall * 0.6, y - size * 0.24, 2.4, 3.4)
    pen.window(x + half_wall * 0.6, y - size * 0.24, 2.4, 3.4)


def draw_sailboat(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    hull = choose(rng, (0.48, 0.22, 0.12), (0.20, 0.24, 0.42), (0.78, 0.2, 0.15))
    sail = choose(
        rng, (0.98, 0.97, 0.93), (0.98, 0.97, 0.93), (0.96, 0.88, 0.68), (0.88, 0.22, 0.16)
    )
    pen.line(x, y - size * 0.12, x, y - size * 1.08, (0.3, 0.2, 0.12), max(1, size * 0.03))
    main = [
        (x + size * 0.03, y - size * 1.05),
        (x + size * 0.03, y - size * 0.2),
        (x + size * 0.46, y - size * 0.2),
    ]
    fore = [
        (x - size * 0.03, y - size * 0.92),
        (x - size * 0.03, y - size * 0.2),
        (x - size * 0.34, y - size * 0.2),
    ]
    pen.polygon(main, sail, 0.95)
    pen.polygon(fore, tuple(channel * 0.8 for channel in sail), 0.7)
    deck, keel = y - size * 0.14, y + size * 0.08
    pen.polygon(
        [
            (x - size * 0.48, deck),
            (x + size * 0.54, deck),
            (x + size * 0.36, keel),
            (x - size * 0.34, keel),
        ],
        hull,
        0.5,
    )


def draw_tree(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    leaf = choose(
        rng, (0.24, 0.48, 0.18), (0.36, 0.55, 0.2), (0.80, 0.43, 0.12), (0.88, 0.58, 0.68)
    )
    bark = (0.32, 0.21, 0.14)
    trunk = [(x - size * 0.08, y), (x + size * 0.08, y), (x + size * 0.035, y - size * 0.6)]
    pen.polygon([*trunk, (x - size * 0.035, y - size * 0.6)], bark, 0.5)
    for lean in (-0.2, 0.2):
        pen.line(x, y - size * 0.35, x + lean * size, y - size * 0.62, bark, size * 0.04)
    count = 12
    angle, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count)) * 0.24
    dx, dy = np.cos(angle) * reach * size, np.sin(angle) * reach * size
    shade = tuple(channel * 0.62 for channel in leaf)
    for px, py in zip(dx, dy, strict=True):
        pen.ellipse(x + px * 1.3, y - size * 0.76 + py, size * 0.2, size * 0.2, shade, 0.45)
    toward = -pen.scene.side * size * 0.06
    for px, py in zip(dx, dy, strict=True):
        bright = tuple(channel * (1 + 0.15 * rng.random()) for channel in leaf)
        pen.ellipse(
            x + px * 1.15 + toward,
            y - size * 0.83 + py * 0.9,
            size * 0.12,
            size * 0.12,
            bright,
            0.9,
        )


def draw_house(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    wall = choose(rng, (0.94, 0.89, 0.79), (0.80, 0.48, 0.37), (0.85, 0.85, 0.9))
    roof = choose(rng, (0.66, 0.2, 0.15), (0.40, 0.27, 0.22), (0.27, 0.32, 0.46))
    pen.box(
        x + size * 0.16, y - size * 0.86, x + size * 0.27, y - size * 0.5, (0.45, 0.32, 0.28), 0.5
    )
    pen.box(x - size * 0.4, y - size * 0.42, x + size * 0.4, y, wall, 0.75)
    shade = tuple(channel * 0.7 for channel in wall)
    edge = x + pen.scene.side * size * 0.4
    pen.box(
        min(edge, edge - pen.scene.side * size * 0.16),
        y - size * 0.42,
        max(edge, edge - pen.scene.side * size * 0.16),
        y,
        shade,
        0.5,
    )
    eaves, top = y - size * 0.4, y - size * 0.78
    pen.polygon(
        [
            (x - size * 0.5, eaves),
            (x + size * 0.5, eaves),
            (x + size * 0.24, top),
            (x - size * 0.24, top),
        ],
        roof,
    )
    pen.box(x - size * 0.075, y - size * 0.25, x + size * 0.075, y, (0.3, 0.17, 0.1), 0.5)
    pen.window(x - size * 0.23, y - size * 0.22, size * 0.13, size * 0.14)
    pen.window(x + size * 0.23, y - size * 0.22, size * 0.13, size * 0.14)


def draw_balloon(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    """(x, y) is the middle of the envelope."""
    cloth = choose(rng, (0.88, 0.2, 0.15), (0.97, 0.7, 0.15), (0.2, 0.42, 0.8), (0.62, 0.26, 0.62))
    stripe = choose(rng, (0.98, 0.95, 0.86), (0.97, 0.83, 0.3))
    r = size * 0.38
    pen.polygon(
        [
            (x - r * 0.78, y + r * 0.55),
            (x + r * 0.78, y + r * 0.55),
            (x + r * 0.2, y + r * 1.35),
            (x - r * 0.2, y + r * 1.35),
        ],
        cloth,
    )
    pen.ellipse(x, y, r, r, cloth, 0.75)
    pen.ellipse(x, y, r * 0.62, r, stripe, 0.8)
    pen.ellipse(x, y, r * 0.25, r, cloth, 0.85)
    for rope in (-0.2, 0.2):
        pen.line(x + rope * r, y + r * 1.3, x + rope * r, y + r * 1.65, (0.3, 0.2, 0.1))
    pen.box(x - r * 0.24, y + r * 1.6, x + r * 0.24, y + r * 1.95, (0.45, 0.27, 0.13), 0.5)


def draw_windmill(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    wall = choose(rng, (0.93, 0.89, 0.82), (0.68, 0.46, 0.34))
    pen.shaft(x, size * 0.13, size * 0.22, y - size * 0.74, y, wall)
    cap = [
        (x - size * 0.17, y - size * 0.73),
        (x + size * 0.17, y - size * 0.73),
        (x, y - size * 0.93),
    ]
    pen.polygon(cap, (0.48, 0.2, 0.14))
    pen.window(x, y - size * 0.3, 2.4, 3.4)
    pen.box(x - size * 0.06, y - size * 0.15, x + size * 0.06, y, (0.3, 0.18, 0.1), 0.5)
    hub_y, start, length, width = (
        y - size * 0.74,
        rng.uniform(0, np.pi / 2),
        size * 0.52,
        size * 0.12,
    )
    for sail in range(4):
        turn = start + sail * np.pi / 2
        ux, uy = float(np.cos(turn)), float(np.sin(turn))

        def at(along: float, across: float, ux: float = ux, uy: float = uy) -> tuple[float, float]:
            return x + ux * along - uy * across, hub_y + uy * along + ux * across

        pen.polygon(
            [at(length * 0.2, 0), at(length, 0), at(length, width), at(length * 0.2, width)],
            (0.95, 0.92, 0.86),
            0.9,
        )
        pen.line(x, hub_y, *at(length, 0), (0.25, 0.16, 0.1), 1)


def draw_planet(pen: Pen, rng: Rng, x: float, y: float, size: float) -> None:
    """(x, y) is the middle; it shines by itself, with a ring round it."""
    colour = choose(
        rng, (0.88, 0.58, 0.38), (0.60, 0.48, 0.80), (0.40, 0.60, 0.80), (0.85, 0.75, 0.55)
    )
    r, turn = size * 0.4, float(rng.uniform(-30, 30))
    ring = tuple(min(1.0, channel * 1.15) for channel in colour)
    thickness = max(1, int(r * 0.2))
    pen.arc(x, y, r * 1.75, r * 0.42, turn, 360, ring, thickness)
    pen.ellipse(x, y, r, r, colour, None)
    for band in (-0.45, 0.0, 0.4):
        pen.ellipse(
            x,
            y + band * r,
            r * np.sqrt(1 - band * band) * 0.95,
            r * 0.08,
            tuple(c * 0.82 for c in colour),
            None,
        )
    inside = (COLUMNS - x) ** 2 + (ROWS - y) ** 2 < r * r
    facing = (COLUMNS - (x - pen.scene.side * r * 0.45)) ** 2 + (ROWS - (y - r * 0.25)) ** 2 < (
        r * 1.1
    ) ** 2
    night_side = inside & ~facing
    pen.canvas[night_side] = (pen.canvas[night_side] * 0.5).astype(np.uint8)
    pen.arc(x, y, r * 1.75, r * 0.42, turn, 180, ring, thickness)


def draw_pine(pen: Pen, x: float, y: float, size: float, colour: Colour, tiers: int = 4) -> None:
    """A small conifer of a forest; not one of the eight things."""
    pen.box(x - size * 0.05, y - size * 0.15, x + size * 0.05, y, (0.25, 0.17, 0.12), 0.5)
    shade = tuple(channel * 0.62 for channel in colour)
    for tier in range(tiers):
        bottom = y - size * 0.12 - size * 0.85 * tier / tiers
        half, height = size * 0.3 * (1 - tier / tiers * 0.78), size * 0.85 / tiers * 1.6
        pen.polygon([(x - half, bottom), (x + half, bottom), (x, bottom - height)], colour)
        pen.polygon(
            [(x, bottom), (x + pen.scene.side * half, bottom), (x, bottom - height)], shade, 0.4
        )


def draw_skyline(
    pen: Pen, rng: Rng, base: float, heights: tuple[float, float], distance: float, windows: bool
) -> None:
    """A row of houses from edge to edge."""
    scene = pen.scene
    wall = scene.hazy(
        scene.lit(choose(rng, (0.30, 0.31, 0.40), (0.38, 0.33, 0.34)), 0.45), distance
    ).clip(0, 1)
    lit, shaded = [tuple(int(v * 255) for v in wall * part) for part in (1.0, 0.74)]
    dark = scene.spec.time in ("night", "sunset", "storm")
    pane = (255, 210, 110) if dark else tuple(int(v) for v in (wall * 1.4).clip(0, 1) * 255)
    x = -4.0
    while x < pen.canvas.shape[1]:
        width, height = rng.uniform(7, 17), rng.uniform(*heights)
        left, right, top = int(x), int(x + width), int(base - height)
        cv2.rectangle(pen.canvas, (left, top), (right, HEIGHT), lit, -1)
        cv2.rectangle(pen.mask, (left, top), (right, HEIGHT), 255, -1)
        half = left if scene.side < 0 else (left + right) // 2
        cv2.rectangle(pen.canvas, (half, top), (half + (right - left) // 2, HEIGHT), shaded, -1)
        if windows:
            _light_windows(pen, rng, left, right, top, int(base) + 6, pane)
        x += width + rng.uniform(-1, 3)


def _light_windows(
    pen: Pen, rng: Rng, left: int, right: int, top: int, bottom: int, pane: tuple[int, ...]
) -> None:
    rows, columns = (
        np.arange(top + 3, min(bottom, HEIGHT - 2), 4),
        np.arange(max(left + 2, 0), right - 1, 3),
    )
    columns = columns[columns < pen.canvas.shape[1]]
    if len(rows) == 0 or len(columns) == 0:
        return
    at_row, at_column = np.nonzero(rng.random((len(rows), len(columns))) < 0.45)
    for extra in (0, 1):
        pen.canvas[rows[at_row] + extra, columns[at_column]] = pane


DRAW: dict[str, Callable[[Pen, Rng, float, float, float], None]] = {
    "lighthouse": draw_lighthouse,
    "castle": draw_castle,
    "sailboat": draw_sailboat,
    "tree": draw_tree,
    "house": draw_house,
    "balloon": draw_balloon,
    "windmill": draw_windmill,
    "planet": draw_planet,
}
