"""Imports: names, folders, moves and marks of libraries, and messages that point into them."""

import pytest
from scene.played import looked_at, played, said, values

LIBRARY = """disco 1
let speed = 3
let half = speed / 2
let style = "ink"
mark drop @ 8
move dolly(v): camera: translate_z v * half
move both(v):
    use dolly(v) @ 0..50%
    prompt "fog in {style}" @ 50%..100%
"""

NESTED = """disco 1
import "moves.disco" as inner
let speed = 10
move far(): use inner.dolly(speed)
move near(): camera: rotate_y inner.speed
"""

FILES = {"lib/moves.disco": LIBRARY, "lib/nested.disco": NESTED}

TABLE = {
    "a move uses the names of its own file": (
        'import "lib/moves.disco"\nlet half = 100\nuse moves.dolly(2) @ 0..12\n'
        "camera: rotate_y half / 100 @ 0..2",
        {"translate_z": "3*12 0*12", "rotate_y": "1*2 0*22"},
    ),
    "an alias": (
        'import "lib/moves.disco" as m\nuse m.dolly(4) @ 12..24\ncamera: rotate_y m.speed @ 0..6',
        {"translate_z": "0*12 6*12", "rotate_y": "3*6 0*18"},
    ),
    "moves of a library use one another, texts its names": (
        'import "lib/moves.disco"\nuse moves.both(2) @ 0..12',
        {"translate_z": "3*6 0*18", '"fog in ink"': "0*6 1*6 0*12"},
    ),
    "texts of the script": (
        'import "lib/moves.disco"\nprompt "boat in {moves.style}"',
        {'"boat in ink"': "1*24"},
    ),
    "marks": (
        'import "lib/moves.disco"\ncamera: rotate_y 1 @ moves.drop..end',
        {"rotate_y": "0*8 1*16"},
    ),
    "libraries import libraries from their own folder": (
        'import "lib/nested.disco"\nuse nested.far() @ 0..12\nuse nested.near() @ 0..6',
        {"translate_z": "15*12 0*12", "rotate_y": "3*6 0*18"},
    ),
    "one library by two ways": (
        'import "lib/nested.disco"\nimport "lib/moves.disco"\nuse nested.far() @ 0..12\n'
        "use moves.dolly(2) @ 12..24",
        {"translate_z": "15*12 3*12"},
    ),
    "names of a library as values of its moves": (
        'import "lib/moves.disco"\nuse moves.dolly(moves.half) @ 0..12',
        {"translate_z": "2.25*12 0*12"},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_imports_bring(name):
    script, expected = TABLE[name]
    schedule = played('scene: frames 24\nprompt "x"\n' + script, FILES)
    assert {setting: values(schedule, setting) for setting in expected} == expected


def test_names_of_libraries_can_be_set():
    script = 'scene: frames 24\nprompt "x"\nimport "lib/moves.disco" as m\nuse m.both(2)'
    schedule = played(script, FILES, {"m.speed": "6", "m.style": '"oil"'})
    assert values(schedule, "translate_z") == "6*12 0*12"
    assert values(schedule, '"fog in oil"') == "0*12 1*12"


def test_an_unknown_name_to_set_is_reported():
    result = looked_at('scene: frames 2\nimport "lib/moves.disco" as m', FILES, {"m.sped": "6"})
    found = [d for d in result.diagnostics if d.code == "D104"]
    assert [(d.message, d.help) for d in found] == [
        ("no `let` is called `m.sped`", "did you mean `m.speed`?")
    ]


#: Lines of a library, a use of its move, and what is said: code, file, line, marked text.
MISTAKES = {
    "a value": ("move m(): camera: padding wood", [("D108", "lib/l.disco", 2, "wood")]),
    "a number": ("move m(): camera: fov 500", [("D203", "lib/l.disco", 2, "500")]),
    "a name": ("move m(): camera: fov 40 + q", [("D104", "lib/l.disco", 2, "q")]),
    "a setting": ("move m(): camera: fof 40", [("D101", "lib/l.disco", 2, "fof")]),
    "syntax": ("move m(): camera fov 40", [("D012", "lib/l.disco", 2, " ")]),
    "a text": (
        'let f = frame\nmove m(): prompt "{f}"',
        [("D201", "lib/l.disco", 3, "{f}")],
    ),
    "a move that does not fit": (
        "move m(): camera: fov 40 @ 0..40",
        [("D303", "script.disco", 9, "use l.m()")],
    ),
    "more than definitions": (
        "camera: fov 40\nmove m(): camera: fov 50",
        [("D115", "script.disco", 8, 'import "lib/l.disco"')],
    ),
    "a suppressed hint and an error on another line": (
        "move m():\n    camera: rotate_y 30  # disco: ignore D801\n    camera: fov 500",
        [("D203", "lib/l.disco", 4, "500")],
    ),
    "a suppressed warning in the library": (
        "move m():\n    diffusion: sampler plms\n    diffusion: eta 0.5  # disco: ignore D409",
        [],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_messages_point_into_libraries(name):
    lines, expected = MISTAKES[name]
    files = {"lib/l.disco": f"disco 1\n{lines}\n"}
    script = 'scene: frames 24\nprompt "x"\nimport "lib/l.disco"\nuse l.m()'
    result = looked_at(script, files)
    source = result.source
    found = [
        (code, source.path_at(d.span.start), source.position(d.span.start)[0], marked)
        for d, (code, marked) in zip(
            [d for d in result.diagnostics if (d.code, source.at(d.span)) in said(result)],
            said(result),
            strict=True,
        )
    ]
    assert found == expected
    assert (result.schedule is None) == bool(expected)


def test_names_of_the_library_are_shown_as_it_writes_them():
    files = {"lib/l.disco": 'disco 1\nlet f = frame\nmove m(): prompt "a {f}"\n'}
    result = looked_at('scene: frames 9\nprompt "x"\nimport "lib/l.disco"\nuse l.m()', files)
    messages = [d.message for d in result.diagnostics]
    assert messages == ["`f` can not stand in a text: it is not fixed"]
