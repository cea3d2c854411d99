"""Frames that follow the motion of a video: against parity 17, and what is measured how often."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from frames.disks import QuickDisk
from jobs import job, networks
from parity import load
from schedule.schedules import schedule
from torch import Tensor

from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.frames import render_frames
from discoscript.frames.store import Store
from discoscript.parameters import Mode
from discoscript.plan.footage import VideoInput
from discoscript.plan.plan import plan
from discoscript_engine.frame import render_frame, start_picture
from discoscript_engine.identity import Identity
from discoscript_engine.images import to_picture, to_tensor
from discoscript_engine.job import FromFlow, FromVideo, Motion
from discoscript_engine.motion import footage as module
from discoscript_engine.motion.flow import dis_flow
from discoscript_engine.motion.footage import Motions, carried, video_frames

CASES, ARRAYS = load("17_video")
CPU = torch.device("cpu")
Frame = Tensor


def picture(level: int, height: int = 8, width: int = 12) -> Tensor:
    return torch.full((height, width, 3), level, dtype=torch.uint8)


def counting(measured: list[tuple[int, int]]) -> Callable[[Frame, Frame], Tensor]:
    """A flow that says of which pair it was asked: one pixel to the left, whatever it is given."""

    def flow(previous: Frame, following: Frame) -> Tensor:
        measured.append((int(previous[0, 0, 0]), int(following[0, 0, 0])))
        back = torch.zeros(*previous.shape[:2], 2)
        back[..., 0] = -1
        return back

    return flow


def level(name: str) -> Tensor:
    """The frame that is called `120`: grey, of that level."""
    return picture(int(name))


# ───────────── parity ─────────────


class StandIn:
    """A renderer that makes of each start picture what the recording's stand-in sampler makes."""

    def __init__(self, names: tuple[str, ...], flows: Any) -> None:
        self.flows = dict(zip(pairwise(names), torch.from_numpy(flows), strict=True))

    def identity(self, models: Any) -> Identity:
        return Identity("stand-in", "any machine", ())

    def render(self, job: Any, previous: Any, assets: Any, on_step: Any) -> Any:
        frame_of = video_frames(assets, job.width, job.height, CPU)
        if isinstance(job.start, FromFlow):
            pair = job.start.motion.before, job.start.motion.frame
            motions = Motions(lambda previous, following: self.flows[pair])
            before = torch.from_numpy(np.array(previous))
            shown = frame_of(job.start.motion.frame)
            start = carried(before, shown, job.start.motion, job.start.blend, motions, frame_of)
        else:
            start = frame_of(job.start.frame)
        wave = torch.cos(2 * torch.pi * (torch.arange(job.width) + 0.5) / job.width)
        channel = torch.tensor([-1, 0, 1])[:, None, None]
        drawn = 0.97 * torch.sin(1.3 * to_tensor(start)) + 0.05 * wave + 0.02 * channel
        return to_picture(drawn).numpy()


@pytest.mark.parametrize("case", CASES["sequences"], ids=lambda case: case["id"])
def test_a_video_is_carried_along_as_in_the_reference(case: dict[str, Any], tmp_path: Path) -> None:
    frames = ARRAYS[f"{case['id']}__video_frames_decoded"]
    names = tuple(f"{index:064}" for index in range(len(frames)))
    made = plan(
        schedule(
            frames=case["frames"],
            mode=Mode.VIDEO,
            size=(frames.shape[2], frames.shape[1]),
            diffusion__steps=case["video_init_steps"],
            diffusion__skip_steps=case["video_init_skip_steps"],
            coherence__frames_skip_steps=float(case["frames_skip_steps"].rstrip("%")),
            video__flow_blend=case["video_init_flow_blend"],
            video__flow_warp=case["video_init_flow_warp"],
        ),
        case["set_seed"],
        {},
        VideoInput(names, "dis"),
    )
    for frame, row in zip(made.frames, case["rows"], strict=True):
        assert frame.job.seed + 1 == row["seed"]["seed"]  # counted from 0, as in other modes
        assert frame.job.diffusion.skip_steps == row["diffuse"]["skip_timesteps"]
    assets = dict(zip(names, (frame.tobytes() for frame in frames), strict=True))
    renderer, store = StandIn(names, ARRAYS[f"{case['id']}__flows"]), Store(tmp_path, QuickDisk())
    records = render_frames(made, renderer, store, Events(), assets).records
    found = np.stack([png.decode(store.read(record.digest)) for record in records])
    apart = np.abs(found.astype(int) - ARRAYS[f"{case['id']}__frames"].astype(int))
    assert apart.max() <= 10 and apart.mean() <= 0.6


# ───────────── how often, and how much is kept ─────────────


def test_the_motion_of_a_pair_is_measured_once() -> None:
    measured: list[tuple[int, int]] = []
    motions = Motions(counting(measured))
    for _ in range(2):
        flow, trusted = motions.between(Motion("10", "20", False), level)
        assert trusted is None and (flow[..., 0] == -1).all()
    assert measured == [(10, 20)]


def test_a_checked_pair_is_measured_both_ways_once() -> None:
    measured: list[tuple[int, int]] = []
    motions = Motions(counting(measured))
    for _ in range(2):
        _, trusted = motions.between(Motion("10", "20", True), level)
        assert trusted is not None and not trusted.any()  # back is not the way there
    assert measured == [(10, 20), (20, 10)]


def test_what_was_measured_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3 * picture(0)[..., :2].numel() * 4)
    measured: list[tuple[int, int]] = []
    motions = Motions(counting(measured))
    for before in (10, 20, 30, 40, 40, 10):
        motions.between(Motion(str(before), "200", False), level)
    assert measured == [(10, 200), (20, 200), (30, 200), (40, 200), (10, 200)]


# ───────────── start pictures ─────────────

BEFORE, AFTER = "100", "60"
ASSETS = {name: picture(int(name), 32, 48).numpy().tobytes() for name in (BEFORE, AFTER)}


def started(start: FromVideo | FromFlow, flow: Any = dis_flow) -> Tensor:
    """The start picture in levels, where the frame before is all 200."""
    measuring = replace(networks(), motions=Motions(flow))
    found = start_picture(job(start=start), picture(200, 32, 48), ASSETS, measuring, CPU)
    assert found is not None
    return (found[0, 0] + 1) * 127.5


def test_a_frame_from_the_video_starts_as_it_is() -> None:
    assert torch.allclose(started(FromVideo(AFTER, 1000.0)), torch.tensor(60.0), atol=1e-3)


@pytest.mark.parametrize(("blend", "expected"), [(0.0, 60), (0.25, 95), (1.0, 200)])
def test_blend_is_the_share_of_the_frame_before(blend: float, expected: int) -> None:
    found = started(FromFlow(Motion(BEFORE, AFTER, False), blend, 1000.0))
    assert torch.allclose(found[8:-8, 8:-8], torch.tensor(float(expected)), atol=1.0)


def test_where_the_motion_is_not_trusted_the_video_shows_through() -> None:
    apart: list[tuple[int, int]] = []
    checked = started(FromFlow(Motion(BEFORE, AFTER, True), 1.0, 1000.0), counting(apart))
    assert torch.allclose(checked, torch.tensor(60.0), atol=1e-3)
    trusting = started(FromFlow(Motion(BEFORE, AFTER, False), 1.0, 1000.0), counting(apart))
    assert torch.allclose(
        trusting[:, 1:], torch.tensor(200.0), atol=1.001
    )  # cut off, as in the reference


def test_a_frame_is_held_to_what_it_starts_from() -> None:
    def rendered(scale: float) -> Tensor:
        wanted = job(start=FromVideo(AFTER, scale), skip_steps=2, clip_guidance_scale=0.0,
                     clamp_max=10.0)  # fmt: skip
        found = render_frame(wanted, None, ASSETS, networks(), {}, CPU, lambda *step: None)
        return (found.float() - 60).abs().mean()

    assert rendered(1000.0) < rendered(0.0)
