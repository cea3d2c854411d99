"""Measure whether films of the embedded models hold together: part of `make judge`.

Two films of 48 frames, a 2D zoom and a 3D flight, each with and without `color_match mean`, are
rendered and measured as a user would: `discoscript render`, `discoscript drift`. Added are whether
the judge sees the asked object, frame by frame, and in the flight how far near and far things move.
Curves and frames go to docs/images: look at them.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor

from discoscript.frames import png
from discoscript_engine.images import to_tensor
from discoscript_engine.models.tiny import load_tiny_depth

from .sheets import write_sheet
from .train_judge import judged, load_judge
from .training import IMAGES, write_figures

Picture = NDArray[np.uint8]

FRAMES, SHOWN = 48, 8

#: How far apart the frames are that are laid over each other, and the largest shifts in pixels.
LAG, DOWN, ACROSS = 4, 8, 20

#: What is near and what is far, in the depths of `tiny` (0.5 to 2.6); pixels around a border of
#: both that are neither, and the row at which the ground begins.
NEAR, FAR, EDGE, GROUND = 1.45, 1.9, 6, 70

#: The object that must be seen, and the script.
FILMS = {
    "zoom": (
        "castle",
        """disco 1
scene "2D zoom":
    frames 48
    fps 12
    seed 3

prompt "a castle in a meadow on a sunny day, oil painting"
camera: zoom 1.01
""",
    ),
    "flight": (
        "castle",
        """disco 1
scene "3D flight":
    frames 48
    fps 12
    seed 3
    mode 3d

prompt "a castle in a meadow at sunset, oil painting"
camera:
    translate_x 2
    translate_z 2
""",
    ),
}
HELD = "coherence: color_match mean\n"


def main() -> None:
    figures: dict[str, dict[str, object]] = {}
    sheet: list[Picture] = []
    with TemporaryDirectory() as folder:
        for name, (thing, text) in FILMS.items():
            for label, script in {name: text, f"{name}-held": text + HELD}.items():
                path = Path(folder) / f"{label}.disco"
                path.write_text(script, encoding="utf-8")
                pictures = rendered(path)
                figures[label] = film_figures(path, pictures, thing)
                sheet += pictures[:: FRAMES // SHOWN]
    write_sheet(IMAGES / "coherence.jpg", sheet, SHOWN, 1, list(figures))
    write_figures("coherence", figures)


def rendered(script: Path) -> list[Picture]:
    """All frames of a script."""
    run("render", str(script), "-o", str(script.parent / script.stem), "--quiet")
    files = sorted((script.parent / script.stem / "frames").glob("*.png"))
    return [png.decode(file.read_bytes()) for file in files]


def film_figures(script: Path, pictures: list[Picture], thing: str) -> dict[str, object]:
    """What `drift` says of a film, where its object is seen, and how near and far things move."""
    drift = json.loads(run("drift", str(script), "--json"))
    run("drift", str(script), "-o", str(IMAGES / f"coherence-{script.stem}.png"))
    seen = judged(load_judge(), torch.cat([to_tensor(torch.from_numpy(p)) for p in pictures]))
    kept = {name: drift[name] for name in ("colors", "contrast", "saturation", "flicker")}
    near, far = parallax(pictures)
    return {
        "frames": len(pictures),
        "object_seen": round(float(np.mean([found == thing for found in seen["object"]])), 3),
        "near_pixels_a_frame": round(near, 2),
        "far_pixels_a_frame": round(far, 2),
        **kept,
    }


@torch.no_grad()
def parallax(pictures: list[Picture]) -> tuple[float, float]:
    """Pixels that near and far things move from frame to frame.

    They are laid over a later frame at every shift there is, and the shift that fits best over the
    whole film counts: what boils in place, and what is painted anew, fits nowhere. Frames in which
    nothing is near, or nothing far, count for the other alone.
    """
    depth_of = load_tiny_depth()
    misfit = torch.zeros(2, 2 * DOWN + 1, 2 * ACROSS + 1)
    for before, after in zip(pictures, pictures[LAG:], strict=False):
        masks = near_and_far(depth_of(to_tensor(torch.from_numpy(before))))
        errors = misfits(outlines(before), outlines(after), masks)
        misfit += (errors / errors.mean((1, 2), keepdim=True)).nan_to_num(0)
    near_shift, far_shift = (best_shift(each) / LAG for each in misfit)
    return near_shift, far_shift


def near_and_far(depth: Float[Tensor, "1 1 h w"]) -> Bool[Tensor, "2 h w"]:
    """Where all is near, and where all is far, with everything up to EDGE pixels around. The ground
    at the lower edge is neither: its grass and flowers are painted anew in every frame.
    """
    farthest = F.max_pool2d(depth, 2 * EDGE + 1, 1, EDGE)
    nearest = -F.max_pool2d(-depth, 2 * EDGE + 1, 1, EDGE)
    masks = torch.cat([farthest <= NEAR, nearest >= FAR])[:, 0]
    masks[0, GROUND:] = False
    return masks


def outlines(picture: Picture) -> Float[Tensor, "h w"]:
    """The brightness of what is smaller than a hill and larger than the network's blocks of 4
    pixels, whose edges stand still.
    """
    bright = to_tensor(torch.from_numpy(picture)).mean(1, keepdim=True)
    return (blurred(bright, 4) - blurred(bright, 17))[0, 0]


def blurred(x: Float[Tensor, "1 1 h w"], width: int) -> Float[Tensor, "1 1 h w"]:
    """Twice the mean of `width` pixels across and down: no pattern of that width is left."""
    before = (width - 1) // 2
    for _ in range(2):
        padded = F.pad(x, (before, width - 1 - before) * 2, mode="replicate")
        x = F.avg_pool2d(padded, width, 1)
    return x


def misfits(
    before: Float[Tensor, "h w"], after: Float[Tensor, "h w"], masks: Bool[Tensor, "n h w"]
) -> Float[Tensor, "n down across"]:
    """Mean squared error within each mask at every shift up to DOWN and ACROSS."""
    inside = (..., slice(DOWN, -DOWN), slice(ACROSS, -ACROSS))
    here, shares = before[inside], masks[inside].float()
    shifted = after.unfold(0, here.shape[0], 1).unfold(1, here.shape[1], 1)
    errors = (shifted - here).square()
    return torch.einsum("yxhw,nhw->nyx", errors, shares / shares.sum((1, 2), keepdim=True))


def best_shift(errors: Float[Tensor, "down across"]) -> float:
    """How many pixels long the shift is at which the errors are least."""
    down, across = divmod(int(errors.argmin()), errors.shape[1])
    return math.hypot(down - DOWN, across - ACROSS)


def run(*arguments: str) -> str:
    """What a command of DiscoScript prints."""
    command = [sys.executable, "-m", "discoscript", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
