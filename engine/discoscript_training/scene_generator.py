"""Paints procedural painterly scenes: `generate(banks, rng)` gives a picture, its depth and what is
to be seen.

The stages are sky, land, the one large object, air (mist, birds), palette (a gradient map) and
style (brush strokes, wet edges, flat blocks). numpy and OpenCV only; about 250 pictures of 128x96 a
second on one core.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .scene_objects import DRAW, choose, draw_island, draw_pine, draw_skyline
from .scene_parts import (
    COLUMNS,
    NOISE_SIZE,
    ROWS,
    Banks,
    Colour,
    Image,
    Pen,
    Scene,
    crop,
    disc,
    glow,
    luminance,
    mix,
    profile,
    rgb,
)
from .world import HEIGHT, WIDTH, Spec, draw_spec

cv2.setNumThreads(1)
Rng = np.random.Generator


@dataclass(frozen=True)
class Picture:
    """image: uint8 RGB (96, 128, 3); disparity: uint8 (96, 128), 0 the sky, 255 at one's feet."""

    image: NDArray[np.uint8]
    disparity: NDArray[np.uint8]
    spec: Spec


def generate(banks: Banks, rng: Rng, **wanted: str) -> Picture:
    """Paint one scene; `wanted` fixes attributes, such as `object="lighthouse"`."""
    spec = draw_spec(rng, **wanted)
    scene = paint_sky(spec, banks, rng)
    LAND[spec.terrain](scene, banks, rng)
    if spec.object != "none":
        place_object(scene, rng)
    add_air(scene, banks, rng)
    image = apply_style(scene, apply_palette(scene.image.clip(0, 1), spec.palette, rng), banks, rng)
    return Picture(
        image=(image.clip(0, 1) * 255 + 0.5).astype(np.uint8),
        disparity=(scene.disparity.clip(0, 1) * 255).astype(np.uint8),
        spec=spec,
    )


# ---------------------------------------------------------------- sky

#: Colours at the top, the middle and the horizon.
SKIES: dict[str, tuple[tuple[Colour, Colour, Colour], ...]] = {
    "dawn": (
        ((0.36, 0.46, 0.72), (0.93, 0.70, 0.68), (1.0, 0.86, 0.66)),
        ((0.55, 0.60, 0.80), (0.98, 0.78, 0.76), (1.0, 0.93, 0.80)),
        ((0.45, 0.50, 0.76), (0.96, 0.74, 0.80), (1.0, 0.88, 0.78)),
    ),
    "day": (
        ((0.16, 0.42, 0.84), (0.40, 0.68, 0.95), (0.82, 0.92, 0.98)),
        ((0.25, 0.55, 0.85), (0.55, 0.80, 0.95), (0.93, 0.96, 0.93)),
        ((0.12, 0.40, 0.76), (0.38, 0.66, 0.90), (0.78, 0.90, 0.94)),
    ),
    "sunset": (
        ((0.26, 0.15, 0.44), (0.88, 0.34, 0.30), (1.0, 0.74, 0.26)),
        ((0.36, 0.18, 0.32), (0.95, 0.45, 0.20), (1.0, 0.85, 0.40)),
        ((0.18, 0.18, 0.46), (0.80, 0.32, 0.46), (1.0, 0.62, 0.33)),
    ),
    "night": (
        ((0.02, 0.03, 0.13), (0.05, 0.09, 0.27), (0.16, 0.23, 0.44)),
        ((0.03, 0.03, 0.12), (0.08, 0.08, 0.26), (0.22, 0.22, 0.42)),
        ((0.02, 0.05, 0.14), (0.05, 0.14, 0.30), (0.14, 0.29, 0.44)),
    ),
    "storm": (
        ((0.12, 0.14, 0.18), (0.28, 0.31, 0.36), (0.56, 0.59, 0.60)),
        ((0.15, 0.14, 0.19), (0.31, 0.30, 0.35), (0.60, 0.56, 0.54)),
        ((0.11, 0.16, 0.17), (0.25, 0.33, 0.35), (0.52, 0.60, 0.59)),
    ),
}
#: Light on what faces it, light in the shade.
LIGHTS: dict[str, tuple[Colour, Colour]] = {
    "dawn": ((1.0, 0.87, 0.76), (0.78, 0.72, 0.82)),
    "day": ((1.0, 0.99, 0.94), (0.88, 0.90, 0.98)),
    "sunset": ((1.0, 0.72, 0.45), (0.60, 0.44, 0.55)),
    "night": ((0.58, 0.68, 0.98), (0.24, 0.29, 0.50)),
    "storm": ((0.72, 0.75, 0.80), (0.44, 0.48, 0.55)),
}
#: Shaded and lit colours of clouds.
CLOUDS: dict[str, tuple[Colour, Colour]] = {
    "dawn": ((0.72, 0.56, 0.66), (1.0, 0.93, 0.86)),
    "day": ((0.72, 0.80, 0.90), (1.0, 1.0, 1.0)),
    "sunset": ((0.42, 0.20, 0.38), (1.0, 0.62, 0.36)),
    "night": ((0.06, 0.08, 0.20), (0.28, 0.33, 0.55)),
    "storm": ((0.11, 0.12, 0.15), (0.56, 0.58, 0.62)),
}


def paint_sky(spec: Spec, banks: Banks, rng: Rng) -> Scene:
    horizon = spec.horizon * HEIGHT
    skies = SKIES[spec.time]
    top, middle, bottom = [
        rgb(colour) + rng.normal(0, 0.02, 3).astype(np.float32)
        for colour in skies[int(rng.integers(len(skies)))]
    ]
    down = (np.arange(HEIGHT, dtype=np.float32) / horizon).clip(0, 1)[:, None]
    bend = rng.uniform(0.45, 0.7)
    column = np.where(
        down < bend,
        mix(top, middle, down / bend),
        mix(middle, bottom, ((down - bend) / (1 - bend)).clip(0, 1) ** 1.3),
    )
    light, ambient = [rgb(colour) for colour in LIGHTS[spec.time]]
    sun_x = rng.uniform(0.12, 0.88) * WIDTH
    scene = Scene(
        spec=spec,
        image=np.repeat(column[:, None, :], WIDTH, 1).astype(np.float32),
        disparity=np.zeros((HEIGHT, WIDTH), np.float32),
        object_mask=np.zeros((HEIGHT, WIDTH), np.bool_),
        horizon=horizon,
        horizon_colour=bottom,
        light=light,
        ambient=ambient,
        sun_x=sun_x,
        sun_y=horizon * rng.uniform(0.2, 0.5),
        sun_colour=None,
        side=1.0 if sun_x < WIDTH / 2 else -1.0,
    )
    if spec.time == "night":
        _add_stars(scene, rng)
    if spec.luminary == "sun":
        _add_sun(scene, rng)
    elif spec.luminary == "moon":
        _add_moon(scene, banks, rng)
    if spec.clouds == "yes":
        _add_clouds(scene, banks, rng, down)
    if spec.lightning == "yes":
        _add_lightning(scene, rng)
    scene.image = scene.image.clip(0, 1)
    return scene


def _add_stars(scene: Scene, rng: Rng) -> None:
    count = int(rng.integers(30, 80))
    rows = (rng.random(count) ** 1.3 * scene.horizon).astype(int)
    columns = rng.integers(0, WIDTH, count)
    stars = rng.uniform(0.35, 1.0, (count, 1)).astype(np.float32) * rgb((1, 1, 0.95))
    scene.image[rows, columns] = np.maximum(scene.image[rows, columns], stars)


def _add_sun(scene: Scene, rng: Rng) -> None:
    time = scene.spec.time
    radius = rng.uniform(5, 9) if time != "sunset" else rng.uniform(8, 14)
    if time != "day":
        scene.sun_y = scene.horizon * rng.uniform(0.55, 0.95)
    colour = rgb({"day": (1.0, 0.97, 0.85), "dawn": (1.0, 0.92, 0.68)}.get(time, (1.0, 0.80, 0.42)))
    halo = glow(scene.sun_x, scene.sun_y, radius * 3.0)[..., None] * 0.4
    scene.image = scene.image + halo * colour * rgb((1, 0.85, 0.6))
    scene.image = mix(scene.image, colour, disc(scene.sun_x, scene.sun_y, radius)[..., None])
    scene.sun_colour = colour


def _add_moon(scene: Scene, banks: Banks, rng: Rng) -> None:
    radius = rng.uniform(6, 11)
    colour = rgb((0.96, 0.95, 0.86))
    scene.image = scene.image + glow(scene.sun_x, scene.sun_y, radius * 2.6)[..., None] * 0.3 * rgb(
        (0.8, 0.85, 1)
    )
    shape = disc(scene.sun_x, scene.sun_y, radius)
    if rng.random() < 0.35:  # a crescent
        shape = shape * (1 - disc(scene.sun_x + radius * 0.55, scene.sun_y - radius * 0.2, radius))
    seas = 1 - 0.12 * crop(banks.clouds, rng, 0.5, 0.5).clip(0, 1.5)
    scene.image = mix(scene.image, colour * seas[..., None], shape[..., None])
    scene.sun_colour = colour * 0.8


def _add_clouds(scene: Scene, banks: Banks, rng: Rng, down: Image) -> None:
    noise = crop(banks.clouds, rng, rng.uniform(1.4, 2.8), rng.uniform(0.6, 1.4))
    threshold = -0.5 if scene.spec.time == "storm" else rng.uniform(0.1, 0.7)
    cover = ((noise - threshold) * rng.uniform(0.7, 1.4)).clip(0, 1) * (
        0.25 + 0.75 * (1 - down)
    ) ** 0.5
    towards_light = np.roll(noise, (2, int(2 * scene.side)), (0, 1))
    bright = ((noise - towards_light) * 1.4 + 0.5).clip(0, 1)[..., None]
    shaded, lit = [rgb(colour) for colour in CLOUDS[scene.spec.time]]
    scene.image = mix(scene.image, mix(shaded, lit, bright), cover[..., None] * 0.92)


def _add_lightning(scene: Scene, rng: Rng) -> None:
    x, y = rng.uniform(0.15, 0.85) * WIDTH, 0.0
    path = [(x, y)]
    while y < scene.horizon:
        y, x = y + rng.uniform(4, 11), x + rng.normal() * 6
        path.append((x, y))
    bolt = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.polylines(bolt, [np.array(path, np.int32)], False, 255, 2, cv2.LINE_AA)
    shine = cv2.GaussianBlur(bolt, (0, 0), 5).astype(np.float32)[..., None] / 255
    scene.image = (
        scene.image + shine * rgb((0.7, 0.75, 1.0)) * 1.3 + bolt.astype(np.float32)[..., None] / 255
    )


# ---------------------------------------------------------------- land

GREENS: tuple[Colour, ...] = (
    (0.36, 0.54, 0.22),
    (0.30, 0.50, 0.24),
    (0.50, 0.58, 0.26),
    (0.42, 0.52, 0.20),
)
SANDS: tuple[Colour, ...] = ((0.90, 0.70, 0.44), (0.92, 0.63, 0.38), (0.88, 0.77, 0.55))
SNOW: Colour = (0.92, 0.95, 1.0)


def ground_disparity(horizon: float, far: float = 0.12) -> Image:
    """Disparity of flat ground: a straight line from the horizon to 0.9 at the lower edge."""
    return (far + (0.9 - far) * ((ROWS - horizon) / (HEIGHT - horizon)).clip(0, 1)).astype(
        np.float32
    )


def add_mountains(
    scene: Scene, banks: Banks, rng: Rng, base: float, height: float, distance: float, snowy: bool
) -> None:
    line = base - (profile(banks, rng) * 0.55 + 0.75).clip(0.05, 2.2) * height
    rock = rgb(choose(rng, (0.37, 0.36, 0.44), (0.33, 0.39, 0.42), (0.45, 0.37, 0.35)))
    rock = rock + rng.normal(0, 0.02, 3).astype(np.float32)
    noise = crop(banks.ridged, rng)
    slope = ((noise - np.roll(noise, int(-scene.side), 1)) * 5.4).clip(-1, 1)[..., None]
    light = mix(scene.ambient, scene.light, 0.5 + 0.5 * slope)
    body = rock * light * (1.05 + 0.45 * slope)
    if snowy:
        snow_line = line[None, :] + height * 0.55 + crop(banks.profiles, rng) * height * 0.22
        cover = ((snow_line - ROWS) * 0.5).clip(0, 1)[..., None]
        body = mix(body, rgb((0.94, 0.96, 1.0)) * light * (1 + 0.25 * slope), cover)
    scene.cover_below(line, scene.hazy(body.clip(0, 1), distance), 0.06 + 0.2 * (1 - distance))


def add_rolling(
    scene: Scene,
    banks: Banks,
    rng: Rng,
    base: float,
    height: float,
    distance: float,
    colour: Colour,
    disparity: float | Image,
    smooth: float = 1.0,
    texture: float = 0.1,
) -> None:
    """A smooth swell of grass, sand or snow, lit by its slope."""
    line = cv2.GaussianBlur(profile(banks, rng, 0.45 / smooth)[None], (0, 0), 3 * smooth)[0]
    line = base - line * 0.6 * height
    facing = (0.5 + np.gradient(line) * scene.side * 0.6).clip(0, 1)[None, :, None]
    grain = crop(banks.fine, rng, rng.uniform(0.8, 1.6), 0.6)[..., None]
    depth = ((ROWS - line[None, :]) / max(HEIGHT - base, 8)).clip(0, 1)[..., None]
    surface = scene.lit(colour, facing) * (1.1 - 0.3 * depth + texture * grain)
    scene.cover_below(line, scene.hazy(surface.clip(0, 1), distance), disparity)


def _far_mountains(scene: Scene, banks: Banks, rng: Rng, chance: float) -> None:
    if rng.random() < chance:
        base = scene.horizon + 3
        add_mountains(
            scene, banks, rng, base, rng.uniform(5, 13), rng.uniform(0.55, 0.8), rng.random() < 0.3
        )


def paint_mountains(scene: Scene, banks: Banks, rng: Rng) -> None:
    base = scene.horizon
    add_mountains(scene, banks, rng, base + 5, rng.uniform(18, 30), 0.55, rng.random() < 0.7)
    add_mountains(scene, banks, rng, base + 7, rng.uniform(12, 22), 0.25, rng.random() < 0.5)
    foreground = choose(rng, (0.28, 0.37, 0.22), (0.38, 0.33, 0.28), (0.31, 0.40, 0.31))
    add_rolling(scene, banks, rng, base + 8, 4, 0.08, foreground, ground_disparity(base), 0.6, 0.12)


def paint_desert(scene: Scene, banks: Banks, rng: Rng) -> None:
    _far_mountains(scene, banks, rng, 0.2)
    sand = choose(rng, *SANDS)
    _dunes(scene, banks, rng, sand, 4, (6, 10), 0.45, 1.8, 0.03)


def paint_snow(scene: Scene, banks: Banks, rng: Rng) -> None:
    if rng.random() < 0.5:
        add_mountains(scene, banks, rng, scene.horizon + 4, rng.uniform(10, 20), 0.5, True)
    _dunes(scene, banks, rng, SNOW, 3, (5, 6), 0.3, 1.5, 0.02)
    pen = Pen(scene)
    snowy = rng.random() < 0.5
    for x in rng.uniform(0, WIDTH, int(rng.integers(4, 10))):
        y, size = scene.horizon + rng.uniform(4, 16), rng.uniform(9, 17)
        draw_pine(pen, x, y, size, (0.60, 0.72, 0.76) if snowy else (0.15, 0.29, 0.25))
    pen.lay_down(0.45)


def _dunes(
    scene: Scene,
    banks: Banks,
    rng: Rng,
    colour: Colour,
    count: int,
    height: tuple[float, float],
    haze: float,
    smooth: float,
    texture: float,
) -> None:
    below = HEIGHT - scene.horizon
    ground = ground_disparity(scene.horizon)
    for near in np.linspace(0, 1, count):
        base = scene.horizon + below * float(near) ** 1.2 * 0.68
        swell = height[0] + height[1] * float(near)
        disparity = 0.15 + 0.6 * near + 0.1 * ground
        add_rolling(
            scene, banks, rng, base, swell, haze * (1 - near), colour, disparity, smooth, texture
        )


def paint_meadow(scene: Scene, banks: Banks, rng: Rng) -> None:
    _far_mountains(scene, banks, rng, 0.4)
    base, grass = scene.horizon, choose(rng, *GREENS)
    ground = ground_disparity(base)
    add_rolling(scene, banks, rng, base, 5, 0.35, tuple(v * 0.85 for v in grass), ground, 1.2, 0.08)
    add_rolling(scene, banks, rng, base + 6, 4, 0.05, grass, ground, 1.0, 0.1)
    count = int(rng.integers(160, 320))
    near = rng.random(count)
    rows = (base + 8 + (HEIGHT - base - 8) * near).astype(int).clip(0, HEIGHT - 1)
    columns = rng.integers(0, WIDTH, count)
    pairs = (
        ((0.92, 0.2, 0.2), (0.97, 0.82, 0.2)),
        ((0.78, 0.5, 0.92), (0.97, 0.97, 0.97)),
        ((0.97, 0.6, 0.77), (0.97, 0.92, 0.4)),
        ((0.95, 0.35, 0.2), (0.97, 0.97, 0.97)),
    )
    pair = pairs[int(rng.integers(len(pairs)))]
    for x, y, size, which in zip(columns, rows, near, rng.integers(0, 2, count), strict=True):
        extent = int(size * 1.8) + 1
        scene.image[max(0, y - extent + 1) : y + 1, x : x + extent] = scene.lit(pair[which], 0.9)


def paint_forest(scene: Scene, banks: Banks, rng: Rng) -> None:
    _far_mountains(scene, banks, rng, 0.35)
    leaf = choose(
        rng, (0.15, 0.32, 0.20), (0.18, 0.37, 0.18), (0.34, 0.34, 0.14), (0.46, 0.25, 0.12)
    )
    base, ground = scene.horizon, ground_disparity(scene.horizon)
    conifers = rng.random() < 0.6
    add_rolling(
        scene, banks, rng, base + 5, 3, 0.35, tuple(v * 1.1 for v in leaf), ground, 0.7, 0.12
    )
    layers = ((0.0, 16, 15.0, 0.5, 0.22), (7.0, 10, 24.0, 0.25, 0.4), (18.0, 5, 38.0, 0.0, 0.65))
    for depth, (drop, count, tall, haze, disparity) in enumerate(layers):
        pen = Pen(scene)
        tint = tuple(float(v) for v in scene.hazy(rgb(leaf) * (1.2 - 0.17 * depth), haze * 0.6))
        for x in rng.uniform(-5, WIDTH + 5, count):
            if depth == 2 and abs(x - scene.spec.place * WIDTH) < 32:
                continue  # the object stands here
            y, size = base + 6 + drop + rng.uniform(-2, 3), tall * rng.uniform(0.75, 1.2)
            if conifers:
                draw_pine(pen, x, y, size, tint)
            else:
                _leafy_tree(pen, rng, x, y, size, tint)
        pen.lay_down(disparity)
        if depth < 2:
            floor = tuple(v * 1.2 for v in leaf)
            add_rolling(
                scene, banks, rng, base + (14, 25)[depth], 3, 0.05, floor, ground, 0.8, 0.12
            )


def _leafy_tree(pen: Pen, rng: Rng, x: float, y: float, size: float, colour: Colour) -> None:
    pen.box(x - size * 0.05, y - size * 0.5, x + size * 0.05, y, (0.25, 0.17, 0.12), 0.4)
    for puff in range(4):
        tint = tuple(v * (0.7 + 0.15 * puff) for v in colour)
        pen.ellipse(
            x + rng.normal() * size * 0.14,
            y - size * 0.62 + rng.normal() * size * 0.1,
            size * 0.2,
            size * 0.2,
            tint,
        )


def paint_city(scene: Scene, banks: Banks, rng: Rng) -> None:
    pen = Pen(scene)
    draw_skyline(pen, rng, scene.horizon + 4, (14, 38), 0.5, False)
    pen.lay_down(0.18)
    pen = Pen(scene)
    draw_skyline(pen, rng, scene.horizon + 8, (8, 30), 0.12, True)
    pen.lay_down(0.32)
    street = ground_disparity(scene.horizon)
    add_rolling(
        scene, banks, rng, scene.horizon + 11, 1.0, 0.0, (0.30, 0.30, 0.34), street, 2.0, 0.08
    )


def paint_sea(scene: Scene, banks: Banks, rng: Rng) -> None:
    base = scene.horizon
    if rng.random() < 0.25:
        add_mountains(scene, banks, rng, base + 2, rng.uniform(4, 11), 0.65, False)
    rough = rng.uniform(0.6, 1.0) if scene.spec.waves == "yes" else rng.uniform(0, 0.25)
    water = rgb(choose(rng, (0.10, 0.34, 0.50), (0.07, 0.30, 0.42), (0.12, 0.43, 0.52)))
    down = ((ROWS - base) / (HEIGHT - base)).clip(0, 1)[..., None]
    far = scene.horizon_colour * 0.55 + scene.lit(water, 0.6) * 0.6
    surface = mix(far, scene.lit(water, 0.45) * 0.75, down**0.7)
    ripples = _ripples(banks, rng, base)
    surface = surface * (1 + (0.08 + 0.10 * rough) * ripples[..., None])
    if scene.sun_colour is not None:
        width = 4 + (ROWS - base).clip(0, None) * 0.22
        path = (
            np.exp(-(((COLUMNS - scene.sun_x) / width) ** 2))
            * (ripples > 0.2)
            * 0.8
            * (1 - 0.6 * down[..., 0])
        )
        surface = mix(surface, scene.sun_colour, path[..., None].clip(0, 1))
    cover = (ROWS - base + 0.5).clip(0, 1)
    scene.image = mix(scene.image, surface.clip(0, 1), cover[..., None])
    scene.disparity = np.where(cover > 0.5, 0.12 + 0.75 * down[..., 0], scene.disparity).astype(
        np.float32
    )
    if scene.spec.waves == "yes":
        _add_waves(scene, banks, rng, water, rough)


def _ripples(banks: Banks, rng: Rng, horizon: float) -> Image:
    """Fine noise laid flat on the water."""
    distance = (ROWS - horizon).clip(0.6, None)
    across = ((COLUMNS - WIDTH / 2) * 34 / distance + rng.uniform(0, 300) + 8000) % (NOISE_SIZE - 1)
    along = (900 / distance + rng.uniform(0, 300)) % (NOISE_SIZE - 1)
    noise = banks.fine[int(rng.integers(len(banks.fine)))]
    return cv2.remap(
        noise,
        across.astype(np.float32),
        along.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )


def _add_waves(scene: Scene, banks: Banks, rng: Rng, water: Image, rough: float) -> None:
    across, below = np.arange(WIDTH, dtype=np.float32), HEIGHT - scene.horizon
    for wave in range(int(rng.integers(3, 6))):
        near = (wave + 1) / 6
        wobble = profile(banks, rng, 0.8)
        crest = 1 - np.abs(
            np.sin(across / (10 + 42 * near) * 1.7 + rng.uniform(0, 9) + wobble * 0.4)
        )
        line = scene.horizon + below * near**1.3 * 0.95
        line = line - crest**1.3 * (3 + 13 * near) * rough - wobble * 2.0 * near
        depth = (ROWS - line[None, :]).clip(0, None)
        body = mix(
            scene.lit(water, 0.8) * 1.5,
            scene.lit(water, 0.3) * 0.6,
            (depth / (6 + 18 * near)).clip(0, 1)[..., None],
        )
        foam = (
            np.exp(-depth / (1.2 + 1.8 * near)) * 1.3
            + 0.35 * crop(banks.fine, rng, 0.8, 0.5)
            - 0.45
        )
        foam = foam.clip(0, 1) * crest[None, :] ** 0.5 * (0.5 + 0.5 * rough)
        body = mix(body, scene.lit((0.94, 0.96, 0.98), 0.85), foam[..., None])
        scene.cover_below(line.astype(np.float32), body.clip(0, 1), 0.15 + 0.7 * near)


LAND = {
    "mountains": paint_mountains,
    "desert": paint_desert,
    "sea": paint_sea,
    "forest": paint_forest,
    "snow": paint_snow,
    "meadow": paint_meadow,
    "city": paint_city,
}

# ---------------------------------------------------------------- object, air


def place_object(scene: Scene, rng: Rng) -> None:
    """Draw the scene's one large object, with an island, a shadow or a lamp where it needs one."""
    thing, base = scene.spec.object, scene.horizon
    x = scene.spec.place * WIDTH
    flying = thing in ("balloon", "planet")
    if flying:
        size = rng.uniform(46, 62)
        y = max(base * rng.uniform(0.4, 0.62), size * 0.46)
        disparity = 0.05 if thing == "planet" else 0.4
    else:
        y = base + (HEIGHT - base) * rng.uniform(0.3, 0.7)
        size = min(
            rng.uniform(52, 72),
            (y - 2) / (1.27 if thing == "lighthouse" else 1.3 if thing == "castle" else 1.1),
        )
        disparity = float(ground_disparity(base)[int(y), 0]) + 0.05
    pen = Pen(scene)
    if scene.spec.terrain == "sea" and not flying and thing != "sailboat":
        draw_island(
            pen, rng, x, y + 4, size * (0.75 if thing in ("castle", "house") else 0.55), size * 0.2
        )
        y -= size * 0.08
    DRAW[thing](pen, rng, x, y, size)
    scene.object_mask = pen.lay_down(disparity)
    if not flying and scene.spec.terrain != "sea":
        shade = np.exp(
            -(((COLUMNS - x - scene.side * size * 0.25) / (size * 0.45)) ** 2)
            - ((ROWS - y - 1) / (size * 0.06)) ** 2
        )
        shade = shade * ~scene.object_mask * (y - 3 <= ROWS) * 0.45
        scene.image = scene.image * (1 - shade[..., None])
    if scene.lamp is not None and scene.spec.time != "day":
        _shine(scene, rng, *scene.lamp)


def _shine(scene: Scene, rng: Rng, x: float, y: float) -> None:
    """The beam of the lighthouse."""
    direction = rng.uniform(-0.2, 0.2) + (0 if rng.random() < 0.5 else np.pi)
    dx, dy = COLUMNS - x, ROWS - y
    distance = np.hypot(dx, dy) + 1e-3
    for way in (direction, direction + np.pi) if rng.random() < 0.4 else (direction,):
        off = np.abs((np.arctan2(dy, dx) - way + np.pi) % (2 * np.pi) - np.pi)
        beam = np.exp(-((off / 0.12) ** 2)) * np.exp(-distance / 90) * 0.75
        scene.image = scene.image + beam[..., None] * rgb((1, 0.92, 0.6))
    scene.image = scene.image + glow(x, y, 5)[..., None] * 0.8 * rgb((1, 0.9, 0.55))


def add_air(scene: Scene, banks: Banks, rng: Rng) -> None:
    """Mist, thicker with distance, and birds."""
    if scene.spec.mist == "yes":
        far = 0.75 * np.exp(-scene.disparity * 3.2) * (scene.disparity > 0.01)
        mist = (far + 0.3 * np.exp(-np.abs(ROWS - scene.horizon) / 9)) * (
            0.8 + 0.25 * crop(banks.clouds, rng, 0.8, 2)
        )
        scene.image = mix(
            scene.image, scene.horizon_colour * 0.92 + 0.05, mist.clip(0, 0.85)[..., None]
        )
    if scene.spec.birds == "yes":
        canvas = (scene.image.clip(0, 1) * 255).astype(np.uint8)
        flock_x, flock_y = rng.uniform(0.2, 0.8) * WIDTH, scene.horizon * rng.uniform(0.15, 0.5)
        for _ in range(int(rng.integers(3, 7))):
            x, y, wing = (
                flock_x + rng.normal() * 14,
                flock_y + rng.normal() * 6,
                rng.uniform(2.5, 4.5),
            )
            shape = np.array([(x - wing, y - wing * 0.5), (x, y), (x + wing, y - wing * 0.5)]) * 16
            cv2.polylines(canvas, [shape.astype(np.int32)], False, (25, 25, 35), 1, cv2.LINE_AA, 4)
        scene.image = canvas.astype(np.float32) / 255


# ---------------------------------------------------------------- palette and style

#: Gradient maps from dark over middle to light.
RAMPS: dict[str, tuple[Colour, Colour, Colour]] = {
    "golden": ((0.16, 0.09, 0.02), (0.85, 0.60, 0.10), (1.0, 0.95, 0.62)),
    "blue": ((0.01, 0.05, 0.18), (0.14, 0.42, 0.80), (0.84, 0.94, 1.0)),
    "red": ((0.12, 0.0, 0.02), (0.76, 0.12, 0.10), (1.0, 0.76, 0.62)),
    "purple": ((0.08, 0.02, 0.16), (0.50, 0.23, 0.70), (0.96, 0.82, 0.99)),
    "monochrome": ((0.03, 0.03, 0.03), (0.5, 0.5, 0.5), (0.98, 0.98, 0.98)),
}


def _ramp(colours: tuple[Colour, Colour, Colour]) -> Image:
    dark, middle, light = [rgb(colour) for colour in colours]
    t = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    return np.where(t < 0.5, mix(dark, middle, t * 2), mix(middle, light, t * 2 - 1)).astype(
        np.float32
    )


RAMP_TABLES = {name: _ramp(colours) for name, colours in RAMPS.items()}


def apply_palette(image: Image, palette: str, rng: Rng) -> Image:
    if palette == "natural":
        return image
    grey = luminance(image)
    if palette == "teal and orange":
        warm = (image[..., :1] - image[..., 2:] + 0.15 + (grey[..., None] - 0.45) * 0.8).clip(
            -0.5, 0.5
        ) + 0.5
        graded = mix(rgb((0.03, 0.42, 0.46)), rgb((1.0, 0.58, 0.18)), warm) * (
            0.25 + 1.35 * grey[..., None]
        )
        return mix(image, graded, 0.78).clip(0, 1)
    low, high = float(grey.min()), float(grey.max())
    grey = mix(grey, (grey - low) / (high - low + 1e-3), 0.5)
    graded = RAMP_TABLES[palette][(grey * 255).astype(np.uint8)]
    return mix(image, graded, 1.0 if palette == "monochrome" else float(rng.uniform(0.65, 0.85)))


def saturate(image: Image, amount: float) -> Image:
    grey = luminance(image)[..., None]
    return grey + (image - grey) * amount


def apply_style(scene: Scene, image: Image, banks: Banks, rng: Rng) -> Image:
    return {"oil": _oil, "watercolor": _watercolor, "digital": _digital, "woodblock": _woodblock}[
        scene.spec.style
    ](scene, image.astype(np.float32), banks, rng)


def _oil(scene: Scene, image: Image, banks: Banks, rng: Rng) -> Image:
    """Broad strokes everywhere, fine ones on the object."""
    broad = banks.broad_strokes[int(rng.integers(len(banks.broad_strokes)))]
    fine = banks.fine_strokes[int(rng.integers(len(banks.fine_strokes)))]
    turned = rng.random() < 0.5
    near = cv2.dilate(scene.object_mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if turned:
        image, near = np.ascontiguousarray(image[:, ::-1]), near[:, ::-1]
    source_x = np.where(near, fine.source_x, broad.source_x)
    source_y = np.where(near, fine.source_y, broad.source_y)
    tone = np.where(near[..., None], fine.tone, broad.tone)
    relief = np.where(near[..., None], fine.relief * 0.7, broad.relief)
    strokes = cv2.remap(image, source_x, source_y, cv2.INTER_NEAREST)
    thickness = np.where(near, 0.6, 1.0)[..., None].astype(np.float32) * np.float32(
        rng.uniform(0.5, 0.8)
    )
    painted = mix(image, strokes, thickness) * (1 + 0.05 * tone) + relief * 0.045
    return saturate(painted[:, ::-1] if turned else painted, 1.18)


def _watercolor(scene: Scene, image: Image, banks: Banks, rng: Rng) -> Image:
    """Wobbling outlines, darker wet edges, pigment clouds, and often a white paper border."""
    a, b = crop(banks.clouds, rng), crop(banks.clouds, rng)
    bent = cv2.remap(
        image, COLUMNS + a * 1.6, ROWS + b * 1.6, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    soft = cv2.GaussianBlur(bent, (0, 0), 1.8)
    edges = np.abs(luminance(cv2.GaussianBlur(bent, (0, 0), 1.0)) - luminance(soft))[..., None]
    wash = saturate(soft * 0.4 + bent * 0.6, 1.3)
    wash = wash * 0.94 + 0.06
    wash = 1 - (1 - wash) * (0.84 + 0.10 * a[..., None])
    wash = wash - edges * 1.1 + banks.paper[int(rng.integers(len(banks.paper)))] * 0.018
    if rng.random() < 0.7:
        border = (
            np.minimum(
                np.minimum(COLUMNS, WIDTH - 1 - COLUMNS), np.minimum(ROWS, HEIGHT - 1 - ROWS)
            )
            + b * 2.5
        )
        wash = mix(rgb((0.97, 0.95, 0.91)), wash, ((border - 3) / 3).clip(0, 1)[..., None])
    return wash


def _woodblock(scene: Scene, image: Image, banks: Banks, rng: Rng) -> Image:
    """Flat tones on warm paper with dark outlines."""
    flat = cv2.bilateralFilter(image, 5, 0.15, 3)
    levels, grey = int(rng.integers(4, 7)), luminance(flat)[..., None]
    flat = flat * (np.round(grey * levels) / levels + 0.02) / (grey + 0.02)
    outline = cv2.Laplacian(
        cv2.GaussianBlur(luminance(image).astype(np.float32), (0, 0), 0.8), -1, ksize=3
    )
    outline = (outline * 3.2 - 0.06).clip(0, 1)[..., None]
    return mix(
        mix(flat.clip(0, 1), rgb((0.90, 0.85, 0.72)), 0.16), rgb((0.08, 0.09, 0.18)), outline
    )


def _digital(scene: Scene, image: Image, banks: Banks, rng: Rng) -> Image:
    """A matte painting: bloom, contrast, vignette."""
    bright = cv2.GaussianBlur(
        cv2.resize((image - 0.6).clip(0, 1), (WIDTH // 2, HEIGHT // 2)), (0, 0), 4
    )
    bloomed = image + cv2.resize(bright, (WIDTH, HEIGHT)) * 0.8
    bloomed = bloomed - (0.5 - bloomed) * 0.10
    vignette = 1 - 0.8 * ((COLUMNS / WIDTH - 0.5) ** 2 + (ROWS / HEIGHT - 0.5) ** 2)
    return bloomed * vignette[..., None] * 1.06
