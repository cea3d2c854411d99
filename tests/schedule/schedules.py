"""Schedules built by hand, for tests of what comes after the schedule."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from discoscript.parameters import Mode
from discoscript.schedule.schedule import PromptRow, Schedule
from discoscript.text.source import Span

FIXED: dict[str, Any] = {
    "scene.seed": 7,
    "scene.model": "tiny",
    "scene.model_file": None,
    "scene.secondary": False,
    "scene.checkpoint": True,
    "scene.clip": ("tiny",),
    "scene.vr": False,
    "init.every_frame": False,
    "turbo.preroll": 10,
    "save.intermediates": 0,
    "depth.model": "tiny",
    "video.flow_warp": True,
    "video.flow_check": False,
    "video.blend_mode": "none",
    "output.blend": 0.5,
    "output.video": True,
    "output.codec": "h264",
    "output.crf": 17,
    "output.preset": "slow",
}

MOVING: dict[str, Any] = {
    "diffusion.steps": 5,
    "diffusion.skip_steps": 0,
    "diffusion.eta": 0.8,
    "diffusion.sampler": "ddim",
    "diffusion.cutn_batches": 1,
    "diffusion.skip_augs": False,
    "diffusion.fuzzy_prompt": False,
    "diffusion.rand_mag": 0.05,
    "diffusion.randomize_class": True,
    "diffusion.clip_denoised": False,
    "guidance.clip_guidance_scale": 5000.0,
    "guidance.tv_scale": 0.0,
    "guidance.range_scale": 150.0,
    "guidance.sat_scale": 0.0,
    "guidance.clamp_grad": True,
    "guidance.clamp_max": 0.05,
    "init.image": None,
    "init.scale": 1000.0,
    "init.perlin": "off",
    "symmetry.horizontal": False,
    "symmetry.vertical": False,
    "symmetry.at": (9.0,),
    "camera.angle": 0.0,
    "camera.zoom": 1.0,
    "camera.edges": "wrap",
    "camera.translate_x": 0.0,
    "camera.translate_y": 0.0,
    "camera.translate_z": 0.0,
    "camera.rotate_x": 0.0,
    "camera.rotate_y": 0.0,
    "camera.rotate_z": 0.0,
    "camera.fov": 40.0,
    "camera.padding": "border",
    "camera.sampling": "bicubic",
    "depth.midas_weight": 0.3,
    "turbo.steps": 1,
    "coherence.color_match": "off",
    "coherence.color_strength": 1.0,
    "video.flow_blend": 0.999,
    "vr.eye_angle": 0.5,
    "vr.ipd": 5.0,
    "coherence.frames_scale": 1500.0,
    "coherence.frames_skip_steps": 60.0,
}

PROGRESS: dict[str, Any] = {
    "cutouts.overview": [12.0] * 400 + [4.0] * 600,
    "cutouts.inner": [4.0] * 400 + [12.0] * 600,
    "cutouts.ic_pow": [1.0] * 1000,
    "cutouts.icgray_p": [0.2] * 400 + [0.0] * 600,
}


def column(value: Any, frames: int) -> np.ndarray[Any, Any]:
    """`value` at every frame, or the list of values as it is."""
    values = value if isinstance(value, list) else [value] * frames
    if not any(v is None or isinstance(v, (str, tuple)) for v in values):
        return np.array(values)
    return np.fromiter(values, dtype=object, count=frames)


def prompt(text: str, weight: Any, frames: int, present: Sequence[bool] | None = None) -> PromptRow:
    """A prompt with a weight, or a weight for each frame."""
    here = [True] * frames if present is None else list(present)
    weights = column(weight, frames).astype(np.float64)
    return PromptRow(text, weights, np.array(here), Span(0, 0))


def schedule(
    frames: int = 4,
    starts: tuple[int, ...] = (0,),
    mode: Mode = Mode.D2,
    size: tuple[int, int] = (64, 64),
    prompts: Any = "a lighthouse",
    seeds: Sequence[int] | None = None,
    **values: Any,
) -> Schedule:
    """A schedule. `values` are parameters with `__` for the dot (`camera__zoom=1.02`): one value,
    or a list with one for each frame. `prompts` is a text, or a list with one for each frame."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    moving = {k: column(given.get(k, v), frames) for k, v in MOVING.items()}
    progress = {k: np.array(given.get(k, v), dtype=np.float64) for k, v in PROGRESS.items()}
    return Schedule(
        frames=frames,
        fps=Fraction(12),
        mode=mode,
        size=size,
        fixed={**FIXED, **{k: v for k, v in given.items() if k not in MOVING | PROGRESS}},
        frames_of=moving,
        progress=progress,
        prompts=_rows(prompts, frames),
        starts=starts,
        seeds=np.array(seeds if seeds is not None else range(frames), dtype=np.int64),
        sources={},
        origins={},
        seeded=np.zeros(frames, dtype=bool),
        shots=(),
    )


def _rows(prompts: Any, frames: int) -> tuple[PromptRow, ...]:
    if isinstance(prompts, str):
        return (prompt(prompts, 1.0, frames),)
    if isinstance(prompts[0], PromptRow):
        return tuple(prompts)
    texts = dict.fromkeys(prompts)
    return tuple(prompt(t, 1.0, frames, [p == t for p in prompts]) for t in texts)
