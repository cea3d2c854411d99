"""Motion previews: the warps of a render on a picture that is known."""

import numpy as np
import pytest
import torch

from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.preview import (
    BACK,
    NEAREST,
    preview,
    room_depth,
    room_picture,
    scaled,
    sprinkle,
)
from discoscript_engine.motion.warp import warp2d, warp3d

TURN = Camera2D(2.0, 1.05, 3.0, -1.0)
FLIGHT = Camera3D(0.0, 0.0, 8.0, 0.0, 0.5, 0.0, 40.0, "border", "bicubic", 0.3)


@pytest.mark.parametrize("camera", [TURN, FLIGHT])
def test_each_picture_is_the_warp_of_the_one_before(camera: Camera2D | Camera3D) -> None:
    first, second = preview([None, camera], 64, 48)
    before = torch.from_numpy(first)
    depth = room_depth(64, 48)
    in_plane = isinstance(camera, Camera2D)
    after = warp2d(before, camera) if in_plane else warp3d(before, depth, camera)
    sprinkle(after, 1)
    assert np.array_equal(second, after.numpy())


def test_a_cut_begins_again() -> None:
    pictures = list(preview([None, FLIGHT, FLIGHT, None], 64, 48))
    room = room_picture(64, 48)
    changed = [np.mean(np.any(p != room, axis=-1)) for p in pictures]
    assert changed[0] < 0.05 and changed[3] < 0.05 and changed[2] > 0.3


def test_there_is_always_something_to_see_moving() -> None:
    last = list(preview([None, *[FLIGHT] * 150], 64, 48))[-2:]
    assert last[1].std() > 10
    assert np.mean(np.abs(last[1].astype(int) - last[0])) > 1


def test_the_room_is_as_deep_as_what_the_depth_models_see() -> None:
    depth = room_depth(64, 48)
    assert depth.min() >= NEAREST and depth.max() == pytest.approx(BACK)
    assert depth[24, 32] > depth[24, 60] and depth[24, 32] > depth[2, 32]


def test_moves_in_the_plane_are_scaled_with_the_picture() -> None:
    assert scaled(TURN, 0.5) == Camera2D(2.0, 1.05, 1.5, -0.5)
    assert scaled(FLIGHT, 0.5) == FLIGHT and scaled(None, 0.5) is None


def test_the_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    list(preview([None, TURN], 32, 24))
    assert torch.get_num_threads() == before
