"""Marks, sections, beats and timecodes: times that have a name or a tempo (ruling 8)."""

import pytest
from scene.played import looked_at, played, said, values
from small_scripts import compiled

#: Script -> the values of settings and prompts; a beat is 12 frames.
TABLE = {
    "a mark is a point": (
        "scene: frames 24\nmark drop @ 10\ncamera: translate_z 1 @ drop..drop + 4\n"
        "camera: rotate_y 1 @ drop for 2\ncamera: rotate_x 1 @ drop",
        {"translate_z": "0*10 1*4 0*10", "rotate_y": "0*10 1*2 0*12", "rotate_x": "0*10 1*14"},
    ),
    "a mark of the scene is the same point in a shot": (
        'mark drop @ 10\nshot "a" 8: camera: fov 50\n'
        'shot "b" 16:\n    camera: translate_z 1 @ drop..end\n    frame drop: camera: rotate_y 1',
        {"translate_z": "0*10 1*14", "rotate_y": "0*10 1*14"},
    ),
    "a mark in a shot counts from its start": (
        'shot "a" 8: camera: fov 50\nshot "b" 16: mark here @ 25%\n'
        "camera: translate_z 1 @ here..end",
        {"translate_z": "0*12 1*12"},
    ),
    "marks from marks, in any order": (
        "scene: frames 24\ncamera: translate_z 1 @ b..a\nmark a @ b + 4\nmark b @ end - 20",
        {"translate_z": "0*4 1*4 0*16"},
    ),
    "a mark as a number is a frame": (
        "scene: frames 6\nmark drop @ 4\ncamera: translate_z select(frame < drop, 1, 2)",
        {"translate_z": "1*4 2*2"},
    ),
    "a length between marks": (
        "scene: frames 24\nmark a @ 4\nmark b @ 10\ncamera: translate_z 1 @ 2 for b - a",
        {"translate_z": "0*2 1*6 0*16"},
    ),
    "a section after `@`": (
        "scene: frames 48\nmark chorus @ 1b..3b\ncamera: translate_z 1 @ chorus\n"
        "camera @ chorus: rotate_y 1 @ 50%..100%\ncamera: rotate_x 0 -> 24 @ chorus",
        {
            "translate_z": "0*12 1*24 0*12",
            "rotate_y": "0*24 1*12 0*12",
            "rotate_x": "0*13 " + " ".join(f"{n}*1" for n in range(1, 24)) + " 24*12",
        },
    ),
    "a section for a move and a prompt": (
        "scene: frames 48\nmark chorus @ 1b..3b\nmove m(): camera: translate_z 1 @ 50%..100%\n"
        'use m() @ chorus\nprompt "fog" @ chorus',
        {"translate_z": "0*24 1*12 0*12", '"fog"': "0*12 1*24 0*12"},
    ),
    "a section in a calculation is its beginning": (
        "scene: frames 48\nmark chorus @ 1b..3b\ncamera: translate_z 1 @ chorus - 2..chorus",
        {"translate_z": "0*10 1*2 0*36"},
    ),
    "a frame block at a section begins there": (
        'scene: frames 48\nmark chorus @ 1b..3b\nframe chorus:\n    prompt "y"\n'
        "    camera: translate_z 1",
        {"translate_z": "0*12 1*36", '"x"': "1*12 0*36", '"y"': "0*12 1*36"},
    ),
    "a shot up to a mark, and up to a section": (
        'mark drop @ 10\nmark chorus @ 20..30\nshot "a" to drop: camera: translate_z 1\n'
        'shot "b" to chorus: camera: translate_z 2\nshot "c" 1b: camera: translate_z 3',
        {"translate_z": "1*10 2*10 3*12"},
    ),
    "a shot up to a mark and a beat": (
        'mark drop @ 10\nshot "a" to drop + 1b: camera: translate_z 1\n'
        'shot "b" 1b: camera: translate_z 2',
        {"translate_z": "1*22 2*12"},
    ),
    "a mark from a mark in an earlier shot": (
        'shot "a" 12: mark here @ 6\nshot "b" to later: camera: translate_z 1\n'
        "mark later @ here + 12",
        {"translate_z": "0*12 1*6"},
    ),
    # beats
    "beats in ranges, rates and waves": (
        "scene: frames 48\ncamera: translate_z 1 @ 1b..2b\ncamera: rotate_y 24/b @ 0..1b\n"
        "camera: rotate_x round(wave(2b, square)) @ 0..2b",
        {
            "translate_z": "0*12 1*12 0*24",
            "rotate_y": "2*12 0*36",
            "rotate_x": "1*12 -1*12 0*24",
        },
    ),
    "the beats clock counts from the scene, in a shot too": (
        'shot "a" 6: camera: fov 50\nshot "b" 18: camera: translate_z floor(beats)',
        {"translate_z": "0*12 1*12"},
    ),
    "the offset of the beats moves points of the scene only": (
        "scene: beat_offset 6\nmark two @ 2b\ncamera: translate_z 1 @ 1b..3b\n"
        "camera: rotate_y 1 @ two for 1b\n"
        'shot "a" 24: camera: rotate_x 1 @ 1b..2b\nshot "b" 24: camera: fov 50',
        {
            "translate_z": "0*18 1*24 0*6",
            "rotate_y": "0*30 1*12 0*6",
            "rotate_x": "0*12 1*12 0*24",
        },
    ),
    "the offset moves the clock and its blocks": (
        "scene: frames 36\nscene: beat_offset 6\nframe 1b: camera: translate_z 1 @ 0..1b\n"
        "camera: rotate_y floor(beats)",
        {"translate_z": "0*18 1*12 0*6", "rotate_y": "-1*6 0*12 1*12 2*6"},
    ),
    "timecodes": (
        "scene: duration 00:00:03\nmark drop @ 00:00:01.5\n"
        "camera: translate_z 1 @ 00:00:00:06..00:00:01\ncamera: rotate_y 1 @ drop for 00:00:00:12",
        {"translate_z": "0*6 1*18 0*48", "rotate_y": "0*36 1*12 0*24"},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_times_mean(name):
    script, expected = TABLE[name]
    schedule = played('prompt "x"\n' + script)
    assert {setting: values(schedule, setting) for setting in expected} == expected


def test_many_short_shots_do_not_drift():
    """A beat at 128 bpm is 11.25 frames: 64 of them are 720 frames, not 704."""
    shots = "".join(f'shot "{n}" 1b: camera: translate_z {n % 3}\n' for n in range(64))
    schedule = compiled('disco 1\nscene:\n    fps 24\n    bpm 128\nprompt "x"\n' + shots)
    assert schedule.frames == 720
    assert [shot.begin for shot in schedule.shots[:5]] == [0, 11, 23, 34, 45]


#: Script -> how many frames it is long.
LENGTHS = {
    "a point needs its frame": ("camera: fov 50 @ 30", 31),
    "a range ends where it ends": ("camera: fov 50 @ 0..30", 30),
    "a length": ("camera: fov 50 @ 10 for 1s", 34),
    "a section": ("mark chorus @ 1b..3b\ncamera: fov 50 @ chorus", 36),
    "a range of marks": ("mark a @ 1s\nmark b @ 2s\ncamera: fov 50 @ a..b", 48),
    "the range of a use": ("move m(): camera: fov 50 @ 50%..100%\nuse m() @ 0..2s", 48),
    "what a move says in a block": ("move m(): camera: fov 50 @ 0..12\nframe 12: use m()", 24),
    "a frame block": ('frame 30: prompt "y"', 31),
    "a morph": ('frame 30 morph 1s: prompt "y"', 54),
    "a key": ("camera: fov [0: 50, 2s: 60]", 49),
    "shots": ('shot "a" 1s: cut\nshot "b" 2b: camera: fov 50 @ 0..6', 48),
    "an open last shot": ('scene: duration 3s\nshot "a" 1s: cut\nshot "b": camera: fov 50', 72),
    "beats with an offset": ("scene: beat_offset 6\ncamera: fov 50 @ 0b..2b", 30),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_how_long_a_script_is(name):
    script, frames = LENGTHS[name]
    assert played('prompt "x"\n' + script).frames == frames


MISTAKES = {
    "a mark beyond the end": (
        "scene: frames 24\nmark a @ 25\ncamera: fov 50 @ 0..a\ncamera: rotate_y a",
        [("D317", "mark a @ 25")],
    ),
    "a mark at the end": ("scene: frames 24\nmark a @ end\ncamera: fov 50 @ 0..a", []),
    "a section beyond the end": (
        "scene: frames 24\nmark a @ 12..30\ncamera: fov 50 @ a",
        [("D317", "mark a @ 12..30")],
    ),
    "a mark from itself": (
        "scene: frames 24\nmark a @ b\nmark b @ a\ncamera: fov 50 @ a",
        [("D113", "a")],
    ),
    "a point as a length": (
        "scene: frames 24\nmark a @ 12\ncamera: fov 50 @ 0 for a",
        [("D212", "a")],
    ),
    "a shot that ends before it begins": (
        'mark a @ 4\nshot "one" 12: cut\nshot "two" to a: camera: fov 50',
        [("D302", "a")],
    ),
    "a shot of no length": (
        'shot "one": cut\nshot "two" 12: camera: fov 50 @ 0..20',
        [("D313", 'shot "one"')],
    ),
    "the last one, in a scene of no length": (
        'shot "one" 12: camera: fov 500\nshot "two": camera: fov 50',
        [("D203", "500"), ("D313", 'shot "two"')],
    ),
    "a shot that depends on the length that it makes": (
        'shot "one" 50%: cut\nshot "two" 12: camera: fov 50',
        [("D313", "50%")],
    ),
    "shots that are shorter than the scene": (
        'scene: frames 30\nshot "one" 12: camera: fov 50 @ 0..13',
        [("D309", 'shot "one" 12'), ("D303", "0..13")],
    ),
    "shots that are longer than the scene": (
        'scene: frames 6\nshot "one" 12: camera: fov 50 @ 8..12\nshot "two" 12: camera: fov 60',
        [("D309", 'shot "two" 12')],
    ),
    "a shot shorter than a frame": ('shot "one" 0.01s: camera: fov 50', [("D312", "0.01s")]),
    "a mark in a move": (
        "scene: frames 24\nmove m():\n    mark a @ 2\n    camera: fov 50\nuse m()",
        [("D118", "mark a @ 2")],
    ),
    "a mark does not make a script longer": (
        "mark a @ 90\ncamera: fov 50 @ 0..9",
        [("D317", "mark a @ 90")],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_said_about_times(name):
    script, expected = MISTAKES[name]
    assert sorted(said(looked_at('prompt "x"\n' + script))) == sorted(expected)
