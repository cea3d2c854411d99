"""Schedule -> the same in a hurry: the embedded models, a small picture, few steps.

A draft has frame keys of its own, because its jobs are different: it neither takes frames from
the full render nor leaves any to it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from discoscript.parameters import Mode, Resolved
from discoscript.schedule.schedule import Schedule
from discoscript_engine.model_table import DEFAULT, by_name

STEPS = 10  #: diffusion steps of a draft, at most

#: What a script must be compiled with: the embedded models, whatever it says.
MODELS: Mapping[str, Resolved] = {
    "scene.model": DEFAULT,
    "scene.model_file": None,
    "scene.secondary": False,
    "scene.clip": (DEFAULT,),
    "depth.model": DEFAULT,
}


def draft(schedule: Schedule) -> Schedule:
    """A schedule that was compiled with `MODELS`, with what they want and at most `STEPS` steps."""
    row = by_name("diffusion", DEFAULT)
    wanted: Mapping[str, Any] = row.defaults
    size = _size(schedule.size, wanted["scene.size"], row.size_multiple, row.size_minimum)
    constant = {k: np.full(schedule.frames, v) for k, v in wanted.items() if k in MODEL_SET}
    return replace(
        schedule,
        size=size,
        frames_of={**schedule.frames_of, **constant, **_steps(schedule), **_moves(schedule, size)},
        progress={**schedule.progress, **_progress(wanted)},
    )


def _steps(schedule: Schedule) -> dict[str, Any]:
    """Fewer steps, and the same share of them skipped where a segment starts."""
    steps = schedule.frames_of["diffusion.steps"].astype(np.int64)
    skipped = schedule.frames_of["diffusion.skip_steps"].astype(np.int64)
    fewer = np.minimum(steps, STEPS)
    return {"diffusion.steps": fewer, "diffusion.skip_steps": skipped * fewer // steps}


def _moves(schedule: Schedule, size: tuple[int, int]) -> dict[str, Any]:
    """The 2D camera moves by pixels: fewer of them where the picture has fewer."""
    if schedule.mode is not Mode.D2:
        return {}
    scales = [new / old for new, old in zip(size, schedule.size, strict=True)]
    axes = zip(("camera.translate_x", "camera.translate_y"), scales, strict=True)
    return {key: schedule.frames_of[key].astype(np.float64) * scale for key, scale in axes}


#: What belongs to a model and not to the script's idea.
MODEL_SET = frozenset({"diffusion.cutn_batches", "guidance.clamp_max"})


def _progress(wanted: Mapping[str, Any]) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """The model's own cutouts, at each of the 1000 steps."""
    return {
        key: np.concatenate(
            [np.full(end - start, value) for start, end, value in _stretches(runs)]
        ).astype(np.float64)
        for key, runs in wanted.items()
        if key.startswith("cutouts.")
    }


def _stretches(runs: tuple[tuple[int, float], ...]) -> list[tuple[int, int, float]]:
    starts = [0, *(end for end, _ in runs)]
    return [(start, end, value) for start, (end, value) in zip(starts, runs, strict=False)]


def _size(
    size: tuple[int, int], wanted: tuple[int, int], multiple: int, least: int
) -> tuple[int, int]:
    """The shape of `size` with about as many pixels as `wanted`, if it has more."""
    scale = min(1.0, (wanted[0] * wanted[1] / (size[0] * size[1])) ** 0.5)
    width, height = (max(least, round(side * scale / multiple) * multiple) for side in size)
    return width, height
