"""Turbo against parity 05: which frames, which shares, and animations with a stand-in sampler."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from frames.disks import QuickDisk
from parity import load
from schedule.schedules import schedule
from torch.nn.functional import avg_pool2d

from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.frames import render_frames
from discoscript.frames.store import Store
from discoscript.parameters import Mode
from discoscript.plan.plan import plan
from discoscript_engine.identity import Identity
from discoscript_engine.images import to_picture, to_tensor
from discoscript_engine.motion.warp import warp3d

CASES, ARRAYS = load("05_turbo")
WHOLE = [c for c in CASES["tables"] if c["resume_at"] is None and not c["error"] and c["frames"]]
by_name = {"ids": lambda case: case["name"]}
NAMES = {"translation": "camera.translate", "rotation_3d": "camera.rotate"}


def steps_of(case):
    return int(case["turbo_steps"]) if case["turbo_mode"] else 1


def planned(case, **values):
    """The plan of a recorded run."""
    given = {"turbo__steps": steps_of(case), "turbo__preroll": case["turbo_preroll"], **values}
    return plan(schedule(frames=case["max_frames"], mode=Mode.D3, **given), 1000, {})


@pytest.mark.parametrize("case", WHOLE, **by_name)
def test_the_frames_and_shares_are_the_references(case):
    for frame, recorded in zip(planned(case).frames, case["frames"], strict=True):
        assert (frame.steps > 0) == (recorded["action"] == "diffuse")
        blend = recorded.get("blend", {"new_factor": 1.0})
        share = frame.turbo.share if frame.turbo else 1.0
        assert share == pytest.approx(blend["new_factor"], abs=1e-12)


class StandIn:
    """A renderer that makes of each picture what the recording's stand-ins make of it."""

    def __init__(self, first):
        self.first = first

    def identity(self, models):
        return Identity("stand-in", "any machine", ())

    def render(self, job, previous, assets, on_step):
        if previous is None:
            return to_picture(to_tensor(torch.from_numpy(self.first))).numpy()
        start = to_tensor(torch.from_numpy(self._moved(previous, job.start.camera)))
        wave = torch.cos(2 * torch.pi * (torch.arange(job.width) + 0.5) / job.width)
        channel = torch.tensor([-1, 0, 1])[:, None, None]
        return to_picture(0.97 * torch.sin(1.3 * start) + 0.05 * wave + 0.02 * channel).numpy()

    def move(self, move, picture):
        return self._moved(picture, move.camera)

    def _moved(self, picture, camera):
        image = torch.from_numpy(np.array(picture))
        gray = image.float().mean(dim=-1)[None, None] / 255
        raw = 8 + 20 * avg_pool2d(gray, 5, 1, 2, count_include_pad=False)[0, 0]
        return warp3d(image, (50 - raw) / 19, camera).numpy()


def cameras(case):
    """The recorded camera's key frames as values: straight lines between keys. A key beyond the
    end counts as one on the last frame, as in the reference."""
    values = {}
    for name, keys in case["camera"].items():
        pairs = [key.split(":") for key in keys.split(",")]
        at = [min(int(frame), case["max_frames"] - 1) for frame, _ in pairs]
        numbers = [float(value.strip(" ()")) for _, value in pairs]
        group, _, axis = name.rpartition("_")
        key = f"{NAMES[group]}_{axis}".replace(".", "__")
        values[key] = np.interp(np.arange(case["max_frames"]), at, numbers).tolist()
    return values


def pictures(case, folder, renderer, frames=None):
    """The shown pictures of a recorded run, made here."""
    size = case["width"], case["height"]
    whole = planned(case, size=size, depth__midas_weight=1.0, **cameras(case))
    part = replace(whole, frames=whole.frames[:frames])
    store = Store(folder, QuickDisk())
    records = render_frames(part, renderer, store, Events()).records
    return np.stack([png.decode(store.read(record.digest)) for record in records])


def near(found, expected):
    apart = np.abs(found.astype(int) - expected.astype(int))
    assert apart.max() <= 8 and apart.mean() <= 0.02


@pytest.mark.parametrize("name", ["seq_turbo", "seq_plain", "seq_vr"])
def test_an_animation_is_the_references(name, tmp_path: Path):
    case = next(c for c in CASES["sequences"] if c["name"] == name)
    near(pictures(case, tmp_path, StandIn(ARRAYS[f"{name}__first"])), ARRAYS[f"{name}__frames"])


@pytest.mark.parametrize("name", ["seq_resume_skip", "seq_resume_diff"])
def test_a_resumed_animation_is_the_references_uninterrupted_one(name, tmp_path: Path):
    """The reference's own resumed run differs from it, which is a fault."""
    case = next(c for c in CASES["sequences"] if c["name"] == name)
    renderer, resume = StandIn(ARRAYS[f"{name}__first"]), case["resume_at"]
    pictures(case, tmp_path, renderer, resume)
    found = pictures(case, tmp_path, renderer)
    near(found[:resume], ARRAYS[f"{name}__frames_before_resume"])
    near(found[resume:], ARRAYS[f"{name}__frames_if_not_interrupted"])
