"""Eye views: the reference's pictures, and what must hold for every pair of eyes."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from parity import load

from discoscript_engine.engine import Engine
from discoscript_engine.frame import seen_by_eyes
from discoscript_engine.job import Eyes, StereoCamera
from discoscript_engine.motion.camera import eyes, pose
from discoscript_engine.motion.eyes import barrel_grid, bent, eye_view, eye_views
from discoscript_engine.motion.warp import sample, sampling_grid

PARAMETERS, ARRAYS = load("04_vr")
CASES = PARAMETERS["cases"]
#: With `nearest`, a position between two pixels may fall to either: only the bytes are compared.
SMOOTH_CASES = [case for case in CASES if case["sampling_mode"] != "nearest"]

by_id = {"ids": lambda case: case["id"]}
each_side = pytest.mark.parametrize("side", ["l", "r"])

CAMERA = StereoCamera(0.5, 5.0, 40.0, "border", "bicubic", midas_weight=1.0)
STRAIGHT = replace(CAMERA, eye_angle=0.0)


def camera_of(case) -> StereoCamera:
    numbers = (float(case[name]) for name in ("vr_eye_angle", "vr_ipd", "fov"))
    return StereoCamera(*numbers, case["padding_mode"], case["sampling_mode"], midas_weight=1.0)


def eye_of(case, side):
    return eyes(camera_of(case))["lr".index(side)]


def array(case, name) -> torch.Tensor:
    return torch.from_numpy(ARRAYS[f"{case['id']}_{name}"])


def depth_of(case) -> torch.Tensor:
    return (50 - array(case, "midas_raw")) / 19


def picture(height: int = 24, width: int = 32) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (height, width, 3), dtype=torch.uint8, generator=generator)


def halves(both: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return both[:, : both.shape[1] // 2], both[:, both.shape[1] // 2 :]


@each_side
@pytest.mark.parametrize("case", CASES, **by_id)
def test_an_eye_stands_and_looks_where_the_references_does(case, side):
    move = pose(eye_of(case, side))
    name = {"l": "left", "r": "right"}[side]
    assert move.translation == pytest.approx(case[f"translate_xyz_{name}"], abs=1e-9)
    assert np.allclose(move.rotation, array(case, f"{side}_rot"), atol=1e-6)


@each_side
@pytest.mark.parametrize("case", CASES, **by_id)
def test_the_sampling_grid_is_the_references(case, side):
    grid = sampling_grid(depth_of(case), eye_of(case, side))
    assert (grid - array(case, f"{side}_grid")).abs().max() <= 1e-5


@pytest.mark.parametrize("case", CASES, **by_id)
def test_the_barrel_is_the_references(case):
    grid = barrel_grid(case["height"], case["width"], torch.device("cpu"))
    assert (grid - array(case, "spherical_grid")).abs().max() <= 1e-5


@each_side
@pytest.mark.parametrize("case", SMOOTH_CASES, **by_id)
def test_a_view_in_fractions_is_the_references(case, side):
    grid, image = array(case, f"{side}_grid"), array(case, "image")
    seen = sample(image, grid, case["padding_mode"], case["sampling_mode"], end_to_end=True)
    assert (bent(seen) - array(case, f"{side}_float_q14") / 16384).abs().max() <= 2e-4


@each_side
@pytest.mark.parametrize("case", CASES, **by_id)
def test_a_view_is_the_references(case, side):
    view = eye_view(array(case, "image"), depth_of(case), eye_of(case, side))
    apart = (view.int() - array(case, f"{side}_u8").int()).abs()
    if case["sampling_mode"] == "nearest":
        assert (apart > 0).float().mean() <= 0.002
    else:
        assert apart.max() <= 1
        assert (apart > 0).float().mean() <= 0.005


@each_side
def test_the_left_eye_lies_left(side):
    case = CASES[0]
    both = eye_views(array(case, "image"), depth_of(case), camera_of(case))
    assert torch.equal(
        halves(both)["lr".index(side)],
        eye_view(array(case, "image"), depth_of(case), eye_of(case, side)),
    )


def test_eyes_in_one_place_see_the_same():
    left, right = halves(eye_views(picture(), torch.ones(24, 32), replace(STRAIGHT, ipd=0.0)))
    assert torch.equal(left, right)


def test_what_is_near_lies_farther_right_in_the_left_eye():
    """The left eye stands farther left, so that its pixels look farther left in the picture."""

    def apart(z: float) -> float:
        left, right = (sampling_grid(torch.full((8, 8), z), eye) for eye in eyes(STRAIGHT))
        return float((right - left)[4, 4, 0])

    assert apart(0.5) == pytest.approx(4 * apart(2.0), rel=1e-4) and apart(2.0) > 0


def test_a_mirrored_picture_is_seen_by_exchanged_eyes():
    image, depth = picture(), 1 + picture()[..., 0] / 255
    left, right = halves(eye_views(image, depth, CAMERA))
    left_there, right_there = halves(eye_views(image.flip(1), depth.flip(1), CAMERA))
    assert (left.int() - right_there.flip(1).int()).abs().max() <= 1
    assert (right.int() - left_there.flip(1).int()).abs().max() <= 1


def test_the_picture_fills_the_middle_and_leaves_the_corners_black():
    white = torch.full((64, 64, 3), 255, dtype=torch.uint8)
    left, _ = halves(eye_views(white, torch.ones(64, 64), CAMERA))
    assert (left[20:44, 20:44] == 255).all()
    assert all((left[y, x] == 0).all() for y in (0, 63) for x in (0, 63))


def test_one_depth_map_serves_both_eyes():
    asked = []

    def depth(image, midas_weight):
        asked.append(midas_weight)
        return torch.ones(image.shape[:2])

    both = seen_by_eyes(picture(), replace(CAMERA, midas_weight=0.3), depth)
    assert both.shape == (24, 64, 3) and asked == [0.3]


def test_the_engine_sees_with_the_depth_model_that_is_named():
    engine, shown = Engine("cpu"), picture(64, 96).numpy()
    both = engine.eyes(Eyes(192, 64, "tiny", CAMERA), shown)
    assert both.shape == (64, 192, 3) and both.dtype == np.uint8
    assert np.array_equal(both, engine.eyes(Eyes(192, 64, "tiny", CAMERA), shown))
    wider = engine.eyes(Eyes(192, 64, "tiny", replace(CAMERA, ipd=20.0)), shown)
    assert not np.array_equal(both, wider)
