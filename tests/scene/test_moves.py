"""Moves and their uses: ranges, values, what ends with them, what is said about them."""

import pytest
from scene.played import looked_at, played, said, values

#: Script (of 24 frames, unless it says how long it is) -> the values of settings and prompts.
TABLE = {
    "a bare value is a visit over the range": (
        "camera: translate_z 1\nmove m(): camera: translate_z 5\nuse m() @ 6..12",
        {"translate_z": "1*6 5*6 1*12"},
    ),
    "without a range the whole block": (
        "move m(): camera: translate_z 5\nuse m()",
        {"translate_z": "5*24"},
    ),
    "from a point to the end of the block": (
        "move m(): camera: translate_z 5 @ 0..50%\nuse m() @ 16",
        {"translate_z": "0*16 5*4 0*4"},
    ),
    "in a frame block from there to the end": (
        "move m(): camera: translate_z 5 @ 50%..100%\nframe 16: use m()",
        {"translate_z": "0*20 5*4"},
    ),
    "a length": (
        "move m(): camera: translate_z 5\nuse m() @ 3 for 4",
        {"translate_z": "0*3 5*4 0*17"},
    ),
    "start and end are those of the use": (
        "move m(): camera: translate_z 5 @ start + 1..end - 1\nuse m() @ 6..12",
        {"translate_z": "0*7 5*4 0*13"},
    ),
    "a journey ends with its move": (
        "camera: translate_z 1\nmove m(): camera: translate_z 0 -> 4 @ 0..4\nuse m() @ 6..12",
        {"translate_z": "1*6 0*1 1*1 2*1 3*1 4*2 1*12"},
    ),
    "a step ends with its move": (
        "camera: translate_z 1\nmove m(): camera: translate_z 4 @ 2\nuse m() @ 6..12",
        {"translate_z": "1*8 4*4 1*12"},
    ),
    "a base of the move is weak inside it": (
        "move m():\n    camera: translate_z 1\n    camera: translate_z 4 @ 2..4\nuse m() @ 6..12",
        {"translate_z": "0*6 1*2 4*2 1*2 0*12"},
    ),
    "a move covers weak lines around it": (
        "move m(): camera: translate_z 5 @ 0..2\n"
        "camera: translate_z 0 -> 8 @ 0..8\nuse m() @ 12..16",
        {"translate_z": "0*1 1*1 2*1 3*1 4*1 5*1 6*1 7*1 8*4 5*2 8*10"},
    ),
    "a journey from here starts from what is around the use": (
        "camera: translate_z 2\nmove m(): camera: translate_z -> 6 @ 0..4\nuse m() @ 4..8",
        {"translate_z": "2*5 3*1 4*1 5*1 2*16"},
    ),
    "layers end with their move": (
        "camera: translate_z 1\nmove m():\n    camera: translate_z += 2\n"
        "    camera: translate_z *= 0 -> 2 @ 0..2\nuse m() @ 4..8",
        {"translate_z": "1*4 0*1 3*1 6*2 1*16"},
    ),
    "a move does not lie over a layer, it is under it": (
        "camera: translate_z += 10\nmove m(): camera: translate_z 1\nuse m() @ 4..8",
        {"translate_z": "10*4 11*4 10*16"},
    ),
    "moves in moves, percent in percent": (
        "move inner(v): camera: translate_z v @ 50%..100%\n"
        "move outer(v):\n    use inner(v) @ 25%..75%\n    camera: rotate_y v\n"
        "use outer(3) @ 8..24",
        # outer is 16 frames, inner frames 12 to 19, its second half 16 to 19
        {"translate_z": "0*16 3*4 0*4", "rotate_y": "0*8 3*16"},
    ),
    "a frame block in a move counts from the use": (
        "move m():\n    frame 2: camera: translate_z 3\n    frame 50%: camera: rotate_y 1\n"
        "use m() @ 8..16",
        {"translate_z": "0*10 3*6 0*8", "rotate_y": "0*12 1*4 0*8"},
    ),
    "`t` and `elapsed` of a line run over the use": (
        "move m():\n    camera: translate_z 4 * t\n    camera: rotate_y elapsed * fps\n"
        "use m() @ 8..12",
        {"translate_z": "0*9 1*1 2*1 3*1 0*12", "rotate_y": "0*9 1*1 2*1 3*1 0*12"},
    ),
    "clocks of the scene run on": (
        "move m(): camera: translate_z frame\nuse m() @ 8..10",
        {"translate_z": "0*8 8*1 9*1 0*14"},
    ),
    # values
    "defaults and names": (
        "move m(a, b=2):\n    camera: translate_z a\n    camera: rotate_y b\n"
        "use m(1) @ 0..2\nuse m(b=3, a=4) @ 2..4\nuse m(5, b=1.5) @ 4..6",
        {"translate_z": "1*2 4*2 5*2 0*18", "rotate_y": "2*2 3*2 1.5*2 0*18"},
    ),
    "curves, and names of the script": (
        "let k = 2\nmove m(v): camera: translate_z v * k\nuse m(frame) @ 2..4",
        {"translate_z": "0*2 4*1 6*1 0*20"},
    ),
    "a value hides a name of the script": (
        "let v = 9\nmove m(v): camera: translate_z v\nuse m(1) @ 0..12\ncamera: rotate_y v / 9",
        {"translate_z": "1*12 0*12", "rotate_y": "1*24"},
    ),
    "a value with the name of a value around it": (
        "move inner(v): camera: translate_z v\nmove outer(v): use inner(v + 1)\nuse outer(1)",
        {"translate_z": "2*24"},
    ),
    "times": (
        "move m(when, long):\n    camera: translate_z 1 @ when..when + long\n"
        "    camera: rotate_y 1 @ when for long\nuse m(0.25s, 1b) @ 2..20",
        {"translate_z": "0*8 1*12 0*4", "rotate_y": "0*8 1*12 0*4"},
    ),
    "percents as times": (
        "move m(until): camera: translate_z 1 @ 0..until\nuse m(25%) @ 8..16\nuse m(50%) @ 16..24",
        {"translate_z": "0*8 1*2 0*6 1*4 0*4"},
    ),
    "speeds": ("move m(v): camera: translate_z v\nuse m(48/s)", {"translate_z": "2*24"}),
    "choices and truths": (
        "move m(edge, gray=on):\n    camera: padding edge\n    diffusion: clip_denoised gray\n"
        "use m(zeros) @ 0..4\nuse m(reflection, gray=off) @ 4..8",
        {
            "padding": "zeros*4 reflection*4 border*16",
            "diffusion.clip_denoised": "1*4 0*20",
        },
    ),
    "choices of a let": (
        "let edge = zeros\ncamera: padding edge @ 0..4",
        {"padding": "zeros*4 border*20"},
    ),
    # prompts
    "a prompt of a move joins the others for the range": (
        'move m(): prompt "fog" 2\nuse m() @ 6..12',
        {'"x"': "1*24", '"fog"': "0*6 2*6 0*12"},
    ),
    "its journeys too": (
        'move m(): prompt "fog" 0 -> 4 @ 0..50%\nuse m() @ 4..12',
        {'"x"': "1*24", '"fog"': "0*5 1*1 2*1 3*1 4*4 0*12"},
    ),
    "names in its texts": (
        'let style = "ink"\nmove m(what, n): prompt "{what} in {style}, {n}"\n'
        'use m("fog", 3) @ 0..6\nuse m("a {style}", 2.5) @ 6..12',
        {'"fog in ink, 3"': "1*6 0*18", '"a ink in ink, 2.5"': "0*6 1*6 0*12"},
    ),
    "prompts of a frame block in a move": (
        'move m(): frame 2: prompt "fog"\nuse m() @ 4..8',
        {'"x"': "1*24", '"fog"': "0*6 1*2 0*16"},
    ),
    "a move crosses the sets": (
        'move m(): prompt "fog"\nframe 12: prompt "y"\nuse m() @ 6..18',
        {'"x"': "1*12 0*12", '"y"': "0*12 1*12", '"fog"': "0*6 1*12 0*6"},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_moves_mean(name):
    script, expected = TABLE[name]
    schedule = played('scene: frames 24\nprompt "x"\n' + script)
    assert {setting: values(schedule, setting) for setting in expected} == expected


def test_cuts_and_seeds_of_a_move():
    schedule = played(
        'scene: frames 24\nscene.seed 1\nprompt "x"\n'
        "move m(s):\n    cut\n    scene.seed s\n    cut @ 50%\nuse m(7) @ 4..12\nuse m(9) @ 16"
    )
    assert schedule.starts == (0, 4, 8, 16, 20)
    assert [int(s) for s in schedule.seeds[[4, 7, 16, 19]]] == [7, 10, 9, 12]
    assert list(schedule.seeded[[3, 4, 7, 8, 16, 20]]) == [False, True, True, False, True, False]


MISTAKES = {
    "two uses on the same frames": (
        "move m(): camera: fov 50\nuse m() @ 0..12\nuse m() @ 11..13",
        [("D301", "use m() @ 11..13")],
    ),
    "two uses that speak at different times": (
        "move m(): camera: fov 50 @ 0..2\nuse m() @ 0..12\nuse m() @ 6..13",
        [],
    ),
    "a use against a visit": (
        "move m(): camera: fov 50\nuse m() @ 0..12\ncamera: fov 60 @ 6..13",
        [("D301", "6..13")],
    ),
    "a move that does not fit": (
        "move m(): camera: fov 50 @ 0..12\nuse m() @ 0..6",
        [("D303", "use m() @ 0..6")],
    ),
    "one in a move": (
        "move m(): camera: fov 50 @ 0..12\nmove o(): use m() @ 0..50%\nuse o() @ 0..16",
        [("D303", "use m() @ 0..50%")],
    ),
    "what is wrong in a move is said once": (
        "move m(v):\n    camera: fov 500\n    camera: nothing v\nuse m(1) @ 0..6\nuse m(2) @ 6..9",
        [("D203", "500"), ("D101", "nothing")],
    ),
    "lines of a move that is never used": (
        "move m(v):\n    camera: padding wood\n    camera: rotate_y v + w",
        [("D108", "wood"), ("D104", "w")],
    ),
    "a move that is never used does no harm": ("move m(v): camera: fov v", []),
    "a text as a number": (
        'move m(v): camera: fov v\nuse m("x")',
        [("D201", "v")],
    ),
    "a changing value in a text": (
        'move m(v): prompt "at {v}"\nuse m(frame)',
        [("D201", "{v}")],
    ),
    "an unknown name in a text": (
        'move m(what): prompt "{wat}"\nuse m("x")',
        [("D609", "{wat}")],
    ),
    "a word that nothing takes": (
        "move m(v): camera: padding v\nuse m(zeross)",
        [("D104", "zeross")],
    ),
    "a word of another setting": (
        "move m(v): camera: padding v\nuse m(bilinear)",
        [("D108", "bilinear")],
    ),
    "a morph in a move": (
        'move m(): frame 2 morph 2: prompt "y"\nuse m()',
        [("D322", "morph 2")],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_said_about_moves(name):
    script, expected = MISTAKES[name]
    found = said(looked_at('scene: frames 24\nprompt "x"\n' + script))
    assert sorted(found) == sorted(expected)


def test_messages_show_the_names_that_are_written():
    script = 'move m(what, n):\n    prompt "{what} {wat}"\n    camera: fov n + nn\nuse m(frame, 2)'
    found = looked_at('scene: frames 24\nprompt "x"\n' + script).diagnostics
    told = {d.code: (d.message, d.help) for d in found}
    assert told["D201"][0] == "`what` can not stand in a text: it is not fixed"
    assert told["D609"] == (
        "nothing is called `wat`",
        "did you mean `what`? for a brace write `{{`",
    )
    assert not any("#" in d.message + d.help for d in found)
