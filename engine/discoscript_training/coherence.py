"""Measure whether films of the embedded models hold together: part of `make judge`.

Two films of 48 frames, a 2D zoom and a 3D flight, each with and without `color_match mean`, are
rendered and measured as a user would: `discoscript render`, `discoscript drift`. Added are whether
the judge sees the asked object, frame by frame, and in the flight how far near and far things move.
Curves and frames go to docs/images: look at them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray

from discoscript.frames import png
from discoscript_engine.images import to_tensor
from discoscript_engine.models.tiny import load_tiny_depth
from discoscript_engine.motion.flow import dis_flow

from .sheets import write_sheet
from .train_judge import judged, load_judge
from .training import IMAGES, write_figures

Picture = NDArray[np.uint8]

FRAMES, SHOWN = 48, 8

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
        "lighthouse",
        """disco 1
scene "3D flight":
    frames 48
    fps 12
    seed 17
    mode 3d

prompt "a lighthouse by the sea at sunset, oil painting"
camera:
    translate_x 1.5
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
    """Pixels that the nearest and the farthest third of the picture move from frame to frame, as
    a whole: what boils in place does not count."""
    depth_of = load_tiny_depth()
    moved: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for before, after in pairwise(pictures):
        first, second = (torch.from_numpy(picture) for picture in (before, after))
        flow, depth = dis_flow(first, second), depth_of(to_tensor(first))[0, 0]
        near, far = depth <= depth.quantile(1 / 3), depth >= depth.quantile(2 / 3)
        moved.append((flow[near].mean(0).numpy(), flow[far].mean(0).numpy()))
    near_moves, far_moves = np.linalg.norm(np.mean(moved, 0), axis=-1)
    return float(near_moves), float(far_moves)


def run(*arguments: str) -> str:
    """What a command of DiscoScript prints."""
    command = [sys.executable, "-m", "discoscript", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
