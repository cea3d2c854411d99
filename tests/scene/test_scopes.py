"""Shots, blocks and layers: what a line means by where it stands (rulings 1 to 3, 5 and 8)."""

import numpy as np
import pytest
from scene.played import looked_at, played, said, values

#: Script -> the values of settings.
TABLE = {
    "time in a shot counts from its start": (
        'shot "a" 1s: camera: translate_z 1\nshot "b" 2s: camera: translate_z 2 @ 6..12',
        {"translate_z": "1*24 0*6 2*6 0*36"},
    ),
    "percents are shares of the shot": (
        'shot "a" 8: camera: fov 50\nshot "b" 40: camera: translate_z 2 @ 25%..75%',
        {"translate_z": "0*18 2*20 0*10"},
    ),
    "start and end are points of the shot": (
        'shot "a" 24: camera: fov 50\n'
        'shot "b" 24:\n'
        "    camera: translate_z 2 @ start + 2..end - 4\n"
        "    camera: rotate_y 1 @ end - 6 for 2",
        {"translate_z": "0*26 2*18 0*4", "rotate_y": "0*42 1*2 0*4"},
    ),
    "a frame block counts from the shot's start, and its lines from there": (
        'shot "a" 24: camera: fov 50\n'
        'shot "b" 24:\n'
        "    frame 6:\n"
        "        camera: translate_z 2\n"
        "        camera: rotate_y 1 @ 2..4\n"
        "        camera @ 4..12: rotate_x 1 @ 0..3",
        {"translate_z": "0*30 2*18", "rotate_y": "0*32 1*2 0*14", "rotate_x": "0*34 1*3 0*11"},
    ),
    "a bare value in a frame block is a step that a later one ends": (
        'shot "a" 24:\n    frame 6: camera: fov 60\n    camera: fov 50\n    camera: fov 70 @ 12',
        {"fov": "50*6 60*6 70*12"},
    ),
    "the range of a group is the range of its lines, in its own time": (
        'shot "a" 8: camera: fov 50\n'
        'shot "b" 40: camera @ 25%..75%:\n'
        "    translate_z 1\n"
        "    rotate_y 1 @ 0..50%\n"
        "    rotate_x 1 @ end - 4..end",
        # the block is frames 18 to 37; half of it is ten frames
        {
            "translate_z": "0*18 1*20 0*10",
            "rotate_y": "0*18 1*10 0*20",
            "rotate_x": "0*34 1*4 0*10",
        },
    ),
    "repeated heads merge": (
        'shot "a" 12:\n    camera: fov 50\n    camera: rotate_y 1\n    frame 6: cut\n'
        "    frame 6: camera: fov 60",
        {"fov": "50*6 60*6", "rotate_y": "1*12"},
    ),
    "`by` without a range spreads over the shot": (
        'shot "a" 12: camera: fov 50\nshot "b" 4: camera: translate_z by 2',
        {"translate_z": "0*12 0.5*4"},
    ),
    "a shot covers the scene on its frames only": (
        'camera: translate_z 5\nshot "a" 6: camera: translate_z 1 @ 2..4\n'
        'shot "b" 6: camera: fov 50\nshot "c" 6: camera: translate_z 3',
        {"translate_z": "5*2 1*2 5*8 3*6"},
    ),
    "weak lines of a shot cover strong ones of the scene": (
        'camera: translate_z 5 @ 0..9\nshot "a" 6: camera: fov 50\n'
        'shot "b" 6: camera: translate_z 1',
        {"translate_z": "5*6 1*6"},
    ),
    "the first keys of a shot hold back inside it": (
        'camera: translate_z 5\nshot "a" 4: camera: fov 50\n'
        'shot "b" 12: camera: translate_z [4: 1, 8: 3]\nshot "c" 2: camera: fov 50',
        {"translate_z": "5*4 1*5 1.5*1 2*1 2.5*1 3*4 5*2"},
    ),
    "a base of the shot keeps its keys from holding back": (
        'shot "b" 12:\n    camera: translate_z 0.5\n    camera: translate_z [4: 1, 6: 2]',
        {"translate_z": "0.5*4 1*1 1.5*1 2*6"},
    ),
    "a journey of the scene goes on behind a shot": (
        'camera: translate_z 0 -> 12 @ 0..12\nshot "a" 4: camera: fov 50\n'
        'shot "b" 4: camera: translate_z 1\nshot "c" 6: camera: fov 50',
        {"translate_z": "0*1 1*1 2*1 3*1 1*4 8*1 9*1 10*1 11*1 12*2"},
    ),
    "a key may stand at the end of its shot": (
        'shot "a" 4: camera: translate_z [0: 0, end: 4]\nshot "b" 2: camera: fov 50',
        {"translate_z": "0*1 1*1 2*1 3*1 0*2"},
    ),
    # layers
    "layers of every enclosing scope apply": (
        "camera: translate_z += 1\ncamera: translate_z *= 2 @ 2..10\n"
        'shot "a" 4:\n    camera: translate_z 3\n'
        'shot "b" 8:\n    camera: translate_z += 10 @ 0..4\n    camera: translate_z *= 3',
        {"translate_z": "4*2 8*2 66*4 6*2 3*2"},
    ),
    "layers take journeys and keys, and `*=` by": (
        "scene: frames 6\ncamera: rotate_y += 0 -> 2 @ 0..4\n"
        "camera: rotate_x 1\ncamera: rotate_x *= [0: 1, 4: 3]",
        {"rotate_y": "0*1 0.5*1 1*1 1.5*1 2*2", "rotate_x": "1*1 1.5*1 2*1 2.5*1 3*2"},
    ),
    # previous
    "previous is the last value of the shot before": (
        'shot "a" 4: camera: translate_z 4\nshot "b" 6: camera: translate_z previous -> 0 @ 0..4',
        {"translate_z": "4*5 3*1 2*1 1*1 0*2"},
    ),
    "previous counts what the scene added, once": (
        'camera: translate_z += 1\nshot "a" 4: camera: translate_z 4\n'
        'shot "b" 4: camera: translate_z previous',
        {"translate_z": "5*8"},
    ),
    "previous counts what the shot before added": (
        'shot "a" 4:\n    camera: translate_z 4\n    camera: translate_z += 2\n'
        'shot "b" 4: camera: translate_z previous',
        {"translate_z": "6*8"},
    ),
    "previous by a name": (
        'let twice = previous * 2\nshot "a" 4: camera: translate_z 2\n'
        'shot "b" 4: camera: translate_z twice\nshot "c" 4: camera: translate_z twice',
        {"translate_z": "2*4 4*4 8*4"},
    ),
    "previous as the value of a move": (
        "move brake(from): camera: translate_z from -> 0 @ 0..4\n"
        'shot "a" 4: camera: translate_z 4\nshot "b" 6: use brake(previous)',
        {"translate_z": "4*5 3*1 2*1 1*1 0*2"},
    ),
    "previous of what the scene says": (
        'camera: translate_z frame\nshot "a" 4: camera: fov 50\n'
        'shot "b" 2: camera: translate_z previous',
        {"translate_z": "0*1 1*1 2*1 3*3"},
    ),
    "previous in keys, at the end too": (
        'shot "a" 2: camera: translate_z 2\nshot "b" 4: camera: translate_z [0: 0, end: previous]\n'
        'shot "c" 2: camera: translate_z previous',
        {"translate_z": "2*2 0*1 0.5*1 1*1 1.5*3"},
    ),
    # from here
    "a journey from here starts from the value inside the shot": (
        'camera: translate_z 9\nshot "a" 8:\n    camera: translate_z 2\n'
        "    camera: translate_z -> 4 @ 2..6",
        {"translate_z": "2*3 2.5*1 3*1 3.5*1 4*2"},
    ),
    "both ends of a journey are live, and what it holds": (
        'shot "a" 6: camera: translate_z 0 -> frame @ 0..4',
        {"translate_z": "0*1 0.25*1 1*1 2.25*1 4*1 5*1"},
    ),
    "shots follow what is written before them": (
        'shot "new" 3: camera: fov 50\nshot "a" 3: camera: translate_z 1 @ 1..2\n'
        'shot "b" 3: camera: translate_z 2 @ 1..2',
        {"translate_z": "0*4 1*1 0*2 2*1 0*1"},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_scopes_mean(name):
    script, expected = TABLE[name]
    schedule = played('prompt "x"\n' + script)
    assert {setting: values(schedule, setting) for setting in expected} == expected


#: Script -> code and marked text of what is said.
MISTAKES = {
    "strong against strong in a shot": (
        'shot "a" 24:\n    camera: fov 50 @ 0..12\n    camera: fov 60 @ 11..20',
        [("D301", "11..20")],
    ),
    "the same lines in two shots are no conflict": (
        'shot "a" 24: camera: fov 50 @ 0..12\nshot "b" 24: camera: fov 50 @ 0..12',
        [],
    ),
    "two bases of one shot": (
        'shot "a" 24:\n    camera: fov 50\n    camera: fov 60',
        [("D301", "fov 60")],
    ),
    "a step inside a journey": (
        'shot "a" 24:\n    camera: fov 50 -> 60 @ 0..12\n    camera: fov 60 @ 6',
        [("D310", "6")],
    ),
    "a line of the scene that shots cover": (
        'camera: fov 45\nshot "a" 4: camera: fov 50\nshot "b" 4: camera: fov 60',
        [("D315", "fov 45")],
    ),
    "a line of the scene that counts in one shot": (
        'camera: fov 45\nshot "a" 4: camera: fov 50\nshot "b" 4: camera: rotate_y 1',
        [],
    ),
    "beyond the end of a shot": (
        'shot "a" 24: camera: fov 50 @ 0..25\nshot "b" 24: camera: fov 60',
        [("D303", "0..25")],
    ),
    "a journey from where nothing is": (
        'shot "a" 24: camera: fov -> 50 @ 4..12',
        [("D323", "50")],
    ),
    "previous in the first shot": (
        'shot "a" 24: camera: fov previous',
        [("D118", "previous")],
    ),
    "previous outside of shots": ("scene: frames 9\ncamera: fov previous", [("D118", "previous")]),
    "previous in a layer": (
        'shot "a" 4: camera: fov 50\nshot "b" 4: camera: fov += previous',
        [("D118", "previous")],
    ),
    "previous in a prompt": (
        'shot "a" 4: camera: fov 50\nshot "b" 4: prompt "y" previous',
        [("D118", "previous")],
    ),
    "a shot in a shot": (
        'shot "a" 4:\n    shot "b" 4: camera: fov 60',
        [("D118", 'shot "b" 4')],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_said_about_scopes(name):
    script, expected = MISTAKES[name]
    assert said(looked_at('prompt "x"\n' + script)) == expected


def test_a_shot_that_is_put_in_moves_all_that_follow():
    shots = ['shot "a" 1s:\n    camera: translate_z 2 @ 25%..50%\n', 'shot "b" 2s: cut @ 4\n']
    new = 'shot "new" 10: camera: rotate_y 1\n'
    before, after = (played('prompt "x"\n' + "".join(s)) for s in (shots, [new, *shots]))
    for key, array in before.frames_of.items():
        np.testing.assert_array_equal(after.frames_of[key][10:], array)
    assert (before.starts, after.starts) == ((0, 28), (0, 38))


def test_names_comments_and_spacing_change_nothing():
    one = played('let v = 2\nprompt "x"\nshot "a" 12:\n    camera: translate_z v @ 0..50%\n')
    two = played(
        '# more\nlet speed=2 # two\n\nprompt   "x"\nshot "other" 12:\n'
        "      camera:\n          # half\n          translate_z speed @ 0 .. 50%\n"
    )
    for key, array in one.frames_of.items():
        np.testing.assert_array_equal(two.frames_of[key], array)
