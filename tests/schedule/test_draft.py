"""Drafts: the same moves and words, with the embedded models, fewer pixels and fewer steps."""

import numpy as np
import pytest
from schedule.schedules import schedule

from discoscript.parameters import BY_KEY, Mode
from discoscript.plan.plan import plan
from discoscript.schedule.draft import MODELS, STEPS, draft
from discoscript_engine.job import FromPrevious


def test_a_draft_has_few_steps_and_skips_the_same_share() -> None:
    made = draft(schedule(diffusion__steps=250, diffusion__skip_steps=50))
    first, second = (f.job.diffusion for f in plan(made, 7, {}).frames[:2])
    assert (first.steps, first.skip_steps) == (STEPS, 2)
    assert (second.steps, second.skip_steps) == (STEPS, 6)


def test_a_short_render_is_not_made_longer() -> None:
    made = plan(draft(schedule(diffusion__steps=4)), 7, {})
    assert made.frames[0].job.diffusion.steps == 4


@pytest.mark.parametrize(
    ("size", "small"),
    [((1280, 768), (144, 80)), ((512, 512), (112, 112)), ((64, 64), (64, 64)),
     ((4096, 64), (880, 32))],
)  # fmt: skip
def test_a_draft_keeps_the_shape(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert draft(schedule(size=size)).size == small


def test_pixels_of_the_2d_camera_shrink_with_the_picture() -> None:
    made = draft(schedule(size=(1280, 768), camera__translate_x=64.0, camera__zoom=1.1))
    start = plan(made, 7, {}).frames[1].job.start
    assert isinstance(start, FromPrevious)
    assert start.camera.translate_x == pytest.approx(64 * 144 / 1280)
    assert start.camera.zoom == 1.1


def test_units_of_the_3d_camera_do_not() -> None:
    made = draft(schedule(size=(1280, 768), mode=Mode.D3, camera__translate_x=64.0))
    assert np.all(made.frames_of["camera.translate_x"] == 64.0)


def test_the_cutouts_are_those_of_the_embedded_model() -> None:
    made = draft(schedule())
    assert made.progress["cutouts.overview"].shape == (1000,)
    assert np.all(made.progress["cutouts.overview"] == 3)


def test_what_a_draft_sets_exists() -> None:
    assert set(MODELS) <= set(BY_KEY)
