"""Settings that do nothing: what the command line and missing lines have to do with it (D410)."""

import pytest

from discoscript.pipeline import compile_text

SCRIPT = """disco 1
scene: mode 3d
scene: frames 24
prompt "a lighthouse"
"""


def codes(lines, **overrides):
    wanted = {key.replace("__", "."): value for key, value in overrides.items()}
    found = compile_text(SCRIPT + lines, overrides=wanted).diagnostics
    return {d.code for d in found} & {"D410", "D418"}


@pytest.mark.parametrize(
    ("lines", "overrides"),
    [
        ("guidance: clamp_max 0.3", {"guidance__clamp_grad": False}),
        ("depth: model dpt_large\ndepth: midas_weight 0.5", {"depth__model": "tiny"}),
    ],
)
def test_what_the_command_line_turns_off_is_not_held_against_the_script(lines, overrides):
    assert codes(lines) == set()
    assert codes(lines, **overrides) == set()


def test_a_line_with_a_mistake_may_be_the_one_that_turns_it_on():
    assert codes("turbo: preroll 4") == {"D410"}
    assert codes("turbo: preroll 4\nturbo: steps banana") == set()


def test_a_value_that_departs_on_one_frame_is_enough():
    assert codes("camera: near 200 @ 0..12") == set()
    assert codes("camera: near 200 -> 201 @ 11..12") == {"D418"}
