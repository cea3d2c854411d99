"""Camera values of a job -> matrices: how one frame's picture is moved to start the next.

Everything here is a handful of numbers, computed with Python's floats so that every machine
agrees; `warp` applies them to pictures.
"""

import math
from dataclasses import dataclass

from discoscript_engine.job import Camera2D, Camera3D, StereoCamera

#: Rows of a 3 x 3 matrix.
Matrix = tuple[tuple[float, float, float], ...]

#: Lengths in a script are in 1/200 of a scene unit.
UNITS_PER_SCENE_UNIT = 200


@dataclass(frozen=True)
class Pose:
    """A rigid move of the points of a scene: q = p R + t, with p and t as rows.

    `rotation` is R; `translation` is t in scene units, +x right, +y down, +z into the scene.
    """

    rotation: Matrix
    translation: tuple[float, float, float]


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """The matrix product a b."""
    columns = tuple(zip(*b, strict=True))
    return tuple(_row(row, columns) for row in a)


def _row(row: tuple[float, float, float], columns: Matrix) -> tuple[float, float, float]:
    x, y, z = (sum(a * b for a, b in zip(row, column, strict=True)) for column in columns)
    return x, y, z


def rotation(x: float, y: float, z: float) -> Matrix:
    """R = Rx Ry Rz, acting on row vectors; angles in degrees."""
    return multiply(multiply(_about_x(x), _about_y(y)), _about_z(z))


def _about_x(degrees: float) -> Matrix:
    c, s = _cos_sin(degrees)
    return (1.0, 0.0, 0.0), (0.0, c, -s), (0.0, s, c)


def _about_y(degrees: float) -> Matrix:
    c, s = _cos_sin(degrees)
    return (c, 0.0, s), (0.0, 1.0, 0.0), (-s, 0.0, c)


def _about_z(degrees: float) -> Matrix:
    c, s = _cos_sin(degrees)
    return (c, -s, 0.0), (s, c, 0.0), (0.0, 0.0, 1.0)


def _cos_sin(degrees: float) -> tuple[float, float]:
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def pose(camera: Camera3D) -> Pose:
    """How the scene's points move when the camera moves: against it along x and z.

    A positive `translate_y` moves the camera up, so the points move down (+y).
    """
    move = (-camera.translate_x, camera.translate_y, -camera.translate_z)
    x, y, z = (length / UNITS_PER_SCENE_UNIT for length in move)
    return Pose(rotation(camera.rotate_x, camera.rotate_y, camera.rotate_z), (x, y, z))


def eyes(camera: StereoCamera) -> tuple[Camera3D, Camera3D]:
    """The left and the right eye as cameras that have moved aside from the middle and turned.

    Turned inward by the angle a, they are cos(a) times their distance apart. (The reference's
    geometry.)
    """
    aside = math.cos(math.radians(camera.eye_angle)) * camera.ipd / 2
    left, right = (
        Camera3D(
            translate_x=side * aside,
            translate_y=0.0,
            translate_z=0.0,
            rotate_x=0.0,
            rotate_y=-side * camera.eye_angle,
            rotate_z=0.0,
            fov=camera.fov,
            padding=camera.padding,
            sampling=camera.sampling,
            midas_weight=camera.midas_weight,
        )
        for side in (-1.0, 1.0)
    )
    return left, right


def focal_length(fov: float) -> float:
    """1/tan(fov/2), the same along both axes whatever the picture's shape; `fov` in degrees."""
    return 1 / math.tan(math.radians(fov) / 2)


def affine(camera: Camera2D, width: int, height: int) -> Matrix:
    """Input pixel -> output pixel: shift, then turn and magnify about the centre.

    Acts on columns (x, y, 1) with pixel centres at integers. The centre is
    (floor(w/2), floor(h/2)); a positive angle turns the picture counter-clockwise.
    """
    a, b = _turn(camera)
    cx, cy = width // 2, height // 2
    turn = (a, b, (1 - a) * cx - b * cy), (-b, a, b * cx + (1 - a) * cy), (0.0, 0.0, 1.0)
    shift = (1.0, 0.0, camera.translate_x), (0.0, 1.0, camera.translate_y), (0.0, 0.0, 1.0)
    return multiply(turn, shift)


def inverse_affine(camera: Camera2D, width: int, height: int) -> Matrix:
    """Output pixel -> the input pixel that is seen there: the inverse of `affine`."""
    a, b = _turn(camera)
    size = a * a + b * b
    a, b = a / size, -b / size
    cx, cy = width // 2, height // 2
    return (
        (a, b, (1 - a) * cx - b * cy - camera.translate_x),
        (-b, a, b * cx + (1 - a) * cy - camera.translate_y),
        (0.0, 0.0, 1.0),
    )


def _turn(camera: Camera2D) -> tuple[float, float]:
    """zoom cos(angle), zoom sin(angle)."""
    c, s = _cos_sin(camera.angle)
    return camera.zoom * c, camera.zoom * s
