"""`import "std:camera"`: the six numbers of each frame, put together to the camera's way."""

from functools import reduce

import numpy as np
import pytest
from numpy.typing import NDArray
from scene.played import looked_at, played, said

from discoscript.schedule.schedule import Schedule
from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.camera import UNITS_PER_SCENE_UNIT, affine, pose

IMPORT = 'import "std:camera"\nprompt "a"\n'
TURNS = ("rotate_x", "rotate_y", "rotate_z")
SHIFTS = ("translate_x", "translate_y", "translate_z")


def moves(schedule: Schedule) -> list[NDArray[np.float64]]:
    """The move of each frame but the first, as a 4 x 4 matrix that acts on rows (x, y, z, 1)."""
    columns = [schedule.frames_of[f"camera.{name}"] for name in (*SHIFTS, *TURNS)]
    made = []
    for values in list(zip(*columns, strict=True))[1:]:
        motion = pose(Camera3D(*map(float, values), 40.0, "border", "bicubic", 1.0))
        matrix = np.eye(4)
        matrix[:3, :3], matrix[3, :3] = motion.rotation, motion.translation
        made.append(matrix)
    return made


def seen(schedule: Schedule, distance: float) -> NDArray[np.float64]:
    """Where a point that is straight ahead at first lies on each frame, in units (n, 3)."""
    point = np.array([0, 0, distance / UNITS_PER_SCENE_UNIT, 1])
    places = [point]
    for move in moves(schedule):
        places.append(places[-1] @ move)
    return np.array(places)[:, :3] * UNITS_PER_SCENE_UNIT


def whole(schedule: Schedule) -> NDArray[np.float64]:
    """All moves in one."""
    return reduce(np.matmul, moves(schedule))


@pytest.mark.parametrize("use", ["orbit(360, 300)", "orbit(-360, 300, gentle=1)", "orbit(360, 80)"])
def test_an_orbit_closes(use: str) -> None:
    schedule = played(f"{IMPORT}use camera.{use} @ 1..121")
    assert schedule.frames == 121
    assert whole(schedule) == pytest.approx(np.eye(4), abs=1e-9)


@pytest.mark.parametrize("gentle", [0, 0.5, 1])
def test_an_orbit_keeps_its_distance_and_its_point(gentle: float) -> None:
    schedule = played(f"{IMPORT}use camera.orbit(200, radius=250, gentle={gentle}) @ 1..49")
    assert seen(schedule, 250) == pytest.approx(np.tile([0, 0, 250], (49, 1)), abs=1e-9)


def test_an_orbit_turns_as_rotate_y_does_and_only_so() -> None:
    frames = played(f"{IMPORT}use camera.orbit(90, 200) @ 1..31").frames_of
    assert frames["camera.rotate_y"][1:] == pytest.approx(3)
    assert frames["camera.translate_x"][1:] == pytest.approx(-200 * np.sin(np.radians(3)))
    assert frames["camera.translate_z"][1:] == pytest.approx(200 * (np.cos(np.radians(3)) - 1))
    for name in ("rotate_x", "rotate_z", "translate_y"):
        assert frames[f"camera.{name}"] == pytest.approx(0, abs=1e-12)


def test_an_orbit_may_rise_and_come_closer() -> None:
    schedule = played(f"{IMPORT}use camera.orbit(180, 300, up=120, closer=140) @ 1..61")
    places = seen(schedule, 300)
    assert places[:, :2] == pytest.approx(np.zeros((61, 2)), abs=1e-9)
    assert places[-1, 2] == pytest.approx(np.hypot(160, 120))


@pytest.mark.parametrize(
    "way", ["right=150", "up=90", "forward=120", "right=-100, up=80, forward=60, gentle=1"]
)
def test_what_is_looked_at_stays_in_the_middle(way: str) -> None:
    schedule = played(f"{IMPORT}use camera.look_at(distance=260, {way}) @ 1..49")
    places = seen(schedule, 260)
    assert places[:, :2] == pytest.approx(np.zeros((49, 2)), abs=1e-9)
    given = dict(part.split("=") for part in way.split(", "))
    right, up, forward = (float(given.get(name, 0)) for name in ("right", "up", "forward"))
    assert places[-1, 2] == pytest.approx(np.linalg.norm([right, up, 260 - forward]))


def test_looking_at_a_point_goes_where_it_says() -> None:
    """The camera's place at the end, in the directions of the start."""
    schedule = played(f"{IMPORT}use camera.look_at(300, right=100, up=50, forward=40) @ 1..25")
    camera = np.array([0, 0, 0, 1]) @ np.linalg.inv(whole(schedule))
    assert camera[:3] * UNITS_PER_SCENE_UNIT == pytest.approx([100, -50, 40])


def test_verbs_follow_one_another() -> None:
    script = "use camera.orbit(90) @ 1..25\nuse camera.orbit(-90, gentle=1) @ 25..49"
    assert whole(played(IMPORT + script)) == pytest.approx(np.eye(4), abs=1e-9)


@pytest.mark.parametrize("range", ["0..240", "12..60", "12..13", "12..14"])
def test_a_shake_has_no_drift(range: str) -> None:
    script = f"camera: translate_z 0.001 @ 0..241\nuse camera.shake(0.8, shift=3) @ {range}"
    frames = played(IMPORT + script).frames_of
    for name in (*TURNS, *SHIFTS[:2]):
        assert np.sum(frames[f"camera.{name}"]) == pytest.approx(0, abs=1e-12)


def test_a_shake_stays_near_and_moves_smoothly() -> None:
    frames = played(f"{IMPORT}use camera.shake(0.5, shift=4) @ 0..480").frames_of
    for name, most in (*((t, 0.5) for t in TURNS), *((s, 4) for s in SHIFTS)):
        moved = frames[f"camera.{name}"]
        place = np.cumsum(moved)
        assert most * 0.3 < np.max(np.abs(place)) <= most
        assert np.max(np.abs(np.diff(moved))) < most / 4, "no jumps at 24 frames a second"


def test_turns_about_three_axes_hardly_add_up_to_a_turn() -> None:
    """They do not commute; after 20 seconds less than a tenth of the amount is left."""
    left = whole(played(f"{IMPORT}use camera.shake(0.5) @ 0..480"))
    angle = np.degrees(np.arccos((np.trace(left[:3, :3]) - 1) / 2))
    assert angle < 0.05


def test_a_shake_is_on_top_of_another_verb_and_has_a_seed() -> None:
    orbit = played(f"{IMPORT}use camera.orbit(90) @ 1..49").frames_of["camera.rotate_y"]
    shaken = [
        played(f"{IMPORT}use camera.orbit(90) @ 1..49\nuse camera.shake(seed={seed})").frames_of
        for seed in (1, 2, 1)
    ]
    one, other, same = (frames["camera.rotate_y"] - orbit for frames in shaken)
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert np.max(np.abs(one)) > 0.05
    assert not np.array_equal(shaken[0]["camera.rotate_x"], shaken[0]["camera.rotate_z"])


def test_a_shake_in_the_plane() -> None:
    script = "disco 1\nscene: fps 24\n" + IMPORT + "use camera.shake_2d() @ 0..96"
    from discoscript.pipeline import compile_text

    schedule = compile_text(script).schedule
    assert schedule is not None and schedule.mode == "2d"
    names = ("angle", "translate_x", "translate_y")
    columns = [schedule.frames_of[f"camera.{name}"] for name in names]
    left = np.eye(3)
    for angle, x, y in zip(*columns, strict=True):
        left = np.array(affine(Camera2D(float(angle), 1.0, float(x), float(y)), 128, 96)) @ left
    assert left == pytest.approx(np.eye(3), abs=0.1)
    assert np.sum(columns[0]) == pytest.approx(0, abs=1e-12)


WRONG = {
    "unknown verb": ("use camera.orbbit(3)", ("D106", "camera.orbbit")),
    "unknown value": ("use camera.orbit(radus=3)", ("D114", "camera.orbit(radus=3)")),
    "too many": ("use camera.shake(1, 2, 3, 4, 5)", ("D114", "camera.shake(1, 2, 3, 4, 5)")),
    "text for a number": ('use camera.shake("a lot")', ("D201", '"a lot"')),
    "two at once": (
        "use camera.orbit() @ 1..24\nuse camera.look_at() @ 1..24",
        ("D301", "camera.look_at() @ 1..24"),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_uses(case: str) -> None:
    lines, (code, words) = WRONG[case]
    found = said(looked_at(IMPORT + lines))
    assert found and {name for name, _ in found} == {code}
    assert any(words in text or text in words for _, text in found), found


def test_an_unknown_library_of_the_package() -> None:
    result = looked_at('import "std:camra"\nprompt "a"')
    found = next(d for d in result.diagnostics if d.code == "D501")
    assert result.source.at(found.span) == '"std:camra"'
    assert found.help == 'did you mean "std:camera"?'


def test_the_verbs_say_nothing_of_their_own() -> None:
    """Whatever is unusual about the numbers that a verb makes is no fault of the script."""
    result = looked_at(f"{IMPORT}use camera.orbit(360, 2000) @ 1..13\nuse camera.shake(9)")
    assert not result.diagnostics
