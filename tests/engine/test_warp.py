"""Warps: the reference's pictures, and the laws every camera must keep."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from parity import load

from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.warp import sample, sampling_grid, warp2d, warp3d

PARAMETERS_2D, ARRAYS_2D = load("02_camera_2d")
PARAMETERS_3D, ARRAYS_3D = load("03_camera_3d")
CASES_2D, CASES_3D = PARAMETERS_2D["cases"], PARAMETERS_3D["cases"]
#: With `nearest`, a position between two pixels may fall to either: only the bytes are compared.
SMOOTH_CASES_3D = [case for case in CASES_3D if case["sampling_mode"] != "nearest"]

STILL_2D = Camera2D(angle=0.0, zoom=1.0, translate_x=0.0, translate_y=0.0)
STILL_3D = Camera3D(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0, "border", "bicubic", midas_weight=1.0)

by_id = {"ids": lambda case: case["id"]}
sides = st.tuples(st.integers(4, 24), st.integers(4, 24))
pictures = sides.flatmap(lambda side: arrays(np.uint8, (*side, 3))).map(torch.from_numpy)
amounts = st.floats(-30, 30)
cameras_2d = st.builds(Camera2D, st.floats(-180, 180), st.floats(0.3, 3), amounts, amounts)
cameras_3d = st.builds(
    Camera3D, *[amounts] * 6, st.floats(20, 120),
    st.sampled_from(["border", "zeros", "reflection"]),
    st.sampled_from(["bicubic", "bilinear", "nearest"]), st.just(1.0),
)  # fmt: skip


def camera_2d(case) -> Camera2D:
    names = "angle", "zoom", "translation_x", "translation_y"
    return Camera2D(*(float(case[name]) for name in names))


def camera_3d(case) -> Camera3D:
    names = [f"{move}_{axis}" for move in ("translation", "rotation_3d") for axis in "xyz"]
    numbers = [float(case[name]) for name in [*names, "fov"]]
    return Camera3D(*numbers, case["padding_mode"], case["sampling_mode"], midas_weight=1.0)


def tensor_3d(case, name) -> torch.Tensor:
    return torch.from_numpy(ARRAYS_3D[f"{case['id']}_{name}"])


def levels_apart(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a.int() - b.int()).abs()


def flat_depth(picture: torch.Tensor, depth: float = 1.0) -> torch.Tensor:
    return torch.full(picture.shape[:2], depth)


@pytest.mark.parametrize("case", CASES_2D, **by_id)
def test_warp2d_is_the_exact_bilinear_value(case):
    camera = camera_2d(case)
    warped = warp2d(torch.from_numpy(ARRAYS_2D[f"{case['id']}_in"]), camera)
    exact = ARRAYS_2D[f"{case['id']}_exact256"] / 256
    assert np.abs(warped.numpy() - exact).max() <= 0.51


#: What numpy calls the edges of the language.
PADDINGS = {"wrap": "wrap", "border": "edge", "reflection": "symmetric", "zeros": "constant"}


@pytest.mark.parametrize("edges", PADDINGS)
@given(picture=pictures, x=st.integers(-4, 4), y=st.integers(-4, 4))
@settings(max_examples=40, deadline=None)
def test_a_shift_uncovers_the_edges_that_are_asked_for(edges, picture, x, y):
    moved = warp2d(picture, Camera2D(0.0, 1.0, float(x), float(y), edges))
    padded = np.pad(picture.numpy(), ((4, 4), (4, 4), (0, 0)), PADDINGS[edges])
    height, width, _ = picture.shape
    seen = padded[4 - y : 4 - y + height, 4 - x : 4 - x + width]
    assert np.abs(moved.numpy().astype(int) - seen).max() <= 1


@pytest.mark.parametrize("edges", PADDINGS)
@given(picture=pictures)
@settings(max_examples=20, deadline=None)
def test_edges_do_not_matter_where_nothing_moves(edges, picture):
    still = replace(STILL_2D, edges=edges)
    assert torch.equal(warp2d(picture, still), picture)


def test_edges_do_not_matter_inside_of_the_picture():
    picture = torch.from_numpy(np.random.default_rng(5).integers(0, 256, (40, 60, 3), np.uint8))
    turn = Camera2D(12.0, 1.6, 1.5, -0.7)
    made = [warp2d(picture, replace(turn, edges=edges)).int() for edges in PADDINGS]
    assert all((other - made[0]).abs().max() <= 1 for other in made)


def stand_in_sampler(start: torch.Tensor) -> torch.Tensor:
    """What the golden animation does instead of diffusion: a curve, and a wave along x."""
    _, width, _ = start.shape
    columns, channels = torch.arange(width)[:, None], torch.tensor([-1, 0, 1])
    wave = 0.05 * torch.cos(2 * torch.pi * (columns + 0.5) / width) + 0.02 * channels
    y = 0.97 * torch.sin(1.3 * (start / 127.5 - 1)) + wave
    return (255 * ((y + 1) / 2).clamp(0, 1)).to(torch.uint8)


def test_a_2d_animation_is_the_references():
    """Warp and stand-in sampler in turn; angle and zoom grow from 0 and 1 to 10 and 1.05."""
    frame = torch.from_numpy(ARRAYS_2D["s0_first"])
    for number, expected in enumerate(ARRAYS_2D["s0_frames"]):
        if number > 0:
            frame = warp2d(frame, Camera2D(2.0 * number, 1 + 0.01 * number, 2.0, -1.5))
            frame = stand_in_sampler(frame)
        apart = levels_apart(frame, torch.from_numpy(expected)).float()
        assert apart.max() <= 12
        assert apart.mean() <= 0.6


@pytest.mark.parametrize("case", CASES_3D, **by_id)
def test_sampling_grid_is_the_references(case):
    grid = sampling_grid(tensor_3d(case, "depth"), camera_3d(case))
    assert (grid - tensor_3d(case, "grid")).abs().max() <= 1e-5


@pytest.mark.parametrize("case", SMOOTH_CASES_3D, **by_id)
def test_sample_is_the_references(case):
    image, grid = tensor_3d(case, "image"), tensor_3d(case, "grid")
    moved = sample(image, grid, case["padding_mode"], case["sampling_mode"])
    assert (moved - tensor_3d(case, "float_q14") / 16384).abs().max() <= 2e-4


@pytest.mark.parametrize("case", CASES_3D, **by_id)
def test_warp3d_is_the_references(case):
    warped = warp3d(tensor_3d(case, "image"), tensor_3d(case, "depth"), camera_3d(case))
    apart = levels_apart(warped, tensor_3d(case, "u8"))
    if case["sampling_mode"] == "nearest":
        assert (apart > 0).float().mean() <= 0.002
    else:
        assert apart.max() <= 1
        assert (apart > 0).float().mean() <= 0.005


@given(pictures)
def test_warp2d_by_nothing_is_the_identity(picture):
    assert torch.equal(warp2d(picture, STILL_2D), picture)


@given(pictures, st.integers(-50, 50), st.integers(-50, 50))
def test_whole_pixel_shifts_roll_the_picture(picture, x, y):
    shifted = warp2d(picture, replace(STILL_2D, translate_x=float(x), translate_y=float(y)))
    assert torch.equal(shifted, picture.roll((y, x), (0, 1)))


@given(pictures, cameras_2d)
def test_warp2d_stays_between_darkest_and_brightest(picture, camera):
    warped = warp2d(picture, camera)
    assert warped.shape == picture.shape
    assert warped.min() >= picture.min()
    assert warped.max() <= picture.max()


@given(st.integers(0, 255), cameras_2d)
def test_warp2d_keeps_a_plain_picture(level, camera):
    plain = torch.full((12, 16, 3), level, dtype=torch.uint8)
    assert torch.equal(warp2d(plain, camera), plain)


def test_four_quarter_turns_give_the_picture_back():
    picture = torch.randint(0, 256, (33, 33, 3), dtype=torch.uint8)
    turned = picture
    for _ in range(4):
        turned = warp2d(turned, replace(STILL_2D, angle=90.0))
    assert torch.equal(turned, picture)


@given(pictures, st.floats(0.3, 5), st.sampled_from(["bicubic", "bilinear", "nearest"]))
def test_warp3d_by_nothing_is_the_identity(picture, depth, sampling):
    """The nudge of almost half a level is cut off again."""
    still = replace(STILL_3D, sampling=sampling)
    assert torch.equal(warp3d(picture, flat_depth(picture, depth), still), picture)


@given(pictures, st.floats(-30, 30), st.floats(-10, 10), st.floats(20, 120))
def test_a_mirrored_camera_sees_the_mirrored_picture(picture, move, turn, fov):
    camera = replace(STILL_3D, translate_x=move, rotate_y=turn, rotate_z=turn, fov=fov)
    mirrored = replace(camera, translate_x=-move, rotate_y=-turn, rotate_z=-turn)
    depth = flat_depth(picture)
    seen = warp3d(picture, depth, camera)
    seen_in_mirror = warp3d(picture.flip(1), depth, mirrored).flip(1)
    assert levels_apart(seen, seen_in_mirror).max() <= 1


@given(pictures, cameras_3d, st.floats(-3, 3))
@settings(max_examples=200)
def test_warp3d_survives_every_camera_and_depth(picture, camera, depth):
    """Also a depth of 0, or a camera that stands in the scene: no crash, and always the same."""
    warped = warp3d(picture, flat_depth(picture, depth), camera)
    assert warped.shape == picture.shape
    assert torch.equal(warped, warp3d(picture, flat_depth(picture, depth), camera))


def test_a_step_forward_magnifies_about_the_centre():
    grid = sampling_grid(torch.ones(32, 48), replace(STILL_3D, translate_z=10.0))
    still = sampling_grid(torch.ones(32, 48), STILL_3D)
    assert (grid.abs() < still.abs()).all()


def test_near_things_move_more_than_far_ones():
    aside = replace(STILL_3D, translate_x=10.0)
    near, far = (
        sampling_grid(torch.full((8, 8), z), aside) - sampling_grid(torch.full((8, 8), z), STILL_3D)
        for z in (1.0, 2.0)
    )
    assert torch.allclose(near[..., 0], 2 * far[..., 0], atol=1e-6)
    assert (near[..., 0] > 0).all()  # the camera goes right: pixels look further right
