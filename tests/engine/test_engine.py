"""The engine with the embedded models. The weights are part of the package: without them these
tests fail."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from jobs import FORWARD, TURN, job

from discoscript_engine import engine as module
from discoscript_engine.engine import Engine
from discoscript_engine.job import Eyes, FromPrevious, Move, StereoCamera
from discoscript_engine.motion.warp import warp2d
from discoscript_engine.weights import FOLDER_VARIABLE, ModelMissing

SMALL = job(width=64, height=48, steps=4)

IN_SPACE = replace(SMALL.models, depth="tiny")


def silent(done, total, seen):
    pass


@pytest.fixture(scope="module")
def engine():
    return Engine("cpu")


@pytest.fixture(scope="module")
def first(engine):
    return engine.render(SMALL, None, {}, silent)


def test_a_picture_has_the_size_asked_for(first):
    assert first.shape == (48, 64, 3)
    assert first.dtype == np.uint8
    assert first.std() > 10


def test_the_same_job_gives_the_same_bytes_from_another_engine(first):
    assert np.array_equal(Engine("cpu").render(SMALL, None, {}, silent), first)


def rendered(engine, **changed):
    """A picture as numbers that can be subtracted."""
    changed_job = job(width=64, height=48, steps=4, **changed)
    return engine.render(changed_job, None, {}, silent).astype(np.int16)


def test_plms_makes_another_picture_and_adds_no_fresh_noise(engine, first):
    plain, other = (rendered(engine, sampler="plms", eta=eta) for eta in (0.0, 0.8))
    assert np.abs(plain - first).mean() > 1
    assert np.array_equal(plain, other)


def test_fuzzy_prompts_lead_further_astray_the_larger_their_noise(engine, first):
    none, little, much = (
        np.abs(rendered(engine, fuzzy_prompt=True, rand_mag=noise) - first).mean()
        for noise in (0.0, 0.05, 1.0)
    )
    assert none < 0.1 < little < much


def test_the_number_of_threads_does_not_matter(engine, first):
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        again = engine.render(SMALL, None, {}, silent)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert np.array_equal(again, first)


def test_another_process_gives_the_same_bytes(first):
    program = (
        "import hashlib; from test_engine import *; "
        "print(hashlib.sha256(Engine('cpu').render(SMALL, None, {}, silent)).hexdigest())"
    )
    here = Path(__file__).parent
    path = f"import sys; sys.path[:0] = [{str(here)!r}, {str(here.parents[1] / 'engine')!r}]; "
    command = [sys.executable, "-c", path + program]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == hashlib.sha256(first).hexdigest()


@pytest.mark.parametrize("camera", [TURN, FORWARD], ids=["in the plane", "in space"])
def test_the_next_frame_is_the_one_before_moved_and_painted_on(engine, first, camera):
    following = replace(
        job(steps=25, skip_steps=23, clip_guidance_scale=0.0),
        width=64,
        height=48,
        models=IN_SPACE if camera is FORWARD else SMALL.models,
        start=FromPrevious(camera, 1000.0),
    )
    before = blurred(first)
    picture = engine.render(following, before, {}, silent)
    assert np.array_equal(engine.render(following, before, {}, silent), picture)
    if camera is TURN:
        moved = warp2d(torch.from_numpy(before), camera).numpy().astype(float)
        assert np.abs(picture - moved).mean() < np.abs(picture - before.astype(float)).mean()


def blurred(picture):
    image = torch.from_numpy(picture).permute(2, 0, 1).float()
    image = torch.nn.functional.avg_pool2d(image, 5, 1, 2, count_include_pad=False)
    return image.permute(1, 2, 0).to(torch.uint8).numpy()


def test_the_given_picture_is_left_alone(engine, first):
    before = first.copy()
    before.flags.writeable = False
    engine.render(replace(SMALL, start=FromPrevious(TURN, 0.0)), before, {}, silent)
    assert np.array_equal(before, first)


def test_models_that_are_not_here_are_named(engine, tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    large = replace(SMALL.models, diffusion="512x512_diffusion_uncond_finetune_008100")
    ahead = replace(SMALL.models, secondary=True)
    openai = replace(SMALL.models, clip=("ViTB32",))
    for models, name in ((large, large.diffusion), (ahead, "secondary"), (openai, "ViTB32")):
        with pytest.raises(ModelMissing, match=name):
            engine.render(replace(SMALL, models=models), None, {}, silent)


def test_identity_names_every_model(engine):
    found = engine.identity(IN_SPACE)
    assert found.epoch.startswith("engine ")
    assert [name for name, _ in found.models] == ["diffusion tiny", "clip tiny", "depth tiny"]


def test_a_picture_is_moved_as_a_job_that_starts_from_it_sees_it(engine):
    before = (np.arange(64 * 96 * 3) % 251).astype(np.uint8).reshape(64, 96, 3)
    move = Move(96, 64, "tiny", FORWARD)
    found = engine.move(move, before)
    assert np.array_equal(found, engine.move(move, before)) and not np.array_equal(found, before)
    still = replace(FORWARD, translate_z=0.0, rotate_y=0.0)
    assert np.array_equal(engine.move(replace(move, camera=still), before), before)


@pytest.mark.parametrize("sampler", ["ddim", "plms"])
def test_a_checkpoint_changes_no_byte(engine, sampler):
    """The guidance goes through the network that paints."""
    kept = job(width=64, height=48, steps=3, sampler=sampler)
    again = replace(kept, checkpoint=True)
    assert np.array_equal(*(engine.render(each, None, {}, silent) for each in (kept, again)))


def test_the_eyes_and_the_next_frame_share_the_depth_of_a_picture(first, monkeypatch):
    """And its bits are those that an engine finds which sees the picture for the first time."""
    ordinary, asked = module.load_depth, []

    def counting(name, device):
        estimate = ordinary(name, device)

        def counted(image, midas_weight):
            asked.append(midas_weight)
            return estimate(image, midas_weight)

        return counted

    monkeypatch.setattr(module, "load_depth", counting)
    eyes = Eyes(128, 48, "tiny", StereoCamera(0.5, 5.0, 40.0, "border", "bicubic", 0.3))
    follower = replace(SMALL, models=IN_SPACE, start=FromPrevious(FORWARD, 0.0))
    move = Move(64, 48, "tiny", FORWARD)
    one = Engine("cpu")
    one.eyes(eyes, first)
    painted = one.render(follower, first, {}, silent)
    shifted = one.move(move, first)
    assert asked == [0.3]
    assert np.array_equal(Engine("cpu").render(follower, first, {}, silent), painted)
    assert np.array_equal(Engine("cpu").move(move, first), shifted)
    assert len(asked) == 3
    one.move(move, painted)
    assert len(asked) == 4
