"""What differs between two schedules, by effect."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discoscript.pipeline import compile_text
from discoscript.schedule.difference import Difference, difference, joined, matched
from discoscript.schedule.schedule import Schedule

PLAIN = """disco 1
scene: frames 48
prompt "a lighthouse"
camera: zoom 1.02
"""

SHOTS = """disco 1
scene: fps 12
shot "sea" 24:
    prompt "the sea"
    camera: zoom 1.02
shot "town" 12:
    prompt "a town"
    camera: angle 2
"""


def drawn(script: str) -> Schedule:
    """The schedule of a script without errors."""
    schedule = compile_text(script).schedule
    assert schedule is not None
    return schedule


def between(old: str, new: str) -> Difference:
    return difference(drawn(old), drawn(new))


SAME = {
    "itself": PLAIN,
    "comments and spaces": PLAIN.replace("camera:", "# the way\n\ncamera:   "),
    "another order": 'disco 1\ncamera: zoom 1.02\nprompt "a lighthouse"\nscene: frames 48\n',
    "a let": PLAIN.replace("zoom 1.02", "zoom pace").replace(
        "disco 1\n", "disco 1\nlet pace = 1.02\n"
    ),
    "the same value twice": PLAIN.replace("zoom 1.02", "zoom 1.02 @ 0..48"),
}


@pytest.mark.parametrize("case", SAME)
def test_scripts_that_mean_the_same(case: str) -> None:
    assert between(PLAIN, SAME[case]).same


def test_a_setting_on_a_stretch() -> None:
    found = between(PLAIN, PLAIN.replace("zoom 1.02", "zoom [0: 1.02, 20: 1.02, 30: 1.05]"))
    (moving,) = found.moving
    assert (moving.key, moving.first, moving.end) == ("camera.zoom", 21, 48)
    assert set(moving.before) == {1.02} and moving.after[-1] == 1.05
    assert not (found.fixed or found.placed or found.prompts)


def test_steps_of_the_diffusion() -> None:
    found = between(PLAIN, PLAIN + "cutouts: overview [0: 4, 500: 2]\n")
    assert {(each.key, each.steps) for each in found.moving} == {("cutouts.overview", True)}


def test_the_whole() -> None:
    found = between(
        PLAIN,
        PLAIN.replace("scene: frames 48", "scene:\n    frames 60\n    size 128x128\n    seed 4"),
    )
    facts = {each.key: (each.before, each.after) for each in found.fixed}
    assert facts == {
        "length": (48, 60),
        "size": ((128, 96), (128, 128)),
        "scene.seed": ("random", 4),
    }
    assert not found.moving, "frames that are new are told of by the length"


def test_prompts_are_known_by_their_words() -> None:
    new = PLAIN.replace('"a lighthouse"', '"a barn" @ 0..24') + 'prompt "a lighthouse" 2 @ 12..48\n'
    found = {(p.text, p.first, p.end): (p.before, p.after) for p in between(PLAIN, new).prompts}
    assert set(found) == {("a barn", 0, 24), ("a lighthouse", 0, 12), ("a lighthouse", 12, 48)}
    gone, heavier, fresh = (
        found["a lighthouse", 0, 12],
        found["a lighthouse", 12, 48],
        found["a barn", 0, 24],
    )
    assert gone[1] is None and fresh[0] is None
    assert heavier[0] is not None and set(heavier[0]) == {1.0}
    assert heavier[1] is not None and set(heavier[1]) == {2.0}


def test_a_shot_that_moves_takes_its_settings_along() -> None:
    longer = SHOTS.replace('"sea" 24', '"sea" 36')
    found = between(SHOTS, longer)
    assert [(p.title, p.before, p.after) for p in found.placed if p.title] == [
        ("sea", (0, 24), (0, 36)),
        ("town", (24, 36), (36, 48)),
    ]
    assert not found.moving and not found.prompts, "within the shots nothing changed"


def test_a_setting_in_a_shot_that_moved() -> None:
    found = between(SHOTS, SHOTS.replace('"sea" 24', '"sea" 36').replace("angle 2", "angle 3"))
    (moving,) = found.moving
    assert (moving.key, moving.first, moving.end) == ("camera.angle", 36, 48)


def test_new_and_gone_shots_and_cuts() -> None:
    new = SHOTS.replace('"town"', '"harbour"').replace(
        'prompt "a town"', 'cut\n    prompt "a town"'
    )
    placed = between(SHOTS, new).placed
    assert {(p.title, p.before, p.after) for p in placed} >= {
        ("harbour", None, (24, 36)),
        ("town", (24, 36), None),
    }
    cut = between(PLAIN, PLAIN + "cut @ 24\n").placed
    assert [(p.title, p.before, p.after) for p in cut] == [("", None, (24, 25))]


def test_frames_of_a_shot_stand_for_those_of_the_shot_of_that_title() -> None:
    pieces = matched(drawn(SHOTS), drawn(SHOTS.replace('"sea" 24', '"sea" 30')))
    assert [(p.first, p.end, p.old) for p in pieces] == [(0, 24, 0), (30, 42, 24)]


REFRAIN = """
shot "one" 12:
    prompt "a"
shot "two" 12:
    prompt "b"
shot "one" 12:
    prompt "c"
"""


def test_shots_of_one_title_stand_for_each_other_in_order() -> None:
    found = between(REFRAIN, REFRAIN.replace('"c"', '"d"'))
    assert [(p.text, p.first, p.end) for p in found.prompts] == [("d", 24, 36), ("c", 24, 36)]
    assert not found.placed and not found.moving
    found = between(REFRAIN, REFRAIN.replace('shot "one" 12:\n    prompt "c"\n', ""))
    assert [(p.title, p.before, p.after) for p in found.placed] == [("one", (24, 36), None)]


@given(st.lists(st.booleans(), max_size=60))
def test_joined_stretches_cover_every_flag_and_nothing_far_from_one(flags: list[bool]) -> None:
    found = joined(np.array(flags, bool))
    inside = {place for a, b in found for place in range(a, b)}
    assert {i for i, flag in enumerate(flags) if flag} <= inside
    for a, b in found:
        assert flags[a] and flags[b - 1]
    assert all(b < c for (_, b), (c, _) in pairwise(found))
