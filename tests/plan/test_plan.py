"""Plans: every parameter that can change a picture reaches a job, resolved for its frame."""

from dataclasses import fields, replace

import numpy as np
import pytest
from checks.diagnose import Folder
from schedule.schedules import prompt, schedule
from small_scripts import compiled

from discoscript.parameters import PARAMETERS, Mode
from discoscript.plan.plan import GROUP_OF, parameter_of, plan, skipped_steps, step_runs
from discoscript_engine.job import (
    Camera2D,
    Camera3D,
    Eyes,
    FromNoise,
    FromPerlin,
    FromPicture,
    FromPrevious,
    PicturePrompt,
    Prompt,
    StereoCamera,
    Symmetry,
)

#: Parameters that can change a picture and reach the job by another way than a field of their own.
RESOLVED = {
    "scene.size": "width and height",
    "scene.seed": "the first seed, plus the schedule's offsets",
    "scene.seed_step": "the schedule's offsets",
    "scene.mode": "which camera moves the frame, and the augmentations",
    "scene.frames": "how many jobs there are",
    "scene.duration": "how many jobs there are",
    "scene.images": "how many jobs there are",
    "scene.fps": "turns times into frames; the schedule holds frames",
    "scene.bpm": "turns times into frames; the schedule holds frames",
    "scene.beat_offset": "turns times into frames; the schedule holds frames",
    "coherence.frames_skip_steps": "diffusion.skip_steps of the frames after a start",
    "video.every": "which frames of the video there are",
    "video.flow_warp": "what a frame starts from",
    "init.every_frame": "what a frame starts from",
    "scene.vr": "whether a frame has eyes",
    "turbo.steps": "which frames are diffused, and mixes",
    "turbo.preroll": "which frames are diffused",
    "cutouts.preset": "the schedules of the cutouts",
    "camera.near": "has no effect in the reference either: it cancels out",
    "camera.far": "has no effect in the reference either: it cancels out",
}

FIELDS = {parameter_of(group, f.name) for group in GROUP_OF for f in fields(group)}
FIELDS -= {"coherence.camera", "scene.flow", "video.motion"}


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda p: p.key)
def test_a_parameter_reaches_the_job_exactly_if_it_can_change_pixels(row) -> None:
    assert row.pixels == (row.key in FIELDS or row.key in RESOLVED)


@pytest.mark.parametrize(
    ("mode", "name"),
    [(Mode.STILL, "still"), (Mode.D2, "moving"), (Mode.D3, "moving"), (Mode.VIDEO, "video")],
)
def test_cuts_are_augmented_as_the_mode_has_it(mode, name) -> None:
    frames = plan(schedule(mode=mode), 7, {}).frames
    assert {frame.job.augmentations for frame in frames} == {name}


def test_every_field_of_a_job_is_a_parameter() -> None:
    assert {p.key for p in PARAMETERS} >= FIELDS


def test_the_exceptions_are_parameters_without_a_field() -> None:
    assert {p.key for p in PARAMETERS if p.pixels} >= set(RESOLVED)
    assert not FIELDS & set(RESOLVED)


@pytest.mark.parametrize(
    ("mode", "depth", "weights", "mixed"),
    [
        (Mode.D3, "dpt_large", [1.0, 1.0, 1.0], False),
        (Mode.D3, "dpt_large", [1.0, 1.0, 0.9], True),
        (Mode.D3, "dpt_large", [0.3, 0.3, 0.3], True),
        (Mode.D3, "tiny", [1.0, 1.0, 1.0], True),  # its keys are as they were
        (Mode.D2, "dpt_large", [1.0, 1.0, 1.0], True),
    ],
)
def test_depths_are_mixed_where_a_frame_mixes_them(
    mode: Mode, depth: str, weights: list[float], mixed: bool
) -> None:
    values = {"depth__model": depth, "depth__midas_weight": weights}
    made = plan(schedule(frames=3, mode=mode, **values), 7, {})
    assert {f.job.models.mixed for f in made.frames} == {mixed}


def test_seeds_count_from_the_first_and_wrap() -> None:
    frames = plan(schedule(frames=3, seeds=[0, 1, 5]), 2**32 - 1, {}).frames
    assert [f.job.seed for f in frames] == [2**32 - 1, 0, 4]


def test_a_frame_follows_unless_it_starts_a_segment() -> None:
    made = plan(schedule(frames=5, starts=(0, 3)), 7, {})
    assert [f.follows for f in made.frames] == [False, True, True, False, True]
    assert [[f.index for f in s] for s in made.segments] == [[0, 1, 2], [3, 4]]
    assert isinstance(made.frames[3].job.start, FromNoise)


def test_a_part_begins_where_its_segment_does() -> None:
    made = plan(schedule(frames=9, starts=(0, 3, 7)), 7, {})
    parts = {(a, b): [f.index for f in made.part(a, b).frames] for a, b in [(4, 6), (0, 1), (6, 8)]}
    assert parts == {(4, 6): [3, 4, 5], (0, 1): [0], (6, 8): [3, 4, 5, 6, 7]}
    assert [[f.index for f in s] for s in made.part(6, 9).segments] == [[3, 4, 5, 6], [7, 8]]


@pytest.mark.parametrize(("mode", "camera"), [(Mode.D2, Camera2D), (Mode.D3, Camera3D)])
def test_the_mode_chooses_the_camera(mode: Mode, camera: type) -> None:
    start = plan(schedule(mode=mode), 7, {}).frames[1].job.start
    assert isinstance(start, FromPrevious) and type(start.camera) is camera


def test_each_frame_has_its_own_values() -> None:
    frames = plan(schedule(frames=3, camera__zoom=[1.0, 1.5, 2], diffusion__eta=[0, 0.5, 1]), 7, {})
    starts = [f.job.start for f in frames.frames[1:]]
    assert [s.camera.zoom for s in starts if isinstance(s, FromPrevious)] == [1.5, 2.0]
    assert [f.job.diffusion.eta for f in frames.frames] == [0.0, 0.5, 1.0]


def test_symmetry_is_part_of_a_job_only_where_something_is_mirrored() -> None:
    values = {"symmetry__vertical": [False, True, True], "symmetry__at": [(9.0,), (9.0, 50.0), ()]}
    frames = plan(schedule(frames=3, **values), 7, {}).frames
    assert [f.job.symmetry for f in frames] == [None, Symmetry(False, True, (9.0, 50.0)), None]


def test_a_scene_in_space_with_vr_has_eyes_on_every_frame() -> None:
    values = {"scene__vr": True, "vr__ipd": [5.0, 6, 7], "vr__eye_angle": 1, "camera__fov": 60}
    frames = plan(schedule(3, mode=Mode.D3, size=(96, 64), turbo__steps=2, **values), 7, {}).frames
    seen = [f.eyes for f in frames]
    camera = StereoCamera(1.0, 6.0, 60.0, "border", "bicubic", midas_weight=0.3)
    assert seen[1] == Eyes(192, 64, "tiny", camera)
    assert [eyes.camera.ipd for eyes in seen if eyes] == [5.0, 6.0, 7.0]


@pytest.mark.parametrize(("mode", "vr"), [(Mode.D3, False), (Mode.D2, True), (Mode.STILL, True)])
def test_without_vr_or_space_nothing_has_eyes(mode: Mode, vr: bool) -> None:
    assert {f.eyes for f in plan(schedule(mode=mode, scene__vr=vr), 7, {}).frames} == {None}


def test_whole_and_broken_numbers_give_equal_jobs() -> None:
    one = plan(schedule(guidance__tv_scale=1), 7, {})
    other = plan(schedule(guidance__tv_scale=1.0), 7, {})
    assert repr(one) == repr(other)


def test_a_start_picture_is_known_by_its_content() -> None:
    made = plan(schedule(frames=2, init__image=["a.png", None]), 7, {"a.png": "ef" * 32})
    assert made.frames[0].job.start == FromPicture("ef" * 32, 1000.0)


def test_perlin_noise_starts_segments_before_a_picture() -> None:
    values = {"init__perlin": ["color", "off", "gray", "off"], "init__image": "a.png"}
    made = plan(schedule(starts=(0, 2), init__scale=9, **values), 7, {"a.png": "ef" * 32})
    starts = [f.job.start for f in made.frames]
    assert [starts[0], starts[2]] == [FromPerlin("color", 9.0), FromPerlin("gray", 9.0)]
    assert [f.follows for f in made.frames] == [False, True, False, True]


def test_perlin_noise_on_every_frame_lets_no_frame_follow() -> None:
    values = {"init__perlin": ["color", "off", "off", "off"], "init__every_frame": True}
    made = plan(schedule(starts=(0, 2), coherence__frames_scale=55, **values), 7, {})
    assert made.frames[1].job.start == FromPerlin("color", 55.0)
    assert made.frames[1].job.diffusion.skip_steps == 3
    assert [f.follows for f in made.frames] == [False, False, False, True]
    assert isinstance(made.frames[2].job.start, FromNoise)


def test_prompts_that_do_not_pull_are_left_out() -> None:
    rows = [
        prompt("sea", [1.0, 0.5, 0.0], 3),
        prompt("calm", -0.5, 3),
        prompt("storm", [0.0, 2.0, 2.0], 3, [False, True, True]),
    ]
    frames = plan(schedule(frames=3, prompts=rows), 7, {}).frames
    assert frames[0].job.prompts == (Prompt("sea", 1.0), Prompt("calm", -0.5))
    assert frames[1].job.prompts == (Prompt("sea", 0.5), Prompt("calm", -0.5), Prompt("storm", 2.0))
    assert frames[2].job.prompts == (Prompt("calm", -0.5), Prompt("storm", 2.0))


def test_a_picture_that_is_a_prompt_is_known_by_its_content() -> None:
    rows = [prompt("sea", 1.0, 2), replace(prompt("a.png", [0.5, 0.0], 2), image=True)]
    frames = plan(schedule(frames=2, prompts=rows), 7, {"a.png": "ef" * 32}).frames
    assert frames[0].job.prompts == (Prompt("sea", 1.0), PicturePrompt("ef" * 32, 0.5))
    assert frames[1].job.prompts == (Prompt("sea", 1.0),)


@pytest.mark.parametrize(
    ("steps", "percent", "skipped"),
    [
        (250, 60, 150),
        (25, 60, 15),
        (100, 58, 58),
        (100, 29, 29),
        (10, 99, 9),
        (1, 60, 0),
        (3, 0, 0),
    ],
)
def test_after_a_start_a_share_of_the_steps_is_skipped(
    steps: int, percent: float, skipped: int
) -> None:
    made = plan(
        schedule(diffusion__steps=steps, coherence__frames_skip_steps=float(percent)), 7, {}
    )
    assert made.frames[1].job.diffusion.skip_steps == skipped


def test_one_step_is_always_left() -> None:
    row = {"diffusion.steps": 10, "diffusion.skip_steps": 50}
    assert skipped_steps(row, start=True) == 9


def test_progress_becomes_runs() -> None:
    assert step_runs(np.array([12.0] * 400 + [4.0] * 600)) == ((400, 12.0), (1000, 4.0))
    assert step_runs(np.zeros(1000)) == ((1000, 0.0),)


def test_the_jobs_are_hashable_values() -> None:
    assert len(set(plan(schedule(frames=4), 7, {}).frames)) == 4


def test_words_morph_into_a_picture() -> None:
    """Both pull while one fades into the other; the engine divides by the sum, which stays."""
    script = (
        'disco 1\nscene:\n    mode 2d\n    frames 48\nprompt "a beach" 2\n'
        'frame 24 morph 12: prompt image "wave.png" 2\n'
    )
    frames = plan(compiled(script, Folder({"wave.png": ""})), 7, {"wave.png": "ef" * 32}).frames
    wave = PicturePrompt("ef" * 32, 2.0)
    assert frames[23].job.prompts == (Prompt("a beach", 2.0),)
    assert frames[30].job.prompts == (Prompt("a beach", 1.0), replace(wave, weight=1.0))
    assert frames[36].job.prompts == (wave,)
