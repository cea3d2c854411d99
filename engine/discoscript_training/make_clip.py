"""Films a painted boat that crosses a painted sea: the input video of examples/regatta.disco.

    python -m discoscript_training.make_clip examples/footage/boat.mp4

The scene is one of the training world's; every frame is painted anew, by the same lot, with the
boat a little farther on.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .scene_generator import add_air, apply_palette, apply_style, paint_sea, paint_sky, place_object
from .scene_parts import Banks, make_banks
from .world import draw_spec

SEED = 3
FRAMES = 48
FPS = Fraction(24)

#: Where the boat is on the first and on the last frame, in widths of the picture.
COURSE = (0.25, 0.8)

WANTED = {
    "object": "sailboat", "time": "day", "palette": "natural", "style": "digital",
    "luminary": "sun", "clouds": "yes", "mist": "no", "waves": "no", "birds": "no",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    path = parser.parse_args().path
    from discoscript.video.video import encode

    banks = make_banks()
    path.parent.mkdir(parents=True, exist_ok=True)
    encode((frame(banks, place) for place in np.linspace(*COURSE, FRAMES)), path, FPS, crf=20)


def frame(banks: Banks, place: float) -> NDArray[np.uint8]:
    """The scene with the boat at `place`; uint8 RGB (96, 128, 3)."""
    rng = np.random.default_rng(SEED)
    spec = replace(draw_spec(rng, **WANTED), place=place)
    scene = paint_sky(spec, banks, rng)
    paint_sea(scene, banks, rng)
    place_object(scene, rng)
    add_air(scene, banks, rng)
    image = apply_style(scene, apply_palette(scene.image.clip(0, 1), spec.palette, rng), banks, rng)
    return (image.clip(0, 1) * 255 + 0.5).astype(np.uint8)


if __name__ == "__main__":
    main()
