"""What the frames of video mode start from, and what their keys depend on."""

import json
from pathlib import Path
from typing import Any

import pytest
from schedule.schedules import schedule

from discoscript.parameters import Mode
from discoscript.plan.footage import VideoInput
from discoscript.plan.plan import FramePlan, plan
from discoscript_engine.job import Carry, FromFlow, FromPicture, FromVideo, Motion

FRAMES = tuple(letter * 64 for letter in "abcdef")
SEEDS = Path(__file__).parents[1] / "parity" / "15_seeds.json"


def planned(frames: tuple[str, ...] = FRAMES, flow: str = "dis", **values: Any) -> FramePlan:
    """The plan of a scene in video mode."""
    made = schedule(frames=len(frames), mode=Mode.VIDEO, **values)
    return plan(made, 7, {"a.png": "9" * 64}, VideoInput(frames, flow))


def test_the_first_frame_starts_from_the_video_and_the_others_follow_its_motion() -> None:
    first, second, *_ = planned(video__flow_blend=[1.0, 0.8, 0.9, 1.0, 1.0, 1.0]).frames
    assert first.job.start == FromVideo(FRAMES[0], 1500.0) and not first.follows
    assert second.job.start == FromFlow(Motion(FRAMES[0], FRAMES[1], False), 0.8, 1500.0)
    assert second.follows


def test_without_the_warp_every_frame_starts_from_the_video_alone() -> None:
    made = planned(video__flow_warp=False, diffusion__skip_steps=1)
    assert [f.job.start for f in made.frames] == [FromVideo(name, 1500.0) for name in FRAMES]
    assert not any(f.follows for f in made.frames)
    assert {f.job.diffusion.skip_steps for f in made.frames} == {3}


def test_a_cut_starts_from_the_video_again() -> None:
    frames = planned(starts=(0, 3), diffusion__skip_steps=1).frames
    assert frames[3].job.start == FromVideo(FRAMES[3], 1500.0)
    assert [f.job.diffusion.skip_steps for f in frames] == [1, 3, 3, 1, 3, 3]
    assert [f.carry is None for f in frames] == [True, False, False, True, False, False]


def test_a_start_picture_comes_before_the_video() -> None:
    first, second, *_ = planned(init__image=["a.png", *[None] * 5]).frames
    assert first.job.start == FromPicture("9" * 64, 1000.0)
    assert isinstance(second.job.start, FromFlow)


def test_the_motion_is_checked_where_the_script_says_so() -> None:
    motion = planned(video__flow_check=True).frames[1].job.start.motion
    assert motion.checked


def test_the_output_is_blended_along_the_motion_whatever_the_frames_start_from() -> None:
    made = planned(size=(64, 48), video__flow_warp=False, output__blend=0.25)
    carry = made.frames[2].carry
    assert carry == Carry(64, 48, "dis", Motion(FRAMES[1], FRAMES[2], False), 0.25)


def test_the_flow_model_is_part_of_what_follows_the_motion_and_of_nothing_else() -> None:
    assert {f.job.models.flow for f in planned(flow="raft").frames} == {"raft"}
    alone = planned(flow="raft", video__flow_warp=False)
    assert {f.job.models.flow for f in alone.frames} == {None}


def test_one_changed_frame_of_the_video_changes_the_jobs_that_show_it() -> None:
    before, after = planned(), planned((*FRAMES[:3], "9" * 64, *FRAMES[4:]))
    pairs = zip(before.frames, after.frames, strict=True)
    assert [a.job == b.job for a, b in pairs] == [True, True, True, False, False, True]


def cases() -> list[dict[str, Any]]:
    """The recorded runs in video mode, each with its own settings."""
    recorded = json.loads(SEEDS.read_text())["cases"]
    return [case for case in recorded if case["animation_mode"] == "Video Input"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_seeds_and_skipped_steps_are_the_references(case: dict[str, Any]) -> None:
    """The reference counts its seeds in video mode from 1, here they are counted from 0 as in all
    other modes: its seed 1001 is ours 1000."""
    asked, recorded = case["settings"], case["frames"]
    continuous = asked.get("video_init_seed_continuity", False)
    count = len(recorded)
    made = schedule(
        frames=count,
        mode=Mode.VIDEO,
        seeds=[0] * count if continuous else list(range(count)),
        diffusion__steps=asked["video_init_steps"],
        diffusion__skip_steps=asked["video_init_skip_steps"],
        coherence__frames_skip_steps=float(asked["frames_skip_steps"].rstrip("%")),
        video__flow_blend=0.999,
        video__flow_warp=asked["video_init_flow_warp"],
    )
    names = tuple(f"{index:064}" for index in range(count))
    frames = plan(made, int(case["set_seed"]), {}, VideoInput(names, "dis")).frames
    first = 0 if continuous else 1
    for frame, run in zip(frames, recorded, strict=True):
        assert [frame.job.seed + first] == run["seeds_set"]
        (diffusion,) = run["diffusions"]
        assert diffusion["has_init"]
        assert frame.job.diffusion.skip_steps == diffusion["skip_timesteps"]
        follows = isinstance(frame.job.start, FromFlow)
        assert follows == ("flow_file" in run)
        if follows:
            assert frame.job.start.motion.before == names[int(run["flow_file"][:4]) - 1]
            assert frame.job.start.blend == run["blend"]
