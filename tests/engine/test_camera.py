"""Camera matrices: the reference's numbers, and what must hold for every camera."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parity import load

from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.camera import (
    affine,
    focal_length,
    inverse_affine,
    multiply,
    pose,
    rotation,
)

PARAMETERS_2D, ARRAYS_2D = load("02_camera_2d")
PARAMETERS_3D, ARRAYS_3D = load("03_camera_3d")
CASES_2D, CASES_3D = PARAMETERS_2D["cases"], PARAMETERS_3D["cases"]

IDENTITY = np.eye(3)
degrees = st.floats(-360, 360)
cameras_2d = st.builds(
    Camera2D, degrees, st.floats(0.1, 10), st.floats(-500, 500), st.floats(-500, 500)
)
sides = st.integers(32, 1300)


def camera_2d(case) -> Camera2D:
    names = "angle", "zoom", "translation_x", "translation_y"
    return Camera2D(*(float(case[name]) for name in names))


@pytest.mark.parametrize("case", CASES_2D, ids=lambda case: case["id"])
def test_affine_is_the_references(case):
    camera = camera_2d(case)
    matrix = affine(camera, case["width"], case["height"])
    # The reference stores the shift in single precision: up to 2e-7 of its length.
    assert np.allclose(matrix, ARRAYS_2D[f"{case['id']}_matrix"], atol=1e-5)


@pytest.mark.parametrize("case", CASES_3D, ids=lambda case: case["id"])
def test_rotation_is_the_references(case):
    matrix = rotation(*(float(case[f"rotation_3d_{axis}"]) for axis in "xyz"))
    assert np.allclose(matrix, ARRAYS_3D[f"{case['id']}_rot"], atol=1e-6)


@given(degrees, degrees, degrees)
def test_rotations_keep_lengths_and_handedness(x, y, z):
    matrix = np.array(rotation(x, y, z))
    assert np.allclose(matrix @ matrix.T, IDENTITY, atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)


@given(degrees, degrees)
def test_turns_about_one_axis_add_up(first, second):
    together = rotation(0.0, first + second, 0.0)
    assert np.allclose(multiply(rotation(0.0, first, 0.0), rotation(0.0, second, 0.0)), together)


@given(cameras_2d, sides, sides)
def test_inverse_affine_undoes_affine(camera, width, height):
    there_and_back = multiply(inverse_affine(camera, width, height), affine(camera, width, height))
    assert np.allclose(there_and_back, IDENTITY, atol=1e-6)


@given(st.floats(0.1, 10), degrees, sides, sides)
def test_turning_and_magnifying_keep_the_centre(zoom, angle, width, height):
    centre = np.array([width // 2, height // 2, 1])
    assert np.allclose(affine(Camera2D(angle, zoom, 0.0, 0.0), width, height) @ centre, centre)


def test_a_positive_angle_turns_counter_clockwise():
    x, y, _ = affine(Camera2D(90.0, 1.0, 0.0, 0.0), 64, 64) @ np.array([42, 32, 1])
    assert (x, y) == pytest.approx((32, 22))  # what was right of the centre is now above it


def test_the_scene_moves_against_the_camera():
    move = pose(Camera3D(200.0, 200.0, 200.0, 0.0, 0.0, 0.0, 40.0, "border", "bicubic", 1.0))
    assert move.translation == (-1, 1, -1)
    assert np.array_equal(move.rotation, IDENTITY)


@pytest.mark.parametrize(("fov", "expected"), [(90.0, 1), (53.13010235, 2), (126.86989764, 0.5)])
def test_focal_length(fov, expected):
    assert focal_length(fov) == pytest.approx(expected)
