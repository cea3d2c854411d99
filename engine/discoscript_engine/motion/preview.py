"""Cameras -> pictures of how they move, with nothing diffused.

A test picture is drawn where a segment starts, and carried along by the same warps that a render
uses. Fresh dots are sprinkled on every frame, so there is something to see moving however far the
camera goes. The depth is that of the room that the test picture shows: known, and always the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from numpy.typing import NDArray
from torch import Tensor

from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.warp import warp2d, warp3d

#: uint8, height x width x 3, RGB.
Picture = NDArray[np.uint8]

Camera = Camera2D | Camera3D

#: The room, in scene units: half its width, its back wall, and what is nearest to the camera.
HALF, BACK, NEAREST = 0.6, 2.6, 0.5

#: Squares of the walls, for each scene unit.
SQUARES = 4

#: Light and dark squares of the left wall, the right one, the ceiling, the floor and the back.
WALLS = np.array(
    [[(200, 80, 70), (120, 40, 40)], [(70, 120, 200), (40, 60, 120)],
     [(225, 225, 210), (185, 185, 175)], [(150, 120, 80), (90, 70, 45)],
     [(90, 160, 110), (60, 115, 80)]], dtype=np.uint8,
)  # fmt: skip

DOTS = 8  #: that are sprinkled on each frame
DOT_COLORS = np.array([(255, 240, 60), (255, 90, 200), (90, 255, 255)], dtype=np.uint8)


def preview(cameras: Iterable[Camera | None], width: int, height: int) -> Iterator[Picture]:
    """One picture for each frame. A camera is None where a segment starts.

    Moves in the plane are in pixels of a picture of this size.
    """
    start = torch.from_numpy(room_picture(width, height))
    depth = room_depth(width, height)
    picture = start.clone()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the pictures are small: threads wait for one another
    try:
        for index, camera in enumerate(cameras):
            picture = start.clone() if camera is None else moved(picture, camera, depth)
            sprinkle(picture, index)
            yield picture.numpy().copy()
    finally:
        torch.set_num_threads(threads)


def moved(
    picture: UInt8[Tensor, "h w 3"], camera: Camera, depth: Float32[Tensor, "h w"]
) -> UInt8[Tensor, "h w 3"]:
    """The picture as the camera sees it after its move."""
    if isinstance(camera, Camera2D):
        return warp2d(picture, camera)
    return warp3d(picture, depth, camera)


def scaled(camera: Camera | None, share: float) -> Camera | None:
    """The camera for a picture of another size: only moves in the plane depend on it."""
    if not isinstance(camera, Camera2D):
        return camera
    x, y = camera.translate_x * share, camera.translate_y * share
    return replace(camera, translate_x=x, translate_y=y)


def room_depth(width: int, height: int) -> Float32[Tensor, "h w"]:
    """How far away the walls are, in scene units."""
    x, y = _lattice(width, height)
    return torch.from_numpy(_depth(x, y).astype(np.float32))


def room_picture(width: int, height: int) -> Picture:
    """A room of chequered walls, each of its own colour, with a target in the middle."""
    x, y = _lattice(width, height)
    z = _depth(x, y)
    back = z >= BACK
    side = np.where(np.abs(x) > np.abs(y), np.where(x < 0, 0, 1), np.where(y < 0, 2, 3))
    across = np.where(np.abs(x) > np.abs(y), y, x) * z
    one, other = np.where(back, x * z, across), np.where(back, y * z, z)
    odd = (np.floor(one * SQUARES) + np.floor(other * SQUARES)).astype(int) % 2
    picture = WALLS[np.where(back, 4, side), odd]
    rings = np.hypot(x, y * height / width)
    picture[(rings < 0.12) & (np.floor(rings / 0.03) % 2 == 0)] = 255
    return picture


def sprinkle(picture: UInt8[Tensor, "h w 3"], index: int) -> None:
    """Draw a few dots at places that the number of the frame decides."""
    height, width, _ = picture.shape
    drawn = np.random.default_rng(index)
    radius = max(1, width // 128)
    for place in range(DOTS):
        x, y = int(drawn.integers(width)), int(drawn.integers(height))
        color = torch.from_numpy(DOT_COLORS[(index + place) % len(DOT_COLORS)])
        rows = slice(max(0, y - radius), y + radius + 1)
        picture[rows, max(0, x - radius) : x + radius + 1] = color


def _lattice(width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of every pixel, from -1 to 1."""
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    return tuple(np.meshgrid(x, y))  # type: ignore[return-value]


def _depth(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """A box that is looked into: the nearer to the picture's edge, the nearer the wall."""
    aside = np.maximum(np.maximum(np.abs(x), np.abs(y)), 1e-9)
    return np.clip(HALF / aside, NEAREST, BACK)
